"""Reading loads through their shape: each function runs one query of `extract` over some loads and gives CSV.

Belongs here: naming the loads. Does not belong here: how a shape becomes SQL (`extract`), what the CSV means (`records`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg import sql

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.extract import doubts_query, extract_query, refusals_query
from outreach_pipeline.records.columns import SectionName
from outreach_pipeline.records.shape import Shape


def extract(tx: Transaction, shape: Shape, section: SectionName, load_ids: Sequence[int]) -> Iterator[bytes]:
    """Records of some loads: load_id, part and the canonical columns of the section, as text."""
    return tx.copy_out(extract_query(shape, section, _loads(load_ids)))


def refusals(tx: Transaction, shape: Shape, load_ids: Sequence[int]) -> Iterator[bytes]:
    """Loads that are nobody's data: load_id, kind, reason."""
    return tx.copy_out(refusals_query(shape, _loads(load_ids)))


def doubts(tx: Transaction, shape: Shape, load_ids: Sequence[int]) -> Iterator[bytes]:
    """Good loads with an error text beside their data: load_id, reason."""
    return tx.copy_out(doubts_query(shape, _loads(load_ids)))


def _loads(load_ids: Sequence[int]) -> sql.Composed:
    # A join with the unnested ids, not `= any`: with 10,000 ids the planner would otherwise try each row against all.
    return sql.SQL(
        "select l.load_id, l.raw_data from unnest({}::bigint[]) as i (load_id) inner join intake.raw_loads as l using (load_id)"
    ).format(sql.Literal(list(load_ids)))
