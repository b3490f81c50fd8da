"""The sensor that goes on with batches that stopped: one run per stop, when its time has come.

Belongs here: from due batches to run requests, and runs whose end nobody has noted. Does not belong here: which batches
are due (`stages.unfinished`), noting a stop (`incidents`), the run itself (`schedule`).

A tick pays nothing, and its run pays no more than the batch's own run would have: the paid run of a batch is known to
the ledger and only read on, and the caps count what was spent before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from outreach_pipeline.orchestration.incidents import (
    ERROR_ID_TAG,
    PARTITION_TAG,
    STOPPED_TAG,
    log_failed_run,
    note_interrupted,
    problem_of,
)
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.processes import bury_dead_runs
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.stages.unfinished import Due, next_due, take_due
from outreach_pipeline.stages.workspace import Batch, Workspace

BATCHES_PER_TICK = 20
RUNS_PER_TICK = 200
# The failure sensor, or the command line, notes a failed run within seconds; whoever has not by then met a database
# that was away, and does not come back to it.
_NOTED_WITHIN = timedelta(minutes=5)
_LOOK_BACK = timedelta(days=3)
_GOING = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip


def unfinished_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default, bounded per tick, never pays."""

    @dg.sensor(
        name="unfinished_batches",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Goes on with batches that stopped on what passes (full windows, a cap until its reset, a run that "
        "still went, a process that died): one run per stop, under its own key. Those that wait for a person are "
        "left alone; after six stops without getting further the log says what to do.",
    )
    def unfinished_batches(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: look(pipeline, context.instance))

    return unfinished_batches


def look(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Ask for the next run of every batch whose time has come, unless one is going."""
    now = now or datetime.now(UTC)
    bury_dead_runs(instance)
    note_missed(pipeline, instance, now)
    due = take_due(pipeline.workspace, BATCHES_PER_TICK, now=now)
    wanted = [one for one in due if not is_going(instance, one.batch)]
    if wanted:
        return Found([_request(one) for one in wanted])
    return Found(sentence=_nothing(pipeline.workspace, len(due)))


def note_missed(pipeline: Pipeline, instance: dg.DagsterInstance, now: datetime) -> int:
    """Note failed runs of batches that nobody could note when they failed, and cancelled ones; returns how many."""
    failed, cancelled = (
        dg.RunsFilter(
            job_name=NIGHTLY, statuses=[status], updated_after=now - _LOOK_BACK, updated_before=now - _NOTED_WITHIN
        )
        for status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
    )
    noted = {ERROR_ID_TAG, STOPPED_TAG}
    missed = [run for run in instance.get_runs(failed, limit=RUNS_PER_TICK) if not noted & set(run.tags)]
    for run in missed:
        entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
        log_failed_run(pipeline, instance, run, problem_of(events))
    stopped = [run for run in instance.get_runs(cancelled, limit=RUNS_PER_TICK) if STOPPED_TAG not in run.tags]
    for run in stopped:
        note_interrupted(pipeline.workspace, instance, run)
    return len(missed) + len(stopped)


def is_going(instance: dg.DagsterInstance, batch: Batch) -> bool:
    """Whether a run of the batch's partition is queued or on its way."""
    going = dg.RunsFilter(statuses=_GOING, tags={PARTITION_TAG: batch.batch_id})
    return instance.get_runs_count(going) > 0


def _request(due: Due) -> dg.RunRequest:
    """One run per run that stopped, however often it is asked for."""
    return dg.RunRequest(run_key=f"after-{due.run_id}", partition_key=due.batch.batch_id)


def _nothing(workspace: Workspace, going: int) -> str:
    if going:
        return f"{going} batches that stopped are being run already."
    at = next_due(workspace)
    return f"No batch goes on before {at:%Y-%m-%d %H:%M} UTC." if at else "No batch waits to go on."
