"""Where ids of companies and people stand in the database, found in its catalogue and in what its tables hold.

Belongs here: finding such columns, and putting a row that names an id into any table. Does not belong here: what must
become of them (`test_id_columns`).
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import sql

from tests.end_to_end.pipeline import rows, value

Admin = psycopg.Connection[Any]
Column = tuple[str, str]
SCHEMAS = ("intake", "vault", "marketing", "bit", "public")
_NAMED = re.compile(
    r"(company|person|people|surviving|retired|founded|original|first|second|accepted)_?(unique)?_?(id|ids|no)$|^(subject|subjects|entity_id)$"
)
_COLUMNS = """select n.nspname || '.' || c.relname as table_name, a.attname as column_name, format_type(a.atttypid, a.atttypmod) as type,
        a.attnotnull as is_needed, a.attgenerated <> '' as is_generated, a.atthasdef or a.attidentity <> '' as has_default
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and n.nspname = any(%s) and c.relname !~ '^(alembic|schema_)'
    order by 1, a.attnum"""
_KEYS = """select t.relnamespace::regnamespace || '.' || t.relname as table_name, b.attname as column_name,
        r.relnamespace::regnamespace || '.' || r.relname as refers_to, f.attname as referred
    from pg_constraint as c
    inner join pg_class as t on t.oid = c.conrelid
    inner join pg_class as r on r.oid = c.confrelid
    inner join pg_attribute as b on b.attrelid = c.conrelid and b.attnum = c.conkey[1]
    inner join pg_attribute as f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]
    where c.contype = 'f'"""
_ALLOWED = """select pg_get_constraintdef(c.oid) as text from pg_constraint as c where c.contype = 'c' and c.conrelid = %s::regclass"""
_MASTERS = ("marketing.company_master", "marketing.people_master")


def id_columns(admin: Admin) -> dict[Column, str]:
    """Every column that can name a company or a person, and what tells so: key, name or content."""
    columns = rows(admin, _COLUMNS, list(SCHEMAS))
    assert len({row["table_name"] for row in columns}) > 60
    keys = {(row["table_name"], row["column_name"]) for row in rows(admin, _KEYS) if row["refers_to"] in _MASTERS}
    numbers = [row["number"] for row in rows(
        admin, """select public.barton_number(company_unique_id) as number from marketing.company_master
        union select public.barton_number(unique_id) from marketing.people_master""",
    )]  # fmt: skip
    assert min(numbers) > 1_000_000, "small numbers are met by chance: let the sequences start higher"
    found: dict[Column, str] = {}
    for row in columns:
        column = (row["table_name"], row["column_name"])
        if column in keys:
            found[column] = "key"
        elif _NAMED.search(row["column_name"]) and re.match("text|bigint", row["type"]):
            found[column] = "name"
        elif _holds(admin, row, numbers):
            found[column] = "content"
    return found


def _holds(admin: Admin, row: dict[str, Any], numbers: list[int]) -> bool:
    table, column = row["table_name"], sql.Identifier(row["column_name"])
    if re.match("text|character|json", row["type"]):
        query = sql.SQL("select exists (select from {} where {}::text ~ %s) as found").format(sql.SQL(table), column)
        return bool(value(admin, query, r"04\.04\.0[12]\.\d\d\.\d{5}\.\d{3}"))  # type: ignore[arg-type]
    if re.match("bigint", row["type"]):
        wanted = "{} && %s" if row["type"].endswith("[]") else "{} = any(%s)"
        query = sql.SQL(f"select exists (select from {{}} where {wanted}) as found").format(sql.SQL(table), column)
        return bool(value(admin, query, numbers))  # type: ignore[arg-type]
    return False


class Filler:
    """Puts rows into tables of which nothing is known but the catalogue."""

    def __init__(self, admin: Admin, others: dict[str, str]) -> None:
        """`others`: per master table the id that rows name where another is needed than the one they are about."""
        self._admin = admin
        self._others = others
        self._columns: dict[str, list[dict[str, Any]]] = {}
        for row in rows(admin, _COLUMNS, list(SCHEMAS)):
            self._columns.setdefault(row["table_name"], []).append(row)
        self._refers = {
            (row["table_name"], row["column_name"]): (row["refers_to"], row["referred"]) for row in rows(admin, _KEYS)
        }
        self._count = 0

    def put(self, column: Column, barton_id: str) -> Any:
        """A row of the column's table that names the id there; gives the row's ctid-free key, its `created_at` order."""
        table, name = column
        stored = self._as_stored(table, name, barton_id)
        return self._insert(table, {name: stored})

    def named(self, column: Column) -> list[str]:
        """The ids that the column names, as texts."""
        table, name = column
        kind = next(row["type"] for row in self._columns[table] if row["column_name"] == name)
        code = "01" if "company" in name else "02"
        query = {
            "bigint": "select public.barton_id({code}, {name}) as id from {table} where {name} is not null",
            "text[]": "select unnest({name}) as id from {table}",
        }.get(kind, "select {name} as id from {table} where {name} is not null")
        text = query.format(code=f"'{code}'", name=name, table=table)
        return [row["id"] for row in self._admin.execute(text)]  # type: ignore[call-overload]

    def _as_stored(self, table: str, name: str, barton_id: str) -> Any:
        kind = next(row["type"] for row in self._columns[table] if row["column_name"] == name)
        if kind == "bigint":
            return value(self._admin, "select public.barton_number(%s)", barton_id)
        return [barton_id] if kind == "text[]" else barton_id

    def _insert(self, table: str, given: dict[str, Any]) -> dict[str, Any]:
        said = dict(given)
        for row in self._columns[table]:
            needed = row["is_needed"] and not row["has_default"] and not row["is_generated"]
            if needed and row["column_name"] not in said:
                said[row["column_name"]] = self._something(table, row)
        statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
            sql.SQL(table),
            sql.SQL(", ").join(map(sql.Identifier, said)),
            sql.SQL(", ").join([sql.Placeholder()] * len(said)),
        )
        inserted: dict[str, Any] = self._admin.execute(statement, list(said.values())).fetchone()
        return inserted

    def _something(self, table: str, row: dict[str, Any]) -> Any:
        refers = self._refers.get((table, row["column_name"]))
        if refers is not None:
            return self._others.get(refers[0]) or self._row_of(*refers)
        allowed = self._allowed(table, row["column_name"])
        if allowed:
            return allowed
        self._count += 1
        plain: dict[str, Any] = {"text": f"filled_{self._count}", "jsonb": "{}", "boolean": False, "text[]": []}
        if row["type"] in plain:
            return plain[row["type"]]
        return "2026-10-01" if re.match("date|timestamp", row["type"]) else 1

    def _row_of(self, table: str, referred: str) -> Any:
        found = rows(self._admin, f"select {referred} from {table} limit 1")
        return found[0][referred] if found else self._insert(table, {})[referred]

    def _allowed(self, table: str, column: str) -> str | None:
        for row in rows(self._admin, _ALLOWED, table):
            if found := re.search(rf"\({column} = ANY \(ARRAY\['([^']+)'", row["text"]):
                return found.group(1)
        return None
