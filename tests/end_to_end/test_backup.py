"""A backup goes into a cluster that has never seen the program, and everything is as it was; then nothing is paid twice.

The first cluster is that of the session; the second is an embedded server of its own, without any of our roles.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_world import ACME, BOLT, COMPANY_COLUMNS, CommandLine
from paid_world import DAY, SOURCE, TOKEN, apify
from paid_world import workspace as paid_workspace
from psycopg.rows import dict_row
from test_docs import matches, page, plain

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.database import migrate as migrate_module
from outreach_pipeline.database import tools
from outreach_pipeline.database.catalogue import read_catalogue, render
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import EmbeddedServer, get_server
from outreach_pipeline.database.migrate import migrate, prepare
from outreach_pipeline.database.restoring import Target
from outreach_pipeline.errors import BudgetError, ConfigurationError, PermanentError
from outreach_pipeline.settings import load_settings
from outreach_pipeline.stages import restored
from outreach_pipeline.stages.backup import restore_backup, write_backup
from outreach_pipeline.stages.checks import hold_or_release
from outreach_pipeline.stages.land import land_batch, land_file
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch

COMPANIES = '\n[sources.companies_csv]\nkind = "files"\nshape = "company_list_csv"\n'
FIRST, SECOND = Batch(DAY.replace(day=19), "leads"), Batch(DAY, "leads")
NOT_OF_THE_WORLD = ("restore", "restore_answer", "money_home", "schema_object")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which it closes to the user that an embedded server runs as when we are root."""
    found = Path(tempfile.mkdtemp(prefix="outreach-backup-"))
    yield found
    if (found / "elsewhere" / "postgres").exists():
        get_server(found / "elsewhere" / "postgres").stop()
    shutil.rmtree(found, ignore_errors=True)


