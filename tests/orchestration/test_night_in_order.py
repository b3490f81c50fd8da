"""One night of the sandbox from the tick of the schedule to the morning report: search first, match on all that it found."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from batches import Batches, Rows
from pydantic import SecretStr

from outreach_pipeline.database.connect import Database
from outreach_pipeline.orchestration.after_night import MORNING_TAG, begin_morning
from outreach_pipeline.orchestration.night import go_on
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.sandbox.configure import sources_toml
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings

sys.path.append(str(Path(__file__).parents[1] / "end_to_end"))
from apify_world import QUICK

TAKEN = ("leads", "apollo_search", "apollo_match")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def night(tmp_path: Path, db: Database, database_url: str) -> Iterator[tuple[Batches, date]]:
    """Three nightly sources of a small world, of which match comes after search; and the day of its first night."""
    tables = re.split(r"(?m)^(?=\[sources\.)", sources_toml(None, 10))
    text = "".join(table for table in tables if table.startswith(tuple(f"[sources.{name}]" for name in TAKEN)))
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    with Sandbox(companies=10, timing=QUICK) as sandbox:
        day = sandbox.world.day(1)
        settings = Settings(
            _env_file=None, database_url=SecretStr(database_url), home=tmp_path / "home", sources=tmp_path / "sources.toml",
            first_day=day.isoformat(), apify_url=sandbox.apify_url, apify_token=SecretStr(sandbox.apify_token),
            apollo_url=sandbox.apollo_url, apollo_api_key=SecretStr(sandbox.apollo_key),
        )  # fmt: skip
        yield Batches(tmp_path, settings, db), day


@pytest.mark.slow
def test_the_night_runs_in_order_from_the_schedule_to_the_report(night: tuple[Batches, date], rows: Rows) -> None:
    batches, day = night
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC) + timedelta(days=1)
    defs, order = batches.defs(), []
    with dg.DagsterInstance.ephemeral() as instance:

        def run(requests: list[dg.RunRequest], job: str) -> None:
            for one in requests:
                order.append(one.partition_key.partition("|")[2] if one.partition_key else job)
                assert defs.resolve_job_def(job).execute_in_process(
                    partition_key=one.partition_key, tags=dict(one.tags), instance=instance, run_config=QUIET
                ).success

        def morning(minutes: int) -> list[dg.RunRequest]:
            return list(begin_morning(Pipeline(batches.workspace), instance, now=at + timedelta(minutes=minutes)).runs)

        context = dg.build_schedule_context(scheduled_execution_time=at, repository_def=defs.get_repository_def())
        first = list(defs.resolve_schedule_def("nightly_schedule").evaluate_tick(context).run_requests or [])
        assert {one.partition_key for one in first} == {f"{day}|leads", f"{day}|apollo_search"}, "match waits"
        for one in first:
            assert morning(10) == [], "the night goes on"
            run([one], "nightly")
        assert morning(20) == []
        run(list(go_on(Pipeline(batches.workspace), instance, now=at + timedelta(minutes=21)).runs), "nightly")
        assert not go_on(Pipeline(batches.workspace), instance, now=at + timedelta(minutes=22)).runs
        last = morning(23)
        assert [one.tags[MORNING_TAG] for one in last] == [day.isoformat()]
        run(last, "morning")
        assert morning(24) == [], "once"

    assert order[2:] == ["apollo_match", "morning"]
    asked = rows("select sum(asked) as n from public.credit_ledger where source = 'apollo_match'")[0]["n"]
    found = rows("select count(*) as n from intake.raw_loads where source = 'apollo_search'")[0]["n"]
    assert 0 < asked <= found
    assert rows("select count(*) as n from intake.batch where finished_at is null")[0]["n"] == 0
    (report,) = (batches.settings.home_path / "reports").glob("*.html")
    assert all(name in report.read_text(encoding="utf-8") for name in TAKEN)
