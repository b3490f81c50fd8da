"""Runs and what they cost: states by the clock, items as they appear, a bill that settles after the end.

Belongs here: one run and the store of all. Does not belong here: HTTP (`service`), JSON
(`answers`).
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from outreach_pipeline.sandbox.apify.actors import ActorKind

TERMINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
_UNSETTLED = Decimal("0.8")
"""The share of the bill that shows in the first moments after the end."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds a run is READY, then RUNNING; seconds after its end until the bill is complete."""

    ready: float = 0.05
    running: float = 0.25
    settle: float = 1.0


@dataclass(slots=True)
class Run:
    """One run. All times but `started_at` are seconds of a monotonic clock.

    `lingers` is the status that shows when its work is over, and for how many seconds before it ends. `free` are the
    places of items that cost nothing, in order: profiles that were not found. `task` is the saved task (`owner/name`)
    that started it.
    """

    number: int
    kind: ActorKind
    input: bytes
    input_type: str
    items: Sequence[bytes]
    started_at: datetime
    begin: float
    timing: Timing
    end: str = "SUCCEEDED"
    never_ends: bool = False
    charged_items: int | None = None
    cap: Decimal | None = None
    max_items: int | None = None
    timeout_secs: int = 3600
    memory_mbytes: int = 1024
    origin: str = "API"
    user_agent: str | None = None
    message: str | None = None
    lingers: tuple[str, float] | None = None
    free: Sequence[int] = ()
    task: str | None = None
    aborted_at: float | None = None
    expired: bool = False
    now: Callable[[], float] = field(default=time.monotonic, repr=False)

    @property
    def id(self) -> str:
        """Seventeen characters, as at Apify."""
        return f"SANDBOXRUN{self.number:07d}"

    @property
    def dataset_id(self) -> str:
        """The default dataset."""
        return f"SANDBOXDAT{self.number:07d}"

    @property
    def store_id(self) -> str:
        """The default key-value store, which holds INPUT."""
        return f"SANDBOXKVS{self.number:07d}"

    @property
    def queue_id(self) -> str:
        """The default request queue."""
        return f"SANDBOXREQ{self.number:07d}"

    @property
    def _worked(self) -> float:
        """When its work is over."""
        return self.begin + self.timing.ready + self.timing.running

    @property
    def _finish(self) -> float:
        """When it ends, or infinity."""
        if self.aborted_at is not None:
            return self.aborted_at
        natural = self._worked + (self.lingers[1] if self.lingers else 0)
        if self.never_ends:
            natural = float("inf")
        limit = self.begin + self.timeout_secs if self.timeout_secs else float("inf")
        return min(natural, limit)

    @property
    def status(self) -> str:
        """The status now."""
        now = self.now()
        if now >= self._finish:
            if self.aborted_at is not None:
                return "ABORTED"
            timed_out = self.timeout_secs and self._finish == self.begin + self.timeout_secs
            return "TIMED-OUT" if timed_out else self.end
        if self.lingers and now >= self._worked:
            return self.lingers[0]
        return "READY" if now < self.begin + self.timing.ready else "RUNNING"

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended."""
        return self.now() >= self._finish

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, None while it runs."""
        if not self.is_terminal:
            return None
        return self.started_at + timedelta(seconds=max(self._finish - self.begin, 0))

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return max(min(self.now(), self._finish) - self.begin, 0)

    @property
    def available(self) -> int:
        """How many items can be read now: they appear while it runs."""
        if self.is_terminal and self.aborted_at is None:
            return len(self.items)
        until = min(self.now(), self._finish)
        share = (until - self.begin - self.timing.ready) / max(self.timing.running, 1e-6)
        if self.never_ends:
            share = min(share, 0.5)
        return int(len(self.items) * min(max(share, 0.0), 1.0))

    @property
    def is_settled(self) -> bool:
        """Whether the bill is complete."""
        return self.now() >= self._finish + self.timing.settle

    @property
    def events(self) -> dict[str, int]:
        """Charged events as the API shows them now: fewer than the truth until the bill is settled."""
        items = self._charged
        shown = items if self.is_settled else int(items * _UNSETTLED)
        return {"apify-actor-start": 1, self.kind.event: shown}

    @property
    def cost(self) -> Decimal:
        """US dollars as the API shows them now."""
        return self.kind.start_price + self.kind.price * self.events[self.kind.event]

    @property
    def final_cost(self) -> Decimal:
        """US dollars that the account will have paid for what is there now."""
        return self.kind.start_price + self.kind.price * self._charged

    @property
    def _charged(self) -> int:
        """How many of the items that are there cost something."""
        there = self.available
        items = self.charged_items if self.charged_items is not None else there - bisect_left(self.free, there)
        return items if self.max_items is None else min(items, self.max_items)

    def abort(self) -> None:
        """End it now; a run that has ended stays as it is."""
        if not self.is_terminal:
            self.aborted_at = self.now()


class Runs:
    """All runs of the account, by number; safe for several threads."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._lock = threading.Lock()
        self._before = 0

    def begin_after(self, number: int) -> None:
        """Number runs from there on: an account whose earlier runs somebody's database remembers has others."""
        self._before = number

    def add(self, make: Callable[[int], Run]) -> Run:
        """Keep the run that `make` builds from the next number."""
        with self._lock:
            run = make(self._before + len(self._runs) + 1)
            self._runs.append(run)
        return run

    def all(self) -> list[Run]:
        """All runs in the order of their start."""
        with self._lock:
            return sorted(self._runs, key=lambda run: (run.started_at, run.number))

    def find(self, any_id: str) -> Run | None:
        """The run of its own id, or of its dataset's, store's or queue's."""
        with self._lock:
            return next(
                (r for r in self._runs if any_id in (r.id, r.dataset_id, r.store_id, r.queue_id)),
                None,
            )


def affordable(kind: ActorKind, items: int, cap: Decimal | None) -> int:
    """How many of `items` an actor delivers before the charge limit stops it."""
    if cap is None or kind.price <= 0:
        return items
    return min(items, int((cap - kind.start_price) / kind.price))


def utc_now() -> datetime:
    """Now, with milliseconds as Apify writes them."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
