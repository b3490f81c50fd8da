"""Who works at a company on the first night, and who bears whose name.

Belongs here: filling posts. Does not belong here: single people (`people`), later nights (`careers`).

One person in forty bears the name of somebody at another company. In a company of namesakes (`groups`) somebody without
a seat bears the name of the CFO; in one of generations CEO and CFO are father and son; in a family the officers share a
surname.
"""

from __future__ import annotations

from random import Random
from typing import Protocol

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.groups import kind_of
from outreach_pipeline.sandbox.world.people import (
    OTHER,
    RIVAL,
    ROLES,
    SEAT,
    WEAK,
    Person,
    Post,
    draw_person,
    name_token,
    other_titles,
    rival_titles,
    seat_titles,
    weak_titles,
)

FILLED = {"CEO": 0.97, "CFO": 0.86, "HR": 0.80}
"""How often each seat is taken on the first night."""
LAST_YEAR = 2026
"""Posts of the first night began before: the same people whenever the world begins."""
_SHARES = {"rival": 0.1, "weak": 0.08, "namesake": 0.025}


class Stage(Protocol):
    """What the staffing needs of the world."""

    people: list[Person]
    names_at: dict[int, set[str]]


def staff_company(stage: Stage, rng: Random, company: Company) -> None:
    """Fill the posts of a company."""
    language, kind = company.country.language, kind_of(company.number)
    seats: dict[str, Person] = {}
    for role in ROLES:
        if rng.random() < FILLED[role] or (kind in ("generations", "namesakes", "family") and role != "HR"):
            person = seats[role] = _employ(stage, rng, company)
            _give(rng, person, company, role, SEAT, seat_titles(rng, role, language, person.gender))
            if rng.random() < _SHARES["rival"]:
                _give(rng, _employ(stage, rng, company), company, role, RIVAL, rival_titles(rng, role))
        if rng.random() < _SHARES["weak"]:
            _give(rng, _employ(stage, rng, company), company, role, WEAK, weak_titles(rng, role))
    others = [_employ(stage, rng, company) for _ in range(rng.choice((1, 2, 3)))]
    for person in others:
        _give(rng, person, company, None, OTHER, other_titles(rng))
    _name_them(stage, company, kind, seats, others)


def _name_them(stage: Stage, company: Company, kind: str, seats: dict[str, Person], others: list[Person]) -> None:
    """Same names where the company is one of those."""
    if kind == "namesakes":
        others[0].first, others[0].last, others[0].gender = seats["CFO"].first, seats["CFO"].last, seats["CFO"].gender
        others[0].mark = "2"
    elif kind == "generations":
        father, son = seats["CEO"], seats["CFO"]
        son.first, son.last, son.gender = father.first, father.last, father.gender
        father.suffix, son.suffix = "Sr.", "Jr."
    elif kind == "family":
        for person in seats.values():
            person.last = seats["CEO"].last
            stage.names_at[company.number].add(name_token(person.first, person.last))


def _employ(stage: Stage, rng: Random, company: Company) -> Person:
    taken = stage.names_at[company.number]
    person = draw_person(rng, len(stage.people), company, taken)
    if stage.people and rng.random() < _SHARES["namesake"]:
        like = rng.choice(stage.people)
        if name_token(like.first, like.last) not in taken:
            person.first, person.last, person.gender = like.first, like.last, like.gender
            taken.add(name_token(like.first, like.last))
    stage.people.append(person)
    return person


def _give(
    rng: Random, person: Person, company: Company, role: str | None, rank: int, titles: tuple[str, ...]
) -> None:
    year = rng.randrange(max(company.founded, 2008), LAST_YEAR)
    person.posts.append(Post(company.number, role, rank, titles, year, rng.randrange(1, 13)))
