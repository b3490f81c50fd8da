"""Runs batches from the command line: in this process, on the same instance that the page shows.

Belongs here: running the job per source and saying what each stage did. Does not belong here: printing
(`cli`), stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import dagster as dg

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.incidents import Problem, log_failed_run, note_interrupted, problem_of
from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.orchestration.page_runs import runs_of_the_page
from outreach_pipeline.orchestration.partitions import partition_key
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.processes import PROCESS_TAG, bury_dead_runs
from outreach_pipeline.orchestration.providers import provider_tags
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.settings import Settings
from outreach_pipeline.sources.order import in_order
from outreach_pipeline.stages.arrival import waits_for_file
from outreach_pipeline.stages.checks import CheckReport
from outreach_pipeline.stages.land import LandReport
from outreach_pipeline.stages.night import ENDED, read_batches, waits_sentence
from outreach_pipeline.stages.promote import PromoteReport
from outreach_pipeline.stages.run_lease import this_process
from outreach_pipeline.stages.slots import SlotReport
from outreach_pipeline.stages.unfinished import WAITING, note_waiting
from outreach_pipeline.stages.validate import ValidateReport
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of one batch. A stage that was not reached has no report; `problem` is None when all went
    well.

    `kind` as in `stages.incidents` (transient: may succeed when run again), or waiting: it was not run. `held`:
    its checks stopped it. `error_id`: under which it stands in `public.shq_error_log`.
    """

    batch_id: str
    run_id: str
    succeeded: bool
    land: LandReport | None = None
    validate: ValidateReport | None = None
    checks: CheckReport | None = None
    promote: PromoteReport | None = None
    slots: SlotReport | None = None
    problem: str | None = None
    kind: str = ""
    next_step: str = ""
    error_id: str | None = None

    @property
    def held(self) -> bool:
        """Whether the batch's checks stopped it before promotion."""
        return self.checks is not None and self.checks.held


@dataclass(slots=True)
class _Listener:
    """Keeps the reports of the run in progress, and names the source in its progress."""

    progress: Progress
    source: str = ""
    reports: list[object] = field(default_factory=list)

    def heard(self, report: object) -> None:
        self.reports.append(report)

    def moved(self, what: str, done: int, total: int | None) -> None:
        self.progress(f"{self.source}: {what}", done, total)

    def last(self, kind: type[Report]) -> Report | None:
        return next((report for report in reversed(self.reports) if isinstance(report, kind)), None)


def run_batches(
    settings: Settings,
    day: date,
    sources: Sequence[str],
    *,
    refetch: bool = False,
    accept_checks: bool = False,
    progress: Progress | None = None,
    workspace: Workspace | None = None,
) -> list[BatchOutcome]:
    """Run each source's batch of a day from landing to slots, in the order of `after`. A source that fails holds back
    only those that come after it: they wait, which their outcome says.

    `progress` is called with "source: stage", done, total. Raises ConfigurationError before anything runs
    when a source is unknown or the day has no partition; what goes wrong later is told by the outcome.
    """
    return list(
        iterate_batches(
            settings,
            day,
            sources,
            refetch=refetch,
            accept_checks=accept_checks,
            progress=progress,
            workspace=workspace,
        )
    )


