"""Bills that settle late: by several processes at once, once each, and only by what Apify says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import Admin, apify, one, run_rows, workspace

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.sandbox.apify import answers as apify_answers
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import settle_bills
from outreach_pipeline.stages.workspace import Batch, Workspace

DAYS = [date(2026, 11, 1) + timedelta(days=n) for n in range(6)]


def paid(there: Workspace, count: int = len(DAYS)) -> None:
    for day in DAYS[:count]:
        land_batch(there, Batch(day, "leads"))


def test_two_at_once_look_at_each_bill_once(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = [workspace(tmp_path, database_url, url) for _ in range(4)]
        paid(there[0])
        looked: list[str] = []
        whole = service._run

        def counted(request: Any, found: Any) -> Any:
            looked.append(found["run"])
            return whole(request, found)

        service.route("GET", "/v2/actor-runs/{run}", counted)
        service._routes.insert(0, service._routes.pop())
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(lambda each: settle_bills(each, after_secs=0, limit=3), there)) == len(DAYS)
        assert sorted(looked) == sorted(run.id for run in service.runs.all())
        assert one(admin, "select count(*) from public.actor_runs where settled_at is null") == 0


def test_a_tick_does_what_it_is_allowed_and_the_next_goes_on(tmp_path: Path, database_url: str) -> None:
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        paid(there, 3)
        assert [settle_bills(there, after_secs=0, limit=2) for _ in range(3)] == [2, 1, 0]


def test_bills_of_a_process_that_died_are_looked_at_again(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        paid(there, 1)
        with there.database.transaction(Role.INGEST) as tx:
            tx.fetch_all(load_queries("apify").due_bills, {"after": 0, "limit": 10, "lease": 300})
        assert settle_bills(there, after_secs=0) == 0
        admin.execute("update public.actor_runs set claimed_until = now()")
        assert settle_bills(there, after_secs=0) == 1


def open_bills(admin: Admin) -> int:
    return int(one(admin, "select count(*) from public.actor_runs where settled_at is null"))


def test_one_bill_that_cannot_be_read_holds_no_other_back(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        paid(there, 4)
        service.faults.add(f"GET /v2/actor-runs/{service.runs.all()[0].id}", "status_500", times=999)
        with pytest.raises(TransientError, match="1 of 4 bills could not be settled; the first: Apify answered 500"):
            settle_bills(there, after_secs=0)
        assert open_bills(admin) == 1
        service.faults.clear()
        admin.execute("update public.actor_runs set claimed_until = now()")
        assert settle_bills(there, after_secs=0) == 1


def test_an_apify_that_is_away_is_not_asked_for_every_bill(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        paid(there)
        fault = service.faults.add("GET /v2/actor-runs/*", "status_500", times=999)
        with pytest.raises(TransientError, match="3 of 6 bills"):
            settle_bills(there, after_secs=0)
        assert fault.struck == 3 * 5, "three runs, five times each"
        assert open_bills(admin) == 6


def test_a_bill_without_a_total_is_what_was_reserved(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = apify_answers.run_object
    monkeypatch.setattr(apify_answers, "run_object", lambda run: {**whole(run), "usageTotalUsd": None})
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        paid(there, 1)
        assert settle_bills(there, after_secs=0) == 1
        (row,) = run_rows(admin)
        assert (row["spent_usd"], row["run_status"]) == (row["reserved_usd"], "SUCCEEDED")
        assert row["settled_at"] is not None
        assert row["note"].startswith("Apify told no total for the run")


def test_a_wrong_token_settles_nothing(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Apify does not know the run of a token that it does not know; the bill is not closed for that."""
    with apify() as (_, url):
        paid(workspace(tmp_path, database_url, url), 1)
        with pytest.raises(ConfigurationError):
            settle_bills(workspace(tmp_path, database_url, url, apify_token="wrong"), after_secs=0)
    (row,) = run_rows(admin)
    assert row["settled_at"] is None
    assert row["claimed_until"] > datetime.now(UTC)
