"""From our exceptions to Dagster's: what is tried again, what is not, and what the page says.

Belongs here: the one translation that every step goes through. Does not belong here: the log of errors
(`sensors`).

Dagster writes the text of every exception into its event log. An exception that is not ours may hold a
value of an item ("could not convert string to float: ..."), so only its type and the lines of our code that
it passed are told.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    RejectedDataError,
    TransientError,
    WaitingError,
)
from outreach_pipeline.stages.promote import HELD_NEXT_STEP
from outreach_pipeline.stages.workspace import Progress, no_progress

MAX_RETRIES = 3
FIRST_WAIT_SECONDS = 2.0
MAX_WAIT_SECONDS = 900.0
KIND, NEXT_STEP, WHERE, NOT_BEFORE = "error kind", "next step", "where", "not before"

_PACKAGE = Path(__file__).resolve().parent.parent


@contextmanager
def explained(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, progress: Progress = no_progress
) -> Iterator[None]:
    """Run a stage: TransientError is retried three times with growing waits (2, 8, 32 s; the last two at least until
    its `not_before`), anything else ends the step. What may do more only in an hour ends it as well: the batch goes on
    then (`unfinished`), and meanwhile its place in the queue is free. Whoever watches is told why and until when.
    """
    try:
        yield
    except TransientError as error:
        if _is_far(error):
            raise _failure(error) from None
        attempt = context.op_execution_context.retry_number
        wait = FIRST_WAIT_SECONDS * 4**attempt
        if error.not_before is not None and attempt > 0:
            # A start in doubt may be found in a moment; it is started anew only when its claim is over.
            wait = max(wait, min((error.not_before - datetime.now(UTC)).total_seconds() + 1, MAX_WAIT_SECONDS))
        again = datetime.now(UTC) + timedelta(seconds=wait)
        progress(f"wait until {again:%H:%M:%S} UTC to try again: {error.message}", 0, None)
        # The cause is what the page shows when the last attempt fails as well.
        raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=wait) from _failure(error)
    except OutreachError as error:
        raise _failure(error) from None
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold a person's data and must not reach the page
        raise _unexpected(error) from None


def held(sentence: str) -> dg.Failure:
    """The end of a step whose batch is held by its checks."""
    return _failure(RejectedDataError(sentence, next_step=HELD_NEXT_STEP))


def _is_far(error: OutreachError) -> bool:
    return error.not_before is not None and (error.not_before - datetime.now(UTC)).total_seconds() > MAX_WAIT_SECONDS


def _failure(error: OutreachError) -> dg.Failure:
    metadata = {KIND: kind_of(error)} | ({NEXT_STEP: error.next_step} if error.next_step else {})
    if error.not_before is not None:
        metadata[NOT_BEFORE] = error.not_before.isoformat(timespec="seconds")
    return dg.Failure(description=str(error), metadata=metadata, allow_retries=False)


def _unexpected(error: Exception) -> dg.Failure:
    where = frames_of(error)
    place = where[-1] if where else "a library"
    return dg.Failure(
        description=f"A defect of the program: {type(error).__name__} in {place}.",
        metadata={KIND: "unexpected", WHERE: "\n".join(where), "exception": type(error).__name__},
        allow_retries=False,
    )


def kind_of(error: BaseException) -> str:
    """transient, waiting, configuration, budget, rejected data, permanent or unexpected."""
    kinds: tuple[tuple[type[OutreachError], str], ...] = (
        (TransientError, "transient"), (WaitingError, "waiting"), (ConfigurationError, "configuration"),
        (BudgetError, "budget"), (RejectedDataError, "rejected data"), (OutreachError, "permanent"),
    )  # fmt: skip
    return next((word for kind, word in kinds if isinstance(error, kind)), "unexpected")


def frames_of(error: BaseException) -> list[str]:
    """The lines of our own code that an exception passed, outermost first: `stages/land.py:97 land_batch`."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        f"{Path(frame.filename).relative_to(_PACKAGE).as_posix()}:{frame.lineno} {frame.name}"
        for frame in frames
        if Path(frame.filename).is_relative_to(_PACKAGE) and frame.name != "explained"
    ]
