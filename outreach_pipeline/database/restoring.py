"""The database that a backup is made of, or that one is restored into, as the migrating login sees it.

Belongs here: its version and rows, the statements before and behind a dump, letting pg_dump read as the owner. Does not
belong here: running the programs (`archive`), the order of a restore (`stages.backup`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

import psycopg
from psycopg import sql

from outreach_pipeline.database.adoption import SCHEMAS
from outreach_pipeline.database.connect import Database, Row
from outreach_pipeline.database.errors import translated
from outreach_pipeline.database.migrate import OWNER, applied_revisions, as_owner
from outreach_pipeline.database.queries import load_queries

_PATIENCE = "set local lock_timeout = '20s';"


class Target:
    """A database by the URL of the login that migrates it."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, application_name="outreach_backup")
        self._queries = load_queries("backup")

    @cached_property
    def server(self) -> int:
        """Major version of the server."""
        with self._database.autocommit() as connection:
            return int(connection.info.server_version) // 10_000

    @cached_property
    def is_superuser(self) -> bool:
        """Whether the login may do everything; else it acts as the owner of ours."""
        with self._database.autocommit() as connection:
            return bool(_value(connection, self._queries.is_superuser))

    def rows(self) -> dict[str, int] | None:
        """How many rows there are that somebody would miss, by what they are; None where our schema is not there."""
        with self._database.autocommit() as connection:
            if not _value(connection, load_queries("adopt").is_ours) or not applied_revisions(connection):
                return None
            with as_owner(connection):
                return dict(connection.execute(self._queries.rows).fetchone() or {})

    def tables(self) -> int:
        """How many tables a dump of it has."""
        with self._database.autocommit() as connection:
            return int(_value(connection, self._queries.tables))

    @contextmanager
    def readable(self) -> Iterator[str | None]:
        """While pg_dump reads: the role that it has to act as. A login that is no superuser is the owner's member for
        that time; what a killed backup left of it is taken back by the next one.
        """
        if self.is_superuser:
            yield None
            return
        with self._database.autocommit() as connection, translated():
            connection.execute(f"grant {OWNER} to current_user{self._options}".encode())
            try:
                yield OWNER
            finally:
                connection.execute(f"revoke {OWNER} from current_user".encode())

    @property
    def _options(self) -> str:
        return " with inherit false, set true" if self.server >= 16 else ""

    def around(self, known_until: datetime) -> tuple[str, str]:
        """The statements before a dump (what is there of ours goes) and behind it (the mark of the restore)."""
        before = [_PATIENCE]
        if not self.is_superuser:
            # Inside the transaction of the restore; gone again before its end.
            before.append(f"grant {OWNER} to current_user{self._options}; set role {OWNER};")
        with self._database.autocommit() as connection:
            # A schema whose tables step aside in an adoption is not the owner's, and is left alone.
            ours = connection.execute(load_queries("adopt").ours, {"schemas": list(SCHEMAS)}).fetchall()
        before += [f"{row['statement']};" for row in ours]
        moment = sql.Literal(known_until.isoformat()).as_string(None)
        after = [self._queries.mark_in_dump.replace("{known_until}", moment) + ";"]
        if not self.is_superuser:
            after.append(self._queries.leave_owner + ";")
        return "\n".join(before), "\n".join(after)

    def finish(self, known_until: datetime) -> None:
        """After the migration: the mark, where the dump was too old to take it, and statistics for the planner."""
        with self._database.autocommit() as connection:
            with as_owner(connection):
                connection.execute(self._queries.mark, {"known_until": known_until})
                connection.execute(self._queries.compress)
            connection.execute("analyze" if self.is_superuser else "select 1")


def _value(connection: psycopg.Connection[Row], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return None if row is None else next(iter(row.values()))
