"""The one place where `run` hands batches to whoever executes them: Dagster's job, in this process.

Belongs here: starting it (the import costs 0.9 s, so only when a batch is to run) and its outcomes in the
words of the command line. Does not belong here: the job (`orchestration.launch`), and what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outreach_pipeline.orchestration.launch import BatchOutcome
    from outreach_pipeline.stages.idle import Idle
    from outreach_pipeline.stages.workspace import Progress, Workspace

READ_BEFORE = "read before"
_BEGIN = "wait for the run to begin"
_NO_REASON = "Its source gave no reason."
_LANDED = "What came is landed, and is not pulled or paid for again by itself."
DONE, PARTIAL, HELD, FAILED, TRANSIENT = "done", "partial", "held", "failed", "transient"
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one batch.

    `state`: done; read before (its files are those of an earlier day); partial (to its end, but its source did not
    give all; the message says why); held (its checks stopped it before promotion); failed; transient (failed, and may
    well succeed when it is run again); waiting (not run: its file is not there yet, or the source it comes after has
    not ended). `error_id` is its row in `public.shq_error_log`, `run_id` its page in Dagster. `warnings`: what its
    checks tell though they hold nothing.
    """

    batch_id: str
    state: str
    seconds: float
    message: str = ""
    next_step: str = ""
    run_id: str | None = None
    error_id: str | None = None
    warnings: tuple[str, ...] = ()


def run_batches(
    workspace: Workspace,
    day: date,
    sources: Sequence[str],
    *,
    refetch: bool = False,
    accept_checks: bool = False,
    progress: Progress,
) -> Iterator[Outcome]:
    """Take each source's batch of the day through all stages; one failing source holds back nobody else. Batches that
    have nothing left to do come first, and cost no run.

    Outcomes come one by one. Raises ConfigurationError before anything runs when a source or the day is
    unknown.
    """
    from outreach_pipeline.stages.workspace import Batch

    idle = {} if refetch or accept_checks else _idle(workspace, day, sources)
    for batch_id, (found, seconds) in idle.items():
        partial = found.verdict == PARTIAL
        message, next_step = (found.note or _NO_REASON, _LANDED) if partial else ("", "")
        ended = READ_BEFORE if _is_read_before(found.note) else DONE
        yield Outcome(batch_id, PARTIAL if partial else ended, round(seconds, 3), message, next_step)
    due = [name for name in sources if Batch(day, name).batch_id not in idle]
    if not due:
        return
    progress(_BEGIN, 0, None)
    from outreach_pipeline.orchestration.launch import iterate_batches

    started = monotonic()
    for outcome in iterate_batches(
        workspace.settings, day, due, refetch=refetch, accept_checks=accept_checks, progress=progress,
        workspace=workspace,
    ):  # fmt: skip
        yield _told(outcome, day, monotonic() - started)
        started = monotonic()


def _is_read_before(note: str) -> bool:
    from outreach_pipeline.sources.files import READ_BEFORE as SAID

    return note == SAID


def _idle(workspace: Workspace, day: date, sources: Sequence[str]) -> dict[str, tuple[Idle, float]]:
    """Batches with nothing to do, and how long it took to find out; ConfigurationError as of `run_batches`."""
    from outreach_pipeline.stages.idle import nothing_to_do
    from outreach_pipeline.stages.workspace import Batch

    batches = [Batch(day, name) for name in dict.fromkeys(sources)]
    for batch in batches:
        workspace.source_of(batch)
    workspace.check_day(day)
    found: dict[str, tuple[Idle, float]] = {}
    for batch in batches:
        started = monotonic()
        if (idle := nothing_to_do(workspace, batch)) is not None:
            found[batch.batch_id] = (idle, monotonic() - started)
    return found


def _told(outcome: BatchOutcome, day: date, seconds: float) -> Outcome:
    state = DONE
    message, next_step = outcome.problem or "", outcome.next_step
    if outcome.held and outcome.checks is not None:
        source = outcome.batch_id.partition("|")[2]
        state, message = HELD, outcome.checks.sentence
        next_step = (
            f"Look with `outreach rejections --batch '{outcome.batch_id}'`; to let it through: "
            f"`outreach run --day {day} --source {source} --accept-checks`."
        )
    elif outcome.succeeded and outcome.land is not None and outcome.land.verdict == PARTIAL:
        state, message, next_step = PARTIAL, outcome.land.note or _NO_REASON, _LANDED
    elif outcome.kind == WAITING:
        state = WAITING
        next_step = "Dagster's daemon runs it once that is over (`outreach ui`); or repeat this command then."
    elif outcome.succeeded and outcome.land is not None and _is_read_before(outcome.land.note):
        state = READ_BEFORE
    elif not outcome.succeeded:
        state = TRANSIENT if outcome.kind == "transient" else FAILED
    warnings = outcome.checks.warnings if outcome.checks is not None else ()
    return Outcome(
        outcome.batch_id, state, round(seconds, 3), message, next_step, outcome.run_id or None, outcome.error_id,
        warnings,
    )
