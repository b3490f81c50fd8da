"""What is true of a world on a night: the answer sheet of the demo and the tests.

Belongs here: the truth as plain values. Does not belong here: comparing it with a database (`score`).

As JSON (`Truth.as_json`):

    {"seed", "night", "day": "2026-11-21",
     "companies": {"c000001": {"names": [...], "domains": [...], "linkedin_id", "linkedin_slugs": [...], "country",
                               "is_ambiguous", "is_outside", "seen_by": [shape, ...]}},
     "people":    {"p0000001": {"name", "first", "last", "linkedin_slug", "former_slug", "linkedin_member_id",
                                "linkedin_number", "vendor_id", "spellings", "emails": [...],
                                "companies": ["c000001", ...], "company", "role", "rank", "title",
                                "seen_by": [shape, ...]}},
     "addresses": {"ada.quill@x.example": {"person", "company", "state": good | catch_all | dead | moved | role}},
     "slots":     {"c000001": {"CEO": "p0000001" | null, "CFO": ..., "HR": ...}},
     "stand_ins": {"c000001": {"CEO": [...]}},
     "moves":     [{"night", "kind": moved | unknown | promoted | left, "person", "from_company", "from_role",
                    "from_title", "to_company", "to_role", "to_title"}]}

companies        in "people": all where the person ever worked, the current one in `company`
role, rank       1 the seat itself, 2 a candidate only where nobody better is, 3 one who never holds it, 0 none
former_slug      what LinkedIn's address said before, null for most
is_untold        has left, and no source tells of it
spellings        first and last name as any source writes them
domains          none where the website is a page on somebody else's host
stand_ins        whose holding of the slot is arguable: right as well as the one in `slots`
is_outside       nobody sells data about it; it may become a master or not
is_ambiguous     another company of the same country bears the same name
seen_by          shapes in which the entity appears on some night until this one
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from outreach_pipeline.sandbox.world.addresses import TrueAddress, addresses_of
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import COMPANIES, PEOPLE, Coverage
from outreach_pipeline.sandbox.world.people import RIVAL, ROLES, SEAT, WEAK, Person
from outreach_pipeline.sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class TrueCompany:
    """One company; see the module for the fields."""

    names: tuple[str, ...]
    domains: tuple[str, ...]
    linkedin_id: str
    linkedin_slugs: tuple[str, ...]
    country: str
    is_ambiguous: bool
    is_outside: bool
    seen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TruePerson:
    """One person; see the module for the fields."""

    name: str
    first: str
    last: str
    linkedin_slug: str
    former_slug: str | None
    linkedin_member_id: str
    linkedin_number: str
    vendor_id: str
    spellings: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    companies: tuple[str, ...]
    company: str | None
    role: str | None
    rank: int
    title: str | None
    seen_by: tuple[str, ...]
    is_untold: bool = False

    @property
    def had_role(self) -> bool:
        """Whether they should be a master: people without any slot role stay in the vault."""
        return self.rank in (SEAT, RIVAL)


@dataclass(frozen=True, slots=True)
class TrueMove:
    """One move; see the module for the fields."""

    night: int
    kind: str
    person: str
    from_company: str
    from_role: str | None
    from_title: str
    to_company: str | None
    to_role: str | None
    to_title: str | None


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is true on one night. `moves` are those of this night."""

    seed: int
    night: int
    day: str
    companies: dict[str, TrueCompany]
    people: dict[str, TruePerson]
    addresses: dict[str, TrueAddress]
    slots: dict[str, dict[str, str | None]]
    stand_ins: dict[str, dict[str, tuple[str, ...]]]
    moves: tuple[TrueMove, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, as described in the module."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Truth:
        """The truth that `as_json` wrote."""
        raw = json.loads(text)
        return cls(
            raw["seed"], raw["night"], raw["day"],
            {k: TrueCompany(**_tuples(v)) for k, v in raw["companies"].items()},
            {k: TruePerson(**_tuples(v)) for k, v in raw["people"].items()},
            {k: TrueAddress(**v) for k, v in raw["addresses"].items()},
            raw["slots"], {c: _tuples(v) for c, v in raw["stand_ins"].items()},
            tuple(TrueMove(**move) for move in raw["moves"]),
        )  # fmt: skip


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(map(_tuple, v)) if isinstance(v, list) else v for key, v in value.items()}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def truth_of(world: World, night: int, coverage: Coverage | None = None) -> Truth:
    """The truth of a world on a night."""
    seen = coverage or Coverage(world)
    moves = world.night(night)
    slots = world.slots(night)
    names: dict[tuple[str, str], int] = {}
    for company in world.companies:
        names[company.name, company.country.code] = names.get((company.name, company.country.code), 0) + 1
    companies = {c.key: _company(c, names[c.name, c.country.code] > 1, seen) for c in world.companies}
    people = {p.key: _person(world, p, night, seen) for p in world.people if p.posts[0].first_night <= night}
    places = {
        c.key: {role: (p.key if (p := slots.get((c.number, role))) else None) for role in ROLES}
        for c in world.companies
        if not c.outside
    }
    keyed = tuple(
        TrueMove(
            m.night, m.kind, world.people[m.person].key, world.companies[m.from_company].key, m.from_role,
            m.from_title,
            world.companies[m.to_company].key if m.to_company is not None else None, m.to_role, m.to_title,
        )
        for m in moves
    )  # fmt: skip
    addresses = addresses_of(world, night, seen)
    stand_ins = _stand_ins(world, night, people)
    return Truth(world.seed, night, str(world.day(night)), companies, people, addresses, places, stand_ins, keyed)


