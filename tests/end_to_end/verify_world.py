"""A small world for tests of verification: people with addresses, two verifiers and a DNS server that know the truth.

Belongs here: making it, and reading what came of it. Does not belong here: expectations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pipeline import DAY, digest, land_items, workspace

from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.http import HttpServer
from outreach_pipeline.sandbox.verify.dns_server import DnsServer
from outreach_pipeline.sandbox.verify.mailboxes import Mailboxes
from outreach_pipeline.sandbox.verify.services import VERIFY_KEY, MillionVerifierService, ZeroBounceService
from outreach_pipeline.stages.workspace import Batch, Workspace

SOURCES = """
[sources.contacts]
kind = "files"
shape = "apollo_contacts"

[sources.mail_domains]
kind = "verify"
shape = "mail_domain"
provider = "dns"

[sources.zerobounce]
kind = "verify"
shape = "zerobounce"
provider = "zerobounce"
url = "{zerobounce}"

[sources.millionverifier]
kind = "verify"
shape = "millionverifier"
provider = "millionverifier"
url = "{millionverifier}"

[sources.million_bulk]
kind = "verify"
shape = "millionverifier"
provider = "millionverifier_bulk"
url = "{millionverifier}"
"""


class Verified:
    """The servers, the workspace, and the people that were landed."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self.mailboxes = Mailboxes()
        self.first = ZeroBounceService(self.mailboxes)
        self.second = MillionVerifierService(self.mailboxes)
        self.servers = [HttpServer(self.first).start(), HttpServer(self.second).start()]
        self.dns = DnsServer(self.mailboxes).start()
        self.sources = folder / "sources.toml"
        urls = {"zerobounce": self.servers[0].url, "millionverifier": self.servers[1].url}
        self.sources.write_text(SOURCES.format(**urls))

    def stop(self) -> None:
        for server in (*self.servers, self.dns):
            server.stop()

    def settings(self, **more: Any) -> dict[str, Any]:
        return {
            "sources": str(self.sources), "dns_resolver": self.dns.address, "dns_timeout_secs": 0.3,
            "verify_order": "mail_domains,zerobounce,millionverifier", "pause_secs": 0.01, **more,
        }  # fmt: skip

    def work(self, **more: Any) -> Workspace:
        return workspace(self.database, **self.settings(**more))

    def people(self, *named: str, status: str | None = None, day: Any = DAY) -> list[str]:
        """Chief financial officers, one per company, and their addresses: `a.b` is a@b.example."""
        items = [self._item(n, name, status) for n, name in enumerate(named)]
        work, batch = self.work(), Batch(day, "contacts")
        land_items(work, batch, items, self.folder)
        digest(work, batch)
        return [item["email"] for item in items]

    def _item(self, number: int, name: str, status: str | None) -> dict[str, Any]:
        first, _, firm = name.partition(".")
        last = f"Quill{'abcdefghijklmnopqrstuvwxyz'[number % 26]}"
        return {
            "id": f"c-{name}", "name": f"{first.title()} {last}", "first_name": first.title(), "last_name": last,
            "title": "Chief Financial Officer", "email": f"{first}@{firm}.example", "email_status": status,
            "account": {"name": f"{firm.title()} Pumps", "primary_domain": f"{firm}.example"},
        }  # fmt: skip


@contextmanager
def verified_world(
    folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch, made_of: type[Verified] = Verified
) -> Iterator[Verified]:
    monkeypatch.setenv("OUTREACH_ZEROBOUNCE_KEY", VERIFY_KEY)
    monkeypatch.setenv("OUTREACH_MILLIONVERIFIER_KEY", VERIFY_KEY)
    world = made_of(folder, database)
    try:
        yield world
    finally:
        world.stop()
