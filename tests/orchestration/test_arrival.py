"""Late files: waiting and no failure, noticed when they arrive, and late only past the hour that was promised."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import fsspec
import pytest
from batches import MONDAY, TUESDAY, Batches, Rows, leads

from outreach_pipeline.orchestration.incidents import ERROR_ID_TAG, log_failed_run, problem_of
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.night import go_on
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import MORNING
from outreach_pipeline.orchestration.specs import LATE
from outreach_pipeline.stages.arrival import late_sources
from outreach_pipeline.stages.night import begin_night
from outreach_pipeline.stages.unfinished import read_unfinished
from outreach_pipeline.stages.workspace import Batch, Workspace

AT_THREE = datetime(2026, 11, 17, 3, tzinfo=UTC)
AT_SEVEN = datetime(2026, 11, 17, 7, tzinfo=UTC)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are kept."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def promise(batches: Batches, *, path: str = "leads/{day}.json") -> None:
    """Leads promises its file by half past six."""
    sources = batches.folder / "sources.toml"
    text = sources.read_text(encoding="utf-8").replace('"leads/{day}.json"', f'"{path}"\nexpected_by = "06:30"')
    sources.write_text(text, encoding="utf-8")
    batches.workspace = Workspace(batches.settings, batches.database)


def asked(batches: Batches, instance: dg.DagsterInstance, now: datetime = AT_THREE) -> list[str | None]:
    return [one.run_key for one in go_on(Pipeline(batches.workspace), instance, now=now).runs]


def settle(batches: Batches, folder: str = "leads") -> None:
    """Let the file of Monday be a minute old."""
    old = time.time() - 60
    os.utime(batches.folder / folder / f"{MONDAY}.json", (old, old))


def test_the_night_waits_for_a_file_and_reads_it_when_it_has_arrived(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    batches.write(MONDAY, leads(2), "more")
    assert begin_night(batches.workspace, MONDAY) == ["more_leads"]
    assert asked(batches, instance) == []
    (waits,) = read_unfinished(batches.workspace)
    assert (waits.source, waits.kind, waits.is_left_to_a_person) == ("leads", "waiting", False)
    assert waits.why.startswith("There is no file or folder ")
    assert rows("select count(*) as n from public.shq_error_log") == [{"n": 0}], "nothing is wrong"
    batches.write(MONDAY, leads(3))
    assert asked(batches, instance) == [], "it may still be written to"
    assert "still being written" in read_unfinished(batches.workspace)[0].why
    settle(batches)
    assert asked(batches, instance) == asked(batches, instance) == ["night-2026-11-16|leads"]
    assert batches.run(MONDAY, instance=instance).success
    assert read_unfinished(batches.workspace) == ()
    assert asked(batches, instance) == []


def test_run_of_a_file_that_is_not_there_waits_and_goes_on_by_itself_when_it_is(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    (found,) = run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    assert (found.kind, found.error_id, found.run_id) == ("waiting", None, "")
    assert asked(batches, instance) == []
    batches.write(MONDAY, leads(3))
    settle(batches)
    (key,) = asked(batches, instance)
    assert key
    assert key.startswith("waited-2026-11-16|leads-waiting-")
    assert asked(batches, instance) == [key]
    (found,) = run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    assert found.succeeded
    # What has landed is not waited for, although its file is gone.
    (batches.folder / "leads" / f"{MONDAY}.json").unlink()
    (found,) = run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    assert found.succeeded


def test_a_run_from_the_page_that_finds_no_file_is_no_incident(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    result = batches.run(MONDAY, instance=instance)
    assert not result.success
    run = instance.get_run_by_id(result.run_id)
    assert run
    assert log_failed_run(Pipeline(batches.workspace), instance, run, problem_of(result.all_events)) == ""
    assert rows("select count(*) as n from public.shq_error_log") == [{"n": 0}]
    assert ERROR_ID_TAG not in (instance.get_run_by_id(result.run_id) or run).tags
    batches.write(MONDAY, leads(3))
    settle(batches)
    assert asked(batches, instance) == [f"waited-2026-11-16|leads-{result.run_id}"]


def test_a_source_is_late_past_its_hour_and_not_before(batches: Batches) -> None:
    promise(batches)
    assert [(one.source, one.day) for one in late_sources(batches.workspace, AT_SEVEN)] == [("leads", MONDAY)]
    # At three the newest promise is that of the day before, which nobody waits for.
    batches.write(MONDAY.replace(day=15), leads(1))
    assert late_sources(batches.workspace, AT_THREE) == ()
    (late,) = late_sources(batches.workspace, AT_SEVEN)
    assert late.sentence == (
        "leads is late: its file of 2026-11-16 was promised by 2026-11-17 06:30 UTC and is not there "
        "(leads/2026-11-16.json)."
    )
    assert "--day 2026-11-16 --source leads" in late.next_step
    batches.write(MONDAY, leads(2))
    assert late_sources(batches.workspace, AT_SEVEN) == ()


def test_a_day_that_still_waits_stays_late_and_one_that_landed_never_is(batches: Batches) -> None:
    promise(batches)
    run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    at = AT_SEVEN.replace(day=18)
    assert [one.day for one in late_sources(batches.workspace, at)] == [MONDAY, TUESDAY]
    batches.write(MONDAY, leads(2))
    assert run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)[0].succeeded
    (batches.folder / "leads" / f"{MONDAY}.json").unlink()
    assert [one.day for one in late_sources(batches.workspace, at)] == [TUESDAY]


def test_the_morning_says_who_is_late(batches: Batches) -> None:
    promise(batches)
    result = batches.defs().resolve_job_def(MORNING).execute_in_process()
    (found,) = [one for one in result.get_asset_check_evaluations() if one.check_name == LATE]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert (found.description or "").startswith("leads is late: ")


def test_a_file_elsewhere_is_waited_for_noticed_and_landed(batches: Batches, instance: dg.DagsterInstance) -> None:
    promise(batches, path="memory://drop/{day}.json")
    memory = fsspec.filesystem("memory")
    assert begin_night(batches.workspace, MONDAY) == [], "the schedule looks at this machine only"
    batches.write(MONDAY, leads(1), "more")
    settle(batches, "more")
    assert asked(batches, instance) == ["night-2026-11-16|more_leads"]
    assert [one.place for one in late_sources(batches.workspace, AT_SEVEN)] == ["memory://drop/2026-11-16.json"]
    memory.pipe("/drop/2026-11-16.json", b'[{"first_name": "Ada"}]')
    try:
        memory.store["/drop/2026-11-16.json"].created = datetime(2026, 11, 17, 1, tzinfo=UTC)
        assert late_sources(batches.workspace, AT_SEVEN) == ()
        assert "night-2026-11-16|leads" in asked(batches, instance)
        assert batches.run(MONDAY, only=["intake.raw_loads"]).success
    finally:
        memory.rm("/drop/2026-11-16.json")
    assert Batch(MONDAY, "leads").batch_id == "2026-11-16|leads"
