"""Apollo's objects: people in full and as teasers, organizations, saved accounts and contacts.

Belongs here: the objects. Does not belong here: the envelopes around them (`service`), who is seen
(`coverage`).
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt, names
from outreach_pipeline.sandbox.world.addresses import CONTACT_WORDS, State, apollo_word, mailbox_state, own_email
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import Sight
from outreach_pipeline.sandbox.world.people import Person
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]

_EMPTY_PERSON = dict.fromkeys(
    ("photo_url", "twitter_url", "github_url", "facebook_url", "postal_code", "time_zone")
)
_EMPTY_ORGANIZATION: Item = {
    **dict.fromkeys((
        "blog_url", "angellist_url", "twitter_url", "facebook_url", "alexa_ranking",
        "publicly_traded_symbol", "publicly_traded_exchange", "logo_url", "crunchbase_url",
        "industry_tag_id", "owned_by_organization_id", "seo_description", "short_description",
        "total_funding", "total_funding_printed", "latest_funding_stage", "latest_funding_round_date",
        "org_chart_sector", "org_chart_removed", "org_chart_show_department_filter",
    )),
    "languages": [], "secondary_industries": [], "snippets_loaded": True, "industry_tag_hash": {},
    "retail_location_count": 0, "suborganizations": [], "num_suborganizations": 0, "funding_events": [],
    "technology_names": [], "current_technologies": [], "org_chart_root_people_ids": [],
}  # fmt: skip


def organization(company: Company, rng: Random, *, must_bridge: bool) -> Item:
    """An organization. With `must_bridge` it names domain and LinkedIn page together; else either may be
    missing.
    """
    linked = must_bridge or rng.random() < 0.7
    number = company.phone if rng.random() < 0.7 else None
    phone = {"number": number, "source": "Owler", "sanitized_number": number} if number else {}
    known = rng.random() < 0.8
    return _EMPTY_ORGANIZATION | {
        "id": company.apollo_id, "name": rng.choice((company.name, company.legal_name)),
        "website_url": f"http://{company.page or 'www.' + company.domain}", "primary_domain": company.domain,
        "linkedin_url": f"http://www.linkedin.com/company/{company.linkedin_slug}" if linked else None,
        "linkedin_uid": company.linkedin_id if linked else None, "primary_phone": phone, "phone": number,
        "sanitized_phone": number, "founded_year": company.founded if known else None,
        "industry": company.industry.lower(), "industries": [company.industry.lower()],
        "keywords": list(company.keywords), "estimated_num_employees": company.employees if known else None,
        "raw_address": f"{company.street}, {company.city}, {company.country.name}",
        "street_address": company.street if known else None, "city": company.city, "state": company.state,
        "postal_code": company.postal_code if known else None, "country": company.country.name,
        "annual_revenue_printed": "12M", "annual_revenue": 12000000.0, "sic_codes": [company.sic],
        "naics_codes": ["56132"],
    }  # fmt: skip


def account(company: Company, rng: Random) -> Item:
    """The same company saved by our team: another id, organization_* addresses, domain instead of
    primary_domain.
    """
    item = organization(company, rng, must_bridge=True)
    for key in ("raw_address", "street_address", "city", "state", "postal_code", "country"):
        item[f"organization_{key}"] = item.pop(key)
    return item | {
        "id": company.account_id, "organization_id": company.apollo_id, "primary_domain": None,
        "domain": company.domain, "team_id": "000000000000000000007001", "account_stage_id": None,
        "source": "csv_import", "created_at": "2026-01-03T08:17:03.163Z", "phone_status": "no_status",
        "existence_level": "full", "label_ids": [], "typed_custom_fields": {}, "modality": "account",
        "num_contacts": 2, "last_activity_date": None,
    }  # fmt: skip


def person_object(world: World, sight: Sight, rng: Random) -> Item:
    """A person in full, as match and the older search give it."""
    person, post, company = sight.person, sight.post, sight.company
    locked, linked = person.is_locked, rng.random() < 0.7
    email = dirt.LOCKED if locked else person.email_at(company) if company else None
    name = names.in_list(rng, person, company.country.language if company else "en", has_id=True)
    return _EMPTY_PERSON | {
        "id": person.apollo_id, "first_name": name.first, "last_name": name.last, "name": name.full,
        "linkedin_url": f"http://www.linkedin.com/in/{person.slug}" if linked else None,
        "title": post.titles[-1] if post else None,
        "email_status": apollo_word(person, company) if company and not locked else "unavailable",
        "extrapolated_email_confidence": None, "headline": post.titles[0] if post else None, "email": email,
        "organization_id": company.apollo_id if company else None,
        "employment_history": _history(world, sight),
        "state": company.state if company else None, "city": company.city if company else None,
        "country": company.country.name if company else None, "street_address": "", "formatted_address": None,
        "organization": organization(company, rng, must_bridge=linked) if company else None,
        "is_likely_to_engage": rng.random() < 0.3, "intent_strength": None, "show_intent": False,
        "departments": [], "subdepartments": [], "functions": [], "seniority": rng.choice(("c_suite", None)),
        "revealed_for_current_team": True,
    }  # fmt: skip


def _history(world: World, sight: Sight) -> list[Item]:
    rows = []
    for place, post in enumerate(reversed(sight.person.posts)):
        if post.first_night > sight.night:
            continue
        company, current = world.companies[post.company], post is sight.post
        rid = f"{0xE000000000 + sight.person.number * 16 + place:024x}"
        rows.append({
            "_id": rid, "created_at": None, "current": current, "degree": None, "description": None,
            "emails": None,
            "end_date": None if current else f"{world.day(sight.night):%Y-%m}-01", "grade_level": None,
            "kind": None,
            "major": None, "organization_id": company.apollo_id, "organization_name": company.name,
            "raw_address": None, "start_date": f"{post.year}-{post.month:02d}-01", "title": post.titles[-1],
            "updated_at": None, "id": rid, "key": rid,
        })  # fmt: skip
    return rows


def teaser(world: World, sight: Sight, rng: Random) -> Item:
    """A row of the free people search: surname hidden, no address, has_direct_phone as text."""
    person, post, company = sight.person, sight.post, sight.company
    has_phone = rng.choice(("Yes", "No", "Maybe: please request direct dial via people/bulk_match", None))
    keys = ("industry", "phone", "city", "state", "country", "zip_code", "revenue", "employee_count")
    flags = {f"has_{key}": True for key in keys}
    return {
        "id": person.apollo_id, "first_name": person.first,
        "last_name_obfuscated": f"{person.last[:2]}***{person.last[-1]}",
        "title": post.titles[-1] if post else None,
        "last_refreshed_at": dirt.refreshed(rng, str(seen_on(world, sight))), "has_email": True,
        "has_city": True,
        "has_state": True, "has_country": True, "has_direct_phone": has_phone,
        "organization": {"name": company.name, **flags} if company else None,
    }  # fmt: skip


def seen_on(world: World, sight: Sight) -> object:
    """The day on which Apollo last looked: tonight when it knows tonight's post, else some weeks before."""
    changed = sight.post is not None and 1 < sight.post.first_night == sight.night
    if changed and not sight.is_late:
        return world.day(sight.night)
    return world.day(1) - timedelta(days=3 + sight.person.number % 40)


