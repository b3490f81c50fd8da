"""A synthetic world: companies, their people, and what changes from night to night; the same for the same
seed.

Belongs here: the whole and its truth. Does not belong here: single companies and people (`companies`,
`people`), moves (`careers`), how sources see it (`coverage`, `render`).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from outreach_pipeline.sandbox.world.careers import Move, Shares, draw_moves
from outreach_pipeline.sandbox.world.companies import Company, draw_company
from outreach_pipeline.sandbox.world.groups import shaped
from outreach_pipeline.sandbox.world.lives import draw_lives
from outreach_pipeline.sandbox.world.people import RIVAL, SEAT, Person, Post
from outreach_pipeline.sandbox.world.staff import staff_company

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
        self._by_slug: dict[int, dict[str, Person]] = {}
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
            self._by_slug.clear()
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

    def by_slug(self, night: int) -> dict[str, Person]:
        """People by LinkedIn slug on a night: an old one leads to whoever had it, until somebody else takes it."""
        if night not in self._by_slug:
            owners = {p.slug: p for p in self.people}
            self._by_slug[night] = owners | {p.slug_on(night): p for p in self.people if p.slug_on(night) != p.slug}
        return self._by_slug[night]

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
            before = self.companies[number - 1] if number else None
            company = draw_company(rng, number, twin=before if number in twins else None)
            self.companies.append(shaped(company, before, self.seed))
            self.names_at[number] = self._names_behind(self.companies[number])
            staff_company(self, rng, self.companies[number])
        draw_lives(Random(f"{self.seed}|lives"), self.people, self.size, self.first_day)  # noqa: S311
        self._reuse_slugs()

    def _names_behind(self, company: Company) -> set[str]:
        """The names that are taken at a mail domain: two firms on one domain cannot have the same address twice."""
        same = (c for c in self.companies[:-1] if c.mail_domain == company.mail_domain)
        return next((self.names_at[c.number] for c in same), set())

    def _reuse_slugs(self) -> None:
        """One in two of those who will take another slug leaves the old one to a stranger."""
        staying = [p for p in self.people if p.number % 83 != 7 and not p.profile_gone_on(2)]
        for person in self.people:
            if person.number % 166 == 7 and staying:
                taker = staying[(person.number * 7 + 3) % len(staying)]
                if taker.posts[0].company != person.posts[0].company and taker.later_slug is None:
                    taker.later_slug = person.slug
