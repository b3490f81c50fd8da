"""Invented companies.

Belongs here: one company and how it is drawn. Does not belong here: its people (`people`), how sources spell
it (`render`).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from outreach_pipeline.sandbox.world.words import (
    COUNTRIES,
    SHARES,
    TRADES,
    WORD_ENDS,
    WORD_MIDDLES,
    WORD_STARTS,
    Country,
)

_WORDS = len(WORD_STARTS) * len(WORD_MIDDLES) * len(WORD_ENDS)
_STRIDE = 7_919
"""A prime that does not divide the number of words, so that neighbours in number are no neighbours in
sound.
"""


@dataclass(frozen=True, slots=True)
class Company:
    """One company. `name` is how people say it, `legal_name` has the form; `outside` ones nobody sells data
    about.

    former_name, old_slug   what it was called before, None for most
    ambiguous               another company of the same country bears the same name
    page, mail_host         its website where that is a page on another's host (`domain`), and whence its people write
    former_domain           what lists still say
    shared_mailboxes        local parts of mailboxes that several of its people give as their own
    """

    number: int
    name: str
    legal_name: str
    former_name: str | None
    domain: str
    linkedin_slug: str
    old_slug: str | None
    country: Country
    city: str
    state: str
    postal_code: str
    street: str
    phone: str | None
    industry: str
    keywords: tuple[str, ...]
    sic: str
    employees: int
    founded: int
    ambiguous: bool = False
    outside: bool = False
    shared_mailboxes: tuple[str, ...] = ()
    page: str | None = None
    mail_host: str | None = None
    former_domain: str | None = None

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that are its own, or were."""
        if self.page is not None:
            return ()
        return (self.domain, self.former_domain) if self.former_domain else (self.domain,)

    @property
    def mail_domain(self) -> str:
        """What stands behind the @ of its people."""
        return self.mail_host or self.domain

    @property
    def listed_domain(self) -> str:
        """The domain in lists, which are behind the times."""
        return self.former_domain or self.domain

    @property
    def listed_name(self) -> str:
        """The name in lists."""
        return self.former_name if self.former_domain and self.former_name else self.name

    @property
    def key(self) -> str:
        """How the truth names it."""
        return f"c{self.number:06d}"

    @property
    def linkedin_id(self) -> str:
        """LinkedIn's number."""
        return str(70_000_000 + self.number)

    @property
    def apollo_id(self) -> str:
        """Apollo's id, 24 hexadecimal digits."""
        return f"{0xC00000 + self.number:024x}"

    @property
    def account_id(self) -> str:
        """The id of the account, where our team saved it."""
        return f"{0xB00000000 + self.number:024x}"


def draw_company(rng: Random, number: int, *, twin: Company | None = None, outside: bool = False) -> Company:
    """The company of a number; `twin` gives it the name and country of another one."""
    word = word_of(number)
    trade, industry, keywords, sic = rng.choice(TRADES)
    country = twin.country if twin else rng.choices(COUNTRIES, SHARES)[0]
    name = twin.name if twin else f"{word} {trade}"
    city, state, postal_code = rng.choice(country.towns)
    slug = f"{word}-{trade}".lower().replace(" ", "-") + ("-2" if twin else "")
    former = f"{word_of(number + _WORDS // 2)} {rng.choice(TRADES)[0]}" if rng.random() < 0.04 else None
    return Company(
        number, name, name + rng.choice(country.forms), former, f"{slug.replace('-', '')}.example", slug,
        f"{slug}-1" if rng.random() < 0.05 else None, country, city, state, postal_code,
        country.street.format(rng.randrange(1, 199)), fiction_number(rng, country.office), industry, keywords,
        sic,
        int(rng.lognormvariate(4.6, 1.3)) + 3, rng.randrange(1890, 2021), twin is not None, outside,
    )  # fmt: skip


def fiction_number(rng: Random, pattern: str) -> str | None:
    """A number of a range set aside for fiction, None where the country has none."""
    return "".join(str(rng.randrange(10)) if c == "#" else c for c in pattern) if pattern else None


def word_of(number: int) -> str:
    """The distinctive word of a company's name: each number another, for as many numbers as one likes."""
    rest, index = divmod(number, _WORDS)
    index = index * _STRIDE % _WORDS
    start, index = divmod(index, len(WORD_MIDDLES) * len(WORD_ENDS))
    middle, end = divmod(index, len(WORD_ENDS))
    word = WORD_STARTS[start] + WORD_MIDDLES[middle] + WORD_ENDS[end]
    return f"{word} {word_of(rest - 1)}" if rest else word
