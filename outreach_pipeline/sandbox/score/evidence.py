"""What a database holds, in the keys of the truth.

Belongs here: the values and what can be asked of them. Does not belong here: reading them (`reading`), judging them
(`compare`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

Change = tuple[str, str, str]
"""(company, role, person) in the keys of the truth."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """One change of a person that the database has applied: its type, the person's and the new company's Barton ID."""

    person: str
    kind: str
    new_company: str | None = None
    leads_somewhere: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """One line of the ready list: Barton IDs of person and company, the slot, and the address to write to."""

    email: str
    person: str
    company: str
    role: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a person (Barton ID) is believed to be, and whether they are believed to have left there."""

    person: str
    company: str
    has_left: bool


@dataclass(slots=True)
class Evidence:
    """What the database holds, in the keys of the truth.

    companies_of, people_of          number of a company or person in the database -> true keys of its records
    company_master, person_master    number -> Barton ID, where there is a master
    changes                          what was noticed about people on the day
    ready, placed                    the ready list; where people are believed to be
    asked_pairs                      (entity, two numbers) about which a review is open
    asked                            person's Barton ID -> outcome of their last refresh, None: no LinkedIn address
    """

    shapes: frozenset[str] = frozenset()
    companies_of: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    company_master: dict[int, str] = field(default_factory=dict)
    people_of: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    person_master: dict[int, str] = field(default_factory=dict)
    people_with_role: set[str] = field(default_factory=set)
    slots: list[tuple[str, str, str | None]] = field(default_factory=list)
    slot_events: list[tuple[str, str, str, str]] = field(default_factory=list)
    changes: list[Noticed] = field(default_factory=list)
    asked: dict[str, str | None] = field(default_factory=dict)
    ready: list[Ready] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    asked_pairs: set[tuple[str, frozenset[int]]] = field(default_factory=set)
    _occupants: dict[tuple[str, str], set[str]] | None = None
    _numbers: dict[str, set[int]] | None = None
    _masters: tuple[dict[str, set[str]], dict[str, set[str]]] | None = None
    _person_numbers: dict[str, set[int]] | None = None

    @property
    def known_companies(self) -> set[str]:
        """True companies of which the database holds any identity."""
        return set().union(*self.companies_of.values()) if self.companies_of else set()

    @property
    def known_people(self) -> set[str]:
        """True people of whom the database holds any promoted record."""
        return set().union(*self.people_of.values()) if self.people_of else set()

    @property
    def merged_companies(self) -> set[int]:
        """Masters that are several true companies."""
        return {n for n, keys in self.companies_of.items() if len(keys) > 1 and n in self.company_master}

    @property
    def merged_people(self) -> set[int]:
        """Masters that are several true people."""
        return {n for n, keys in self.people_of.items() if len(keys) > 1 and n in self.person_master}

    def masters_of_company(self, key: str) -> set[int]:
        """The numbers of the masters of a true company."""
        if self._numbers is None:
            self._numbers = _inverted(self.companies_of)
        return {n for n in self._numbers.get(key, set()) if n in self.company_master}

    def masters_of_person(self, key: str) -> set[int]:
        """The numbers of the masters of a true person."""
        if self._person_numbers is None:
            self._person_numbers = _inverted(self.people_of)
        return {n for n in self._person_numbers.get(key, set()) if n in self.person_master}

    def is_asked(self, entity: str, numbers: set[int]) -> bool:
        """Whether open reviews lead from each of these masters to every other."""
        reached, before = {min(numbers)}, 0
        pairs = [pair for kind, pair in self.asked_pairs if kind == entity]
        while len(reached) > before:
            before = len(reached)
            reached |= {n for pair in pairs if pair & reached for n in pair}
        return numbers <= reached

    def occupants(self, company: str, role: str) -> set[str]:
        """The true people in a slot; "stranger" for somebody of whom nothing is known."""
        if self._occupants is None:
            companies, people = self._by_master()
            self._occupants = defaultdict(set)
            for master, slot_role, person in self.slots:
                if person is not None:
                    for place in companies.get(master, set()):
                        self._occupants[place, slot_role] |= people.get(person) or {"stranger"}
        return self._occupants.get((company, role), set())

    def people_with(self, master: str) -> set[str]:
        """The true people of a person's Barton ID."""
        return self._by_master()[1].get(master, set())

    def companies_with(self, master: str) -> set[str]:
        """The true companies of a company's Barton ID."""
        return self._by_master()[0].get(master, set())

    def why_unnoticed(self, key: str) -> str:
        """Why nothing is known of a true person's move."""
        masters = {self.person_master[number] for number in self.masters_of_person(key)}
        if not masters:
            return "the person is missing"
        outcomes = {self.asked.get(master, "not asked") for master in masters}
        if outcomes == {None}:
            return "no source gave a LinkedIn address"
        return f"refreshed: {', '.join(sorted(outcome for outcome in outcomes if outcome))}"

    def events(self, kinds: Sequence[str]) -> set[Change]:
        """(company, role, person) of the history rows of those kinds, without strangers."""
        companies, people = self._by_master()
        return {
            (company, role, person)
            for master, role, person_master, event in self.slot_events
            if event in kinds
            for company in companies.get(master, set())
            for person in people.get(person_master, set())
        }

    def _by_master(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """True companies and true people by Barton ID; kept, so ask when everything has been read."""
        if self._masters is None:
            self._masters = (
                {master: self.companies_of[number] for number, master in self.company_master.items()},
                {master: self.people_of[number] for number, master in self.person_master.items()},
            )
        return self._masters


def _inverted(numbers: dict[int, set[str]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, keys in numbers.items():
        for key in keys:
            found[key].add(number)
    return found
