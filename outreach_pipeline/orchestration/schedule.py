"""The job of a batch and the nightly schedule that starts one run of it per source.

Belongs here: when what is run. Does not belong here: what a source is and whether it is nightly
(sources.toml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import dagster as dg

from outreach_pipeline.orchestration.partitions import partition_key
from outreach_pipeline.orchestration.specs import TABLES

NIGHTLY = "nightly"


def batch_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything that one batch passes through, in one process."""
    return dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.assets(*(table.key for table in TABLES)),
        description="One batch (a day of a source) from landing to slots.",
        executor_def=dg.in_process_executor,
    )


def nightly_schedule(
    job: dg.UnresolvedAssetJobDefinition, sources: Sequence[str], hour: int
) -> dg.ScheduleDefinition:
    """Each night at `hour` UTC, one run per nightly source for the day that has just ended."""

    @dg.schedule(
        job=job,
        name="nightly_schedule",
        cron_schedule=f"0 {hour} * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Yesterday's batch of every source marked nightly in sources.toml; one run each, so that "
        "a source that fails holds back no other.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if not sources:
            yield dg.SkipReason("No source in sources.toml is marked nightly = true.")
            return
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        for source in sources:
            yield run_request(yesterday, source)

    return nightly


def run_request(day: date, source: str) -> dg.RunRequest:
    """The run of one batch; its key is the batch id, so a tick that is evaluated twice starts it once.

    Dagster tags every run of a partition with `dagster/partition/day` and `dagster/partition/source`; further
    tags would only fill the page.
    """
    key = partition_key(day, source)
    return dg.RunRequest(run_key=key, partition_key=key)
