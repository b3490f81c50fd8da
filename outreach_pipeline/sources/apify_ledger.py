"""The ledger of paid runs as the source sees it.

Belongs here: what has to be remembered, and the promise that each method commits before it returns. Does not
belong here: how it is stored (`stages.run_ledger`), when it is called (`apify`, `apify_start`, `apify_outside`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from outreach_pipeline.sources.apify_facts import RunFacts

TAG_BEGINNING = "outreach-"
"""What the tag of every start of ours begins with."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A row of the run ledger.

    `may_start`: this process, and no other, may start the run, and has to be done with it at `until` (by the clock
    of this machine). Otherwise `until` is when somebody else's start is over (by the clock of the database), None
    where there is none. `actor` is what the last start was sent to, which another sources.toml may have named;
    `intended_at` when the run was first wanted, `tried_at` when it was last to be started.
    """

    tag: str
    actor: str
    intended_at: datetime
    tried_at: datetime
    may_start: bool
    until: datetime | None = None
    run_id: str | None = None


class Holder(NamedTuple):
    """Whose a run is: its batch, and whether we started it (else it was adopted)."""

    batch_id: str
    was_started: bool


class RunLedger(Protocol):
    """The memory of paid runs of one batch; every method commits before it returns."""

    @property
    def batch_id(self) -> str:
        """The batch it is about."""

    def intend(self, usd: Decimal) -> Intent:
        """Note that a run is wanted and reserve its money; BudgetError when a cap would be passed."""

    def claim(self, usd: Decimal) -> Intent:
        """The intent again, after a start that may have been lost: `may_start` if nobody else's claim holds.

        What is reserved becomes `usd`. BudgetError when that would pass a cap of now.
        """

    def free(self, *, refused: bool, note: str) -> None:
        """The start that this process was allowed surely did not happen; `refused` gives the money back."""

    def note(self, run: RunFacts, *, found_by: str) -> None:
        """A run is known: its id, status and cost so far."""

    def adopt(self, run: RunFacts) -> bool:
        """Take an outside run into the ledger; False when it belongs to another batch."""

    def holders(self, run_ids: list[str]) -> dict[str, Holder]:
        """Those of the runs that another row of the ledger holds than the one that was intended here."""

    def open_tags(self, tags: list[str]) -> set[str]:
        """Those of the tags that belong to a start whose run nobody has seen yet."""

    def usage(self, run: RunFacts, *, data_items: int, error_items: int, note: str) -> None:
        """Write the usage line of a run that is over and read."""

    def watching(self, run: RunFacts) -> None:
        """A run is still going (for progress)."""
