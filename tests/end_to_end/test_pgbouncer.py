"""Everything through a pooler in transaction mode: no statement of ours counts on the session of the one before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.schedule import MORNING
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.configure import sources_toml
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.night import nightly_sources
from outreach_pipeline.stages.refresh_due import plan_refresh
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import start_refresh
from outreach_pipeline.stages.workspace import Workspace
from tests.conftest import Server
from tests.end_to_end.bouncer import SERVER_CONNECTIONS, Bouncer, bouncer, missing
from tests.end_to_end.paid_world import Admin, one
from tests.end_to_end.refresh_world import ended

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def pooled(server: Server, database_name: str) -> Iterator[Bouncer]:
    with bouncer(server.url(database_name)) as found:
        yield found


@contextmanager
def others(url: str) -> Iterator[list[int]]:
    """Two other clients, whose transactions in other roles come between ours; counts them."""
    over, counts = threading.Event(), [0, 0]

    def work(number: int) -> None:
        database = Database(url)
        while not over.wait(0.05):
            with database.transaction(Role.READ if number else Role.PROMOTE) as tx:
                tx.fetch_value("select count(*) from intake.batch")
            counts[number] += 1
        database.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_the_night_the_morning_and_the_refresh_loop_through_pgbouncer(
    pooled: Bouncer, admin: Admin, tmp_path: Path
) -> None:
    with Sandbox(companies=15, files=tmp_path / "files", timing=Timing(0.01, 0.05, 0.0)) as sandbox:
        file = tmp_path / "sources.toml"
        file.write_text(sources_toml(tmp_path / "files", 15, refresh=True), encoding="utf-8")
        settings = Settings(
            _env_file=None, database_url=SecretStr(pooled.url), sources=file, home=tmp_path / "home", pause_secs=0.02,
            apify_token=sandbox.apify_token, apify_url=sandbox.apify_url, apollo_api_key=sandbox.apollo_key,
            apollo_url=sandbox.apollo_url, apollo_minute_secs=0.05, apify_usd_per_day=Decimal(200),
            apollo_credits_per_day=Decimal(20_000), apollo_credits_per_month=Decimal(20_000), run_lease_secs=1.0,
        )  # fmt: skip
        work, day = Workspace(settings), sandbox.world.day(1)
        with others(pooled.url) as counts:
            outcomes = run_batches(settings, day, nightly_sources(work), workspace=work)
            assert len(outcomes) == 11
            assert [(each.batch_id, each.problem) for each in outcomes if not each.succeeded] == []

            look = datetime.now(UTC).date() + timedelta(days=60)
            planned = plan_refresh(work, day=look)
            assert planned.wave_id is not None, planned
            start_refresh(work, planned.wave_id)
            assert ended(work) == [planned.wave_id]
            assert finish_refresh(work, planned.wave_id).state == "closed"

            morning = build_defs(workspace=work).resolve_job_def(MORNING)
            assert morning.execute_in_process(run_config=QUIET, raise_on_error=False).success
        assert min(counts) > 10
    assert one(admin, "select count(*) from marketing.company_slot where is_filled") > 10
    assert one(admin, "select count(*) from public.linkedin_refresh_jobs where status = 'completed'") == planned.jobs
    assert one(admin, "select count(*) from public.shq_error_log") == 0
    assert one(admin, "select count(*) from intake.run_lease") == 0
    [pool] = [each for each in pooled.show("pools") if each["database"] != "pgbouncer"]
    assert pool["pool_mode"] == "transaction"
    assert 0 < len(pooled.show("servers")) <= SERVER_CONNECTIONS


def test_this_pooler_keeps_nothing_of_a_session(pooled: Bouncer) -> None:
    """The test above would fail if we counted on one: here somebody does."""
    with psycopg.connect(pooled.url, autocommit=True, prepare_threshold=None) as first:
        first.execute("prepare mine as select 1")
        with psycopg.connect(pooled.url, prepare_threshold=None) as second:
            # Whoever holds the session that was free first gets it; ours is another one now.
            second.execute("select 1")
            with pytest.raises(psycopg.errors.InvalidSqlStatementName):
                first.execute("execute mine")
