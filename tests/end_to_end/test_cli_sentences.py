"""Refusals that say what to do: days without a batch, a page without a database, a port that is taken, money."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_world import ACME, CommandLine
from paid_world import RUNS, apify, workspace
from test_apify_pulls import BATCH

from outreach_pipeline.errors import BudgetError, PermanentError
from outreach_pipeline.stages.land import land_batch


@pytest.mark.parametrize(
    "url, sentence",
    [
        ("postgresql://x:hunter2@127.0.0.1:9/z", "The database server at 127.0.0.1, port 9, refuses connections."),
        ("postgresql://x:hunter2@nowhere.invalid/z", "The database's host nowhere.invalid is unknown."),
    ],
)
def test_a_server_that_is_gone_is_named_with_the_reason_and_nothing_else_is_said(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    monkeypatch.delenv("OUTREACH_MIGRATION_URL")

    ran = cli("status")

    assert ran.code in (2, 3)
    assert ran.err.splitlines()[0] == sentence
    assert len(ran.err.splitlines()) == 2
    assert "hunter2" not in ran.err


def test_a_home_and_a_folder_that_cannot_be_written_say_so(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_file").write_text("mine", encoding="utf-8")
    monkeypatch.delenv("OUTREACH_DATABASE_URL")
    monkeypatch.delenv("OUTREACH_MIGRATION_URL")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "a_file"))

    home = cli("migrate")
    folder = cli("sandbox", "--folder", str(tmp_path / "a_file"), "--companies", "5")

    assert (home.code, folder.code) == (2, 2)
    assert f"cannot write to {tmp_path}/a_file" in home.err
    assert "OUTREACH_HOME" in home.err
    assert f"cannot write its files into {tmp_path}/a_file" in folder.err
    assert "--folder" in folder.err


def test_an_unchanged_file_the_next_day_was_read_before_in_run_and_status_alike(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.companies(ACME)
    (tmp_path / "sources.toml").write_text(
        '[sources.firms]\nkind = "files"\nshape = "company_list_csv"\npath = "companies.csv"\n', encoding="utf-8"
    )
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))

    def state(day: str) -> str:
        return str(cli.fine("run", "--source", "firms", "--day", day, "--json").json["batches"][0]["state"])

    assert [state("2022-06-30"), state("2022-07-01"), state("2022-07-01")] == ["done", "read before", "read before"]
    states = {batch["batch_id"]: batch["state"] for batch in cli.fine("status", "--json").json["batches"]}
    assert states == {"2022-06-30|firms": "done", "2022-07-01|firms": "read before"}


@pytest.mark.parametrize("day", [f"{datetime.now(UTC).date() + timedelta(days=2)}", "2018-12-31"], ids=["to come", "too old"])
def test_landing_into_a_day_without_a_batch_is_refused_as_running_is(cli: CommandLine, day: str) -> None:
    file = cli.companies(ACME)
    landed = cli("land", file, "--source", "companies_csv", "--day", day)
    ran = cli("run", "--source", "companies_csv", "--day", day)
    assert landed.code == ran.code == 2
    assert landed.err == ran.err
    assert f"There is no batch for {day}" in landed.err
    assert cli.fine("status", "--json").json["batches"] == []


def test_the_page_of_a_home_without_a_database_says_migrate(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "nothing"))
    ran = cli("ui", "--port", _free())
    assert ran.code == 2
    assert "Run `outreach migrate`." in ran.err


def test_the_page_of_an_older_schema_says_migrate(cli: CommandLine, admin: object) -> None:
    admin.execute("delete from public.schema_revision_file where revision = '0012_descriptions'")  # type: ignore[attr-defined]
    ran = cli("ui", "--port", _free())
    assert ran.code == 2
    assert "lacks 0012_descriptions" in ran.err
    assert "Run `outreach migrate`." in ran.err


def test_a_port_that_is_taken_is_one_sentence(cli: CommandLine) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        ran = cli("ui", "--port", str(busy.getsockname()[1]))
    assert ran.code == 2
    assert "is in use" in ran.err
    assert "outreach ui --port" in ran.err


def test_a_refusal_names_the_command_that_pays_once_more(tmp_path: Path, database_url: str) -> None:
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "refusal")
        with pytest.raises(PermanentError) as caught:
            land_batch(workspace(tmp_path, database_url, url), BATCH)
    assert f"`outreach costs allow '{BATCH.batch_id}'`" in caught.value.next_step


def test_a_cap_names_the_command_that_raises_it(tmp_path: Path, database_url: str) -> None:
    with apify() as (_, url), pytest.raises(BudgetError) as caught:
        land_batch(workspace(tmp_path, database_url, url, apify_usd_per_day=0), BATCH)
    assert "`outreach costs budget`" in caught.value.next_step


def _free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
