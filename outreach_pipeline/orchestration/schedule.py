"""The job of a batch and the nightly schedule that starts one run of it per source; the job of the morning.

Belongs here: when what is run. Does not belong here: what a source is and whether it is nightly
(sources.toml).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg

from outreach_pipeline.orchestration.partitions import partition_key
from outreach_pipeline.orchestration.providers import provider_tags
from outreach_pipeline.orchestration.specs import (
    ADDRESSES,
    ALERTS,
    CAMPAIGNS,
    CHANGES,
    FORMED,
    FRESHNESS,
    HELD,
    LATE,
    NIGHTS,
    RAW_LOADS,
    READY,
    REFRESH_JOBS,
    REJECTIONS,
    SIGNALS,
    SLOTS,
    TABLES,
    UNFINISHED,
)
from outreach_pipeline.stages.night import begin_night, nightly_sources
from outreach_pipeline.stages.workspace import Workspace

NIGHT_TAG = "outreach/night"
"""On the run that a night started for a batch, the first one: its day."""
NIGHTLY = "nightly"
MORNING = "morning"
VERIFY = "verify"
REFRESH, REFRESH_RESULTS = "linkedin_refresh", "linkedin_refresh_results"


def batch_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything that one batch passes through, in one process."""
    return dg.define_asset_job(
        NIGHTLY,
        # The standing checks look at the whole database: once in the morning, not in the run of every source.
        selection=dg.AssetSelection.assets(*(table.key for table in TABLES)) - _standing(),
        description="One batch (a day of a source) from landing to slots.",
        executor_def=dg.in_process_executor,
    )


def _standing() -> dg.AssetSelection:
    return dg.AssetSelection.checks(
        dg.AssetCheckKey(SLOTS.key, FRESHNESS),
        dg.AssetCheckKey(REJECTIONS.key, HELD),
        dg.AssetCheckKey(RAW_LOADS.key, UNFINISHED),
        dg.AssetCheckKey(RAW_LOADS.key, LATE),
        *(dg.AssetCheckKey(table.key, name) for table, name in FORMED.items()),
    )


def refresh_jobs() -> tuple[dg.UnresolvedAssetJobDefinition, dg.UnresolvedAssetJobDefinition]:
    """Start of a wave (pays), and its results with all that follows from them."""
    start = dg.define_asset_job(
        REFRESH,
        selection=dg.AssetSelection.assets(REFRESH_JOBS.key),
        description="Starts the one paid run of a wave, or finds it again. Requested by linkedin_refresh_due.",
        tags=provider_tags("apify"),
        executor_def=dg.in_process_executor,
    )
    results = dg.define_asset_job(
        REFRESH_RESULTS,
        selection=dg.AssetSelection.assets(CHANGES.key, SIGNALS.key, READY.key),
        description="Lands what the run of a wave gave, compares it with the masters, takes up the signals. Requested "
        "by linkedin_refresh_finished.",
        executor_def=dg.in_process_executor,
    )
    return start, results


def nightly_schedule(
    job: dg.UnresolvedAssetJobDefinition, workspace: Workspace, hour: int
) -> dg.ScheduleDefinition:
    """Each night at `hour` UTC, one run per nightly source that is ready, for the day that has just ended."""

    @dg.schedule(
        job=job,
        name="nightly_schedule",
        cron_schedule=f"0 {hour} * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Yesterday's batch of every source marked nightly in sources.toml; one run each, so that "
        "a source that fails holds back no other but those that come after it. What waits for another source or for "
        "its file is started by the sensor night_goes_on.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if not nightly_sources(workspace):
            yield dg.SkipReason("No source in sources.toml is marked nightly = true.")
            return
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        ready = begin_night(workspace, yesterday)
        if not ready:
            yield dg.SkipReason("The night has begun; all of its sources wait for their files.")
        for source in ready:
            yield run_request(yesterday, source)

    return nightly


def run_request(day: date, source: str) -> dg.RunRequest:
    """The run of one batch of a night; its key is the batch id, so a tick that is evaluated twice starts it once.

    Dagster tags every run of a partition with `dagster/partition/day` and `dagster/partition/source`; ours says
    that the night has started this batch.
    """
    key = partition_key(day, source)
    return dg.RunRequest(run_key=key, partition_key=key, tags={NIGHT_TAG: day.isoformat()})


def verify_job() -> dg.UnresolvedAssetJobDefinition:
    """Addresses verified (pays, within its ceilings), and the ready list after them."""
    return dg.define_asset_job(
        VERIFY,
        selection=dg.AssetSelection.assets(ADDRESSES.key, READY.key).without_checks(),
        description="Verifies the addresses of those who hold a slot and are due. Asks nobody while "
        "OUTREACH_VERIFY_ORDER is empty.",
        executor_def=dg.in_process_executor,
    )


def morning_job() -> dg.UnresolvedAssetJobDefinition:
    """Signals, ready list, counts of the refresh loop and the standing checks; costs nothing, may run at any time."""
    return dg.define_asset_job(
        MORNING,
        # Without a wave the steps of the refresh loop start nothing: they count.
        selection=dg.AssetSelection.assets(
            REFRESH_JOBS.key, CHANGES.key, SIGNALS.key, READY.key, CAMPAIGNS.key, ALERTS.key, NIGHTS.key
        ).without_checks()
        | _standing(),
        description="After the night: signals are taken up; refresh jobs, changes and the ready list counted; stale "
        "slots, held and unfinished batches are pointed out; somebody is told what is wrong; the report is written.",
        executor_def=dg.in_process_executor,
    )


def morning_schedule(job: dg.UnresolvedAssetJobDefinition, latest_hour: int) -> dg.ScheduleDefinition:
    """Once more every six hours after the morning, which the sensor begins: batches of the day count as well."""
    hours = sorted((latest_hour + 6 * n) % 24 for n in range(1, 4))
    return dg.ScheduleDefinition(
        name="morning_schedule",
        job=job,
        cron_schedule=f"0 {','.join(str(hour) for hour in hours)} * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="After the morning itself (sensor morning_after_night): takes up what the day's batches and the "
        "refreshes left: signals, the ready list, what has grown stale.",
    )
