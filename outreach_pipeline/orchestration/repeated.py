"""A step that found nothing to do: it shows the numbers of the run before it instead of zeros.

Belongs here: finding those numbers. Does not belong here: what a step counts (`assets`, `metadata`).

The page plots the newest materialization of a partition. An idempotent rerun did nothing, but the batch is what it was.
"""

from __future__ import annotations

import dagster as dg

from outreach_pipeline.orchestration import metadata as md

NOTHING_NEW = "nothing new"
_CURRENT = ("dagster/partition_row_count", "dagster/row_count")
"""Counted anew by every run."""


def or_before(
    context: dg.AssetExecutionContext, key: dg.AssetKey, found: md.Metadata, *, idle: bool
) -> md.Metadata:
    """The metadata as found; when the step was idle, its counts are those of the partition's materialization before,
    and it says so. Where there is none (or its history is lost) the zeros stay.
    """
    before = _before(context, key) if idle else None
    if before is None:
        return found
    counts = {
        name: before[name] for name, value in found.items()
        if name not in _CURRENT and isinstance(value, dg.IntMetadataValue) and name in before
    }  # fmt: skip
    said = "There was nothing to do: the counts are those of the run before."
    return {**found, **counts, NOTHING_NEW: dg.MetadataValue.text(said)}


def _before(context: dg.AssetExecutionContext, key: dg.AssetKey) -> md.Metadata | None:
    records = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[context.partition_key]), limit=1
    ).records
    event = records[0].asset_materialization if records else None
    return None if event is None else dict(event.metadata)
