"""The ledger of paid runs as the source sees it.

Belongs here: what has to be remembered, and the promise that each method commits before it returns. Does not
belong here: how it is stored (`stages.money`), when it is called (`apify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from outreach_pipeline.sources.apify_api import RunFacts


@dataclass(frozen=True, slots=True)
class Intent:
    """A row of the run ledger. `may_start`: this process, and no other, may start the run now."""

    tag: str
    intended_at: datetime
    may_start: bool
    run_id: str | None = None
    dataset_id: str | None = None


class RunLedger(Protocol):
    """The memory of paid runs; every method commits before it returns."""

    def intend(self, usd: Decimal) -> Intent:
        """Note that a run is wanted and reserve its money; BudgetError when a cap would be passed."""

    def claim(self) -> datetime | None:
        """Become the one who may start an intent after a lost start: None, or until when another may."""

    def free(self, *, refused: bool, note: str) -> None:
        """The start surely did not happen; `refused` gives the money back."""

    def note(self, run: RunFacts, *, found_by: str) -> None:
        """A run is known: its id, status and cost so far."""

    def adopt(self, run: RunFacts) -> bool:
        """Take an outside run into the ledger; False when it belongs to another batch."""

    def elsewhere(self, run_ids: list[str]) -> set[str]:
        """Those of the runs that belong to another batch."""

    def usage(self, run: RunFacts, *, data_items: int, error_items: int, note: str) -> None:
        """Write the usage line of a run that is over and read."""

    def watching(self, run: RunFacts) -> None:
        """A run is still going (for progress)."""
