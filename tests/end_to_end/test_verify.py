"""Verification: who is asked about, what it costs, what follows from each answer, and that nobody is paid for twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from verify_world import Verified, verified_world

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.explain import explain
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.verify import verify_addresses

Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def world(tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Verified]:
    with verified_world(tmp_path, db, monkeypatch) as made:
        yield made


def standings(admin: Admin) -> dict[str, Any]:
    rows = admin.execute(
        "select lower(p.email) as email, c.left_out from marketing.outreach_candidate as c"
        " inner join marketing.people_master as p on p.unique_id = c.person_unique_id"
    )
    return {row["email"]: row["left_out"] for row in rows}


def status_of(admin: Admin, email: str) -> Any:
    row = admin.execute(
        "select custom_fields ->> 'email_status' as s, status from vault.contacts where email = %s", (email,)
    ).fetchone()
    return (row["s"], row["status"]) if row else None


def test_who_is_verified_can_be_written_to_and_who_is_not_cannot(world: Verified, admin: Admin) -> None:
    good, dead, takes_all, trap = world.people("ada.ok", "bob.dead", "cy.all", "dan.trap")
    world.mailboxes.addresses |= {dead: "dead", takes_all: "catch_all", trap: "spam_trap"}
    assert set(standings(admin).values()) == {"unverified"}
    report = verify_addresses(world.work())
    assert standings(admin) == {good: None, dead: "inactive", takes_all: "unverified", trap: "inactive"}
    assert status_of(admin, dead) == ("undeliverable", "inactive")
    assert (report.before, report.after) == ({"unverified": 4}, {"ready": 1, "inactive": 2, "unverified": 1})
    assert report.domains == {"mx": 4}
    # The first was paid for all four, the second asked about the one that takes everything, for nothing.
    assert sorted(world.first.charged) == sorted([good, dead, takes_all, trap])
    assert world.second.charged == []
    assert world.second.calls()["GET /api/v3"] == 1


def test_nobody_is_asked_about_twice_within_the_term(world: Verified, admin: Admin) -> None:
    world.people("ada.ok", "bob.dead")
    world.mailboxes.addresses["bob@dead.example"] = "dead"
    verify_addresses(world.work())
    before = len(world.first.charged)
    again = verify_addresses(world.work())
    assert len(world.first.charged) == before == 2
    assert [step.credits for step in again.steps] == [0, 2, 0]
    admin.execute("update intake.validated_addresses set last_observed_at = last_observed_at - interval '91 days'")
    admin.execute("update vault.contacts set verified_at = verified_at - interval '91 days'")
    admin.execute("update public.enrichment set enriched_at = enriched_at - interval '91 days'")
    verify_addresses(world.work())
    assert len(world.first.charged) == 4


def test_a_second_verifier_is_asked_about_what_the_first_cannot_tell(world: Verified, admin: Admin) -> None:
    slow, takes_all = world.people("ada.slow", "bob.all")
    world.mailboxes.addresses |= {slow: "unknown", takes_all: "catch_all_told"}
    verify_addresses(world.work())
    assert standings(admin) == {slow: None, takes_all: None}
    assert sorted(world.second.charged) == [slow, takes_all]


def test_a_word_that_costs_nothing_is_charged_nothing(world: Verified, admin: Admin) -> None:
    world.people("ada.slow")
    world.mailboxes.addresses["ada@slow.example"] = "unknown"
    verify_addresses(world.work(verify_order="mail_domains,zerobounce"))
    row = admin.execute("select reserved, spent, state from public.credit_ledger").fetchone()
    assert row == {"reserved": 1, "spent": 0, "state": "settled"}


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        ("no_domain", "undeliverable"),
        ("no_mx", "undeliverable"),
        ("null_mx", "undeliverable"),
        ("parked", "undeliverable"),
    ],
)
def test_what_the_domain_says_costs_nothing(world: Verified, admin: Admin, truth: str, told: str) -> None:
    (email,) = world.people("ada.gone")
    world.mailboxes.domains["gone.example"] = truth
    report = verify_addresses(world.work())
    assert report.domains == {truth: 1}
    assert status_of(admin, email) == (told, "inactive")
    assert world.first.calls() == {}


def test_a_resolver_that_does_not_answer_says_nothing_about_anybody(world: Verified, admin: Admin) -> None:
    (email,) = world.people("ada.silent")
    world.mailboxes.domains["silent.example"] = "silent"
    report = verify_addresses(world.work(verify_order="mail_domains"))
    assert report.domains == {"unknown": 1}
    assert status_of(admin, email) == (None, "active")


def test_a_domain_that_takes_everything_is_remembered(world: Verified, admin: Admin) -> None:
    (first,) = world.people("ada.all")
    world.mailboxes.addresses[first] = "catch_all"
    verify_addresses(world.work(verify_order="mail_domains,zerobounce"))
    world.people("ada.all", "bob.all")
    verify_addresses(world.work(verify_order="mail_domains,zerobounce"))
    assert world.first.charged == [first]
    assert status_of(admin, "bob@all.example") == ("catch_all", "active")


def test_the_word_of_a_list_is_no_verification_unless_the_policy_takes_it_for_one(world: Verified, admin: Admin) -> None:
    world.people("ada.ok", status="verified")
    admin.execute("update marketing.outreach_policy set value = 90 where name = 'source_verified_days'")
    verify_addresses(world.work())
    assert world.first.calls() == {}
    admin.execute("update marketing.outreach_policy set value = 0 where name = 'source_verified_days'")
    verify_addresses(world.work())
    assert world.first.charged == ["ada@ok.example"]


def test_a_lost_answer_is_in_doubt_and_not_paid_twice(world: Verified, admin: Admin) -> None:
    world.people("ada.ok")
    world.first.faults.add("POST /v2/validatebatch", "drop_after_accept")
    report = verify_addresses(world.work(verify_order="mail_domains,zerobounce"))
    assert "lost" in report.steps[1].note
    verify_addresses(world.work(verify_order="mail_domains,zerobounce"))
    assert world.first.charged == ["ada@ok.example"]
    assert admin.execute("select state from public.credit_ledger").fetchall() == [{"state": "doubtful"}]


def test_too_many_calls_are_waited_for(world: Verified, admin: Admin) -> None:
    (email,) = world.people("ada.ok")
    world.first.faults.add("POST /v2/validatebatch", "status_429", times=2, seconds=0.05)
    verify_addresses(world.work())
    assert standings(admin) == {email: None}


def test_half_an_answer_is_half_landed_and_nobody_of_it_is_asked_again(world: Verified, admin: Admin) -> None:
    emails = world.people("ada.ok", "bob.two", "cy.three", "dan.four")
    world.first.half = 1
    verify_addresses(world.work())
    assert sorted(world.first.charged) == sorted(emails)
    # Whom the first left out the second is asked about.
    assert len(world.second.charged) == 2
    assert set(standings(admin).values()) == {None}


@pytest.mark.parametrize("which", ["first", "second"])
def test_an_answer_of_200_that_is_an_error_is_told_and_costs_nothing(world: Verified, admin: Admin, which: str) -> None:
    world.people("ada.slow")
    world.mailboxes.addresses["ada@slow.example"] = "unknown"
    getattr(world, which).refuses = True
    report = verify_addresses(world.work())
    step = report.steps[1 if which == "first" else 2]
    assert "refused the call" in step.note
    assert getattr(world, which).charged == []
    states = {
        row["state"]
        for row in admin.execute("select state from public.credit_ledger where provider = %s", (step.source,))
    }
    assert states == {"released"}


def test_ceilings_per_night_and_per_address_hold(world: Verified) -> None:
    world.people(*(f"ada.firm{letter}" for letter in "abcdefghij"))
    report = verify_addresses(world.work(verify_usd_per_night="0.04"))
    assert len(world.first.charged) <= 5
    assert "ceiling" in report.steps[1].note
    none = verify_addresses(world.work(verify_usd_per_address="0.001"))
    assert "VERIFY_USD_PER_ADDRESS" in none.steps[1].note


def test_a_file_whose_receipt_was_lost_is_found_and_not_sent_again(world: Verified, admin: Admin) -> None:
    good, dead = world.people("ada.ok", "bob.dead")
    world.mailboxes.addresses[dead] = "dead"
    world.second.faults.add("POST /bulkapi/v2/upload", "drop_after_accept")
    verify_addresses(world.work(verify_order="mail_domains,million_bulk"))
    assert sorted(world.second.charged) == [good, dead]
    assert standings(admin) == {good: None, dead: "inactive"}


def test_an_order_that_names_no_verifier_is_told(world: Verified) -> None:
    with pytest.raises(ConfigurationError, match="verifies nothing"):
        verify_addresses(world.work(verify_order="contacts"))


def test_who_is_erased_takes_their_verifications_along_and_is_not_asked_about_again(world: Verified, admin: Admin) -> None:
    (email,) = world.people("ada.ok")
    verify_addresses(world.work())
    forget(world.work(), email)
    for table in (
        "intake.validated_addresses", "intake.raw_loads", "public.credit_ledger", "public.enrichment", "vault.contacts",
    ):  # fmt: skip
        assert not admin.execute(f"select from {table} as t where t::text ilike '%ada@ok%'").fetchall(), table
    world.people("ada.ok")
    verify_addresses(world.work())
    assert world.first.charged == [email]


def test_explain_of_a_person_shows_who_verified_the_address_and_by_which_load(world: Verified, admin: Admin) -> None:
    world.people("ada.ok")
    verify_addresses(world.work())
    row = admin.execute("select unique_id from marketing.people_master").fetchone()
    load = admin.execute("select load_id, address_class from intake.validated_addresses").fetchone()
    assert row is not None
    assert load is not None
    told = {each["what"]: each for each in explain(world.work(), row["unique_id"])["loop"]}
    assert list(told) == ["found", "verified"]
    assert (told["verified"]["detail"], told["verified"]["load_id"]) == ("deliverable", load["load_id"])
