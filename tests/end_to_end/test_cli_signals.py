"""`outreach signals` and `outreach export` as an operator meets them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from cli_world import CommandLine

from tests.database.signal_world import World

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def world(cli: CommandLine, admin: Any) -> World:
    """Firm 1, which the CFO left for Firm 2, which also raised money; its CFO is ready."""
    made = World(admin)
    old, new = made.company(), made.company()
    person = made.occupant(new)
    made.raise_([made.change("job_change", person, old, new, days_ago=10)], [made.news(new, "funding", score=100)])
    return made


def test_signals_explain_each_score_in_sentences(cli: CommandLine, world: World) -> None:
    printed = cli.fine("signals").out
    assert "Firm 2" in printed.splitlines()[0]
    assert "hot" in printed.splitlines()[0]
    assert "The company raised money" in printed
    assert "A new CFO came: Ada Quill 3, Chief" in printed
    assert "The CFO left: Ada Quill 3, now at Firm 2" in printed
    assert "40 x 97% x quality 90" in printed
    assert "1 hot, 1 cold" in printed


def test_one_company_with_its_bands_and_as_json(cli: CommandLine, world: World) -> None:
    assert cli.fine("signals", "process").out == "3 signals of 2 companies taken up; 2 companies changed bands.\n"
    listed = cli.fine("signals", "--json").json
    assert [score["band"] for score in listed["scores"]] == ["hot", "cold"]
    hottest = listed["scores"][0]
    assert sum(reason["points"] for reason in hottest["reasons"]) == pytest.approx(hottest["points"])
    one = cli.fine("signals", "--company", hottest["company_unique_id"], "--json").json
    assert [span["band"] for span in one["history"]] == ["hot"]
    assert len(cli.fine("signals", "--band", "cold", "--json").json["scores"]) == 1


def test_what_does_not_exist_is_told(cli: CommandLine, world: World) -> None:
    assert "no company" in cli("signals", "--company", "04.04.01.99.99999.999").err
    assert "hot, warm, cold" in cli("signals", "--band", "tepid").err
    assert "hot, warm, cold" in cli("export", "x.csv", "--band", "tepid").err
    assert "Name what changes" in cli("signals", "weigh", "funding", "--note", "x").err
    assert "no reason office_cat" in cli("signals", "weigh", "office_cat", "--weight", "3", "--note", "x").err
    assert cli("signals", "limit", "planet", "3").code == 2


def test_rules_are_shown_and_changed_by_versions(cli: CommandLine, world: World) -> None:
    printed = cli.fine("signals", "rules").out
    assert "Version 1" in printed
    assert "exec_movement" in printed
    assert "hot from 80, warm from 50, cold from 0" in " ".join(printed.split())
    assert "version 2" in cli.fine("signals", "weigh", "funding", "--weight", "10", "--note", "Less").out
    assert "cold from 0, warm from 50, hot from 45" in " ".join(cli("signals", "band", "hot", "45", "--note", "Slip").err.split())
    assert "version 3" in cli.fine("signals", "band", "hot", "55", "--note", "More").out
    assert [score["rule_version"] for score in cli.fine("signals", "--json").json["scores"]] == [3, 3]
    assert {row["version"] for row in cli.fine("signals", "rules", "--json").json["versions"]} == {1, 2, 3}
    assert "1 signal held" in cli.fine("signals", "limit", "company", "1").out
    assert "Held: 1 by the limit of a company" in " ".join(cli.fine("signals").out.split())


def test_nothing_to_say_is_a_sentence(cli: CommandLine) -> None:
    assert cli.fine("signals").out == "No company has a reason to be called now.\n"


def test_export_writes_a_file_and_says_who_was_left_out(cli: CommandLine, world: World, tmp_path: Path) -> None:
    target = tmp_path / "ready.csv"
    ran = cli.fine("export", str(target))
    assert "1 of 1 person ready written" in " ".join(ran.out.split())
    assert "the slot is vacant" in ran.out
    with target.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["full_name"], row["band"]) == ("Ada Quill 3", "hot")
    again = cli("export", str(target))
    assert (again.code, "--force" in again.err) == (2, True)
    report = cli.fine("export", str(target), "--force", "--band", "cold", "--json").json
    assert (report["rows"], report["ready"], report["left_out"]) == (0, 1, {"vacant": 5})
