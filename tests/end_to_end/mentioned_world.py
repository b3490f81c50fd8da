"""A company whose items, colleagues, news and operating tables name a person who is no record there.

Belongs here: landing such items, writing such rows. Does not belong here: expectations.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.erased_world import LEADS, Admin, lead
from tests.end_to_end.pipeline import DAY, digest, land_items, value

ZOE_MAIL = "zoe.marsch@bramblewick.example"
ZOE_SLUG = "zoë-marsch-1a2b"
ZOE_PHONE = "+442079460958"
ZOE = {
    "first_name": "Zoë", "last_name": "Marsch", "job_title": "CEO", "email": ZOE_MAIL, "mobile_number": ZOE_PHONE,
    "linkedin": f"https://www.linkedin.com/in/{ZOE_SLUG}",
}  # fmt: skip
# The spellings of her name that the items use: the last two decomposed, and without accents.
NAMES = ("Zoë Marsch", "Marsch, Zoë", "Zoe\u0308 Marsch", "Zoe Marsch", "ZOE MARSCH")
NEWS = "company_news"


def company_item(**more: Any) -> dict[str, Any]:
    """A company as an actor sees it, with keys that no shape reads."""
    return {
        "companyName": "Bramblewick", "companyId": 4711, "universalName": "bramblewick", "url": "https://www.linkedin.com/company/bramblewick/",
        "websiteUrl": "https://bramblewick.example", "industry": "Mining", "ceo_name": "Marsch, Zoë",
        "officers": [{"lastName": "Marsch", "title": "CEO", "firstName": "Zoë"}, {"lastName": "Berg", "firstName": "Uma"}],
        "description": "Founded by\nZOE MARSCH, run from 020 7946 0958.", **more,
    }  # fmt: skip


def news_item(number: int, domain: str = "bramblewick.example", **more: Any) -> dict[str, Any]:
    """An item of news that names her."""
    return {
        "id": str(number), "kind": "news", "topic": "leadership", "title": f"{NAMES[2]} leaves", "url": f"https://news.example/{number}",
        "published": "2026-11-10T00:00:00Z", "company": {"domain": domain}, "score": 90,
        "summary": "Zoe Marsch, who led the firm, goes.", **more,
    }  # fmt: skip


def take_in(work: Workspace, folder: Path, day: int = 0) -> None:
    """Everything that names her, and nothing of herself: a company, a colleague, news."""
    at = DAY + timedelta(days=day)
    uma = lead(headline="Reports to Zoë Marsch.", job_title="CFO (deputy of Zoe Marsch)", bio=f"ask {ZOE_PHONE}", seen=day)
    for source, items in (
        (LEADS, [uma]),
        ("apify_dev_fusion_companies", [company_item(seen=day)]),
        (NEWS, [news_item(1 + 10 * day), news_item(2 + 10 * day, title="A year of growth", summary="By Marsch, Zoë")]),
    ):
        land_items(work, Batch(at, source), items, folder, f"{source}-{day}.jsonl")
        digest(work, Batch(at, source))


def take_in_zoe(work: Workspace, folder: Path) -> None:
    """Herself."""
    land_items(work, Batch(DAY - timedelta(days=1), LEADS), [lead(**ZOE)], folder, "zoe.jsonl")
    digest(work, Batch(DAY - timedelta(days=1), LEADS))


def operate(admin: Admin) -> None:
    """Rows about others, or about nobody, that name her."""
    about = {
        "company": value(admin, "select company_unique_id from marketing.company_master where domain = 'bramblewick.example'"),
        "uma": value(admin, "select unique_id from marketing.people_master where first_name = 'Uma'"),
        "load": value(admin, "select max(load_id) from intake.raw_loads where source = 'apify_dev_fusion_companies'"),
    }  # fmt: skip
    for statement in (
        """insert into marketing.people_intelligence (person_unique_id, intelligence_type, previous_value, new_value, payload)
            values (%(uma)s, 'title_change', 'Deputy of Zoë Marsch', 'CEO', '{"after": "Zoe Marsch"}')""",
        """insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
            values ('company_changed', 'company', %(company)s, '{"ceo": "Zoë Marsch"}')""",
        """insert into public.shq_error_log (error_type, error_message, context, unique_id)
            values ('odd', 'Zoë Marsch at bramblewick.example', '{"first": "Zoë", "at": "Bramblewick", "last": "Marsch"}',
            'ERR-2026-11-21-900')""",
        """insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, result_data)
            values (%(uma)s, 'https://www.linkedin.com/in/uma', '{"boss": "Zoe Marsch"}')""",
        """insert into bit.signal (company_id, reason, payload, created_at)
            values (public.barton_number(%(company)s), 'test', '{"leaver": "Zoë Marsch"}', now())""",
        """insert into intake.validation_failed (load_id, batch_id, source, column_name, check_name, reason, outcome, raw_text)
            select %(load)s, batch_id, source, 'name', 'odd', 'odd', 'noted', '"ceo": "ZOE MARSCH"'
            from intake.raw_loads where load_id = %(load)s""",
    ):
        admin.execute(statement, about)  # type: ignore[call-overload]
