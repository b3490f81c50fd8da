"""What the tests of shapes share: samples, and a real server that flattens them.

Belongs here: landing items and reading the records. Does not belong here: assertions about shapes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

import outreach_pipeline
from outreach_pipeline.database import extract
from outreach_pipeline.records.columns import COLUMNS, SectionName, column_names
from outreach_pipeline.records.shape import Shape, load_shapes, parse_shape

SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
SHAPES = load_shapes()
LOADS = "SELECT load_id, raw_data FROM pg_temp.loads WHERE load_id >= %(first)s"
HEAD = 'name = "tiny"\ndescription = "d"\nversion = 1\nprovider = "p"\n'

KEYS = {"load_id", "part"}

Connection = psycopg.Connection[dict[str, Any]]


def items_at(document: Any, place: tuple[str, ...]) -> Iterator[Any]:
    if not place:
        yield document
    elif place[0] == "[]":
        for element in document if isinstance(document, list) else []:
            yield from items_at(element, place[1:])
    elif isinstance(document, dict) and place[0] in document:
        yield from items_at(document[place[0]], place[1:])


def sample(shape: Shape) -> list[Any]:
    document = json.loads((SAMPLES / f"{shape.name}.json").read_text(encoding="utf-8"))
    return [item for place in shape.items_at for item in items_at(document, place)]


def land(connection: Connection, items: list[Any]) -> None:
    with connection.cursor() as cursor:
        rows = [(n, json.dumps(item).replace("\\u0000", "")) for n, item in enumerate(items)]
        cursor.executemany("INSERT INTO loads VALUES (%s, %s::jsonb)", rows)


def _lists(target: SectionName) -> set[str]:
    return {column.name for column in COLUMNS[target] if column.kind == "list"}


def flatten(connection: Connection, shape: Shape, target: SectionName) -> list[dict[str, Any]]:
    """The filled columns of each record, with `item` and `part`; lists parsed."""
    query = extract.extract_query(shape, target, sql.SQL(LOADS))
    found = []
    for row in connection.execute(query, {"first": 0}):
        assert tuple(row) == ("load_id", "part", *column_names(target))
        assert all(value is None or isinstance(value, str) for name, value in row.items() if name not in KEYS)
        filled = {name: value for name, value in row.items() if value is not None and name not in KEYS}
        filled |= {name: json.loads(filled[name]) for name in _lists(target) & filled.keys()}
        found.append({"item": row["load_id"], "part": row["part"], **filled})
    return sorted(found, key=lambda row: (row["item"], row["part"]))


def flatten_one(
    connection: Connection, body: str, item: Any, target: SectionName = "person"
) -> dict[str, Any]:
    """One item through a shape made for the occasion; without the keys, {} when there is no record."""
    connection.execute("TRUNCATE loads")
    land(connection, [item])
    found = flatten(connection, parse_shape(HEAD + body, "tiny.toml"), target)
    assert len(found) <= 1
    return {name: value for row in found for name, value in row.items() if name not in {"item", "part"}}
