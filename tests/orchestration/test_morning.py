"""The morning from the command line: on the instance of the page, with one sentence when it fails."""

from __future__ import annotations

import dagster as dg
import psycopg
import pytest
from batches import MONDAY, Batches, Rows, leads

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.orchestration.morning import run_morning
from outreach_pipeline.orchestration.specs import CHANGES, READY, REFRESH_JOBS, SIGNALS


def test_every_wide_asset_shows_on_the_page_afterwards(batches: Batches) -> None:
    batches.write(MONDAY, leads(2))
    batches.run(MONDAY)
    run = run_morning(batches.workspace)
    with open_instance(batches.settings) as instance:
        for table in (SIGNALS, READY, CHANGES, REFRESH_JOBS):
            event = instance.get_latest_materialization_event(table.key)
            assert event is not None, table.key
            assert event.run_id == run


def test_the_morning_plans_and_pays_nothing(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(2))
    batches.run(MONDAY)
    run_morning(batches.workspace)
    assert rows("select count(*) as n from public.actor_runs") == [{"n": 0}]
    assert rows("select count(*) as n from public.linkedin_refresh_jobs") == [{"n": 0}]


def test_a_morning_that_fails_says_why_and_is_logged(batches: Batches, rows: Rows, admin: psycopg.Connection[object]) -> None:
    admin.execute("drop view marketing.outreach_candidate cascade")
    with pytest.raises(OutreachError) as failed:
        run_morning(batches.workspace)
    assert failed.value.next_step
    assert len(rows("select 1 from public.shq_error_log")) == 1
    with open_instance(batches.settings) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
