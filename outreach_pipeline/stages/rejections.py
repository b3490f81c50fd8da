"""Rejections read back: which checks refused what, in groups and row by row.

Belongs here: reading `intake.validation_failed`. Does not belong here: writing it (`validate`, `land`),
putting loads back in line (`replay`).

Nothing here carries a person's data unless texts are asked for: columns, checks and reasons are words of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace

OUTCOMES = ("rejected", "dropped", "noted")


@dataclass(frozen=True, slots=True)
class RejectionFilter:
    """Which rejections; None means any. `outcome` is one of OUTCOMES."""

    batch_id: str | None = None
    column: str | None = None
    check: str | None = None
    outcome: str | None = None
    load_id: int | None = None

    def params(self) -> dict[str, object]:
        """As the parameters of the queries."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """Rejections of the same kind: how many, of how many loads, in how many batches."""

    column_name: str
    check_name: str
    outcome: str
    reason: str
    rejections: int
    loads: int
    batches: int
    last_batch_id: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One failed check of one load. `text` is the item as it came, None unless it was asked for."""

    rejection_id: int
    load_id: int
    part: int
    batch_id: str
    source: str
    column_name: str
    check_name: str
    outcome: str
    reason: str
    load_status: str
    created_at: datetime
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RejectionReport:
    """All groups that match, and the first rows of them."""

    groups: tuple[RejectionGroup, ...]
    rows: tuple[Rejection, ...]

    @property
    def total(self) -> int:
        """Rejections that match, shown or not."""
        return sum(group.rejections for group in self.groups)


def read_rejections(
    workspace: Workspace, which: RejectionFilter, *, limit: int = 20, with_text: bool = False
) -> RejectionReport:
    """Group all matching rejections and give the first `limit` rows, loads that failed before what was only
    noted.
    """
    queries = load_queries("rejections")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        groups = [RejectionGroup(**row) for row in tx.fetch_all(queries.groups, which.params())]
        rows = tx.fetch_all(queries.rows, {**which.params(), "limit": limit})
        texts: dict[int, str] = {}
        if with_text and rows:
            ids = {"rejection_ids": [row["rejection_id"] for row in rows]}
            texts = {row["rejection_id"]: row["text"] for row in tx.fetch_all(queries.texts, ids)}
    return RejectionReport(
        tuple(groups), tuple(Rejection(**row, text=texts.get(row["rejection_id"])) for row in rows)
    )
