"""Ticks: a sentence instead of a crash, and one line in the log for a problem however often it is met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import time_machine
from batches import Batches, Rows

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import BudgetError, OutreachError, TransientError
from outreach_pipeline.orchestration.ticks import Found, Memory, evaluate
from outreach_pipeline.stages.workspace import Workspace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LOG = "select error_type, error_message, severity, context from public.shq_error_log order by id"
Work = Callable[[], Found]


def _raising(error: Exception) -> Work:
    def work() -> Found:
        raise error

    return work


def _tick(workspace: Workspace, work: Work, cursor: str | None = None) -> dg.SensorResult:
    return evaluate(dg.build_sensor_context(cursor=cursor, sensor_name="watcher"), workspace, work)


def test_a_problem_that_lasts_is_one_line_and_its_sentence_on_every_tick(batches: Batches, rows: Rows) -> None:
    cursor = None
    for minute in range(50):
        # The amount moves on; the problem is the same.
        error = BudgetError(f"Apify: {minute}.20 US dollars would pass the cap of 25.", next_step="Raise it.")
        result = _tick(batches.workspace, _raising(error), cursor)
        assert result.skip_reason
        assert "would pass the cap" in str(result.skip_reason.skip_message)
        cursor = result.cursor
    (line,) = rows(LOG)
    assert line["error_type"] == "budget"
    assert line["error_message"] == "Apify: 0.20 US dollars would pass the cap of 25. Raise it."
    assert line["context"]["sensor"] == "watcher"


def test_two_problems_in_turn_are_two_lines(batches: Batches, rows: Rows) -> None:
    cursor: str | None = None
    for number in range(10):
        error: OutreachError = TransientError("Apify is busy.") if number % 2 else BudgetError("The cap is reached.")
        cursor = _tick(batches.workspace, _raising(error), cursor).cursor
    assert [line["error_type"] for line in rows(LOG)] == ["budget", "transient"]


def test_a_problem_that_comes_back_after_an_hour_is_a_new_line(batches: Batches, rows: Rows) -> None:
    busy = _raising(TransientError("Apify is busy."))
    cursor: str | None = None
    for minutes, work in ((0, busy), (10, Found), (20, busy), (85, busy), (90, busy)):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            cursor = _tick(batches.workspace, work, cursor).cursor
    assert len(rows(LOG)) == 2


def test_a_defect_tells_its_type_and_place_and_no_value(batches: Batches, rows: Rows) -> None:
    result = _tick(batches.workspace, _raising(ValueError("could not read ada@secret.example")))
    assert "ValueError" in str(result.skip_reason)
    (line,) = rows(LOG)
    assert line["severity"] == "critical"
    told = f"{result.skip_reason} {result.cursor} {line}"
    assert "secret" not in told


def test_a_database_that_is_away_is_a_sentence_and_is_logged_when_it_is_back(batches: Batches, rows: Rows) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", connect_attempts=1)
    away = Workspace(batches.settings, nowhere)

    def work() -> Found:
        with away.database.transaction(None):
            return Found()

    first = _tick(away, work)
    assert "database" in str(first.skip_reason).lower()
    assert not rows(LOG)
    again = _tick(batches.workspace, Found, first.cursor)
    (line,) = rows(LOG)
    assert line["error_type"] == "transient"
    _tick(batches.workspace, Found, again.cursor)
    assert len(rows(LOG)) == 1


def test_runs_go_through_although_there_was_a_problem(batches: Batches) -> None:
    request = dg.RunRequest(run_key="refresh-1-1")
    cursor = _tick(batches.workspace, _raising(TransientError("Apify is busy."))).cursor
    result = _tick(batches.workspace, lambda: Found([request]), cursor)
    assert result.run_requests == [request]
    assert Memory.read(result.cursor).troubles


@pytest.mark.parametrize("cursor", ["", "no json", "[1]", '{"troubles": {"x": {"kind": 1}}}', "12"])
def test_a_cursor_of_another_version_is_an_empty_one(batches: Batches, cursor: str) -> None:
    assert Memory.read(cursor) == Memory()
