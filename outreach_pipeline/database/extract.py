"""Shapes as SQL: one set-based query turns loads into canonical columns, inside the server.

Belongs here: which queries there are, finds, refusals, nested people. Does not belong here: single values
(`extract_values`), the TOML language (`records.shape`), which loads are read (the caller's query).

Two measurements shaped it (PostgreSQL 18, profile items of 1.7 KB stored, 20 columns, per row): reading each
column straight from the stored value unpacks it every time, 51 us; unpacking once behind OFFSET 0, which
keeps the planner from folding the levels into one, 7 us. Items must not become Python objects for this.

No percent sign but those of the parameters in `loads` gets into a query: it runs with and without any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import LiteralString

import psycopg
from psycopg import sql

from outreach_pipeline.database.extract_values import (
    base_name,
    column_value,
    comma,
    literal,
    steps_of,
    text_of,
    value_of,
)
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.columns import COLUMNS, SectionName, anchor_names
from outreach_pipeline.records.misplaced import MISPLACED
from outreach_pipeline.records.shape_model import Find, Section, Shape
from outreach_pipeline.records.shape_paths import ITEM, ItemPath
from outreach_pipeline.rules.side_jobs import MAIN, SIDE

ERROR_KEYS = ("error", "errors", "message", "status", "statusCode", "element", "originalQuery", "errorCode")
LOADS: LiteralString = (
    "SELECT load_id, raw_data FROM intake.raw_loads WHERE load_id = ANY (%(load_ids)s::bigint[])"
)
# From so many uses of one object on, reaching into it once is cheaper: Apollo companies 22 us -> 15 us.
_HOIST_FROM = 3
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ShapeQueries:
    """The queries of one shape as text, for `Transaction.copy_out` and its like; see the functions below."""

    companies: LiteralString
    people: LiteralString
    intelligence: LiteralString
    refusals: LiteralString
    doubts: LiteralString
    missing_keys: LiteralString
    unseen_keys: LiteralString


def shape_queries(shape: Shape, loads: LiteralString = LOADS) -> ShapeQueries:
    """All queries of a shape over `loads`: by default intake.raw_loads, parameter load_ids (bigint[])."""
    source = sql.SQL(loads)
    composed = (
        extract_query(shape, "company", source),
        extract_query(shape, "person", source),
        extract_query(shape, "intelligence", source),
        refusals_query(shape, source),
        doubts_query(shape, source),
        missing_keys_query(shape, source),
        unseen_keys_query(shape, source),
    )
    # Made of literals of this room and of values quoted by the driver: as good as literal text.
    return ShapeQueries(*(query.as_string(None) for query in composed))


def extract_query(shape: Shape, target: SectionName, loads: sql.Composable) -> sql.Composed:
    """Query for the companies, the people or the intelligence in some loads.

    `loads` is a query that yields load_id bigint and raw_data jsonb; it appears once per section of the
    shape, so its parameters need names. The result has load_id bigint, part smallint (0 for the item's own
    record, 1, 2, … for the elements of [[people]] in list order) and every canonical column of `target` as
    text, NULL where the source is silent; list columns hold the text of a JSON array. Refused items and
    records without an anchor do not appear. A shape without such a section yields no rows.
    """
    sections = shape.sections(target)
    if not sections:
        nothing = comma(sql.SQL("NULL::text AS {}").format(sql.Identifier(c.name)) for c in COLUMNS[target])
        return sql.SQL("SELECT 0::bigint AS load_id, 0::smallint AS part, {} WHERE false").format(nothing)
    nested = [section for section in sections if section.each]
    queries = []
    for section in sections:
        hoisted, keys = hoist(section)
        items = _items(shape, loads, kept=True, bases=bases_of(section), keys=keys)
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
        kind=kind, reason=reason, length=sql.Literal(REASON_LENGTH), items=_items(shape, loads, kept=False)
    )


def refusal_expression(shape: Shape) -> tuple[sql.Composed, sql.Composed]:
    """Two text expressions over `item`, kind and reason of the refusal; the kind of a good item is NULL.

    Built in for every shape: not an object, empty, or nothing but error-like keys and the shape's echo keys.
    """
    own = [
        (
            sql.SQL("(item @@ {}::jsonpath) IS TRUE").format(literal(refusal.when)),
            literal(refusal.kind),
            sql.SQL("coalesce({}, {})").format(
                text_of(refusal.reason_path) if refusal.reason_path else sql.SQL("NULL"),
                literal(refusal.reason or "refused by the shape"),
            ),
        )
        for refusal in shape.refusals
    ]
    message = sql.SQL("coalesce({}, {}, {}, 'no data')").format(
        *(text_of(ItemPath(key, steps=(key,))) for key in ("error", "message", "status"))
    )
    kind_of_message = sql.SQL(
        "CASE WHEN item ->> 'status' = '404' OR {0} ~* 'not found|no .{{0,20}}found' THEN 'not_found'"
        " WHEN {0} ~* 'free .{{0,20}}plan|subscri|upgrade|credit|quota|limit exceeded|unauthori'"
        " THEN 'refusal'"
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
    reason = text_of(ItemPath("error", steps=("error",)))
    return sql.SQL(
        "SELECT load_id, left({reason}, {length}) AS reason FROM ({items}) i WHERE {reason} <> ''"
    ).format(reason=reason, length=sql.Literal(REASON_LENGTH), items=_items(shape, loads, kept=True))


def missing_keys_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """One row: items bigint, and missing jsonb: how many good items lack each `expected` key."""
    counts: list[sql.Composable] = []
    for key in shape.expected:
        absent = sql.SQL("count(*) FILTER (WHERE NOT item ? {})").format(literal(key))
        counts += [literal(key), absent]
    return sql.SQL("SELECT count(*) AS items, jsonb_build_object({}) AS missing FROM ({}) i").format(
        comma(counts), _items(shape, loads, kept=True)
    )


def unseen_keys_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    """Top-level keys that the shape does not know: key text, items bigint, most frequent first.

    Of keys that a spreadsheet flattened with / ("openingHours/0/day") the first part counts.
    """
    return sql.SQL(
        "SELECT key, count(*) AS items FROM ({items}) i,"
        " LATERAL (SELECT DISTINCT split_part(k, '/', 1) AS key FROM jsonb_object_keys(item) AS k) keys"
        " WHERE key <> ALL ({known}::text[]) GROUP BY key ORDER BY items DESC, key"
    ).format(items=_items(shape, loads, kept=True), known=steps_of([*ERROR_KEYS, *shape.known_keys()]))


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


def items_query(shape: Shape, loads: sql.Composable, bases: Set[str]) -> sql.Composed:
    """The good items of `loads`: load_id, item, and one column per [find] named in `bases`."""
    return _items(shape, loads, kept=True, bases=bases)


def section_elements(path: ItemPath) -> sql.Composed:
    """The elements of a list of an item, to be put behind CROSS JOIN LATERAL."""
    return _elements(path)


# --- items
# ---------------------------------------------------------------------------------------------------


def _items(
    shape: Shape,
    loads: sql.Composable,
    *,
    kept: bool,
    bases: Set[str] = frozenset(),
    keys: Sequence[tuple[str, str]] = (),
) -> sql.Composed:
    """load_id, item, one jsonb column per find in `bases` and per key (of the item or of a find); only good or only
    refused items.
    """
    found = sql.SQL(
        "SELECT load_id, item{named}"
        " FROM (SELECT load_id, raw_data #> '{{}}' AS item FROM ({loads}) l OFFSET 0) i"
        " WHERE {kind} IS {wanted} OFFSET 0"
    ).format(
        named=named((find_expression(find), find.name) for find in shape.finds if find.name in bases),
        loads=loads,
        kind=refusal_expression(shape)[0],
        wanted=sql.SQL("NULL" if kept else "NOT NULL"),
    )
    if not keys:
        return found
    starts = [(sql.Identifier(base_name(base) if base else "item"), base, key) for base, key in keys]
    inside = [(sql.SQL("{} -> {}").format(start, literal(key)), hoisted_name(base, key)) for start, base, key in starts]
    return sql.SQL("SELECT i.*{} FROM ({}) i OFFSET 0").format(named(inside), found)


def named(values: Iterable[tuple[sql.Composable, str]]) -> sql.Composed:
    """Each value as a column of its own, named as a base, with a comma before it."""
    return sql.SQL("").join(
        sql.SQL(", {} AS {}").format(value, sql.Identifier(base_name(name))) for value, name in values
    )


def bases_of(section: Section) -> Set[str]:
    """Names of what the section's paths start from: the item, a find, the element of a list."""
    paths = [path for ways in section.columns.values() for way in ways for path in way.paths]
    return {path.base for path in [*paths, *([section.each] if section.each else [])]}


