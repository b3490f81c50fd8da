"""Two workers, and one dies with runs in it: everything is done once, paid once, and soon."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from fleet import backfill, fleet, kill_in_the_middle, missing
from pydantic import SecretStr

from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.http import Answer, Request
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace
from tests.conftest import Server

DAYS = [date(2026, 11, day) for day in (16, 17, 18, 19)]
SOURCES = """
[sources.leads]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 2.5
input = { fetch_count = 100 }
wait_secs = 120

[sources.companies]
kind = "apollo"
shape = "apollo_organization"
endpoint = "mixed_companies/search"
max_credits = 50
per_page = 5
"""
KEYS = [f"{day}|{source}" for day in DAYS for source in ("leads", "companies")]
FIVE_MINUTES = 300.0
STATES = {"finished": dg.DagsterRunStatus.SUCCESS, "failed": dg.DagsterRunStatus.FAILURE}
Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture(autouse=True)
def _is_there() -> None:
    if why := missing():
        pytest.skip(why)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Paid sources that take their time: each batch some seconds, so that a worker is in the middle of some."""
    with Sandbox(companies=20, timing=Timing(ready=0.2, running=6.0, settle=0.0)) as found:
        answer = found.apollo._companies

        def slowly(request: Request, place: Mapping[str, str]) -> Answer:
            time.sleep(1.0)
            return answer(request, place)

        found.apollo.route("POST", "/mixed_companies/search", slowly)
        found.apollo._routes.insert(0, found.apollo._routes.pop())
        yield found


@pytest.fixture
def settings(sandbox: Sandbox, database_url: str, tmp_path: Path) -> Settings:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES, encoding="utf-8")
    hour = datetime.now(UTC).hour
    return Settings(
        _env_file=None, database_url=SecretStr(database_url), sources=file, home=tmp_path / "home", first_day="2026-11-01",
        apify_token=sandbox.apify_token, apify_url=sandbox.apify_url, apollo_api_key=sandbox.apollo_key,
        apollo_url=sandbox.apollo_url, pause_secs=0.2, run_lease_secs=16.0,
        # Neither a night nor a morning begins meanwhile.
        nightly_hour=hour, morning_hour=(hour - 1) % 24,
    )  # fmt: skip


def _states(instance: dg.DagsterInstance) -> dict[str, list[dg.DagsterRunStatus]]:
    """What became of the runs of each batch, oldest first."""
    found: dict[str, list[dg.DagsterRunStatus]] = {key: [] for key in KEYS}
    for run in reversed(list(instance.get_runs())):
        found[run.tags["dagster/partition"]].append(run.status)
    return found


def _why(instance: dg.DagsterInstance) -> str:
    """The sentences of steps that failed, for whoever reads this test's failure."""
    told = [
        f"{run.tags['dagster/partition']}: {entry.dagster_event}"
        for run in instance.get_runs(dg.RunsFilter(statuses=[STATES["failed"]]))
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    ]
    return "\n".join(told)


@pytest.mark.timeout(600)
def test_a_backfill_is_done_once_and_paid_once_although_a_worker_dies(
    sandbox: Sandbox, settings: Settings, server: Server, admin: Admin, tmp_path: Path
) -> None:
    name = server.create()
    try:
        with fleet(tmp_path, settings, server.url(name)) as (machines, instance):
            machines.start_worker()
            machines.start_worker()
            machines.start_daemon()
            defs = build_defs(workspace=Workspace(settings))
            job = defs.resolve_job_def(NIGHTLY)
            tables = [".".join(key.path) for key in job.asset_layer.executable_asset_keys]
            backfill(instance, defs, KEYS, tables)
            lost = kill_in_the_middle(machines, admin, 2, ["companies"], patience=120.0)
            died = time.monotonic()

            done: list[str] = []
            while len(done) < len(KEYS) and time.monotonic() - died < FIVE_MINUTES:
                time.sleep(0.5)
                done = [key for key, runs in _states(instance).items() if STATES["finished"] in runs]
            assert sorted(done) == sorted(KEYS), f"{_states(instance)}\n{_why(instance)}\n{machines.said()}"

            runs = _states(instance)
            # Others may have been given up on a machine that starves; each ends once, and was started again only for that.
            assert lost <= {key for key, states in runs.items() if STATES["failed"] in states}, runs
            assert {states[-1] for states in runs.values()} == {STATES["finished"]}, runs
            assert {state for states in runs.values() for state in states[:-1]} == {STATES["failed"]}, runs
            assert _why(instance) == ""
    finally:
        server.drop(name)

    finished = admin.execute("select batch_id from intake.batch where finished_at is not null").fetchall()
    assert {row["batch_id"] for row in finished} == set(KEYS)
    assert admin.execute("select 1 from intake.unfinished_batch").fetchall() == []
    assert admin.execute("select 1 from intake.run_lease").fetchall() == []
    _paid_once(sandbox, admin)


def _paid_once(sandbox: Sandbox, admin: Admin) -> None:
    paid = sandbox.ledger()
    assert paid["apify"]["runs"] == len(DAYS)
    starts = admin.execute("select state, run_status, attempts, count(*) as n from public.actor_runs group by 1, 2, 3").fetchall()
    assert starts == [{"state": "ended", "run_status": "SUCCEEDED", "attempts": 1, "n": len(DAYS)}]
    pages = -(-len(sandbox.apollo.search().companies({})) // 5)
    assert paid["apollo"]["credits"] == pages * len(DAYS)
    calls = admin.execute("select state, sum(spent) as spent from public.credit_ledger group by state").fetchall()
    assert [(one["state"], one["spent"]) for one in calls] == [("settled", Decimal(pages * len(DAYS)))]
    # Every batch landed as many items as its source has, once.
    counts = admin.execute("select source, status, array_agg(distinct items) as items, count(*) as n from intake.pull group by 1, 2 order by 1").fetchall()
    assert [(one["source"], one["status"], len(one["items"]), one["n"]) for one in counts] == [
        ("companies", "complete", 1, len(DAYS)), ("leads", "complete", 1, len(DAYS))
    ], json.dumps(counts, default=str)  # fmt: skip
