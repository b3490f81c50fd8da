"""The database that is already there: what stands where ours has to stand steps aside, comes back, or is dropped.

Belongs here: the statements that rename, drop and restore, each in one transaction of the migrating login; reading old
rows; writing as the owner what no stage may write. Does not belong here: the order of a move (`stages.adopt`), the SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from outreach_pipeline.database.connect import Database, Row
from outreach_pipeline.database.errors import translated
from outreach_pipeline.database.migrate import OWNER, become_owner, leave_owner
from outreach_pipeline.database.queries import load_queries, sql_root
from outreach_pipeline.database.rows import JsonbArray
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import Entity, format_barton_id

SCHEMAS = ("bit", "company", "intake", "marketing", "people", "vault")
ASIDE = "adopted_"
_ROOM = 9_000_000_000
_CREATED = re.compile(r"^create (?:table|view|sequence) public\.(\w+)|^-- function public\.(\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Old:
    """Where the old tables are: in the database itself, aside or not yet, or in another one that is only read."""

    database: Database
    prefix: str = ""

    @property
    def schemas(self) -> list[str]:
        """The names of the old schemas, as they are there."""
        return [self.prefix + name for name in SCHEMAS]

    @property
    def public(self) -> str:
        """Where the old tables of public are."""
        return f"{self.prefix}public"


def public_names() -> list[str]:
    """Every name that ours has in public: whatever bears one there already has to step aside."""
    text = (sql_root() / "schema.sql").read_text(encoding="utf-8")
    return sorted({table or function for table, function in _CREATED.findall(text)})


class Adoption:
    """Work with the login that migrates, on the database that moves in."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, application_name="outreach_adopt")
        self._queries = load_queries("adopt")

    @property
    def database(self) -> Database:
        """The database as the migrating login."""
        return self._database

    def is_ours(self) -> bool:
        """Whether `outreach migrate` has been here."""
        return bool(self._value(self._queries.is_ours))

    def has_begun(self) -> bool:
        """Whether the old tables have stepped aside."""
        return bool(self._value(self._queries.has_state))

    def state(self, key: str) -> Any:
        """What was kept under a key; None: nothing."""
        return self._value(self._queries.state, {"key": key}) if self.has_begun() else None

    def keep(self, key: str, value: object) -> None:
        """Keep a value under a key, in a transaction of its own."""
        with self._database.autocommit() as connection, translated():
            self._keep(connection, key, value)

    def step_aside(self) -> int:
        """Rename what stands in the way, in one transaction; returns how many statements that took.

        Raises ConfigurationError when something belongs to a login for which this one may not act.
        """
        where = {"schemas": list(SCHEMAS), "names": public_names()}
        with self._transaction() as connection:
            owners = [row["owner"] for row in connection.execute(self._queries.may_move, where).fetchall()]
            if owners:
                raise ConfigurationError(
                    f"The old tables belong to {', '.join(owners)}, for whom this login may not act.",
                    next_step=f"As a superuser, or as them: grant {owners[0]} to the login of OUTREACH_MIGRATION_URL.",
                )
            moves = connection.execute(self._queries.aside, where).fetchall()
            acl = connection.execute(self._queries.acl_of_public).fetchone()
            connection.execute(self._queries.begin)
            self._keep(connection, "public", (acl or {})["grants"])
            for place, move in enumerate(moves):
                connection.execute(_ddl(move["forward"]))
                kept = {name: move[name] for name in ("forward", "back", "for_now")}
                connection.execute(self._queries.keep_move, {"place": place, **kept})
        return len(moves)

    def bring_back(self) -> None:
        """What had gone for the time of the migration only comes back, in one transaction."""
        with self._transaction() as connection:
            for move in connection.execute(self._queries.returning).fetchall():
                connection.execute(_ddl(move["back"]))

    def landed_since(self, sources: Sequence[str]) -> int:
        """Loads that are neither old loads nor old rows; 0 where there are no tables of ours yet."""
        if not self.is_ours():
            return 0
        with self._as_owner() as connection:
            row = connection.execute(self._queries.landed_since, {"sources": list(sources)}).fetchone()
        return int(next(iter((row or {"n": 0}).values())))

    def undo(self) -> int:
        """Drop ours, bring the old back and forget the move, in one transaction; returns how many names came back."""
        with self._transaction() as connection:
            grants = connection.execute(self._queries.state, {"key": "public"}).fetchone()
            moves = connection.execute(self._queries.moves).fetchall()
            if _has_owner(connection):
                become_owner(connection)
                ours = connection.execute(self._queries.ours, {"schemas": list(SCHEMAS)}).fetchall()
                for statement in ours:
                    connection.execute(_ddl(statement["statement"]))
                leave_owner(connection)
            for move in moves:
                connection.execute(_ddl(move["back"]))
            kept = json.dumps((grants or {"value": []})["value"])
            for grant in connection.execute(self._queries.restore_acl, {"grants": kept}).fetchall():
                connection.execute(_ddl(grant["statement"]))
            connection.execute("drop schema adoption cascade; drop schema adopted_public")
        return len(moves)

    def finish(self) -> list[str]:
        """Drop the old schemas for good; their names. Raises ConfigurationError while views elsewhere read them."""
        old = Old(self._database, ASIDE)
        schemas = [*old.schemas, old.public]
        with self._transaction() as connection:
            readers = connection.execute(self._queries.dependents, {"schemas": schemas}).fetchall()
            if readers:
                named = ", ".join(row["name"] for row in readers)
                raise ConfigurationError(
                    f"Views elsewhere still read the old tables: {named}.",
                    next_step="Drop them or let them read the new tables, then finish again.",
                )
            found = connection.execute(
                "select nspname::text as name from pg_namespace where nspname = any(%s) order by 1", (schemas,)
            ).fetchall()
            for row in found:
                connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(row["name"])))
            connection.execute("drop schema adoption cascade")
        return [row["name"] for row in found]

    def write(self, query: LiteralString, params: Mapping[str, object], key: str, cursor: int) -> None:
        """One statement as the owner of our tables, with its cursor in the same transaction."""
        with self._transaction() as connection:
            become_owner(connection)
            connection.execute(query, params)
            leave_owner(connection)
            self._keep(connection, key, cursor)

    def new_ids(self, entity: Entity, taken: set[int], count: int) -> list[str]:
        """So many ids that nobody has: above all taken numbers that leave room above them, and none of the others."""
        name = entity.name.lower()
        sequence = f"marketing.{name}_number_seq"
        above = max((number for number in taken if number <= _ROOM), default=1)
        found: list[int] = []
        with self._as_owner() as connection:
            connection.execute(self._queries.raise_sequence, {"sequence": sequence, "number": max(above, 1)})
            while len(found) < count:
                asked = {"entity": name, "count": count - len(found)}
                drawn = connection.execute(self._queries.new_numbers, asked).fetchall()
                found += [row["number"] for row in drawn if row["number"] not in taken]
        return [format_barton_id(entity, number) for number in found]

    def keep_ids(self, entity: str, ids: Mapping[str, tuple[str, str]]) -> None:
        """Keep which id an old one became, and why (given, duplicate), with the note that it was done."""
        told = {
            "entity": entity, "old_ids": list(ids), "ids": [new for new, _ in ids.values()],
            "reasons": [why for _, why in ids.values()], "form": Entity.COMPANY.pattern,
        }  # fmt: skip
        with self._transaction() as connection:
            connection.execute(self._queries.keep_ids, told)
            connection.execute(self._queries.let_owner_read)
            become_owner(connection)
            connection.execute(self._queries.keep_merged, told)
            leave_owner(connection)
            self._keep(connection, f"ids of {entity}", True)

    def id_map(self) -> dict[tuple[str, str], str]:
        """(entity, old id) to the id that it became; ids that stay are not in it."""
        with self._database.autocommit() as connection, translated():
            found = connection.execute(self._queries.id_map).fetchall()
        return {(row["entity"], row["old_id"]): row["barton_id"] for row in found}

    def _keep(self, connection: psycopg.Connection[Row], key: str, value: object) -> None:
        connection.execute(self._queries.keep_state, {"key": key, "value": json.dumps(value)})

    def _value(self, query: LiteralString, params: Mapping[str, object] | None = None) -> Any:
        with self._database.autocommit() as connection, translated():
            row = connection.execute(query, params).fetchone()
        return None if row is None else next(iter(row.values()))

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Row]]:
        with self._database.autocommit() as connection, translated(), connection.transaction():
            connection.execute("set local lock_timeout = '4s'")
            yield connection

    @contextmanager
    def _as_owner(self) -> Iterator[psycopg.Connection[Row]]:
        with self._transaction() as connection:
            become_owner(connection)
            yield connection
            leave_owner(connection)


