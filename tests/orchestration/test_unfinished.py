"""Batches that stopped: asked for again once per stop, when their time has come, and never blindly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from batches import MONDAY, TUESDAY, Batches, Rows, leads

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import BudgetError, ConfigurationError, OutreachError, PermanentError, TransientError
from outreach_pipeline.orchestration import assets, failures
from outreach_pipeline.orchestration.incidents import ERROR_ID_TAG, log_failed_run, problem_of
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import MORNING, NIGHTLY
from outreach_pipeline.orchestration.specs import UNFINISHED
from outreach_pipeline.orchestration.unfinished import BATCHES_PER_TICK, look
from outreach_pipeline.stages.unfinished import (
    ATTEMPTS,
    DIED,
    Stop,
    Unfinished,
    note_open,
    note_stop,
    read_unfinished,
)
from outreach_pipeline.stages.workspace import Batch, Workspace

LEADS = Batch(MONDAY, "leads")
LOG = "select error_message from public.shq_error_log order by id"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.0)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are kept."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def _failing(monkeypatch: pytest.MonkeyPatch, error: OutreachError, step: str = "land_batch") -> Callable[[], None]:
    """Let a stage fail until the returned function is called."""
    real, broken = getattr(assets, step), [True]

    def stage(*given: Any, **options: Any) -> Any:
        if broken[0]:
            raise error
        return real(*given, **options)

    monkeypatch.setattr(assets, step, stage)
    return lambda: broken.__setitem__(0, False)


def _run(batches: Batches, instance: dg.DagsterInstance, batch: Batch = LEADS) -> dg.ExecuteInProcessResult:
    """Run a batch, and log it as the failure sensor does."""
    result = batches.run(batch.day, batch.source, instance=instance)
    if not result.success:
        run = instance.get_run_by_id(result.run_id)
        assert run
        log_failed_run(Pipeline(batches.workspace), instance, run, problem_of(result.all_events))
    return result


def _keys(batches: Batches, instance: dg.DagsterInstance, now: datetime) -> list[str | None]:
    return [one.run_key for one in look(Pipeline(batches.workspace), instance, now=now).runs]


def _one(workspace: Workspace) -> Unfinished:
    (found,) = read_unfinished(workspace)
    return found


def _in(**time: int) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def _later(error: OutreachError, at: datetime) -> OutreachError:
    error.not_before = at
    return error


def test_a_stop_with_a_known_end_is_asked_for_once_then_and_goes_through(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    batches.write(MONDAY, leads(3))
    opens = _in(hours=3)
    mend = _failing(monkeypatch, _later(TransientError("The day's calls are used up."), opens))
    failed = _run(batches, instance)
    assert len(instance.all_logs(failed.run_id, of_type=dg.DagsterEventType.STEP_RESTARTED)) == 0, "asked in vain"
    assert abs(_one(batches.workspace).goes_on_at - opens) < timedelta(seconds=2)  # type: ignore[operator]
    assert _keys(batches, instance, opens - timedelta(minutes=1)) == []
    assert _keys(batches, instance, opens + timedelta(minutes=1)) == [f"after-{failed.run_id}"]
    mend()
    assert _run(batches, instance).success
    assert read_unfinished(batches.workspace) == ()
    assert _keys(batches, instance, _in(days=9)) == []
    assert rows("select count(*) as n from intake.raw_loads where status = 'promoted'")[0]["n"] == 3


def test_a_thousand_ticks_of_two_daemons_ask_for_each_stop_under_one_key(
    batches: Batches, instance: dg.DagsterInstance
) -> None:
    note_stop(batches.workspace, LEADS, Stop("run-1", "transient", "The line was busy."))

    def ticks(minutes: range) -> set[str | None]:
        return {key for minute in minutes for key in _keys(batches, instance, _in(minutes=minute))}

    with ThreadPoolExecutor(2) as two:
        found = list(two.map(ticks, (range(0, 1000, 10), range(5, 1000, 10))))
    assert set().union(*found) == {"after-run-1"}
    note_stop(batches.workspace, LEADS, Stop("run-2", "transient", "The line was busy."))
    assert _keys(batches, instance, _in(hours=2)) == ["after-run-2"]


def test_a_tick_that_died_after_taking_a_batch_is_made_up_for(batches: Batches, instance: dg.DagsterInstance) -> None:
    note_stop(batches.workspace, LEADS, Stop("run-1", "transient", "The line was busy."))
    assert _keys(batches, instance, _in(minutes=16)) == ["after-run-1"]
    assert _keys(batches, instance, _in(minutes=17)) == [], "its run is on its way"
    assert _keys(batches, instance, _in(minutes=80)) == ["after-run-1"]


def test_a_step_that_died_after_its_pull_goes_on_and_pulls_nothing_again(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    batches.write(MONDAY, leads(4))
    mend = _failing(monkeypatch, TransientError("The database was gone."), "promote_all")
    failed = _run(batches, instance)
    assert rows("select count(*) as n from intake.raw_loads where status = 'pending'")[0]["n"] == 4
    [request] = look(Pipeline(batches.workspace), instance, now=_in(minutes=16)).runs
    assert (request.run_key, request.partition_key) == (f"after-{failed.run_id}", LEADS.batch_id)
    mend()
    assert _run(batches, instance, Batch.parse(str(request.partition_key))).success
    assert {row["status"] for row in rows("select status from intake.raw_loads")} == {"promoted"}
    assert rows("select pages from intake.pull") == [{"pages": 1}]


def test_after_so_many_stops_nobody_asks_again_and_the_log_says_what_to_do(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    _failing(monkeypatch, TransientError("The line was busy.", next_step="Run it again later."))
    for _ in range(ATTEMPTS):
        assert not _run(batches, instance).success
    assert _keys(batches, instance, _in(days=30)) == []
    told = [row["error_message"] for row in rows(LOG)]
    assert len(told) == ATTEMPTS
    assert told[-1].startswith("The line was busy. It goes on not by itself")
    assert "not by itself: 6 attempts got no further" in told[-1]
    assert sum("got no further" in one for one in told) == 1
    assert _one(batches.workspace).to_do == "Run it again later."


def test_getting_further_is_no_attempt_in_vain(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(2))
    for number in range(ATTEMPTS - 1):
        found = note_stop(batches.workspace, LEADS, Stop(f"run-{number}", "transient", "The hour's calls are used up."))
    assert found.in_vain == ATTEMPTS - 1
    batches.run(MONDAY, only=["intake.raw_loads"])
    found = note_stop(batches.workspace, LEADS, Stop("run-further", "transient", "The hour's calls are used up."))
    assert (found.in_vain, found.goes_on_at is None) == (1, False)
    assert rows("select count(*) as n from intake.unfinished_batch")[0]["n"] == 1


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("No such shape."), PermanentError("2 calls may have been charged."),
        BudgetError("A run would pass the cap per run."), BudgetError("The account is out of credits."),
    ],
    ids=["configuration", "doubt", "cap per run", "account"],
)  # fmt: skip
def test_what_waits_for_a_person_is_not_tried_again(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, error: OutreachError
) -> None:
    _failing(monkeypatch, error)
    _run(batches, instance)
    assert _keys(batches, instance, _in(days=30)) == []
    assert (_one(batches.workspace).goes_on, _one(batches.workspace).why) == ("not by itself", error.message)


def test_a_held_batch_waits_for_its_decision(batches: Batches, instance: dg.DagsterInstance) -> None:
    batches.write(MONDAY, leads(25, company_name=None))
    _run(batches, instance)
    assert _keys(batches, instance, _in(days=30)) == []
    assert _one(batches.workspace).kind == "rejected data"
    assert "accept_checks" in _one(batches.workspace).to_do


def test_a_process_that_died_without_a_word_goes_on(batches: Batches, instance: dg.DagsterInstance) -> None:
    job = batches.defs().resolve_job_def(NIGHTLY)
    tags = {"dagster/partition": LEADS.batch_id, "outreach/process": "elsewhere:1"}
    run = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    log_failed_run(Pipeline(batches.workspace), instance, run, None)
    assert _one(batches.workspace).kind == DIED
    assert _keys(batches, instance, _in(minutes=16)) == [], "it is still going"
    instance.report_run_failed(run)
    assert _keys(batches, instance, _in(minutes=90)) == [f"after-{run.run_id}"]


def test_a_run_that_failed_while_the_database_was_away_is_noted_later(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, TransientError("The database is away."))
    failed = batches.run(MONDAY, instance=instance)
    nowhere = Workspace(batches.settings, Database("postgresql://nobody@127.0.0.1:1/none", connect_attempts=1))
    run = instance.get_run_by_id(failed.run_id)
    assert run
    with pytest.raises(TransientError):
        log_failed_run(Pipeline(nowhere), instance, run, None)
    assert _keys(batches, instance, _in(minutes=1)) == []
    assert read_unfinished(batches.workspace) == (), "the sensor of failures has its time first"
    assert _keys(batches, instance, _in(minutes=30)) == [f"after-{failed.run_id}"]
    assert _one(batches.workspace).why == "The database is away."
    noted = instance.get_run_by_id(failed.run_id)
    assert noted
    assert noted.tags[ERROR_ID_TAG].startswith("ERR-")


def test_batches_beyond_a_tick_and_those_that_cannot_run_hold_back_no_other(
    batches: Batches, instance: dg.DagsterInstance
) -> None:
    removed = Batch(MONDAY, "no_longer_a_source")
    days = [MONDAY - timedelta(days=n) for n in range(15)]
    for batch in (removed, *[Batch(day, source) for day in days for source in ("leads", "more_leads")]):
        note_stop(batches.workspace, batch, Stop(f"run-{batch.batch_id}", "transient", "The line was busy."))
    first, second = (_keys(batches, instance, _in(minutes=16 + n)) for n in range(2))
    assert (len(first), len(second)) == (BATCHES_PER_TICK, 10)
    assert len({*first, *second}) == 30
    assert len(read_unfinished(batches.workspace)) == 31


def test_a_day_that_is_not_over_goes_on_after_it(batches: Batches, instance: dg.DagsterInstance) -> None:
    today = Batch(datetime.now(UTC).date(), "leads")
    batches.write(today.day, leads(1))
    note_open(batches.workspace, today, "run-1", "The day is not over.")
    batches.run(today.day, instance=instance)
    midnight = datetime.combine(today.day + timedelta(days=1), datetime.min.time(), UTC)
    assert _one(batches.workspace).goes_on_at == midnight
    assert _keys(batches, instance, midnight - timedelta(minutes=1)) == []
    assert _keys(batches, instance, midnight + timedelta(minutes=1)) == ["after-run-1"]


def test_the_morning_has_a_line_for_each_and_none_hides_another(
    batches: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_stop(
        batches.workspace, LEADS, Stop("run-1", "transient", "The day's calls are used up.", not_before=_in(hours=9))
    )
    note_stop(
        batches.workspace, Batch(MONDAY, "more_leads"), Stop("run-2", "budget", "The cap is reached.", "Raise it.")
    )
    note_stop(batches.workspace, Batch(TUESDAY, "leads"), Stop("run-3", "rejected data", "It is held.", "Look at it."))
    job = batches.defs().resolve_job_def(MORNING)
    result = job.execute_in_process(
        instance=instance, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )
    (found,) = [one for one in result.get_asset_check_evaluations() if one.check_name == UNFINISHED]
    assert not found.passed
    assert found.description == "3 unfinished: 1 go on by themselves, 2 wait for a person."
    lines = str(found.metadata["batches"].value).splitlines()
    assert len(lines) == 2 + 3
    assert "| leads | 2026-11-17 | It is held. | not by itself | Look at it. |" in lines
    assert any("by itself, 20" in line and "outreach run --day 2026-11-16 --source leads" in line for line in lines)


def test_the_sensor_runs_by_itself_and_its_requests_are_runs_of_the_partition(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    note_stop(batches.workspace, LEADS, Stop("run-1", "transient", "The line was busy."))
    rows("update intake.unfinished_batch set goes_on_at = now() returning 1")
    defs = batches.defs()
    sensor = defs.resolve_sensor_def("unfinished_batches")
    context = dg.build_sensor_context(
        instance=instance, cursor=None, repository_def=defs.get_repository_def(), sensor_name="unfinished_batches",
        resources={"pipeline": Pipeline(batches.workspace)},
    )  # fmt: skip
    tick = sensor.evaluate_tick(context)
    [request] = tick.run_requests or []
    assert (request.run_key, request.tags["dagster/partition"]) == ("after-run-1", LEADS.batch_id)
    assert tick.cursor is not None
    again = sensor.evaluate_tick(context)
    assert not again.run_requests
    assert "No batch" in str(again.skip_message)
