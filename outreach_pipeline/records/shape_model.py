"""The parts of a shape, as data: what its TOML says after reading, before it becomes SQL.

Belongs here: frozen value objects.
Does not belong here: reading and checking (`shape`), SQL (`database.extract`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from outreach_pipeline.records.columns import SectionName, anchor_names
from outreach_pipeline.records.shape_paths import HERE, ITEM, ItemPath

Unit = Literal["epoch_ms", "epoch_s", "year"]
RefusalKind = Literal["refusal", "error", "not_found", "notice"]
UNITS = ("epoch_ms", "epoch_s", "year")
REFUSAL_KINDS = ("refusal", "error", "not_found", "notice")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to fill a column.

    `mode` first: the first path that is filled; join: all that are, put together with `glue`; all: every
    element of one list, put together; constant: `constant`, in a record that exists anyway. `pattern` keeps
    the part in its parentheses, and nothing where it does not match.
    """

    mode: Literal["first", "join", "all", "constant"] = "first"
    paths: tuple[ItemPath, ...] = ()
    constant: str | None = None
    prefix: str = ""
    glue: str = " "
    split: str | None = None
    unit: Unit | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One record per item, or with `each` one per element of that list; columns not named stay NULL."""

    target: SectionName
    columns: Mapping[str, tuple[Alternative, ...]]
    each: ItemPath | None = None


@dataclass(frozen=True, slots=True)
class Find:
    """A named element, found once per item: the first object of the first path that has one, or with `latest`
    the object whose value there (a year, or an ISO date) is greatest, list order deciding ties.

    With `titles` (where an object keeps its title) one whose title is that of a side job (`rules.side_jobs`) gives way
    to one of any path with another title.
    """

    name: str
    paths: tuple[ItemPath, ...]
    latest: ItemPath | None = None
    titles: tuple[ItemPath, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Items that are an answer but nobody's data; `reason` is ours, `reason_path` leads to the item's own."""

    when: str
    kind: RefusalKind
    reason: str = ""
    reason_path: ItemPath | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of item.

    `volatile`: top-level keys outside the content hash. `echo`: keys that repeat the request, so that an
    error beside them is still only an error. `expected`: keys whose absence in most items is an alarm.
    `known`: keys that occur and are not read; many keys beyond those mean that the source changed. `is_profile`: an
    item is the profile of a person, looked at when it was fetched; not what a list has known for a while. `words`:
    what a verifier's words mean, "status" or "status/sub_status" to one of `records.columns.ADDRESS_CLASSES` (or
    `OUTCOME_KINDS`).
    """

    name: str
    description: str
    version: int
    provider: str
    items_at: tuple[tuple[str, ...], ...]
    volatile: tuple[str, ...]
    echo: tuple[str, ...]
    expected: tuple[str, ...]
    known: tuple[str, ...]
    finds: tuple[Find, ...]
    refusals: tuple[Refusal, ...]
    company: Section | None
    person: Section | None
    people: tuple[Section, ...]
    intelligence: Section | None = None
    is_profile: bool = False
    positions: tuple[Section, ...] = ()
    address: Section | None = None
    outcome: Section | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    def sections(self, target: SectionName) -> tuple[Section, ...]:
        """The sections of one kind: companies, positions, intelligence, addresses, outcomes, or people (the person,
        then lists).
        """
        if target == "position":
            return self.positions
        if target in ("address", "outcome"):
            single = self.address if target == "address" else self.outcome
            return (single,) if single else ()
        if target == "intelligence":
            return (self.intelligence,) if self.intelligence else ()
        if target == "company":
            return (self.company,) if self.company else ()
        return ((self.person,) if self.person else ()) + self.people

    def lone_sections(self) -> tuple[Section, ...]:
        """The sections that yield at most one record per item."""
        of_items = (self.company, self.person, self.intelligence, self.address, self.outcome)
        return tuple(section for section in of_items if section is not None and section.each is None)

    def states_time(self, target: SectionName) -> bool:
        """Whether records of this kind say themselves when they were observed."""
        return any("observed_at" in section.columns for section in self.sections(target))

    def paths(self) -> tuple[ItemPath, ...]:
        """Every path of the shape, for checks against a server and for knowing which keys are read."""
        found = [
            path
            for find in self.finds
            for path in (*find.paths, *find.titles, *([find.latest] if find.latest else []))
        ]
        found += [refusal.reason_path for refusal in self.refusals if refusal.reason_path]
        for section in (
            *self.sections("company"), *self.sections("person"), *self.positions, *self.sections("intelligence"),
            *self.sections("address"), *self.sections("outcome"),
        ):  # fmt: skip
            found += [section.each] if section.each else []
            found += _section_paths(section)
        return tuple(found)

    def known_keys(self) -> tuple[str, ...]:
        """Top-level keys that are no surprise: those the shape reads by a short path, and those it lists."""
        inside = {path.text for section in (*self.people, *self.positions) for path in _section_paths(section)}
        whole = {find.name for find in self.finds if any(path.jsonpath == "$" for path in find.paths)}
        read = [
            path.steps[0]
            for path in self.paths()
            if path.steps and path.base in {HERE, ITEM, *whole} and path.text not in inside
        ]
        return tuple(sorted({*read, *self.volatile, *self.echo, *self.expected, *self.known}))


    def anchor_keys(self) -> frozenset[str]:
        """Top-level keys of which an item needs one to be about anybody; empty where SQL/JSON paths find it."""
        found: set[str] = set()
        for target in ("company", "person", "intelligence"):
            for section in self.sections(target):
                paths = [section.each] if section.each else [
                    path
                    for name in anchor_names(target)
                    for way in section.columns.get(name, ())
                    for path in way.paths
                ]  # fmt: skip
                if not all(path.steps and path.base in {HERE, ITEM} for path in paths):
                    return frozenset()
                found |= {path.steps[0] for path in paths}
        return frozenset(found)


def _section_paths(section: Section) -> list[ItemPath]:
    return [path for ways in section.columns.values() for way in ways for path in way.paths]
