"""The order of a night: who comes after whom, who waits and says so, and nothing is started twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import dagster as dg
import pytest
from batches import MONDAY, TUESDAY, Batches, leads, materialized

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.orchestration import assets, failures, launch
from outreach_pipeline.orchestration.incidents import log_failed_run, problem_of
from outreach_pipeline.orchestration.launch import BatchOutcome, run_batches
from outreach_pipeline.orchestration.night import go_on
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import NIGHT_TAG
from outreach_pipeline.orchestration.unfinished import look
from outreach_pipeline.stages.unfinished import note_open, read_unfinished
from outreach_pipeline.stages.workspace import Batch, Workspace

AT = datetime(2026, 11, 17, 2, tzinfo=UTC)
LATER = datetime(2026, 11, 17, 3, tzinfo=UTC)
FOLLOWER = 'path = "more/{day}.json"\nafter = ["leads"]'


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are kept."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def night(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> Batches:
    """The same sources, of which more_leads comes after leads."""
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr("outreach_pipeline.orchestration.night.STILL_SECS", 0.0)
    sources = batches.folder / "sources.toml"
    text = sources.read_text(encoding="utf-8").replace('path = "more/{day}.json"', FOLLOWER)
    sources.write_text(text, encoding="utf-8")
    batches.workspace = Workspace(batches.settings, batches.database)
    return batches


def begin(batches: Batches) -> list[str | None]:
    """The tick of the schedule: the partitions it asks for."""
    tick = batches.defs().resolve_schedule_def("nightly_schedule").evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=AT, repository_def=batches.defs().get_repository_def())
    )
    return [one.partition_key for one in tick.run_requests]


def asked(batches: Batches, instance: dg.DagsterInstance, now: datetime = LATER) -> list[str | None]:
    return [one.partition_key for one in go_on(Pipeline(batches.workspace), instance, now=now).runs]


def run(batches: Batches, instance: dg.DagsterInstance, source: str) -> dg.ExecuteInProcessResult:
    """The night's run of a source, as the daemon starts and logs it."""
    job = batches.defs().resolve_job_def("nightly")
    return job.execute_in_process(
        partition_key=f"{MONDAY}|{source}", instance=instance, raise_on_error=False,
        tags={NIGHT_TAG: f"{MONDAY}"}, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )  # fmt: skip


