"""Whether a batch that somebody chose on the page comes in its turn, behind the sources that it comes `after`.

Belongs here: what a click and a backfill do about that order. Does not belong here: the order of a night (`night`) and
of `outreach run` (`launch`), which ask for a batch only in its turn.

A click on one partition is somebody's will: it runs, and says what it has overtaken. A backfill names days and sources
in a grid and starts them at once, so nobody chose its order: a batch of it that has never been to its end waits, and
the night's sensor takes it up when its turn has come.
"""

import dagster as dg

from outreach_pipeline.errors import WaitingError
from outreach_pipeline.stages.night import TO_COME, read_batches, waits_for_sources
from outreach_pipeline.stages.unfinished import WAITING
from outreach_pipeline.stages.workspace import Batch, Workspace

BACKFILL_TAG = "dagster/backfill"


def overtaken(context: dg.AssetExecutionContext, workspace: Workspace, batch: Batch) -> str:
    """The sentence that says whom a batch has overtaken; "" for nobody. WaitingError in a backfill."""
    if not workspace.source_of(batch).after:
        return ""
    why = waits_for_sources(workspace, batch)
    if not why or BACKFILL_TAG not in context.run.tags:
        return why
    (own,) = read_batches(workspace, [batch])
    if own.state in (TO_COME, WAITING):
        raise WaitingError(why, next_step="It begins by itself once that is over; a click on its partition forces it.")
    return why
