"""The spellings of real sources: addresses, names, numbers, dates as they come, not as one would write them.

Belongs here: one value in, one of its many spellings out. Does not belong here: whole items (`render`).
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from urllib.parse import quote

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person, ascii_word

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LOCKED = "email_not_unlocked@domain.com"
NOTHING = (None, "", "nan")


def profile_url(rng: Random, slug: str) -> str:
    """A person's LinkedIn address: locale hosts, http, trailing slash, tracking, accents encoded or not."""
    encoded = quote(slug) if rng.random() < 0.5 else slug
    host = rng.choices(("www.", "de.", "uk.", ""), (85, 5, 5, 5))[0]
    scheme = rng.choices(("https://", "http://", ""), (85, 10, 5))[0]
    ending = rng.choices(("", "/", "/?trk=public-profile", "?originalSubdomain=de"), (60, 25, 8, 7))[0]
    return f"{scheme}{host}linkedin.com/in/{encoded}{ending}"


def company_url(rng: Random, company: Company, *, numeric: float = 0.15) -> str:
    """A company's LinkedIn address, now and then by its number."""
    name = company.linkedin_id if rng.random() < numeric else company.linkedin_slug
    host = rng.choices(("https://www.", "http://www.", "https://de.", "https://"), (75, 15, 5, 5))[0]
    ending = rng.choices(("", "/", "/about/", "?trk=nav"), (55, 30, 10, 5))[0]
    return f"{host}linkedin.com/company/{name}{ending}"


def website(rng: Random, company: Company) -> str:
    """A company's website with and without scheme, www, slash, tracking; sometimes upper-case."""
    host = company.domain if rng.random() < 0.3 else f"www.{company.domain}"
    scheme = rng.choices(("https://", "http://", ""), (60, 25, 15))[0]
    ending = rng.choices(("", "/", "/en/", "/?utm_source=linkedin"), (55, 30, 8, 7))[0]
    address = f"{scheme}{host}{ending}"
    return address.upper() if rng.random() < 0.02 else address


def company_name(rng: Random, company: Company) -> str:
    """A company's name: short, with its legal form, shouted, with a former name or a blank at the end."""
    kind = rng.choices(("name", "legal", "upper", "formerly", "blank"), (48, 38, 6, 4, 4))[0]
    if kind == "formerly" and company.former_name:
        return f"{company.name} (formerly {company.former_name})"
    spellings = {
        "legal": company.legal_name,
        "upper": company.legal_name.upper(),
        "blank": f"{company.name} ",
    }
    return spellings.get(kind, company.name)


def shouted(rng: Random, text: str, share: float = 0.08) -> str:
    """The text, now and then in capitals."""
    return text.upper() if rng.random() < share else text


def work_email(rng: Random, person: Person, company: Company) -> str:
    """A work address in some case."""
    address = person.email_at(company)
    return rng.choices((address, address.title(), address.upper()), (88, 9, 3))[0]


def several_emails(rng: Random, person: Person, company: Company) -> str:
    """A cell with one address or two, joined as exports do."""
    first = work_email(rng, person, company)
    second = f"{ascii_word(person.last)}.{ascii_word(person.first)}@{company.domain}"
    return first if rng.random() < 0.94 else f"{first}{rng.choice((',', '; '))}{second}"


def size_range(employees: int) -> str:
    """LinkedIn's bracket: "51-200"."""
    bounds = (1, 10, 50, 200, 500, 1000, 5000, 10000)
    for low, high in pairwise(bounds):
        if employees <= high:
            return f"{1 if low == 1 else low + 1}-{high}"
    return "10,001+"


def phone(rng: Random, number: str | None) -> object:
    """A number as people and spreadsheets write it, in a form that can be read without knowing the
    country.
    """
    if number is None:
        return rng.choice(NOTHING)
    if number.startswith("+1"):
        area, line = number[2:5], number[8:]
        forms: tuple[object, ...] = (
            number,
            f"+1 ({area}) 555-{line}",
            f"'+1 {area}-555-{line}",
            float(number[1:]),
        )
        return rng.choices(forms, (50, 30, 12, 8))[0]
    return rng.choice((number, f"{number[:3]} {number[3:]}", f"00{number[1:]}"))


def refreshed(rng: Random, day: str) -> str:
    """The moment of a refresh on that day, as Apollo writes it."""
    return f"{day}T{rng.randrange(1, 9):02d}:{rng.randrange(60):02d}:08.485+00:00"
