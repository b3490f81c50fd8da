"""What people do beside their post, and what a profile does not say plainly.

Belongs here: side jobs, boards, teaching, leave, contracts that end one day, dates nobody can read. Does not belong
here: changes of the post itself (`careers`), how a profile shows it (`render.profiles`).

Nothing here ends or changes a post: whoever teaches, sits on a board, is on parental leave or has a contract until next
year still is what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from outreach_pipeline.sandbox.world.people import SEAT, Person, Sideline
from outreach_pipeline.sandbox.world.words import SIDELINES

_SHARES = {"sideline": 0.16, "second sideline": 0.2, "begins on the second night": 0.4, "contract": 0.05, "vague": 0.06}


def draw_lives(rng: Random, people: Sequence[Person], companies: int, first_day: date) -> None:
    """Give people lives. `companies`: how many of the world may have them on their board."""
    for person in people:
        post = person.posts[0]
        if post.rank != SEAT:
            continue
        if rng.random() < _SHARES["sideline"]:
            person.sidelines.append(_sideline(rng, person, companies, first_day))
            if rng.random() < _SHARES["second sideline"]:
                person.sidelines.append(_sideline(rng, person, companies, first_day))
        if rng.random() < _SHARES["contract"]:
            person.contract_until = (first_day.year + rng.choice((1, 2, 3)), rng.randrange(1, 13))
        person.has_vague_start = rng.random() < _SHARES["vague"]


def _sideline(rng: Random, person: Person, companies: int, first_day: date) -> Sideline:
    kind = rng.choice(tuple(SIDELINES))
    title, employer = rng.choice(SIDELINES[kind])
    place = rng.randrange(companies) if kind == "board" else None
    if place == person.posts[0].company:
        place = None
    if rng.random() < _SHARES["begins on the second night"]:
        return Sideline(kind, title, place, employer.format(last=person.last), first_day.year, first_day.month, 2)
    year = rng.randrange(max(person.posts[0].year - 2, 2005), first_day.year + 1)
    month = rng.randrange(1, max(2, first_day.month) if year == first_day.year else 13)
    return Sideline(kind, title, place, employer.format(last=person.last), year, month)
