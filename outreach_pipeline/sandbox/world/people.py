"""Invented people.

Belongs here: one person, their posts, and how they are drawn. Does not belong here: who moves when
(`careers`), how sources spell them (`render`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from random import Random

from outreach_pipeline.sandbox.world.companies import Company, fiction_number
from outreach_pipeline.sandbox.world.spellings import forms_of
from outreach_pipeline.sandbox.world.words import (
    CREDENTIALS,
    FIRST_NAMES,
    LAST_ENDS,
    LAST_STARTS,
    OTHERS,
    RIVALS,
    SEATS,
    WEAK_TITLES,
    gendered,
)

ROLES = ("CEO", "CFO", "HR")
SEAT, RIVAL, WEAK, OTHER = 1, 2, 3, 0


@dataclass(frozen=True, slots=True)
class Post:
    """One post at one company, from `first_night` until before `end_night` (None: still held).

    role    CEO, CFO, HR or None
    rank    SEAT holds the slot, RIVAL only where nobody does; WEAK is a candidate who never holds it; OTHER is none
    titles  spellings, the person's own first
    """

    company: int
    role: str | None
    rank: int
    titles: tuple[str, ...]
    year: int
    month: int
    first_night: int = 1
    end_night: int | None = None

    def held_on(self, night: int) -> bool:
        """Whether it is held on that night."""
        return self.first_night <= night and (self.end_night is None or night < self.end_night)


@dataclass(frozen=True, slots=True)
class Sideline:
    """Something that a profile lists among the positions and that is no post: it began in year and month, goes on, and
    is shown from `first_night` on. `company` is one of the world, else `employer` names it.
    """

    kind: str
    title: str
    company: int | None
    employer: str
    year: int
    month: int
    first_night: int = 1


@dataclass(slots=True)
class Person:
    """One person. `posts` grow night by night; the last one is the current one or has ended.

    `sidelines` are kept beside the post (`lives`); `contract_until` is the year and month in which it will end, and
    `has_vague_start` whether the profile says nothing readable of when it began. `later_slug` is somebody else's former
    address at LinkedIn, which they take on the second night.
    `suffix` is Sr. or Jr. where both work together; `mark` stands in the address of whoever came second of a name.
    """

    number: int
    first: str
    last: str
    gender: str
    honorific: str | None
    credential: str | None
    mobile: str | None
    posts: list[Post] = field(default_factory=list)
    sidelines: list[Sideline] = field(default_factory=list)
    contract_until: tuple[int, int] | None = None
    has_vague_start: bool = False
    later_slug: str | None = None
    suffix: str = ""
    mark: str = ""

    @property
    def key(self) -> str:
        """How the truth names them."""
        return f"p{self.number:07d}"

    @property
    def name(self) -> str:
        """First and last name, with Jr. where that distinguishes."""
        return f"{self.first} {self.last}" + (f" {self.suffix}" if self.suffix else "")

    @property
    def spellings(self) -> tuple[tuple[str, str], ...]:
        """First and last name as any source writes them."""
        return tuple(dict.fromkeys(forms_of(self.first, self.last).values()))

    @property
    def slug(self) -> str:
        """The name in LinkedIn's address on the first night; lower-case, accents kept."""
        return f"{self.name.lower().replace(' ', '-')}-{self.number * 2_654_435_761 % 0x1000000:06x}"

    def slug_on(self, night: int) -> str:
        """The name in LinkedIn's address on a night: one in eighty takes another one on the second.

        Only LinkedIn itself knows the new one; others keep the old, which still leads to the same profile.
        """
        if night > 1 and self.later_slug is not None:
            return self.later_slug
        changed = night > 1 and self.number % 83 == 7 and self.posts[0].first_night == 1
        return f"{self.slug}-x" if changed else self.slug

    def profile_gone_on(self, night: int) -> bool:
        """Whether the LinkedIn profile has been closed: one in eighty on the second night, of those who stay.

        The person still holds the post; only LinkedIn says nothing any more.
        """
        stays = all(post.first_night != 2 and post.end_night != 2 for post in self.posts)
        return night > 1 and self.number % 79 == 11 and self.posts[0].first_night == 1 and stays

    @property
    def member_id(self) -> str:
        """LinkedIn's case-sensitive id, 39 characters."""
        return f"ACoAA{self.number:034d}"

    @property
    def opaque_id(self) -> str:
        """The id that a search gives instead."""
        return f"ACwAA{self.number:034d}"

    @property
    def member_number(self) -> str:
        """The digits of urn:li:member:N."""
        return str(600_000_000 + self.number)

    @property
    def apollo_id(self) -> str:
        """Apollo's id, 24 hexadecimal digits."""
        return f"{0xA000000000 + self.number:024x}"

    @property
    def is_locked(self) -> bool:
        """Whether Apollo keeps the address to itself (one in seven)."""
        return self.number % 7 == 3

    def post_on(self, night: int) -> Post | None:
        """The post held on that night."""
        return next((post for post in reversed(self.posts) if post.held_on(night)), None)

    def last_post(self, night: int) -> Post | None:
        """The post held on that night, or the one that ended last before it."""
        return next((post for post in reversed(self.posts) if post.first_night <= night), None)

    def email_at(self, company: Company) -> str:
        """The work address at a company."""
        suffix = f".{ascii_word(self.suffix).rstrip('.')}" if self.suffix == "Jr." else ""
        return f"{ascii_word(self.first)}.{ascii_word(self.last)}{suffix}{self.mark}@{company.mail_domain}"


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "å": "a", "ß": "ss"})


def ascii_word(name: str) -> str:
    """A name as it stands in an e-mail address."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_GERMAN)).encode("ascii", "ignore").decode()
    return plain.replace(" ", "").replace("'", "")


def draw_person(rng: Random, number: int, company: Company, taken: set[str]) -> Person:
    """A person whose name nobody in `taken` (all who ever worked at the company) bears; adds it there."""
    gender = rng.choice("fm")
    while True:
        first = rng.choice(FIRST_NAMES[gender])
        if rng.random() < 0.04:
            first += "-" + rng.choice(FIRST_NAMES[gender])
        last = rng.choice(LAST_STARTS) + rng.choice(LAST_ENDS)
        if rng.random() < 0.03:
            last = ("von " if company.country.language == "de" else "van ") + last
        if name_token(first, last) not in taken:
            break
    taken.add(name_token(first, last))
    return Person(
        number, first, last, gender, "Dr." if rng.random() < 0.04 else None,
        rng.choice(CREDENTIALS) if rng.random() < 0.06 else None,
        fiction_number(rng, company.country.mobile) if rng.random() < 0.4 else None,
    )  # fmt: skip


def name_token(first: str, last: str) -> str:
    """What two spellings of a name share here."""
    return ascii_word(first) + " " + ascii_word(last)


def seat_titles(rng: Random, role: str, language: str, gender: str) -> tuple[str, ...]:
    """Two spellings of a seat's title: the person's own and one that others write."""
    own = rng.choice(SEATS[role, language if rng.random() < 0.8 else "en"])
    return gendered(own, gender), gendered(rng.choice(SEATS[role, "en"][:2]), gender)


def rival_titles(rng: Random, role: str) -> tuple[str, ...]:
    """The title of somebody who stands behind the seat."""
    return (rng.choice(RIVALS[role]),)


def weak_titles(rng: Random, role: str) -> tuple[str, ...]:
    """The title of somebody who is one of many, or heads a part of the company."""
    return (rng.choice(WEAK_TITLES[role]),)


def other_titles(rng: Random) -> tuple[str, ...]:
    """The title of somebody without a seat."""
    return (rng.choice(OTHERS),)
