"""Reading loads through their shape: each function runs one query of `extract` over some loads and gives CSV.

Belongs here: naming the loads. Does not belong here: how a shape becomes SQL (`extract`), what the CSV means
(`records`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from psycopg import sql

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.extract import extract_query
from outreach_pipeline.database.extract_whole import whole_query
from outreach_pipeline.records.columns import SectionName
from outreach_pipeline.records.shape import Shape


def extract(tx: Transaction, shape: Shape, section: SectionName, load_ids: Sequence[int] | str) -> Iterator[bytes]:
    """Records of some loads (ids, or text of a bigint[]): load_id, part and the canonical columns of the section."""
    return tx.copy_out(extract_query(shape, section, _loads(load_ids)))


def extract_whole(tx: Transaction, shape: Shape, load_ids: Sequence[int] | str) -> Iterator[bytes]:
    """What some loads say in one row each, see `extract_whole.whole_query`."""
    return tx.copy_out(whole_query(shape, _loads(load_ids)))


def extract_nested(
    tx: Transaction, shape: Shape, section: SectionName, load_ids: Sequence[int] | str
) -> Iterator[bytes]:
    """As `extract`, only the records that stand in lists; without any, a header."""
    nested = replace(
        shape,
        company=shape.company if shape.company and shape.company.each else None,
        person=shape.person if shape.person and shape.person.each else None,
        intelligence=shape.intelligence if shape.intelligence and shape.intelligence.each else None,
        address=shape.address if shape.address and shape.address.each else None,
        outcome=shape.outcome if shape.outcome and shape.outcome.each else None,
    )
    return tx.copy_out(extract_query(nested, section, _loads(load_ids)))


def _loads(load_ids: Sequence[int] | str) -> sql.Composed:
    # A join with the unnested ids, not `= any`: with 10,000 ids the planner would otherwise try each row against all.
    return sql.SQL(
        "select l.load_id, l.raw_data from unnest({}::bigint[]) as i (load_id)"
        " inner join intake.raw_loads as l using (load_id)"
    ).format(sql.Literal(load_ids if isinstance(load_ids, str) else id_array(load_ids)))


def id_array(ids: Sequence[int]) -> str:
    """Ids as text of a bigint[] parameter: 0.1 us per id, where the driver takes 1 for each of a list's elements."""
    return "{" + ",".join(map(str, ids)) + "}"