def hoist(section: Section) -> tuple[Section, tuple[tuple[str, str], ...]]:
    """The section with its much used objects as bases of their own, and those objects: their base and key."""
    paths = [path for ways in section.columns.values() for way in ways for path in way.paths]
    uses = Counter((path.base, path.steps[0]) for path in paths if path.base != ITEM and len(path.steps) > 1)
    keys = tuple(key for key, count in uses.items() if count >= _HOIST_FROM) if not section.each else ()

    def moved(path: ItemPath) -> ItemPath:
        if len(path.steps) < 2 or (path.base, path.steps[0]) not in keys:
            return path
        return replace(path, base=hoisted_name(path.base, path.steps[0]), steps=path.steps[1:])

    columns = {
        name: tuple(replace(way, paths=tuple(moved(path) for path in way.paths)) for way in ways)
        for name, ways in section.columns.items()
    }
    return replace(section, columns=columns), keys


def hoisted_name(base: str, key: str) -> str:
    """The name of an object inside a base that is reached into once."""
    return f"{base} key {key}"


def _only_error_keys(shape: Shape) -> sql.Composed:
    # The first test is cheap and false for nearly every item; the second copies the item.
    return sql.SQL("item ?| {}::text[] AND item - {}::text[] = '{{}}'::jsonb").format(
        sql.Literal(list(ERROR_KEYS)), sql.Literal([*ERROR_KEYS, *shape.echo])
    )


