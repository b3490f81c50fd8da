"""Partitions: day x source, so that a partition key is a batch id.

Belongs here: the definition and the way from a key to a batch. Does not belong here: which sources exist
(sources.toml).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import dagster as dg

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.workspace import INGESTED, Batch

# Dagster joins the dimensions in the order of their names: day before source gives `2026-11-21|leads`.
DAY, SOURCE = "day", "source"


def batch_partitions(first_day: str, sources: Iterable[str]) -> dg.MultiPartitionsDefinition:
    """Every day since `first_day` (YYYY-MM-DD) with every source and what other programs ingested.

    Today's partition is there already (end_offset 1).
    """
    return dg.MultiPartitionsDefinition(
        {
            # Files are landed by hand for today as well, not only for days that are over.
            DAY: dg.DailyPartitionsDefinition(start_date=first_day, end_offset=1),
            SOURCE: dg.StaticPartitionsDefinition(sorted([*sources, INGESTED])),
        }
    )


def partition_key(day: date, source: str) -> str:
    """The key of a batch, as Dagster writes it."""
    return str(dg.MultiPartitionKey({DAY: day.isoformat(), SOURCE: source}))


def batch_of(context: dg.AssetExecutionContext) -> Batch:
    """The batch of the running step; ConfigurationError when it was started without a partition."""
    if not context.has_partition_key:
        raise ConfigurationError(
            "This step needs a batch.", next_step="Materialize it for a partition: a day and a source."
        )
    return Batch.parse(context.partition_key)
