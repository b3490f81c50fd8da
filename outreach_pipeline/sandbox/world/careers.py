"""Who moves from one night to the next.

Belongs here: the drawing of moves and what each does to posts. Does not belong here: the first night
(`world`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Protocol

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import (
    ROLES,
    SEAT,
    Person,
    Post,
    draw_person,
    name_token,
    seat_titles,
)
from outreach_pipeline.sandbox.world.words import SEATS, gendered


@dataclass(frozen=True, slots=True)
class Shares:
    """How lively the world is: the share of seat holders who move per night, and the kinds' weights.

    moved      to a vacant seat of another company of the world
    unknown    to a company that nobody sells data about
    promoted   another seat, or a higher title in the same one
    left       no new employer
    successor  how often somebody new takes a seat that was left
    steps_up   how often the CFO becomes CEO when that seat is left (counted as promoted)
    """

    per_night: float = 0.10
    moved: float = 0.42
    unknown: float = 0.25
    promoted: float = 0.23
    left: float = 0.10
    successor: float = 0.5
    steps_up: float = 0.25


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one person between the night before and `night`; companies and people by their
    numbers.
    """

    night: int
    kind: str
    person: int
    from_company: int
    from_role: str | None
    from_title: str
    to_company: int | None = None
    to_role: str | None = None
    to_title: str | None = None


class Stage(Protocol):
    """What the drawing needs of the world."""

    companies: list[Company]
    people: list[Person]
    names_at: dict[int, set[str]]

    def seats(self, night: int) -> dict[tuple[int, str], Person]:
        """Who holds which seat (without rivals who stand in)."""
        ...

    def new_outside_company(self, rng: Random) -> Company:
        """A company that only profiles mention."""
        ...


def draw_moves(stage: Stage, rng: Random, night: int, day: date, shares: Shares) -> list[Move]:
    """Change posts for `night`, and say what changed. Each person moves at most once a night."""
    seats = stage.seats(night - 1)
    movers = [place for place in seats if rng.random() < shares.per_night]
    rng.shuffle(movers)
    moved: set[int] = set()
    vacant = {
        role: [c.number for c in stage.companies if not c.outside and (c.number, role) not in seats]
        for role in ROLES
    }
    kinds = ("moved", "unknown", "promoted", "left")
    weights = (shares.moved, shares.unknown, shares.promoted, shares.left)
    moves: list[Move] = []
    for company, role in movers:
        person = seats[company, role]
        if person.number in moved:
            continue
        moved.add(person.number)
        kind = rng.choices(kinds, weights)[0]
        change = _Change(stage, rng, night, day, person, person.posts[-1])
        move = change.play(kind, vacant)
        moves.append(move)
        if kind == "promoted":
            continue
        heir = seats.get((company, "CFO")) if role == "CEO" else None
        if heir is not None and heir.number not in moved and rng.random() < shares.steps_up:
            moved.add(heir.number)
            moves.append(_Change(stage, rng, night, day, heir, heir.posts[-1]).step_up())
            vacant["CFO"].append(company)
        elif rng.random() < shares.successor:
            _hire(stage, rng, night, day, company, role)
        else:
            vacant[role].append(company)
    return moves


def _hire(stage: Stage, rng: Random, night: int, day: date, company: int, role: str) -> None:
    """Somebody whom no source has ever seen takes a seat."""
    home = stage.companies[company]
    person = draw_person(rng, len(stage.people), home, stage.names_at[company])
    titles = seat_titles(rng, role, home.country.language, person.gender)
    person.posts.append(Post(company, role, SEAT, titles, day.year, day.month, night))
    stage.people.append(person)


@dataclass(slots=True)
class _Change:
    stage: Stage
    rng: Random
    night: int
    day: date
    person: Person
    post: Post

    def play(self, kind: str, vacant: dict[str, list[int]]) -> Move:
        """One move; where no seat is free elsewhere, they leave for an unknown company."""
        role = self.post.role or ""
        target = self._free(vacant[role]) if kind == "moved" else None
        if kind == "promoted":
            return self._promote()
        self._end()
        if kind == "left":
            return self._move("left")
        if target is None:
            outside = self.stage.new_outside_company(self.rng)
            return self._take(outside, "unknown")
        vacant[role].remove(target)
        return self._take(self.stage.companies[target], "moved")

    def _free(self, places: list[int]) -> int | None:
        token = name_token(self.person.first, self.person.last)
        for place in self.rng.sample(places, min(len(places), 5)):
            if place != self.post.company and token not in self.stage.names_at[place]:
                return place
        return None

    def _take(self, company: Company, kind: str) -> Move:
        self.stage.names_at.setdefault(company.number, set()).add(
            name_token(self.person.first, self.person.last)
        )
        role = self.post.role or ""
        titles = seat_titles(self.rng, role, company.country.language, self.person.gender)
        new = Post(company.number, role, SEAT, titles, self.day.year, self.day.month, self.night)
        self.person.posts.append(new)
        return self._move(kind, new)

    def _promote(self) -> Move:
        """To another title of the seat; every promotion stays at the company."""
        language = self.stage.companies[self.post.company].country.language
        role = self.post.role or ""
        others = [gendered(t, self.person.gender) for t in (*SEATS[role, language], *SEATS[role, "en"])]
        titles = tuple(t for t in dict.fromkeys(others) if t not in self.post.titles)[:2] or self.post.titles
        self._end()
        new = replace(
            self.post, titles=titles, first_night=self.night, year=self.day.year, month=self.day.month
        )
        self.person.posts.append(new)
        return self._move("promoted", new)

    def step_up(self) -> Move:
        """The CFO becomes the CEO of the same company."""
        language = self.stage.companies[self.post.company].country.language
        titles = seat_titles(self.rng, "CEO", language, self.person.gender)
        self._end()
        new = Post(self.post.company, "CEO", SEAT, titles, self.day.year, self.day.month, self.night)
        self.person.posts.append(new)
        return self._move("promoted", new)

    def _end(self) -> None:
        self.person.posts[-1] = replace(self.person.posts[-1], end_night=self.night)

    def _move(self, kind: str, new: Post | None = None) -> Move:
        old = self.post
        return Move(
            self.night, kind, self.person.number, old.company, old.role, old.titles[0],
            new.company if new else None, new.role if new else None, new.titles[0] if new else None,
        )  # fmt: skip
