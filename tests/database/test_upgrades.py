"""An upgrade from any revision, with rows, functions and views of its time, gives exactly the database of a fresh
install; what is somebody's own stays.

A database "of revision N": Alembic up to N, then old functions that no file has any more (tests/data/old_functions.sql),
today's functions and views as far as they fit, and rows (tests/data/upgrade_rows.sql). One chain of upgrades is walked
once; each of its steps is kept as a database that the tests clone.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from outreach_pipeline.database import migrate as migrate_module
from outreach_pipeline.database import obsolete, revisions
from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.database.queries import sql_root
from outreach_pipeline.database.tools import find_tool

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = sorted(path.stem for path in (sql_root() / "migrations").glob("*.sql"))
OLD = [each for each in re.split(r"(?m)^(?=create or replace )", (DATA / "old_functions.sql").read_text()) if "create" in each]
_BLOCKS = re.split(r"(?m)^-- after (\w+)\n", (DATA / "upgrade_rows.sql").read_text())[1:]
ROWS = dict(zip(_BLOCKS[::2], _BLOCKS[1::2], strict=True))

# Each revision needs a copy of its own, which takes seconds on a server with a disk: there a few stand for all.
FEW = (*FILES[::7], FILES[-1])
BUILT_ON = "0020_name_forms"

Admin = psycopg.Connection[dict[str, Any]]


def connect(url: str) -> Admin:
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)


def age(url: str, revision: str) -> None:
    """Bring the database up to a revision and leave in it what a program of that time may have left."""
    migrate_module._upgrade(url, revision)
    with connect(url) as connection:
        if revision in ROWS:
            connection.execute(ROWS[revision])  # type: ignore[call-overload]
        connection.execute("set role outreach_owner; set check_function_bodies = off")
        for text in (*OLD, *(file.text for file in revisions.replaceables())):
            with contextlib.suppress(psycopg.Error), connection.transaction():
                connection.execute(text)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def ages(server: Any) -> Iterator[dict[str, str]]:
    """The name of a database of each revision; each is used by one test."""
    chain = server.create()
    with connect(server.url(chain)) as connection:
        migrate_module._prepare(connection, None)
    kept = {}
    for revision in FILES:
        age(server.url(chain), revision)
        if server.is_embedded or revision in FEW:
            kept[revision] = server.create(chain)
        if revision == BUILT_ON:
            kept["built on"] = server.create(chain)
    kept["newest"] = chain
    yield kept
    for name in kept.values():
        server.drop(name)


def dump(url: str) -> str:
    """The whole schema as pg_dump writes it: bodies, grants, comments, default privileges."""
    with connect(url) as connection:
        tool = find_tool("pg_dump", connection.info.server_version // 10_000)
    done = subprocess.run([tool, "--schema-only", "-d", url], capture_output=True, text=True, check=True)
    # Random for each dump.
    return re.sub(r"(?m)^\\(un)?restrict .*\n", "", done.stdout)


@pytest.fixture(scope="module")
def fresh(server: Any) -> str:
    return dump(server.url(server.template))


def rows_of(url: str) -> dict[str, int]:
    with connect(url) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname = any(array['marketing', 'intake', 'vault', 'bit', 'public'])"
        ).fetchall()
        found = {}
        for table in tables:
            row = connection.execute(f"select count(*) as n from {table['name']}").fetchone()  # type: ignore[call-overload]
            found[table["name"]] = row["n"]
    return found


@pytest.mark.parametrize("revision", FILES)
def test_an_upgrade_gives_the_database_of_a_fresh_install(
    server: Any, ages: dict[str, str], fresh: str, revision: str
) -> None:
    if revision not in ages:
        pytest.skip("a copy takes seconds on a server with a disk: there a few revisions stand for all")
    url = server.url(ages[revision])
    before = rows_of(url)
    report = migrate(url)
    assert list(report.applied) == FILES[FILES.index(revision) + 1 :]
    assert report.closed == ()
    assert dump(url) == fresh
    after = rows_of(url)
    for table in ("marketing.people_master", "intake.raw_loads", "vault.contacts", "marketing.message_log"):
        assert after[table] == before[table] > 0


def test_the_databases_of_the_past_hold_what_must_go(server: Any, ages: dict[str, str]) -> None:
    """The gate of the money with eleven arguments among them: without it the test above would prove nothing."""
    with connect(server.url(ages["newest"])) as connection:
        found = connection.execute(
            "select count(*) as n from pg_proc where proname = 'f_reserve_credits' or proname = 'f_intend_run'"
        ).fetchone()
    assert found is not None
    assert found["n"] == 5


class TestWhatIsOurs:
    def test_a_function_without_a_file_goes_with_the_next_migrate(
        self, admin: Admin, admin_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Made by one version, dropped by the next one, whatever its arguments; so is a view on it."""
        text = (
            "create or replace function public.f_old(p_one integer default 1)\nreturns integer language sql as 'select 1';\n"
            "revoke all on function public.f_old(integer) from public;\n"
        )
        view = "create or replace view public.old_view as select public.f_old() as n;"
        now = revisions.replaceables()
        old = [
            revisions.Replaceable(tmp_path / "f.sql", ("public.f_old",), "function", text),
            revisions.Replaceable(tmp_path / "v.sql", ("public.old_view",), "view", view),
        ]
        monkeypatch.setattr(revisions, "replaceables", lambda: [*now, *old])
        migrate(admin_url)
        monkeypatch.setattr(revisions, "replaceables", lambda: now)
        told: list[str] = []
        report = migrate(admin_url, on_progress=told.append)
        assert set(report.dropped) == {"public.old_view", "public.f_old(integer)"}
        assert "Removed public.f_old(integer), which this version no longer has." in told
        assert migrate(admin_url).dropped == ()

    def test_somebody_s_own_is_never_dropped_and_the_doctor_names_it(self, admin: Admin, admin_url: str, db: Database) -> None:
        """Their own function and view in our schemas, an overload of ours, and even one that the owner made."""
        admin.execute("create function marketing.my_report() returns integer language sql as 'select 1'")
        admin.execute("create view marketing.my_view as select marketing.my_report() as n")
        admin.execute(
            "create function public.f_reserve_credits(p_all text) returns integer language sql as 'select 1';"
            "create function public.by_hand() returns integer language sql as 'select 1';"
            "alter function public.by_hand() owner to outreach_owner;"
            "create function public.f_note() returns trigger language plpgsql as 'begin return new; end';"
            "create trigger note_it before insert on public.budget for each row execute function public.f_note()"
        )
        report = migrate(admin_url)
        assert (report.dropped, report.closed) == ((), ())
        with db.transaction(Role.READ) as tx:
            found = {each.object: each.is_own for each in obsolete.read_strangers(tx)}
        assert found == {
            "marketing.my_report()": True, "marketing.my_view": True, "public.f_note()": True,
            "public.f_reserve_credits(text)": False, "public.by_hand()": False, "note_it on public.budget": False,
        }  # fmt: skip

    def test_what_somebody_builds_on_stays_and_is_closed(self, server: Any, ages: dict[str, str]) -> None:
        url, old = server.url(ages["built on"]), "vault.f_lift(text[],text[])"
        with connect(url) as connection:
            connection.execute("create schema mine; create view mine.lift as select * from vault.f_lift('{}', '{}')")
            assert migrate(url).closed == (old,)
            open_to = connection.execute(
                "select count(*) as n from pg_roles where has_function_privilege(oid, %s, 'execute')"
                " and not rolsuper and rolname <> 'outreach_owner'", (old,)
            ).fetchone()  # fmt: skip
            assert open_to == {"n": 0}
            connection.execute("drop schema mine cascade")
            assert migrate(url).dropped == (old,)

    def test_a_missing_function_is_told(self, admin: Admin, db: Database) -> None:
        admin.execute("drop function public.f_set_budget")
        with db.transaction(Role.READ) as tx:
            assert obsolete.read_lacking(tx) == ["public.f_set_budget(text, text, numeric)"]


def test_a_new_function_without_its_own_revoke_is_closed(admin: Admin, db: Database) -> None:
    admin.execute("set role outreach_owner")
    admin.execute("create function public.f_forgotten() returns integer language sql as 'select 1'")
    admin.execute("reset role")
    for role in Role:
        with pytest.raises(Exception, match="42501"), db.transaction(role) as tx:
            tx.fetch_value("select public.f_forgotten()")
