"""LinkedIn company pages as three actors write them, and places on a map.

Belongs here: the items of harvestapi_company, dev_fusion_company, apimaestro_company and google_places. Does
not belong here: who is seen (`coverage`), spellings of single values (`dirt`).
"""

from __future__ import annotations

from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.people import Person, Post

Item = dict[str, Any]


def _page_website(rng: Random, company: Company, *, own: bool) -> str | None:
    if own:
        return dirt.website(rng, company)
    return rng.choice((None, "", f"https://www.facebook.com/example-{company.linkedin_slug}"))


def _range(company: Company, rng: Random) -> Item | None:
    if rng.random() < 0.1:
        return {"start": 10001, "end": None}  # contradicts the count, as real pages do
    low, _, high = dirt.size_range(company.employees).partition("-")
    return {"start": int(low.strip("+").replace(",", "")), "end": int(high) if high else None}


def harvestapi_company(company: Company, rng: Random, *, own_site: bool, night: int) -> Item:
    """A row of harvestapi/linkedin-company."""
    country, digits = company.country, (company.phone or "")[1:]
    phone = None if company.phone is None or rng.random() < 0.3 else {"number": digits, "extension": None}
    if phone and not digits.startswith("1"):
        phone["number"] = company.phone or ""
    head: Item = {"geographicArea": company.state, "city": company.city, "country": country.code,
                  "postalCode": company.postal_code, "line2": None, "line1": company.street,
                  "description": "HQ"}  # fmt: skip
    parsed = {"text": f"{company.city}, {country.name}", "countryCode": country.code, "regionCode": None,
              "country": country.name, "countryFull": country.name, "state": company.state,
              "city": company.city}  # fmt: skip
    return {
        "id": company.linkedin_id, "universalName": company.linkedin_slug,
        "name": dirt.company_name(rng, company),
        "tagline": None, "website": _page_website(rng, company, own=own_site),
        "linkedinUrl": dirt.company_url(rng, company), "logo": None,
        "foundedOn": None if rng.random() < 0.4 else {"year": company.founded, "month": None, "day": None},
        "employeeCount": company.employees, "employeeCountRange": _range(company, rng),
        "followerCount": 2000 + night,
        "description": rng.choice((None, f"{company.industry} since {company.founded}.")),
        "headquarter": None if rng.random() < 0.1 else head | {"parsed": parsed}, "locations": [],
        "specialities": [k.title() for k in company.keywords],
        "industries": rng.choice(([company.industry],
            [{"id": "104", "name": company.industry, "hierarchy": ""}])),
        "logos": [], "backgroundCovers": [], "active": True, "jobSearchUrl": None, "phone": phone,
        "crunchbaseFundingData": None, "pageVerified": False, "companyType": "Privately Held",
        "originalQuery": {"query": f"https://www.linkedin.com/company/{company.linkedin_slug}"},
        "status": 200,
    }  # fmt: skip


def dev_fusion_company(company: Company, rng: Random, *, own_site: bool, night: int) -> Item:
    """A row of dev_fusion/Linkedin-Company-Scraper: companyId is a number here."""
    site = _page_website(rng, company, own=own_site)
    return {
        "url": dirt.company_url(rng, company), "companyName": dirt.company_name(rng, company),
        "websiteUrl": site,
        "industry": "", "industryV2Taxonomy": company.industry, "employeeCount": company.employees,
        "followerCount": 900 + night, "universalName": company.linkedin_slug,
        "tagline": rng.choice((None, "")),
        "description": f"{company.industry} since {company.founded}.", "companyId": int(company.linkedin_id),
        "callToAction": {"displayText": "Visit website", "type": "VIEW_WEBSITE", "url": site},
        "employeeCountRange": _range(company, rng),
        "headquarter": {"country": company.country.code, "city": company.city,
            "geographicArea": company.state,
                        "postalCode": company.postal_code, "line1": company.street, "line2": None,
                        "description": None},
        "foundedOn": rng.choice((None, {"month": None, "year": company.founded, "day": None})),
        "specialities": list(company.keywords), "locations": [],
    }  # fmt: skip


