"""`outreach suppress` and `outreach forget` as an operator types them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_world import ACME, BOLT, CommandLine

from tests.end_to_end.pipeline import rows, value

Admin = psycopg.Connection[Any]


@pytest.fixture
def world(cli: CommandLine) -> CommandLine:
    """Two companies and who runs them."""
    cli.fine("migrate")
    cli.take_in(cli.companies(ACME, BOLT), "companies_csv", "2026-11-20")
    return cli


def person(admin: Admin, name: str) -> str:
    return str(value(admin, "select unique_id from marketing.people_master where full_name = %s", name))


def test_suppress_list_and_lift(world: CommandLine, admin: Admin, tmp_path: Path) -> None:
    ada = person(admin, "Ada Lovelace")
    done = world.fine("suppress", ada, "boltworks.com", "--reason", "legal", "--until", "2100-01-31")
    assert "2 suppressions added" in done.out
    shown = world.fine("suppress", "list", "--json").json
    assert (shown["in_force"], shown["people"]) == (2, 2)
    assert {(row["kind"], row["reason"], row["until"][:10]) for row in shown["rows"]} == {
        ("person", "legal", "2100-01-31"), ("domain", "legal", "2100-01-31"),
    }  # fmt: skip
    assert "boltworks.com" in world.fine("suppress", "list").out
    assert world.fine("suppress", "lift", ada, "--json").json == {"lifted": 1, "contacts": 0}
    assert "0 suppressions lifted" in world.fine("suppress", "lift", ada).out

    list_file = tmp_path / "list.csv"
    list_file.write_text("email,reason\na@b.example,bounced\nnobody,\n")
    ran = world("suppress", "--file", str(list_file))
    assert ran.code == 1, "a line that names nobody is not passed over in silence"
    assert "Line 3 was left out" in ran.err
    assert "1 suppression added" in ran.out


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("suppress",), "Nobody was named"),
        (("suppress", "gmail.com"), "nobody's own"),
        (("suppress", "a@b.example", "--reason", "whim"), "no reason"),
        (("suppress", "a@b.example", "--until", "soon"), "is no day"),
        (("forget", "acme.com", "--yes"), "domain is no person"),
        (("forget", "a@b.example"), "Nobody can be asked here"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(world: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    ran = world(*arguments)
    assert ran.code == 2
    assert said in ran.err


def test_forget_shows_first_and_then_erases(world: CommandLine, admin: Admin) -> None:
    ada = person(admin, "Ada Lovelace")
    plan = world.fine("forget", ada, "--dry-run", "--json").json
    assert (plan["people"], plan["is_dry_run"], plan["rows"]["marketing.people_master"]) == (1, True, 1)
    assert "would be kept" in world.fine("forget", ada, "--dry-run").out
    assert person(admin, "Ada Lovelace") == ada

    done = world.fine("forget", ada, "--yes")
    assert "marketing.people_master" in done.out
    assert "Files on your disk" in done.err
    assert [row["full_name"] for row in rows(admin, "select full_name from marketing.people_master")] == ["Grace Hopper"]
    slot = rows(admin, "select is_filled, person_unique_id from marketing.company_slot as s inner join"
                " marketing.company_master as c using (company_unique_id) where slot_type = 'CEO' and domain = 'acmepumps.com'")  # fmt: skip
    assert slot == [{"is_filled": False, "person_unique_id": None}]
    assert "forgotten before" in world.fine("forget", ada, "--yes").out
    assert world("forget", "04.04.02.00.00009.999", "--yes").code == 2

    world.take_in(world.companies(ACME, name="again.csv"), "companies_csv", "2026-11-21")
    assert value(admin, "select count(*) from marketing.people_master") == 1
    rejected = world.fine("rejections", "--check", "erased", "--json").out
    assert "erased" in rejected
    assert "Lovelace" not in rejected
    world.fine("replay", "--batch", "2026-11-21|companies_csv")
    assert value(admin, "select count(*) from marketing.people_master") == 1


def test_the_address_of_a_function_is_suppressed_and_nobody_erased(world: CommandLine, admin: Admin) -> None:
    people = value(admin, "select count(*) from marketing.people_master")
    done = world.fine("forget", "info@acmepumps.com", "--yes")
    assert "not of a person" in done.out
    assert "suppressed for good, nobody is erased" in done.out
    assert value(admin, "select count(*) from marketing.people_master") == people
    kept = rows(admin, "select kind, reason, until from vault.suppression")
    assert kept == [{"kind": "email", "reason": "legal", "until": None}]


def test_what_is_said_and_logged_names_nobody(world: CommandLine, admin: Admin) -> None:
    said = [
        world.fine("suppress", "ada.q@acmepumps.com").out, world.fine("forget", "ada.q@acmepumps.com", "--yes").out,
        world("forget", "ada.q@", "--yes").err, world.fine("forget", "ada.q@acmepumps.com", "--yes", "--json").out,
    ]  # fmt: skip
    logged = rows(admin, "select result::text, batch_id from intake.audit_log union all select context::text, error_message from public.shq_error_log")
    logged += rows(admin, "select to_jsonb(e)::text as row from vault.erasure as e")
    assert "ada.q" not in " ".join([*said, str(logged)])
    # The kept key is keyed: no hash that somebody could make of the address is among them.
    plain = "select count(*) from vault.erased_key where key_hash in (sha256('ada.q@acmepumps.com'), sha256('email:ada.q@acmepumps.com'))"
    assert value(admin, plain) == 0
