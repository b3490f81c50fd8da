"""The refresh loop through Dagster: sensors that ask once, jobs that pay once, results that reach the ready list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from batches import materialized, problem_text

from outreach_pipeline.orchestration import failures, sensors
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.stages.workspace import Workspace
from tests.end_to_end.paid_world import RUNS, Admin, one, run_rows
from tests.end_to_end.refresh_world import SOURCES, answer, ended, jobs, known, linkedin, log, profile, world

PEOPLE = 6
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Loop:
    """Sensors and jobs over masters that are due, and an Apify that knows their profiles."""

    work: Workspace
    service: ApifyService
    instance: dg.DagsterInstance
    cursors: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.defs = build_defs(pipeline=Pipeline(self.work))

    def tick(self, name: str) -> dg.SensorResult:
        """One tick of a sensor, as the daemon evaluates it, with its cursor kept."""
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursors.get(name), repository_def=self.defs.get_repository_def(),
            sensor_name=name, resources={"pipeline": Pipeline(self.work)},
        )  # fmt: skip
        data = self.defs.resolve_sensor_def(name).evaluate_tick(context)
        self.cursors[name] = data.cursor
        return dg.SensorResult(
            run_requests=list(data.run_requests or []) or None,
            skip_reason=None if data.run_requests else dg.SkipReason(data.skip_message),
        )

    def run(
        self, request: dg.RunRequest, job: str, instance: dg.DagsterInstance | None = None
    ) -> dg.ExecuteInProcessResult:
        """The run that a tick asked for."""
        config = {**request.run_config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        return self.defs.resolve_job_def(job).execute_in_process(
            run_config=config, instance=instance or self.instance, raise_on_error=False, tags=dict(request.tags)
        )

    def start(self) -> dg.ExecuteInProcessResult:
        """Tick and start the first wave."""
        [request] = self.tick("linkedin_refresh_due").run_requests or []
        return self.run(request, "linkedin_refresh")

    def finish(self) -> dg.ExecuteInProcessResult:
        """Wait for the run, tick, and take its results through."""
        assert ended(self.work)
        [request] = self.tick("linkedin_refresh_finished").run_requests or []
        return self.run(request, "linkedin_refresh_results")


@pytest.fixture
def loop(tmp_path: Path, database_url: str) -> Iterator[Loop]:
    """Six chief executives whose cadence is a day."""
    with linkedin() as (service, url), dg.DagsterInstance.ephemeral() as instance:
        people = [known(n) for n in range(PEOPLE)]
        yield Loop(world(tmp_path, database_url, url, people, refresh_ceo_days=1, apify_claim_secs=4.0), service, instance)


def _keys(result: dg.SensorResult) -> list[str | None]:
    return [request.run_key for request in result.run_requests or []]


def _said(result: dg.SensorResult) -> str:
    return str(result.skip_reason.skip_message) if result.skip_reason else ""


def test_a_wave_goes_through_dagster_from_tick_to_ready_list(loop: Loop, admin: Admin) -> None:
    loop.service.items_of = lambda kind, given: answer(given, {2: "Head of Sales"})
    started = loop.start()
    assert started.success, problem_text(started)
    shown = materialized(started)["public.linkedin_refresh_jobs"]
    assert (shown["wave"], shown["state"], shown["people asked about"]) == (1, "running", PEOPLE)
    assert shown["Apify run"] == loop.service.runs.all()[0].id
    finished = loop.finish()
    assert finished.success, problem_text(finished)
    told = materialized(finished)
    assert set(told) == {
        "marketing.people_intelligence", "bit.signal", "marketing.outreach_ready", "intake.raw_loads",
    }  # fmt: skip
    changes = told["marketing.people_intelligence"]
    assert (changes["people asked about"], changes["changed"], changes["unchanged"]) == (PEOPLE, 1, PEOPLE - 1)
    assert changes["US dollars, whole batch"] > 0
    assert told["bit.signal"]["dagster/row_count"] == one(admin, "select count(*) from bit.signal")
    assert one(admin, "select count(*) from bit.signal where processed_at is null") == 0
    assert told["marketing.outreach_ready"]["slots"] == 3 * PEOPLE
    assert {job["status"] for job in jobs(admin)} == {"completed"}
    assert _said(loop.tick("linkedin_refresh_due")).startswith("Nobody is due before ")
    assert _said(loop.tick("linkedin_refresh_finished")) == "No run of a wave is over."
    partition = one(admin, "select batch_id from public.refresh_wave")
    assert loop.instance.get_materialized_partitions(dg.AssetKey(["intake", "raw_loads"])) == {partition}


def test_a_thousand_ticks_ask_for_a_wave_by_one_key(loop: Loop, admin: Admin) -> None:
    found = [_keys(loop.tick("linkedin_refresh_due")) for _ in range(1000)]
    assert {tuple(keys) for keys in found} == {("refresh-1-1",)}
    assert len(jobs(admin)) == PEOPLE
    assert loop.service.runs.all() == [], "a tick never pays"
    assert run_rows(admin) == [], "nor does it reserve"


def test_ticks_at_once_take_nobody_twice_and_forget_nobody(loop: Loop, admin: Admin) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: sensors.due(loop.work), range(24)))
    assert {request.run_key for one_of in found for request in one_of.runs} == {"refresh-1-1"}
    asked = [job["person_unique_id"] for job in jobs(admin)]
    assert len(asked) == len(set(asked)) == PEOPLE


def test_a_daemon_killed_between_jobs_and_request_asks_again(loop: Loop, admin: Admin, database_url: str) -> None:
    code = (
        "import os, sys\n"
        "from outreach_pipeline.orchestration import sensors\n"
        "from outreach_pipeline.database.connect import Database\n"
        "from outreach_pipeline.settings import Settings\n"
        "from outreach_pipeline.stages.workspace import Workspace\n"
        "sensors.requested_waves = lambda *given: os._exit(9)\n"
        "sensors.due(Workspace(Settings(), Database(sys.argv[1])))\n"
    )
    given = {
        f"OUTREACH_{name.upper()}": str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
        for name, value in loop.work.settings
        if value is not None
    }
    died = subprocess.run(
        [sys.executable, "-c", code, database_url], env={**os.environ, **given, "PYTHONPATH": str(ROOT)}, cwd=ROOT, check=False
    )
    assert died.returncode == 9
    assert len(jobs(admin)) == PEOPLE
    assert _keys(loop.tick("linkedin_refresh_due")) == ["refresh-1-1"]
    assert len(jobs(admin)) == PEOPLE


def test_a_lost_request_is_made_anew_with_another_key(loop: Loop, admin: Admin) -> None:
    assert _keys(loop.tick("linkedin_refresh_due")) == ["refresh-1-1"]
    admin.execute("update public.refresh_wave set requested_at = now() - interval '1 hour'")
    assert _keys(loop.tick("linkedin_refresh_due")) == ["refresh-1-2"]
    assert _keys(loop.tick("linkedin_refresh_due")) == ["refresh-1-2"]


def test_a_start_whose_answer_is_lost_is_tried_again_and_paid_once(
    loop: Loop, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.1)
    loop.service.faults.add(f"POST {RUNS}", "drop_after_accept")
    started = loop.start()
    assert started.success, problem_text(started)
    assert len(loop.service.runs.all()) == len(run_rows(admin)) == 1
    assert loop.finish().success
    assert {job["status"] for job in jobs(admin)} == {"completed"}


def test_a_start_that_came_to_nothing_is_sent_again_when_its_claim_is_over(
    loop: Loop, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step waits for that, however short its own waits are, and for the next claim if it comes to nothing again."""
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.01)
    fault = loop.service.faults.add(f"POST {RUNS}", "status_500", times=2)
    started = loop.start()
    assert started.success, problem_text(started)
    assert (fault.struck, len(loop.service.runs.all())) == (2, 1)
    assert [row["attempts"] for row in run_rows(admin)] == [3]


