"""Leads as list actors write them: flat, generous, out of date.

Belongs here: the items of leads_finder and apollo_scraper. Does not belong here: who is seen (`coverage`),
Apollo's own objects (`render.apollo`).
"""

from __future__ import annotations

from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt, names
from outreach_pipeline.sandbox.render.apollo import person_object
from outreach_pipeline.sandbox.world.coverage import Sight
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]

_SCRAPED = (
    "id", "first_name", "last_name", "name", "linkedin_url", "title", "email", "email_status", "photo_url",
    "city", "state", "country", "seniority", "departments", "organization_id", "organization",
    "employment_history",
)  # fmt: skip
"""What the scrapers keep of Apollo's objects."""


def leads_finder(_world: World, sight: Sight, rng: Random) -> Item | None:
    """A row of code_crafter/leads-finder; keys are left out rather than null. None: nobody employs them."""
    person, post, company = sight.person, sight.post, sight.company
    if post is None or company is None:
        return None
    has_linkedin, old = rng.random() < 0.92, company.former_domain is not None
    name = names.in_list(rng, person, company.country.language, has_id=has_linkedin)
    domain = company.listed_domain
    item: Item = {
        "first_name": name.first, "last_name": name.last, "full_name": name.full,
        "email": dirt.listed_email(rng, person, company),
        "personal_email": rng.choice((None, "")), "mobile_number": dirt.phone(rng, person.mobile),
        "job_title": dirt.title(rng, post.titles[-1] if rng.random() < 0.7 else post.titles[0], company.listed_name),
        "headline": f"{post.titles[0]} At {company.listed_name}",
        "seniority_level": rng.choice(("c_suite", "owner", "director", None)), "functional_level": None,
        "linkedin": dirt.profile_url(rng, person.slug) if has_linkedin else None,
        "city": rng.choice((company.city, "")), "state": company.state,
        "country": rng.choice((company.country.name, company.country.name.lower(), company.country.native)),
        "company_name": company.listed_name if old else dirt.company_name(rng, company),
        "company_domain": rng.choice((domain, f"www.{domain}")),
        "company_website": f"http://www.{domain}" if old else dirt.website(rng, company),
        "company_linkedin": f"https://www.linkedin.com/company/{company.old_slug or company.linkedin_slug}",
        "company_linkedin_uid": company.linkedin_id,
        "company_size": rng.choice((company.employees, dirt.size_range(company.employees))),
        "industry": rng.choice((company.industry, company.industry.lower())),
        "company_description": None, "company_annual_revenue": "12M",
        "company_annual_revenue_clean": 12000000,
        "company_founded_year": rng.choice((company.founded, str(company.founded))),
        "company_phone": dirt.phone(rng, company.phone), "company_street_address": company.street,
        "company_city": company.city, "company_state": company.state, "company_country": company.country.name,
        "company_postal_code": company.postal_code,
        "company_full_address": f"{company.street}, {company.city}",
        "keywords": rng.choice((", ".join(company.keywords), list(company.keywords))),
        "company_technologies": rng.choice(("Example CRM, Example Mail", "")),
    }  # fmt: skip
    for key in (
        "company_linkedin",
        "company_phone",
        "company_size",
        "keywords",
        "company_postal_code",
        "headline",
    ):
        if rng.random() < 0.12:
            del item[key]  # keys vanish rather than be null
    return item


def leads_notices() -> list[Item]:
    """Rows that are nobody: a notice dressed as a person, and a lead without anything to find it by."""
    return [
        {"full_name": "Refer to the log for details", "first_name": "Refer", "last_name": "to the log",
         "company_name": "Upgrade your plan"},
        {"first_name": "", "last_name": "", "full_name": "", "email": None, "job_title": None,
            "linkedin": None,
         "company_name": "Unknown", "company_size": None},
    ]  # fmt: skip


def apollo_scraper(world: World, sight: Sight, rng: Random) -> Item | None:
    """A row of an actor that copies Apollo's web search: nested, or flat after a spreadsheet made floats of
    numbers.
    """
    if sight.post is None or sight.company is None:
        return None
    item = person_object(world, sight, rng)
    if rng.random() < 0.6:
        return {key: item.get(key) for key in _SCRAPED} | {"phone_numbers": []}
    company = sight.company
    flat = {key: item[key] for key in ("first_name", "last_name", "name", "title", "email", "email_status")}
    number = float(company.phone[1:]) if company.phone and company.phone.startswith("+1") else company.phone
    postal = float(company.postal_code) if company.postal_code.isdigit() else company.postal_code
    return flat | {
        "linkedin_url": item["linkedin_url"] or "nan", "organization_name": company.name,
        "organization_website_url": f"http://www.{company.domain}",
        "organization_primary_domain": company.domain,
        "organization_num_employees": float(company.employees), "organization_postal_code": postal,
        "organization_street_address": None,
        "organization_raw_address": f"{company.city}, {company.country.code}",
        "organization_phone": number, "organization_country": company.country.name,
    }  # fmt: skip
