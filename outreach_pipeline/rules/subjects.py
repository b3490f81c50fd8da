"""Subjects: whom a vendor is asked about for money, each of their names in one spelling.

Belongs here: vendor's ids, LinkedIn addresses, e-mail addresses and domains as names to ask by and to remember. Does
not belong here: whether two names are the same person, which only an item that holds both can say.

Two spellings of a name are one name, or the same person is paid for twice. A name that no rule can read stays as it is:
asking by it costs nothing where nobody is found, leaving it out would lose somebody in silence.
"""

from __future__ import annotations

import re

from outreach_pipeline.rules.emails import read_email
from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.rules.urls import registrable_domain

_VENDOR_ID = re.compile(r"[0-9a-fA-F]{24}")


def person_subject(text: str) -> str:
    """A person's name in one spelling: "mailto:Ada@X.example" -> "ada@x.example"."""
    text = text.strip()
    if "@" in text:
        return read_email(text).value or text.lower()
    if _VENDOR_ID.fullmatch(text):
        return text.lower()
    if "linkedin." in text.lower():
        return read_profile(text).url or text
    return text


def company_subject(text: str) -> str:
    """A company's domain in one spelling: "https://www.Acme.example/" -> "acme.example"."""
    return registrable_domain(text) or text.strip().lower()


def own_email(text: str) -> str | None:
    """An address that is one person's: not a locked one's placeholder, not info@, which many have."""
    reading = read_email(text)
    return None if "role_address" in (reading.note or "").split() else reading.value
