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
    asked        several masters, about which a review is open: in doubt, that is right
    """

    expected: int = 0
    once: int = 0
    missing: int = 0
    duplicated: int = 0
    merged: int = 0
    unseen: int = 0
    asked: int = 0

    @property
    def share(self) -> float:
        """Found once or asked about, of those expected; 1.0 where there is nothing to find."""
        return (self.once + self.asked) / self.expected if self.expected else 1.0


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
    """Slots that changed hands since the night before: those that did, those noticed, those noticed
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
class Addresses:
    """The ready list, address by address.

    ready        how many addresses it offers
    right        of these, the person's own, read by them, at the company of the slot
    wrong        of these, those that a careful reader of the sources would not have offered
    unknowable   of these, dead ones of which a source says that they are verified, and none anything else
    reachable    holders of slots with an address that is read and that a source calls verified
    offered      of these, those whose address is offered
    """

    ready: int = 0
    right: int = 0
    wrong: int = 0
    unknowable: int = 0
    reachable: int = 0
    offered: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where people are believed to be: `right` of `known` at their company, `late` at a former one, `wrong_left` held
    to have left a company where they still are. `at_home` are the true keys of those who are right.
    """

    known: int = 0
    right: int = 0
    late: int = 0
    wrong_left: int = 0
    at_home: frozenset[str] = field(default=frozenset(), repr=False)


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
    addresses: Addresses = field(default_factory=Addresses)
    places: Places = field(default_factory=Places)

    def causes(self) -> list[tuple[str, str, int]]:
        """(what, cause, how many), the most frequent first."""
        counted = Counter((miss.what, miss.cause) for miss in self.misses)
        return [(what, cause, n) for (what, cause), n in sorted(counted.items(), key=lambda c: (-c[1], c[0]))]

    def as_json(self) -> dict[str, Any]:
        """Plain values with the shares."""
        shares = {"companies": self.companies.share, "people": self.people.share, "slots": self.slots.share}
        plain = asdict(self)
        del plain["places"]["at_home"]
        return plain | {"shares": shares}

    def lines(self, most: int = 10) -> list[str]:
        """For people, at most 100 columns: one line per kind, then what is missed and why, the most frequent first."""
        lines = [_found_line("companies", self.companies), _found_line("people", self.people), _slots_line(self.slots)]
        if self.left is not None and self.arrived is not None:
            lines += [_changes_line("slots left", self.left), _changes_line("slots taken", self.arrived)]
        lines += [_changes_line(_MOVES.get(kind, kind), counts) for kind, counts in self.moves.items()]
        lines += [_places_line(self.places), _addresses_line(self.addresses)]
        causes = self.causes()
        lines += [f"{n:>5,} {what}: {cause}" for what, cause, n in causes[:most]]
        rest = sum(n for _, _, n in causes[most:])
        return [*lines, f"{rest:>5,} others"] if rest else lines


_MOVES = {"moved": "changed jobs", "unknown": "went unknown", "left": "out of work"}
"""Kinds of moves as the lines call them: to a company of the world, to one that nobody sells data about, to none."""


def _found_line(name: str, found: Found) -> str:
    unseen = f" ({found.unseen:,} of them in no source)" if found.unseen else ""
    return (
        f"{name:<12}  {found.once:,} of {found.expected:,} found once ({found.share:.2%}); "
        f"{found.merged:,} wrongly merged, {found.duplicated:,} found twice, {found.missing:,} missing{unseen}"
        + (f", {found.asked:,} asked about" if found.asked else "")
    )


def _slots_line(slots: Slots) -> str:
    return (
        f"{'slots':<12}  {slots.right:,} of {slots.expected:,} right ({slots.share:.2%}), "
        f"{slots.vacant_right:,} of them vacant; "
        f"{slots.empty:,} empty, {slots.wrong_person:,} wrong, {slots.should_be_vacant:,} should be vacant"
    )


def _changes_line(name: str, changes: Changes) -> str:
    imagined = changes.noticed - changes.right
    return (
        f"{name:<12}  {changes.right:,} of {changes.true:,} noticed (recall {changes.recall:.1%}), "
        f"{imagined:,} imagined (precision {changes.precision:.1%})"
    )


def _places_line(places: Places) -> str:
    return (
        f"{'whereabouts':<12}  {places.right:,} of {places.known:,} where they are; "
        f"{places.wrong_left:,} wrongly said to have left, {places.late:,} still at a former company"
    )


def _addresses_line(addresses: Addresses) -> str:
    unknowable = f" ({addresses.unknowable:,} dead, yet verified by their source)" if addresses.unknowable else ""
    return (
        f"{'ready list':<12}  {addresses.right:,} of {addresses.ready:,} addresses right, "
        f"{addresses.wrong:,} wrong{unknowable}; "
        f"{addresses.offered:,} of {addresses.reachable:,} reachable holders offered"
    )
