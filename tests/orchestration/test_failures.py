"""Failures: what is tried again, what is not, and what is written down about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from batches import MONDAY, TUESDAY, Batches, Rows, leads, problem_text

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.orchestration import assets, failures
from outreach_pipeline.orchestration.incidents import ERROR_ID_TAG, failure_sensor
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.processes import PROCESS_TAG, bury_dead_runs
from outreach_pipeline.stages.workspace import Workspace

Stage = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are Dagster's; how long they are is tested below."""
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.0)


def _failing(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> list[float]:
    """Let landing fail so many times before it works; returns the list of its attempts."""
    attempts: list[float] = []
    real = assets.land_batch

    def land(*args: Any, **options: Any) -> Any:
        attempts.append(time.monotonic())
        if len(attempts) <= times:
            raise error
        return real(*args, **options)

    monkeypatch.setattr(assets, "land_batch", land)
    return attempts


def test_a_transient_failure_is_tried_again_and_then_fine(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches.write(MONDAY, leads(3))
    attempts = _failing(monkeypatch, TransientError("The line was busy."), times=2)
    assert batches.run(MONDAY).success
    assert len(attempts) == 3


def test_a_transient_failure_that_stays_ends_with_its_sentence(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = _failing(monkeypatch, TransientError("The line was busy.", next_step="Wait."), times=99)
    result = batches.run(MONDAY)
    assert not result.success
    assert len(attempts) == 1 + failures.MAX_RETRIES
    assert "The line was busy. Wait." in problem_text(result)


@pytest.mark.parametrize(
    "error", [ConfigurationError("No such shape."), ValueError("could not read Ada Lovelace")]
)
def test_what_will_fail_again_is_not_tried_again(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    attempts = _failing(monkeypatch, error, times=99)
    result = batches.run(MONDAY)
    assert not result.success
    assert len(attempts) == 1
    assert "Ada" not in "".join(str(event) for event in result.all_events)


def test_a_defect_names_its_type_and_place_only(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, KeyError("ada@private.example"), times=99)
    assert problem_text(batches.run(MONDAY)).startswith("A defect of the program: KeyError in ")


def test_waits_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 2.0)
    waits = []
    for attempt in range(3):
        context = SimpleNamespace(op_execution_context=SimpleNamespace(retry_number=attempt))
        with pytest.raises(dg.RetryRequested) as found, failures.explained(context):  # type: ignore[arg-type]
            raise TransientError("busy")
        waits.append(found.value.seconds_to_wait)
    assert waits == [2.0, 8.0, 32.0]


def test_the_sensor_writes_a_failed_run_to_the_error_log(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    _failing(monkeypatch, ConfigurationError("Shape x is not there.", next_step="Add it."), times=99)
    with dg.DagsterInstance.ephemeral() as instance:
        result = batches.run(MONDAY, instance=instance)
        _tick(batches, instance, result)
        _tick(batches, instance, result)
        found = rows("select * from public.shq_error_log")
        assert len(found) == 1, "the second tick must see that the run is logged"
        assert found[0]["error_type"] == "configuration"
        assert found[0]["error_message"] == "Shape x is not there. Add it."
        assert found[0]["severity"] == "high"
        assert found[0]["context"] == {
            "run_id": result.run_id, "job": "nightly", "step": "land", "batch_id": "2026-11-16|leads",
        }  # fmt: skip
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert run.tags[ERROR_ID_TAG] == found[0]["unique_id"]
        assert str(found[0]["unique_id"]).startswith("ERR-")


def _tick(batches: Batches, instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
    context = dg.build_run_status_sensor_context(
        sensor_name="log_failed_runs",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        resources={"pipeline": Pipeline(batches.workspace)},
    ).for_run_failure()
    failure_sensor()(context)


def test_run_batches_says_what_each_stage_did(batches: Batches) -> None:
    batches.write(MONDAY, leads(25))
    heard: list[str] = []
    outcomes = run_batches(
        batches.settings, MONDAY, ["leads"], workspace=batches.workspace,
        progress=lambda what, done, total: heard.append(what),
    )  # fmt: skip
    (outcome,) = outcomes
    assert outcome.succeeded
    assert outcome.problem is None
    assert outcome.land
    assert outcome.land.items == 25
    assert outcome.validate
    assert outcome.validate.people == 25
    assert outcome.checks
    assert outcome.checks.passed
    assert outcome.promote
    assert outcome.promote.people_created == 25
    assert outcome.slots
    assert outcome.slots.assigned == 25
    assert "leads: promote" in heard


def test_one_source_that_fails_holds_back_no_other(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(3), folder="more")
    with Path(str(batches.settings.sources)).open("a", encoding="utf-8") as sources:
        sources.write('\n[sources.paid]\nkind = "apify"\nshape = "leads_finder"\nactor = "a/b"\nmax_total_charge_usd = 0.5\n')
    workspace = Workspace(batches.settings, batches.database)  # without a token of Apify
    failed, fine = run_batches(batches.settings, MONDAY, ["paid", "more_leads"], workspace=workspace)
    assert fine.succeeded
    assert not failed.succeeded
    assert failed.kind == "configuration"
    assert failed.problem
    assert failed.next_step
    assert failed.next_step not in failed.problem
    assert failed.land is None
    logged = rows("select unique_id, context from public.shq_error_log")
    assert [row["unique_id"] for row in logged] == [failed.error_id]


def test_a_held_batch_is_an_outcome_with_its_reason(batches: Batches) -> None:
    batches.write(MONDAY, leads(25, company_name=None))
    (outcome,) = run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    assert outcome.held
    assert outcome.kind == "rejected data"
    assert "company_name" in (outcome.problem or "")
    assert outcome.promote is None
    (accepted,) = run_batches(
        batches.settings, MONDAY, ["leads"], accept_checks=True, workspace=batches.workspace
    )
    assert accepted.succeeded
    assert not accepted.held


def test_unknown_sources_and_days_are_refused_before_anything_runs(batches: Batches, rows: Rows) -> None:
    with pytest.raises(ConfigurationError, match="has no source"):
        run_batches(batches.settings, MONDAY, ["leads", "nobody"], workspace=batches.workspace)
    with pytest.raises(ConfigurationError, match="There is no batch for 2026-10-01"):
        run_batches(batches.settings, MONDAY.replace(month=10, day=1), ["leads"], workspace=batches.workspace)
    assert not rows("select from intake.batch")


def test_the_command_line_is_quiet(batches: Batches, capfd: pytest.CaptureFixture[str]) -> None:
    batches.write(MONDAY, leads(3))
    run_batches(batches.settings, MONDAY, ["leads", "more_leads"], workspace=batches.workspace)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err == ""


def test_runs_of_killed_command_lines_do_not_stay_in_progress(batches: Batches) -> None:
    import socket

    with dg.DagsterInstance.ephemeral() as instance:
        batches.write(TUESDAY, leads(1))
        job = batches.defs().resolve_job_def("nightly")
        dead = instance.create_run_for_job(
            job,
            tags={PROCESS_TAG: f"{socket.gethostname()}:999999999"},
            status=dg.DagsterRunStatus.STARTED,
        )
        other = instance.create_run_for_job(
            job, tags={PROCESS_TAG: "another-machine:999999999"}, status=dg.DagsterRunStatus.STARTED
        )
        assert bury_dead_runs(instance) == 1
        states = {run.run_id: run.status for run in instance.get_runs()}
        assert states == {dead.run_id: dg.DagsterRunStatus.FAILURE, other.run_id: dg.DagsterRunStatus.STARTED}
