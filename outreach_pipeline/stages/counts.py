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


def count_loads(workspace: Workspace) -> int:
    """All loads of all batches."""
    with workspace.database.transaction(Role.READ) as tx:
        return int(tx.fetch_value(load_queries("checks").count_loads))


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


@dataclass(frozen=True, slots=True)
class SignalCount:
    """Signals of one reason, and how many of them nobody has taken up yet."""

    reason: str
    signals: int
    unprocessed: int


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """Changes of one kind in one state (applied, proposed, dismissed, ignored)."""

    kind: str
    state: str
    changes: int


def count_loop(workspace: Workspace) -> dict[str, int]:
    """Rows of the tables of the refresh loop, by `schema.table`."""
    with workspace.database.transaction(Role.READ) as tx:
        return dict(tx.fetch_one(load_queries("freshness").loop_rows) or {})


def count_jobs(workspace: Workspace) -> dict[str, int]:
    """Refresh jobs by their outcome, those without one by their status."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("freshness").refresh_jobs)
    return {row["state"]: row["jobs"] for row in rows}


def count_changes(workspace: Workspace) -> list[ChangeCount]:
    """Noted changes by kind and state."""
    with workspace.database.transaction(Role.READ) as tx:
        return [ChangeCount(**row) for row in tx.fetch_all(load_queries("freshness").changes)]


def count_signals(workspace: Workspace) -> list[SignalCount]:
    """Signals by reason."""
    with workspace.database.transaction(Role.READ) as tx:
        return [SignalCount(**row) for row in tx.fetch_all(load_queries("freshness").signals)]


def count_ready(workspace: Workspace) -> dict[str, int]:
    """Slots by standing: `ready`, or the first reason why their occupant is left out."""
    with workspace.database.transaction(Role.READ) as tx:
        return {row["standing"]: row["seats"] for row in tx.fetch_all(load_queries("freshness").ready)}
