"""Reading loads through their shape: each function runs one query of `extract` over some loads and gives CSV.

Belongs here: naming the loads. Does not belong here: how a shape becomes SQL (`extract`), what the CSV means
(`records`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg import sql

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.extract import REASON_LENGTH, extract_query, refusal_expression
from outreach_pipeline.database.extract_values import text_of
from outreach_pipeline.records.columns import SectionName
from outreach_pipeline.records.shape import Shape
from outreach_pipeline.records.shape_paths import ItemPath


def extract(tx: Transaction, shape: Shape, section: SectionName, load_ids: Sequence[int]) -> Iterator[bytes]:
    """Records of some loads: load_id, part and the canonical columns of the section, as text."""
    return tx.copy_out(extract_query(shape, section, _loads(load_ids)))


def remarks(tx: Transaction, shape: Shape, load_ids: Sequence[int]) -> Iterator[bytes]:
    """What `refusals_query` and `doubts_query` of `extract` say, in one reading of the loads: load_id, kind, reason.

    A missing kind means a good load with an error text beside its data. Unpacking the items is most of the cost, so
    one query takes 32 us of the server per load where two took 62.
    """
    return tx.copy_out(_remarks_query(shape, _loads(load_ids)))


def _remarks_query(shape: Shape, loads: sql.Composable) -> sql.Composed:
    kind, reason = refusal_expression(shape)
    return sql.SQL(
        "SELECT load_id, kind, left(reason, {length}) AS reason FROM ("
        " SELECT load_id, kind, CASE WHEN kind IS NULL THEN {doubt} ELSE {reason} END AS reason FROM ("
        " SELECT load_id, item, {kind} AS kind FROM ("
        " SELECT load_id, raw_data #> '{{}}' AS item FROM ({loads}) l OFFSET 0) i OFFSET 0) k) r"
        " WHERE kind IS NOT NULL OR reason <> ''"
    ).format(
        length=sql.Literal(REASON_LENGTH), doubt=text_of(ItemPath("error", steps=("error",))),
        reason=reason, kind=kind, loads=loads,
    )  # fmt: skip


def _loads(load_ids: Sequence[int]) -> sql.Composed:
    # A join with the unnested ids, not `= any`: with 10,000 ids the planner would otherwise try each row against all.
    return sql.SQL(
        "select l.load_id, l.raw_data from unnest({}::bigint[]) as i (load_id)"
        " inner join intake.raw_loads as l using (load_id)"
    ).format(sql.Literal(id_array(load_ids)))


def id_array(ids: Sequence[int]) -> str:
    """Ids as text of a bigint[] parameter: 0.1 us per id, where the driver takes 1 for each of a list's elements."""
    return "{" + ",".join(map(str, ids)) + "}"
