"""The refresh loop when Apify or the actor misbehaves: no money twice, no job lost, one clear line in the error log."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.errors import TransientError
from outreach_pipeline.sources.apify_errors import RUN_STATUSES
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.refresh_due import ask_refresh, plan_refresh, requested_waves
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import poll_waves, start_refresh
from outreach_pipeline.stages.refresh_status import close_breaker, read_refresh
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.paid_world import (
    RUNS,
    Admin,
    one,
    run_rows,
)
from tests.end_to_end.refresh_world import (
    ACTOR,
    LOOK,
    SOURCES,
    answer,
    ended,
    jobs,
    known,
    linkedin,
    log,
    not_found,
    profile,
    states,
    wave,
    world,
)


@pytest.mark.parametrize(
    ("kind", "told"), [("status_402", "answered 402"), ("status_403", "answered 403"), ("status_400", "answered 400")]
)
def test_a_refused_start_fails_the_wave_and_its_people_are_tried_again(
    tmp_path: Path, database_url: str, admin: Admin, kind: str, told: str
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)])
        service.faults.add(f"POST {RUNS}", kind)
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        assert start_refresh(work, plan.wave_id).state == "failed"
        assert service.runs.all() == []
        assert states(admin) == {("failed", "run_failed", 1): 3, ("pending", None, 2): 3}
        assert one(admin, "select public.f_apify_committed('-infinity')") == 0
        [line] = log(admin)
        assert line.startswith("Refresh wave 1 of 3 people was not started: Apify ")
        assert told in line
        assert "linkedin.com" not in line
        assert one(admin, "select failures from public.actor_breaker") == 1
        due = one(admin, "select extract(epoch from min(due_at) - now()) from public.linkedin_refresh_jobs "
                         "where status = 'pending'")  # fmt: skip
        assert 3500 < due < 3700
        assert plan_refresh(work, day=LOOK).verdict == "nobody"
        admin.execute("update public.linkedin_refresh_jobs set due_at = now() where status = 'pending'")
        wave(work)
        assert states(admin)[("completed", "unchanged", 2)] == 3


def test_too_many_requests_wait_with_their_wave(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)], refresh_again_secs=1e-6)
        service.faults.add(f"POST {RUNS}", "status_429", 9)
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        # Each request counts, the first one too: the eighth is the last.
        for _ in range(6):
            [asked] = requested_waves(work)
            with pytest.raises(TransientError, match="429"):
                start_refresh(work, asked.wave_id)
        assert states(admin) == {("pending", None, 1): 2}
        assert log(admin) == []
        [asked] = requested_waves(work)
        assert start_refresh(work, asked.wave_id).state == "failed"
        assert requested_waves(work) == []
        assert states(admin) == {("failed", "run_failed", 1): 2, ("pending", None, 2): 2}
        assert len(log(admin)) == 1
        assert service.runs.all() == []


def test_a_run_that_never_ends_is_told_once_and_never_replaced(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(4)])
        service.faults.add(f"POST {RUNS}", "never_ends")
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        assert poll_waves(work) == []
        assert log(admin) == []
        with pytest.raises(TransientError, match="still R"):
            finish_refresh(work, plan.wave_id)
        admin.execute("update public.actor_runs set started_at = now() - interval '7 hours'")
        for _ in range(3):
            # Apify says again when it started.
            admin.execute("update public.actor_runs set started_at = now() - interval '7 hours'")
            assert poll_waves(work) == []
        [line] = log(admin)
        assert "RUNNING after 6 hours" in line
        assert plan_refresh(work, day=LOOK).verdict == "nobody"
        (run,) = service.runs.all()
        run.abort()
        assert ended(work) == [plan.wave_id]
        report = finish_refresh(work, plan.wave_id)
        assert report.missing + report.unchanged == 4
        assert len(service.runs.all()) == 1
        assert len(log(admin)) == 2


def test_an_unknown_status_is_told_once_and_waited_for(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        service.faults.add(f"POST {RUNS}", "unknown_status", seconds=1.0)
        _, _, report = wave(work)
        assert report.unchanged == 2
        [line] = log(admin)
        assert "status that is not known here: 'HIBERNATING'" in line


def test_an_expired_dataset_and_a_forgotten_run_lose_no_job(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        assert ended(work)
        service.runs.all()[0].expired = True
        report = finish_refresh(work, plan.wave_id)
        assert (report.state, report.missing, report.retried) == ("closed", 2, 2)
        [line] = log(admin)
        assert "has expired" in line
        assert "2 of 2 profiles have no row" in line
        admin.execute("update public.linkedin_refresh_jobs set due_at = now() where status = 'pending'")
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        service.runs._runs.clear()
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).missing == 2
        assert "does not know run" in log(admin)[1]
        assert len(log(admin)) == 2
        assert states(admin)[("pending", None, 3)] == 2


@pytest.mark.parametrize("end", [status for status, meaning in RUN_STATUSES.items() if meaning.job == "failed"][1:])
def test_what_a_broken_run_had_written_is_taken(tmp_path: Path, database_url: str, admin: Admin, end: str) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(6)])
        service.faults.add(f"POST {RUNS}", "partial_then_fail", end=end)
        _, _, report = wave(work)
        assert (report.unchanged, report.missing) == (3, 3)
        assert states(admin) == {
            ("completed", "unchanged", 1): 3, ("failed", "run_failed", 1): 3, ("pending", None, 2): 3,
        }  # fmt: skip
        [line] = log(admin)
        assert f"ended {end}" in line
        assert "3 of 6 profiles have no row" in line
        assert one(admin, "select failures from public.actor_breaker") == 1
        assert one(admin, "select status from public.actor_usage_log") == end


def test_missing_rows_are_tried_three_times_more_and_then_given_up(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [row for row in answer(given) if b"ada-nr0" not in row]
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)], refresh_urgent_days=1)
        waits = []
        for attempt in range(1, 5):
            if attempt == 2:
                ask_refresh(work, [jobs(admin)[1]["person_unique_id"]])  # so that no run is without an answer
            _, _, report = wave(work)
            assert report.missing == 1
            assert len(log(admin)) == attempt
            waits.append(one(admin, "select extract(epoch from due_at - now()) / 3600 from public.linkedin_refresh_jobs "
                                    "where status = 'pending'"))  # fmt: skip
            admin.execute("update public.linkedin_refresh_jobs set due_at = now() where status = 'pending'")
        assert [None if hours is None else round(hours, 1) for hours in waits] == [1.0, 6.0, 24.0, None]
        assert one(admin, "select count(*) from public.negative_cache where ask_again_at > now() + interval '89 days'") == 1
        assert plan_refresh(work, day=LOOK).verdict == "nobody"
        assert states(admin)[("failed", "given_up", 4)] == 1
        # Somebody's decision counts for more, and finding them ends it.
        service.items_of = lambda kind, given: answer(given)
        assert set(ask_refresh(work, [jobs(admin)[0]["person_unique_id"]]).values()) == {"asked"}
        wave(work)
        assert one(admin, "select count(*) from public.negative_cache") == 0


def test_rows_for_strangers_are_rejected_and_found_again_when_they_are_asked_for(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        stranger = json.dumps(profile(70)).encode()
        service.items_of = lambda kind, given: [*answer(given), stranger]
        # More than the profiles cost: otherwise the ceiling stops the run before the stranger.
        source = SOURCES.replace("min_total_charge_usd = 0.005", "min_total_charge_usd = 0.1")
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)], source=source)
        _, _, report = wave(work)
        assert (report.unchanged, report.strangers, report.missing) == (2, 1, 0)
        assert one(admin, "select count(*) from marketing.people_master") == 2
        rejection = admin.execute(
            "select f.column_name, l.status, l.batch_id from intake.validation_failed as f inner join intake.raw_loads as l "
            "using (load_id) where f.check_name = 'not_asked'"
        ).fetchall()
        assert rejection == [{"column_name": "linkedin_url", "status": "failed", "batch_id": "2026-12-20|profiles"}]
        [line] = log(admin)
        assert "1 rows of people nobody asked about were rejected" in line
        for which in (ReplayFilter(), ReplayFilter(check="not_asked"), ReplayFilter(load_ids=(refused(admin),))):
            assert replay(work, which).failed == 1
            assert one(admin, "select count(*) from intake.validation_failed where check_name = 'not_asked'") == 1
        # Also one that had failed for another reason, and would pass by the rules of today.
        admin.execute("update intake.validation_failed set check_name = 'too_short' where check_name = 'not_asked'")
        assert replay(work, ReplayFilter()).failed == 1
        assert refused(admin) is not None
        promote_batch(work, Batch(LOOK, "profiles"))
        assert one(admin, "select count(*) from marketing.people_master") == 2
        assert len(log(admin)) == 1
        # The same content comes when we do know and ask for that person.
        world(tmp_path, database_url, url, [known(n) for n in (0, 1, 70)])
        service.items_of = lambda kind, given: answer(given)
        person = one(admin, "select unique_id from marketing.people_master where linkedin_url like '%nr70'")
        assert person is not None
        assert ask_refresh(work, [person]) == {person: "asked"}
        _, _, report = wave(work)
        assert (report.unchanged + report.changed, report.rejected, report.missing) == (1, 0, 0), report
        assert one(admin, "select count(*) from intake.validation_failed where check_name = 'not_asked'") == 0


def refused(admin: Admin) -> Any:
    return one(admin, "select load_id from intake.validation_failed where check_name = 'not_asked'")


def test_a_run_for_strangers_only_answers_nobody(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [json.dumps(profile(70 + n)).encode() for n in range(2)]
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        _, _, report = wave(work)
        assert (report.missing, report.strangers, report.retried) == (2, 2, 2)
        assert len(log(admin)) == 1
        assert one(admin, "select failures from public.actor_breaker") == 1


def test_an_impostor_is_not_taken_for_the_person_asked_about(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):

        def others(kind: Any, given: dict[str, Any]) -> list[bytes]:
            return [json.dumps(profile(70, originalQuery={"query": query})).encode() for query in given["queries"]]

        service.items_of = others
        work = world(tmp_path, database_url, url, [known(1)])
        _, _, report = wave(work)
        assert (report.missing, report.strangers, report.changed) == (1, 1, 0)


def test_a_renamed_profile_is_known_by_its_query_and_name(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):

        def renamed(kind: Any, given: dict[str, Any]) -> list[bytes]:
            fields = {"publicIdentifier": "ada-new", "linkedinUrl": "https://www.linkedin.com/in/ada-new"}
            return [json.dumps(profile(1, originalQuery={"query": query}, **fields)).encode() for query in given["queries"]]

        service.items_of = renamed
        work = world(tmp_path, database_url, url, [known(1)])
        _, _, report = wave(work)
        assert (report.missing, report.strangers) == (0, 0), report


def test_profiles_that_are_gone_answer_their_query(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [
            *answer({"queries": given["queries"][2:]}),
            *(json.dumps(not_found(query)).encode() for query in given["queries"][:2]),
        ]
        work = world(tmp_path, database_url, url, [known(n) for n in range(4)])
        _, _, report = wave(work)
        assert (report.gone, report.unchanged, report.missing) == (2, 2, 0)
        assert log(admin) == []
        assert plan_refresh(work, day=LOOK.replace(year=2027)).jobs == 2


def test_the_breaker_opens_after_three_failures_and_closes_by_command_or_by_a_trial(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)], refresh_open_waves=5)
        service.faults.add(f"POST {RUNS}", "status_403", 4)

        def fail() -> None:
            plan = plan_refresh(work, day=LOOK)
            assert plan.wave_id is not None, plan
            start_refresh(work, plan.wave_id)
            admin.execute("update public.linkedin_refresh_jobs set due_at = now() where status = 'pending'")

        for _ in range(3):
            fail()
        assert plan_refresh(work, day=LOOK).verdict == "breaker"
        assert [row["actor"] for row in read_refresh(work).open_breakers] == [ACTOR]
        assert "is open until" in log(admin)[-1]
        assert len(log(admin)) == 3
        admin.execute("update public.actor_breaker set open_until = now()")
        fail()  # the trial
        assert plan_refresh(work, day=LOOK).verdict == "breaker"
        ask_refresh(work, [row["person_unique_id"] for row in jobs(admin)])
        assert close_breaker(work, ACTOR)
        wave(work)
        assert one(admin, "select failures from public.actor_breaker") == 0


def test_a_cap_that_shrinks_after_the_plan_lets_the_jobs_wait(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        admin.execute(
            "insert into public.actor_runs (batch_id, source, actor, tag, intent_at, reserved_at, reserved_usd) "
            "values ('2026-12-19|other', 'other', 'a/b', 'x', now(), now(), 25)"
        )
        report = start_refresh(work, plan.wave_id)
        assert report.state == "failed"
        assert states(admin) == {("pending", None, 1): 2}
        assert one(admin, "select min(due_at) = date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' "
                          "+ interval '1 day' from public.linkedin_refresh_jobs")  # fmt: skip
        assert plan_refresh(work, day=LOOK).verdict == "budget"
        assert len(log(admin)) == 1
        assert one(admin, "select count(*) from public.actor_breaker") == 0
        assert service.runs.all() == []


def test_what_is_planned_fits_the_caps(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (_, url):
        people = [known(n) for n in range(12)]
        work = world(tmp_path, database_url, url, people, apify_usd_per_day=Decimal("0.03"), refresh_open_waves=9)
        assert plan_refresh(work, day=LOOK).jobs == 7
        # The first wave has reserved nothing yet, and counts all the same.
        assert plan_refresh(work, day=LOOK).verdict == "budget"
        assert run_rows(admin) == []


def test_a_held_batch_waits_for_an_operator(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        broken = [json.dumps({"unheard": number, "of": 2}).encode() for number in range(16)]
        service.items_of = lambda kind, given: [*answer(given)[:9], *broken]
        work = world(tmp_path, database_url, url, [known(n) for n in range(25)])
        planned, _, report = wave(work)
        assert planned.wave_id is not None
        assert report.state == "landed"
        assert "--accept-checks" in report.note
        assert poll_waves(work) == []
        assert len(log(admin)) == 1
        assert states(admin) == {("running", None, 1): 25}
        promoted = promote_batch(work, Batch(LOOK, "profiles"), accept_checks=True)
        assert promoted.loads == 0
        assert [found.wave_id for found in poll_waves(work)] == [planned.wave_id]
        report = finish_refresh(work, planned.wave_id)
        assert (report.state, report.unchanged, report.missing) == ("closed", 9, 16)
