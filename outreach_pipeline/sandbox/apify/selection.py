"""Which items a run of an actor gets, from its input.

Belongs here: reading the input as the actor would. Does not belong here: what the items look like (`render`).

Profile and company actors look up what their input lists: addresses, slugs, numbers, member ids. In the
sandbox the list may also be ["all"]: everything that the source sees that night. Search actors take no notice
of their filters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from outreach_pipeline.rules.linkedin import read_company, read_profile
from outreach_pipeline.sandbox.apify.actors import ActorKind
from outreach_pipeline.sandbox.render.profiles import short_profile
from outreach_pipeline.sandbox.render.renderer import Renderer, dumps, miss
from outreach_pipeline.sandbox.verify.mailboxes import SMTP_WORDS, mailboxes_of
from outreach_pipeline.sandbox.world.addresses import (
    PROFILE_WORDS,
    addresses_of,
    email_search_finds,
    mailbox_state,
    own_email,
)
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person


def select_items(
    renderer: Renderer, kind: ActorKind, run_input: Mapping[str, Any], night: int
) -> Sequence[bytes]:
    """The JSON items of a run. ValueError as Apify words it, when the input does not say what to look up."""
    if not kind.selects:
        return _capped(renderer.items(kind.shape, night), run_input.get(kind.caps))
    wanted = _wanted(kind, run_input)
    mode = str(run_input.get("profileScraperMode", "")).lower()
    if mode.startswith("short"):
        return _short(renderer, kind.shape, wanted, night)
    if kind.event == "email":
        return _verified(renderer, wanted, night)
    if wanted == ["all"]:
        return renderer.items(kind.shape, night)
    renderer.world.night(night)
    if kind.event != "profile":
        return _companies(renderer, kind.shape, wanted, night)
    rows = _profiles(renderer, kind.shape, wanted, night)
    return [_with_email(renderer, row, night) for row in rows] if "email search" in mode else rows


def _wanted(kind: ActorKind, run_input: Mapping[str, Any]) -> list[str]:
    for key in kind.selects:
        value = run_input.get(key)
        if value:
            entries = value if isinstance(value, list) else [value]
            return [str(entry.get("url", "")) if isinstance(entry, dict) else str(entry) for entry in entries]
    raise ValueError(f"Input is not valid: Field input.{kind.selects[0]} is required")


def _capped(items: Sequence[bytes], cap: object) -> Sequence[bytes]:
    return items[: int(cap)] if isinstance(cap, int) and cap > 0 else items


def _profiles(renderer: Renderer, shape: str, wanted: list[str], night: int) -> list[bytes]:
    rows = []
    for query in wanted:
        person = find_person(renderer, query, night)
        exists = (
            person is not None and person.posts[0].first_night <= night and not person.profile_gone_on(night)
        )
        item = (
            renderer.person(shape, person.number, night)
            if person is not None and exists
            else miss(shape, query)
        )
        if item is not None:
            rows.append(dumps(_echoing(item, query)))
    return rows


def _with_email(renderer: Renderer, row: bytes, night: int) -> bytes:
    """The profile with the mailbox that the person reads, where the search finds it: four of five times."""
    item = orjson.loads(row)
    person = find_person(renderer, str(item.get("linkedinUrl") or ""), night)
    post = person.post_on(night) if person else None
    if person is None or post is None:
        return row
    company = renderer.world.companies[post.company]
    email = own_email(person, company)
    if email is None or not email_search_finds(person):
        return dumps(item | {"emails": []})
    word = PROFILE_WORDS[mailbox_state(person, company)] if email == person.email_at(company) else "valid"
    return dumps(item | {"emails": [{"email": email, "status": word}]})


def _verified(renderer: Renderer, wanted: list[str], night: int) -> list[bytes]:
    """What an actor that asks mail servers says of addresses."""
    renderer.world.night(night)
    truth = addresses_of(renderer.world, night, renderer.coverage)
    known = mailboxes_of(lambda: truth, {})
    return [
        dumps({"email": each, "status": SMTP_WORDS[known.truth(each)], "domain": each.partition("@")[2], "mx": True})
        for each in (email.strip().lower() for email in wanted)
    ]


def _short(renderer: Renderer, shape: str, wanted: list[str], night: int) -> list[bytes]:
    """Rows of the short mode, whose ids lead to no profile."""
    if wanted == ["all"]:
        sights = list(renderer.coverage.people(shape, night))
    else:
        people = [person for query in wanted if (person := find_person(renderer, query, night)) is not None]
        sights = [renderer.coverage.sight(shape, person, night) for person in people]
    return [dumps(short_profile(sight)) for sight in sights]


def _echoing(item: dict[str, Any], query: str) -> dict[str, Any]:
    """The item with the query in it, where the actor repeats it."""
    if "originalQuery" in item:
        return item | {"originalQuery": {"query": query}}
    return item


def find_person(renderer: Renderer, query: str, night: int) -> Person | None:
    """The person of a LinkedIn address, slug or member id on that night."""
    profile = read_profile(query)
    if profile.slug is not None:
        return renderer.world.by_slug(night).get(profile.slug)
    opaque = profile.member_id or profile.opaque_id
    digits = opaque[5:] if opaque else ""
    if digits.isdigit() and int(digits) < len(renderer.world.people):
        return renderer.world.people[int(digits)]
    return None


def _companies(renderer: Renderer, shape: str, wanted: list[str], night: int) -> list[bytes]:
    by_slug = {c.linkedin_slug: c for c in renderer.world.companies}
    by_slug |= {c.old_slug: c for c in renderer.world.companies if c.old_slug}
    rows = []
    for query in wanted:
        company = _company(renderer, by_slug, query)
        item = renderer.page(shape, company, night) if company else miss(shape, query)
        if item is not None:
            rows.append(dumps(_echoing(item, query)))
    return rows


def _company(renderer: Renderer, by_slug: Mapping[str, Company], query: str) -> Company | None:
    page = read_company(query)
    if page.slug is not None:
        return by_slug.get(page.slug)
    number = int(page.number) - 70_000_000 if page.number else -1
    return renderer.world.companies[number] if 0 <= number < len(renderer.world.companies) else None
