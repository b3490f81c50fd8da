"""The morning begins when the night is over, once, and at its hour whatever the night still waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from batches import MONDAY, Batches, leads

from outreach_pipeline.orchestration.after_night import MORNING_TAG, VERIFY_TAG, begin_morning, begin_verify, last_night
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import MORNING, VERIFY
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.night import begin_night
from outreach_pipeline.stages.unfinished import Stop, note_stop
from outreach_pipeline.stages.workspace import Batch, Workspace

AT_THREE = datetime(2026, 11, 17, 3, tzinfo=UTC)
AT_SIX = datetime(2026, 11, 17, 6, tzinfo=UTC)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are kept."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def night(batches: Batches) -> Batches:
    """Both nightly sources have their file, and more_leads comes after leads."""
    sources = batches.folder / "sources.toml"
    text = sources.read_text(encoding="utf-8").replace('"more/{day}.json"', '"more/{day}.json"\nafter = ["leads"]')
    sources.write_text(text, encoding="utf-8")
    batches.workspace = Workspace(batches.settings, batches.database)
    for folder in ("leads", "more"):
        batches.write(MONDAY, leads(2), folder)
    begin_night(batches.workspace, MONDAY)
    return batches


def asked(batches: Batches, instance: dg.DagsterInstance, now: datetime) -> list[str | None]:
    return [one.run_key for one in begin_morning(Pipeline(batches.workspace), instance, now=now).runs]


def sentence(batches: Batches, instance: dg.DagsterInstance, now: datetime = AT_THREE) -> str:
    return begin_morning(Pipeline(batches.workspace), instance, now=now).sentence


def test_it_begins_once_when_all_have_ended(night: Batches, instance: dg.DagsterInstance) -> None:
    assert sentence(night, instance).startswith("The night of 2026-11-16 goes on: leads, more_leads.")
    assert night.run(MONDAY, instance=instance).success
    assert asked(night, instance, AT_THREE) == [], "the other one is still to come"
    assert night.run(MONDAY, "more_leads", instance=instance).success
    assert asked(night, instance, AT_THREE) == ["morning-2026-11-16"]
    job = night.defs().resolve_job_def(MORNING)
    job.execute_in_process(instance=instance, tags={MORNING_TAG: "2026-11-16"})
    for now in (AT_THREE, AT_SIX, AT_SIX + timedelta(hours=19, minutes=59)):
        assert asked(night, instance, now) == []
    assert asked(night, instance, AT_SIX + timedelta(days=1)) == ["morning-2026-11-17"], "a night that never began"


def test_it_begins_at_its_hour_whatever_the_night_waits_for(night: Batches, instance: dg.DagsterInstance) -> None:
    assert asked(night, instance, AT_SIX - timedelta(minutes=1)) == []
    assert asked(night, instance, AT_SIX) == ["morning-2026-11-16"]


@pytest.mark.parametrize(
    ("kind", "hours", "waits"),
    [("configuration", None, False), ("transient", 12, False), ("transient", 1, True)],
    ids=["for a person", "too late", "soon"],
)
def test_it_waits_for_what_goes_on_in_time_and_for_nothing_else(
    night: Batches, instance: dg.DagsterInstance, kind: str, hours: int | None, waits: bool
) -> None:
    at = None if hours is None else AT_THREE + timedelta(hours=hours)
    note_stop(night.workspace, Batch(MONDAY, "leads"), Stop("run-1", kind, "It stopped.", "", at), now=AT_THREE)
    # The one that comes after it cannot begin before it has ended.
    assert bool(asked(night, instance, AT_THREE)) is not waits


def test_a_night_that_has_not_begun_is_not_over(batches: Batches, instance: dg.DagsterInstance) -> None:
    assert "has not begun" in sentence(batches, instance)


def test_addresses_are_verified_when_the_night_is_over_and_the_morning_comes_after_them(
    night: Batches, instance: dg.DagsterInstance
) -> None:
    def verifies(now: datetime = AT_THREE) -> list[str | None]:
        return [one.run_key for one in begin_verify(Pipeline(night.workspace), instance, now=now).runs]

    night.run(MONDAY, instance=instance)
    assert verifies() == []
    night.run(MONDAY, "more_leads", instance=instance)
    assert verifies() == [], "nobody is to be asked"
    night.workspace.settings = night.settings.model_copy(update={"verify_order": "zerobounce"})
    assert asked(night, instance, AT_THREE) == []
    assert sentence(night, instance).startswith("Addresses are verified first.")
    assert asked(night, instance, AT_SIX) == ["morning-2026-11-16"], "a verifier that is away holds up no morning"
    assert verifies() == ["verify-2026-11-16"]
    night.workspace.settings = night.settings
    job = night.defs().resolve_job_def(VERIFY)
    job.execute_in_process(instance=instance, tags={VERIFY_TAG: "2026-11-16"})
    night.workspace.settings = night.settings.model_copy(update={"verify_order": "zerobounce"})
    assert verifies() == [], "once per night"
    assert asked(night, instance, AT_THREE) == ["morning-2026-11-16"]


@pytest.mark.parametrize(
    ("nightly", "morning", "now", "day", "latest"),
    [
        (2, 6, "2026-11-17T01:59", "2026-11-15", "2026-11-16T06:00"),
        (2, 6, "2026-11-17T02:00", "2026-11-16", "2026-11-17T06:00"),
        (22, 5, "2026-11-17T04:00", "2026-11-15", "2026-11-17T05:00"),
        (7, 7, "2026-11-17T09:00", "2026-11-16", "2026-11-18T07:00"),
    ],
)
def test_the_hour_is_the_next_one_after_the_night_has_begun(
    nightly: int, morning: int, now: str, day: str, latest: str
) -> None:
    settings = Settings(_env_file=None, nightly_hour=nightly, morning_hour=morning)
    found = last_night(settings, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (found[0].isoformat(), f"{found[1]:%Y-%m-%dT%H:%M}") == (day, latest)
