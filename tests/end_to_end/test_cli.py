"""The commands that work: migrate, land, run, status, and how they end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, BOLT, CommandLine

from outreach_pipeline.cli.main import main
from outreach_pipeline.errors import TransientError

# Dagster deprecates parameters faster than it names their replacement; its own tests are the place for that.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STATES = ("pending", "promoted", "failed", "duplicate")


def test_a_file_becomes_companies_people_and_slots(cli: CommandLine) -> None:
    cli.fine("land", cli.companies(ACME, BOLT), "--source", "companies_csv", "--day", "2022-06-30")
    cli.fine("run", "--day", "2022-06-30", "--source", "companies_csv")

    status = cli.fine("status", "--json").json

    assert (
        status["total"] | {"companies": 2, "people": 2, "slots": 6, "filled_slots": 2, "promoted": 2}
        == status["total"]
    )
    assert [batch["batch_id"] for batch in status["batches"]] == ["2022-06-30|companies_csv"]
    assert status["batches"][0]["state"] == "done"


def test_landed_is_the_sum_of_the_states_in_every_batch_and_in_the_total(cli: CommandLine) -> None:
    cli.take_in(
        cli.companies(ACME, BOLT, ACME, ["", "", "", "", "", "", "", ""]), "companies_csv", "2022-06-30"
    )
    cli.fine(
        "land",
        cli.officers(["Acme Pumps", "Alan Turing", "CEO", "2019"]),
        "--source",
        "officers_csv",
        "--day",
        "2019-06-30",
    )

    status = cli.fine("status", "--json").json

    for counts in [status["total"], *status["batches"]]:
        assert counts["landed"] == sum(counts[state] for state in STATES)
        assert 0 <= counts["waiting"] <= counts["pending"]
    assert status["total"]["landed"] == sum(batch["landed"] for batch in status["batches"]) > 0
    assert {batch["batch_id"]: batch["state"] for batch in status["batches"]} == {
        "2022-06-30|companies_csv": "done",
        "2019-06-30|officers_csv": "landed",
    }


def test_status_takes_one_day_and_one_source(cli: CommandLine) -> None:
    cli.fine("land", cli.companies(ACME), "--source", "companies_csv", "--day", "2022-06-30")
    cli.fine("land", cli.companies(BOLT), "--source", "companies_csv", "--day", "2022-07-01")

    def batches(*which: str) -> list[str]:
        return [batch["batch_id"] for batch in cli.fine("status", *which, "--json").json["batches"]]

    assert batches("--day", "2022-07-01") == ["2022-07-01|companies_csv"]
    assert batches("--source", "officers_csv") == []
    assert len(batches("--source", "companies_csv")) == 2


def test_running_again_changes_nothing(cli: CommandLine, admin: Any) -> None:
    cli.take_in(cli.companies(ACME, BOLT), "companies_csv", "2022-06-30")
    query = "select company_unique_id, updated_at from marketing.company_master order by 1"
    before = admin.execute(query).fetchall()

    again = cli.fine("run", "--day", "2022-06-30", "--source", "companies_csv", "--json").json
    landed = cli.fine(
        "land", cli.companies(ACME, BOLT), "--source", "companies_csv", "--day", "2022-06-30", "--json"
    ).json

    assert again["batches"][0]["landed"] == 2
    assert landed["already"] is True
    assert admin.execute(query).fetchall() == before


def test_a_batch_held_by_its_checks_ends_with_1_until_it_is_accepted(cli: CommandLine) -> None:
    bad = cli.officers(*[[f"Firm {n}", "n/a", "CEO", "2019"] for n in range(30)])
    cli.fine("land", bad, "--source", "officers_csv", "--day", "2019-06-30")

    held = cli("run", "--day", "2019-06-30", "--source", "officers_csv", "--json")
    state = cli.fine("status", "--json").json["batches"][0]["state"]
    accepted = cli("run", "--day", "2019-06-30", "--source", "officers_csv", "--accept-checks", "--json")

    assert (held.code, held.json["batches"][0]["state"], state) == (1, "held", "held")
    assert "--accept-checks" in held.json["batches"][0]["next_step"]
    assert (accepted.code, accepted.json["batches"][0]["state"]) == (0, "done")


def test_the_items_of_a_held_batch_are_not_in_what_is_printed(cli: CommandLine) -> None:
    bad = cli.officers(*[[f"Firm {n}", "n/a", "Xanadu Overlord", "2019"] for n in range(30)])
    cli.fine("land", bad, "--source", "officers_csv", "--day", "2019-06-30")

    ran = cli("run", "--day", "2019-06-30", "--source", "officers_csv")
    shown = cli("rejections")

    assert ran.code == 1
    for printed in (ran.out, ran.err, shown.out, shown.err):
        assert "Xanadu" not in printed


def test_without_a_nightly_source_run_asks_for_one(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[sources.by_hand]\nkind = "files"\nshape = "officer_list_csv"\n')
    monkeypatch.setenv("OUTREACH_SOURCES", str(sources))

    ran = cli("run")

    assert ran.code == 2
    assert "--source" in ran.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["land", "missing.csv", "--source", "companies_csv"], "does not exist"),
        (["land", "companies.csv", "--source", "nosuch"], "no source 'nosuch'"),
        (["status", "--day", "the first"], "2026-11-06"),
        (["rejections", "--batch", "companies_csv"], "day|source"),
        (["rejections", "--outcome", "bad"], "rejected, dropped, noted"),
        (["explain", "Acme"], "no Barton ID"),
        (["replay", "4711"], "no load 4711"),
        (["nosuch"], "nosuch"),
        (["run", "--day", "2999-01-01", "--source", "companies_csv"], "no batch for 2999-01-01"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2_and_a_sentence(
    cli: CommandLine, arguments: list[str], words: str
) -> None:
    cli.companies(ACME)

    ran = cli(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_database_without_our_schema_says_migrate(
    cli: CommandLine, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.create()
    for login in (None, "outreach_app"):
        monkeypatch.setenv("OUTREACH_DATABASE_URL", server.url(name, login=login))
        for arguments in (
            ["status"],
            ["rejections"],
            ["explain", "04.04.01.00.00000.001"],
            ["land", cli.companies(ACME), "--source", "companies_csv"],
        ):
            ran = cli(*arguments)
            assert ran.code == 2
            assert "Run `outreach migrate`" in ran.err, arguments
    server.drop(name)


def test_an_embedded_database_that_was_never_made_is_not_started(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OUTREACH_DATABASE_URL")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "nowhere"))

    ran = cli("status")

    assert (ran.code, ran.out) == (2, "")
    assert "Run `outreach migrate`" in ran.err
    assert not (tmp_path / "nowhere").exists()


def test_migrate_twice_is_quiet_the_second_time(
    cli: CommandLine, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.create()
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", server.url(name))

    first, second = cli.fine("migrate"), cli.fine("migrate")

    server.drop(name)
    assert len(first.out.splitlines()) == 1
    assert "migrations applied; the schema is at" in first.out
    assert "applied" not in second.out


def test_a_passing_trouble_ends_with_3(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise TransientError("The database is busy.", next_step="Try again.")

    monkeypatch.setattr("outreach_pipeline.stages.status.read_status", busy)

    ran = cli("status")

    assert (ran.code, ran.err) == (3, "The database is busy.\nTry again.\n")


def test_ctrl_c_ends_with_130(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("outreach_pipeline.stages.status.read_status", interrupted)

    ran = cli("status")

    assert (ran.code, ran.out) == (130, "")
    assert "Traceback" not in ran.err


def test_an_error_of_a_library_shows_neither_traceback_nor_its_text(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("ada@acmepumps.com")

    monkeypatch.setattr("outreach_pipeline.stages.status.read_status", broken)

    ran = cli("status")
    assert ran.code == 1
    assert "ValueError" in ran.err
    assert "ada@" not in ran.err

    monkeypatch.setenv("OUTREACH_DEBUG", "1")
    with pytest.raises(ValueError):
        main(["status"])


def test_a_reader_that_stops_reading_is_no_error(cli: CommandLine) -> None:
    code = "import sys; from outreach_pipeline.cli.main import main; sys.exit(main(['sources', '--json']))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (0, "")
