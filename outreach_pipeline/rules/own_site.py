"""Whether a shared host is a company's own after all: amazon.com is a shop window to others and home to Amazon.

Belongs here: the exception to `urls.is_social_or_shared_host`, which needs the company's name. Does not belong here:
the lists of hosts (`hosts`), reading URLs (`urls`).

Ten of a thousand real companies (Amazon, eBay, Airbnb, Twitter, Etsy, ...) live on a host where others have pages.
"""

from __future__ import annotations

import re
from functools import lru_cache

from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.emails import is_free_mail
from outreach_pipeline.rules.reading import Reading
from outreach_pipeline.rules.urls import (
    host_of,
    is_social_or_shared_host,
    read_url,
    read_website,
    registrable_domain,
)

_CORPORATE = ("ir.", "investor.", "investors.", "about.", "corporate.", "corp.", "company.", "group.")


@lru_cache(maxsize=16_384)  # a company comes back with each of its people: 60 us once
def read_own_website(text: str, name: str | None) -> Reading:
    """A company's website, as `urls.read_website`, but the bare address of a shared host is accepted from the company
    that it is named after ("https://www.twitter.com" from Twitter), and so is its page for investors.
    """
    reading = read_website(text)
    if reading.problem != "social_page":
        return reading
    plain = read_url(text)
    return plain if plain.value and _is_bare(plain.value) and _is_home_of(plain.value, name) else reading


@lru_cache(maxsize=16_384)
def own_domain(url: str | None, name: str | None) -> str | None:
    """The registrable domain by which a company is known, None where the host is shared with others.

    Free-mail domains and page hosts identify nobody, except the company whose home they are.
    """
    domain = registrable_domain(url)
    if domain is None:
        return None
    if is_social_or_shared_host(domain) or is_free_mail(domain):
        return domain if url and _is_bare(url) and _is_home_of(url, name) else None
    return domain


def _is_bare(url: str) -> bool:
    return re.fullmatch(r"(?:https?://)?[^/?#]+/?", url) is not None


def _is_home_of(url: str, name: str | None) -> bool:
    host, domain = host_of(url), registrable_domain(url)
    if host is None or domain is None:
        return False
    if host.startswith(_CORPORATE):
        return True
    words = (company_key(name) or "").split()
    label = domain.split(".")[0].replace("-", "")
    initials = "".join("n" if word == "and" else word[0] for word in words)
    return bool(words) and label in (
        "".join(words),
        words[0],
        initials,
        *("".join(words[:n]) for n in (2, 3)),
        initials[:3],
    )
