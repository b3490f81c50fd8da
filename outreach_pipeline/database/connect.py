"""Connections and transactions: every statement of the pipeline runs inside one of these, as one narrow role.

Belongs here: connecting (with bounded patience), becoming a role, running statements. Does not belong here:
SQL texts (`sql/queries`), what a stage does with rows, retries of work (the caller's).

Nothing here needs a session: the role and the time limits are `set local`, no statement is prepared, there is
no LISTEN and no advisory lock outside a transaction. So it works through a transaction-mode pooler (Neon,
PgBouncer).
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString, Self, cast

import psycopg
import stamina
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from outreach_pipeline.database import rows
from outreach_pipeline.database.errors import may_come_up, translated
from outreach_pipeline.database.rows import JsonbArray
from outreach_pipeline.database.session import OURS, BoundedConnection, Limits, network_options
from outreach_pipeline.errors import ConfigurationError

__all__ = ["Database", "JsonbArray", "Limits", "Query", "Role", "Row", "Transaction"]

Row = dict[str, Any]
Params = Sequence[Any] | Mapping[str, Any] | None
Query = LiteralString | sql.SQL | sql.Composed
"""Text of our own (a named query), or one that psycopg.sql composed; never a text with values in it."""

# Whoever waits is told by the command line or by the error at the end: its lines are no sentences.
stamina.instrumentation.set_on_retry_hooks(())
_KEEP_IDLE = 4
# A kept connection may have died in silence; opening a transaction takes no time on a living one.
_OPENING_PATIENCE_SECS = 15.0


class Role(StrEnum):
    """The narrow roles; the login may become each of them and owns none of their rights itself."""

    INGEST = "mcp_ingest"
    PROMOTE = "mcp_promote"
    VALIDATE = "outreach_validate"
    REFRESH = "outreach_refresh"
    READ = "outreach_read"


class Transaction:
    """Statements inside one open transaction. Rows come as dictionaries by column name."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, query: Query, params: Params = None) -> int:
        """Run one statement (without params: also several); the number of rows it touched, 0 if none."""
        with translated():
            return max(self._connection.execute(query, params).rowcount, 0)

    def fetch_all(self, query: Query, params: Params = None) -> list[Row]:
        """All rows. For results that grow with the batch use `stream` or `copy_out`."""
        with translated():
            return self._connection.execute(query, params).fetchall()

    def fetch_one(self, query: Query, params: Params = None) -> Row | None:
        """The first row, or None."""
        with translated():
            return self._connection.execute(query, params).fetchone()

    def fetch_row(self, query: LiteralString, params: Params = None) -> Row:
        """The one row of a statement that always has one (insert ... returning); LookupError when it has none."""
        row = self.fetch_one(query, params)
        if row is None:
            raise LookupError("a statement that always has a row gave none")
        return row

    def fetch_value(self, query: Query, params: Params = None) -> Any:
        """The first column of the first row, or None."""
        row = self.fetch_one(query, params)
        return None if row is None else next(iter(row.values()))

    def stream(self, query: Query, params: Params = None, *, size: int = 1_000) -> Iterator[list[Row]]:
        """Rows in lists of `size` through a server-side cursor: memory does not grow with the result."""
        with translated(), self._connection.cursor(name="outreach_stream") as cursor:
            cursor.execute(query, params)
            while chunk := cursor.fetchmany(size):
                yield chunk

    def copy_in(self, table: str, columns: Sequence[str], data: bytes | Iterable[bytes]) -> int:
        """COPY CSV (no header) into `schema.table`; unquoted empty = NULL. Returns the number of rows."""
        with translated():
            return rows.copy_in(self._connection, table, columns, [data] if isinstance(data, bytes) else data)

    def copy_out(self, query: Query, params: Params = None, *, header: bool = True) -> Iterator[bytes]:
        """Rows of a query as CSV in chunks that end at a row; NULL is an unquoted empty field."""
        with translated():
            yield from rows.copy_out(self._connection, query, params, header=header)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail without the rest: rolled back alone when its block raises."""
        with translated(), self._connection.transaction():
            yield

    @property
    def connection(self) -> psycopg.Connection[Row]:
        """The driver's connection, for this room and its tests only."""
        return self._connection


