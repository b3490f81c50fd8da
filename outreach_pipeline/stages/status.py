"""Status: how many loads of each batch are in which state, and how many masters there are.

Belongs here: counting, read-only. Does not belong here: why a load failed (`rejections`), how it looks on a
screen (`cli`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Counts:
    """Loads by state. landed = pending + promoted + failed + duplicate; `waiting` is the part of `pending`
    that was validated and waits for its company, a name or a website.
    """

    landed: int
    pending: int
    promoted: int
    failed: int
    duplicate: int
    waiting: int


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """One batch. `state`: empty, landed (not validated yet), held (validated, not let through), open (some
    loads are due), done.
    """

    batch_id: str
    source: str
    day: date
    state: str
    loads: Counts
    released_at: datetime | None
    last_landed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """`total` adds up the batches listed; masters, contacts and slots are those of the whole database."""

    total: Counts
    people: int
    companies: int
    contacts: int
    slots: int
    filled_slots: int
    open_reviews: int
    batches: tuple[BatchStatus, ...]


def read_status(workspace: Workspace, *, day: date | None = None, source: str | None = None) -> StatusReport:
    """Count, in one consistent view, the batches of a day and a source (None: of all)."""
    queries = load_queries("status")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        rows = tx.fetch_all(queries.batches, {"day": day, "source": source})
        masters = tx.fetch_one(queries.masters) or {}
    batches = tuple(_batch(row) for row in rows)
    return StatusReport(total=_sum([batch.loads for batch in batches]), **masters, batches=batches)


def _batch(row: Row) -> BatchStatus:
    loads = Counts(**{name: row[name] for name in Counts.__slots__})
    return BatchStatus(
        row["batch_id"], row["source"], row["day"], _state(loads, row["released_at"]), loads,
        row["released_at"], row["last_landed_at"],
    )  # fmt: skip


def _state(loads: Counts, released_at: datetime | None) -> str:
    if loads.landed == 0:
        return "empty"
    if loads.pending > loads.waiting:
        return "open" if released_at else "landed"
    if loads.waiting and not released_at:
        return "held"
    return "done"


def _sum(counts: list[Counts]) -> Counts:
    return Counts(**{name: sum(getattr(each, name) for each in counts) for name in Counts.__slots__})
