"""A world: the batches that sources deliver, small enough to read. Plain data, to and from JSON.

Belongs here: what a world is, and the orders in which its batches may arrive. Does not belong here: making one
(`generator`), running one (`engine`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from itertools import permutations
from typing import Any

FIRST_DAY = date(2026, 10, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """Items that are landed together. `day` counts from the first; a second step of one source and day is its correction."""

    day: int
    source: str
    items: tuple[dict[str, Any], ...]

    @property
    def batch_id(self) -> str:
        """The id of the batch that it belongs to."""
        return f"{self.date.isoformat()}|{self.source}"

    @property
    def date(self) -> date:
        """The day of its batch."""
        return FIRST_DAY + timedelta(days=self.day)


@dataclass(frozen=True, slots=True)
class World:
    """Steps in the order of their days. `wrong` names shapes that were read wrongly at first, and how (`engine.WRONG`)."""

    steps: tuple[Step, ...]
    wrong: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> World:
        """From what `to_json` gave."""
        steps = tuple(Step(step["day"], step["source"], tuple(step["items"])) for step in data["steps"])
        return cls(steps, tuple(data.get("wrong", ())))

    @property
    def size(self) -> int:
        """The number of items."""
        return sum(len(step.items) for step in self.steps)

    def orders(self, rng: random.Random, most: int) -> Iterator[tuple[int, ...]]:
        """Orders of the steps other than the first one: all when they are few, else a sample.

        Steps of one source and day keep theirs: the order of landing is the source's own there (law 4).
        """
        count = len(self.steps)
        if count <= 4:
            found = [order for order in permutations(range(count)) if order == self._lawful(order)][1:]
            rng.shuffle(found)
            yield from found[:most]
            return
        seen = {tuple(range(count))}
        for _ in range(most * 3):
            order = self._lawful(tuple(rng.sample(range(count), count)))
            if order not in seen and len(seen) <= most:
                seen.add(order)
                yield order

    def _lawful(self, order: tuple[int, ...]) -> tuple[int, ...]:
        """The order with the steps of each source and day sorted among the places that they hold."""
        places: dict[str, list[int]] = {}
        for place, n in enumerate(order):
            places.setdefault(self.steps[n].batch_id, []).append(place)
        lawful = list(order)
        for held in places.values():
            for place, n in zip(held, sorted(order[place] for place in held), strict=True):
                lawful[place] = n
        return tuple(lawful)
