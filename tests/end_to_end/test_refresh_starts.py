"""A wave's start in doubt, and runs that cannot be looked at: nobody is paid for twice, no wave is held up or lost."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from outreach_pipeline.cli.refresh import refresh_due
from outreach_pipeline.errors import ConfigurationError, PermanentError, TransientError
from outreach_pipeline.stages.refresh_due import plan_refresh, requested_waves
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import poll_waves, start_refresh
from outreach_pipeline.stages.workspace import Workspace, no_progress
from tests.end_to_end.paid_world import RUNS, Admin, LaggingList, claims_are_over, gateway_gives_up, one, run_rows
from tests.end_to_end.refresh_world import LOOK, ended, known, linkedin, log, states, wave, world


@pytest.mark.parametrize("kind", ["drop_after_accept", "half_page"])
def test_a_lost_answer_starts_one_run(tmp_path: Path, database_url: str, admin: Admin, kind: str) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        service.faults.add(f"POST {RUNS}", kind)
        _, _, report = wave(work)
        assert (report.state, report.unchanged) == ("closed", 2)
        assert len(service.runs.all()) == len(run_rows(admin)) == 1
        assert log(admin) == []


@pytest.mark.parametrize(("kind", "times"), [("status_500", 3), ("status_502", 1), ("drop_before", 2)])
def test_a_start_that_came_to_nothing_is_requested_again_and_sent_once_per_claim(
    tmp_path: Path, database_url: str, admin: Admin, kind: str, times: int
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)], refresh_again_secs=1e-6)
        fault = service.faults.add(f"POST {RUNS}", kind, times)
        plan = plan_refresh(work, day=LOOK)
        for sent in range(1, times + 1):
            [asked] = requested_waves(work)
            for told in ("was lost", "under way"):
                with pytest.raises(TransientError, match=told):
                    start_refresh(work, asked.wave_id)
            assert fault.struck == sent
            assert one(admin, "select state from public.refresh_wave") == "requested"
            assert states(admin) == {("pending", None, 1): 2}
            claims_are_over(admin)
        [asked] = requested_waves(work)
        assert start_refresh(work, asked.wave_id).state == "running"
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, asked.wave_id).unchanged == 2
        assert len(service.runs.all()) == len(run_rows(admin)) == 1
        assert log(admin) == []


def test_a_start_that_was_accepted_behind_a_gateway_that_gave_up_is_paid_once(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        gateway_gives_up(service)
        runs = LaggingList(service)
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        with pytest.raises(TransientError, match="no run is seen yet"):
            start_refresh(work, plan.wave_id)
        assert one(admin, "select state from public.refresh_wave") == "requested"
        runs.shows = True
        assert start_refresh(work, plan.wave_id).state == "running"
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).unchanged == 2
        assert len(service.runs.all()) == len(run_rows(admin)) == 1


def test_a_start_in_doubt_keeps_its_wave_and_is_adopted_later(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        service.faults.add(f"GET {RUNS}", "status_500", 50)
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        with pytest.raises(TransientError):
            start_refresh(work, plan.wave_id)
        assert one(admin, "select state from public.refresh_wave") == "requested"
        assert states(admin) == {("pending", None, 1): 2}
        service.faults.clear()
        assert start_refresh(work, plan.wave_id).state == "running"
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).unchanged == 2
        assert len(service.runs.all()) == 1
        assert run_rows(admin)[0]["found_by"] == "tag"


def test_a_wave_whose_run_is_forgotten_before_it_was_seen_ends_without_it(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    """Killed between the note of the run and that of the wave, and taken up again weeks later."""
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        admin.execute("update public.refresh_wave set state = 'requested', actor_run_id = null")
        admin.execute("update public.linkedin_refresh_jobs set status = 'pending', apify_run_id = null")
        service.runs._runs.clear()
        assert start_refresh(work, plan.wave_id).state == "running"
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).missing == 2


def test_a_token_that_is_not_accepted_ends_no_wave(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (_, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        wrong = world(tmp_path, database_url, url, [], apify_token="wrong")
        with pytest.raises(ConfigurationError):
            poll_waves(wrong)
        assert run_rows(admin)[0]["settled_at"] is None
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).unchanged == 2


def test_a_run_that_cannot_be_read_holds_no_other_wave_back(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        waves = two_waves(work)
        fault = service.faults.add(f"GET /v2/actor-runs/{service.runs.all()[0].id}", "status_500", 10_000)
        assert ended(work) == [waves[1]]
        assert fault.struck >= 5
        assert finish_refresh(work, waves[1]).unchanged == 1
        service.faults.add("GET /v2/actor-runs/*", "status_500", 10_000)
        with pytest.raises(TransientError):
            poll_waves(work)


def two_waves(work: Workspace) -> list[int]:
    """Two waves of one person each, started."""
    waves = []
    for _ in range(2):
        plan = plan_refresh(work, day=LOOK, limit=1)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        waves.append(plan.wave_id)
    return waves


def test_a_run_that_is_refused_to_us_holds_no_other_wave_back(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        waves = two_waves(work)
        service.faults.add(f"GET /v2/actor-runs/{service.runs.all()[0].id}", "status_403", 10_000)
        assert ended(work) == [waves[1]]
        # Its request was lost, and no run but the unreadable one is left to look at.
        assert [wave.wave_id for wave in poll_waves(work)] == [waves[1]]
        assert finish_refresh(work, waves[1]).unchanged == 1
        with pytest.raises(PermanentError, match="403"):
            poll_waves(work)
        service.faults.clear()
        assert ended(work) == [waves[0]]


def test_unreadable_runs_take_turns_with_the_others(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        waves = two_waves(work)
        service.faults.add(f"GET /v2/actor-runs/{service.runs.all()[0].id}", "status_403", 10_000)
        with pytest.raises(PermanentError):
            poll_waves(work, 1)
        until = time.monotonic() + 10
        while not (found := poll_in_peace(work)) and time.monotonic() < until:
            time.sleep(0.02)
        assert found == [waves[1]]


def poll_in_peace(work: Workspace) -> list[int]:
    """One look at one run."""
    with suppress(PermanentError):
        return [wave.wave_id for wave in poll_waves(work, 1)]
    return []


def test_a_dataset_that_cannot_be_read_holds_no_other_landing_back(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        two_waves(work)
        service.faults.add(f"GET /v2/datasets/{service.runs.all()[0].dataset_id}/items", "status_403", 10_000)
        _, failures, reports = refresh_due(work, LOOK, None, no_progress, wait=True)
        assert [(report.wave_id, report.state, report.unchanged) for report in reports] == [(2, "closed", 1)]
        assert len(failures) == 1
        assert failures[0].startswith("The results of wave 1 wait: ")
        assert states(admin) == {("completed", "unchanged", 1): 1, ("running", None, 1): 1}
        service.faults.clear()
        _, failures, reports = refresh_due(work, LOOK, None, no_progress, wait=True)
        assert (failures, [report.unchanged for report in reports]) == ([], [1])
