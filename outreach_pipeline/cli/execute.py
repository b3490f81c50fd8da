"""The one place where `run` and `replay` hand batches to whoever executes them.

Belongs here: taking batches through the stages in this process and saying what came of each. Does not belong
here: the stages, and what is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from outreach_pipeline.errors import OutreachError, RejectedDataError, TransientError

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import Batch, Progress, Workspace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one batch. `state`: done, held (its checks stopped it before promotion), failed,
    transient.
    """

    batch_id: str
    state: str
    seconds: float
    message: str = ""
    next_step: str = ""


def run_batches(
    workspace: Workspace,
    day: date,
    sources: Sequence[str],
    *,
    refetch: bool = False,
    accept_checks: bool = False,
    progress: Progress,
) -> list[Outcome]:
    """Take each source's batch of the day through all stages; one failing source holds back nobody else."""
    from outreach_pipeline.stages.workspace import Batch

    return [
        _run_one(
            workspace, Batch(day, source), refetch=refetch, accept_checks=accept_checks, progress=progress
        )
        for source in sources
    ]


def _run_one(
    workspace: Workspace, batch: Batch, *, refetch: bool, accept_checks: bool, progress: Progress
) -> Outcome:
    from outreach_pipeline.stages.checks import hold_or_release
    from outreach_pipeline.stages.land import land_batch
    from outreach_pipeline.stages.promote import promote_batch
    from outreach_pipeline.stages.slots import assign_slots
    from outreach_pipeline.stages.validate import validate_batch

    started = monotonic()
    try:
        land_batch(workspace, batch, refetch=refetch, progress=progress)
        validate_batch(workspace, batch, progress=progress)
        report = hold_or_release(workspace, batch, accept=accept_checks)
        if report.held:
            return _held(batch, report.sentence, monotonic() - started)
        promote_batch(workspace, batch, progress=progress)
        assign_slots(workspace, progress=progress)
    except OutreachError as error:
        state = {RejectedDataError: "held", TransientError: "transient"}
        kind = next((name for cls, name in state.items() if isinstance(error, cls)), "failed")
        return Outcome(batch.batch_id, kind, monotonic() - started, error.message, error.next_step)
    return Outcome(batch.batch_id, "done", monotonic() - started)


def _held(batch: Batch, sentence: str, seconds: float) -> Outcome:
    step = (
        f"Look with `outreach rejections --batch '{batch.batch_id}'`, then let it through with "
        f"`outreach run --day {batch.day} --source {batch.source} --accept-checks`."
    )
    return Outcome(batch.batch_id, "held", seconds, sentence, step)
