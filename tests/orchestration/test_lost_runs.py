"""Runs prove that they live. One whose process is gone is failed once, and what it held is free; one that lives is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from batches import MONDAY, Batches, Rows, leads

from outreach_pipeline.errors import PermanentError
from outreach_pipeline.orchestration import assets
from outreach_pipeline.orchestration.heartbeat import Heartbeat, living
from outreach_pipeline.orchestration.incidents import ERROR_ID_TAG, PARTITION_TAG
from outreach_pipeline.orchestration.lost_runs import SAID, look
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.providers import SOURCE_TAG
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.stages.run_lease import RunLease, this_process
from outreach_pipeline.stages.unfinished import DIED, read_unfinished
from outreach_pipeline.stages.workspace import Batch, no_progress

LEADS = Batch(MONDAY, "leads")
LEASES = "select run_id, batch_id, held_by, doubted_at from intake.run_lease"
SECONDS = 90.0


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def _started(batches: Batches, instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run of the batch that says it has started."""
    tags = {PARTITION_TAG: LEADS.batch_id, SOURCE_TAG: LEADS.source}
    run = instance.create_run_for_job(batches.defs().resolve_job_def(NIGHTLY), tags=tags)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, job_name=NIGHTLY, message=""), run.run_id
    )
    assert _status(instance, run) is dg.DagsterRunStatus.STARTED
    return run


