"""One paid run per batch, whatever becomes of its start: doubt is looked into and waited for, never paid for twice."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from paid_world import (
    ACTOR,
    BATCH,
    DAY,
    RUNS,
    SOURCE,
    Admin,
    LaggingList,
    apify,
    claims_are_over,
    gateway_gives_up,
    landed,
    one,
    run_rows,
    serve,
    workspace,
)

from outreach_pipeline.errors import BudgetError, OutreachError, TransientError
from outreach_pipeline.sandbox.apify import answers as apify_answers
from outreach_pipeline.sandbox.http import json_answer
from outreach_pipeline.sources.apify import ApifySource
from outreach_pipeline.sources.apify_ledger import Intent
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import allow_another_run, open_apify
from outreach_pipeline.stages.workspace import Workspace

ALL = [f"ada{n}@firm{n}.example" for n in range(7)]


def opened(there: Workspace) -> ApifySource:
    return open_apify(there, BATCH, there.source("leads"))  # type: ignore[arg-type]


def starts(service: Any) -> int:
    """How many starts were sent, heard or not."""
    return sum(fault["struck"] for fault in service.faults.listing() if "POST" in fault["pattern"]) + sum(
        number for call, number in service.calls().items() if call.startswith("POST /v2/actors/")
    )


# ------------------------------------------------------------------------------------------------------------- doubt
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_start_that_was_accepted_behind_an_error_is_never_sent_again(
    tmp_path: Path, database_url: str, admin: Admin, status: int
) -> None:
    """The gateway gives up on a start that Apify accepted, and the list does not show the run yet."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        gateway_gives_up(service, status)
        runs = LaggingList(service)
        with pytest.raises(TransientError, match=rf"status {status}\), and no run is seen yet") as caught:
            land_batch(there, BATCH)
        assert "not started anew before" in caught.value.next_step
        assert caught.value.not_before is not None
        with pytest.raises(TransientError, match="under way"):
            land_batch(there, BATCH)
        runs.shows = True
        assert land_batch(there, BATCH).items == 7
        assert starts(service) == len(service.runs.all()) == 1
        assert [(row["found_by"], row["attempts"]) for row in run_rows(admin)] == [("tag", 1)]
        assert landed(admin) == ALL


