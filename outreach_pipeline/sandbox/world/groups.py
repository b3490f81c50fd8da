"""Companies that are easily taken for one another, and firms without a website of their own.

Belongs here: which company of a world is what. Does not belong here: drawing the company itself (`companies`), people.

member       a legal entity of the group of the company before it: the group's domain, a LinkedIn number of its own
subsidiary   the same name with a country in brackets, on a domain of its own
page         the website is a page or a sub-domain of a host that others use as well; its people write from a mail host
rebrand      the name and the domain were others until lately; lists still have the old ones
family       its officers are of one family, and lists give one mailbox for them
common       lists give the mailbox with the firm's name as everybody's
namesakes    two of its people bear the same name
generations  its CEO and CFO are father and son
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from outreach_pipeline.sandbox.world.companies import Company, word_of

Kind = Literal["member", "subsidiary", "page", "rebrand", "family", "common", "namesakes", "generations", ""]

_EVERY: dict[int, Kind] = {
    3: "namesakes", 7: "member", 9: "page", 12: "common", 15: "rebrand", 19: "generations", 22: "page", 27: "member",
    31: "subsidiary", 34: "family", 37: "page", 44: "common", 47: "member",
}  # fmt: skip
"""What the company of a number is, by the rest of its number by sixty: three in sixteen are something."""
_CYCLE = 60
_PLACES = {"US": "India", "GB": "Ireland", "DE": "Schweiz", "FR": "Belgique", "ES": "Brasil", "IT": "Malta", "NL": "UK"}
_HOSTS = ("{}pages.example", "order-{}.example", "{}booking.test", "link{}.test")
_WORDS = 40 * 12 * 30


def kind_of(number: int) -> Kind:
    """What the company of a number is; "" for most."""
    return _EVERY.get(number % _CYCLE, "")


def shaped(company: Company, before: Company | None, seed: int) -> Company:
    """The company as it is by its number. `before` is the one before it."""
    kind = kind_of(company.number)
    if kind == "member" and before is not None:
        name = f"{before.name.split()[0]} {company.name.split()[-1]}"
        slug = name.lower().replace(" ", "-") + f"-{company.number}"
        legal = company.legal_name.replace(company.name, name)
        return replace(company, name=name, legal_name=legal, domain=before.domain, linkedin_slug=slug, old_slug=None,
                       former_name=None)  # fmt: skip
    if kind == "subsidiary" and before is not None:
        place = _PLACES.get(before.country.code, "India")
        name, short = f"{before.name} ({place})", place.lower()
        form = company.legal_name.removeprefix(company.name)
        domain = before.domain.replace(".example", f"-{short}.example")
        return replace(company, name=name, legal_name=name + form, domain=domain, former_name=None, old_slug=None,
                       linkedin_slug=f"{before.linkedin_slug}-{short}")  # fmt: skip
    if kind == "page":
        return _with_page(company, seed)
    if kind == "rebrand":
        old = f"{word_of(company.number + _WORDS // 3)} {company.name.split()[-1]}"
        return replace(company, former_name=old, former_domain=f"{old.lower().replace(' ', '')}.example")
    if kind == "common":
        return replace(company, shared_mailboxes=(company.domain.split(".")[0],))
    return company


def _with_page(company: Company, seed: int) -> Company:
    """Two hosts for each hundred companies, each for several firms: as a sub-domain or as a path."""
    place = company.number // 100 * 2 + company.number % 2
    host = _HOSTS[(seed + place) % len(_HOSTS)].format(word_of(seed * 31 + place + _WORDS // 2).lower())
    name = company.linkedin_slug.replace("-", "")
    page = f"{name}.{host}" if company.number % 3 == 0 else f"{host}/{company.linkedin_slug}"
    mail = f"{word_of(seed * 17 + _WORDS // 4).lower()}post.example"
    return replace(company, domain=host, page=page, mail_host=mail, former_name=None)