def find_expression(find: Find) -> sql.Composed:
    """The first object that a path meets; with `latest` the one that began last, list order deciding ties.

    With `titles` a side job gives way to another job: the element found says whether a second look is needed.
    """
    found = sql.SQL("coalesce({})").format(comma(_found(path, find.latest) for path in find.paths))
    if not find.titles:
        return found
    others = comma(_found(path, find.latest, but=_is_side_job(find, "e")) for path in find.paths)
    return sql.SQL(
        "(SELECT CASE WHEN {side} THEN coalesce({others}, f.e) ELSE f.e END FROM (SELECT {found} AS e OFFSET 0) f)"
    ).format(side=_is_side_job(find, "f.e"), others=others, found=found)


def _found(path: ItemPath, latest: ItemPath | None, but: sql.Composable | None = None) -> sql.Composed:
    objects, filtered = _objects(path)
    if latest is None and but is None:
        return sql.SQL("jsonb_path_query_first({}, {}::jsonpath, '{{}}', true)").format(objects, filtered)
    # Years and ISO months are ordered; "Mar 2019" has only its year, so the source's own order decides within
    # it.
    order = sql.SQL("").format()
    if latest is not None:
        order = sql.SQL(
            "substring({key} FROM '[12][0-9]{{3}}') DESC NULLS LAST,"
            " substring({key} FROM '^[12][0-9]{{3}}-[0-9]{{2}}') DESC NULLS LAST, "
        ).format(key=sql.SQL("e #>> {}::text[]").format(steps_of(latest.steps)))
    return sql.SQL(
        "(SELECT e FROM jsonb_path_query({}, {}::jsonpath, '{{}}', true) WITH ORDINALITY AS t(e, n)"
        " {} ORDER BY {} n LIMIT 1)"
    ).format(objects, filtered, sql.SQL("WHERE {} IS FALSE").format(but) if but else sql.SQL(""), order)


def _is_side_job(find: Find, element: LiteralString) -> sql.Composed:
    """Whether the title of an element is that of a side job; NULL where it has none."""
    title = sql.SQL("coalesce({})").format(
        comma(sql.SQL(element + " #>> {}::text[]").format(steps_of(path.steps)) for path in find.titles)
    )
    return sql.SQL("({title} ~* {side} AND {title} !~* {main})").format(
        title=title, side=literal(SIDE), main=literal(MAIN)
    )


def _objects(path: ItemPath) -> tuple[sql.Composable, sql.Composable]:
    if path.jsonpath:
        return sql.SQL("item"), literal(f'{path.jsonpath} ? (@.type() == "object")')
    return sql.SQL("item #> {}::text[]").format(steps_of(path.steps)), literal('$ ? (@.type() == "object")')


# --- records
# -------------------------------------------------------------------------------------------------


def _records(section: Section, items: sql.Composed, number: int, of: int) -> sql.Composed:
    names = [sql.Identifier(column.name) for column in COLUMNS[section.target]]
    filled = [
        sql.SQL("{} AS {}").format(column_value(section, column.name, as_list=column.kind == "list"), name)
        for column, name in zip(COLUMNS[section.target], names, strict=True)
    ]
    # What is misplaced in an anchor makes nobody.
    anchors = [
        sql.SQL("nullif({}, {})").format(sql.Identifier(name), literal(MISPLACED))
        for name in anchor_names(section.target)
        if name in section.columns
    ]
    part: sql.Composable = sql.SQL("0::smallint")
    source: sql.Composable = sql.SQL("({}) i").format(items)
    if section.each:
        part = sql.SQL("((n - 1) * {} + {} + 1)::smallint").format(sql.Literal(of), sql.Literal(number))
        source = sql.SQL("({}) i CROSS JOIN LATERAL {} WITH ORDINALITY AS t(here, n)").format(
            items, _elements(section.each)
        )
    return sql.SQL(
        "SELECT load_id, part, {names}"
        " FROM (SELECT load_id, {part} AS part, {filled} FROM {source} OFFSET 0) r"
        " WHERE coalesce({anchors}) IS NOT NULL"
    ).format(
        names=comma(names), part=part, filled=comma(filled), source=source,
        anchors=comma(anchors),
    )  # fmt: skip


def _elements(path: ItemPath) -> sql.Composed:
    if path.jsonpath:
        return sql.SQL("jsonb_path_query(item, {}::jsonpath, '{{}}', true)").format(literal(path.jsonpath))
    return sql.SQL("jsonb_path_query({}, '$[*]', '{{}}', true)").format(value_of(path, here="item"))