@pytest.mark.parametrize("kind", ["status_500", "status_502", "status_408", "drop_before"])
def test_three_starts_that_come_to_nothing_take_three_claims_and_then_it_is_fine(
    tmp_path: Path, database_url: str, admin: Admin, kind: str
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", kind, times=3)
        for sent in (1, 2, 3):
            with pytest.raises(TransientError, match="was lost"):
                land_batch(there, BATCH)
            with pytest.raises(TransientError, match="under way"):
                land_batch(there, BATCH)
            assert starts(service) == sent
            assert one(admin, "select public.f_apify_committed('-infinity')") == Decimal("2.5")
            claims_are_over(admin)
        assert land_batch(there, BATCH).items == 7
        assert landed(admin) == ALL
        assert len(service.runs.all()) == 1
        assert [(row["state"], row["attempts"]) for row in run_rows(admin)] == [("ended", 4)]


def test_an_input_that_cannot_be_read_yet_is_doubt(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        gateway_gives_up(service)
        service.faults.add("GET /v2/key-value-stores/*", "status_404", times=99)
        with pytest.raises(TransientError, match="no run is seen yet"):
            land_batch(there, BATCH)
        claims_are_over(admin)
        for _ in range(2):
            with pytest.raises(TransientError, match=r"may be the one of batch .*; its input cannot be read"):
                land_batch(there, BATCH)
        service.faults.clear()
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 1


def test_somebody_may_decide_that_a_start_in_doubt_is_paid_for_once_more(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        gateway_gives_up(service)
        service.faults.add("GET /v2/key-value-stores/*", "status_404", times=99)
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        assert not allow_another_run(there, BATCH), "its claim still holds"
        claims_are_over(admin)
        assert allow_another_run(there, BATCH)
        assert land_batch(there, BATCH).items == 7
        first, second = run_rows(admin)
        assert (first["state"], first["spent_usd"], first["run_id"]) == ("intent", Decimal("2.5"), None)
        assert second["state"] == "ended"


def test_the_answer_of_a_start_may_name_things_that_nobody_has_heard_of(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pricing model that is newer than apify-client: read at the start, in single looks, while waiting."""
    whole = apify_answers.run_object
    new = {"pricingModel": "PAY_PER_TOKEN", "createdAt": "2026-01-01T00:00:00.000Z"}
    monkeypatch.setattr(apify_answers, "run_object", lambda run: {**whole(run), "pricingInfo": new})
    with apify() as (service, url):
        assert land_batch(workspace(tmp_path, database_url, url), BATCH).items == 7
        assert [row["found_by"] for row in run_rows(admin)] == ["start"]
        assert service.calls().get(f"GET /v2/actors/{ACTOR.replace('/', '~')}/runs") is None


@pytest.mark.parametrize(
    "page",
    [{"items": [{"id": "x"}]}, {"items": ["x"]}, {"items": None}, {"items": [{"id": "x", "status": "READY", "startedAt": 5}]}],
)
def test_a_list_that_is_not_understood_is_an_error_of_ours(
    tmp_path: Path, database_url: str, admin: Admin, page: dict[str, Any]
) -> None:
    with apify() as (service, url):
        serve(service, "GET", "/v2/actors/{actor}/runs", lambda _request, _found: json_answer({"data": page}))
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        there = workspace(tmp_path, database_url, url)
        with pytest.raises(TransientError, match="reached or understood"):
            land_batch(there, BATCH)
        service._routes.pop(0)
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 1


def test_silence_after_a_start_blocks_every_other_start_until_the_claim_is_over(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError, match="was lost"):
            land_batch(there, BATCH)
        with pytest.raises(TransientError, match="under way in another process"):
            land_batch(there, BATCH)
        assert one(admin, "select public.f_apify_committed('-infinity')") > 0
        assert not service.runs.all()
        claims_are_over(admin)
        assert land_batch(there, BATCH).items == 7
        assert landed(admin) == ALL
        assert len(service.runs.all()) == 1


def test_a_start_that_is_heard_after_we_gave_up_is_found(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """The worst of all: nothing is there when we look, and the run begins a moment later."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)  # a start may take two seconds
        service.faults.add(f"POST {RUNS}", "slow", seconds=3.5)
        with pytest.raises(TransientError, match="was lost"):
            land_batch(there, BATCH)
        with pytest.raises(TransientError, match="under way"):
            land_batch(there, BATCH)
        deadline = time.monotonic() + 10
        while not service.runs.all() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 1
        assert [row["found_by"] for row in run_rows(admin)] == ["tag"]


def test_a_run_that_shows_late_is_found_instead_of_started_again(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        service.faults.add(f"GET {RUNS}", "status_404", times=9)
        with pytest.raises(OutreachError):
            land_batch(there, BATCH)
        service.faults.clear()
        claims_are_over(admin)
        assert land_batch(there, BATCH).items == 7
        assert [row["found_by"] for row in run_rows(admin)] == ["tag"]
        assert len(service.runs.all()) == 1


def test_nothing_was_sent_where_nobody_listens(tmp_path: Path, database_url: str, admin: Admin) -> None:
    there = workspace(tmp_path, database_url, "http://127.0.0.1:9")
    with pytest.raises(TransientError, match="could not be reached"):
        land_batch(there, BATCH)
    (row,) = run_rows(admin)
    assert (row["state"], row["claimed_until"]) == ("intent", None)
    with apify() as (service, url):
        assert land_batch(workspace(tmp_path, database_url, url), BATCH).items == 7
        assert len(service.runs.all()) == 1


# ------------------------------------------------------------------------------------------------------------ claims
def test_a_process_that_slept_through_its_claim_does_not_start(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """It wakes up between its intent and its start, when another process has started and landed the batch."""
    with apify() as (service, url):
        there = [workspace(tmp_path, database_url, url) for _ in range(2)]
        source, asleep = opened(there[0]), [timedelta(0)]
        source = replace(source, now=lambda: datetime.now(UTC) + asleep[0])
        intend = source.ledger.intend

        def slow(usd: Decimal) -> Intent:
            intent = intend(usd)
            asleep[0] = timedelta(hours=1)
            claims_are_over(admin)
            assert land_batch(there[1], BATCH).items == 7
            return intent

        source.ledger.intend = slow  # type: ignore[method-assign]
        with pytest.raises(TransientError, match="has passed"):
            list(source.pull(DAY, {}))
        assert len(service.runs.all()) == 1
        assert [(row["state"], row["attempts"]) for row in run_rows(admin)] == [("ended", 2)]


def test_a_look_is_repeated_when_the_row_is_claimed(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Between the look and the claim another process claimed, started and died, and its claim ran out."""
    with apify() as (service, url):
        there = [workspace(tmp_path, database_url, url) for _ in range(2)]
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            land_batch(there[0], BATCH)
        claims_are_over(admin)
        source = opened(there[0])
        claim = source.ledger.claim

        def late(usd: Decimal) -> Intent:
            gateway_gives_up(service)
            runs = LaggingList(service)
            with pytest.raises(TransientError, match="no run is seen yet"):
                land_batch(there[1], BATCH)
            runs.shows = True
            claims_are_over(admin)
            return claim(usd)

        source.ledger.claim = late  # type: ignore[method-assign]
        assert len(list(source.pull(DAY, {}))) > 1
        assert len(service.runs.all()) == 1
        assert [row["found_by"] for row in run_rows(admin)] == ["tag"]


def test_who_woke_up_late_takes_nothing_back_from_the_next(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Its start is refused (or was never sent) when another process holds the row already."""
    with apify() as (_, url):
        there = [workspace(tmp_path, database_url, url) for _ in range(2)]
        books = [opened(one_of_them).ledger for one_of_them in there]
        assert books[0].intend(Decimal("2.5")).may_start
        claims_are_over(admin)
        assert not books[1].intend(Decimal("2.5")).may_start
        assert books[1].claim(Decimal("2.5")).may_start
        for refused in (False, True):
            books[0].free(refused=refused, note="late")
        (row,) = run_rows(admin)
        assert (row["state"], row["note"]) == ("intent", None)
        assert row["claimed_until"] > datetime.now(UTC)


def test_a_ceiling_that_was_raised_is_reserved_before_it_is_sent(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify(items=100) as (service, url):
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            land_batch(workspace(tmp_path, database_url, url, apify_usd_per_day=3), BATCH)
        claims_are_over(admin)
        dear = SOURCE.replace("2.5", "20")
        for caps, told in (
            ({"apify_usd_per_day": 19}, "per day"), ({"apify_usd_per_month": 19}, "per month"),
            ({"apify_usd_per_run": 19}, "per run"),
        ):  # fmt: skip
            with pytest.raises(BudgetError, match=told):
                land_batch(workspace(tmp_path, database_url, url, dear, **caps), BATCH)
        assert [(row["reserved_usd"], row["attempts"]) for row in run_rows(admin)] == [(Decimal("2.5"), 1)]
        assert land_batch(workspace(tmp_path, database_url, url, dear), BATCH).items == 100
        (run,) = service.runs.all()
        assert run.cap == run_rows(admin)[0]["reserved_usd"] == 20


def test_a_run_that_exists_is_found_although_no_cap_would_pay_for_it(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        gateway_gives_up(service)
        runs = LaggingList(service)
        with pytest.raises(TransientError):
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        runs.shows = True
        claims_are_over(admin)
        assert land_batch(workspace(tmp_path, database_url, url, apify_usd_per_day=1), BATCH).items == 7
