"""The sensor that ends runs whose process is gone: their machine died, and nobody else could tell.

Belongs here: from leases that ran out to failed runs. Does not belong here: the leases (`stages.run_lease`), starting
the batch again: that is Dagster's (`run_retries` of dagster.yaml: through the queue, on whichever machine is free), and
after its last retry `unfinished`.

A run that stays `started` for ever would also keep its place in the queue, and with it every run of its provider.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from outreach_pipeline.orchestration.incidents import log_failed_run
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.providers import SOURCE_TAG
from outreach_pipeline.orchestration.schedule import MORNING, NIGHTLY, REFRESH, REFRESH_RESULTS, VERIFY
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.stages.run_lease import held_runs, take_dead_runs

SAID = "Its process gives no sign of life any more: the machine or the worker that ran it is gone."
_OURS = frozenset((NIGHTLY, MORNING, REFRESH, REFRESH_RESULTS, VERIFY))
# From `started` to the lease a run only imports; a database that is away may take longer.
_LEASES_UNTIL_ONE_IS_MISSED = 2


def lost_runs_sensor() -> dg.SensorDefinition:
    """Runs by default; two statements and one look at the runs that are going."""

    @dg.sensor(
        name="lost_runs",
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Fails runs whose process gives no sign of life any more (the machine or worker died), so that "
        "their batches start again elsewhere and their places in the queue are free. Within about three minutes.",
    )
    def lost_runs(context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: look(pipeline, context.instance))

    return lost_runs


def look(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Fail every run that is dead; a sentence about how many."""
    dead = [run for run_id in take_dead_runs(pipeline.workspace.database) if (run := _going(instance, run_id))]
    dead += _without_lease(pipeline, instance, now or datetime.now(UTC))
    for run in dead:
        # Noted first: whatever starts the batch again finds the note, and takes it away at its end.
        log_failed_run(pipeline, instance, run, None)
        instance.report_run_failed(run, SAID)
    return Found(sentence=f"Runs that were lost and are failed now: {len(dead)}." if dead else "Every run lives.")


def _going(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun | None:
    run = instance.get_run_by_id(run_id)
    return run if run is not None and run.status is dg.DagsterRunStatus.STARTED else None


def _without_lease(pipeline: Pipeline, instance: dg.DagsterInstance, now: datetime) -> list[dg.DagsterRun]:
    """Runs of ours that died before they took their lease, or whose lease a tick took away that died itself."""
    patience = timedelta(seconds=_LEASES_UNTIL_ONE_IS_MISSED * pipeline.workspace.settings.run_lease_secs)
    records = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    overdue = {
        record.dagster_run.run_id: record.dagster_run
        for record in records
        if _is_ours(record.dagster_run) and record.start_time and record.start_time < (now - patience).timestamp()
    }
    if not overdue:
        return []
    return [overdue[run_id] for run_id in sorted(overdue.keys() - held_runs(pipeline.workspace.database, overdue))]


def _is_ours(run: dg.DagsterRun) -> bool:
    """Other code locations on the same instance have no leases."""
    return run.job_name in _OURS or SOURCE_TAG in run.tags
