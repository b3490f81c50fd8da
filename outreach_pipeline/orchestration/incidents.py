"""From a failed run to an incident: what failed, in the words of the step, and the id it was logged under.

Belongs here: reading a run's failure events, and the sensor that logs them and notes that a batch stopped. Does not
belong here: the log itself (`stages.incidents`), going on with a batch (`unfinished`).

Runs that the command line starts are logged by it at once (`launch`), all others by the sensor. The run
carries the id as a tag, so that nothing is logged twice and the page leads to the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from outreach_pipeline.orchestration.failures import KIND, NEXT_STEP, NOT_BEFORE, WHERE
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.stages.incidents import Incident, log_incident
from outreach_pipeline.stages.unfinished import (
    ATTEMPTS,
    DIED,
    INTERRUPTED,
    WAITING,
    Stop,
    Unfinished,
    note_stop,
    note_waiting,
)
from outreach_pipeline.stages.workspace import Batch, Workspace

ERROR_ID_TAG = "outreach/error_id"
STOPPED_TAG = "outreach/stopped"
"""On a run that somebody stopped, once that is noted: at Ctrl+C at once, from the page with the next tick."""
PARTITION_TAG = "dagster/partition"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a run failed: `kind` as in `stages.incidents`, one sentence, what to do, and lines of our code."""

    step: str
    kind: str
    message: str
    next_step: str = ""
    where: str = ""
    not_before: datetime | None = None


_DIED = Problem("", "unexpected", "The run ended without a word: its process died.")


def problem_of(events: Iterable[dg.DagsterEvent]) -> Problem | None:
    """The first failed step of a run that says why; None when no step failed (the process died)."""
    for event in events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        told = data.user_failure_data
        if told is None:
            # Not from one of our steps: the framework's text may quote anything, so only its class is told.
            name = (data.error.cls_name if data.error else None) or "an unknown error"
            return Problem(event.step_key or "", "unexpected", f"Step {event.step_key} ended with {name}.")
        words = {name: str(value.value) for name, value in told.metadata.items()}
        return Problem(
            step=event.step_key or "",
            kind=words.get(KIND, "unexpected"),
            # The page shows sentence and next step as one; here they are told apart again.
            message=(told.description or "").removesuffix(words.get(NEXT_STEP, "")).strip(),
            next_step=words.get(NEXT_STEP, ""),
            where=words.get(WHERE, ""),
            not_before=datetime.fromisoformat(words[NOT_BEFORE]) if NOT_BEFORE in words else None,
        )
    return None


def log_failed_run(
    pipeline: Pipeline, instance: dg.DagsterInstance, run: dg.DagsterRun, problem: Problem | None
) -> str:
    """Log a failed run once, and note that its batch stopped; returns its error id ("" for one that only waits: that is
    no error).

    Raises TransientError when the database is gone.
    """
    if known := run.tags.get(ERROR_ID_TAG):
        return known
    found = problem or _DIED
    if found.kind == WAITING and (partition := run.tags.get(PARTITION_TAG)):
        note_waiting(pipeline.workspace, Batch.parse(partition), found.message, run.run_id)
        instance.add_run_tags(run.run_id, {STOPPED_TAG: WAITING})
        return ""
    stopped = _note(pipeline, run, found)
    given_up = stopped is not None and stopped.in_vain >= ATTEMPTS
    last = f"It goes on {stopped.goes_on}. {stopped.to_do}" if stopped and given_up else found.next_step
    context: dict[str, str | int] = {
        "run_id": run.run_id,
        "job": run.job_name,
        "step": found.step,
        "batch_id": run.tags.get(PARTITION_TAG, ""),
    }
    error_id = log_incident(
        pipeline.workspace,
        Incident(found.kind, f"{found.message} {last}".strip(), context, found.where),
    )
    instance.add_run_tags(run.run_id, {ERROR_ID_TAG: error_id})
    return error_id


def _note(pipeline: Pipeline, run: dg.DagsterRun, problem: Problem) -> Unfinished | None:
    """Note where a batch stands. Other runs have no partition, and sensors of their own that look after them."""
    partition = run.tags.get(PARTITION_TAG)
    if partition is None:
        return None
    kind = DIED if problem is _DIED else problem.kind
    stop = Stop(run.run_id, kind, problem.message, problem.next_step, problem.not_before)
    return note_stop(pipeline.workspace, Batch.parse(partition), stop)


def note_interrupted(workspace: Workspace, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Note that somebody stopped a run: its batch goes on like any other. It is no error, so nothing is logged; nothing
    is noted when a later run of the batch got to its end.

    Raises TransientError when the database is gone.
    """
    if partition := run.tags.get(PARTITION_TAG):
        later = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: partition}), limit=1)
        if not later or later[0].run_id == run.run_id or later[0].status is not dg.DagsterRunStatus.SUCCESS:
            note_stop(workspace, Batch.parse(partition), Stop(run.run_id, INTERRUPTED, "Somebody interrupted its run."))
    instance.add_run_tags(run.run_id, {STOPPED_TAG: "noted"})


def failure_sensor() -> dg.SensorDefinition:
    """Writes every failed run to `public.shq_error_log`. Runs by default; costs one query per failed run."""

    @dg.run_failure_sensor(
        name="log_failed_runs",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=15,
        description="Writes each failed run to public.shq_error_log and tags the run with its ERR-… id.",
    )
    def log_failed_runs(context: dg.RunFailureSensorContext, pipeline: dg.ResourceParam[Pipeline]) -> None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        error_id = log_failed_run(
            pipeline, context.instance, run, problem_of(context.get_step_failure_events())
        )
        context.log.info("run %s is %s", run.run_id, error_id or "waiting")

    return log_failed_runs
