"""Both verifiers and the DNS server over a world, as one thing to start and stop.

Belongs here: starting them, their sources. Does not belong here: what they answer (`services`, `dns_server`).
"""

from __future__ import annotations

from types import TracebackType

from outreach_pipeline.sandbox.http import HttpServer
from outreach_pipeline.sandbox.verify.dns_server import DnsServer
from outreach_pipeline.sandbox.verify.mailboxes import Mailboxes
from outreach_pipeline.sandbox.verify.services import VERIFY_KEY, MillionVerifierService, ZeroBounceService

ORDER = "mail_domains,zerobounce,millionverifier,email_search"
KEYS = {"OUTREACH_ZEROBOUNCE_KEY": VERIFY_KEY, "OUTREACH_MILLIONVERIFIER_KEY": VERIFY_KEY}


class VerifierServers:
    """A context manager; `sources_toml` is what leads to them, KEYS what they accept, ORDER in which they are asked."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self.first, self.second = ZeroBounceService(mailboxes), MillionVerifierService(mailboxes)
        self._servers = (HttpServer(self.first), HttpServer(self.second))
        self.dns = DnsServer(mailboxes)

    def __enter__(self) -> VerifierServers:
        for server in (*self._servers, self.dns):
            server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (*self._servers, self.dns):
            server.stop()

    def sources_toml(self) -> str:
        """The sources of the verifiers."""
        tables = ['[sources.mail_domains]\nkind = "verify"\nshape = "mail_domain"\nprovider = "dns"\nrank = 40\n']
        tables += [
            f'[sources.{name}]\nkind = "verify"\nshape = "{name}"\nprovider = "{name}"\n'
            f'url = "{server.url}"\nrank = {rank}\n'
            for name, server, rank in zip(("zerobounce", "millionverifier"), self._servers, (20, 25), strict=True)
        ]
        finder = 'kind = "verify"\nshape = "harvestapi_profile"\nprovider = "linkedin_email_search"\nrank = 12\n'
        return "\n".join([*tables, f"[sources.email_search]\n{finder}"])
