"""What the commands say and take: numbers out of bounds, JSON everywhere, the words of a slot, money with its currency."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer.main
from cli_world import ACME, CommandLine

from outreach_pipeline.cli.main import make_app

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GROUP = typer.main.get_command(make_app())
WITHOUT_REPORT = {"demo", "sandbox", "serve", "ui"}


def commands() -> dict[str, Any]:
    """All commands, those below others as "costs allow"."""
    found = {}
    for name, command in GROUP.commands.items():  # type: ignore[attr-defined]
        found[name] = command
        found.update({f"{name} {below}": each for below, each in getattr(command, "commands", {}).items()})
    return found


@pytest.mark.parametrize("name", sorted(set(commands()) - WITHOUT_REPORT))
def test_whatever_reports_can_print_json(name: str) -> None:
    assert any("--json" in parameter.opts for parameter in commands()[name].params)


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_shows_no_types_of_python(name: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    page = cli.fine(*name.split(), "--help").out
    assert re.findall(r"<[a-z ]+>", page) == []


@pytest.mark.parametrize(
    "command, sentence",
    [
        ("rejections --load 0", "Invalid value for '--load': 0 is too small; the least is 1."),
        ("rejections --limit 10001", "Invalid value for '--limit': 10001 is too large; the most is 10,000."),
        ("changes apply abc", "Invalid value for 'ID...': 'abc' is no whole number."),
        ("changes apply -3", "Invalid value for 'ID...': -3 is below zero."),
        ("costs budget apify day -3", "'-3' is no amount that a budget can have"),
        ("signals band hot -5 --note x", "'-5' is not between 0 and 100."),
        ("signals weigh funding -5 --note x", "Name what changes: --weight"),
        ("signals limit company -1", "-1 is below zero."),
        ("replay -7", "-7 is below zero."),
        ("suppress list somebody@acme.example", "takes no names"),
        ("migrate --sql --json", "SQL is no JSON"),
    ],
)
def test_a_wrong_argument_is_refused_with_a_sentence(cli: CommandLine, command: str, sentence: str) -> None:
    ran = cli(*command.split())
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "Input should" not in ran.err
    assert "No such option" not in ran.err


def test_refresh_alone_and_its_status_print_the_same(cli: CommandLine) -> None:
    assert cli.fine("refresh", "--json").json == cli.fine("refresh", "status", "--json").json


def test_a_trial_of_forgetting_says_that_nothing_was_done(cli: CommandLine) -> None:
    tried = cli.fine("forget", "nobody@nowhere.example", "--dry-run").out
    assert "they would be remembered" in tried
    assert "they are remembered" in cli.fine("forget", "nobody@nowhere.example", "--yes").out


def test_what_changes_something_prints_json(cli: CommandLine, admin: Any) -> None:
    assert cli.fine("signals", "band", "hot", "75", "--note", "x", "--json").json == {"version": 2}
    assert cli.fine("signals", "limit", "company", "5", "--json").json == {
        "scope": "company", "max_per_day": 5, "held": 0,
    }  # fmt: skip
    admin.execute(
        "insert into public.actor_breaker (actor, failures, opened_at, open_until, last_failure)"
        " values ('x/y', 3, now(), now() + interval '1 hour', 'it broke')"
    )
    assert cli.fine("refresh", "close-breaker", "x/y", "--json").json == {"actor": "x/y", "closed": True}


def test_money_has_a_currency_and_an_open_bill_says_so(cli: CommandLine, admin: Any) -> None:
    admin.execute(
        "with wave as (insert into public.refresh_wave (source, actor, batch_id, jobs, requested_at)"
        " values ('r', 'x/y', '2026-11-20|r', 1, now()) returning wave_id)"
        " insert into public.actor_runs (batch_id, purpose, source, actor, tag, state, intent_at, reserved_at, reserved_usd,"
        " spent_usd, run_id, run_status) select '2026-11-20|r', 'refresh:' || wave_id, 'r', 'x/y', 't', 'ended', now(), now(),"
        " 0.448, 0.004, 'R1', 'SUCCEEDED' from wave"
    )
    shown = cli.fine("refresh").out
    assert "$0.4480" in shown
    assert "$0.0040 so far" in shown


def test_the_words_are_slot_occupant_and_candidate(cli: CommandLine) -> None:
    cli.take_in(cli.companies(ACME), "companies_csv", "2022-06-30")
    cli.take_in(cli.companies((*ACME[:2], "Alan Turing", *ACME[3:])), "companies_csv", "2022-07-31")
    told = " ".join(
        cli.fine(*words.split()).out
        for words in ("explain 04.04.01.00.00000.001", "explain 04.04.02.00.00000.001", "explain 04.04.05.00.00000.001")
    )
    told += cli.fine("explain", "04.04.02.00.00000.002").out + cli.fine("export", str(cli.folder / "r.csv")).out
    assert "occupant" in told.casefold()
    assert "Candidate no. 2 for the CEO slot" in told
    assert "the slot is vacant" in told
    assert re.findall(r"(?i)\b(?:seats?|holders?|held by|place)\b", told) == []