def contact(world: World, sight: Sight, rng: Random) -> Item:
    """A contact saved by our team: an id of its own, the person's in person_id."""
    person, company = sight.person, sight.company
    name = names.in_list(rng, person, company.country.language if company else "en", has_id=True)
    return {
        "id": f"{0xD000000000 + person.number:024x}", "first_name": name.first, "last_name": name.last,
        "name": name.full, "linkedin_url": f"http://www.linkedin.com/in/{person.slug}",
        "title": sight.post.titles[-1] if sight.post else None, "contact_stage_id": None, "owner_id": None,
        "creator_id": None, "person_id": person.apollo_id, "email_needs_tickling": None,
        "organization_name": company.name if company else None, "source": "search",
        "original_source": "search",
        "organization_id": company.apollo_id if company else None, "headline": None, "photo_url": None,
        "present_raw_address": None, "linkedin_uid": None, "extrapolated_email_confidence": None,
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": f"{seen_on(world, sight)}T08:53:51.266Z",
        "email": own_email(person, company) or person.email_at(company) if company else None,
        "email_status": CONTACT_WORDS[_state_of_own(person, company)] if company else None,
        "email_true_status": None, "email_source": None,
        "account_id": company.account_id if company else None, "sanitized_phone": None,
        "phone_numbers": _phones(person), "contact_emails": [], "label_ids": [], "typed_custom_fields": {},
        "existence_level": "full", "time_zone": None, "account": account(company, rng) if company else None,
    }  # fmt: skip


def _state_of_own(person: Person, company: Company) -> State:
    own = own_email(person, company)
    return mailbox_state(person, company) if own in (None, person.email_at(company)) else "good"


def _phones(person: Person) -> list[Item]:
    if person.mobile is None:
        return []
    return [{
        "raw_number": person.mobile, "sanitized_number": person.mobile, "type": "mobile", "position": 0,
        "status": "valid_number", "dnc_status": None, "dnc_other_info": {}, "dialer_flags": None,
    }]  # fmt: skip
