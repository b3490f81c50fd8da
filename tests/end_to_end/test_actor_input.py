"""Secrets in an actor's input: they reach Apify over HTTP, and nothing else ever holds them. And runs of a saved task."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import ACTOR, BATCH, DAY, RUNS, SOURCE, Admin, apify, landed, lead, one, run_rows, workspace

from outreach_pipeline.errors import ConfigurationError, OutreachError
from outreach_pipeline.sandbox.http import json_answer
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import check_apify

SECRET, COOKIE = "sk-very-secret-123", "li_at=AQEDAT-cookie"
NEEDY = SOURCE.replace(
    "input = { fetch_count = 100 }",
    'input = { fetch_count = 100, key = "Bearer ${OUTREACH_SECRET_NAME}", code = "${url}",'
    ' session = { cookies = [{ env = "LINKEDIN_COOKIE" }], env = "production" } }',
)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One in the environment, one in `.env` of the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_SECRET_NAME", SECRET)
    Path(".env").write_text(f"LINKEDIN_COOKIE='{COOKIE}'\n")


def test_secrets_reach_the_actor_and_nothing_else(
    secrets: None, tmp_path: Path, database_url: str, admin: Admin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, NEEDY)
        assert land_batch(there, BATCH).items == 7
        given = json.loads(service.runs.all()[0].input)
        assert given["key"] == f"Bearer {SECRET}"
        assert given["session"] == {"cookies": [COOKIE], "env": "production"}
        assert given["code"] == "${url}"
        assert not [words for _, words, _ in check_apify(there) if "is not set" in words]
        shown = repr(there.sources["leads"]) + repr(there.sources) + caplog.text
    kept = "".join(
        str(admin.execute(f"select * from {table}").fetchall())  # type: ignore[call-overload]
        for table in ("public.actor_runs", "public.actor_usage_log", "intake.pull", "intake.source", "intake.batch")
    )
    for secret in (SECRET, COOKIE):
        assert secret not in shown + kept


def test_a_missing_secret_is_named_and_costs_nothing(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, NEEDY)
        problems = [words for status, words, _ in check_apify(there) if status == "problem"]
        assert problems == [
            f"The source leads needs {name}, which is not set." for name in ("OUTREACH_SECRET_NAME", "LINKEDIN_COOKIE")
        ]
        with pytest.raises(ConfigurationError, match="needs OUTREACH_SECRET_NAME, LINKEDIN_COOKIE, which are not set"):
            land_batch(there, BATCH)
        assert service.runs.all() == []
        assert [(row["state"], row["spent_usd"]) for row in run_rows(admin)] == [("refused", 0)]
        assert one(admin, "select public.f_apify_committed('-infinity')") == 0
        monkeypatch.setenv("OUTREACH_SECRET_NAME", SECRET)
        monkeypatch.setenv("LINKEDIN_COOKIE", COOKIE)
        assert land_batch(there, BATCH).items == 7


def test_what_apify_repeats_of_its_input_is_hidden(
    secrets: None, tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        refusal = {"error": {"type": "invalid-input", "message": f"The cookie {COOKIE} has expired; key {SECRET} too."}}
        service.route("POST", RUNS.replace("*", "{actor}"), lambda _request, _found: json_answer(refusal, 400))
        service._routes.insert(0, service._routes.pop())
        with pytest.raises(OutreachError) as caught:
            land_batch(workspace(tmp_path, database_url, url, NEEDY), BATCH)
        told = f"{caught.value} {caught.value!r} {caught.value.args} {run_rows(admin)[0]['note']}"
        assert "(secret) has expired" in told
        assert SECRET not in told
        assert COOKIE not in told


TASK = SOURCE.replace("actor =", 'mode = "adopt"\ntask = "team/nightly-leads"\nactor =').replace(
    "max_total_charge_usd = 2.5\n", ""
)


def test_only_runs_of_the_task_are_adopted(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.sandbox.apify_actors import find_actor

    kind = find_actor(ACTOR)
    assert kind is not None
    begun = datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC)

    def outside(service: Any, number: int, task: str | None) -> None:
        at = begun + timedelta(hours=number)
        service.add_run(kind, b"{}", [lead(number)], started_at=at, origin="SCHEDULER", task=task)

    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, TASK)
        with pytest.raises(OutreachError, match="team/nightly-leads"):
            land_batch(there, BATCH)
        for number, task in enumerate(["team/nightly-leads", None, "team/other", "team/nightly-leads"]):
            outside(service, number, task)
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict) == (2, "complete")
        assert landed(admin) == ["ada0@firm0.example", "ada3@firm3.example"]
        assert {row["found_by"] for row in run_rows(admin)} == {"schedule"}
        assert len(service.runs.all()) == 4
