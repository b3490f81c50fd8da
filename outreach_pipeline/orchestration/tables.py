"""What the UI shows of a table before anything ran: its columns, their types and meaning.

Belongs here: reading `sql/schema.sql`. Does not belong here: the live database: definitions load without
one. The file is generated from the catalogue and a test holds both together, so no list of columns is kept
by hand.
"""

from __future__ import annotations

import re
from functools import cache

import dagster as dg

from outreach_pipeline.database.queries import sql_root
from outreach_pipeline.errors import ConfigurationError

_TABLE = re.compile(r"^create table (?P<name>[\w.]+) \([^\n]*\n(?P<body>.*?)^\);$", re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(
    r"^    (?!constraint )(?P<name>\w+) (?P<type>.+?)"
    r"(?P<generated> generated always as (?!identity).*)?(?P<identity> generated always as identity)?"
    r"(?P<required> not null)?(?: default (?P<default>.*?))?,?$"
)
_VIEW = re.compile(r"^-- view (?P<name>[\w.]+), [^\n]*\n(?P<body>(?:--     [^\n]*\n?)*)", re.MULTILINE)
_VIEW_COLUMN = re.compile(r"^--     (?P<name>\w+) (?P<type>.+)$", re.MULTILINE)
_COMMENT = re.compile(
    r"^comment on (?P<kind>table|view|column) (?P<name>[\w.]+) is '(?P<text>(?:[^']|'')*)';$", re.MULTILINE
)
_TYPES = {"timestamp with time zone": "timestamptz"}


@cache
def _schema() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Bodies of the tables, comments of tables and columns, columns of the views; by qualified name."""
    path = sql_root() / "schema.sql"
    if not path.is_file():
        raise ConfigurationError(
            "sql/schema.sql is missing.",
            next_step="Write it: python -m outreach_pipeline.database.schema_files",
        )
    text = path.read_text(encoding="utf-8")
    comments = {found["name"]: found["text"].replace("''", "'") for found in _COMMENT.finditer(text)}
    tables = {found["name"]: found["body"] for found in _TABLE.finditer(text)}
    return tables, comments, {found["name"]: found["body"] for found in _VIEW.finditer(text)}


def column_schema(table: str) -> dg.TableSchema | None:
    """Columns of `schema.table` with type, nullability and comment (of a view: with type and comment).

    None when schema.sql lacks it: it is written when a change of the schema is finished, and the page opens before.
    """
    tables, comments, views = _schema()
    if table in views:
        found_columns = _VIEW_COLUMN.finditer(views[table])
        return dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name=column["name"],
                    type=_TYPES.get(column["type"], column["type"]),
                    description=comments.get(f"{table}.{column['name']}"),
                )
                for column in found_columns
            ]
        )
    if table not in tables:
        return None
    found = (_COLUMN.match(line) for line in tables[table].splitlines())
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column["name"],
                type=_TYPES.get(column["type"], column["type"]),
                description=comments.get(f"{table}.{column['name']}"),
                constraints=dg.TableColumnConstraints(
                    nullable=not (column["required"] or column["identity"])
                ),
            )
            for column in found
            if column is not None
        ]
    )