def _stand_ins(world: World, night: int, people: dict[str, TruePerson]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Whose holding of a vacant seat is arguable: the head of a division, and who left without any source to tell."""
    taken = world.slots(night)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for person in world.people:
        post = person.last_post(night)
        if post is None or post.role is None or (post.company, post.role) in taken:
            continue
        untold = people[person.key].is_untold
        if untold or (post.rank == WEAK and post.role != "HR" and post.held_on(night)):
            seats = found.setdefault(world.companies[post.company].key, {})
            seats[post.role] = (*seats.get(post.role, ()), person.key)
    return found


def _company(company: Company, is_ambiguous: bool, seen: Coverage) -> TrueCompany:
    names = (company.name, company.legal_name, *([company.former_name] if company.former_name else []))
    slugs = (company.linkedin_slug, *([company.old_slug] if company.old_slug else []))
    seen_by = tuple(shape for shape in COMPANIES if seen.sees_company(shape, company))
    return TrueCompany(
        names,
        company.domains,
        company.linkedin_id,
        slugs,
        company.country.code,
        is_ambiguous,
        company.outside,
        seen_by,
    )


def _person(world: World, person: Person, night: int, seen: Coverage) -> TruePerson:
    posts = [post for post in person.posts if post.first_night <= night]
    post = person.post_on(night)
    places = tuple(dict.fromkeys(world.companies[p.company].key for p in posts))
    emails = tuple(dict.fromkeys(person.email_at(world.companies[p.company]) for p in posts))
    slug = person.slug_on(night)
    highest = min((p.rank for p in posts if p.rank), default=0)
    return TruePerson(
        person.name, person.first, person.last, slug, person.slug if slug != person.slug else None,
        person.member_id, person.member_number,
        f"apollo:{person.apollo_id}", person.spellings, emails, places,
        world.companies[post.company].key if post else None,
        post.role if post else None, post.rank if post else highest, post.titles[0] if post else None,
        tuple(shape for shape in PEOPLE if seen.sees_person(shape, person)),
        post is None and (not seen.sees_person("harvestapi_profile", person) or person.profile_gone_on(night)),
    )  # fmt: skip
