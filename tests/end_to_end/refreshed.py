"""Looked-at profiles without a paid run: what a night knew, what a profile says now, and what follows from it.

Belongs here: items of two sources (a list of leads, LinkedIn profiles), jobs that answer for them, reading what was
noted. Does not belong here: expectations; paying and polling (tests of the refresh run).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
LEADS, PROFILES = "apify_leads_finder", "apify_harvestapi_profiles"
FIRMS = ("quill", "brandt", "corvid")


def lead(slug: str = "ada-quill", firm: str = "quill", title: str = "CFO", **fields: Any) -> dict[str, Any]:
    """A lead: somebody at one of the known firms, each with a domain and a LinkedIn page."""
    first, last = (word.capitalize() for word in slug.split("-")[:2])
    return {
        "first_name": first, "last_name": last, "job_title": title, "linkedin": f"https://www.linkedin.com/in/{slug}",
        "company_name": f"{firm.capitalize()} Works", "company_website": f"https://{firm}.example",
        "company_linkedin": f"https://www.linkedin.com/company/{firm}-works", **fields,
    }  # fmt: skip


def job(firm: str, title: str, began: tuple[int, int], ended: str = "Present", **fields: Any) -> dict[str, Any]:
    """One line of a profile's experience."""
    return {
        "position": title, "companyName": f"{firm.capitalize()} Works", "companyUniversalName": f"{firm}-works",
        "companyLinkedinUrl": f"https://www.linkedin.com/company/{firm}-works/",
        "startDate": {"month": began[0], "year": began[1], "text": f"{began[0]}-{began[1]}"},
        "endDate": {"text": ended}, **fields,
    }  # fmt: skip


def profile(*jobs: dict[str, Any], slug: str = "ada-quill", number: str = "", **fields: Any) -> dict[str, Any]:
    """A LinkedIn profile; `jobs` newest first, those without an end are current."""
    first, last = (word.capitalize() for word in slug.split("-")[:2])
    made = {
        "id": f"ACoAASYNTH{number or crc32(slug.encode()):0>25}", "publicIdentifier": slug, "linkedinUrl": f"https://www.linkedin.com/in/{slug}",
        "firstName": first, "lastName": last, "experience": list(jobs),
        "currentPosition": [one for one in jobs if one["endDate"]["text"] == "Present"],
    }
    return {**made, **fields}


def night(db: Database, folder: Path, items: Iterable[dict[str, Any]], days: int = 0, source: str = LEADS) -> Batch:
    """A night of a source, all the way to the slots."""
    batch = Batch(DAY + timedelta(days=days), source)
    land_items(workspace(db), batch, list(items), folder, f"{source}{days}.jsonl")
    digest(workspace(db), batch)
    return batch


def look(
    db: Database, admin: Admin, folder: Path, items: Iterable[dict[str, Any]], days: int = 1, people: Iterable[str] = ()
) -> list[int]:
    """Land and validate profiles as a refresh does, with a running job for each person they belong to; the job ids."""
    batch = Batch(DAY + timedelta(days=days), PROFILES)
    work = workspace(db)
    land_items(work, batch, list(items), folder, f"look{days}.jsonl")
    validate_batch(work, batch)
    with db.transaction(Role.PROMOTE) as tx:
        tx.execute("select intake.f_release_batch(%(id)s)", {"id": batch.batch_id})
    found = rows(
        admin,
        """insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, status, load_id)
        select distinct on (p.unique_id) p.unique_id, p.linkedin_url, 'running', coalesce(l.duplicate_of, l.load_id)
        from intake.raw_loads as l
        inner join marketing.people_master as p
            on p.linkedin_url like '%%/' || coalesce(l.raw_data ->> 'asked', l.raw_data ->> 'publicIdentifier')
        where l.batch_id = %s
        order by p.unique_id, l.load_id desc returning job_id""",
        batch.batch_id,
    )
    return [row["job_id"] for row in found]


def follow(db: Database, jobs: list[int]) -> dict[str, Any]:
    """What the refresh job calls, as its own role."""
    with db.transaction(Role.REFRESH) as tx:
        return tx.fetch_row("select * from marketing.f_follow_refresh(%(ids)s)", {"ids": jobs})


def noted(admin: Admin, state: str | None = None) -> list[tuple[str, str | None, str | None]]:
    """Kind, value before and after of every change, in order."""
    found = rows(
        admin,
        "select * from marketing.people_intelligence where coalesce(state = %s, true) order by intelligence_id",
        state,
    )
    return [(row["intelligence_type"], row["previous_value"], row["new_value"]) for row in found]


def holders(admin: Admin) -> dict[str, str]:
    """Who sits where: 'quill CFO' -> 'Ada Quill'."""
    found = rows(
        admin,
        """select split_part(c.domain, '.', 1) || ' ' || s.slot_type as seat, p.full_name
        from marketing.company_slot as s
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.people_master as p on p.unique_id = s.person_unique_id""",
    )
    return {row["seat"]: row["full_name"] for row in found}


def promote_again(db: Database, batch: Batch) -> None:
    """Promotion and slots of a batch once more."""
    promote_batch(workspace(db), batch)
    assign_slots(workspace(db))


def states(admin: Admin) -> dict[str, int]:
    """Loads by state."""
    return {
        row["status"]: row["n"]
        for row in rows(admin, "select status, count(*) as n from intake.raw_loads group by status")
    }


def outcome(admin: Admin, job_id: int) -> Any:
    """What became of a job."""
    return value(admin, "select outcome from public.linkedin_refresh_jobs where job_id = %s", job_id)