@pytest.fixture(scope="module")
def world(server: Any) -> Iterator[tuple[str, Any, str]]:
    """A small world with people, slots and one paid run: its database, Apify, and the address of Apify."""
    name = server.create(server.template)
    folder = Path(tempfile.mkdtemp(prefix="outreach-backup-"))
    with apify() as (service, url):
        there = paid_workspace(folder, server.url(name, login="outreach_app"), url, SOURCE + COMPANIES)
        (folder / "companies.csv").write_text("\n".join(",".join(row) for row in (COMPANY_COLUMNS, ACME, BOLT)))
        land_file(there, Batch(date(2026, 11, 18), "companies_csv"), folder / "companies.csv")
        land_batch(there, FIRST)
        for batch in (Batch(date(2026, 11, 18), "companies_csv"), FIRST):
            validate_batch(there, batch)
            hold_or_release(there, batch)
            promote_batch(there, batch)
        assign_slots(there)
        there.database.close()
        # A copy of it is to be the world itself, and not to notice that it is a copy.
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute("delete from public.money_home")
        yield name, service, url
    server.drop(name)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def here(
    folder: Path, server: Any, world: tuple[str, Any, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[CommandLine, Any]]:
    """The command line on a world of this test alone, and Apify."""
    template, service, url = world
    name = server.create(template)
    monkeypatch.chdir(folder)
    (folder / "sources.toml").write_text(SOURCE + COMPANIES)
    for key, value in {
        "DATABASE_URL": server.url(name, login="outreach_app"), "MIGRATION_URL": server.url(name), "HOME": str(folder / "home"),
        "SOURCES": "sources.toml", "APIFY_TOKEN": TOKEN, "APIFY_URL": url, "APIFY_USD_PER_DAY": "25", "PAUSE_SECS": "0.02",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"OUTREACH_{key}", value)
    yield CommandLine(capsys, folder), service
    server.drop(name)


@pytest.fixture
def admin_url(here: tuple[CommandLine, Any]) -> str:
    """A superuser's way into the world."""
    return os.environ["OUTREACH_MIGRATION_URL"]


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings point to an embedded server that is not there yet."""
    monkeypatch.delenv("OUTREACH_DATABASE_URL")
    monkeypatch.delenv("OUTREACH_MIGRATION_URL")
    monkeypatch.setenv("OUTREACH_HOME", "elsewhere")


def rows_of(url: str) -> str:
    """Every row of every table and every sequence, as pg_dump writes them, but for the marks of a restore."""
    without = [f"--exclude-table=public.{name}" for name in NOT_OF_THE_WORLD]
    tool = tools.find_tool("pg_dump", 18)
    done = subprocess.run([tool, "--data-only", *without, "-d", url], capture_output=True, text=True, check=True)
    return re.sub(r"(?m)^(\\(un)?restrict .*|-- Dumped from .*|SET transaction_timeout.*|.*_restore_id_seq.*)\n", "", done.stdout)


def schema_of(url: str) -> str:
    done = subprocess.run(
        [tools.find_tool("pg_dump", 18), "--schema-only", "-d", url], capture_output=True, text=True, check=True
    )
    # What servers of two versions and builds say differently.
    other = r"\\(un)?restrict .*|-- Dumped from .*|SET transaction_timeout.*|ALTER TABLE .* (SET \(pg_attver=\d+\)|SET COMPRESSION lz4);"
    return re.sub(r"\n{2,}", "\n", re.sub(rf"(?m)^({other})\n", "", done.stdout))


def catalogue_of(url: str) -> str:
    with Database(url).autocommit() as connection:
        return render(read_catalogue(connection))


def test_the_page_works_word_for_word(here: tuple[CommandLine, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    cli, service = here
    before, done = len(service.runs.all()), []
    for place, block in re.findall(r"<!-- (run|elsewhere) -->\n```\w*\n(.*?)```", page("docs/backup.md"), re.DOTALL):
        if place == "elsewhere" and not done[-1].startswith(("outreach costs", "outreach restore")):
            # What the backup does not know: a run of the day after.
            land_batch(open_workspace(), SECOND)
            elsewhere(monkeypatch)
        for step in re.split(r"(?m)^\$ ", block)[1:]:
            command, *shown = step.splitlines()
            if not command.startswith("export"):
                ran = cli.fine(*command.split()[1:])
                assert matches(tuple(shown[:1]), ran.out.partition("\n")[0]) or matches(tuple(shown), ran.out), plain(ran.out)
            done.append(command)
    assert [command.split()[1] for command in done] == [
        "backup", "OUTREACH_HOME=elsewhere", "restore", "costs", "costs", "doctor",
    ]  # fmt: skip
    told = cli.fine("doctor", "--json").json
    assert {each["outcome"] for each in told} <= {"ok", "warn"}
    assert [each["outcome"] for each in told if each["name"] in ("functions", "restored", "migrations", "roles", "database")] == ["ok"] * 5
    # The next night: the run that was paid is read, and what comes new is taken in.
    assert land_batch(open_workspace(), SECOND).items == 7
    assert len(service.runs.all()) == before + 1
    cli.take_in(cli.companies(ACME, BOLT, name="later.csv"), "companies_csv", "2026-11-21")


def test_everything_is_as_it_was_in_a_cluster_without_roles(
    server: Any, here: tuple[CommandLine, Any], admin_url: str, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Ids, money, history and the numbers that come next; grants and owners too."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        # What an owner keeps beside ours goes along.
        connection.execute("create table public.my_notes (note text); insert into public.my_notes values ('mine')")
    report = write_backup(load_settings(), Path("all.dump"))
    assert report.rows["payments"] == 1
    assert report.rows["people"] > 0
    assert (folder / "all.dump").stat().st_mode & 0o777 == 0o600
    # Servers of two versions write the same schema down differently; the catalogue reads the same.
    described = schema_of if server.version == 18 else catalogue_of
    rows, schema = rows_of(admin_url), described(admin_url)
    elsewhere(monkeypatch)
    back = restore_backup(load_settings(), Path("all.dump"))
    assert back.rows == report.rows
    url = get_server(folder / "elsewhere" / "postgres").admin_url()
    assert rows_of(url) == rows
    assert described(url) == schema
    assert [each.noticed_by for each in restored.read_doubts(open_workspace())] == ["restore"], "and not a second time as a copy"
    with pytest.raises(Exception, match="restored"):
        land_batch(open_workspace(), SECOND)
    assert [each.noticed_by for each in restored.read_doubts(open_workspace())] == ["restore"]


def test_rows_are_overwritten_only_with_yes_and_never_by_half(
    here: tuple[CommandLine, Any], admin_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when the file is cut, and not when the very last statement fails."""
    cli, _ = here
    cli.fine("backup", "one.dump")
    as_backed_up = rows_of(admin_url)
    with Database(admin_url).autocommit() as connection:
        connection.execute("update marketing.company_master set company_name = 'Changed'")
    before = rows_of(admin_url)
    refused = cli("restore", "one.dump")
    assert refused.code == 2
    assert "a restore takes them away for good" in refused.err
    whole = (folder / "one.dump").read_bytes()
    (folder / "cut.dump").write_bytes(whole[: len(whole) * 2 // 3])
    cut = cli("restore", "cut.dump", "--yes")
    assert cut.code in (1, 2), cut.out
    assert rows_of(admin_url) == before
    around = Target.around
    with monkeypatch.context() as patched:
        patched.setattr(Target, "around", lambda self, moment: (around(self, moment)[0], "select 1 / 0;"))
        failed = cli("restore", "one.dump", "--yes")
    assert (failed.code, "22012" in failed.err) == (1, True), failed.err
    assert rows_of(admin_url) == before
    assert cli.fine("restore", "one.dump", "--yes", "--json").json["rows"]["companies"] > 0
    assert rows_of(admin_url) == as_backed_up != before
    assert cli("backup", "one.dump").code == 2, "a backup overwrites nothing"


def test_the_line_to_bring_it_back_names_a_file_that_is_found(
    here: tuple[CommandLine, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, _ = here
    hints: list[str] = []
    monkeypatch.setattr("outreach_pipeline.cli.backup.hint", lambda sentence, **_: hints.append(sentence))
    cli.fine("backup")
    refused = cli(*shlex.split(hints[-1])[1:])
    assert "a restore takes them away for good" in refused.err, "it was found, and is no empty database's"


def test_a_dump_that_pg_restore_read_in_by_itself_is_noticed(
    here: tuple[CommandLine, Any], admin_url: str, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Without `outreach restore`, into a cluster where the database itself may have the same number."""
    cli, service = here
    restored.answer(open_workspace(), "apify")
    with Database(admin_url).autocommit() as connection:
        connection.execute("set role mcp_ingest; select public.f_restore_doubt('apify')")
    cli.fine("backup", "one.dump")
    elsewhere(monkeypatch)
    url = get_server(folder / "elsewhere" / "postgres").admin_url()
    prepare(url)
    subprocess.run([tools.find_tool("pg_restore", 18), "-d", url, "one.dump"], check=True, capture_output=True)
    before = len(service.runs.all())
    assert cli("doctor").code == 1
    (doubt,) = restored.read_doubts(open_workspace())
    assert (doubt.provider, doubt.noticed_by) == ("apify", "copy")
    with pytest.raises(BudgetError, match="restored"):
        land_batch(open_workspace(), Batch(date(2026, 11, 22), "leads"))
    assert len(service.runs.all()) == before


def test_a_backup_of_an_older_schema_is_migrated_and_marked(
    server: Any, here: tuple[CommandLine, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its dump has no place for the mark yet."""
    old, new = server.create(), server.create()
    try:
        prepare(server.url(old))
        migrate_module._upgrade(server.url(old), "0016_leases")
        monkeypatch.setenv("OUTREACH_MIGRATION_URL", server.url(old))
        assert write_backup(load_settings(), Path("old.dump")).revision == "0016_leases"
        monkeypatch.setenv("OUTREACH_MIGRATION_URL", server.url(new))
        monkeypatch.setenv("OUTREACH_DATABASE_URL", server.url(new, login="outreach_app"))
        back = restore_backup(load_settings(), Path("old.dump"))
        assert (back.revision, back.applied[0]) == ("0016_leases", "0017_erasure")
        assert schema_of(server.url(new)) == schema_of(server.url(server.template))
        assert [each.known_until for each in restored.read_doubts(open_workspace())] == [back.known_until]
    finally:
        server.drop(old)
        server.drop(new)


def test_somebody_at_work_stops_a_restore_and_nothing_is_lost(
    here: tuple[CommandLine, Any], admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, _ = here
    cli.fine("backup", "one.dump")
    monkeypatch.setattr("outreach_pipeline.database.restoring._PATIENCE", "set local lock_timeout = '300ms';")
    with psycopg.connect(admin_url) as busy:
        busy.execute("select count(*) from vault.contacts")
        ran = cli("restore", "one.dump", "--yes")
    assert (ran.code, "Stop the pipeline" in ran.err) == (3, True), ran.err
    assert cli.fine("status", "--json").json["total"]["companies"] > 0


def test_a_newer_schema_and_a_file_that_is_no_backup_are_refused(
    here: tuple[CommandLine, Any], admin_url: str, folder: Path
) -> None:
    cli, _ = here
    with Database(admin_url).autocommit() as connection:
        connection.execute("insert into public.schema_revision_file (revision, sha256) values ('9999_later', repeat('0', 64))")
    with pytest.raises(PermanentError, match="9999_later"):
        migrate(admin_url)
    cli.fine("backup", "later.dump")
    ran = cli("restore", "later.dump", "--yes")
    assert (ran.code, "newer version of this program: 9999_later" in " ".join(ran.err.split())) == (2, True), ran.err
    (folder / "text.dump").write_text("no archive")
    assert "no backup that can be read" in " ".join(cli("restore", "text.dump").err.split())
    assert cli("restore", "nothing.dump").code == 2


def test_a_pg_dump_that_is_too_old_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_candidates", lambda name: ("/old",))
    monkeypatch.setattr(tools, "_major", lambda path: 13)
    with pytest.raises(ConfigurationError, match=r"The server is PostgreSQL 17, and the pg_dump here is of version 13\.") as told:
        tools.find_tool("pg_dump", 17)
    assert "postgresql-client-17" in told.value.next_step
    monkeypatch.setattr(tools, "_candidates", lambda name: ())
    with pytest.raises(ConfigurationError, match="there is no psql here"):
        tools.find_tool("psql", 15)


def test_a_login_that_is_no_superuser_backs_up_and_restores(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Neon: CREATEROLE and CREATEDB, owner of the database; afterwards it is not the owner's member."""
    server = EmbeddedServer(folder / "plain", durable=False)
    server.start()
    try:
        with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
            connection.execute("create role plain login createrole createdb")
            connection.execute("create database one owner plain")
            connection.execute("create database two owner plain")
        one, two = (server.url(login="plain", database=name) for name in ("one", "two"))
        migrate(one)
        with psycopg.connect(server.url(database="one"), autocommit=True) as connection:
            connection.execute("insert into intake.raw_loads (batch_id, source, raw_data) values ('b', 's', '{}')")
            connection.execute("insert into public.budget (provider, period, amount, unit) values ('apify', 'day', 3, 'USD')")
        for name, url in (("MIGRATION_URL", one), ("DATABASE_URL", server.url(login="outreach_app", database="one")), ("HOME", str(folder))):
            monkeypatch.setenv(f"OUTREACH_{name}", url)
        assert write_backup(load_settings(), folder / "plain.dump").rows["loads"] == 1
        monkeypatch.setenv("OUTREACH_MIGRATION_URL", two)
        assert restore_backup(load_settings(), folder / "plain.dump").rows["loads"] == 1
        assert restore_backup(load_settings(), folder / "plain.dump", overwrite=True).rows["loads"] == 1
        assert schema_of(server.url(database="two")) == schema_of(server.url(database="one"))
        assert rows_of(server.url(database="two")) == rows_of(server.url(database="one"))
        with psycopg.connect(two, row_factory=dict_row) as connection:
            row = connection.execute("select pg_has_role(current_user, 'outreach_owner', 'SET') as may").fetchone()
            assert row == {"may": False}
    finally:
        server.stop()


def test_costs_restored_on_the_command_line(here: tuple[CommandLine, Any]) -> None:
    cli, _ = here
    assert "Nothing is in doubt" in cli.fine("costs", "restored").out
    assert cli("costs", "restored", "apify").code == 2
    told = cli.fine("costs", "restored", "--since", "2026-11-18T03:00", "--json").json
    assert [each["provider"] for each in told["doubts"]] == ["apify"]
    lost = len(told["apify"]["lost"])
    assert cli("costs", "restored", "--since", "2099-01-01").code == 2
    assert cli("costs", "restored", "apify", "--paid", "3").code == 2
    assert cli("doctor").code == 1
    assert cli.fine("costs", "restored", "apify", "--json").json == {"provider": "apify", "adopted": lost, "paid": None}
