"""Is there anything to do? Asked before a run is begun, because beginning one costs more than the answer.

Belongs here: the question, for one batch of one source. Does not belong here: doing it (the stages). In doubt there is
something to do: the stages find out by themselves, and change nothing where there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import INGESTED, Batch, Workspace

CONFIGURED = "configured"
"""The origin of what a source reads by itself, in `intake.pull`."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A batch that has been through all stages. `verdict` is complete or partial; `note` says why it is partial."""

    verdict: str
    note: str


def nothing_to_do(workspace: Workspace, batch: Batch) -> Idle | None:
    """What came of a batch that has nothing left to do; None when a run may do something."""
    if batch.source == INGESTED:
        return None
    config = workspace.source_of(batch)
    reads = config.kind in ("apify", "apollo") or getattr(config, "path", None) is not None
    with workspace.database.transaction(Role.READ) as tx:
        row = tx.fetch_one(load_queries("idle").standing, {"batch_id": batch.batch_id, "origin": CONFIGURED})
    if row is None or row["is_due"] or not row["is_released"]:
        return None
    if reads and getattr(config, "mode", None) != "refresh" and row["pull"] not in ("complete", "partial"):
        return None
    with workspace.database.transaction(Role.PROMOTE) as tx:
        if tx.fetch_all(load_queries("promote").due_loads, {"batch_id": batch.batch_id}):
            return None
    return Idle("partial" if row["pull"] == "partial" else "complete", row["note"])
