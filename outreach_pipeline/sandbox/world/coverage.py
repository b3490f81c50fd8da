"""Who is seen by which source, and how late.

Belongs here: shares and the promise that everybody is reachable. Does not belong here: what an item looks
like (`render`).

LinkedIn shows every profile actor the same people, and every company actor the same pages. Each person is in
the profiles, the leads or Apollo; each company's domain and LinkedIn page are named together by its page or
by Apollo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person, Post
from outreach_pipeline.sandbox.world.world import World

PEOPLE = {
    "harvestapi_profile": ("profile", 0.70), "dev_fusion_profile": ("profile", 0.70),
    "apimaestro_profile": ("profile", 0.70), "leads_finder": ("leads", 0.60),
    "apollo_scraper": ("scraper", 0.30),
    "apollo_people_match": ("apollo", 0.60), "apollo_people_search": ("apollo", 0.60),
    "apollo_contacts": ("contacts", 0.12),
}  # fmt: skip
"""Shape -> what the source draws from, and the share of people it sees."""

COMPANIES = {
    "harvestapi_company": ("page", 0.90), "dev_fusion_company": ("page", 0.90),
    "apimaestro_company": ("page", 0.90),
    "apollo_organization": ("organizations", 0.60), "google_places": ("places", 0.12),
    "company_list_csv": ("list", 0.25), "officer_list_csv": ("officers", 0.15),
}  # fmt: skip

LATE = {"leads": 0.5, "scraper": 0.5, "apollo": 0.4, "contacts": 0.6}
"""How often a source that is not LinkedIn has not heard of last night's move, where LinkedIn shows the
truth.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One person as a source sees them: the post it believes in (None: none), and whether that is out of
    date.
    """

    person: Person
    post: Post | None
    company: Company | None
    night: int
    is_late: bool = False


class Coverage:
    """What each source of a world sees on each night."""

    def __init__(self, world: World) -> None:
        self.world = world

    def sees_person(self, shape: str, person: Person) -> bool:
        """Whether the source of that shape knows the person at all."""
        pool, share = PEOPLE[shape]
        nowhere = not any(self._draw(p, person.number) < 0.60 for p in ("leads", "apollo"))
        # Nobody asks LinkedIn about people of whom nobody has heard, so that the leads know whoever is new.
        core = pool == "profile" or (pool == "leads" and person.posts[0].first_night > 1)
        return self._draw(pool, person.number) < share or (nowhere and core)

    def sees_company(self, shape: str, company: Company) -> bool:
        """Whether the source of that shape knows the company."""
        if company.outside:
            return False
        pool, share = COMPANIES[shape]
        unnamed = pool == "organizations" and not self.page_has_website(company)
        return self._draw(pool, company.number) < share or unnamed

    def page_has_website(self, company: Company) -> bool:
        """Whether there is a LinkedIn page, and it names the company's own website (5 % name a social page or
        none).
        """
        return self._draw("page", company.number) < 0.90 and self._draw("no website", company.number) >= 0.05

    def people(self, shape: str, night: int) -> Iterator[Sight]:
        """All people the source sees on that night."""
        self.world.night(night)
        for person in self.world.people:
            gone = PEOPLE[shape][0] == "profile" and person.profile_gone_on(night)
            if person.posts[0].first_night <= night and not gone and self.sees_person(shape, person):
                yield self.sight(shape, person, night)

    def repeated(self, shape: str, night: int) -> Iterator[Sight]:
        """What a list that sends its first night once more says: of those whom LinkedIn shows what it said then.

        Where LinkedIn knows nobody, the list is all there is, and its last word stands.
        """
        for sight in self.people(shape, night):
            if not self.sees_person("harvestapi_profile", sight.person):
                yield sight
            elif sight.person.posts[0].first_night == 1:
                yield self.sight(shape, sight.person, 1)

    def sight(self, shape: str, person: Person, night: int) -> Sight:
        """One person as the source sees them on that night."""
        pool, _ = PEOPLE.get(shape, ("profile", 1.0))
        post = person.post_on(night)
        late = False
        if pool != "profile":
            changed = any(night in (p.first_night, p.end_night) for p in person.posts) and night > 1
            known = self.sees_person("harvestapi_profile", person) and not person.profile_gone_on(night)
            if post is None:
                post, late = person.last_post(night), True
            elif changed and len(person.posts) > 1 and known:
                late = self._draw(f"late {pool} {night}", person.number) < LATE[pool]
                post = (person.post_on(night - 1) or post) if late else post
        company = self.world.companies[post.company] if post else None
        return Sight(person, post, company, night, late)

    def companies(self, shape: str) -> Iterator[Company]:
        """All companies the source sees."""
        return (c for c in self.world.companies if self.sees_company(shape, c))

    def rng(self, shape: str, number: int) -> Random:
        """The dice of one item; the same every night, so that what did not change is written the same
        again.
        """
        return Random(f"{self.world.seed}|{shape}|{number}")  # noqa: S311 - a world, no secret

    def _draw(self, pool: str, number: int) -> float:
        digest = hashlib.blake2b(f"{self._prefix}{pool}|{number}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") / 0x1_0000_0000

    @cached_property
    def _prefix(self) -> str:
        return f"{self.world.seed}|"
