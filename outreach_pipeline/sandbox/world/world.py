"""A synthetic world: companies, their people, and what changes from night to night; the same for the same
seed.

Belongs here: the whole and its truth. Does not belong here: single companies and people (`companies`,
`people`), moves (`careers`), how sources see it (`coverage`, `render`).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from random import Random

from outreach_pipeline.sandbox.world.careers import Move, Shares, draw_moves
from outreach_pipeline.sandbox.world.companies import Company, draw_company
from outreach_pipeline.sandbox.world.people import (
    OTHER,
    RIVAL,
    ROLES,
    SEAT,
    Person,
    Post,
    draw_person,
    name_token,
    other_titles,
    rival_titles,
    seat_titles,
)
from outreach_pipeline.sandbox.world.words import BOARD_SEATS

FILLED = {"CEO": 0.97, "CFO": 0.86, "HR": 0.80}
"""How often each seat is taken on the first night."""

FIRST_DAY = date(2026, 11, 20)


class World:
    """`World(seed, companies=N)`: the same arguments give the same world, on every machine.

    Night 1 is `first_day`. Ask `night(n)` before looking at people of later nights; it plays all nights until
    then.
    """

    def __init__(
        self,
        seed: int = 1,
        companies: int = 200,
        *,
        first_day: date = FIRST_DAY,
        shares: Shares | None = None,
    ) -> None:
        self.seed = seed
        self.size = companies
        self.first_day = first_day
        self.shares = shares or Shares()
        self.companies: list[Company] = []
        self.people: list[Person] = []
        self.names_at: dict[int, set[str]] = {}
        self.moves: dict[int, list[Move]] = {1: []}
        self._found()

    def day(self, night: int) -> date:
        """The day of a night."""
        return self.first_day + timedelta(days=night - 1)

    def night(self, night: int) -> list[Move]:
        """Play until that night; what changed since the night before."""
        while max(self.moves) < night:
            following = max(self.moves) + 1
            rng = Random(f"{self.seed}|night|{following}")  # noqa: S311 - a world, no secret
            self.moves[following] = draw_moves(self, rng, following, self.day(following), self.shares)
            self.__dict__.pop("by_slug", None)
        return self.moves[night]

    def seats(self, night: int) -> dict[tuple[int, str], Person]:
        """Who holds which seat by their own title, (company number, role) -> person."""
        return self._holders(night, SEAT)

    def slots(self, night: int) -> dict[tuple[int, str], Person]:
        """Who should occupy which slot: the seat's holder, else somebody who stands behind it."""
        return {**self._holders(night, RIVAL), **self._holders(night, SEAT)}

    def staff(self, night: int) -> list[tuple[Person, Post]]:
        """All who hold a post on that night."""
        found = ((person, person.post_on(night)) for person in self.people)
        return [(person, post) for person, post in found if post is not None]

    @cached_property
    def by_slug(self) -> dict[str, Person]:
        """People by LinkedIn slug, old and new."""
        return {slug: p for p in self.people for slug in (p.slug, p.slug_on(2))}

    def new_outside_company(self, rng: Random) -> Company:
        """A company that only the profiles of those who went there mention."""
        company = draw_company(rng, len(self.companies), outside=True)
        self.companies.append(company)
        return company

    def _holders(self, night: int, rank: int) -> dict[tuple[int, str], Person]:
        return {
            (post.company, post.role): person
            for person, post in self.staff(night)
            if post.rank == rank and post.role is not None
        }

    def _found(self) -> None:
        """The first night."""
        rng = Random(f"{self.seed}|world")  # noqa: S311 - a world, no secret
        twins = set(range(50, self.size, 200))
        for number in range(self.size):
            twin = self.companies[number - 1] if number in twins else None
            self.companies.append(draw_company(rng, number, twin=twin))
            self.names_at[number] = set()
            self._staff_company(rng, self.companies[number])
        self._fill_boards()

    def _fill_boards(self) -> None:
        """One holder of a seat in twenty sits on the board of another company, since before or after the post began."""
        rng = Random(f"{self.seed}|boards")  # noqa: S311 - a world, no secret
        for person in self.people:
            post, token = person.posts[0], name_token(person.first, person.last)
            place = rng.randrange(self.size)
            if post.rank != SEAT or rng.random() >= 0.05 or token in self.names_at[place]:
                continue
            self.names_at[place].add(token)
            year = min(post.year + rng.choice((-2, 1)), self.first_day.year)
            person.board = Post(place, None, OTHER, (rng.choice(BOARD_SEATS),), year, rng.randrange(1, 11))

    def _staff_company(self, rng: Random, company: Company) -> None:
        language = company.country.language
        for role in ROLES:
            if rng.random() < FILLED[role]:
                person = self._employ(rng, company)
                titles = seat_titles(rng, role, language, person.gender)
                self._give(rng, person, company, role, SEAT, titles)
                if rng.random() < 0.1:
                    rival = self._employ(rng, company)
                    self._give(rng, rival, company, role, RIVAL, rival_titles(rng, role))
        for _ in range(rng.choice((1, 2, 3))):
            self._give(rng, self._employ(rng, company), company, None, OTHER, other_titles(rng))

    def _employ(self, rng: Random, company: Company) -> Person:
        person = draw_person(rng, len(self.people), company, self.names_at[company.number])
        self.people.append(person)
        return person

    def _give(
        self,
        rng: Random,
        person: Person,
        company: Company,
        role: str | None,
        rank: int,
        titles: tuple[str, ...],
    ) -> None:
        # Not by the first day: the same people whenever the world begins.
        year = rng.randrange(max(company.founded, 2008), FIRST_DAY.year)
        person.posts.append(Post(company.number, role, rank, titles, year, rng.randrange(1, 13)))
