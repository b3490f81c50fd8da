"""A migrated database that is emptied instead of made anew: a hundredth of a second, and its sessions stay warm.

Belongs here: emptying, and the validation without its second look. Does not belong here: what runs on it. Use it where
many small runs follow each other and nothing but data is changed; a test that changes what a revision brought (weights,
policies, roles) needs a database of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from outreach_pipeline.database.connect import Database

_SCHEMAS = ("intake", "vault", "marketing", "bit", "public")
_TABLES = """select c.oid::regclass::text as name from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = any(%s) order by 1"""
_NUMBERS = ("company_number_seq", "person_number_seq", "slot_number_seq", "campaign_number_seq")
# Dead rows and old statistics would make each run slower than the one before.
_TRUNCATED_EVERY = 40


class Emptied:
    """One database: as the administrator (`admin`), and as the pipeline sees it (`database`)."""

    def __init__(self, admin_url: str, app_url: str) -> None:
        self.admin: psycopg.Connection[dict[str, Any]] = psycopg.connect(
            admin_url, autocommit=True, row_factory=dict_row
        )
        self.database = Database(app_url)
        # All that is empty in a migrated database is filled by runs; the rest came with a revision and stays.
        tables = self.admin.execute(_TABLES, (list(_SCHEMAS),)).fetchall()
        self._tables = [t["name"] for t in tables if not self._holds(t["name"])]
        self.times = 0

    def _holds(self, table: str) -> bool:
        return self.admin.execute(f"select 1 from {table} limit 1").fetchone() is not None  # type: ignore[call-overload]

    def empty(self) -> None:
        """Take out all rows that runs have written; ids start again."""
        self.times += 1
        if self.times % _TRUNCATED_EVERY == 1:
            self.admin.execute(f"truncate {', '.join(self._tables)} restart identity")  # type: ignore[call-overload]
        else:
            # Deleting keeps what the sessions have compiled and planned.
            deletes = ";".join(f"delete from {table}" for table in self._tables)
            self.admin.execute(f"begin; set local session_replication_role = replica; {deletes}; commit")  # type: ignore[call-overload]
        for sequence in _NUMBERS:
            self.admin.execute(f"alter sequence marketing.{sequence} restart")  # type: ignore[call-overload]

    def close(self) -> None:
        """Close both connections."""
        self.database.close()
        self.admin.close()


@contextmanager
def quick() -> Iterator[None]:
    """Without what is proven elsewhere and costs half of a small run: pandera's second look, Arrow's strings for five rows."""
    import pandas as pd
    from pandera import config

    before = config._CONTEXT_CONFIG.validation_enabled
    config._CONTEXT_CONFIG.validation_enabled = False
    try:
        with pd.option_context("mode.string_storage", "python"):
            yield
    finally:
        config._CONTEXT_CONFIG.validation_enabled = before
