"""What goes wrong at Apify, each with the state it leaves: no item lost, none twice, no second paid run."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paid_world import (
    BATCH,
    ITEMS,
    RUNS,
    SOURCE,
    TOKEN,
    Admin,
    apify,
    landed,
    lead,
    one,
    run_rows,
    serve,
    workspace,
)

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    PermanentError,
    TransientError,
)
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.sandbox.http import Answer
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import settle_bills


def serve_items(service: ApifyService, handler: Callable[[Any, Any], Answer]) -> None:
    """Let `handler` answer for the items of datasets."""
    serve(service, "GET", "/v2/datasets/{run}/items", handler)


ALL = [f"ada{n}@firm{n}.example" for n in range(7)]


@pytest.mark.parametrize(
    ("pattern", "kind", "times"),
    [
        (f"POST {RUNS}", "drop_after_accept", 1),
        (f"POST {RUNS}", "half_page", 1),
        ("GET /v2/actor-runs/*", "status_500", 3),
        ("GET /v2/actor-runs/*", "status_429", 3),
        ("GET /v2/actor-runs/*", "drop_before", 2),
        (f"GET {ITEMS}", "status_500", 3),
        (f"GET {ITEMS}", "status_429", 2),
        (f"GET {ITEMS}", "half_page", 2),
        (f"GET {ITEMS}", "drop_after_accept", 2),
    ],
)
def test_passing_troubles_pass_within_one_pull(
    tmp_path: Path, database_url: str, admin: Admin, pattern: str, kind: str, times: int
) -> None:
    with apify() as (service, url):
        service.faults.add(pattern, kind, times)
        report = land_batch(workspace(tmp_path, database_url, url), BATCH)
        assert (report.items, report.verdict) == (7, "complete")
        assert landed(admin) == ALL
        assert len(service.runs.all()) == 1
        assert [row["state"] for row in run_rows(admin)] == ["ended"]
        assert [fault["struck"] for fault in service.faults.listing()] == [times]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, ConfigurationError, "invalid-input"),
        (401, ConfigurationError, "OUTREACH_APIFY_TOKEN"),
        (402, BudgetError, "not-enough-usage"),
        (403, PermanentError, "rented"),
        (404, PermanentError, "actors are renamed"),
        (429, TransientError, "rate-limit-exceeded"),
    ],
)
def test_a_refused_start_gives_its_money_back_and_may_be_tried_again(
    tmp_path: Path, database_url: str, admin: Admin, status: int, error: type[OutreachError], words: str
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", f"status_{status}")
        with pytest.raises(error, match=words) as caught:
            land_batch(there, BATCH)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
        assert caught.value.next_step
        assert TOKEN not in str(caught.value)
        (row,) = run_rows(admin)
        assert (row["state"], row["run_id"]) == ("refused", None)
        assert one(admin, "select public.f_apify_committed('-infinity')") == 0
        assert land_batch(there, BATCH).items == 7
        (row,) = run_rows(admin)
        assert (row["state"], row["attempts"]) == ("ended", 2)
        assert len(service.runs.all()) == 1


def test_list_pages_that_the_typed_client_refuses_are_read_plainly(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach_pipeline.sandbox.apify import answers as apify_answers

    whole = apify_answers.run_short
    monkeypatch.setattr(
        apify_answers, "run_short", lambda run: {k: v for k, v in whole(run).items() if k != "usageTotalUsd"}
    )
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        assert land_batch(workspace(tmp_path, database_url, url), BATCH).items == 7
        assert len(service.runs.all()) == 1
        assert landed(admin) == ALL


def test_a_page_cut_in_silence_is_read_again(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with apify() as (service, url):
        whole, cuts = service._items, iter([20, 150, 10_000])

        def cut(request: Any, found: Any) -> Answer:
            answer = whole(request, found)
            return Answer(answer.body[: next(cuts, None)], answer.status, answer.content_type, answer.headers)

        serve_items(service, cut)
        assert land_batch(workspace(tmp_path, database_url, url), BATCH).items == 7
        assert landed(admin) == ALL


@pytest.mark.parametrize(("after", "items", "verdict"), [(0, 0, "refused"), (1, 3, "partial")])
def test_an_expired_dataset_ends_the_pull_with_what_there_was(
    tmp_path: Path, database_url: str, admin: Admin, after: int, items: int, verdict: str
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        whole, pages = service._items, itertools.count()

        def expire(request: Any, found: Any) -> Answer:
            service.runs.all()[0].expired = next(pages) >= after
            return whole(request, found)

        serve_items(service, expire)
        if verdict == "refused":
            for _ in range(2):
                with pytest.raises(PermanentError, match=r"dataset of run .* has expired; 0 rows"):
                    land_batch(there, BATCH)
        else:
            report = land_batch(there, BATCH)
            assert (report.items, report.verdict) == (3, "partial")
            assert "3 rows had been landed" in report.note
            assert land_batch(there, BATCH).note == report.note
        assert landed(admin) == ALL[:items]
        assert one(admin, "select status from intake.pull") == verdict
        assert len(service.runs.all()) == 1


@pytest.mark.parametrize(("pages", "items", "verdict"), [(0, 0, "refused"), (1, 3, "partial")])
def test_a_run_that_apify_has_forgotten_ends_the_pull_with_what_there_was(
    tmp_path: Path, database_url: str, admin: Admin, pages: int, items: int, verdict: str
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"GET {ITEMS}", "status_500", times=5, after=pages)
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        service.runs._runs.clear()
        # A run of today cannot be forgotten: this is the token of another account.
        with pytest.raises(PermanentError, match="knows no run") as caught:
            land_batch(there, BATCH)
        assert "OUTREACH_APIFY_TOKEN belongs" in caught.value.next_step
        assert one(admin, "select status from intake.pull") == "running"
        admin.execute("update public.actor_runs set reserved_at = now() - interval '8 days'")
        told = f"does not know run .* any more; {items} rows had been landed"
        if verdict == "refused":
            with pytest.raises(PermanentError, match=told):
                land_batch(there, BATCH)
        else:
            report = land_batch(there, BATCH)
            assert (report.items, report.verdict) == (0, "partial")
            assert land_batch(there, BATCH).already
        assert one(admin, "select status from intake.pull") == verdict
        assert landed(admin) == ALL[:items]
        assert settle_bills(there, after_secs=0) == 1
        assert len(run_rows(admin)) == 1


def test_a_run_that_never_ends_is_picked_up_again_and_never_replaced(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, SOURCE.replace("wait_secs = 10", "wait_secs = 1"))
        service.faults.add(f"POST {RUNS}", "never_ends")
        for _ in range(2):
            with pytest.raises(TransientError, match=r"still RUNNING.*picked up again"):
                land_batch(there, BATCH)
        (run,) = service.runs.all()
        run.abort()
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict) == (run.available, "partial")
        assert "ended ABORTED" in report.note
        assert len(service.runs.all()) == 1
        assert one(admin, "select status from public.actor_usage_log") == "ABORTED"


@pytest.mark.parametrize("end", ["FAILED", "TIMED-OUT", "ABORTED"])
def test_partial_results_of_a_run_that_broke_are_landed_and_marked(
    tmp_path: Path, database_url: str, admin: Admin, end: str
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", "partial_then_fail", end=end)
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict) == (3, "partial")
        assert f"ended {end}" in report.note
        assert landed(admin) == ALL[:3]
        settle_bills(there, after_secs=0)
        usage = admin.execute("select status, data_items, usage_total_usd from public.actor_usage_log").fetchone()
        assert usage == {"status": end, "data_items": 3, "usage_total_usd": service.charged_usd}
        assert land_batch(there, BATCH).already
        assert len(service.runs.all()) == 1


def test_a_run_that_broke_before_its_first_row_fails_the_batch(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify(items=1) as (service, url):
        service.faults.add(f"POST {RUNS}", "partial_then_fail", end="FAILED")
        with pytest.raises(PermanentError, match="ended FAILED"):
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        assert one(admin, "select status from intake.pull") == "refused"


def test_a_refusal_fails_the_batch_with_the_actors_own_sentence_and_keeps_its_row(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", "refusal")
        for _ in range(2):
            with pytest.raises(PermanentError, match="Users on the free Apify plan can run the actor through the UI"):
                land_batch(there, BATCH)
        assert one(admin, "select count(*) from intake.raw_loads") == 1
        usage = admin.execute("select data_items, error_items from public.actor_usage_log").fetchone()
        assert usage == {"data_items": 0, "error_items": 1}
        assert len(service.runs.all()) == 1


def test_rows_that_say_why_among_data_are_counted_apart(tmp_path: Path, database_url: str, admin: Admin) -> None:
    rows = [
        lead(0),
        b'{"error": "404", "status": 404, "element": null}',
        lead(1),
        b'{"message": "No profile"}',
    ]
    with apify(rows=rows) as (_, url):
        report = land_batch(workspace(tmp_path, database_url, url), BATCH)
        assert (report.items, report.verdict) == (4, "complete")
        usage = admin.execute("select data_items, error_items, dataset_items from public.actor_usage_log").fetchone()
        assert usage == {"data_items": 2, "error_items": 2, "dataset_items": 4}
