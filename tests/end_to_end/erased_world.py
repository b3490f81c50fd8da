"""A database in which a person has left traces in every table, and the search for such traces.

Belongs here: filling tables that the pipeline itself does not fill, looking through all of them. Does not belong here:
expectations.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, run, samples, value

Admin = psycopg.Connection[Any]
LEADS = "apify_leads_finder"
ADA_MAIL = "ada.quill@bramblewick.example"
ADA_SLUG = "ada-quill-synthetic-001"
# What nobody may find any more. Her name is looked for where it is hers: a namesake elsewhere keeps it.
TRACES = (ADA_MAIL, ADA_SLUG)
SCHEMAS = ("intake", "vault", "marketing", "bit", "public")


def lead(**fields: Any) -> dict[str, Any]:
    """A lead of somebody at Ada's company."""
    return {
        "first_name": "Uma", "last_name": "Berg", "job_title": "Sales Assistant", "email": "uma.berg@bramblewick.example",
        "company_name": "Bramblewick", "company_website": "https://bramblewick.example", **fields,
    }  # fmt: skip


def namesake() -> dict[str, Any]:
    """Another Ada Quill, who runs another company."""
    return lead(
        first_name="Ada", last_name="Quill", job_title="CEO", email="ada@otherquill.example",
        company_name="Otherquill", company_website="https://otherquill.example",
    )  # fmt: skip


def unreadable() -> list[Any]:
    """Items about Ada that no shape can read: refused twice, and kept as text."""
    return [
        {"email": "not an address", "note": f"ask {ADA_MAIL.upper()}"},
        {"linkedin": f"https://www.linkedin.com/in/{ADA_SLUG}?x=1", "first_name": "Ada"},
        b'{"kept as text": "' + ADA_MAIL.encode() + b'", ',
    ]


def fill(work: Workspace, folder: Path) -> None:
    """Two nights of every sample source, and items of all sorts that speak of Ada."""
    run(work, samples(work))
    ola = lead(first_name="Ola", last_name="Berg", email="ola.berg@bramblewick.example", bio=f"Works with {ADA_MAIL}.")
    items = [*unreadable(), lead(), namesake(), ola]
    land_items(work, Batch(DAY, LEADS), items, folder, "traces.jsonl")
    digest(work, Batch(DAY, LEADS))
    # Landed, and read by nobody yet.
    land_items(work, Batch(DAY.replace(day=DAY.day + 3), LEADS), [lead(first_name="Ada", last_name="Quill", email=ADA_MAIL)],
               folder, "unread.jsonl")  # fmt: skip


def reference(admin: Admin, person_id: str) -> None:
    """Rows of every table that a campaign, a refresh or a vendor's answer leaves about a person."""
    company = value(admin, "select company_unique_id from marketing.people_master where unique_id = %s", person_id)
    contact = value(admin, "select contact_id from vault.contacts where email = %s", ADA_MAIL)
    campaign = value(
        admin,
        "insert into marketing.campaigns (campaign_type, trigger_event, company_unique_id, people_ids)"
        " values ('PLE', 'test', %s, array[%s]) returning campaign_id", company, person_id,
    )  # fmt: skip
    about = {"id": person_id, "mail": ADA_MAIL, "contact": contact, "campaign": campaign, "company": company,
             "slug": f"https://www.linkedin.com/in/{ADA_SLUG}"}  # fmt: skip
    for statement in (
        """insert into marketing.campaign_executions (campaign_id, execution_step, step_type, target_person_id, target_email,
            target_linkedin, response) values (%(campaign)s, 1, 'email', %(id)s, %(mail)s, %(slug)s, '{"to": "Ada Quill"}')""",
        """insert into marketing.message_log (campaign_id, contact_id, person_unique_id, direction, channel, subject, body)
            values (%(campaign)s, %(contact)s, %(id)s, 'outbound', 'email', 'Dear Ada Quill', 'Hello')""",
        """insert into marketing.message_log (contact_id, direction, channel, body)
            values (%(contact)s, 'inbound', 'email', 'Ada Quill here')""",
        """insert into marketing.booking_event (contact_id, person_unique_id, event_time, source)
            values (%(contact)s, %(id)s, now(), 'test')""",
        """insert into marketing.people_intelligence (person_unique_id, intelligence_type, previous_value, new_value, payload)
            values (%(id)s, 'title_change', 'CFO', 'CEO', jsonb_build_object('name', 'Ada Quill'))""",
        """insert into marketing.pipeline_events (event_type, entity_type, entity_id, event_data)
            values ('person_changed', 'person', %(id)s, '{"name": "Ada Quill"}')""",
        """insert into bit.signal (company_id, reason, payload, created_at) values (public.barton_number(%(company)s), 'test',
            jsonb_build_object('person_unique_id', %(id)s::text, 'side', 'joined', 'name', 'Ada Quill'), now())""",
        """insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, result_data)
            values (%(id)s, %(slug)s, '{"fullName": "Ada Quill"}')""",
        """insert into marketing.closed_loop_attribution (company_unique_id, person_unique_id, outcome, outcome_reason)
            values (%(company)s, %(id)s, 'nurture', 'wrote from ' || %(mail)s)""",
        """insert into public.negative_cache (provider, subject, reason, asked_at, ask_again_at)
            values ('apollo', %(id)s, 'not_found', now(), now())""",
        "insert into vault.suppression (kind, value, reason) values ('email', %(mail)s, 'unsubscribed')",
    ):
        admin.execute(statement, about)  # type: ignore[call-overload]


def traces(admin: Admin, words: Iterable[str]) -> list[str]:
    """Every table and column of ours, read from the catalogue, that holds one of the words in any row."""
    found = []
    columns = rows(
        admin,
        """select c.oid::regclass::text as name, a.attname as attribute
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind in ('r', 'm') and n.nspname = any(%s)
            and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype, 'json'::regtype, 'text[]'::regtype,
                'varchar[]'::regtype, 'jsonb[]'::regtype)
        order by 1, 2""", list(SCHEMAS),
    )  # fmt: skip
    assert len({row["name"] for row in columns}) > 50
    for row in columns:
        for word in words:
            hits = value(
                admin, f"select count(*) from {row['name']} where {row['attribute']}::text ilike %s", f"%{word}%"
            )
            if hits:
                found.append(f"{row['name']}.{row['attribute']}: {hits} with {word}")
    return found
