"""The outcome of a comparison with the truth: counts, shares, misses, and their lines for people.

Belongs here: the values. Does not belong here: how they are found (`score`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as it should be. `key` is of the truth (c000001, p0000001, "c000001 CFO")."""

    what: str
    key: str
    cause: str


@dataclass(frozen=True, slots=True)
class Found:
    """True entities of one kind and what became of them.

    expected     how many there are to find
    once         found as exactly one master, which is nobody else's
    missing      no master
    duplicated   several masters
    merged       masters that are several true entities at once ("wrong merge")
    unseen       of the missing, those that no configured source covers
    """

    expected: int = 0
    once: int = 0
    missing: int = 0
    duplicated: int = 0
    merged: int = 0
    unseen: int = 0

    @property
    def share(self) -> float:
        """Found once, of those expected; 1.0 where there is nothing to find."""
        return self.once / self.expected if self.expected else 1.0


@dataclass(frozen=True, slots=True)
class Slots:
    """True slots and what they hold. `vacant_right` are empty as they should be; they count as right."""

    expected: int = 0
    right: int = 0
    vacant_right: int = 0
    empty: int = 0
    wrong_person: int = 0
    should_be_vacant: int = 0

    @property
    def share(self) -> float:
        """Right, of all."""
        return self.right / self.expected if self.expected else 1.0


@dataclass(frozen=True, slots=True)
class Changes:
    """Seats that changed hands since the night before: those that did, those noticed, those noticed
    rightly.
    """

    true: int = 0
    noticed: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Rightly noticed, of all noticed."""
        return self.right / self.noticed if self.noticed else 1.0

    @property
    def recall(self) -> float:
        """Rightly noticed, of all true ones."""
        return self.right / self.true if self.true else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The whole comparison. `left` and `arrived` are None without the truth of the night before; `moves` counts the
    people of each kind of move, none on the first night.
    """

    night: int
    companies: Found
    people: Found
    slots: Slots
    left: Changes | None
    arrived: Changes | None
    misses: tuple[Miss, ...] = field(repr=False)
    moves: dict[str, Changes] = field(default_factory=dict)

    def causes(self) -> list[tuple[str, str, int]]:
        """(what, cause, how many), the most frequent first."""
        counted = Counter((miss.what, miss.cause) for miss in self.misses)
        return [(what, cause, n) for (what, cause), n in sorted(counted.items(), key=lambda c: (-c[1], c[0]))]

    def as_json(self) -> dict[str, Any]:
        """Plain values with the shares."""
        shares = {"companies": self.companies.share, "people": self.people.share, "slots": self.slots.share}
        return asdict(self) | {"shares": shares}

    def lines(self, most: int = 12) -> list[str]:
        """For people: one line per kind, then what is missed and why, at most so many causes."""
        c, p, s = self.companies, self.people, self.slots
        lines = [
            _found_line("companies", c),
            _found_line("people", p),
            _slots_line(s),
        ]
        for name, changes in (("left", self.left), ("arrived", self.arrived)):
            if changes is not None:
                lines.append(_changes_line(name, changes))
        lines += [_moves_line(kind, counts) for kind, counts in self.moves.items()]
        causes = self.causes()
        lines += [f"  {n:>5,} {what}: {cause}" for what, cause, n in causes[:most]]
        rest = sum(n for _, _, n in causes[most:])
        return [*lines, f"  {rest:>5,} others"] if rest else lines


def _found_line(name: str, found: Found) -> str:
    return (
        f"{name:<10} {found.once:,} of {found.expected:,} found once ({found.share:.2%}); "
        f"{found.merged:,} wrongly merged, {found.duplicated:,} found twice, "
        f"{found.missing:,} missing ({found.unseen:,} of them in no source)"
    )


def _slots_line(slots: Slots) -> str:
    return (
        f"slots      {slots.right:,} of {slots.expected:,} right ({slots.share:.2%}), "
        f"{slots.vacant_right:,} of them rightly vacant; {slots.empty:,} empty, "
        f"{slots.wrong_person:,} with somebody else, {slots.should_be_vacant:,} should be vacant"
    )


def _moves_line(kind: str, moves: Changes) -> str:
    return (
        f"{kind:<10} {moves.true:,} people; {moves.right:,} noticed, {moves.noticed - moves.right:,} noticed that were "
        f"none (precision {moves.precision:.1%}, recall {moves.recall:.1%})"
    )


def _changes_line(name: str, changes: Changes) -> str:
    return (
        f"{name:<10} {changes.true:,} seats; precision {changes.precision:.1%}, recall {changes.recall:.1%}"
    )