def test_the_same_wave_started_by_several_runs_at_once_is_paid_once(
    loop: Loop, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the daemon starts a crashed run anew while the first one still lives."""
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.1)
    [request] = loop.tick("linkedin_refresh_due").run_requests or []

    def run(number: int) -> bool:
        # Each with a state of its own: SQLite in memory is for one thread.
        with dg.DagsterInstance.ephemeral() as instance:
            return loop.run(request, "linkedin_refresh", instance).success

    with ThreadPoolExecutor(4) as pool:
        assert any(pool.map(run, range(4)))
    assert len(loop.service.runs.all()) == len(run_rows(admin)) == 1


def test_an_apify_that_stays_away_fails_the_run_and_keeps_the_wave(
    loop: Loop, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.2)
    loop.service.faults.add(f"POST {RUNS}", "status_503", times=100)
    assert not loop.start().success
    assert one(admin, "select state from public.refresh_wave") == "requested"
    loop.service.faults.clear()
    admin.execute("update public.refresh_wave set requested_at = now() - interval '1 hour'")
    assert loop.start().success
    assert len(loop.service.runs.all()) == 1


def test_materializing_without_a_wave_starts_nothing(loop: Loop, admin: Admin) -> None:
    loop.tick("linkedin_refresh_due")
    nothing = dg.RunRequest(run_config={})
    for job in ("linkedin_refresh", "linkedin_refresh_results"):
        assert loop.run(nothing, job).success
    assert loop.service.runs.all() == []
    assert run_rows(admin) == []


def test_no_source_and_no_token_are_said(loop: Loop, tmp_path: Path, admin: Admin) -> None:
    loop.work = Workspace(loop.work.settings.model_copy(update={"apify_token": None}), loop.work.database)
    for name in ("linkedin_refresh_due", "linkedin_refresh_finished", "apify_bills"):
        assert "OUTREACH_APIFY_TOKEN" in _said(loop.tick(name))
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES.split("[sources.profiles]")[0], encoding="utf-8")
    loop.work = Workspace(loop.work.settings, loop.work.database)
    for name in ("linkedin_refresh_due", "linkedin_refresh_finished"):
        assert 'mode = "refresh"' in _said(loop.tick(name))
    assert jobs(admin) == []
    assert log(admin) == []


def test_an_open_breaker_is_said(loop: Loop, admin: Admin) -> None:
    admin.execute(
        "insert into public.actor_breaker (actor, failures, opened_at, open_until) "
        "values ('harvestapi/linkedin-profile-scraper', 3, now(), now() + interval '6 hours')"
    )
    assert "three times" in _said(loop.tick("linkedin_refresh_due"))
    assert jobs(admin) == []


def test_a_status_that_nobody_knows_is_reported_once_and_waited_for(loop: Loop, admin: Admin) -> None:
    loop.service.faults.add(f"POST {RUNS}", "unknown_status", seconds=2.0)
    loop.start()
    until = time.monotonic() + 10
    while not log(admin) and time.monotonic() < until:
        loop.tick("linkedin_refresh_finished")
    for _ in range(3):
        assert "No run of a wave is over" in _said(loop.tick("linkedin_refresh_finished"))
    [line] = log(admin)
    assert "status that is not known" in line
    assert loop.finish().success
    assert {job["status"] for job in jobs(admin)} == {"completed"}


def test_bills_settle_by_a_tick(loop: Loop, admin: Admin) -> None:
    loop.start()
    loop.finish()
    assert _said(loop.tick("apify_bills")) == "No bill is waiting to settle."
    admin.execute("update public.actor_runs set finished_at = finished_at - interval '1 hour'")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        assert _said(loop.tick("apify_bills")) == "Bills that settled: 1."
    assert run_rows(admin)[0]["settled_at"]


def test_no_event_of_the_loop_holds_a_persons_data(loop: Loop) -> None:
    loop.service.items_of = lambda kind, given: answer(given, {2: "Head of Sales"})
    runs = [loop.start(), loop.finish()]
    told = "\n".join(
        str(entry.to_json()) for run in runs for entry in loop.instance.all_logs(run.run_id)
    ) + json.dumps(loop.cursors)
    for number in range(PEOPLE):
        person = profile(number)
        for value in (person["lastName"], person["linkedinUrl"], person["publicIdentifier"], f"firm{number}.example"):
            assert value not in told
