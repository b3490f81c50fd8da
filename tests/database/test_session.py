"""No wait for the database is endless, and no default of a role or a database changes what our SQL means."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from silent_proxy import silent_proxy

from outreach_pipeline.database.connect import Database, Limits, Role
from outreach_pipeline.database.errors import DatabaseError, TransientDatabaseError
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.database.session import NETWORK, network_options
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace
from tests.conftest import Server
from tests.end_to_end.bouncer import bouncer, missing

QUICK = Limits(statement=1.0, lock=0.5)
AT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
VALUES = """select %s::timestamptz as at, date '2026-11-28' as day, interval '1 day 2 hours' as took,
    '\\x00ff'::bytea as bytes, 'a\\b' as text, 'Zoë' as name, to_regclass('intake.audit_log') is not null as found"""

# Defaults that an owner may have given to his database or login, each one not the one our SQL was written for.
FOREIGN = {
    "datestyle": "'SQL, DMY'", "intervalstyle": "'sql_standard'", "timezone": "'America/New_York'",
    "client_encoding": "'LATIN1'", "search_path": "nowhere", "standard_conforming_strings": "off",
    "bytea_output": "'escape'", "extra_float_digits": "-5", "transform_null_equals": "on", "row_security": "off",
}  # fmt: skip


def test_a_database_that_falls_silent_is_given_up_within_the_bound(database_url: str) -> None:
    with silent_proxy(database_url) as proxy:
        database = Database(proxy.url, limits=QUICK)
        with database.transaction(Role.READ) as tx:
            assert tx.fetch_value("select 1") == 1
        started = time.monotonic()
        with (  # noqa: PT012
            pytest.raises(TransientDatabaseError, match="has not answered for 2 s") as caught,
            database.transaction(Role.READ) as tx,
        ):
            proxy.silent.set()
            tx.fetch_value("select 1")
        assert time.monotonic() - started < 10
        assert "server is up and reachable" in caught.value.next_step


def test_a_kept_connection_that_died_in_silence_is_replaced(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_proxy(database_url) as proxy:
        database = Database(proxy.url, limits=QUICK, connect_attempts=1, connect_timeout=2)
        with database.transaction(Role.READ) as tx:
            tx.fetch_value("select 1")
        proxy.silent.set()
        started = time.monotonic()
        with pytest.raises(TransientDatabaseError, match="does not answer in time"), database.transaction(Role.READ):
            pass
        assert time.monotonic() - started < 10


def test_every_statement_has_the_bounds_of_the_settings(database_url: str) -> None:
    settings = Settings(_env_file=None, database_url=database_url, statement_secs=70, lock_secs=40)
    with Workspace(settings).database.transaction(Role.READ) as tx:
        found = [
            tx.fetch_value(f"select current_setting('{name}')")  # type: ignore[arg-type]
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert found == ["70s", "40s", "70s"]


def test_a_statement_that_takes_too_long_says_which_setting_bounds_it(database_url: str) -> None:
    limited = Database(database_url, limits=QUICK).transaction(Role.READ)
    with pytest.raises(TransientDatabaseError) as caught, limited as tx:
        tx.execute("select pg_sleep(20)")
    assert "OUTREACH_STATEMENT_SECS" in caught.value.next_step


def test_a_transaction_that_stands_still_loses_its_locks(database_url: str) -> None:
    with (  # noqa: PT012
        pytest.raises(DatabaseError),
        Database(database_url, limits=QUICK).transaction(Role.READ) as tx,
    ):
        time.sleep(1.5)
        tx.execute("select 1")


def test_a_dead_network_is_noticed_by_the_kernel(database_url: str) -> None:
    with Database(database_url).autocommit() as connection:
        parameters = connection.info.get_parameters()
    assert {name: int(parameters[name]) for name in NETWORK} == dict(NETWORK)
    assert "keepalives_idle" not in network_options({"keepalives_idle": "5"}), "what the URL says stays"


@pytest.mark.parametrize("of", ["database", "login"])
def test_defaults_of_a_database_or_login_change_nothing(
    admin: Any, database_name: str, database_url: str, of: str, admin_url: str
) -> None:
    before = read_values(database_url)
    whom = f"database {database_name}" if of == "database" else f"role outreach_app in database {database_name}"
    for name, value in FOREIGN.items():
        admin.execute(f"alter {whom} set {name} = {value}")
    assert read_values(database_url) == before
    assert before["at"] == AT
    assert before["at"].utcoffset() == timedelta(0)
    assert (before["took"], before["bytes"], before["text"]) == (timedelta(days=1, hours=2), b"\x00\xff", "a\\b")
    migrate(admin_url)
    assert read_values(database_url) == before


def read_values(url: str) -> dict[str, Any]:
    database = Database(url, connect_attempts=1)
    with database.transaction(Role.READ) as tx:
        row = tx.fetch_one(VALUES, (AT,)) or {}  # type: ignore[arg-type]
        row["shown"] = b"".join(tx.copy_out("select timestamptz '2026-11-28 23:30+00' as at", header=False))
    database.close()
    return row


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_pooler_in_transaction_mode_gets_nothing_that_it_refuses_or_loses(
    server: Server, database_name: str, database_url: str
) -> None:
    with bouncer(server.url(database_name)) as pooled:
        _same_through(pooled.url, database_url)


def _same_through(pooled: str, database_url: str) -> None:
    assert read_values(pooled) == read_values(database_url)
    database = Database(pooled, limits=QUICK)
    with database.transaction(Role.READ) as tx:
        assert tx.fetch_value("select current_setting('statement_timeout')") == "1s"
        assert tx.fetch_value("show datestyle") == "ISO, YMD"
    with pytest.raises(TransientDatabaseError), database.transaction(Role.READ) as tx:
        tx.execute("select pg_sleep(20)")
    database.close()
    with Database(pooled).autocommit() as connection:
        left = connection.execute("select current_setting('statement_timeout') as found").fetchone()
    assert left == {"found": "0"}, "no limit stays on a session that others use"
