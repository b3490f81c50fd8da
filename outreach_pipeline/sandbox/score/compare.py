"""How well a database knows a synthetic world: masters found, merged and split; slots right and wrong; moves
noticed.

Belongs here: the comparison and its words. Does not belong here: the truth (`world.truth`), reading the
database (`reading`), people's moves (`moves`), where they are (`places`), addresses (`addresses`), lines (`report`).

    report = score(database, truth_of(world, 2), previous=truth_of(world, 1))
    for line in report.lines():
        print(line)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.score.addresses import score_addresses
from outreach_pipeline.sandbox.score.evidence import Change, Evidence
from outreach_pipeline.sandbox.score.moves import score_moves
from outreach_pipeline.sandbox.score.places import score_places
from outreach_pipeline.sandbox.score.reading import read_evidence
from outreach_pipeline.sandbox.score.report import Changes, Found, Miss, Score, Slots
from outreach_pipeline.sandbox.world.people import ROLES
from outreach_pipeline.sandbox.world.truth import TrueCompany, TruePerson, Truth

UNSEEN = "no configured source covers it"
NOT_LANDED = "covered, but no record of it was promoted"
AMBIGUOUS = "another company of the country bears the same name"
UNREADABLE = "no title of it names a role"
NO_MASTER = "known, but its records do not suffice for a master"


def score(
    database: Database, truth: Truth, *, previous: Truth | None = None, shapes: Iterable[str] | None = None
) -> Score:
    """Compare a database with a truth. Reads as outreach_read.

    `previous` is the truth of the night before, for the changes of seats. `shapes` are those of the sources
    in use (default: those of all batches in the database); they tell what could not have been found.
    """
    evidence = read_evidence(database, truth)
    comparison = _Comparison(truth, evidence, frozenset(shapes) if shapes is not None else evidence.shapes)
    companies, people = comparison.companies(), comparison.people()
    slots = comparison.slots()
    left = arrived = None
    moves: dict[str, Changes] = {}
    if previous is not None:
        left, arrived = comparison.changes(previous)
        moves, unnoticed = score_moves(truth, evidence)
        comparison.misses += unnoticed
    addresses, wrong_addresses = score_addresses(truth, evidence)
    places, wrong_places = score_places(truth, evidence)
    misses = (*comparison.misses, *wrong_places, *wrong_addresses)
    return Score(truth.night, companies, people, slots, left, arrived, misses, moves, addresses, places)


class _Comparison:
    def __init__(self, truth: Truth, evidence: Evidence, shapes: frozenset[str]) -> None:
        self.truth = truth
        self.evidence = evidence
        self.shapes = shapes
        self.misses: list[Miss] = []
        self.lost_people: dict[str, str] = {}
        self.lost_companies: dict[str, str] = {}
        self.waiting: set[str] = set()

    # ------------------------------------------------------------------------------------------------ masters
    def companies(self) -> Found:
        """Every company of the world that is not an outside one."""
        evidence = self.evidence
        for number, keys in evidence.companies_of.items():
            if len(keys) > 1 and number in evidence.company_master:
                self._miss(
                    "company wrongly merged", " ".join(sorted(keys)), "records of several companies in one"
                )
        expected = {key: company for key, company in self.truth.companies.items() if not company.is_outside}
        masters = {key: evidence.masters_of_company(key) for key in expected}
        self._count_waiting(expected, masters)
        for key, found in masters.items():
            if not found:
                cause = self.lost_companies[key] = self._company_cause(key, expected[key])
                self._miss("company missing", key, cause)
            elif len(found) > 1 and not evidence.is_asked("company", found):
                self._miss("company found twice", key, "its keys were never seen together")
        return self._found("company", masters, evidence.merged_companies)

    def people(self) -> Found:
        """Everybody who ever had a role; people without stay in the vault and have no master."""
        evidence = self.evidence
        for number, keys in evidence.people_of.items():
            if len(keys) > 1 and number in evidence.person_master:
                self._miss(
                    "person wrongly merged", " ".join(sorted(keys)), "records of several people in one"
                )
        expected = {key: person for key, person in self.truth.people.items() if person.had_role}
        masters = {key: evidence.masters_of_person(key) for key in expected}
        for key, found in masters.items():
            if not found:
                cause = self.lost_people[key] = self._person_cause(key, expected[key])
                self._miss("person missing", key, cause)
            elif len(found) > 1 and not evidence.is_asked("person", found):
                self._miss("person found twice", key, self._twice_cause(expected[key]))
        return self._found("person", masters, evidence.merged_people)

    def _count_waiting(self, expected: dict[str, TrueCompany], masters: dict[str, set[int]]) -> None:
        """A company without a website of its own may wait for one: it is left out, and so are its slots."""
        for key in [k for k, company in expected.items() if not company.domains and not masters[k]]:
            del expected[key], masters[key]
            self.waiting.add(key)

    def _found(self, entity: str, masters: dict[str, set[int]], merged: set[int]) -> Found:
        once = sum(len(found) == 1 and not found & merged for found in masters.values())
        missing = [key for key, found in masters.items() if not found]
        lost = {**self.lost_companies, **self.lost_people}
        several = [found for found in masters.values() if len(found) > 1]
        asked = sum(self.evidence.is_asked(entity, found) for found in several)
        return Found(
            len(masters), once, len(missing), len(several) - asked, len(merged),
            sum(lost.get(key) == UNSEEN for key in missing), asked,
        )  # fmt: skip

    def _company_cause(self, key: str, company: TrueCompany) -> str:
        seen_people = any(
            key in person.companies and self.shapes.intersection(person.seen_by)
            for person in self.truth.people.values()
        )
        if not self.shapes.intersection(company.seen_by) and not seen_people:
            return UNSEEN
        if key in self.evidence.known_companies:
            return "known, but nobody stated name and website"
        return AMBIGUOUS if company.is_ambiguous else NOT_LANDED

    def _twice_cause(self, person: TruePerson) -> str:
        if len(person.companies) > 1:
            return "changed companies, and no record with a LinkedIn or Apollo id joins old and new"
        return "no record joins its identities"

    def _person_cause(self, key: str, person: TruePerson) -> str:
        if not self.shapes.intersection(person.seen_by):
            return UNSEEN
        if key not in self.evidence.known_people:
            return NOT_LANDED
        if key not in self.evidence.people_with_role:
            return UNREADABLE
        home = person.company
        if home in self.lost_companies:
            return f"its company is missing: {self.lost_companies[home]}"
        return NO_MASTER

    # -------------------------------------------------------------------------------------------------- slots
    def slots(self) -> Slots:
        """Three slots of every company that is no waiting one; those of a missing company are empty."""
        count: Counter[str] = Counter()
        for company in sorted(self.truth.slots.keys() - self.waiting):
            for role in ROLES:
                holder, occupants = self.truth.slots[company][role], self.evidence.occupants(company, role)
                kind = _slot_kind(holder, occupants, self.truth.stand_ins.get(company, {}).get(role, ()))
                count[kind] += 1
                if kind in ("right", "vacant_right"):
                    continue
                names = {"empty": "slot empty", "wrong_person": "slot with somebody else"}
                cause = self._slot_cause(company, holder, occupants)
                self._miss(names.get(kind, "slot should be vacant"), f"{company} {role}", cause)
        return Slots(
            sum(count.values()), count["right"] + count["vacant_right"], count["vacant_right"],
            count["empty"],
            count["wrong_person"], count["should_be_vacant"],
        )  # fmt: skip

    def _slot_cause(self, company: str, holder: str | None, occupants: set[str]) -> str:
        if company in self.lost_companies:
            return f"its company is missing: {self.lost_companies[company]}"
        if holder is not None and holder in self.lost_people:
            return f"its occupant is missing: {self.lost_people[holder]}"
        for occupant in sorted(occupants & set(self.truth.people)):
            home = self.truth.people[occupant].company
            if home is None:
                return "who held it left without a new employer"
            if home != company:
                return "who held it has gone, but no promoted record places them elsewhere"
        if holder is None:
            return "somebody was taken for its occupant"
        return (
            "the occupant's record does not win"
            if occupants
            else "the occupant is known, but not here or not so titled"
        )

    # ------------------------------------------------------------------------------------------------ changes
    def changes(self, previous: Truth) -> tuple[Changes, Changes]:
        """Seats left and seats taken between two nights, by truth and by the slots' history."""
        gone, come = set(), set()
        for company, places in self.truth.slots.items():
            for role in ROLES:
                before = previous.slots.get(company, {}).get(role)
                after = places[role]
                if before != after:
                    gone |= {(company, role, before)} if before else set()
                    come |= {(company, role, after)} if after else set()
        noticed_gone = self._events(("VACATE", "DISPLACE"))
        noticed_come = self._events(("ASSIGN",))
        for what, true, noticed in (("left", gone, noticed_gone), ("arrived", come, noticed_come)):
            for company, role, person in sorted(true - noticed):
                self._miss(
                    f"change not noticed ({what})", f"{company} {role} {person}", self._change_cause(person)
                )
            for company, role, person in sorted(noticed - true):
                self._miss(
                    f"change noticed that was none ({what})", f"{company} {role} {person}", "see its history"
                )
        return (
            Changes(len(gone), len(noticed_gone), len(gone & noticed_gone)),
            Changes(len(come), len(noticed_come), len(come & noticed_come)),
        )

    def _events(self, kinds: tuple[str, ...]) -> set[Change]:
        """History rows of the day at companies of the world; what happens at outside companies has no
        truth.
        """
        return {change for change in self.evidence.events(kinds) if change[0] in self.truth.slots}

    def _change_cause(self, person: str) -> str:
        if person in self.lost_people:
            return f"the person is missing: {self.lost_people[person]}"
        kinds = [move.kind for move in self.truth.moves if move.person == person]
        return f"{kinds[0]}" if kinds else "newly hired or next in line"

    def _miss(self, what: str, key: str, cause: str) -> None:
        self.misses.append(Miss(what, key, cause))


def _slot_kind(holder: str | None, occupants: set[str], stand_ins: Collection[str]) -> str:
    if occupants and occupants <= set(stand_ins):
        return "right"
    if holder is None:
        return "should_be_vacant" if occupants else "vacant_right"
    if not occupants:
        return "empty"
    return "right" if occupants == {holder} else "wrong_person"
