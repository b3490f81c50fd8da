"""Filters of the commands: what does not exist is told as such (2), what exists and matches nothing says what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from cli_world import ACME, BOLT, WITHOUT_NAME, CommandLine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def world(cli: CommandLine) -> CommandLine:
    """One batch of three companies, with a field left out and nothing rejected."""
    cli.take_in(cli.companies(ACME, BOLT, WITHOUT_NAME), "companies_csv", "2022-06-30")
    return cli


@pytest.mark.parametrize(
    "command, words",
    [
        ("status --source nope", "no source 'nope'"),
        ("status --source companies --json", "Did you mean companies_csv?"),
        ("rejections --load 99999999", "There is no load 99999999."),
        ("rejections --batch 2022-06-30|nope", "There is no batch 2022-06-30|nope."),
        ("rejections --batch 2022-13-40|companies_csv", "is no batch"),
        ("rejections --check nope", "No rejection has the check 'nope'."),
        ("rejections --check promotabel", "Did you mean promotable?"),
        ("rejections --column nope", "No rejection has the column 'nope'."),
        ("replay --check nope", "No rejection has the check 'nope'."),
        ("replay --column nope", "No rejection has the column 'nope'."),
        ("replay --batch 2022-06-30|nope", "There is no batch 2022-06-30|nope."),
        ("replay 99999999", "no load 99999999"),
        ("changes --person 04.04.02.99.99999.999", "There is no person 04.04.02.99.99999.999."),
        ("changes --company 04.04.01.99.99999.999", "There is no company 04.04.01.99.99999.999."),
        ("signals --company 04.04.01.99.99999.999", "no company"),
        ("explain 04.04.01.99.99999.999", "There is no company 04.04.01.99.99999.999."),
        ("forget 04.04.02.99.99999.999 --dry-run", "There is no person 04.04.02.99.99999.999."),
        ("changes apply 99999", "There is no change 99999."),
        ("reviews 99999 --dismiss", "There is no review 99999."),
        ("costs allow 2022-06-30|nope", "no paid run"),
    ],
)
def test_what_does_not_exist_ends_with_2_and_says_so(world: CommandLine, command: str, words: str) -> None:
    ran = world(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.parametrize(
    "command, words",
    [
        ("status --day 2019-05-05", "No batch on 2019-05-05 has landed."),
        ("status --source officers_csv", "No batch of officers_csv has landed."),
        ("status --source officers_csv --day 2019-05-05", "No batch of officers_csv on 2019-05-05 has landed."),
        ("rejections --load 1", "Nothing was refused, left out or repaired of load 1."),
        ("rejections --outcome rejected", "Nothing was refused."),
        ("rejections --check e164 --column phone", "repaired in the column phone by the check e164."),
        (
            "rejections --batch 2022-06-30|companies_csv --outcome rejected",
            "Nothing was refused of 2022-06-30|companies_csv.",
        ),
        ("replay", "No rejected load: nothing to read again."),
        ("replay --check change_policy", "No rejected load of check change_policy: nothing to read again."),
        ("changes --kind promotion --state proposed", "No change of the kind promotion that is proposed was noted."),
        ("changes --person 04.04.02.00.00000.001", "No change of 04.04.02.00.00000.001 was noted."),
    ],
)
def test_what_exists_and_matches_nothing_says_what_was_asked_for(world: CommandLine, command: str, words: str) -> None:
    assert words in " ".join(world.fine(*command.split()).out.split())


def test_a_source_that_left_its_file_still_has_its_batches(
    world: CommandLine, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.folder / "sources.toml"
    file.write_text('[sources.other]\nkind = "files"\nshape = "officer_list_csv"\n')
    monkeypatch.setenv("OUTREACH_SOURCES", str(file))
    assert [batch["source"] for batch in world.fine("status", "--source", "companies_csv", "--json").json["batches"]] == [
        "companies_csv"
    ]


def test_ask_for_somebody_unknown_ends_with_2(world: CommandLine) -> None:
    ran = world("refresh", "ask", "04.04.02.99.99999.999")
    assert (ran.code, "is nobody known here" in ran.out) == (2, True)


def test_an_erased_person_is_told_as_erased(world: CommandLine) -> None:
    world.fine("forget", "04.04.02.00.00000.001", "--yes")
    ran = world("explain", "04.04.02.00.00000.001")
    assert ran.code == 2
    assert "Person 04.04.02.00.00000.001 was erased on 20" in ran.err
    assert "digit" not in ran.err


def test_the_limit_of_rejections_holds_for_groups_and_loads_and_says_so(world: CommandLine) -> None:
    every = world.fine("rejections", "--json").json
    assert every["kinds"] == len(every["groups"]) >= 2
    ran = world.fine("rejections", "--limit", "1")
    assert f"1 of {every['kinds']} groups, 1 of {every['total']} rejections; more with --limit." in ran.out
    first = world.fine("rejections", "--limit", "1", "--json").json
    assert (len(first["groups"]), len(first["rows"])) == (1, 1)
    assert (first["kinds"], first["total"]) == (every["kinds"], every["total"])
    groups = world.fine("rejections", "--limit", "0", "--json").json
    assert (len(groups["groups"]), groups["rows"]) == (every["kinds"], [])


def test_reasons_are_sentences(world: CommandLine) -> None:
    codes = {group["reason"] for group in world.fine("rejections", "--json").json["groups"]}
    assert "placeholder" in codes, "the machine word stays in JSON"
    shown = world.fine("rejections").out
    assert "a placeholder where a value belongs" in " ".join(shown.split())
