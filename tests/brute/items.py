"""Items of the shipped shapes, made from a few words about a person and a company.

Belongs here: how each source spells a person. Does not belong here: who there is (`generator`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LINKEDIN = "https://www.linkedin.com"
Words = dict[str, Any]
"""Of a person: first, last, title, email, email_status, slug, member, city, started, ended. Of their company: company,
domain, website, page, number, place, size. Of the item: aside (fields that no shape should read). Absent is unknown."""


def lead(w: Words) -> dict[str, Any]:
    """An item of a list of leads."""
    return _filled(
        first_name=w.get("first"), last_name=w.get("last"), job_title=w.get("title"), email=w.get("email"),
        linkedin=_profile(w), city=w.get("city"), company_name=w.get("company"), company_website=w.get("website"),
        company_domain=w.get("domain"), company_linkedin=_page(w), company_linkedin_uid=w.get("number"),
        company_city=w.get("place"), company_size=w.get("size"), **w.get("aside", {}),
    )  # fmt: skip


def profile(w: Words) -> dict[str, Any]:
    """A LinkedIn profile with one or two positions."""
    experience = [_position(w)] if w.get("title") or w.get("company") else []
    if side := w.get("side"):
        experience.insert(0, {
            "position": side, "companyName": "Northvale University", "companyId": "555",
            "startDate": {"text": "Oct 2026", "year": 2026}, "endDate": {"text": "Present"},
        })  # fmt: skip
    return _filled(
        id=w.get("member"), publicIdentifier=w.get("slug"), linkedinUrl=_profile(w), firstName=w.get("first"),
        lastName=w.get("last"), emails=[w["email"]] if w.get("email") else None, experience=experience,
        **w.get("aside", {}),
    )  # fmt: skip


def _position(w: Words) -> dict[str, Any]:
    started, ended = w.get("started", "Mar 2015"), w.get("ended", "Present")
    return _filled(
        position=w.get("title"), companyName=w.get("company"), companyId=w.get("number"), companyLinkedinUrl=_page(w),
        startDate={"text": started, "year": int(started[-4:])},
        endDate={"text": ended} if ended == "Present" else {"text": ended, "year": int(ended[-4:])},
    )  # fmt: skip


def match(w: Words) -> dict[str, Any]:
    """A person as an enrichment answers."""
    organization = _filled(
        id=w.get("vendor_company"), name=w.get("company"), website_url=w.get("website"), primary_domain=w.get("domain"),
        linkedin_url=_page(w), linkedin_uid=w.get("number"), city=w.get("place"),
        estimated_num_employees=w.get("size"),
    )  # fmt: skip
    person = _filled(
        id=w.get("vendor"), first_name=w.get("first"), last_name=w.get("last"), title=w.get("title"),
        email=w.get("email"), email_status=w.get("email_status"), linkedin_url=_profile(w), city=w.get("city"),
        employment_history=[], organization=organization or None, **w.get("aside", {}),
    )  # fmt: skip
    return {"responses": [{"person": person}]}


def listed(w: Words) -> dict[str, Any]:
    """A row of a list of companies with their chief executives."""
    name = " ".join(part for part in (w.get("first"), w.get("last")) if part)
    return _filled(
        company_name=w.get("company"), website=w.get("website"), ceo_name=name or None, city=w.get("place"),
        employees=w.get("size"),
    )  # fmt: skip


def page(w: Words) -> dict[str, Any]:
    """A company's page on LinkedIn."""
    return _filled(
        id=w.get("number"), name=w.get("company"), website=w.get("website"), linkedinUrl=_page(w),
        employeeCount=w.get("size"), headquarter=_filled(city=w.get("place")) or None,
    )  # fmt: skip


def news(w: Words) -> dict[str, Any]:
    """An article about a company."""
    return _filled(
        id=w.get("article"), kind="news", topic=w.get("topic", "hiring"), title=f"News {w.get('article')}",
        url=f"https://news.example/{w.get('article')}", published=w.get("published"),
        company=_filled(name=w.get("company"), domain=w.get("domain"), city=w.get("place")),
    )  # fmt: skip


RENDERERS: dict[str, Callable[[Words], dict[str, Any]]] = {
    "leads": lead, "lists": lead, "profiles": profile, "match": match, "companies": listed, "pages": page, "news": news,
}  # fmt: skip


def _filled(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _profile(w: Words) -> str | None:
    return f"{LINKEDIN}/in/{w['slug']}" if w.get("slug") else None


def _page(w: Words) -> str | None:
    return f"{LINKEDIN}/company/{w['page']}" if w.get("page") else None
