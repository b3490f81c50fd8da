"""Values of an item as SQL: one path, one alternative, one canonical column.

Belongs here: trimming, the spellings of absent, units, lists.
Does not belong here: whole queries (`extract`).
Nothing here contains a percent sign, which psycopg would take for a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from psycopg import sql

from outreach_pipeline.records.misplaced import MISPLACED
from outreach_pipeline.records.shape_model import Alternative, Section
from outreach_pipeline.records.shape_paths import HERE, ITEM, ItemPath

# Spaces that btrim() does not take by itself: tab, line ends, no-break, zero-width, narrow no-break, BOM.
_BLANKS = " \t\r\n\u00a0\u200b\u202f\ufeff"
# Only these two spellings, as pandas writes them: Nan is a given name.
_NOT_A_NUMBER = ("nan", "NaN")
_SCALAR = '(@.type() == "number" || @.type() == "boolean" || @ like_regex "\\\\S")'
_FILLED = f'{_SCALAR} && @ != "nan" && @ != "NaN"'
_NO_TEXT = '$[*] ? (@.type() == "object" || @.type() == "array" || @.type() == "boolean")'


def column_value(section: Section, name: str, *, as_list: bool) -> sql.Composable:
    """A canonical column of a section as a text expression; a list column as the text of a JSON array."""
    ways = section.columns.get(name, ())
    here = "here" if section.each else "item"
    if not ways:
        return sql.SQL("NULL::text")
    if as_list:
        lists = [_list(path, way.split, here) for way in ways for path in way.paths]
        if len(lists) > 1:
            lists = [sql.SQL("coalesce({}, '[]'::jsonb)").format(one) for one in lists]
        elif not ways[0].paths[0].jsonpath:  # elsewhere another path may read what this one leaves out
            lists.append(_no_texts(ways[0].paths[0], here))
        return sql.SQL("nullif({}, '[]'::jsonb)::text").format(sql.SQL(" || ").join(lists))
    found = [_way(way, here) for way in ways]
    misplaced = [_misplaced(path, here) for way in ways if way.mode != "all" for path in way.paths if path.steps]
    if len(found) + len(misplaced) == 1:
        return found[0]
    return sql.SQL("coalesce({})").format(comma([*found, *misplaced]))


def _misplaced(path: ItemPath, here: str) -> sql.Composable:
    """MISPLACED where an object or a list with something in it stands at a path of a text.

    Last in the coalesce, so it is asked of empty columns only.
    """
    return sql.SQL(
        "CASE WHEN jsonb_typeof({0}) IN ('object', 'array') AND {0} NOT IN ('{{}}', '[]') THEN {1} END"
    ).format(value_of(path, here), literal(MISPLACED))


def _no_texts(path: ItemPath, here: str) -> sql.Composable:
    """A list of MISPLACED alone where a list has elements that are no text, to be put behind those that are."""
    return sql.SQL(
        "CASE WHEN jsonb_path_exists({}, {}::jsonpath, '{{}}', true) THEN jsonb_build_array({}::text) ELSE '[]' END"
    ).format(value_of(path, here), literal(_NO_TEXT), literal(MISPLACED))


def _way(way: Alternative, here: str) -> sql.Composable:
    texts = [text_of(path, here) for path in way.paths]
    value: sql.Composable
    if way.mode == "constant":
        return sql.SQL("{}::text").format(literal(way.constant or ""))
    if way.mode == "join":
        value = sql.SQL("nullif(concat_ws({}, {}), '')").format(literal(way.glue), comma(texts))
    elif way.mode == "all":
        value = sql.SQL(
            "(SELECT string_agg(e #>> '{{}}', {} ORDER BY n)"
            " FROM jsonb_path_query({}, '$[*]') WITH ORDINALITY AS t(e, n))"
        ).format(literal(way.glue), _list(way.paths[0], None, here))
    else:
        value = texts[0] if len(texts) == 1 else sql.SQL("coalesce({})").format(comma(texts))
    if way.pattern:
        value = _trimmed(sql.SQL("substring({} FROM {})").format(value, literal(way.pattern)))
    if way.unit:
        value = _UNITS[way.unit].format(value)
    return sql.SQL("({} || {})").format(literal(way.prefix), value) if way.prefix else value


# Values of another form pass through as they are: the frame rejects them with their own spelling.
_UNITS = {
    "epoch_ms": sql.SQL(
        "CASE WHEN {0} ~ '^[0-9]{{11,14}}$' THEN to_char(to_timestamp({0}::float8 / 1000) AT TIME ZONE 'UTC',"
        ' \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') ELSE {0} END'
    ),
    "epoch_s": sql.SQL(
        "CASE WHEN {0} ~ '^[0-9]{{8,11}}$' THEN to_char(to_timestamp({0}::float8) AT TIME ZONE 'UTC',"
        ' \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') ELSE {0} END'
    ),
    # A bare year was true at some time in it; its first day never lies in the future and never claims
    # freshness.
    "year": sql.SQL("CASE WHEN {0} ~ '^[12][0-9]{{3}}([.]0)?$' THEN left({0}, 4) || '-01-01' ELSE {0} END"),
}


# --- values
# --------------------------------------------------------------------------------------------------


def text_of(path: ItemPath, here: str = "item") -> sql.Composable:
    """The value of a path as trimmed text; NULL for each of the spellings of absent, objects and lists."""
    if path.jsonpath:
        # The filter finds the first value that is not absent, and lax mode looks into lists.
        found = sql.SQL("jsonb_path_query_first({}, {}::jsonpath, '{{}}', true) #>> '{{}}'").format(
            sql.Identifier(here), literal(f"{path.jsonpath} ? {_SCALAR}")
        )
        return _trimmed(found)
    if not path.steps:
        return _trimmed(sql.SQL("{} #>> '{{}}'").format(sql.Identifier(_start(path, here))))
    return sql.SQL("CASE WHEN jsonb_typeof({}) IN ('object', 'array') THEN NULL ELSE {} END").format(
        value_of(path, here), _trimmed(value_of(path, here, as_text=True))
    )


def _trimmed(text: sql.Composable) -> sql.Composed:
    value = sql.SQL("nullif(btrim({}, {}), '')").format(text, literal(_BLANKS))
    for word in _NOT_A_NUMBER:
        value = sql.SQL("nullif({}, {})").format(value, literal(word))
    return value


def _list(path: ItemPath, split: str | None, here: str) -> sql.Composable:
    """The texts and numbers of a list, or a lone one as a list of one, as jsonb; NULL or [] for none."""
    if path.jsonpath:
        return sql.SQL("jsonb_path_query_array({}, {}::jsonpath, '{{}}', true)").format(
            sql.Identifier(here), literal(f"{path.jsonpath} ? ({_FILLED})")
        )
    value: sql.Composable = value_of(path, here)
    if split is not None:
        value = sql.SQL(
            "CASE WHEN jsonb_typeof({0}) = 'string'"
            " THEN to_jsonb(regexp_split_to_array(btrim({0} #>> '{{}}'), {1})) ELSE {0} END"
        ).format(value, literal(rf"\s*{re.escape(split)}\s*"))
    return sql.SQL("jsonb_path_query_array({}, {}::jsonpath, '{{}}', true)").format(
        value, literal(f"$[*] ? ({_FILLED})")
    )


def value_of(path: ItemPath, here: str, *, as_text: bool = False) -> sql.Composable:
    """The value of a short path, as jsonb or as text."""
    start = sql.Identifier(_start(path, here))
    if not path.steps:
        return sql.SQL("{} #>> '{{}}'").format(start) if as_text else start
    if len(path.steps) == 1 and not path.steps[0].isdigit():
        return sql.SQL("({} {} {})").format(
            start, sql.SQL("->>" if as_text else "->"), literal(path.steps[0])
        )
    return sql.SQL("({} {} {}::text[])").format(
        start, sql.SQL("#>>" if as_text else "#>"), steps_of(path.steps)
    )


def _start(path: ItemPath, here: str) -> str:
    if path.base == HERE:
        return here
    return "item" if path.base == ITEM else base_name(path.base)


def base_name(name: str) -> str:
    """Name of the SQL column that holds the element a find or hoisted key names."""
    return f"find_{name}"


def steps_of(steps: Sequence[str]) -> sql.Composable:
    """Steps of a short path as a text array."""
    return sql.SQL("ARRAY[{}]").format(comma(literal(step) for step in steps))


def literal(text: str) -> sql.Composable:
    """A text literal without a percent sign, which psycopg would take for a placeholder."""
    parts = [sql.Literal(part) for part in text.split("%")]
    if len(parts) == 1:
        return parts[0]
    return sql.SQL("({})").format(sql.SQL(" || chr(37) || ").join(parts))


def comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    """Joins with commas."""
    return sql.SQL(", ").join(parts)
