"""A shape as one query over some loads: what an item says of its company, its person and its news, and whether it is
refused, in one row.

Belongs here: that query. Does not belong here: queries of one section, lists of nested people (`extract`), taking the
row apart (`records.sections`).

Unpacking an item is most of the cost of reading it, and the client takes 3 us for each row that COPY sends: one query
took 45 us of both for a lead where four took 105.
"""

from __future__ import annotations

from psycopg import sql

from outreach_pipeline.database.extract import (
    REASON_LENGTH,
    bases_of,
    find_expression,
    hoist,
    hoisted_name,
    named,
    refusal_expression,
)
from outreach_pipeline.database.extract_values import base_name, column_value, literal, text_of
from outreach_pipeline.records.columns import COLUMNS
from outreach_pipeline.records.sections import column_of
from outreach_pipeline.records.shape_model import Section, Shape
from outreach_pipeline.records.shape_paths import ItemPath


def whole_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """Query with one row per load: load_id, kind and reason, and the columns of the sections that are no lists.

    `loads` yields load_id bigint and raw_data jsonb. Kind and reason are those of a refusal (`extract.refusals_query`);
    a reason without a kind is an error text beside good data. Columns are named by `records.sections.column_of`, only
    those that the shape fills; of a refused item all are NULL.
    """
    sections = shape.lone_sections()
    hoisted = [hoist(section) for section in sections]
    keys = dict.fromkeys(key for _, found in hoisted for key in found)
    bases = {base for section in sections for base in bases_of(section)}
    starts = [(sql.Identifier(base_name(base) if base else "item"), base, key) for base, key in keys]
    return sql.SQL(
        "SELECT load_id, kind, left(reason, {length}) AS reason{columns} FROM ("
        " SELECT f.*{inside} FROM ("
        " SELECT k.*{finds} FROM ("
        " SELECT load_id, kind, CASE WHEN kind IS NULL THEN {doubt} ELSE {reason} END AS reason,"
        " CASE WHEN kind IS NULL THEN item END AS item FROM ("
        " SELECT load_id, item, {kind} AS kind FROM ("
        " SELECT load_id, raw_data #> '{{}}' AS item FROM ({loads}) l OFFSET 0) i OFFSET 0) j OFFSET 0) k OFFSET 0"
        ") f OFFSET 0) r"
    ).format(
        length=sql.Literal(REASON_LENGTH),
        columns=sql.SQL("").join(_columns(section) for section, _ in hoisted),
        inside=named(
            (sql.SQL("{} -> {}").format(start, literal(key)), hoisted_name(base, key)) for start, base, key in starts
        ),
        finds=named((find_expression(find), find.name) for find in shape.finds if find.name in bases),
        doubt=text_of(ItemPath("error", steps=("error",))),
        kind=refusal_expression(shape)[0],
        reason=refusal_expression(shape)[1],
        loads=loads,
    )


def _columns(section: Section) -> sql.Composed:
    return sql.SQL("").join(
        sql.SQL(", {} AS {}").format(
            column_value(section, column.name, as_list=column.kind == "list"),
            sql.Identifier(column_of(section.target, column.name)),
        )
        for column in COLUMNS[section.target]
        if column.name in section.columns
    )
