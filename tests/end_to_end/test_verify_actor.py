"""Verifiers and finders that are actors at Apify: one run for many, its money reserved, started once, found again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from paid_world import TOKEN, apify
from pipeline import DAY, digest, land_items
from test_verify import standings, status_of
from test_verify_kills import killed
from verify_world import Verified, verified_world

from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.sandbox.verify.mailboxes import SMTP_WORDS
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.verify import verify_addresses
from outreach_pipeline.stages.workspace import Batch

Admin = psycopg.Connection[dict[str, Any]]
SOURCES = """
[sources.smtp]
kind = "verify"
shape = "apify_verifier"
provider = "apify_smtp"

[sources.email_search]
kind = "verify"
shape = "harvestapi_profile"
provider = "linkedin_email_search"
rank = 10
"""


class There(Verified):
    """People, and an Apify with both actors. `found`: the address that the search knows, by LinkedIn slug."""

    service: ApifyService
    url: str

    def settings(self, **more: Any) -> dict[str, Any]:
        known = {
            "apify_token": TOKEN, "apify_url": self.url, "apify_claim_secs": 8.0, "verify_order": "mail_domains,smtp",
            "apify_usd_per_day": 1000, "apify_usd_per_month": 1000,
        }  # fmt: skip
        return super().settings(**{**known, **more})

    def answers(self, _kind: Any, given: dict[str, Any]) -> list[bytes]:
        if "emails" in given:
            rows = [{"email": each, "status": SMTP_WORDS[self.mailboxes.truth(each)]} for each in given["emails"]]
        else:
            assert "email search" in given["profileScraperMode"]
            rows = [self._profile(query) for query in given["queries"]]
        return [json.dumps(row).encode() for row in rows]

    @staticmethod
    def _profile(query: str) -> dict[str, Any]:
        first, _, firm = query.rsplit("/", 1)[-1].partition("-")
        post = {
            "position": "Chief Financial Officer", "companyName": f"{firm.title()} Pumps", "endDate": {"text": "Present"},
            "startDate": {"month": "Mar", "year": 2020, "text": "Mar 2020"},
        }  # fmt: skip
        emails = [] if first == "bob" else [{"email": f"{first}.found@{firm}.example", "status": "valid"}]
        return {
            "id": f"ACoAAB{first}{'0' * 27}", "publicIdentifier": f"{first}-{firm}", "firstName": first.title(),
            "lastName": "Quill", "linkedinUrl": query, "experience": [post], "currentPosition": [post],
            "emails": emails, "originalQuery": {"query": query}, "status": 200,
        }  # fmt: skip

    def holders(self, **addresses: str | None) -> None:
        """Chief financial officers with LinkedIn addresses; `ada_firm="x@firm.example"`, None without an address."""
        work, batch = self.work(), Batch(DAY, "contacts")
        items = []
        for name, email in addresses.items():
            first, _, firm = name.partition("_")
            items.append(
                {
                    "id": f"c-{name}", "name": f"{first.title()} Quill", "first_name": first.title(), "last_name": "Quill",
                    "title": "Chief Financial Officer", "email": email, "email_status": None,
                    "linkedin_url": f"https://www.linkedin.com/in/{first}-{firm}",
                    "account": {"name": f"{firm.title()} Pumps", "primary_domain": f"{firm}.example"},
                }
            )  # fmt: skip
        land_items(work, batch, items, self.folder)
        digest(work, batch)


@pytest.fixture
def there(tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    with verified_world(tmp_path, db, monkeypatch, There) as made, apify() as (service, url):
        assert isinstance(made, There)
        made.service, made.url = service, url
        service.items_of = made.answers
        made.sources.write_text(made.sources.read_text() + SOURCES)
        yield made


def runs(admin: Admin) -> list[tuple[Any, ...]]:
    rows = admin.execute("select state, purpose like 'verify:%' as ours, reserved_usd from public.actor_runs order by 1")
    return [tuple(row.values()) for row in rows]


def test_one_run_verifies_many_and_may_charge_for_them_and_no_more(there: There, admin: Admin) -> None:
    good, dead, takes_all = there.people("ada.ok", "bob.dead", "cy.all")
    there.mailboxes.addresses |= {dead: "dead", takes_all: "catch_all"}
    report = verify_addresses(there.work())
    assert standings(admin) == {good: None, dead: "inactive", takes_all: "unverified"}
    assert status_of(admin, takes_all) == ("catch_all", "active")
    (run,) = there.service.runs.all()
    assert (run.max_items, float(run.cap or 0)) == (3, 0.01205)
    assert [(state, ours, float(usd)) for state, ours, usd in runs(admin)] == [("ended", True, 0.01205)]
    assert [(step.source, step.verified, step.credits) for step in report.steps] == [("mail_domains", 0, 0), ("smtp", 3, 3)]
    verify_addresses(there.work())
    assert len(there.service.runs.all()) == 1, "somebody was asked about twice within the term"


def test_a_start_whose_answer_was_lost_is_found_again_and_not_paid_twice(there: There, admin: Admin) -> None:
    (good,) = there.people("ada.ok")
    there.service.faults.add("POST /v2/actors/*/runs", "drop_after_accept")
    verify_addresses(there.work())
    verify_addresses(there.work())
    assert len(there.service.runs.all()) == 1
    assert standings(admin) == {good: None}


def test_a_run_that_failed_halfway_counts_for_whom_it_told(there: There, admin: Admin) -> None:
    there.people("ada.ok", "bob.two")
    there.service.faults.add("POST /v2/actors/*/runs", "partial_then_fail")
    verify_addresses(there.work())
    verify_addresses(there.work())
    assert sorted(standings(admin).values(), key=str) == [None, "unverified"]
    assert len(there.service.runs.all()) == 1
    assert admin.execute("select state from public.credit_ledger").fetchall() == [{"state": "settled"}]


def test_a_cap_of_ours_on_apify_holds_for_verifiers(there: There, admin: Admin) -> None:
    there.people("ada.ok")
    report = verify_addresses(there.work(apify_usd_per_day=0.001))
    assert "cap" in report.steps[1].note.lower()
    assert there.service.runs.all() == []
    assert admin.execute("select state from public.credit_ledger").fetchall() == [{"state": "released"}]


def test_killed_at_every_commit_no_run_is_paid_twice(there: There, database_url: str, admin: Admin) -> None:
    emails = there.people(*(f"ada.firm{number}" for number in range(40)))
    codes = dict(killed(there, database_url, 1, 60, verify_order="smtp", apify_claim_secs=1.0, pause_secs=0.01))
    assert set(codes.values()) == {0, 9}
    assert len(codes) > 20
    admin.execute("update public.actor_runs set claimed_until = now() where claimed_until is not null")
    verify_addresses(there.work(verify_order="smtp"))
    asked = [each for run in there.service.runs.all() for each in json.loads(run.input)["emails"]]
    assert sorted(asked) == sorted(emails), "somebody was asked about twice, or never"
    told = admin.execute("select count(*) as n from intake.validated_addresses").fetchone()
    assert told == {"n": len(emails)}
    left = admin.execute("select count(*) as n from public.credit_ledger where state in ('reserved', 'doubtful')").fetchone()
    assert left == {"n": 0}


def test_who_has_no_address_that_can_be_written_to_is_searched_for_and_verified(there: There, admin: Admin) -> None:
    there.holders(ada_firma=None, bob_firmb=None, cy_firmc="cy@firmc.example", dora_firmd="dora@firmd.example")
    there.mailboxes.addresses["cy@firmc.example"] = "dead"
    report = verify_addresses(there.work(verify_order="mail_domains,smtp,email_search"))
    assert report.before == {"unverified": 2, "without_email": 2}
    assert report.after == {"ready": 3, "without_email": 1}
    ready = {email for email, left_out in standings(admin).items() if left_out is None}
    assert ready == {"ada.found@firma.example", "cy.found@firmc.example", "dora@firmd.example"}
    searched = [json.loads(run.input)["queries"] for run in there.service.runs.all() if b"queries" in run.input]
    assert sorted(searched[0]) == [f"https://www.linkedin.com/in/{each}" for each in ("ada-firma", "bob-firmb", "cy-firmc")]
    assert {step.source: step.found for step in report.steps}["email_search"] == 2
    verify_addresses(there.work(verify_order="mail_domains,smtp,email_search"))
    assert len([run for run in there.service.runs.all() if b"queries" in run.input]) == 1, "bob was asked about again"


def test_an_address_that_was_found_and_is_dead_is_not_written_to(there: There, admin: Admin) -> None:
    there.holders(ada_firma=None)
    there.mailboxes.addresses["ada.found@firma.example"] = "dead"
    verify_addresses(there.work(verify_order="mail_domains,smtp,email_search"))
    assert standings(admin) == {"ada.found@firma.example": "inactive"}


def test_who_is_suppressed_or_erased_is_not_searched_for(there: There, admin: Admin) -> None:
    there.holders(ada_firma=None, cy_firmc=None)
    forget(there.work(), "https://www.linkedin.com/in/ada-firma")
    admin.execute(
        "insert into vault.suppression (kind, value, reason)"
        " select 'person', unique_id, 'unsubscribed' from marketing.people_master"
    )
    verify_addresses(there.work(verify_order="mail_domains,smtp,email_search"))
    assert there.service.runs.all() == []
