"""Migrating: from nothing, again, two at once, as a plain login, as a script, and what is refused."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from database_processes import finished, start_python
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from outreach_pipeline.database import migrate as migrate_module
from outreach_pipeline.database import revisions
from outreach_pipeline.database.catalogue import read_catalogue, render
from outreach_pipeline.database.embedded import EmbeddedServer, get_server
from outreach_pipeline.database.migrate import migrate, migration_sql, pending_revisions
from outreach_pipeline.database.queries import sql_root
from outreach_pipeline.errors import ConfigurationError

MIGRATE = (
    "import sys; from outreach_pipeline.database.migrate import migrate; print(migrate(sys.argv[1]).applied)"
)
FILES = sorted(path.stem for path in (sql_root() / "migrations").glob("*.sql"))


def schema_text(url: str) -> str:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        return render(read_catalogue(connection))


@pytest.fixture
def fresh_server() -> Iterator[EmbeddedServer]:
    """A cluster of its own: no role of ours exists in it yet."""
    folder = Path(tempfile.mkdtemp(prefix="outreach-fresh-"))
    server = EmbeddedServer(folder / "data", durable=False)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


class TestFiles:
    def test_each_sql_file_has_its_revision_and_the_other_way_round(self) -> None:
        assert sorted(path.stem for path in (sql_root() / "migrations" / "versions").glob("*.py")) == FILES

    @pytest.mark.parametrize("position, name", list(enumerate(FILES, start=1)))
    def test_names_count_up(self, position: int, name: str) -> None:
        assert re.fullmatch(rf"{position:04d}_[a-z][a-z0-9_]*", name)

    def test_revisions_form_one_line(self) -> None:
        for previous, name in zip([None, *FILES], FILES, strict=False):
            text = (sql_root() / "migrations" / "versions" / f"{name}.py").read_text(encoding="utf-8")
            assert f'revision = "{name}"' in text
            assert f"down_revision = {previous!r}".replace("'", '"') in text

    def test_every_function_and_view_file_is_named_after_what_it_creates(self) -> None:
        for file in revisions.replaceables():
            assert file.path.stem in file.names

    def test_a_file_comes_after_those_it_names(self) -> None:
        order = [file.path.stem for file in revisions.replaceables()]
        assert order.index("public.barton_number") < order.index("company.company")


class TestMigrating:
    def test_from_nothing_and_again(self, empty_url: str) -> None:
        assert pending_revisions(empty_url) == FILES
        told: list[str] = []
        first = migrate(empty_url, on_progress=told.append)
        assert list(first.applied) == FILES
        assert first.head == FILES[-1]
        assert any(FILES[0] in line for line in told)
        again = migrate(empty_url)
        assert again.applied == ()
        assert again.replaced == first.replaced > 0
        assert pending_revisions(empty_url) == []

    def test_the_result_is_schema_sql(self, admin_url: str) -> None:
        """If this fails after a change that was meant: make schema."""
        assert schema_text(admin_url) == (sql_root() / "schema.sql").read_text(encoding="utf-8")

    def test_every_function_of_the_database_has_its_file(
        self, look: psycopg.Connection[dict[str, Any]]
    ) -> None:
        files = {name for file in revisions.replaceables() for name in file.names}
        live = {f"{row['schema']}.{row['name']}" for row in read_catalogue(look).functions}
        assert live <= files

    def test_the_script_for_a_dba_gives_the_same(self, empty_url: str) -> None:
        script = "\n".join(line for line in migration_sql().splitlines() if not line.startswith("\\"))
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute(script)  # type: ignore[call-overload]
        assert schema_text(empty_url) == (sql_root() / "schema.sql").read_text(encoding="utf-8")
        assert migrate(empty_url).applied == ()

    def test_the_password_of_the_login(self, empty_url: str) -> None:
        migrate(empty_url, app_password="outreach-test")
        with psycopg.connect(empty_url, autocommit=True) as connection:
            stored = connection.execute(
                "select rolpassword from pg_authid where rolname = 'outreach_app'"
            ).fetchone()
        assert stored is not None
        assert stored[0].startswith("SCRAM-SHA-256$")

    def test_a_changed_function_is_put_back(self, empty_url: str) -> None:
        migrate(empty_url)
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute(
                "create or replace function public.barton_number(p_barton_id text) returns bigint"
                " language sql immutable return 1"
            )
            migrate(empty_url)
            found = connection.execute("select public.barton_number('04.04.01.25.12345.678')").fetchone()
        assert found == (2_512_345_678,)

    def test_a_view_whose_columns_changed_is_made_anew(self, empty_url: str) -> None:
        migrate(empty_url)
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute(
                "drop view intake.latest_100; create view intake.latest_100 as select 1 as other"
            )
            connection.execute("alter view intake.latest_100 owner to outreach_owner")
            migrate(empty_url)
            connection.execute("select load_id from intake.latest_100")


class TestRefusals:
    def test_an_applied_file_that_was_edited(self, admin_url: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(
                "update public.schema_revision_file set sha256 = repeat('0', 64) where revision like '0001%'"
            )
        with pytest.raises(ConfigurationError, match=r"0001_seed\.sql was changed after it was applied"):
            migrate(admin_url)

    def test_a_database_that_is_newer_than_the_program(self, admin_url: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(
                "insert into public.schema_revision_file (revision, sha256)"
                " values ('9999_later', repeat('0', 64))"
            )
        with pytest.raises(ConfigurationError, match="9999_later"):
            migrate(admin_url)

    def test_a_broken_function_is_named_and_changes_nothing(
        self, admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = revisions.Replaceable(
            tmp_path / "views" / "x.bad.sql", ("x.bad",), "view", "create view bit.bad as select nothing"
        )
        good = revisions.replaceables()
        monkeypatch.setattr(revisions, "replaceables", lambda: [*good, bad])
        before = schema_text(admin_url)
        with pytest.raises(ConfigurationError, match=r"x\.bad\.sql cannot be applied"):
            migrate(admin_url)
        assert schema_text(admin_url) == before

    def test_a_grant_without_effect_is_an_error(
        self, admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PostgreSQL only warns, which is how five roles once had no usage on the schema public."""
        idle = revisions.Replaceable(
            tmp_path / "x.sql", ("x.x",), "function", "grant usage on schema pg_catalog to mcp_ingest"
        )
        monkeypatch.setattr(revisions, "replaceables", lambda: [idle])
        with pytest.raises(ConfigurationError, match="no privileges were granted"):
            migrate(admin_url)

    def test_a_login_without_rights_is_told_so(self, server: Any, empty_url: str) -> None:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute("drop role if exists outreach_test_weak")
            connection.execute("create role outreach_test_weak login password 'outreach-test'")
        weak = make_conninfo(empty_url, user="outreach_test_weak", password="outreach-test")
        try:
            with pytest.raises(Exception, match="42501") as caught:
                migrate(weak)
            assert not isinstance(caught.value, psycopg.Error)
        finally:
            server.execute("drop role outreach_test_weak")

    def test_waiting_for_the_lock_has_an_end(self, admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(migrate_module, "_LOCK_PATIENCE", 0.3)
        told: list[str] = []
        with psycopg.connect(admin_url) as holder:
            holder.execute("select pg_advisory_xact_lock(hashtextextended('outreach_pipeline.migrate', 0))")
            with pytest.raises(Exception, match="Another migrate"):
                migrate(admin_url, on_progress=told.append)
        assert told == ["Another migrate is running; waiting for it."]


class TestTogether:
    def test_several_at_once_in_a_cluster_without_roles(self, fresh_server: EmbeddedServer) -> None:
        """Three migrate one database, a fourth another one: the roles are shared, everything else is not."""
        with psycopg.connect(fresh_server.url(database="postgres"), autocommit=True) as connection:
            for name in ("one", "two"):
                connection.execute(f"create database {name}")  # type: ignore[call-overload]
        urls = [fresh_server.url(database=name) for name in ("one", "one", "two", "one")]
        outputs = [finished(process) for process in [start_python(MIGRATE, url) for url in urls]]
        applied = [bool(eval(output)) for output in outputs]
        assert applied[2]
        assert sorted([applied[0], applied[1], applied[3]]) == [False, False, True]
        assert schema_text(urls[0]) == schema_text(urls[2])

    def test_as_a_plain_login_that_owns_the_database(self, fresh_server: EmbeddedServer) -> None:
        """As on Neon: CREATEROLE and CREATEDB, but no superuser; afterwards it is not the owner's member."""
        with psycopg.connect(fresh_server.url(database="postgres"), autocommit=True) as connection:
            connection.execute("create role plain login createrole createdb")
            connection.execute("create database mine owner plain")
        url = fresh_server.url(login="plain", database="mine")
        assert list(migrate(url, app_password="pw").applied) == FILES
        assert migrate(url).applied == ()
        assert schema_text(url) == (sql_root() / "schema.sql").read_text(encoding="utf-8")
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("select pg_has_role(current_user, 'outreach_owner', 'SET')").fetchone()
            assert found == (False,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("set role outreach_owner")

    def test_as_a_plain_login_where_the_roles_exist(self, server: Any, empty_url: str) -> None:
        if server.version >= 16:
            pytest.skip("from 16 on only the creator of a role may give it; tried in a cluster of its own")
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute("drop role if exists outreach_test_plain")
            connection.execute(
                "create role outreach_test_plain login createrole createdb password 'outreach-test'"
            )
            connection.execute(f"alter database {connection.info.dbname} owner to outreach_test_plain")  # type: ignore[call-overload]
            try:
                migrate(make_conninfo(empty_url, user="outreach_test_plain", password="outreach-test"))
                found = connection.execute(
                    "select pg_has_role('outreach_test_plain', 'outreach_owner', 'MEMBER')"
                )
                assert found.fetchone() == (False,)
            finally:
                connection.execute(f"alter database {connection.info.dbname} owner to current_user")  # type: ignore[call-overload]
                connection.execute("drop owned by outreach_test_plain; drop role outreach_test_plain")


USE = """
import sys
from pathlib import Path
from outreach_pipeline.database.embedded import get_server
import psycopg
server = get_server(Path(sys.argv[1]))
with psycopg.connect(server.admin_url()) as connection:
    print(connection.execute("select pg_postmaster_start_time()").fetchone()[0], flush=True)
sys.stdin.readline()
"""


class TestEmbedded:
    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix="outreach-shared-"))
        yield folder / "postgres"
        shutil.rmtree(folder, ignore_errors=True)

    def test_processes_share_one_server_and_the_last_one_stops_it(self, folder: Path) -> None:
        users = [start_python(USE, str(folder)) for _ in range(3)]
        started = {process.stdout.readline() for process in users if process.stdout}
        assert len(started) == 1, "the same server for all"
        # One is killed and cannot say goodbye; the others leave properly.
        users[0].send_signal(signal.SIGKILL)
        users[0].communicate()
        finished(users[1])
        assert (folder / "postmaster.pid").exists(), "still in use"
        finished(users[2])
        # The dead one is still on the list: the server stays until somebody who strikes it off has gone.
        finished(start_python(USE, str(folder)))
        deadline = time.monotonic() + 5
        while (folder / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not (folder / "postmaster.pid").exists()

    def test_a_server_stopped_behind_our_back_is_started_again(self, folder: Path) -> None:
        server = get_server(folder)
        try:
            pid = int((folder / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + 5
            while (folder / "postmaster.pid").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            with psycopg.connect(get_server(folder).admin_url()) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
            assert get_server(folder) is server
        finally:
            server.stop()

    def test_a_folder_that_cannot_be_used_is_explained(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_text("not a folder")
        with pytest.raises(ConfigurationError, match=r"cannot write to .*file/postgres"):
            EmbeddedServer(file / "postgres").start()

    def test_data_of_another_version_is_explained(self, tmp_path: Path) -> None:
        (tmp_path / "PG_VERSION").write_text("16\n")
        with pytest.raises(ConfigurationError, match="PostgreSQL 16"):
            EmbeddedServer(tmp_path).start()
