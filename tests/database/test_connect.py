"""Connections, transactions, bulk rows and errors, against a real server."""

from __future__ import annotations

import os
import pickle
import socket
import threading
import time
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, JsonbArray, Role
from outreach_pipeline.database.errors import (
    DatabaseConfigurationError,
    DatabaseError,
    PermanentDatabaseError,
    TransientDatabaseError,
    UnreadableDataError,
)
from outreach_pipeline.database.session import BoundedConnection
from outreach_pipeline.errors import ConfigurationError, TransientError

Admin = psycopg.Connection[dict[str, Any]]


class TestTransactions:
    @pytest.mark.parametrize("role", list(Role), ids=str)
    def test_a_transaction_runs_as_its_role_and_leaves_nothing(self, shared: Database, role: Role) -> None:
        with shared.transaction(role) as tx:
            assert tx.fetch_value("select current_user") == role.value
            process = tx.fetch_value("select pg_backend_pid()")
        with shared.transaction(None) as tx:
            assert tx.fetch_value("select pg_backend_pid()") == process, "the connection is kept"
            assert tx.fetch_value("select current_user") == "outreach_app"

    def test_an_exception_rolls_back(self, db: Database, admin: Admin) -> None:
        with pytest.raises(KeyError), db.transaction(Role.READ) as tx:  # noqa: PT012
            tx.fetch_value("select public.log_error('t', 'm')")
            raise KeyError
        assert admin.execute("select count(*) as n from public.shq_error_log").fetchone() == {"n": 0}

    def test_limits_hold_for_the_transaction_only(self, shared: Database) -> None:
        with shared.transaction(Role.READ, statement_timeout=7.5, lock_timeout=2, repeatable_read=True) as tx:
            assert tx.fetch_value("select current_setting('statement_timeout')") == "7500ms"
            assert tx.fetch_value("select current_setting('lock_timeout')") == "2s"
            assert tx.fetch_value("select current_setting('transaction_isolation')") == "repeatable read"
        with shared.transaction(Role.READ) as tx:
            assert tx.fetch_value("select current_setting('statement_timeout')") == "15min", "the bound of all"

    def test_a_savepoint_fails_alone(self, db: Database, admin: Admin) -> None:
        with db.transaction(Role.READ) as tx:
            tx.fetch_value("select public.log_error('t', 'stays')")
            with pytest.raises(PermanentDatabaseError), tx.savepoint():
                tx.fetch_value("select public.log_error('t', 'goes', 'no such severity')")
        rows = admin.execute("select error_message from public.shq_error_log").fetchall()
        assert rows == [{"error_message": "stays"}]

    def test_nothing_is_prepared_on_the_server(self, shared: Database) -> None:
        """A transaction-mode pooler gives the next transaction another session."""
        with shared.transaction(Role.READ) as tx:
            for _ in range(12):
                tx.fetch_value("select %s::int", (1,))
            assert tx.fetch_value("select count(*) from pg_prepared_statements") == 0

    def test_many_threads_share_one_object(self, shared: Database) -> None:
        def work() -> None:
            for _ in range(5):
                with shared.transaction(Role.READ) as tx:
                    seen.add((tx.fetch_value("select current_user"), tx.fetch_value("select txid_current()")))

        seen: set[tuple[str, int]] = set()
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 30

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_a_forked_child_uses_its_own_connection(self, shared: Database) -> None:
        with shared.transaction(Role.READ) as tx:
            parent = tx.fetch_value("select pg_backend_pid()")
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover - runs in the child
            try:
                with shared.transaction(Role.READ) as tx:
                    os.write(writer, str(tx.fetch_value("select pg_backend_pid()")).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert int(os.read(reader, 20)) != parent
        os.close(reader)
        os.close(writer)
        with shared.transaction(Role.READ) as tx:
            assert tx.fetch_value("select pg_backend_pid()") == parent


class TestConnecting:
    def test_a_kept_connection_that_died_is_replaced(self, db: Database, admin: Admin) -> None:
        with db.transaction(Role.READ) as tx:
            process = tx.fetch_value("select pg_backend_pid()")
        admin.execute("select pg_terminate_backend(%s, 5000)", (process,))
        with db.transaction(Role.READ) as tx:
            assert tx.fetch_value("select pg_backend_pid()") != process

    def test_a_connection_lost_in_a_transaction_is_transient(self, db: Database, admin: Admin) -> None:
        with pytest.raises(TransientDatabaseError), db.transaction(Role.READ) as tx:  # noqa: PT012
            admin.execute(
                "select pg_terminate_backend(%s, 5000)", (tx.fetch_value("select pg_backend_pid()"),)
            )
            tx.fetch_value("select 1")

    def test_connecting_is_retried_with_a_bound(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        database = Database(f"postgresql://a:secret@127.0.0.1:{port}/b", connect_attempts=3)
        started = time.monotonic()
        with pytest.raises(TransientError), database.transaction(None):
            pass
        assert 0.1 < time.monotonic() - started < 10

    def test_a_server_that_wakes_up_late_is_reached(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neon refuses for seconds after a suspend: two refusals, then the real server."""
        real, calls = BoundedConnection.connect, []

        def connect(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) < 3:
                raise psycopg.OperationalError("connection to server failed: Connection refused")
            return real(*args, **kwargs)

        monkeypatch.setattr(BoundedConnection, "connect", connect)
        database = Database(database_url)
        with database.transaction(Role.READ) as tx:
            assert tx.fetch_value("select 1") == 1
        database.close()
        assert len(calls) == 3

    @pytest.mark.parametrize("change", [{"dbname": "no_such_database"}, {"user": "no_such_login"}])
    def test_what_cannot_come_up_is_not_waited_for(self, admin_url: str, change: dict[str, str]) -> None:
        database = Database(psycopg.conninfo.make_conninfo(admin_url, **change))
        started = time.monotonic()
        with pytest.raises(DatabaseConfigurationError), database.transaction(None):
            pass
        assert time.monotonic() - started < 1

    def test_secrets_are_not_shown(self) -> None:
        database = Database("postgresql://me:hunter2@db.example/outreach")
        assert "hunter2" not in repr(database) + str(vars(database)["_where"])

    @pytest.mark.parametrize("url", ["postgresql://me:hunter2@host:notaport/x?y", "what is hunter2"])
    def test_a_bad_url_is_explained_without_it(self, url: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            Database(url)
        assert "hunter2" not in str(caught.value)

    def test_the_servers_list_shows_who_we_are(self, database_url: str) -> None:
        database = Database(database_url, application_name="outreach_test_name")
        with database.transaction(None) as tx:
            assert tx.fetch_value("select current_setting('application_name')") == "outreach_test_name"
        database.close()


class TestErrors:
    def test_no_row_reaches_the_text(self, db: Database, admin: Admin) -> None:
        """PostgreSQL's own text is "Failing row contains (…, ada@lovelace.test, …)"."""
        admin.execute("grant insert on public.shq_error_log to outreach_read")
        admin.execute("grant usage on all sequences in schema public to outreach_read")
        with pytest.raises(PermanentDatabaseError) as caught, db.transaction(Role.READ) as tx:
            tx.execute(
                "insert into public.shq_error_log (severity, error_message) values ('bad', %s)",
                ("ada@lovelace.test",),
            )
        error = caught.value
        assert "ada" not in str(error)
        assert error.__cause__ is None
        assert error.__suppress_context__
        assert (error.sqlstate, error.constraint, error.table) == (
            "23514",
            "shq_error_log_severity_known",
            "shq_error_log",
        )

    @pytest.mark.parametrize(
        "statement, kind, state",
        [
            ("select 1/0", UnreadableDataError, "22012"),
            ('select \'{"a": "\\u0000"}\'::jsonb', UnreadableDataError, "22P05"),
            ("select 'ada'::int", UnreadableDataError, "22P02"),
            ("select * from public.no_such_table", DatabaseConfigurationError, "42P01"),
            ("select public.no_such_function()", DatabaseConfigurationError, "42883"),
            ("select pg_sleep(5)", TransientDatabaseError, "57014"),
            (
                "do $$ begin raise exception 'told' using hint = 'Do this.'; end $$",
                PermanentDatabaseError,
                "P0001",
            ),
        ],
    )
    def test_kinds(self, shared: Database, statement: Any, kind: type[DatabaseError], state: str) -> None:
        limited = shared.transaction(Role.READ, statement_timeout=0.1)
        with pytest.raises(DatabaseError) as caught, limited as tx:
            tx.execute(statement)
        assert type(caught.value) is kind
        assert caught.value.sqlstate == state
        assert "ada" not in str(caught.value)
        if state == "P0001":
            assert "told" in caught.value.message
            assert caught.value.next_step == "Do this."
        if kind is DatabaseConfigurationError:
            assert "outreach migrate" in caught.value.next_step

    def test_a_lock_that_is_not_given_is_transient(self, shared: Database, scratch: Admin) -> None:
        scratch.execute("lock table intake.audit_log")
        with (
            pytest.raises(TransientDatabaseError) as caught,
            shared.transaction(Role.READ, lock_timeout=0.05) as tx,
        ):
            tx.fetch_value("select count(*) from intake.audit_log")
        assert caught.value.sqlstate == "55P03"

    def test_a_lost_race_is_transient(self, db: Database, admin: Admin) -> None:
        with db.transaction(Role.READ) as tx:
            tx.fetch_value("select public.log_error('t', 'm')")
        with (  # noqa: PT012
            pytest.raises(TransientDatabaseError) as caught,
            db.transaction(Role.READ, repeatable_read=True) as tx,
        ):
            tx.fetch_value("select 1")
            admin.execute("update public.error_id_counter set last_number = last_number + 1")
            tx.fetch_value("select public.log_error('t', 'm')")
        assert caught.value.sqlstate == "40001"

    def test_errors_survive_the_way_between_processes(self) -> None:
        error = pickle.loads(pickle.dumps(TransientDatabaseError("It broke.", next_step="Wait.")))
        assert type(error) is TransientDatabaseError
        assert (error.message, error.next_step, error.sqlstate) == ("It broke.", "Wait.", "")


class TestRows:
    def test_copy_keeps_null_and_empty_apart(self, shared: Database) -> None:
        with shared.transaction(None) as tx:
            tx.execute("create temp table t (id int, a text, b text[])")
            data = b'1,,"{x,y}"\n2,"",\n3,"a ""quoted"", comma\nand line",{}\n'
            assert tx.copy_in("t", ["id", "a", "b"], data) == 3
            rows = tx.fetch_all("select id, a, b from t order by id")
            assert [row["a"] for row in rows] == [None, "", 'a "quoted", comma\nand line']
            out = b"".join(tx.copy_out("select id, a from t where id < %s order by id", (3,)))
            assert out == b'id,a\n"1",\n"2",""\n'
            assert b"".join(tx.copy_out("select '100%', '{}' as b;", header=False)) == b'"100%","{}"\n'
            tx.execute("drop table t")

    def test_copy_out_gives_whole_rows_in_large_pieces(self, shared: Database) -> None:
        with shared.transaction(Role.READ) as tx:
            chunks = list(
                tx.copy_out("select i, repeat('x', 100) from generate_series(1, 5000) as i", header=False)
            )
        assert 2 < len(chunks) < 20
        assert all(chunk.endswith(b"\n") for chunk in chunks)
        assert sum(chunk.count(b"\n") for chunk in chunks) == 5_000

    def test_an_error_in_the_middle_of_a_copy_is_ours(self, shared: Database) -> None:
        with pytest.raises(UnreadableDataError), shared.transaction(None) as tx:  # noqa: PT012
            tx.execute("create temp table t (id int)")
            tx.copy_in("t", ["id"], [b"1\n", b"two\n"])

    def test_stream_gives_lists_of_the_asked_size(self, shared: Database) -> None:
        with shared.transaction(Role.READ) as tx:
            sizes = [len(rows) for rows in tx.stream("select i from generate_series(1, 25) as i", size=10)]
        assert sizes == [10, 10, 5]

    @pytest.mark.parametrize(
        "items",
        [
            [],
            [b"{}"],
            [b"3", b'"text"', b"null", b"[1,2]"],
            ['{"n": "Zoë 🚀"}'.encode()],
            [b'{"big": "' + b"x" * 3_000_000 + b'"}'] * 2,
        ],
        ids=["none", "one", "scalars", "unicode", "large"],
    )
    def test_raw_items_arrive_as_they_are(self, shared: Database, items: list[bytes]) -> None:
        with shared.transaction(None) as tx:
            rows = tx.fetch_all(
                "select item, position from unnest(%s) with ordinality as r (item, position)",
                (JsonbArray(items),),
            )
            expected = tx.fetch_all(
                "select item::jsonb as item from unnest(%s::text[]) as r (item)",
                ([item.decode() for item in items],),
            )
        assert [row["item"] for row in rows] == [row["item"] for row in expected]

    @pytest.mark.parametrize("poison", [b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b'{"a": ', b""])
    def test_one_poison_item_is_told_from_a_broken_server(self, shared: Database, poison: bytes) -> None:
        with pytest.raises(UnreadableDataError), shared.transaction(None) as tx:
            tx.fetch_all("select unnest(%s)", (JsonbArray([b"{}", poison]),))
