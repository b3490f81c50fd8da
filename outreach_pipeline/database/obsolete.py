"""Functions and views that no file has any more, and what else stands in our schemas beside the files.

Belongs here: what the files make, by whole signatures; noting it as ours, taking away what is ours and obsolete,
naming strangers. Does not belong here: applying files (`migrate`), reading them (`revisions`), the SQL
(`sql/queries/obsolete.sql`).

What is ours is known from a ledger, `public.schema_object`: a migrate writes down what it made. So a function or view
of somebody else is never taken away, whatever its name, its schema or its owner, and neither is one of ours that
another login has taken over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from outreach_pipeline.database import revisions
from outreach_pipeline.database.catalogue import SCHEMAS
from outreach_pipeline.database.connect import Row, Transaction
from outreach_pipeline.database.queries import load_queries, sql_root

# As pg_get_triggerdef writes it into schema.sql.
_TRIGGER = re.compile(r"^CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+) .*? ON (?P<table>\S+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of obsolete functions and views: `dropped`, or `closed` because something of somebody else's uses
    them (nobody but their owner may use them from now on).
    """

    dropped: tuple[str, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A function, view or trigger in our schemas that no file makes. `is_own`: somebody else's, in nobody's way."""

    kind: str
    object: str
    owner: str
    is_own: bool


def made_by_files(files: list[revisions.Replaceable] | None = None) -> dict[str, list[str]]:
    """Whole signatures of the functions, and names of the views, that the files make."""
    found = revisions.replaceables() if files is None else files
    functions = [signature for file in found for signature in file.signatures]
    return {"functions": functions, "views": [name for file in found if file.kind == "view" for name in file.names]}


def remove_obsolete(connection: psycopg.Connection[Row], files: list[revisions.Replaceable]) -> Removed:
    """Note what the files have made, and take away what earlier ones made and these do not.

    Inside the owner's transaction, after the files were applied: what of ours used the obsolete no longer does.
    """
    queries, made = load_queries("obsolete"), made_by_files(files)
    connection.execute("set local search_path = pg_catalog")
    connection.execute(queries.note_made, made)
    left = connection.execute(queries.obsolete, made).fetchall()
    gone = [row["object"] for row in left if row["gone"]]
    left = [row for row in left if not row["gone"]]
    dropped: list[str] = []
    while left:
        done = [row["object"] for row in left if _drop(connection, row["target"])]
        if not done:
            break
        dropped += done
        left = [row for row in left if row["object"] not in done]
    for row in left:
        _close(connection, row)
    connection.execute(queries.forget_made, {"objects": gone + dropped})
    return Removed(tuple(dropped), tuple(row["object"] for row in left))


def note_made_sql() -> str:
    """The statement that notes what the files make, for a script."""
    made = made_by_files()
    text: str = load_queries("obsolete").note_made
    for name, values in made.items():
        text = text.replace(f"%({name})s", sql.Literal(values).as_string(None))
    return f"set local search_path = pg_catalog;\n{text};"


def read_strangers(tx: Transaction) -> list[Stranger]:
    """What stands in our schemas beside the files, by kind and name; any login can read it."""
    tx.execute("set local search_path = pg_catalog")
    given = {**made_by_files(), "triggers": _triggers(), "schemas": list(SCHEMAS)}
    return [Stranger(**row) for row in tx.fetch_all(load_queries("obsolete").strangers, given)]


def read_lacking(tx: Transaction) -> list[str]:
    """Functions and views that a file makes and the database has not."""
    tx.execute("set local search_path = pg_catalog")
    return [row["name"] for row in tx.fetch_all(load_queries("obsolete").lacking, made_by_files())]


def _triggers() -> list[str]:
    text = (sql_root() / "schema.sql").read_text(encoding="utf-8").replace('"', "")
    return [f"{match['table']}.{match['name']}" for match in _TRIGGER.finditer(text)]


def _drop(connection: psycopg.Connection[Any], target: str) -> bool:
    """Drop one (`routine schema.name(types)`, `view schema.name`); False: something uses it, and nothing happened."""
    try:
        with connection.transaction():
            # Not cascade: what somebody else built on ours is not ours to drop. The text is the catalogue's own.
            connection.execute(f"drop {target}".encode())
    except psycopg.errors.DependentObjectsStillExist:
        return False
    return True


def _close(connection: psycopg.Connection[Row], row: Row) -> None:
    kind, _, name = row["target"].partition(" ")
    given = {"object": row["object"], "kind": row["kind"]}
    for each in connection.execute(load_queries("obsolete").grantees, given).fetchall():
        on = "routine" if kind == "routine" else "table"
        connection.execute(f"revoke all on {on} {name} from {each['grantee']} cascade".encode())
