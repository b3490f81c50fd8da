"""A refresh loop over real HTTP: masters known from a list of leads, and an Apify that knows their profiles.

Belongs here: the source, the items, running one wave, reading what became of it. Does not belong here: expectations;
what follows from a change (`refreshed`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from outreach_pipeline.database.connect import Role
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.stages.refresh_due import PlanReport, plan_refresh
from outreach_pipeline.stages.refresh_results import RefreshReport, finish_refresh
from outreach_pipeline.stages.refresh_run import StartReport, poll_waves, start_refresh
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.paid_world import Admin, apify, workspace
from tests.end_to_end.pipeline import digest, land_items

DAY = date(2026, 11, 1)
LOOK = date(2026, 12, 20)
"""More than a cadence after DAY."""
ACTOR = "harvestapi/linkedin-profile-scraper"
SOURCES = f"""
[sources.known]
kind = "files"
shape = "leads_finder"
rank = 50

[sources.profiles]
kind = "apify"
mode = "refresh"
shape = "harvestapi_profile"
rank = 10
actor = "{ACTOR}"
subjects_field = "queries"
usd_per_item = 0.004
usd_per_run = 0.00005
min_total_charge_usd = 0.005
max_total_charge_usd = 1.0
max_subjects = 200
"""


def slug(number: int) -> str:
    """The LinkedIn slug of one of the people."""
    return f"ada-nr{number}"


def surname(number: int) -> str:
    """A name of letters for a number: names with digits are none."""
    return "Q" + "".join("abcdefghij"[int(digit)] for digit in str(number)) + "son"


def known(number: int, title: str = "CEO", **fields: Any) -> dict[str, Any]:
    """A lead: chief executive of a firm of their own."""
    return {
        "first_name": "Ada", "last_name": surname(number), "job_title": title, "company_name": f"Firm {number}",
        "company_domain": f"firm{number}.example", "email": f"ada{number}@firm{number}.example",
        "company_linkedin": f"https://www.linkedin.com/company/firm-{number}",
        "linkedin": f"https://www.linkedin.com/in/{slug(number)}", **fields,
    }  # fmt: skip


def profile(number: int, title: str = "CEO", **fields: Any) -> dict[str, Any]:
    """What LinkedIn says of one of the people, as the actor writes it."""
    post = {
        "position": title, "companyName": f"Firm {number}", "companyUniversalName": f"firm-{number}",
        "companyLinkedinUrl": f"https://www.linkedin.com/company/firm-{number}", "companyId": str(9_000_000 + number),
        "startDate": {"month": "Mar", "year": 2020, "text": "Mar 2020"}, "endDate": {"text": "Present"},
    }  # fmt: skip
    return {
        "id": f"ACoAAB{number:033d}", "publicIdentifier": slug(number), "firstName": "Ada", "lastName": surname(number),
        "linkedinUrl": f"https://www.linkedin.com/in/{slug(number)}", "experience": [post], "currentPosition": [post],
        "originalQuery": {"query": f"https://www.linkedin.com/in/{slug(number)}"}, "status": 200, **fields,
    }  # fmt: skip


def not_found(query: str) -> dict[str, Any]:
    """The row of a profile that does not exist."""
    return {"element": None, "error": "404", "status": 404, "originalQuery": {"query": query}}


def answer(given: dict[str, Any], titles: dict[int, str] | None = None) -> list[bytes]:
    """A row for each query of an input."""
    rows = []
    for query in given["queries"]:
        number = int(query.rsplit("-nr", 1)[-1])
        rows.append(json.dumps(profile(number, (titles or {}).get(number, "CEO"))).encode())
    return rows


@contextmanager
def linkedin(**options: Any) -> Iterator[tuple[ApifyService, str]]:
    """Apify with an actor that gives a profile for each query; `service.items_of` may be replaced."""
    with apify(**options) as (service, url):
        service.items_of = lambda kind, given: answer(given)
        yield service, url


def world(tmp_path: Path, database_url: str, url: str, people: Iterable[dict[str, Any]], **settings: Any) -> Workspace:
    """A workspace whose masters know these people since DAY."""
    work = workspace(tmp_path, database_url, url, settings.pop("source", SOURCES), **settings)
    batch = Batch(DAY, "known")
    land_items(work, batch, list(people), tmp_path)
    digest(work, batch)
    return work


def ended(work: Workspace) -> list[int]:
    """Poll until the run of some wave is over; those waves."""
    import time

    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := poll_waves(work):
            return [wave.wave_id for wave in found]
        time.sleep(0.02)
    return []


def wave(work: Workspace, day: date = LOOK, **plan: Any) -> tuple[PlanReport, StartReport, RefreshReport]:
    """One wave from plan to close."""
    planned = plan_refresh(work, day=day, **plan)
    assert planned.wave_id is not None, planned
    started = start_refresh(work, planned.wave_id)
    assert ended(work) == [planned.wave_id]
    return planned, started, finish_refresh(work, planned.wave_id)


def jobs(admin: Admin) -> list[dict[str, Any]]:
    """All jobs, oldest first."""
    return admin.execute("select * from public.linkedin_refresh_jobs order by job_id").fetchall()


def states(admin: Admin) -> dict[tuple[str, str | None, int], int]:
    """How many jobs by status, outcome, attempt."""
    counted: dict[tuple[str, str | None, int], int] = {}
    for job in jobs(admin):
        key = (job["status"], job["outcome"], job["attempt"])
        counted[key] = counted.get(key, 0) + 1
    return counted


def log(admin: Admin) -> list[str]:
    """The sentences of the error log."""
    rows = admin.execute("select error_message from public.shq_error_log order by unique_id").fetchall()
    return [row["error_message"] for row in rows]


def suppress_person(work: Workspace, admin: Admin, person: str) -> None:
    """Put a person on the suppression list, however that is done."""
    with work.database.transaction(Role.READ):
        admin.execute(
            "insert into vault.suppression (kind, value, reason) values ('person', %s, 'asked')", [person]
        )
