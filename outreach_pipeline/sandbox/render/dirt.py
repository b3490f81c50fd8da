"""The spellings of real sources: addresses, names, numbers, dates as they come, not as one would write them.

Belongs here: one value in, one of its many spellings out. Does not belong here: whole items (`render`).
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from urllib.parse import quote

from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.groups import kind_of
from outreach_pipeline.sandbox.world.people import Person, ascii_word

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FAMILY_HOST = "familypost.example"
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
    bare = company.page or company.domain
    host = bare if company.page or rng.random() < 0.3 else f"www.{bare}"
    scheme = rng.choices(("https://", "http://", ""), (60, 25, 15))[0]
    ending = rng.choices(("", "/", "/en/", "/?utm_source=linkedin"), (55, 30, 8, 7))[0]
    address = f"{scheme}{host}{ending if company.page is None else ending[:1]}"
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


def registered_name(rng: Random, company: Company) -> str:
    """A company's name in a register: with its legal form, in capitals, and with the remarks of the SEC in America."""
    name = rng.choice((company.legal_name, company.legal_name, company.legal_name.upper(), company.name.upper()))
    if company.country.code == "US" and rng.random() < 0.15:
        return f"{company.legal_name.upper()}{rng.choice((' /DE/', '/NY', ' /NEW/', ' /TX/'))}"
    return f"{name}®" if rng.random() < 0.02 else name


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
    second = f"{ascii_word(person.last)}.{ascii_word(person.first)}@{company.mail_domain}"
    return first if rng.random() < 0.94 else f"{first}{rng.choice((',', '; '))}{second}"


def listed_email(rng: Random, person: Person, company: Company) -> str:
    """What a list gives as somebody's address: in some firms and families one mailbox for all; else what was scraped."""
    kind = kind_of(company.number)
    if kind == "common" and rng.random() < 0.75:
        return f"{rng.choice((*company.shared_mailboxes, 'info'))}@{company.mail_domain}"
    if kind == "family" and rng.random() < 0.75:
        return f"family.{ascii_word(company.name.split()[0])}@{FAMILY_HOST}"
    address = several_emails(rng, person, company)
    if company.former_domain is not None:
        address = address.lower().replace(company.domain, company.former_domain)
    form = rng.choices(_EMAIL_FORMS, _EMAIL_SHARES)[0]
    return form.format(address, name=person.first)


_EMAIL_FORMS = (
    "{}", "mailto:{}", "E-Mail: {}", "%20{}", "<{}>", "{name} <{}>", "{}.", "u003e{}", "mailto:{}?subject=Hello", " {} ",
    "{} (work)", '"{}"',
)  # fmt: skip
_EMAIL_SHARES = (88, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)


def title(rng: Random, text: str, company: str) -> str:
    """A title as lists write it: with the company behind it, an emoji, a tail, in capitals."""
    form = rng.choices(("{0}", "{0} at {1}", "{0} @ {1}", "{0} | {1}", "🚀 {0}", "{0} - {1}"), (90, 3, 2, 2, 1, 2))[0]
    written = form.format(text, company)
    return written.upper() if rng.random() < 0.03 else written


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
    form = rng.choices(_PHONE_FORMS, _PHONE_SHARES)[0]
    if form:
        return form.format(number)
    if number.startswith("+1"):
        area, line = number[2:5], number[8:]
        return rng.choice((f"+1 ({area}) 555-{line}", f"'+1 {area}-555-{line}", float(number[1:])))
    return rng.choice((f"{number[:3]} {number[3:]}", f"00{number[1:]}"))


_PHONE_FORMS = (
    "{}", "", "{} ext. 12", "Tel: {}", "{} (office)", "{},,12#", "M {}", "{} / +442079460958", "{} Durchwahl 12", "t. {}",
)  # fmt: skip
_PHONE_SHARES = (48, 40, 2, 2, 2, 1, 1, 1, 1, 2)


def refreshed(rng: Random, day: str) -> str:
    """The moment of a refresh on that day, as Apollo writes it."""
    return f"{day}T{rng.randrange(1, 9):02d}:{rng.randrange(60):02d}:08.485+00:00"