def _status(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    assert found
    return found.status


def _lease(batches: Batches, run: dg.DagsterRun) -> RunLease:
    lease = RunLease(batches.database, run.run_id, LEADS.batch_id, SECONDS)
    lease.take()
    return lease


def _pass(rows: Rows, seconds: float) -> None:
    """So much time goes by, as the leases see it."""
    rows(
        "update intake.run_lease set held_until = held_until - make_interval(secs => %s), "
        "doubted_at = doubted_at - make_interval(secs => %s) returning 1",
        seconds, seconds,
    )  # fmt: skip


def _look(batches: Batches, instance: dg.DagsterInstance) -> str:
    return look(Pipeline(batches.workspace), instance).sentence


def test_a_run_holds_a_lease_for_as_long_as_it_runs(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches.write(MONDAY, leads(2))
    real, held = assets.promote_all, []

    def promote(*given: object, **options: object) -> object:
        held.extend(rows(LEASES))
        return real(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(assets, "promote_all", promote)
    result = batches.run(MONDAY, instance=instance)
    assert result.success
    expected = {"run_id": result.run_id, "batch_id": LEADS.batch_id, "held_by": this_process(), "doubted_at": None}
    assert held == [expected]
    assert rows(LEASES) == []


def test_a_dead_run_is_failed_after_two_looks_noted_and_what_it_pulled_is_free(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    run = _started(batches, instance)
    _lease(batches, run)
    pull = (
        "insert into intake.pull (batch_id, source, origin, held_by, held_until) "
        "values (%s, 'leads', %s, %s, now() + interval '15 minutes') returning 1"
    )
    rows("select intake.f_open_batch(%s, 'leads')", LEADS.batch_id)
    rows(pull, LEADS.batch_id, "its own", f"{this_process()}:1f")
    rows(pull, LEADS.batch_id, "another's", f"{this_process()}0:1f")

    assert _look(batches, instance) == "Every run lives."
    _pass(rows, SECONDS + 1)
    assert _look(batches, instance) == "Every run lives.", "only doubted"
    _pass(rows, SECONDS / 2 - 5)
    assert _look(batches, instance) == "Every run lives.", "doubted for too short a time"
    _pass(rows, 6)
    assert "1" in _look(batches, instance)

    assert _status(instance, run) is dg.DagsterRunStatus.FAILURE
    failed = instance.get_run_by_id(run.run_id)
    assert failed
    assert ERROR_ID_TAG in failed.tags
    assert any(SAID in (event.message or "") for event in instance.all_logs(run.run_id))
    assert [(one.batch_id, one.kind) for one in read_unfinished(batches.workspace)] == [(LEADS.batch_id, DIED)]
    assert rows("select origin from intake.pull where held_by is null") == [{"origin": "its own"}]
    assert rows(LEASES) == []
    assert _look(batches, instance) == "Every run lives.", "it is failed once"
    assert len(rows("select 1 from public.shq_error_log")) == 1


def test_a_time_without_the_database_kills_nobody(batches: Batches, instance: dg.DagsterInstance, rows: Rows) -> None:
    run = _started(batches, instance)
    lease = _lease(batches, run)
    for _ in range(3):
        _pass(rows, 10 * SECONDS)
        assert _look(batches, instance) == "Every run lives."
        assert lease.renew(), "its next sign of life"
    assert _status(instance, run) is dg.DagsterRunStatus.STARTED


def test_a_run_that_died_before_its_lease_is_failed_and_those_of_others_are_not(
    batches: Batches, instance: dg.DagsterInstance
) -> None:
    @dg.job
    def of_others() -> None:
        pass

    run, live = _started(batches, instance), _started(batches, instance)
    _lease(batches, live)
    foreign = instance.create_run_for_job(of_others)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, job_name="of_others", message=""), foreign.run_id
    )
    pipeline, now = Pipeline(batches.workspace), datetime.now(UTC)
    look(pipeline, instance, now=now + timedelta(seconds=2 * SECONDS - 10))
    assert _status(instance, run) is dg.DagsterRunStatus.STARTED
    look(pipeline, instance, now=now + timedelta(seconds=2 * SECONDS + 10))
    assert _status(instance, run) is dg.DagsterRunStatus.FAILURE
    assert _status(instance, live) is dg.DagsterRunStatus.STARTED
    assert _status(instance, foreign) is dg.DagsterRunStatus.STARTED


def test_a_run_that_ended_meanwhile_is_left_as_it_is(batches: Batches, instance: dg.DagsterInstance, rows: Rows) -> None:
    run = _started(batches, instance)
    _lease(batches, run)
    instance.report_run_canceled(run)
    for _ in range(2):
        _pass(rows, 2 * SECONDS)
        _look(batches, instance)
    assert _status(instance, run) is dg.DagsterRunStatus.CANCELED
    assert rows(LEASES) == []
    assert rows("select 1 from public.shq_error_log") == []


def test_a_run_that_was_given_up_does_nothing_more_when_it_wakes(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    lease = RunLease(batches.database, "run-1", LEADS.batch_id, SECONDS)
    heartbeat = Heartbeat(lease, 0.02)
    moved = heartbeat.guarded(no_progress)
    with heartbeat.beating():
        moved("still mine", 0, None)
        rows("delete from intake.run_lease returning 1")
        heartbeat._thread.join(30)
        with pytest.raises(PermanentError, match="given up"):
            moved("no longer", 0, None)


def test_a_launched_run_that_was_given_up_ends_without_a_word(batches: Batches, rows: Rows) -> None:
    """Its own failure would keep Dagster from starting it again."""
    ended = threading.Event()
    lease = RunLease(batches.database, "run-1", LEADS.batch_id, SECONDS)
    with Heartbeat(lease, 0.02, ended.set).beating():
        assert not ended.wait(0.2)
        rows("delete from intake.run_lease returning 1")
        assert ended.wait(30)
    code = "from outreach_pipeline.orchestration.heartbeat import end_process as end\ntry:\n    end()\nfinally:\n    print('said')"
    gone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "started again elsewhere" in gone.stderr


def test_the_heartbeat_outlives_a_lease_and_the_sensor_runs_by_itself(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    lease = RunLease(batches.database, "run-1", LEADS.batch_id, 0.4)
    with Heartbeat(lease, 0.05).beating():
        rows("update intake.run_lease set doubted_at = now() returning 1")
        for _ in range(200):
            if rows(LEASES)[0]["doubted_at"] is None:
                break
            rows("select pg_sleep(0.05)")
        assert rows(LEASES)[0]["doubted_at"] is None
    defs = batches.defs()
    sensor = defs.resolve_sensor_def("lost_runs")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    # As the definitions have it: a tick has no run, and so no heartbeat.
    with dg.build_sensor_context(
        instance=instance, repository_def=defs.get_repository_def(), sensor_name="lost_runs",
        resources={"pipeline": living(Pipeline(batches.workspace))},
    ) as context:  # fmt: skip
        tick = sensor.evaluate_tick(context)
    assert "Every run lives." in str(tick.skip_message)
    assert rows(LEASES) == []