def logged(batches: Batches, instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
    found = instance.get_run_by_id(result.run_id)
    assert found
    log_failed_run(Pipeline(batches.workspace), instance, found, problem_of(result.all_events))


def whys(batches: Batches) -> dict[str, str]:
    return {one.source: one.why for one in read_unfinished(batches.workspace)}


def test_a_source_begins_when_the_one_it_comes_after_has_ended_and_once(
    night: Batches, instance: dg.DagsterInstance
) -> None:
    for folder in ("leads", "more"):
        night.write(MONDAY, leads(3), folder)
    assert begin(night) == ["2026-11-16|leads"]
    assert asked(night, instance) == [], "its turn has not come"
    assert whys(night) == {"more_leads": "It comes after leads, which has not ended."}
    assert run(night, instance, "leads").success
    with ThreadPoolExecutor(2) as two:
        found = list(two.map(lambda _: go_on(Pipeline(night.workspace), instance, now=LATER).runs, range(8)))
    assert {(one.run_key, one.partition_key) for each in found for one in each} == {
        ("night-2026-11-16|more_leads", "2026-11-16|more_leads")
    }
    assert run(night, instance, "more_leads").success
    assert (asked(night, instance), whys(night)) == ([], {})


def test_nothing_begins_before_the_night_has(night: Batches, instance: dg.DagsterInstance) -> None:
    night.write(MONDAY, leads(3))
    night.write(MONDAY, leads(3), "more")
    assert run(night, instance, "leads").success
    assert asked(night, instance) == [], "somebody ran a batch by hand; that is no night"


def test_an_empty_batch_has_ended(night: Batches, instance: dg.DagsterInstance) -> None:
    night.write(MONDAY, leads(1))
    night.write(MONDAY, leads(1), "more")
    (night.folder / "leads" / f"{MONDAY}.json").write_text("[]\n", encoding="utf-8")
    (night.folder / "leads" / f"{MONDAY}.json").rename(night.folder / "leads" / f"{MONDAY}.jsonl")
    (night.folder / "leads" / f"{MONDAY}.jsonl").write_text("\n", encoding="utf-8")
    text = (night.folder / "sources.toml").read_text(encoding="utf-8").replace("leads/{day}.json", "leads/{day}.jsonl")
    (night.folder / "sources.toml").write_text(text, encoding="utf-8")
    night.workspace = Workspace(night.settings, night.database)
    assert begin(night) == ["2026-11-16|leads"]
    assert run(night, instance, "leads").success
    assert asked(night, instance) == ["2026-11-16|more_leads"]


def test_a_failed_source_leaves_its_follower_waiting_and_told_until_it_ends(
    night: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("leads", "more"):
        night.write(MONDAY, leads(3), folder)
    begin(night)
    real = assets.land_batch

    def broken(*_given: object, **_options: object) -> None:
        raise TransientError("The line was busy.")

    monkeypatch.setattr(assets, "land_batch", broken)
    failed = run(night, instance, "leads")
    assert not failed.success
    assert asked(night, instance) == []
    logged(night, instance, failed)
    assert asked(night, instance) == [], "a failed source is not gone on without"
    assert whys(night)["more_leads"] == "It comes after leads, which stopped: The line was busy."
    follower = next(one for one in read_unfinished(night.workspace) if one.source == "more_leads")
    assert (follower.goes_on, follower.is_left_to_a_person) == ("by itself, once that is over", False)
    # It goes on by itself, and only then does the night.
    assert [one.partition_key for one in look(Pipeline(night.workspace), instance, now=datetime.now(UTC)).runs] == []
    monkeypatch.setattr(assets, "land_batch", real)
    assert run(night, instance, "leads").success
    assert asked(night, instance) == ["2026-11-16|more_leads"]


def test_a_source_that_stops_again_has_not_ended(night: Batches, instance: dg.DagsterInstance) -> None:
    night.write(MONDAY, leads(3))
    begin(night)
    assert run(night, instance, "leads").success
    # Its day is not over (an actor whose outside schedule runs all day): that is no end.
    note_open(night.workspace, Batch(MONDAY, "leads"), "run-2", "Another run may come.")
    assert asked(night, instance) == []
    assert whys(night)["more_leads"].startswith("It comes after leads, which stopped: Another run may come.")


def test_a_follower_whose_own_run_has_failed_is_not_started_by_the_night_again(
    night: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.write(MONDAY, leads(3))
    night.write(MONDAY, leads(3), "more")
    begin(night)
    assert asked(night, instance) == []
    assert run(night, instance, "leads").success

    def broken(*_given: object, **_options: object) -> None:
        raise ConfigurationError("A setting is wrong.")

    monkeypatch.setattr(assets, "land_batch", broken)
    failed = run(night, instance, "more_leads")
    assert asked(night, instance) == [], "its failure is about to be noted"
    logged(night, instance, failed)
    assert asked(night, instance) == [], "a person decides"
    assert whys(night) == {"more_leads": "A setting is wrong."}


def by_hand(batches: Batches, *sources: str) -> dict[str, BatchOutcome]:
    found = run_batches(batches.settings, MONDAY, sources, workspace=batches.workspace)
    return {one.batch_id.partition("|")[2]: one for one in found}


def test_run_takes_batches_in_order_whatever_order_they_are_named_in(night: Batches) -> None:
    night.write(MONDAY, leads(2))
    night.write(MONDAY, leads(2), "more")
    assert list(by_hand(night, "more_leads", "leads")) == ["leads", "more_leads"]


def test_run_leaves_the_follower_of_a_failed_source_waiting(
    night: Batches, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Held: most of its loads fail, so nothing of it may be promoted.
    night.write(MONDAY, [{"nothing": number} for number in range(40)])
    night.write(MONDAY, leads(2), "more")
    found = by_hand(night, "leads", "more_leads")
    assert found["leads"].held
    assert (found["more_leads"].kind, found["more_leads"].run_id) == ("waiting", "")
    assert (found["more_leads"].problem or "").startswith("It comes after leads, which stopped:")
    assert set(whys(night)) == {"leads", "more_leads"}
    # Whoever names it alone gets it.
    assert by_hand(night, "more_leads")["more_leads"].succeeded
    assert set(whys(night)) == {"leads"}
    assert launch.WAITING == "waiting"


def test_the_next_day_waits_for_its_own_batch_and_not_for_that_of_the_day_before(
    night: Batches, instance: dg.DagsterInstance
) -> None:
    for day in (MONDAY, TUESDAY):
        night.write(day, leads(2))
        night.write(day, leads(2), "more")
    begin(night)
    assert run(night, instance, "leads").success
    tick = night.defs().resolve_schedule_def("nightly_schedule").evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=datetime(2026, 11, 18, 2, tzinfo=UTC),
            repository_def=night.defs().get_repository_def(),
        )
    )
    assert [one.partition_key for one in tick.run_requests] == ["2026-11-17|leads"]
    assert asked(night, instance, datetime(2026, 11, 18, 3, tzinfo=UTC)) == ["2026-11-16|more_leads"]


MONTHS_LATER = datetime(2027, 3, 2, tzinfo=UTC)


def test_a_click_runs_before_its_turn_and_says_so(night: Batches, instance: dg.DagsterInstance) -> None:
    for folder in ("leads", "more"):
        night.write(MONDAY, leads(2), folder)
    clicked = night.run(MONDAY, "more_leads", instance=instance)
    assert clicked.success
    assert materialized(clicked)["intake.raw_loads"]["before its turn"] == "It comes after leads, which has not ended."
    assert night.run(MONDAY, instance=instance).success
    again = night.run(MONDAY, "more_leads", instance=instance, config={"land": {"config": {"refetch": True}}})
    assert "before its turn" not in materialized(again)["intake.raw_loads"]


def test_a_backfill_keeps_the_order_however_far_back_it_reaches(night: Batches, instance: dg.DagsterInstance) -> None:
    backfill = {"dagster/backfill": "grid"}
    for folder in ("leads", "more"):
        night.write(MONDAY, leads(2), folder)
    early = night.run(MONDAY, "more_leads", instance=instance, tags=backfill)
    assert not early.success
    logged(night, instance, early)
    assert whys(night) == {"more_leads": "It comes after leads, which has not ended."}
    assert asked(night, instance, MONTHS_LATER) == []
    assert night.run(MONDAY, instance=instance, tags=backfill).success
    assert asked(night, instance, MONTHS_LATER) == ["2026-11-16|more_leads"]
    assert night.run(MONDAY, "more_leads", instance=instance).success
    assert (asked(night, instance, MONTHS_LATER), whys(night)) == ([], {})
    note_open(night.workspace, Batch(MONDAY, "leads"), "run-2", "Another run may come.")
    assert night.run(MONDAY, "more_leads", instance=instance, tags=backfill).success, "it has been at its end"