class Database:
    """A PostgreSQL to work with. Connects at the first transaction and keeps a few connections."""

    def __init__(
        self,
        url: str,
        *,
        application_name: str = "outreach_pipeline",
        connect_timeout: int = 10,
        connect_attempts: int = 6,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        revive: Callable[[], object] | None = None,
    ) -> None:
        """`url` is a libpq URL or key=value string; ConfigurationError when it cannot be read. `revive` is called
        before each new connection, for a server of our own that may have died.
        """
        try:
            parts = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            raise ConfigurationError(
                "The database URL cannot be read.",
                next_step="Write it as postgresql://LOGIN:PASSWORD@HOST/DATABASE; quote special characters.",
            ) from None
        self._url = url
        self._where = f"{parts.get('user', '')}@{parts.get('host', '')}/{parts.get('dbname', '')}"
        self._application_name = str(parts.get("application_name", application_name))
        self._connect_timeout = int(parts.get("connect_timeout") or connect_timeout)
        self._connect_attempts = connect_attempts
        self._network = network_options(parts)
        self._limits, self._revive = limits, revive
        self._idle: list[psycopg.Connection[Row]] = []
        self._idle_lock = threading.Lock()
        self._working: set[int] = set()
        self._process = os.getpid()
        # Runs when the object is collected and at exit; holds the list, not the object.
        self._closer = weakref.finalize(self, _close_all, self._idle)

    @classmethod
    def embedded(cls, data_folder: Path, **options: Any) -> Self:
        """The embedded server of a data folder (started if needed), as the pipeline's login."""
        from outreach_pipeline.database.embedded import get_server, revive

        return cls(get_server(data_folder).app_url(), revive=lambda: revive(data_folder), **options)

    def __repr__(self) -> str:
        # Without the password: the URL itself is never shown.
        return f"Database({self._where!r})"

    @contextmanager
    def transaction(
        self,
        role: Role | None,
        *,
        statement_timeout: float | None = None,
        lock_timeout: float | None = None,
        repeatable_read: bool = False,
    ) -> Iterator[Transaction]:
        """One transaction as `role` (None: as the login itself, which may do nothing).

        Commits when the block ends, rolls back when it raises. Timeouts in seconds, in place of the limits. Raises
        TransientDatabaseError, PermanentDatabaseError, UnreadableDataError or DatabaseConfigurationError (see
        `database.errors`).
        """
        opening = _opening(role, self._limits.settings(statement_timeout, lock_timeout), repeatable_read)
        with translated():
            connection = self._begun(opening, self._limits.patience(statement_timeout))
        pid = connection.info.backend_pid
        self._working.add(pid)
        try:
            yield Transaction(connection)
        except BaseException:
            _stop_statement(connection)
            self._end(connection, commit=False)
            raise
        else:
            self._end(connection, commit=True)
        finally:
            self._working.discard(pid)

    def working(self) -> list[int]:
        """Server processes that have a transaction of this object open; through a pooler they are nobody's."""
        return sorted(self._working)

    @contextmanager
    def autocommit(self) -> Iterator[psycopg.Connection[Row]]:
        """A fresh connection in autocommit, for migrations and for tests; closed at the end."""
        with translated():
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Close the connections that are kept; the object stays usable."""
        with self._idle_lock:
            _close_all(self._idle)

    def _begun(self, opening: sql.Composed, patience: float) -> psycopg.Connection[Row]:
        """A connection with the transaction open; a kept one that died meanwhile is replaced."""
        while (kept := self._take_idle()) is not None:
            try:
                _set_patience(kept, min(patience, _OPENING_PATIENCE_SECS))
                kept.execute(opening)
            except psycopg.OperationalError:
                kept.close()
            except BaseException:
                kept.close()
                raise
            else:
                _set_patience(kept, patience)
                return kept
        fresh = self._connect()
        try:
            _set_patience(fresh, patience)
            fresh.execute(opening)
        except BaseException:
            fresh.close()
            raise
        return fresh

    def _end(self, connection: psycopg.Connection[Row], *, commit: bool) -> None:
        try:
            with translated():
                connection.execute("commit" if commit else "rollback")
        except BaseException:
            connection.close()
            if commit:
                raise
            return
        self._give_back(connection)

    def _take_idle(self) -> psycopg.Connection[Row] | None:
        with self._idle_lock:
            if self._process != os.getpid():
                # After a fork the sockets belong to the parent: forget them without closing them properly.
                self._process = os.getpid()
                _abandoned.extend(self._idle)
                self._idle.clear()
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: psycopg.Connection[Row]) -> None:
        with self._idle_lock:
            if not connection.closed and len(self._idle) < _KEEP_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> psycopg.Connection[Row]:
        """Connect, with patience for a server that wakes up (Neon takes seconds after a suspend)."""
        started = time.monotonic()
        for attempt in stamina.retry_context(
            on=may_come_up, attempts=self._connect_attempts, timeout=60.0, wait_initial=0.2, wait_max=5.0
        ):
            with attempt:
                if self._revive is not None:
                    self._revive()
                connection = BoundedConnection.connect(
                    self._url,
                    **self._network,  # type: ignore[arg-type]
                    autocommit=True,
                    row_factory=dict_row,  # type: ignore[arg-type]
                    prepare_threshold=None,
                    connect_timeout=self._connect_timeout,
                    application_name=self._application_name,
                )
                rows.register(connection)
                return cast("psycopg.Connection[Row]", connection)
        raise AssertionError(f"stamina ended without a result after {time.monotonic() - started:.0f} s")


def _set_patience(connection: psycopg.Connection[Row], seconds: float) -> None:
    cast("BoundedConnection", connection).patience = seconds


def _stop_statement(connection: psycopg.Connection[Row]) -> None:
    """Cancel what the server still works on, and hang up: Ctrl+C under Dagster is no KeyboardInterrupt, which is all
    that psycopg cancels for. Left alone, the statement would run to its end, with its locks.
    """
    if connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=5.0)
        connection.close()


# Connections of a parent process: closing them here would end its sessions, so they are kept from being
# collected.
_abandoned: list[psycopg.Connection[Row]] = []


def _close_all(connections: list[psycopg.Connection[Row]]) -> None:
    while connections:
        connections.pop().close()


def _opening(
    role: Role | None, limits: sql.Composed, repeatable_read: bool
) -> sql.Composed:
    """One round trip: begin, set what our SQL relies on and the limits, become the role."""
    steps: list[sql.Composable] = [
        sql.SQL(
            "begin isolation level repeatable read"
            if repeatable_read
            else "begin isolation level read committed"
        )
    ]
    # Compiling expressions cost 1.7 s in front of a statement of 0.1 s (10,000 loads): our statements are many and
    # short.
    # A chunk of 10,000 records is 10 to 30 MB, which the default of 4 MB sorts on disk.
    steps += [sql.SQL("set local jit = off; set local work_mem = '64MB'"), sql.SQL(OURS), limits]
    if role is not None:
        steps.append(sql.SQL("set local role {}").format(sql.Identifier(Role(role).value)))
    return sql.SQL("; ").join(steps)
