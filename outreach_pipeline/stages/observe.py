"""Observations by duplicates: the same content seen again says that it was true again on that day.

Belongs here: carrying the times of duplicates to the record they repeat. Does not belong here: deciding what a
duplicate is (`intake.f_land`), what a newer observation changes (`marketing.f_build_*`).

The earliest and the latest time are kept, so the order in which batches arrive does not matter: seen as A on Monday,
as B on Tuesday and as A on Wednesday, it is A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.flatten import extract, id_array
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.records.joint import with_second_people
from outreach_pipeline.records.observed import stated_times
from outreach_pipeline.records.tables import read_csv
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.records.columns import SectionName
    from outreach_pipeline.records.shape import Shape


def observe_duplicates_of_batch(workspace: Workspace, batch: Batch, shape: Shape) -> int:
    """Let the duplicates of a batch count as observations; returns how many records were seen later or earlier."""
    queries = load_queries("validate")
    size, after, changed = workspace.settings.chunk_loads, 0, 0
    while True:
        with workspace.database.transaction(Role.VALIDATE) as tx:
            found = read_csv(
                tx.copy_out(
                    queries.duplicates_of_batch, {"batch_id": batch.batch_id, "after": after, "limit": size}
                )
            )
            if found.empty:
                return changed
            changed += _observe(tx, batch, shape, found)
            repeated = sorted(set(found["duplicate_of"].astype("int64")))
            tx.execute(queries.queue_repeated, {"load_ids": repeated, "batch_id": batch.batch_id})
            after = int(found["load_id"].iloc[-1])


def observe_duplicates_of_loads(tx: Transaction, batch: Batch, shape: Shape, load_ids: list[int]) -> int:
    """The same for loads just validated whose duplicates came before (a replay, or batches out of order)."""
    found = read_csv(tx.copy_out(load_queries("validate").duplicates_of_loads, {"load_ids": id_array(load_ids)}))
    return 0 if found.empty else _observe(tx, batch, shape, found)


def _observe(tx: Transaction, batch: Batch, shape: Shape, duplicates: pd.DataFrame) -> int:
    queries = load_queries("validate")
    ids = duplicates["load_id"].astype("int64").tolist()
    sections: tuple[tuple[SectionName, str], ...] = (
        ("person", queries.observe_people),
        ("company", queries.observe_companies),
        ("intelligence", queries.observe_intelligence),
        ("address", queries.observe_addresses),
        ("outcome", queries.observe_outcomes),
    )
    changed = 0
    for section, statement in sections:
        if not shape.sections(section):
            continue
        if shape.states_time(section):
            spans = _stated_spans(tx, shape, section, ids, duplicates)
        else:
            # Reading the items again would say nothing more: it was half the time of a night of repeats.
            spans = _spans(duplicates.assign(part=None, time=duplicates["observed_at"]))
        rows = tx.fetch_all(
            statement,
            {
                "load_ids": spans["duplicate_of"].astype("int64").tolist(),
                "parts": [None if pd.isna(part) else int(part) for part in spans["part"]],
                "firsts": spans["min"].tolist(), "lasts": spans["max"].tolist(),
            },
        )  # fmt: skip
        earlier = {row["load_id"] for row in rows if row["is_earlier"]}
        later = {row["load_id"] for row in rows} - earlier
        if earlier:
            tx.execute(queries.queue_for_promotion, {"load_ids": sorted(earlier), "batch_id": batch.batch_id})
        if later:
            tx.execute(queries.queue_seen_again, {"load_ids": sorted(later), "batch_id": batch.batch_id})
        changed += len(rows)
    return changed


def _stated_spans(
    tx: Transaction, shape: Shape, section: SectionName, ids: list[int], duplicates: pd.DataFrame
) -> pd.DataFrame:
    """First and last time per repeated record, from what each duplicate says itself; else from its batch's day."""
    seen = read_csv(extract(tx, shape, section, ids))
    if section == "person":
        seen = with_second_people(seen)
    seen = seen[["load_id", "part", "observed_at"]].merge(duplicates, on="load_id", suffixes=("", "_batch"))
    return _spans(seen.assign(time=stated_times(seen["observed_at"]).fillna(seen["observed_at_batch"])))


def _spans(seen: pd.DataFrame) -> pd.DataFrame:
    """duplicate_of, part, min, max of `time`; all of them texts."""
    by_record = seen.groupby(["duplicate_of", "part"], sort=False, dropna=False)["time"]
    return by_record.agg(["min", "max"]).reset_index()
