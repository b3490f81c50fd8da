"""Generated items for the benchmarks: leads as code_crafter/leads-finder returns them, about 1.2 KB each.

Belongs here: what the measured items look like. Does not belong here: measuring.

A tenth are repeats with other key order, 7 % have a bad e-mail address, 4 % none; 8 people per company on average,
three in ten of them with a title that names a slot role. All people are invented and all domains reserved.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import orjson

_TITLES = (
    "Chief Executive Officer", "CEO", "CFO", "Chief Financial Officer", "HR Director", "VP People", "Sales Manager",
    "Software Engineer", "Director of Engineering", "Account Executive", "Marketing Lead", "Office Manager", "Analyst",
    "Head of Human Resources", "President & CEO", "Customer Success Manager", "Warehouse Supervisor", "Designer",
)  # fmt: skip
_FIRST = ("Ada", "Ben", "Clara", "Dario", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca")
_SYLLABLES = ("bra", "mel", "wick", "sto", "ne", "ford", "har", "lin", "dau", "ker", "ros", "vik", "tam", "pel", "ous")


def leads(count: int, *, seed: int = 7, is_changed: bool = False) -> Iterator[bytes]:
    """`count` leads as JSON lines, the same for the same seed; `is_changed`: each person is in another city now."""
    rng = random.Random(seed)
    companies = max(count // 8, 1)
    previous: list[dict[str, object]] = []
    for number in range(count):
        if previous and rng.random() < 0.1:
            again = rng.choice(previous)
            yield orjson.dumps(dict(reversed(again.items())))
            continue
        item = _lead(rng, number, rng.randrange(companies))
        if is_changed:
            item["city"] = "Clarksburg"
        previous.append(item)
        if len(previous) > 500:
            previous.pop(0)
        yield orjson.dumps(item)


def _lead(rng: random.Random, number: int, company: int) -> dict[str, object]:
    last = "".join(rng.choice(_SYLLABLES) for _ in range(3)).capitalize()
    first = rng.choice(_FIRST)
    domain = f"firm{company}.example"
    chance = rng.random()
    email = f"{first}.{last}{number}@{domain}".lower()
    bad = f"{first.lower()}@@{domain}" if chance < 0.07 else None if chance < 0.11 else email
    return {
        "first_name": first, "last_name": last, "full_name": f"{first} {last}", "email": bad, "personal_email": None,
        "mobile_number": f"+1304555{rng.randrange(100, 200):04d}", "job_title": rng.choice(_TITLES),
        "headline": f"{first} at Firm {company}", "seniority_level": "director", "functional_level": None,
        "linkedin": f"https://www.linkedin.com/in/{first}-{last}-{number}".lower(), "city": "Fairmont",
        "state": "West Virginia", "country": "United States", "company_name": f"Firm {company} LLC",
        "company_domain": domain, "company_website": f"https://www.{domain}",
        "company_linkedin": f"https://www.linkedin.com/company/firm-{company}",
        "company_linkedin_uid": str(700000 + company),
        "company_size": rng.choice(["51-200", 58, "1001-5000"]), "industry": "Staffing & Recruiting",
        "company_description": "Staffing for plants and offices. " * 6, "company_annual_revenue": "12M",
        "company_annual_revenue_clean": 12000000, "company_founded_year": rng.choice([1998, "2004"]),
        "company_phone": "+1 304-555-0142", "company_street_address": "100 Example Ave", "company_city": "Fairmont",
        "company_state": "West Virginia", "company_country": "United States", "company_postal_code": "26554",
        "keywords": "staffing, payroll", "company_technologies": "Example CRM, Example Mail",
    }  # fmt: skip
