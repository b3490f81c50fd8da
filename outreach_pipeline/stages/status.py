"""Status: how many loads of each batch are in which state, and how many masters there are.

Belongs here: counting, read-only. Does not belong here: why a load failed (`rejections`), how it looks on a
screen (`cli`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Counts:
    """Loads by state. landed = pending + promoted + failed + duplicate; `waiting` is the part of `pending`
    that promotion has taken up and that waits for its company, a name or a website.
    """

    landed: int
    pending: int
    promoted: int
    failed: int
    duplicate: int
    waiting: int


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """One batch. `state`: empty, read before (its files are those of an earlier day), landed (not validated yet), held
    (validated, not let through), open (some loads are due), interrupted (so are they, because its run was stopped or
    died), partial (done, but its source did not give all), done.

    `note`: why it is partial or read before, in a sentence; else "".
    """

    batch_id: str
    source: str
    day: date
    state: str
    note: str
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that a name in review may be, or one of two (companies or people) that may be one."""

    company_unique_id: str
    company_name: str
    domain: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """What nobody can tell for certain: which company a name means (`entity` name), or whether two companies or people
    are one, with what speaks for it and against it.
    """

    review_id: int
    company_name: str
    place_city: str
    place_country: str
    reason: str
    candidates: tuple[Candidate, ...]
    load_id: int | None
    batch_id: str | None
    created_at: datetime
    entity: str = "name"
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """How many reviews are open, and the oldest of them."""

    open: int
    rows: tuple[Review, ...]


def read_reviews(workspace: Workspace, *, limit: int = 50) -> ReviewReport:
    """The oldest open reviews with their candidates by name."""
    queries = load_queries("status")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        total = tx.fetch_value(queries.count_reviews)
        rows = tx.fetch_all(queries.reviews, {"limit": limit})
        ids = sorted({each for row in rows for each in row["candidate_ids"]})
        named = {
            row["company_unique_id"]: Candidate(**row)
            for row in tx.fetch_all(queries.candidate_names, {"ids": ids})
        }
    reviews = []
    for row in rows:
        candidates = tuple(named[each] for each in row.pop("candidate_ids") if each in named)
        told: dict[str, Any] = {name: tuple(row.pop(name)) for name in ("speaks_for", "speaks_against")}
        reviews.append(Review(**row, **told, candidates=candidates))
    return ReviewReport(total, tuple(reviews))


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
        row["batch_id"], row["source"], row["day"],
        _state(loads, row), row["note"], loads,
        row["released_at"], row["last_landed_at"],
    )  # fmt: skip


def _state(loads: Counts, row: Row) -> str:
    if loads.landed == 0:
        nothing = "read before" if row["is_read_before"] else "empty"
        return "interrupted" if row["is_interrupted"] else nothing
    if loads.pending > row["validated"]:
        begun = "open" if row["released_at"] or row["validated"] else "landed"
        return "interrupted" if row["is_interrupted"] else begun
    if row["is_held"]:
        return "held"
    if row["validated"] > loads.waiting:
        return "interrupted" if row["is_interrupted"] else "open"
    return "partial" if row["is_partial"] else "done"


def _sum(counts: list[Counts]) -> Counts:
    return Counts(**{name: sum(getattr(each, name) for each in counts) for name in Counts.__slots__})