def relations(old: Old) -> list[Row]:
    """Tables and views of the old schemas: schema, name, kind, owner, columns."""
    asked = {"schemas": old.schemas, "public": [old.public], "names": public_names()}
    return _read(old, load_queries("adopt").relations, asked)


def others(old: Old) -> dict[str, list[str]]:
    """What of the owner's own hangs on the old tables: routines in them, views elsewhere, roles with rights."""
    queries, asked = load_queries("adopt"), {"schemas": old.schemas}
    return {
        "routines": [row["name"] for row in _read(old, queries.routines, asked)],
        "views": [row["name"] for row in _read(old, queries.dependents, asked)],
        "grantees": [row["grantee"] for row in _read(old, queries.grantees, asked)],
    }


def ask(old: Old, query: LiteralString, table: str, params: Mapping[str, object] | None = None) -> Row:
    """One row about an old table, `schema.name` without the prefix."""
    return _read(old, sql.SQL(query).format(table=_identifier(old, table)), params)[0]


def blocks_of(old: Old, table: str) -> int:
    """Blocks of an old table."""
    name = _identifier(old, table).as_string()
    return int(next(iter(_read(old, load_queries("adopt").blocks, {"table": name})[0].values())))


def rows_of(old: Old, table: str, first: int, until: int) -> list[Row]:
    """The rows of blocks `first` to `until` - 1: item (its JSON text), and the ids of person and company in it."""
    query = sql.SQL(load_queries("adopt").rows_of).format(table=_identifier(old, table))
    return _read(old, query, {"first": first, "until": until})


def all_of(old: Old, query: LiteralString, table: str) -> list[Row]:
    """All rows that a query gives of an old table."""
    return _read(old, sql.SQL(query).format(table=_identifier(old, table)))


def as_array(rows: Sequence[bytes]) -> JsonbArray:
    """Rows as one jsonb[] parameter."""
    return JsonbArray(rows)


def _identifier(old: Old, table: str) -> sql.Identifier:
    schema, _, name = table.partition(".")
    return sql.Identifier(old.prefix + schema, name)


def _read(
    old: Old, query: LiteralString | sql.Composed, params: Mapping[str, object] | None = None
) -> list[Row]:
    with old.database.transaction(None) as tx:
        tx.execute("set transaction read only")
        return tx.fetch_all(query, params)


def _ddl(statement: str) -> sql.SQL:
    # Made by the server's own format(%I) from its catalogue.
    return sql.SQL(statement)


def _has_owner(connection: psycopg.Connection[Row]) -> bool:
    return connection.execute("select from pg_roles where rolname = %s", (OWNER,)).fetchone() is not None
