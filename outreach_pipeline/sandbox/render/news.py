"""News about companies as a monitoring service writes them down.

Belongs here: the items of company_news. Does not belong here: which companies there are (`companies`), what is a reason
to call (rules in the database).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.groups import kind_of
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]

_SHARE = 0.12
"""How many companies are in the news within a month; one in six of these for the first time on the second night."""

_STORIES = (
    ("news", "funding_round", "{name} raises {n} million"),
    ("signal", "job openings", "{n} open positions at {name}"),
    ("news", "new office", "{name} opens an office in {city}"),
    ("news", "acquisition", "{name} buys a competitor"),
    ("event", "contract_renewal", "Payroll contract of {name} ends"),
    ("news", "press", "{name} wins a regional award"),
)


def company_news(world: World, night: int) -> Iterator[Item]:
    """All items of a night: what has been published until that day; the same story every night but for the fetch."""
    for company in world.companies:
        rng = Random(f"{world.seed}|news|{company.number}")  # noqa: S311 - a world, no secret
        if company.outside or company.ambiguous or rng.random() >= _SHARE:
            continue
        first = 2 if rng.random() < 1 / 6 else 1
        if first <= night:
            yield _story(world, company, rng, first, night)


def _story(world: World, company: Company, rng: Random, first: int, night: int) -> Item:
    kind, topic, headline = rng.choice(_STORIES)
    published = world.day(first) - timedelta(days=rng.randrange(25) if first == 1 else 0)
    title = headline.format(name=company.name, n=rng.randrange(3, 40), city=company.city)
    item: Item = {
        "id": f"story-{company.number}", "kind": kind, "topic": topic, "title": title, "summary": None,
        "url": f"https://www.herald.example/{published.year}/story-{company.number}",
        "published": f"{published}T07:00:00Z",
        "company": _named(company, rng), "score": rng.randrange(55, 96), "language": "en",
        "fetched_at": f"{world.day(night)}T03:00:00Z",
    }  # fmt: skip
    if kind == "event":
        item["effective_on"] = str(published + timedelta(days=rng.randrange(20, 200)))
    return item


def _named(company: Company, rng: Random) -> Item:
    """Whom it is about: by website, page or domain, besides the name as one says it."""
    by = rng.choice(("domain", "website", "linkedin"))
    website, page = dirt.website(rng, company), dirt.company_url(rng, company)
    if company.page or kind_of(company.number) == "member":
        by = "linkedin"  # a domain that several firms are at names none of them
    value = {"domain": company.domain, "website": website, "linkedin": page}[by]
    return {"name": company.name, by: value, "country": company.country.name}
