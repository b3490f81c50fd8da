"""Freshness: how long ago the holders of the seats were last seen, and what has been lying held.

Belongs here: counting, read-only, in one query each. Does not belong here: refreshing whom it concerns (`refresh_due`),
releasing a batch (`checks`), how it looks on the page (`orchestration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SlotFreshness:
    """Filled slots of one type. `stale`: last seen longer ago than the cadence (days); `very_stale`: than three.

    `oldest_days` is None where none is filled.
    """

    slot_type: str
    cadence_days: int
    filled: int
    stale: int
    very_stale: int
    oldest_days: int | None

    @property
    def stale_share(self) -> float:
        """Of the filled slots; 0 where none is filled."""
        return self.stale / self.filled if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """A batch that its checks hold back, since when, and how many of its loads wait."""

    batch_id: str
    held_since: datetime
    pending: int


@dataclass(frozen=True, slots=True)
class HeldReport:
    """How many batches are held, and the oldest of them."""

    held: int
    batches: tuple[HeldBatch, ...]


def cadences(settings: Settings) -> dict[str, int]:
    """Slot type to the days after which its holder is to be looked at again."""
    return {"CEO": settings.refresh_ceo_days, "CFO": settings.refresh_cfo_days, "HR": settings.refresh_hr_days}


def read_slot_freshness(workspace: Workspace, *, now: datetime | None = None) -> list[SlotFreshness]:
    """Per slot type; `now` (default: the present) is what ages are measured against."""
    days = cadences(workspace.settings)
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(
            load_queries("freshness").slot_freshness,
            {"slot_types": list(days), "days": list(days.values()), "now": now or datetime.now(UTC)},
        )
    return [SlotFreshness(**row) for row in rows]


def next_due(workspace: Workspace, *, now: datetime | None = None) -> datetime | None:
    """When the next holder of a slot comes due, or the next retry, after `now` (default: the present); None: nobody."""
    days = cadences(workspace.settings)
    with workspace.database.transaction(Role.READ) as tx:
        found: datetime | None = tx.fetch_value(
            load_queries("freshness").next_due,
            {"slot_types": list(days), "days": list(days.values()), "now": now or datetime.now(UTC)},
        )
    return found


def read_held(workspace: Workspace, *, limit: int = 20) -> HeldReport:
    """The batches that are held, oldest first."""
    queries = load_queries("freshness")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        held = tx.fetch_value(queries.count_held)
        rows = tx.fetch_all(queries.held_batches, {"limit": limit})
    return HeldReport(held, tuple(HeldBatch(**row) for row in rows))
