"""The morning from the command line: on the instance of the page, with one sentence when it fails."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import psycopg
import pytest
from batches import MONDAY, Batches, Rows, leads

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.orchestration.morning import run_morning
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.specs import ALERTS, CHANGES, NIGHTS, READY, REFRESH_JOBS, SIGNALS
from outreach_pipeline.orchestration.told import alerts_sensor
from outreach_pipeline.stages.unfinished import Stop, note_stop
from outreach_pipeline.stages.workspace import Batch


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


def test_the_morning_tells_what_is_wrong_and_writes_the_report(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(2))
    batches.run(MONDAY)
    note_stop(batches.workspace, Batch(MONDAY, "more_leads"), Stop("run", "configuration", "Its file is away."))
    run_morning(batches.workspace)
    found = rows("select rule, source, sent_at from public.alert_incident where rule = 'failed_batch'")
    assert found == [{"rule": "failed_batch", "source": "more_leads", "sent_at": None}]
    with open_instance(batches.settings) as instance:
        event = instance.get_latest_materialization_event(NIGHTS.key)
        assert event is not None
        assert event.asset_materialization is not None
        told = event.asset_materialization.metadata
        path = Path(str(told["report"].value))
        assert path.parent == batches.settings.home_path / "reports"
        assert "Morning report" in path.read_text(encoding="utf-8")
        alerts = instance.get_latest_materialization_event(ALERTS.key)
        assert alerts is not None
        assert alerts.asset_materialization is not None
        assert alerts.asset_materialization.metadata["not told yet"].value >= 1
        said = str(told) + str(alerts.asset_materialization.metadata)
        assert "Ada" not in said
        assert "file is away" not in said


def test_a_report_that_cannot_be_written_holds_back_no_alert(batches: Batches, rows: Rows) -> None:
    batches.settings.home_path.mkdir(parents=True, exist_ok=True)
    (batches.settings.home_path / "reports").write_text("a file where the folder should be", encoding="utf-8")
    note_stop(batches.workspace, Batch(MONDAY, "more_leads"), Stop("run", "configuration", "Its file is away."))
    with pytest.raises(OutreachError) as failed:
        run_morning(batches.workspace)
    assert failed.value.next_step
    assert rows("select count(*) as n from public.alert_incident where rule = 'failed_batch'") == [{"n": 1}]


def test_the_sensor_tells_without_waiting_for_the_morning(batches: Batches, rows: Rows) -> None:
    note_stop(batches.workspace, Batch(MONDAY, "more_leads"), Stop("run", "configuration", "Its file is away."))
    sensor = alerts_sensor()
    with open_instance(batches.settings) as instance:
        context = dg.build_sensor_context(
            instance=instance, sensor_name="tell_faults", resources={"pipeline": Pipeline(batches.workspace)}
        )
        result = sensor.evaluate_tick(context)
    assert result.run_requests == []
    assert "not told yet" in str(result.skip_message)
    assert rows("select count(*) as n from public.alert_incident where rule = 'failed_batch'") == [{"n": 1}]
    assert rows("select count(*) as n from public.nightly_number") == [{"n": 0}]
