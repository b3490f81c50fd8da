"""Runs that an outside schedule started: all of the day, each once, and none that is somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from paid_world import (
    ACTOR,
    BATCH,
    DAY,
    ITEMS,
    RUNS,
    SOURCE,
    Admin,
    LaggingList,
    apify,
    gateway_gives_up,
    landed,
    lead,
    one,
    run_rows,
    workspace,
)

from outreach_pipeline.errors import TransientError
from outreach_pipeline.sandbox.apify.actors import ActorKind, find_actor
from outreach_pipeline.stages.ended_runs import Look, look_at_run
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import settle_bills
from outreach_pipeline.stages.unfinished import finish, take_due
from outreach_pipeline.stages.workspace import Batch

ADOPT = SOURCE.replace("actor =", 'mode = "adopt"\nactor =').replace("max_total_charge_usd = 2.5\n", "")
BOTH = SOURCE + ADOPT.replace("[sources.leads]", "[sources.outside]")
NOON = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)


def kind_of() -> ActorKind:
    kind = find_actor(ACTOR)
    assert kind is not None
    return kind


def test_runs_of_an_outside_schedule_are_adopted_once_each(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, ADOPT)
        for hour, rows in ((6, [lead(0), lead(1)]), (18, [lead(2)]), (30, [lead(3)]), (-1, [lead(4)])):
            begun = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(hours=hour)
            service.add_run(kind_of(), b"{}", rows, started_at=begun, origin="SCHEDULER")
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict) == (3, "complete")
        assert landed(admin) == [f"ada{n}@firm{n}.example" for n in range(3)]
        rows_now = run_rows(admin)
        assert [(row["found_by"], row["reserved_usd"]) for row in rows_now] == [("schedule", 0)] * 2
        assert service.calls().get(f"POST {RUNS}") is None
        settle_bills(there, after_secs=0)
        assert one(admin, "select count(*) from public.actor_usage_log where usage_total_usd > 0") == 2


def test_adopting_waits_while_the_day_goes_on_and_says_so_when_it_is_over(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url, ADOPT)
        today = Batch(datetime.now(UTC).date(), "leads")
        with pytest.raises(TransientError, match=r"has started on .* yet"):
            land_batch(there, today)
        report = land_batch(there, BATCH)
        assert (report.verdict, report.note) == ("partial", f"No run of {ACTOR} was started on {DAY}.")


def test_adopted_runs_are_resumed_where_the_trouble_was(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, ADOPT)
        for hour in range(3):
            begun = datetime(DAY.year, DAY.month, DAY.day, hour + 1, tzinfo=UTC)
            service.add_run(kind_of(), b"{}", [lead(hour * 7 + n) for n in range(7)], started_at=begun)
        service.faults.add(f"GET {ITEMS}", "status_500", times=5, after=6)
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        assert 7 < len(landed(admin)) < 21
        report = land_batch(there, BATCH)
        assert (report.verdict, report.items) == ("complete", 21 - (len(landed(admin)) - report.items))
        assert landed(admin) == [f"ada{n}@firm{n}.example" for n in range(21)]
        usage = admin.execute("select data_items from public.actor_usage_log order by log_id").fetchall()
        assert [row["data_items"] for row in usage] == [7, 7, 7]


def test_a_day_that_is_not_over_stays_open_for_its_later_runs(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, ADOPT)
        service.add_run(kind_of(), b"{}", [lead(n) for n in range(3)], started_at=NOON)
        with time_machine.travel(NOON + timedelta(hours=1)):
            for items in (3, 0):
                report = land_batch(there, BATCH)
                assert (report.items, report.verdict) == (items, "open")
                assert report.note.startswith(f"{DAY} is not over: pull it again after midnight UTC")
            assert one(admin, "select status from intake.pull") == "running"
            later = [lead(n) for n in range(3, 5)]
            service.add_run(kind_of(), b"{}", later, started_at=NOON + timedelta(minutes=90))
            assert land_batch(there, BATCH).items == 2
        service.add_run(kind_of(), b"{}", [lead(5)], started_at=NOON + timedelta(hours=11))
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict, report.note) == (1, "complete", "")
        assert admin.execute("select status, note from intake.pull").fetchall() == [{"status": "complete", "note": None}]
        assert landed(admin) == [f"ada{n}@firm{n}.example" for n in range(6)]
        assert land_batch(there, BATCH).already


def test_what_somebody_started_by_hand_is_left_out_and_said(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        for number, origin in enumerate(["SCHEDULER", "WEB", "API", "WEB", "DEVELOPMENT"]):
            at = NOON + timedelta(minutes=number)
            service.add_run(kind_of(), b"{}", [lead(number)], started_at=at, origin=origin)
        report = land_batch(workspace(tmp_path, database_url, url, ADOPT), BATCH)
        assert (report.items, report.verdict) == (2, "complete")
        assert report.note == (
            f"Runs of {ACTOR} on {DAY} that are left out: 1 by DEVELOPMENT, 2 by WEB (see `origins`)."
        )
        assert landed(admin) == ["ada0@firm0.example", "ada2@firm2.example"]
        assert len(run_rows(admin)) == 2
        wanted = workspace(tmp_path, database_url, url, ADOPT + 'origins = ["WEB"]\n')
        # Those that were taken before stay the batch's.
        assert land_batch(wanted, BATCH, refetch=True).items == 4


def test_a_day_with_nothing_but_runs_by_hand_says_so(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        service.add_run(kind_of(), b"{}", [lead(0)], started_at=NOON, origin="WEB")
        report = land_batch(workspace(tmp_path, database_url, url, ADOPT), BATCH)
        assert report.verdict == "partial"
        assert report.note.startswith(f"No run of {ACTOR} was started on {DAY}. Runs of {ACTOR}")


def test_the_lost_start_of_another_source_is_not_adopted(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Two sources of one actor: one starts, and its answer is lost; the other adopts what ran that day."""
    today = datetime.now(UTC).date()
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, BOTH)
        gateway_gives_up(service)
        runs = LaggingList(service)
        with pytest.raises(TransientError, match="no run is seen yet"):
            land_batch(there, Batch(today, "leads"))
        runs.shows = True
        with pytest.raises(TransientError, match="has started on"):
            land_batch(there, Batch(today, "outside"))
        assert land_batch(there, Batch(today, "leads")).items == 7
        assert len(service.runs.all()) == len(run_rows(admin)) == 1


