"""Find: companies and people by name, e-mail address, phone number, domain or LinkedIn address.

Belongs here: what a text can be, and asking for it. Does not belong here: how each kind is read (`rules`), what is
known of somebody (`explain`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import parse_barton_id
from outreach_pipeline.rules.emails import read_email
from outreach_pipeline.rules.linkedin import read_company, read_profile
from outreach_pipeline.rules.phones import read_phone
from outreach_pipeline.rules.urls import registrable_domain
from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Found:
    """A company (`detail`: its domain) or a person (`detail`: the title; `company`: the employer's name)."""

    id: str
    entity: str
    name: str
    detail: str | None
    company: str | None


def find(workspace: Workspace, text: str, *, limit: int = 20) -> tuple[Found, ...]:
    """Companies, then people, at most `limit` of each. What reads as an address, a number or a domain is asked for as
    that; any text else by its words, all of which a name must have.
    """
    asked = {**_keys(text.strip()), "limit": limit}
    queries = load_queries("find")
    with workspace.database.transaction(Role.READ) as tx:
        rows = [*tx.fetch_all(queries.companies, asked), *tx.fetch_all(queries.people, asked)]
    return tuple(Found(**row) for row in rows)


def one_or_several(workspace: Workspace, text: str) -> str | tuple[Found, ...]:
    """The id that a text means: itself where it is one, or that of the one company or person found; else those found.

    Raises ConfigurationError when it means nobody.
    """
    asked = text.strip()
    if parse_barton_id(asked) is not None or _LIKE_AN_ID.match(asked):
        return asked
    found = find(workspace, asked)
    if not found:
        raise ConfigurationError(
            f"{asked!r} is no Barton ID, and nobody and no company is known by it.",
            next_step="Write an id as 04.04.01.25.12345.678 (01 company, 02 person, 05 slot), or try "
            "`outreach find` with fewer words.",
        )
    return found[0].id if len(found) == 1 else found


def _keys(text: str) -> dict[str, object]:
    email = read_email(text).value if "@" in text else None
    linkedin = "linkedin.com/" in text.lower()
    profile, company = (read_profile(text).url, read_company(text).url) if linkedin else (None, None)
    phone = read_phone(text, "US").value if sum(map(str.isdigit, text)) >= _DIGITS else None
    domain = None if email or linkedin or " " in text else registrable_domain(text)
    named = any((email, profile, company, phone, domain))
    return {
        "email": email, "profile_url": profile, "company_url": company, "phone": phone, "domain": domain,
        "words": None if named or not text else [f"%{_literal(word)}%" for word in text.split()],
    }  # fmt: skip


def _literal(word: str) -> str:
    """A word in which nothing is a pattern."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_LIKE_AN_ID = re.compile(r"04\.04\.[\d.]*$")
"""An id with a digit too few or too many: `explain` says what one looks like."""
_DIGITS = 7
"""Fewer are part of a name (3M, 7-Eleven)."""
