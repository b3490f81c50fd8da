"""What a profile lists among its positions: posts and what people do beside them, the latest first.

Belongs here: the order, ends and beginnings of entries. Does not belong here: how each actor writes one (`profiles`).
"""

from __future__ import annotations

from dataclasses import dataclass

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person, Post, Sideline
from outreach_pipeline.sandbox.world.world import World

Month = tuple[int, int]
"""Year and month."""
NO_DATE = "—"
"""What stands where a beginning cannot be read."""


@dataclass(frozen=True, slots=True)
class Position:
    """One entry. `company` is None where it is none of the world, then `employer` names it.

    began    None: the entry says nothing readable of it
    ends     None: it says "Present"; may lie in the future
    is_open  whether it goes on
    post     the post behind it, None for a sideline
    """

    title: str
    company: Company | None
    employer: str
    began: Month | None
    ends: Month | None
    is_open: bool
    post: Post | None


def positions(world: World, person: Person, night: int) -> list[Position]:
    """All entries of a profile on a night, the latest beginning first."""
    posts = [post for post in person.posts if post.first_night <= night]
    entries: list[tuple[Month, Position]] = [
        ((post.year, post.month), _of_post(world, person, post, night)) for post in posts
    ]
    for side in person.sidelines:
        if side.first_night <= night:
            entries.append(((side.year, side.month), _of_sideline(world, side)))
    # Of two that began in the same month the one that was told later stands first.
    return [position for _, position in sorted(reversed(entries), key=lambda entry: entry[0], reverse=True)]


def _of_post(world: World, person: Person, post: Post, night: int) -> Position:
    over = post.end_night is not None and post.end_night <= night
    ended = world.day(post.end_night or night)
    ends: Month | None = (ended.year, ended.month) if over else None
    if not over and post is person.posts[0] and person.contract_until is not None:
        ends = person.contract_until
    began = None if person.has_vague_start and post is person.posts[0] else (post.year, post.month)
    company = world.companies[post.company]
    return Position(post.titles[0], company, company.name, began, ends, not over, post)


def _of_sideline(world: World, side: Sideline) -> Position:
    company = world.companies[side.company] if side.company is not None else None
    employer = company.name if company else side.employer
    return Position(side.title, company, employer, (side.year, side.month), None, True, None)