def test_a_task_that_was_saved_from_a_run_of_ours_is_adopted(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Its input carries the tag of a run that we know: that is not the run somebody looks for."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, BOTH)
        land_batch(there, BATCH)
        copied = service.runs.all()[0].input
        assert b"outreach-" in copied
        service.add_run(kind_of(), copied, [lead(50)], started_at=NOON, origin="SCHEDULER")
        assert land_batch(there, Batch(DAY, "outside")).items == 1


def test_a_lost_start_of_an_actor_that_is_adopted_too_is_found_again(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    today = Batch(datetime.now(UTC).date(), "outside")
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, BOTH)
        service.add_run(kind_of(), b"{}", [lead(50)], started_at=datetime.now(UTC), origin="SCHEDULER")
        assert land_batch(there, today).items == 1
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        assert land_batch(there, Batch(today.day, "leads")).items == 7
        assert {row["found_by"] for row in run_rows(admin)} == {"tag", "schedule"}


def test_word_of_an_outside_run_makes_its_day_be_read_once_and_pays_nothing(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, BOTH)
        # Days begin with the first batch.
        admin.execute("insert into intake.batch (batch_id, source, day, observed_at) values ('x', 'x', %s, now())", (DAY,))
        begun = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)
        run_id = service.add_run(kind_of(), b"{}", [lead(0)], started_at=begun, origin="SCHEDULER").id
        # Only a source that adopts runs takes it, and only a run that Apify knows.
        assert look_at_run(there, "leads", run_id).state == "nothing"
        assert look_at_run(there, "outside", "NobodyKnows00001").state == "nothing"
        batch = Batch(DAY, "outside")
        assert look_at_run(there, "outside", run_id) == Look("soon", batch.batch_id)
        soon = datetime.now(UTC) + timedelta(minutes=2)
        assert [due.batch for due in take_due(there, 10, now=soon)] == [batch]
        assert look_at_run(there, "outside", run_id, now=soon).state == "nothing"
        assert land_batch(there, batch).items == 1
        finish(there, batch, now=soon)
        # Apify tells again for more than a day: what was read is not read again.
        assert look_at_run(there, "outside", run_id, now=soon).state == "nothing"
        assert take_due(there, 10, now=soon) == []
        assert service.calls().get(f"POST {RUNS}") is None
