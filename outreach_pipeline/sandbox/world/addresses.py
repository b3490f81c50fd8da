"""E-mail addresses of a world: whose each is, and what becomes of mail to it.

Belongs here: the truth about mailboxes. Does not belong here: how sources spell them (`render.dirt`), what verifiers
call them (`verify`).

======== ===========================================================================================================
state    what happens to mail
======== ===========================================================================================================
good     the person reads it
catch_all  the person reads it, and the domain takes everything else as well: most verifiers cannot tell
dead     it comes back: sources made it up by the pattern of the domain, and the person's mailbox is another or none
moved    it comes back or somebody else reads it: the person has left that company, or the company that domain
role     whoever is on duty reads it: info@, the mailbox with the firm's name, a family's
======== ===========================================================================================================

About 72 of 100 addresses of people are good, 15 at a domain that takes everything, 13 dead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person, ascii_word

if TYPE_CHECKING:
    from outreach_pipeline.sandbox.world.coverage import Coverage
    from outreach_pipeline.sandbox.world.world import World

State = Literal["good", "catch_all", "dead", "moved", "role"]

CATCH_ALL = 0.15
TOLD = 0.5
"""Of the domains that take everything: those about which a verifier that looks longer can tell who is read there."""
FOUND = 0.8
"""Of the people who read a mailbox: those whose address an e-mail search finds."""
DEAD = 0.153
"""Of the addresses at domains that do not take everything: 13 in a hundred of all."""


@dataclass(frozen=True, slots=True)
class TrueAddress:
    """One address: `person` (None: nobody's own) and `company` in the keys of the truth.

    is_called_verified   whether any source says so of it, rightly or not
    """

    person: str | None
    company: str
    state: State
    is_called_verified: bool = False


def is_catch_all(company: Company) -> bool:
    """Whether the domain of a company takes every address."""
    return _draw("catch-all", company.mail_domain) < CATCH_ALL


def is_told(domain: str) -> bool:
    """Whether a verifier that looks longer can tell who is read at a domain that takes everything."""
    return _draw("told", domain) < TOLD


def email_search_finds(person: Person) -> bool:
    """Whether an e-mail search finds the mailbox that the person reads."""
    return _draw("email search", person.key) < FOUND


def is_dead(person: Person, company: Company) -> bool:
    """Whether the address that everybody would guess is nobody's mailbox."""
    return not is_catch_all(company) and _draw("dead", person.email_at(company)) < DEAD


def own_email(person: Person, company: Company) -> str | None:
    """The mailbox that the person reads at a company; None for one in two of those whose guessed address is dead."""
    if not is_dead(person, company):
        return person.email_at(company)
    if _draw("other mailbox", person.email_at(company)) < 0.5:
        return None
    return f"{ascii_word(person.first)[:1]}{ascii_word(person.last)}.{person.number}@{company.mail_domain}"


def mailbox_state(person: Person, company: Company) -> State:
    """What becomes of mail to the address that everybody would guess, while the person works there."""
    if is_catch_all(company):
        return "catch_all"
    return "dead" if is_dead(person, company) else "good"


APOLLO_WORDS: dict[State, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "good": (("verified", "guessed", "extrapolated"), (85, 10, 5)),
    "catch_all": (("verified", "guessed", "extrapolated"), (30, 30, 40)),
    "dead": (("verified", "guessed", "extrapolated", "unavailable"), (6, 40, 44, 10)),
}
"""What Apollo calls an address, and how often. It is wrong about one dead address in seventeen."""
CONTACT_WORDS: dict[State, str] = {"good": "verified", "catch_all": "extrapolated", "dead": "bounced"}
"""What our own team's contacts say: somebody has written to them."""
PROFILE_WORDS: dict[State, str] = {"good": "valid", "catch_all": "catch_all", "dead": "invalid"}
"""What the profile actor's verifier says of the guess that it makes."""


def apollo_word(person: Person, company: Company) -> str:
    """What Apollo calls the address; the same every night and in every item."""
    words, weights = APOLLO_WORDS[mailbox_state(person, company)]
    place = _draw("apollo's word", person.email_at(company)) * sum(weights)
    return next(word for word, reached in zip(words, accumulate(weights), strict=True) if place < reached)


def addresses_of(world: World, night: int, seen: Coverage) -> dict[str, TrueAddress]:
    """All addresses that a source may state until that night, by address."""
    found: dict[str, TrueAddress] = {}
    for company in world.companies:
        for local in ("info", "frontdesk", "office", *company.shared_mailboxes):
            found[f"{local}@{company.mail_domain}"] = TrueAddress(None, company.key, "role")
        family = f"family.{ascii_word(company.name.split()[0])}@familypost.example"
        found[family] = TrueAddress(None, company.key, "role")
    for person in world.people:
        for address, company, state in _of_person(world, person, night):
            if address not in found or state in ("good", "catch_all"):
                is_verified = _is_called_verified(person, company, address, seen)
                found[address] = TrueAddress(person.key, company.key, state, is_verified)
    return found


def state_of(person: Person, company: Company, night: int) -> State:
    """The same on a night, when they may have left."""
    post = person.post_on(night)
    return mailbox_state(person, company) if post is not None and post.company == company.number else "moved"


def _is_called_verified(person: Person, company: Company, address: str, seen: Coverage) -> bool:
    state = mailbox_state(person, company)
    if address != person.email_at(company):
        state = "good"
    apollo = seen.sees_person("apollo_people_match", person) and not person.is_locked
    return (
        (apollo and address == person.email_at(company) and apollo_word(person, company) == "verified")
        or (seen.sees_person("apollo_contacts", person) and CONTACT_WORDS[state] == "verified")
        or (seen.sees_person("harvestapi_profile", person) and PROFILE_WORDS[state] == "valid")
    )


def _of_person(world: World, person: Person, night: int) -> Iterator[tuple[str, Company, State]]:
    for number in dict.fromkeys(post.company for post in person.posts if post.first_night <= night):
        company = world.companies[number]
        state = state_of(person, company, night)
        yield person.email_at(company), company, state
        if company.former_domain is not None:
            yield person.email_at(company).replace(company.domain, company.former_domain), company, "moved"
        own = own_email(person, company)
        if own is not None and own != person.email_at(company):
            yield own, company, "moved" if state == "moved" else "good"


def _draw(what: str, value: str) -> float:
    """A number from 0 to 1 that depends on the address alone: the same whatever else the world holds."""
    digest = hashlib.blake2b(f"{what}|{value}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x1_0000_0000
