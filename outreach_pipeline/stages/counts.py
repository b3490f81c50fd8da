"""Counts of one batch and of whole tables, for those who look at a run.

Belongs here: numbers and words for the Dagster page. Does not belong here: the operator's lists (`outreach
status`).
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Batch, Workspace


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """Loads of a batch by state (`waiting` is the part of `pending` that is validated), and its records."""

    landed: int
    pending: int
    waiting: int
    promoted: int
    failed: int
    duplicate: int
    people: int
    companies: int
    rejections: int


@dataclass(frozen=True, slots=True)
class RejectionCount:
    """How often one check failed in a batch; outcome as in `intake.validation_failed`."""

    column: str
    check: str
    outcome: str
    loads: int


def count_batch(workspace: Workspace, batch: Batch) -> BatchCounts:
    """The loads and records of a batch; all zero for one that never landed."""
    with workspace.database.transaction(Role.READ) as tx:
        row = tx.fetch_one(load_queries("checks").count_batch, {"batch_id": batch.batch_id})
    return BatchCounts(**(row or {}))


def count_rejections(workspace: Workspace, batch: Batch, *, limit: int = 15) -> list[RejectionCount]:
    """The most frequent rejections and notes of a batch."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(
            load_queries("checks").count_rejections, {"batch_id": batch.batch_id, "limit": limit}
        )
    return [RejectionCount(**row) for row in rows]


def count_rows(workspace: Workspace) -> dict[str, int]:
    """Rows of the tables that promotion and slots write, by `schema.table`, and slots by type."""
    with workspace.database.transaction(Role.READ) as tx:
        row = tx.fetch_one(load_queries("checks").count_rows)
    return dict(row or {})


def count_slots(workspace: Workspace) -> dict[str, tuple[int, int]]:
    """Slot type to (filled, all)."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("checks").count_slots)
    return {row["slot_type"]: (row["filled"], row["slots"]) for row in rows}
