"""What a shape meets in some items: per path how many items have it, an example, and the keys around it.

Belongs here: the queries and running them. Does not belong here: which path is a mistake (`stages.shape_paths`), how
values are read (`extract_values`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import orjson
from psycopg import sql

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.extract import (
    bases_of,
    items_query,
    refusal_expression,
    section_elements,
    unseen_keys_query,
)
from outreach_pipeline.database.extract_values import literal, value_of
from outreach_pipeline.records.shape_model import Section, Shape
from outreach_pipeline.records.shape_paths import HERE, ItemPath

GIVEN: LiteralString = (
    "SELECT n AS load_id, e AS raw_data FROM jsonb_array_elements(%(items)s::jsonb) WITH ORDINALITY AS t(e, n)"
)
"""Items that are not in the database, as the parameter `items`: the text of a JSON array."""
NEW_OF_BATCH: LiteralString = (
    "SELECT load_id, raw_data FROM intake.raw_loads WHERE batch_id = %(batch_id)s AND status <> 'duplicate'"
    " AND NOT coalesce(metadata, '{}') ? 'erased' ORDER BY load_id LIMIT %(limit)s"
)
_SHOWN = 60
_AROUND = 100


@dataclass(frozen=True, slots=True)
class PathUse:
    """One path of a shape in some items. `there`: items that have it, be it empty; `filled`: in which it says
    something.

    `place` and `field` say where it stands in the shape (company, website_url); `of`: items that could have it. `kind`
    is the JSON type of `example`, which is a value of an item, shortened.
    """

    place: str
    field: str
    path: ItemPath
    of: int
    there: int
    filled: int
    kind: str | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    place: str
    field: str
    path: ItemPath


def path_uses(tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any]) -> list[PathUse]:
    """Every path of a shape in `loads` (a query of load_id and raw_data), in the order of the shape."""
    found = _uses(tx, shape, loads, given, None, _of_the_item(shape))
    for place, section in sections_of(shape):
        asked = [
            _Asked(place, column, path)
            for column, ways in section.columns.items()
            for way in ways
            for path in way.paths
        ]
        found += _uses(tx, shape, loads, given, section, asked)
    return found


def sections_of(shape: Shape) -> list[tuple[str, Section]]:
    """The sections of a shape with what its file calls them."""
    lists = [(f"people.{n}" if len(shape.people) > 1 else "people", each) for n, each in enumerate(shape.people, 1)]
    named = [
        ("company", shape.company), ("person", shape.person), *lists,
        *((f"positions.{n}", each) for n, each in enumerate(shape.positions, 1)),
        ("intelligence", shape.intelligence), ("address", shape.address), ("outcome", shape.outcome),
    ]  # fmt: skip
    return [(name, section) for name, section in named if section is not None]


def _of_the_item(shape: Shape) -> list[_Asked]:
    finds = [_Asked("find", find.name, path) for find in shape.finds for path in find.paths]
    lists = [_Asked(place, "each", each.each) for place, each in sections_of(shape) if each.each is not None]
    return finds + lists


def _uses(
    tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any], section: Section | None,
    asked: Sequence[_Asked],
) -> list[PathUse]:  # fmt: skip
    if not asked:
        return []
    row = tx.fetch_row(_uses_query(shape, loads, section, asked), given)
    return [
        PathUse(
            one.place, one.field, one.path, row["items"], row[f"there_{n}"], row[f"filled_{n}"], row[f"kind_{n}"],
            row[f"example_{n}"],
        )
        for n, one in enumerate(asked)
    ]  # fmt: skip


def _uses_query(
    shape: Shape, loads: LiteralString, section: Section | None, asked: Sequence[_Asked]
) -> LiteralString:
    here = "here" if section is not None and section.each else "item"
    bases = {one.path.base for one in asked} | (set(bases_of(section)) if section else set())
    source: sql.Composable = sql.SQL("({}) i").format(items_query(shape, sql.SQL(loads), bases))
    if section is not None and section.each:
        source = sql.SQL("{} CROSS JOIN LATERAL {} AS t(here)").format(source, section_elements(section.each))
    values = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(_value(one.path, here), sql.Identifier(f"v{n}")) for n, one in enumerate(asked)
    )
    counts = sql.SQL(", ").join(_counts(n) for n in range(len(asked)))
    query = sql.SQL(
        "SELECT count(DISTINCT load_id) AS items, {counts} FROM (SELECT load_id, {values} FROM {source} OFFSET 0) v"
    ).format(counts=counts, values=values, source=source)
    # As in `extract`: made of literals and of values that the driver quoted.
    return query.as_string(None)


def _counts(number: int) -> sql.Composed:
    value = sql.Identifier(f"v{number}")
    filled = sql.SQL("{v} NOT IN ('null', '\"\"', '[]', '{{}}')").format(v=value)
    return sql.SQL(
        "count(DISTINCT load_id) FILTER (WHERE {v} IS NOT NULL) AS {there},"
        " count(DISTINCT load_id) FILTER (WHERE {filled}) AS {many},"
        " (array_agg(jsonb_typeof({v})) FILTER (WHERE {filled}))[1] AS {kind},"
        " (array_agg(left({v} #>> '{{}}', {shown})) FILTER (WHERE {filled}))[1] AS {example}"
    ).format(
        v=value, filled=filled, shown=sql.Literal(_SHOWN), there=sql.Identifier(f"there_{number}"),
        many=sql.Identifier(f"filled_{number}"), kind=sql.Identifier(f"kind_{number}"),
        example=sql.Identifier(f"example_{number}"),
    )  # fmt: skip


def _value(path: ItemPath, here: str) -> sql.Composable:
    if path.jsonpath:
        return sql.SQL("jsonb_path_query_first({}, {}::jsonpath, '{{}}', true)").format(
            sql.Identifier(here), literal(path.jsonpath)
        )
    return value_of(path, here)


def bases_around(
    tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any], use: PathUse
) -> list[Any]:
    """What a path starts from, of some items, as Python objects: the keys that it could have meant."""
    section = next((each for place, each in sections_of(shape) if place == use.place and use.field != "each"), None)
    in_list = section is not None and section.each is not None and use.path.base == HERE and not use.path.jsonpath
    source: sql.Composable = sql.SQL("({}) i").format(items_query(shape, sql.SQL(loads), {use.path.base}))
    if in_list and section is not None and section.each is not None:
        source = sql.SQL("{} CROSS JOIN LATERAL {} AS t(here)").format(source, section_elements(section.each))
    start = value_of(ItemPath("", base=use.path.base if not use.path.jsonpath else HERE), "here" if in_list else "item")
    query = sql.SQL("SELECT {}::text AS base FROM {} WHERE {} IS NOT NULL LIMIT {}").format(
        start, source, start, sql.Literal(_AROUND)
    )
    rows = tx.fetch_all(query.as_string(None), given)
    return [orjson.loads(row["base"]) for row in rows]


def unknown_keys(
    tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any]
) -> list[tuple[str, int]]:
    """Top-level keys that the shape neither reads nor knows, with the items that carry them, most frequent first."""
    rows = tx.fetch_all(unseen_keys_query(shape, sql.SQL(loads)).as_string(None), given)
    return [(row["key"], row["items"]) for row in rows]


def count_items(
    tx: Transaction, shape: Shape, loads: LiteralString, given: Mapping[str, Any]
) -> tuple[int, int]:
    """Items that are somebody's data, and those that the shape refuses (errors, notices)."""
    query = sql.SQL(
        "SELECT count(*) FILTER (WHERE kind IS NULL) AS good, count(kind) AS refused FROM (SELECT {kind} AS kind"
        " FROM (SELECT raw_data #> '{{}}' AS item FROM ({loads}) l OFFSET 0) i) k"
    ).format(kind=refusal_expression(shape)[0], loads=sql.SQL(loads))
    row = tx.fetch_row(query.as_string(None), given)
    return row["good"], row["refused"]
