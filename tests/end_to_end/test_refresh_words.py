"""What an actor says of the people it was asked about is repeated nowhere: our own words and ids only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach_pipeline.stages.refresh_due import plan_refresh
from outreach_pipeline.stages.refresh_results import RefreshReport, finish_refresh
from outreach_pipeline.stages.refresh_run import start_refresh
from tests.end_to_end.paid_world import RUNS, Admin, json_answer, run_rows, serve
from tests.end_to_end.refresh_world import LOOK, ended, known, linkedin, log, slug, surname, wave, world

WORDS = f"No profile of Ada {surname(1)} ({slug(1)}) is public"


def told(admin: Admin, *more: object) -> str:
    """Whatever is kept of a wave beside its rows, and shown of it."""
    kept = [
        admin.execute(f"select * from {table}").fetchall()
        for table in ("public.shq_error_log", "public.refresh_wave", "public.actor_runs", "public.actor_breaker",
                      "public.actor_usage_log", "intake.pull", "intake.audit_log")
    ]  # fmt: skip
    jobs = admin.execute("select error_message from public.linkedin_refresh_jobs").fetchall()
    return f"{kept} {jobs} {more}"


def test_words_instead_of_rows_are_counted_and_not_repeated(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [json.dumps({"error": WORDS}).encode()]
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)])
        _, _, report = wave(work)
        assert (report.missing, report.state) == (3, "closed")
        [line] = log(admin)
        assert "gave 1 rows without data" in line
        clean(told(admin, report))


def test_the_status_message_of_a_run_is_not_repeated(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(4)])
        service.faults.add(f"POST {RUNS}", "partial_then_fail", end="FAILED")
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        start_refresh(work, plan.wave_id)
        service.runs.all()[0].message = WORDS
        assert ended(work) == [plan.wave_id]
        report: RefreshReport = finish_refresh(work, plan.wave_id)
        assert report.missing == 2
        assert "ended FAILED;" in log(admin)[0]
        assert run_rows(admin)[0]["run_id"] in log(admin)[0]
        clean(told(admin, report))


@pytest.mark.parametrize("kind", ["invalid-input", "something-new"])
def test_what_is_wrong_with_an_input_is_not_repeated(
    tmp_path: Path, database_url: str, admin: Admin, kind: str
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)])
        error = {"error": {"type": kind, "message": f"Field input.queries.1 is wrong: {slug(1)}"}}
        serve(service, "POST", RUNS.replace("*", "{actor}"), lambda request, names: json_answer(error, 400))
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        report = start_refresh(work, plan.wave_id)
        assert report.state == "failed"
        known_kind = " (invalid-input)" if kind == "invalid-input" else ""
        assert f"Apify answered 400{known_kind} to starting the actor" in log(admin)[0]
        clean(told(admin, report))


def clean(text: str) -> None:
    """Nothing of the person is in it."""
    for value in (surname(1), slug(1), "is public"):
        assert value not in text
