"""Secrets in an actor's input: they reach Apify over HTTP, and nothing else ever holds them. And runs of a saved task."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import ACTOR, BATCH, DAY, RUNS, SOURCE, Admin, apify, landed, lead, one, run_rows, serve, workspace

from outreach_pipeline.errors import ConfigurationError, OutreachError, PermanentError
from outreach_pipeline.sandbox.apify import answers as apify_answers
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
        serve(service, "POST", RUNS.replace("*", "{actor}"), lambda _request, _found: json_answer(refusal, 400))
        with pytest.raises(OutreachError) as caught:
            land_batch(workspace(tmp_path, database_url, url, NEEDY), BATCH)
        told = f"{caught.value} {caught.value!r} {caught.value.args} {run_rows(admin)[0]['note']}"
        assert "(secret) has expired" in told
        assert SECRET not in told
        assert COOKIE not in told


AWKWARD = 'a"b\\c/d é <very secret>'


def kept(admin: Admin) -> str:
    """Everything that the database holds beside the items themselves."""
    tables = (
        "public.actor_runs", "public.actor_usage_log", "public.shq_error_log", "intake.pull", "intake.source",
        "intake.batch", "intake.pull_origin", "intake.validation_failed",
    )  # fmt: skip
    return "".join(str(admin.execute(f"select * from {table}").fetchall()) for table in tables)  # type: ignore[call-overload]


def test_a_start_that_repeats_its_input_as_json_is_hidden(
    secrets: None, tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_NAME", AWKWARD)
    with apify() as (service, url):

        def refuses(_kind: Any, given: dict[str, Any]) -> list[bytes]:
            raise ValueError(f"Input is not valid: {json.dumps(given)}; {json.dumps(json.dumps(given))}")

        service.items_of = refuses
        with pytest.raises(OutreachError) as caught:
            land_batch(workspace(tmp_path, database_url, url, NEEDY), BATCH)
        assert "(secret)" in caught.value.message
        assert "very secret" not in str(caught.value) + kept(admin)
        assert caught.value.__context__ is None, "the original has the input in its frames"


@pytest.mark.parametrize("end", ["refusal", "FAILED"])
def test_an_actor_that_repeats_a_secret_brings_it_nowhere(
    secrets: None, tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """In its rows, or in the status message of a run that broke; its rows are landed as they came."""
    row = json.dumps({"error": f"The cookie {COOKIE} has expired, log in again"}).encode()
    whole = apify_answers.run_object
    said = f"Login at https://x.example/?c=1 with li_at%3DAQEDAT-cookie and {SECRET} failed"
    monkeypatch.setattr(apify_answers, "run_object", lambda run: {**whole(run), "statusMessage": said})
    with apify(rows=[row] if end == "refusal" else None) as (service, url):
        there = workspace(tmp_path, database_url, url, NEEDY)
        if end == "refusal":
            with pytest.raises(PermanentError, match=r"The cookie \(secret\) has expired") as caught:
                land_batch(there, BATCH)
            told = str(caught.value)
            assert one(admin, "select raw_data ->> 'error' from intake.raw_loads") == json.loads(row)["error"]
            noted = one(admin, "select reason from intake.validation_failed")
            assert noted == "not altered: it repeats a secret of the actor's input"
        else:
            service.faults.add(f"POST {RUNS}", "partial_then_fail")
            told = land_batch(there, BATCH).note
            assert "with (secret) and (secret) failed" in told
        for secret in (SECRET, COOKIE, "AQEDAT"):
            assert secret not in told + kept(admin)


def test_what_any_other_call_repeats_is_hidden(secrets: None, tmp_path: Path, database_url: str, admin: Admin) -> None:
    refusal = {"error": {"type": "invalid-input", "message": f"Not with {COOKIE}"}}
    with apify() as (service, url):
        serve(service, "GET", "/v2/actors/{actor}/runs", lambda _request, _found: json_answer(refusal, 400))
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        with pytest.raises(OutreachError, match=r"Not with \(secret\)"):
            land_batch(workspace(tmp_path, database_url, url, NEEDY), BATCH)


TASK = SOURCE.replace("actor =", 'mode = "adopt"\ntask = "team/nightly-leads"\nactor =').replace(
    "max_total_charge_usd = 2.5\n", ""
)


def test_only_runs_of_the_task_are_adopted(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.sandbox.apify.actors import find_actor

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
