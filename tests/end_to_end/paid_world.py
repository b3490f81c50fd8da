"""A workspace over a test's own database and the sandbox's Apify, with sources written by the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.sandbox.http import Answer, HttpServer, Request, Service, json_answer
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Batch, Workspace

TOKEN = "apify_api_secretOfTheTest"
DAY = date(2026, 11, 20)
ACTOR = "code_crafter/leads-finder"
RUNS = "/v2/actors/*/runs"
ITEMS = "/v2/datasets/*/items"
Admin = psycopg.Connection[dict[str, Any]]


def lead(number: int) -> bytes:
    """One row of the leads actor; every row is another person."""
    return json.dumps(
        {
            "first_name": "Ada", "last_name": f"Nr {number}", "email": f"ada{number}@firm{number}.example",
            "company_name": f"Firm {number}", "company_domain": f"firm{number}.example", "job_title": "CEO",
        }
    ).encode()  # fmt: skip


@contextmanager
def apify(items: int = 7, **options: Any) -> Iterator[tuple[ApifyService, str]]:
    """A server with one account; every run gives `items` leads. Gives the service and its URL."""
    timing = options.pop("timing", Timing(ready=0.01, running=0.05, settle=0.0))
    rows = options.pop("rows", None) or [lead(n) for n in range(items)]
    service = ApifyService(lambda kind, given: rows, TOKEN, timing=timing, **options)
    server = HttpServer(service, 0)
    server.start()
    try:
        yield service, server.url
    finally:
        server.stop()


Handler = Callable[[Request, Mapping[str, str]], Answer]


def serve(service: Service, method: str, path: str, handler: Handler) -> None:
    """Let `handler` answer instead of what the sandbox would."""
    service.route(method, path, handler)
    service._routes.insert(0, service._routes.pop())


def gateway_gives_up(service: ApifyService, status: int = 504, times: int = 1) -> None:
    """So many starts are accepted, and the gateway before Apify answers with `status` all the same."""
    start, left = service._start, [times]

    def started(request: Request, found: Mapping[str, str]) -> Answer:
        answer = start(request, found)
        left[0] -= 1
        return service.refuse(status, None, request) if left[0] >= 0 else answer

    serve(service, "POST", "/v2/actors/{actor}/runs", started)


class LaggingList:
    """A list of runs that shows none until `shows` is set: Apify's lags behind its starts."""

    def __init__(self, service: ApifyService) -> None:
        self.shows = False
        whole = service._list

        def listed(request: Request, found: Mapping[str, str]) -> Answer:
            answer = whole(request, found)
            if self.shows:
                return answer
            page = json.loads(answer.body)
            page["data"]["items"] = []
            return json_answer(page)

        serve(service, "GET", "/v2/actors/{actor}/runs", listed)


def claims_are_over(admin: Admin) -> None:
    """As when so much time has passed that every claim of a start has run out."""
    admin.execute("update public.actor_runs set claimed_until = now() - interval '1 second' where state = 'intent'")


def leases_are_over(admin: Admin) -> None:
    """As when so much time has passed that nobody holds a batch of Apollo any more."""
    admin.execute("update intake.pull set held_until = now() - interval '1 second' where held_by is not null")


SOURCE = f"""
[sources.leads]
kind = "apify"
shape = "leads_finder"
actor = "{ACTOR}"
max_total_charge_usd = 2.5
input = {{ fetch_count = 100 }}
wait_secs = 10
"""


def workspace(tmp_path: Path, database_url: str, url: str, source: str = SOURCE, **settings: Any) -> Workspace:
    """A workspace whose sources.toml is `source`. Pauses are short; a claim lasts eight seconds."""
    file = tmp_path / "sources.toml"
    file.write_text(source)
    values: dict[str, Any] = {
        "apify_token": TOKEN, "apify_url": url, "apify_usd_per_day": Decimal(25),
        "apify_usd_per_month": Decimal(250), "apify_claim_secs": 8.0, "pause_secs": 0.02,
        "page_items": 3, "sources": file, "home": tmp_path,
    }  # fmt: skip
    values.update(settings)
    return Workspace(Settings(_env_file=None, **values), Database(database_url))


BATCH = Batch(DAY, "leads")


def landed(admin: Admin) -> list[str]:
    """What landed, duplicates too: the e-mail of each load in order."""
    rows = admin.execute(
        "select raw_data ->> 'email' as email, status from intake.raw_loads order by load_id"
    ).fetchall()
    assert all(row["status"] != "duplicate" for row in rows)
    return [row["email"] for row in rows]


def run_rows(admin: Admin) -> list[dict[str, Any]]:
    """The ledger of runs."""
    return admin.execute("select * from public.actor_runs order by actor_run_id").fetchall()


def one(admin: Admin, query: str) -> Any:
    """The first column of the first row."""
    row = admin.execute(query).fetchone()  # type: ignore[call-overload]
    return None if row is None else next(iter(row.values()))


PEOPLE = """
[sources.people]
kind = "apollo"
shape = "apollo_people_search"
endpoint = "mixed_people/api_search"
max_credits = 0
per_page = 40

[sources.matches]
kind = "apollo"
shape = "apollo_people_match"
endpoint = "people/bulk_match"
subjects_from = "people"
max_credits = 1000

[sources.companies]
kind = "apollo"
shape = "apollo_organization"
endpoint = "mixed_companies/search"
max_credits = 50
per_page = 5
"""


@contextmanager
def apollo(companies: int = 30, **options: Any) -> Iterator[Any]:
    """The sandbox with a small world."""
    from outreach_pipeline.sandbox.server import Sandbox

    with Sandbox(companies=companies, **options) as sandbox:
        yield sandbox


def apollo_workspace(
    tmp_path: Path, database_url: str, sandbox: Any, source: str = PEOPLE, **settings: Any
) -> Workspace:
    """A workspace that reaches the sandbox's Apollo; a minute is two hundredths of a second."""
    values = {
        "apollo_api_key": sandbox.apollo_key, "apollo_url": sandbox.apollo_url, "apollo_minute_secs": 0.05
    }  # fmt: skip
    return workspace(tmp_path, database_url, sandbox.apify_url, source, **{**values, **settings})
