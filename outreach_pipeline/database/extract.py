"""Shapes as SQL: one set-based query turns loads into canonical columns, inside the server.

Belongs here: how paths, fallbacks, refusals and nested people become expressions. Does not belong here: the TOML
language (`records.shape`), what happens to the rows (`stages`), which loads are read (the caller's query).

Two measurements shaped it (PostgreSQL 18, profile items of 1.7 KB stored, 20 columns, per row): reading each
column straight from the stored value unpacks it every time, 51 us; unpacking once behind OFFSET 0, which keeps
the planner from folding the levels into one, 7 us. Items must not become Python objects for this.

Nothing here contains a percent sign, so the queries run with and without parameters alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import psycopg
from psycopg import sql

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.columns import COLUMNS, SectionName, anchor_names
from outreach_pipeline.records.shape import Alternative, Find, Section, Shape
from outreach_pipeline.records.shape_paths import HERE, ITEM, ItemPath

ERROR_KEYS = ("error", "errors", "message", "status", "statusCode", "element", "originalQuery", "errorCode")
# Spaces that btrim() does not take by itself: tab, line ends, no-break, zero-width, narrow no-break, BOM.
_BLANKS = " \t\r\n\u00a0\u200b\u202f\ufeff"
# Only these two spellings, as pandas writes them: Nan is a given name.
_NOT_A_NUMBER = ("nan", "NaN")
_SCALAR = '(@.type() == "number" || @.type() == "boolean" || @ like_regex "\\\\S")'
_FILLED = f'{_SCALAR} && @ != "nan" && @ != "NaN"'
_HOIST_FROM = (
    3  # uses of one object from which reaching into it once is cheaper: 22 us -> 13 us for Apollo companies
)
_REASON_LENGTH = 300


def extract_query(shape: Shape, target: SectionName, loads: sql.Composable) -> sql.Composed:
    """Query for the companies or the people in some loads.

    `loads` is a query that yields load_id bigint and raw_data jsonb. The result has load_id bigint, part smallint
    (0 for the item's own record, 1, 2, … for the elements of [[people]] in list order) and every canonical column
    of `target` as text, NULL where the source is silent; list columns hold the text of a JSON array. Refused
    items and records without an anchor do not appear. A shape without such a section yields no rows.
    """
    sections = shape.sections(target)
    if not sections:
        nothing = _comma(sql.SQL("NULL::text AS {}").format(sql.Identifier(c.name)) for c in COLUMNS[target])
        return sql.SQL("SELECT 0::bigint AS load_id, 0::smallint AS part, {} WHERE false").format(nothing)
    nested = [section for section in sections if section.each]
    queries = []
    for section in sections:
        hoisted, keys = _hoist(section)
        items = _items(shape, loads, kept=True, keys=keys)
        queries.append(_records(hoisted, items, nested.index(section) if section.each else 0, len(nested)))
    return sql.SQL(" UNION ALL ").join(queries)


def refusals_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """Query for the loads that are nobody's data: load_id bigint, kind text, reason text (never NULL).

    Kinds: refusal (the account may not), not_found, error, notice. `loads` as for `extract_query`.
    """
    kind, reason = refusal_expression(shape)
    return sql.SQL(
        "SELECT load_id, {kind} AS kind, left({reason}, {length}) AS reason FROM ({items}) i"
    ).format(
        kind=kind, reason=reason, length=sql.Literal(_REASON_LENGTH), items=_items(shape, loads, kept=False)
    )


def refusal_expression(shape: Shape) -> tuple[sql.Composed, sql.Composed]:
    """Two text expressions over `item`, kind and reason of the refusal; the kind of a good item is NULL.

    Built in for every shape: not an object, empty, or nothing but error-like keys and the shape's echo keys.
    """
    own = [
        (
            sql.SQL("(item @@ {}::jsonpath) IS TRUE").format(_literal(refusal.when)),
            _literal(refusal.kind),
            sql.SQL("coalesce({}, {})").format(
                _text(refusal.reason_path) if refusal.reason_path else sql.SQL("NULL"),
                _literal(refusal.reason or "refused by the shape"),
            ),
        )
        for refusal in shape.refusals
    ]
    message = sql.SQL("coalesce({}, {}, {}, 'no data')").format(
        *(_text(ItemPath(key, steps=(key,))) for key in ("error", "message", "status"))
    )
    kind_of_message = sql.SQL(
        "CASE WHEN item ->> 'status' = '404' OR {0} ~* 'not found|no .{{0,20}}found' THEN 'not_found'"
        " WHEN {0} ~* 'free .{{0,20}}plan|subscri|upgrade|credit|quota|limit exceeded|unauthori' THEN 'refusal'"
        " ELSE 'error' END"
    ).format(message)
    cases = [
        # Apollo answers null, or an empty object, for whom it does not know.
        (
            sql.SQL("jsonb_typeof(item) <> 'object'"),
            sql.SQL("CASE jsonb_typeof(item) WHEN 'null' THEN 'not_found' ELSE 'error' END"),
            sql.SQL("'the item is not an object but ' || jsonb_typeof(item)"),
        ),
        (sql.SQL("item = '{{}}'::jsonb").format(), sql.SQL("'not_found'"), sql.SQL("'the item is empty'")),
        *own,
        (_only_error_keys(shape), kind_of_message, message),
    ]
    kinds = [sql.SQL("WHEN {} THEN {}").format(when, kind) for when, kind, _ in cases]
    reasons = [sql.SQL("WHEN {} THEN {}").format(when, reason) for when, _, reason in cases]
    return (
        sql.SQL("CASE {} END").format(sql.SQL(" ").join(kinds)),
        sql.SQL("CASE {} END").format(sql.SQL(" ").join(reasons)),
    )


def doubts_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """Query for good items that carry an error text beside their data: load_id bigint, reason text."""
    reason = _text(ItemPath("error", steps=("error",)))
    return sql.SQL(
        "SELECT load_id, left({reason}, {length}) AS reason FROM ({items}) i WHERE {reason} <> ''"
    ).format(reason=reason, length=sql.Literal(_REASON_LENGTH), items=_items(shape, loads, kept=True))


def missing_keys_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """One row: items bigint, and missing jsonb, how many of them lack each `expected` key (refused items aside)."""
    counts: list[sql.Composable] = []
    for key in shape.expected:
        absent = sql.SQL("count(*) FILTER (WHERE NOT item ? {})").format(_literal(key))
        counts += [_literal(key), absent]
    return sql.SQL("SELECT count(*) AS items, jsonb_build_object({}) AS missing FROM ({}) i").format(
        _comma(counts), _items(shape, loads, kept=True)
    )


def check_on_server(connection: psycopg.Connection[tuple[object, ...]], shape: Shape) -> None:
    """Has the server read every SQL/JSON path of a shape, because only it knows its whole grammar.

    Raises:
        ConfigurationError: names the shape and the path; the transaction around it stays usable.

    """
    texts = [path.jsonpath for path in shape.paths() if path.jsonpath]
    for text in (*texts, *(refusal.when for refusal in shape.refusals)):
        try:
            with connection.transaction():
                connection.execute("SELECT %s::jsonpath", (text,))
        except psycopg.DataError as error:
            raise ConfigurationError(
                f'Shape {shape.name}.toml: path "{text}": {error.diag.message_primary}.',
                next_step="See docs/adding-a-source.md.",
            ) from error
        except psycopg.errors.SyntaxError as error:
            raise ConfigurationError(
                f'Shape {shape.name}.toml: path "{text}": {error.diag.message_primary}.',
                next_step="See docs/adding-a-source.md.",
            ) from error


# --- items
# ---------------------------------------------------------------------------------------------------


def _items(shape: Shape, loads: sql.Composable, *, kept: bool, keys: Sequence[str] = ()) -> sql.Composed:
    """load_id, item and one jsonb column per find and per hoisted key; only good items, or only refused ones."""
    hoisted = [
        sql.SQL(", item -> {} AS {}").format(_literal(key), sql.Identifier(_base(_hoisted(key))))
        for key in keys
    ]
    finds = [
        sql.SQL(", {} AS {}").format(_find(find), sql.Identifier(_base(find.name))) for find in shape.finds
    ]
    return sql.SQL(
        "SELECT load_id, item{finds} FROM (SELECT load_id, raw_data #> '{{}}' AS item FROM ({loads}) l OFFSET 0) i"
        " WHERE {kind} IS {wanted} OFFSET 0"
    ).format(
        finds=sql.SQL("").join([*finds, *hoisted] if kept else []),
        loads=loads,
        kind=refusal_expression(shape)[0],
        wanted=sql.SQL("NULL" if kept else "NOT NULL"),
    )


def _hoist(section: Section) -> tuple[Section, tuple[str, ...]]:
    """The section with its much used objects as bases of their own, and the keys of those objects."""
    paths = [path for ways in section.columns.values() for way in ways for path in way.paths]
    uses = Counter(path.steps[0] for path in paths if path.base == HERE and len(path.steps) > 1)
    keys = tuple(key for key, count in uses.items() if count >= _HOIST_FROM) if not section.each else ()

    def moved(path: ItemPath) -> ItemPath:
        if path.base != HERE or len(path.steps) < 2 or path.steps[0] not in keys:
            return path
        return replace(path, base=_hoisted(path.steps[0]), steps=path.steps[1:])

    columns = {
        name: tuple(replace(way, paths=tuple(moved(path) for path in way.paths)) for way in ways)
        for name, ways in section.columns.items()
    }
    return replace(section, columns=columns), keys


def _hoisted(key: str) -> str:
    return f"key {key}"


def _only_error_keys(shape: Shape) -> sql.Composed:
    # The first test is cheap and false for nearly every item; the second copies the item.
    return sql.SQL("item ?| {}::text[] AND item - {}::text[] = '{{}}'::jsonb").format(
        sql.Literal(list(ERROR_KEYS)), sql.Literal([*ERROR_KEYS, *shape.echo])
    )


def _find(find: Find) -> sql.Composed:
    """The first object that a path meets; with `latest` the one that began last, list order deciding ties."""
    found = [_latest(path, find.latest) if find.latest else _first_object(path) for path in find.paths]
    return sql.SQL("coalesce({})").format(_comma(found))


def _first_object(path: ItemPath) -> sql.Composed:
    return sql.SQL("jsonb_path_query_first({}, {}::jsonpath, '{{}}', true)").format(*_objects(path))


def _latest(path: ItemPath, key: ItemPath) -> sql.Composed:
    # Years and ISO months are ordered; "Mar 2019" has only its year, so the source's own order decides within
    # it.
    return sql.SQL(
        "(SELECT e FROM jsonb_path_query({}, {}::jsonpath, '{{}}', true) WITH ORDINALITY AS t(e, n)"
        " ORDER BY substring({key} FROM '[12][0-9]{{3}}') DESC NULLS LAST,"
        " substring({key} FROM '^[12][0-9]{{3}}-[0-9]{{2}}') DESC NULLS LAST, n LIMIT 1)"
    ).format(*_objects(path), key=sql.SQL("e #>> {}::text[]").format(_steps(key.steps)))


def _objects(path: ItemPath) -> tuple[sql.Composable, sql.Composable]:
    if path.jsonpath:
        return sql.SQL("item"), _literal(f'{path.jsonpath} ? (@.type() == "object")')
    return sql.SQL("item #> {}::text[]").format(_steps(path.steps)), _literal('$ ? (@.type() == "object")')


# --- records
# -------------------------------------------------------------------------------------------------


def _records(section: Section, items: sql.Composed, number: int, of: int) -> sql.Composed:
    names = [sql.Identifier(column.name) for column in COLUMNS[section.target]]
    filled = [
        sql.SQL("{} AS {}").format(_column(section, column.name, as_list=column.kind == "list"), name)
        for column, name in zip(COLUMNS[section.target], names, strict=True)
    ]
    anchors = [sql.Identifier(name) for name in anchor_names(section.target)]
    part: sql.Composable = sql.SQL("0::smallint")
    source: sql.Composable = sql.SQL("({}) i").format(items)
    if section.each:
        part = sql.SQL("((n - 1) * {} + {} + 1)::smallint").format(sql.Literal(of), sql.Literal(number))
        source = sql.SQL("({}) i CROSS JOIN LATERAL {} WITH ORDINALITY AS t(here, n)").format(
            items, _elements(section.each)
        )
    return sql.SQL(
        "SELECT load_id, part, {names} FROM (SELECT load_id, {part} AS part, {filled} FROM {source} OFFSET 0) r"
        " WHERE coalesce({anchors}) IS NOT NULL"
    ).format(
        names=_comma(names), part=part, filled=_comma(filled), source=source,
        anchors=_comma(anchors),
    )  # fmt: skip


def _elements(path: ItemPath) -> sql.Composed:
    if path.jsonpath:
        return sql.SQL("jsonb_path_query(item, {}::jsonpath, '{{}}', true)").format(_literal(path.jsonpath))
    return sql.SQL("jsonb_path_query({}, '$[*]', '{{}}', true)").format(_value(path, here="item"))


def _column(section: Section, name: str, *, as_list: bool) -> sql.Composable:
    ways = section.columns.get(name, ())
    here = "here" if section.each else "item"
    if not ways:
        return sql.SQL("NULL::text")
    if as_list:
        lists = [_list(path, way.split, here) for way in ways for path in way.paths]
        if len(lists) > 1:
            lists = [sql.SQL("coalesce({}, '[]'::jsonb)").format(one) for one in lists]
        return sql.SQL("nullif({}, '[]'::jsonb)::text").format(sql.SQL(" || ").join(lists))
    found = [_way(way, here) for way in ways]
    return found[0] if len(found) == 1 else sql.SQL("coalesce({})").format(_comma(found))


def _way(way: Alternative, here: str) -> sql.Composable:
    texts = [_text(path, here) for path in way.paths]
    value: sql.Composable
    if way.mode == "constant":
        return sql.SQL("{}::text").format(_literal(way.constant or ""))
    if way.mode == "join":
        value = sql.SQL("nullif(concat_ws({}, {}), '')").format(_literal(way.glue), _comma(texts))
    elif way.mode == "all":
        value = sql.SQL(
            "(SELECT string_agg(e #>> '{{}}', {} ORDER BY n)"
            " FROM jsonb_path_query({}, '$[*]') WITH ORDINALITY AS t(e, n))"
        ).format(_literal(way.glue), _list(way.paths[0], None, here))
    else:
        value = texts[0] if len(texts) == 1 else sql.SQL("coalesce({})").format(_comma(texts))
    if way.pattern:
        value = _trimmed(sql.SQL("substring({} FROM {})").format(value, _literal(way.pattern)))
    if way.unit:
        value = _UNITS[way.unit].format(value)
    return sql.SQL("({} || {})").format(_literal(way.prefix), value) if way.prefix else value


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


def _text(path: ItemPath, here: str = "item") -> sql.Composable:
    """The value of a path as trimmed text; NULL for each of the spellings of absent, objects and lists."""
    if path.jsonpath:
        # The filter finds the first value that is not absent, and lax mode looks into lists.
        found = sql.SQL("jsonb_path_query_first({}, {}::jsonpath, '{{}}', true) #>> '{{}}'").format(
            sql.Identifier(here), _literal(f"{path.jsonpath} ? {_SCALAR}")
        )
        return _trimmed(found)
    if not path.steps:
        return _trimmed(sql.SQL("{} #>> '{{}}'").format(sql.Identifier(_start(path, here))))
    return sql.SQL("CASE WHEN jsonb_typeof({}) IN ('object', 'array') THEN NULL ELSE {} END").format(
        _value(path, here), _trimmed(_value(path, here, as_text=True))
    )


def _trimmed(text: sql.Composable) -> sql.Composed:
    value = sql.SQL("nullif(btrim({}, {}), '')").format(text, _literal(_BLANKS))
    for word in _NOT_A_NUMBER:
        value = sql.SQL("nullif({}, {})").format(value, _literal(word))
    return value


def _list(path: ItemPath, split: str | None, here: str) -> sql.Composable:
    """The texts and numbers of a list, or a lone one as a list of one, as jsonb; NULL or [] when there is none."""
    if path.jsonpath:
        return sql.SQL("jsonb_path_query_array({}, {}::jsonpath, '{{}}', true)").format(
            sql.Identifier(here), _literal(f"{path.jsonpath} ? ({_FILLED})")
        )
    value: sql.Composable = _value(path, here)
    if split is not None:
        value = sql.SQL(
            "CASE WHEN jsonb_typeof({0}) = 'string'"
            " THEN to_jsonb(regexp_split_to_array(btrim({0} #>> '{{}}'), {1})) ELSE {0} END"
        ).format(value, _literal(rf"\s*{re.escape(split)}\s*"))
    return sql.SQL("jsonb_path_query_array({}, {}::jsonpath, '{{}}', true)").format(
        value, _literal(f"$[*] ? ({_FILLED})")
    )


def _value(path: ItemPath, here: str, *, as_text: bool = False) -> sql.Composable:
    start = sql.Identifier(_start(path, here))
    if not path.steps:
        return sql.SQL("{} #>> '{{}}'").format(start) if as_text else start
    if len(path.steps) == 1 and not path.steps[0].isdigit():
        return sql.SQL("({} {} {})").format(
            start, sql.SQL("->>" if as_text else "->"), _literal(path.steps[0])
        )
    return sql.SQL("({} {} {}::text[])").format(
        start, sql.SQL("#>>" if as_text else "#>"), _steps(path.steps)
    )


def _start(path: ItemPath, here: str) -> str:
    if path.base == HERE:
        return here
    return "item" if path.base == ITEM else _base(path.base)


def _base(name: str) -> str:
    return f"find_{name}"


def _steps(steps: Sequence[str]) -> sql.Composable:
    return sql.SQL("ARRAY[{}]").format(_comma(_literal(step) for step in steps))


def _literal(text: str) -> sql.Composable:
    """A text literal without a percent sign, which psycopg would take for a placeholder."""
    parts = [sql.Literal(part) for part in text.split("%")]
    if len(parts) == 1:
        return parts[0]
    return sql.SQL("({})").format(sql.SQL(" || chr(37) || ").join(parts))


def _comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
