"""Which true company and person each master is, by the identities its records carry.

Belongs here: reading the database for `score`. Does not belong here: judging what was read.

A company is known by domain, LinkedIn number and slug; a person by LinkedIn ids, Apollo's id and work
address, else by name and company. Evidence that points to nobody of the world is left out; it cannot be a
wrong merge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.rules.names import name_key
from outreach_pipeline.sandbox.world.truth import Truth

Change = tuple[str, str, str]
"""(company, role, person) in the keys of the truth."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """One change of a person that the database has applied: its type, the person's and the new company's Barton ID."""

    person: str
    kind: str
    new_company: str | None = None
    leads_somewhere: bool = False


@dataclass(slots=True)
class Evidence:
    """What the database holds, in the keys of the truth.

    companies_of, people_of          number of a company or person in the database -> true keys of its records
    company_master, person_master    number -> Barton ID, where there is a master
    changes                          what was noticed about people on the day
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


def read_evidence(database: Database, truth: Truth) -> Evidence:
    """Read everything in one transaction as outreach_read."""
    queries = load_queries("score")
    evidence = Evidence()
    with database.transaction(Role.READ, repeatable_read=True) as tx:
        evidence.shapes = frozenset(row["shape"] for row in tx.fetch_all(queries["shapes"]))
        company_rows = tx.fetch_all(queries["company_keys"])
        person_rows = tx.fetch_all(queries["person_records"])
        slot_rows = tx.fetch_all(queries["slots"])
        event_rows = tx.fetch_all(queries["slot_events"], {"day": truth.day})
        change_rows = tx.fetch_all(queries["changes"], {"day": truth.day})
        asked_rows = tx.fetch_all(queries["asked"])
    _read_companies(evidence, truth, company_rows)
    _read_people(evidence, truth, person_rows)
    evidence.slots = [(r["company_unique_id"], r["slot_type"], r["person_unique_id"]) for r in slot_rows]
    evidence.slot_events = [
        (r["company_unique_id"], r["slot_type"], r["person_unique_id"], r["event"]) for r in event_rows
    ]
    evidence.changes = [Noticed(**row) for row in change_rows]
    evidence.asked = {row["person"]: row["outcome"] for row in asked_rows}
    return evidence


def _read_companies(evidence: Evidence, truth: Truth, rows: Sequence[Any]) -> None:
    known: dict[tuple[str, str], str] = {}
    for key, company in truth.companies.items():
        known["domain", company.domain] = key
        known["linkedin_id", company.linkedin_id] = key
        known.update({("linkedin_slug", slug): key for slug in company.linkedin_slugs})
    for row in rows:
        if row["company_unique_id"] is not None:
            evidence.company_master[row["company_no"]] = row["company_unique_id"]
        true = known.get((row["kind"], row["value"]))
        if true is not None:
            evidence.companies_of[row["company_no"]].add(true)


def _read_people(evidence: Evidence, truth: Truth, rows: Sequence[Any]) -> None:
    strong: dict[str, str] = {}
    named: dict[tuple[str, str], str] = {}
    for key, person in truth.people.items():
        ids = (person.linkedin_slug, person.linkedin_member_id, person.linkedin_number, person.vendor_id)
        former = [person.former_slug] if person.former_slug else []
        strong.update(dict.fromkeys((*ids, *former, *person.emails), key))
        name = name_key(person.first, person.last) or ""
        named.update({(name, company): key for company in person.companies})
    for row in rows:
        if row["master"] is not None:
            evidence.person_master[row["person_no"]] = row["master"]
        for true in _people_of_row(row, strong, named, evidence):
            evidence.people_of[row["person_no"]].add(true)
            if row["has_role"]:
                evidence.people_with_role.add(true)


def _people_of_row(
    row: Any, strong: dict[str, str], named: dict[tuple[str, str], str], evidence: Evidence
) -> set[str]:
    columns = ("linkedin_slug", "linkedin_member_id", "linkedin_number", "vendor_id", "email")
    found = {strong[row[column]] for column in columns if row[column] in strong}
    if found or row["company_no"] is None:
        return found
    places = evidence.companies_of.get(row["company_no"], set())
    return {named[row["name_key"], place] for place in places if (row["name_key"], place) in named}