def apimaestro_company(company: Company, rng: Random, *, own_site: bool, night: int) -> Item:
    """A row of apimaestro/linkedin-company-detail."""
    size = dirt.size_range(company.employees)
    return {
        "input_identifier": company.linkedin_slug,
        "company_urn": rng.choice((company.linkedin_id, f"urn:li:fsd_company:{company.linkedin_id}")),
        "basic_info": {
            "name": dirt.company_name(rng, company), "universal_name": company.linkedin_slug,
            "description": f"{company.industry}.", "website": _page_website(rng, company, own=own_site),
            "linkedin_url": dirt.company_url(rng, company, numeric=0), "industries": [company.industry],
            "specialties": list(company.keywords),
            "founded_info": {"year": rng.choice((company.founded, str(company.founded)))},
            "phone": None, "is_verified": False,
        },
        "stats": {"employee_count": company.employees, "follower_count": f"54,{100 + night}",
                  "employee_count_range": f"{size} employees"},
        "locations": {"headquarters": {"country": company.country.code, "state": company.state,
            "city": company.city,
                                       "postal_code": company.postal_code, "line1": company.street},
                                       "offices": []},
        "media": {"logo_url": None, "cover_url": None}, "funding": None,
    }  # fmt: skip


def google_place(
    company: Company, rng: Random, *, day: str, night: int, staff: list[tuple[Person, Post]], part: int = 0
) -> Item:
    """A row of compass/crawler-google-places. `part` 1 is a closed double of the place."""
    place_id = f"ChIJSANDBOX{company.number:08d}{part}"
    number = company.phone
    item: Item = {
        "title": dirt.company_name(rng, company), "price": None, "categoryName": company.industry,
        "categories": [company.industry], "address": f"{company.street}, {company.city}",
        "street": company.street,
        "city": company.city, "postalCode": company.postal_code, "state": company.state,
        "countryCode": company.country.code, "website": dirt.website(rng, company),
        "phone": f"({number[2:5]}) 555-{number[8:]}" if number and number.startswith("+1") else number,
        "phoneUnformatted": number, "claimThisBusiness": False, "location": {"lat": 1.5, "lng": 2.5},
        "totalScore": 4.7, "reviewsCount": 200 + night, "permanentlyClosed": False,
        "temporarilyClosed": False,
        "placeId": place_id, "openingHours": [{"day": "Monday", "hours": "8 AM to 5 PM"}],
        "scrapedAt": f"{day}T00:42:31.128Z",
        "url": f"https://www.google.com/maps/place/?q=place_id:{place_id}",
        "searchString": company.industry.lower(), "language": "en", "rank": 1 + rng.randrange(20),
        "isAdvertisement": False, "emails": [f"info@{company.mail_domain}", f"frontdesk@{company.mail_domain}"],
        "phones": [number] if number else [], "facebooks": [], "linkedIns": [], "twitters": [],
        "leadsEnrichment": [_place_lead(person, post, company, rng) for person, post in staff],
    }  # fmt: skip
    if part:
        gone = (
            "categoryName",
            "address",
            "street",
            "city",
            "postalCode",
            "state",
            "countryCode",
            "website",
            "phone",
        )
        return (
            item
            | dict.fromkeys((*gone, "phoneUnformatted"))
            | {"permanentlyClosed": True, "leadsEnrichment": []}
        )
    return item


def _place_lead(person: Person, post: Post, company: Company, rng: Random) -> Item:
    return {
        "personId": f"lead-{person.number}", "fullName": person.name, "firstName": person.first,
        "lastName": person.last, "jobTitle": post.titles[-1], "email": person.email_at(company),
        "mobileNumber": None, "linkedinProfile": dirt.profile_url(rng, person.slug),
        "departments": ["operations"],
        "seniority": "manager", "companyName": company.name, "companyWebsite": company.domain,
        "companySize": dirt.size_range(company.employees), "industry": company.industry,
    }  # fmt: skip
