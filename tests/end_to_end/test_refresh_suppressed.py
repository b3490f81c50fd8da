"""Suppressed or forgotten between the plan and the paid start: not asked about, not paid for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach_pipeline.errors import TransientError
from outreach_pipeline.stages.refresh_due import plan_refresh
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import start_refresh
from outreach_pipeline.stages.suppress import forget, suppress
from outreach_pipeline.stages.workspace import Workspace
from tests.end_to_end.paid_world import RUNS, Admin, claims_are_over, one, run_rows
from tests.end_to_end.refresh_world import LOOK, ended, jobs, known, linkedin, log, slug, states, world

GONE = "The person was suppressed while the job waited."


def planned(work: Workspace) -> int:
    plan = plan_refresh(work, day=LOOK)
    assert plan.wave_id is not None
    return plan.wave_id


def profile_of(number: int) -> str:
    return f"https://www.linkedin.com/in/{slug(number)}"


def test_who_was_suppressed_or_forgotten_since_the_plan_is_not_asked_about(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(4)])
        wave = planned(work)
        suppress(work, [profile_of(1)])
        suppress(work, ["ada2@firm2.example"], reason="bounced")  # the address, not the person
        forget(work, profile_of(3))
        started = start_refresh(work, wave)
        assert (started.state, started.jobs) == ("running", 2)
        (run,) = service.runs.all()
        assert sorted(json.loads(run.input)["queries"]) == [profile_of(0), profile_of(2)]
        dropped = [job for job in jobs(admin) if job["linkedin_url"] == profile_of(1)]
        assert [(job["status"], job["outcome"], job["error_message"]) for job in dropped] == [("failed", "given_up", GONE)]
        assert ended(work) == [wave]
        report = finish_refresh(work, wave)
        assert (report.jobs, report.unchanged, report.missing) == (2, 2, 0)
        assert log(admin) == []


def test_a_wave_with_nobody_left_is_closed_without_a_start(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        wave = planned(work)
        suppress(work, [profile_of(0)])
        forget(work, profile_of(1))
        started = start_refresh(work, wave)
        assert (started.state, started.jobs) == ("closed", 0)
        assert "Nobody is left" in started.note
        assert start_refresh(work, wave).state == "closed"
        assert service.runs.all() == run_rows(admin) == log(admin) == []
        assert one(admin, "select count(*) from public.actor_breaker") == 0
        assert plan_refresh(work, day=LOOK).verdict == "nobody"


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_reservation_is_given_back_when_nobody_is_left(
    tmp_path: Path, database_url: str, admin: Admin, was_sent: bool
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        wave = planned(work)
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            start_refresh(work, wave)
        assert one(admin, "select public.f_apify_committed('-infinity')") > 0
        suppress(work, [profile_of(0), profile_of(1)])
        if was_sent:
            with pytest.raises(TransientError, match="under way"):
                start_refresh(work, wave)
            claims_are_over(admin)
        else:
            admin.execute("update public.actor_runs set claimed_until = null")
        assert start_refresh(work, wave).state == "closed"
        assert service.runs.all() == log(admin) == []
        assert states(admin) == {("failed", "given_up", 1): 2}
        assert one(admin, "select public.f_apify_committed('-infinity')") == 0


@pytest.mark.parametrize("tag", ["", 'tag_field = ""'])
@pytest.mark.parametrize("left", [0, 1])
def test_a_start_that_was_heard_is_taken_and_not_paid_again(
    tmp_path: Path, database_url: str, admin: Admin, tag: str, left: int
) -> None:
    from tests.end_to_end.refresh_world import SOURCES

    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)], source=f"{SOURCES}{tag}\n")
        wave = planned(work)
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        service.faults.add(f"GET {RUNS}", "status_500", 50)
        with pytest.raises(TransientError):
            start_refresh(work, wave)
        service.faults.clear()
        suppress(work, [profile_of(n) for n in range(left, 2)])
        assert start_refresh(work, wave).state == "running"
        assert ended(work) == [wave]
        report = finish_refresh(work, wave)
        assert (report.unchanged, report.strangers) == (left, 2 - left)
        assert len(service.runs.all()) == 1
        assert one(admin, "select count(*) from intake.validated_people where batch_id like '%|profiles'") == left
        assert one(admin, "select coalesce(sum(failures), 0) from public.actor_breaker") == 0