def iterate_batches(
    settings: Settings,
    day: date,
    sources: Sequence[str],
    *,
    refetch: bool = False,
    accept_checks: bool = False,
    progress: Progress | None = None,
    workspace: Workspace | None = None,
) -> Iterator[BatchOutcome]:
    """The same, one outcome at a time as it is there. Raises KeyboardInterrupt at Ctrl+C, when the batch is noted as
    interrupted: no error to be logged, and nothing after it is begun.
    """
    workspace = workspace or Workspace(settings)
    wanted = in_order(workspace.sources, sources)
    kinds = {name: workspace.source_of(Batch(day, name)).kind for name in sources}
    workspace.check_day(day)
    listener = _Listener(progress or no_progress)
    pipeline = Pipeline(workspace, listener.moved, listener.heard)
    job = build_defs(pipeline=pipeline, also=[Batch(day, name) for name in wanted]).resolve_job_def(NIGHTLY)
    config = _run_config(refetch=refetch, accept_checks=accept_checks)
    with open_instance(settings) as instance, runs_of_the_page(instance, NIGHTLY):
        bury_dead_runs(instance)
        ended: dict[str, bool] = {}
        for source in wanted:
            if why := _waits(workspace, Batch(day, source), ended):
                ended[source] = False
                note_waiting(workspace, Batch(day, source), why)
                yield BatchOutcome(partition_key(day, source), "", succeeded=False, problem=why, kind=WAITING)
                continue
            listener.source, listener.reports = source, []
            result = job.execute_in_process(
                run_config=config,
                instance=instance,
                partition_key=partition_key(day, source),
                # The queue counts these runs too: of the runs that pay, so many at once.
                tags={PROCESS_TAG: this_process(), **provider_tags(kinds[source])},
                raise_on_error=False,
            )
            if _was_interrupted(instance, result):
                # Best effort: the database may be what was waited for.
                with suppress(OutreachError):
                    note_interrupted(workspace, instance, instance.get_run_by_id(result.run_id) or result.dagster_run)
                raise KeyboardInterrupt
            ended[source] = result.success
            yield _outcome(pipeline, instance, listener, result, partition_key(day, source))


def _waits(workspace: Workspace, batch: Batch, ended: dict[str, bool]) -> str:
    """Why a batch is not run now; "" when it is. Whoever names a source alone is not made to wait for others."""
    ahead = [name for name in workspace.source_of(batch).after if not ended.get(name, True)]
    if ahead:
        return waits_sentence(
            [one for one in read_batches(workspace, [Batch(batch.day, name) for name in ahead]) if one.state != ENDED]
        ) or f"It comes after {', '.join(ahead)}, which stopped."
    return waits_for_file(workspace, batch)


def _was_interrupted(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> bool:
    if result.success:
        return False
    run = instance.get_run_by_id(result.run_id)
    if run is not None and run.status is dg.DagsterRunStatus.CANCELED:
        return True
    errors = (event.step_failure_data.error for event in result.all_events if event.is_step_failure)
    return any(error is not None and error.cls_name == "DagsterExecutionInterruptedError" for error in errors)


def _run_config(*, refetch: bool, accept_checks: bool) -> dict[str, object]:
    gate = {"config": {"accept_checks": accept_checks}}
    return {
        "ops": {"land": {"config": {"refetch": refetch}}, "validate": gate, "promote": gate},
        # The command line shows progress of its own; everything is in the instance's event log all the same.
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


def _outcome(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    listener: _Listener,
    result: dg.ExecuteInProcessResult,
    batch_id: str,
) -> BatchOutcome:
    problem = None if result.success else problem_of(result.all_events)
    error_id = None
    if not result.success:
        run = instance.get_run_by_id(result.run_id) or result.dagster_run
        error_id = _logged(pipeline, instance, run, problem) or None
    return BatchOutcome(
        batch_id=batch_id,
        run_id=result.run_id,
        succeeded=result.success,
        land=listener.last(LandReport),
        validate=listener.last(ValidateReport),
        checks=listener.last(CheckReport),
        promote=listener.last(PromoteReport),
        slots=listener.last(SlotReport),
        problem=None
        if result.success
        else (problem.message if problem else "The run failed outside of its steps."),
        kind="" if result.success else (problem.kind if problem else "unexpected"),
        next_step=problem.next_step if problem else "",
        error_id=error_id,
    )


def _logged(
    pipeline: Pipeline, instance: dg.DagsterInstance, run: dg.DagsterRun, problem: Problem | None
) -> str | None:
    try:
        return log_failed_run(pipeline, instance, run, problem)
    except OutreachError:
        # The database may be what failed; the outcome tells the problem, and the run stays in Dagster's own
        # log.
        return None
