"""What goes wrong at Apollo, each with the state it leaves: nothing paid twice, nobody lost."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import DAY, Admin, apollo, apollo_workspace, leases_are_over, one
from test_apify_kills import PROGRAM

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    PermanentError,
    TransientError,
)
from outreach_pipeline.sources.apollo_api import LostAnswerError, WindowFullError
from outreach_pipeline.stages.credits import decide_calls, doubtful_calls
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

SEARCH, MATCH, COMPANIES = Batch(DAY, "people"), Batch(DAY, "matches"), Batch(DAY, "companies")
API_SEARCH, BULK, ORGANIZATIONS = (
    "POST /mixed_people/api_search",
    "POST /people/bulk_match",
    "POST /mixed_companies/search",
)


def count(admin: Admin, source: str) -> tuple[int, int]:
    """Loads of a source, and how many different ids they hold."""
    row = admin.execute(
        "select count(*) as n, count(distinct raw_data ->> 'id') as d from intake.raw_loads where source = %s",
        (source,),
    ).fetchone()
    assert row is not None
    return row["n"], row["d"]


def search_until(there: Workspace, days: int) -> None:
    """Land the search of so many days more: matches wait for the search of their day."""
    for later in range(days + 1):
        land_batch(there, Batch(DAY + timedelta(days=later), "people"))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status_500", {"times": 3}),
        ("status_502", {"times": 1}),
        ("drop_before", {"times": 2}),
        ("drop_after_accept", {"times": 2}),
        ("half_page", {"times": 2}),
        ("status_429", {"times": 3, "window": "minute"}),
    ],
)
def test_free_calls_are_simply_repeated(
    tmp_path: Path, database_url: str, admin: Admin, kind: str, options: dict[str, Any]
) -> None:
    with apollo() as sandbox:
        fault = sandbox.apollo.faults.add(API_SEARCH, kind, after=1, **options)
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox), SEARCH)
        everybody = len(sandbox.apollo.search().people({}))
        assert (report.items, count(admin, "people")) == (everybody, (everybody, everybody))
        assert fault.struck == options["times"]


@pytest.mark.parametrize("window", ["hour", "day"])
@pytest.mark.parametrize(("call", "batch"), [(API_SEARCH, SEARCH), (ORGANIZATIONS, COMPANIES)])
def test_a_full_hour_or_day_stops_cleanly_and_goes_on_at_the_cursor(
    tmp_path: Path, database_url: str, admin: Admin, call: str, batch: Batch, window: str
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        sandbox.apollo.faults.add(call, "status_429", after=1, window=window)
        with pytest.raises(WindowFullError, match=f"calls per {window} are used up") as caught:
            land_batch(there, batch)
        assert isinstance(pickle.loads(pickle.dumps(caught.value)), TransientError)
        now = datetime.now(UTC)
        opens = caught.value.not_before
        assert opens is not None
        longest = timedelta(hours=1) if window == "hour" else timedelta(days=1)
        assert now - timedelta(minutes=1) < opens <= now + longest, "the batch goes on by itself then"
        first = count(admin, batch.source)[0]
        assert first > 0
        report = land_batch(there, batch)
        total = count(admin, batch.source)
        assert total[0] == total[1] == first + report.items
        assert one(admin, "select status from intake.pull") == "complete"
        if batch is COMPANIES:
            assert float(one(admin, "select sum(spent) from public.credit_ledger")) == sandbox.apollo.credits_used
            assert one(admin, "select count(*) from public.credit_ledger where state = 'released'") == 1


def test_real_windows_are_waited_for(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.sandbox.apollo.limits import Limits

    with apollo(limits=Limits(minute=2, window_seconds=0.4)) as sandbox:
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, apollo_minute_secs=0.4), COMPANIES)
        assert report.items == len(sandbox.apollo.search().companies({}))


@pytest.mark.parametrize("kind", ["drop_after_accept", "half_page", "status_500", "status_502"])
def test_a_match_whose_answer_was_lost_is_not_repeated_until_somebody_decides(
    tmp_path: Path, database_url: str, admin: Admin, kind: str
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        sandbox.apollo.faults.add(BULK, kind, after=1)
        report = land_batch(there, MATCH)
        (open_call,) = doubtful_calls(there)
        assert (open_call["state"], open_call["subjects"], open_call["reserved"]) == ("doubtful", 10, 10)
        assert (report.verdict, "10 subjects are left out" in report.note) == ("partial", True)
        assert set(sandbox.apollo.enriched.values()) == {1}
        total, different = count(admin, "matches")
        assert total == different
        # The reservation counts as long as nobody knows better.
        assert one(admin, "select public.f_credits_committed('apollo', '-infinity')") >= sandbox.apollo.credits_used
        search_until(there, 1)
        tomorrow = Batch(DAY + timedelta(days=1), "matches")
        assert land_batch(there, tomorrow).items == 0
        charged = kind in ("drop_after_accept", "half_page")
        assert decide_calls(there, [open_call["call_id"]], charged=charged) == 1
        assert not doubtful_calls(there)
        late = land_batch(there, Batch(DAY + timedelta(days=2), "matches"))
        assert 0 < late.items <= 10
        assert count(admin, "matches") == (total + late.items, total + late.items)


@pytest.mark.parametrize("days", [4, 89])
def test_doubt_does_not_end_by_itself(tmp_path: Path, database_url: str, admin: Admin, days: int) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        sandbox.apollo.faults.add(BULK, "drop_after_accept")
        assert land_batch(there, MATCH).verdict == "partial"
        (call,) = doubtful_calls(there)
        asked = one(admin, "select subjects from public.credit_ledger where state = 'doubtful'")
        admin.execute("update public.credit_ledger set reserved_at = now() - make_interval(days => %s)", (days,))
        search_until(there, 1)
        for later in range(2):
            land_batch(there, Batch(DAY + timedelta(days=later), "matches"))
        assert set(sandbox.apollo.enriched.values()) == {1}
        assert {sandbox.apollo.enriched.get(subject, 0) for subject in asked} <= {0, 1}
        # Not given back, not forgotten, and still to be decided.
        assert [(c["call_id"], c["reserved"]) for c in doubtful_calls(there)] == [(call["call_id"], call["reserved"])]
        assert one(admin, f"select public.f_credits_committed('apollo', '-infinity', '{MATCH.batch_id}')") >= 10


def test_whom_a_doubtful_call_asked_about_is_asked_again_as_whoever_was_charged_for(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        sandbox.apollo.faults.add(BULK, "drop_before")
        assert land_batch(there, MATCH).verdict == "partial"
        admin.execute("update public.credit_ledger set reserved_at = now() - interval '91 days'")
        land_batch(there, Batch(DAY + timedelta(days=1), "matches"))
        total, different = count(admin, "matches")
        assert total == different > 0
        assert one(admin, "select count(*) from public.enrichment where was_found and subject ~ '^[0-9a-f]{24}$'") == total
        assert len(doubtful_calls(there)) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_page_whose_answer_was_lost_leaves_the_others_going(
    tmp_path: Path, database_url: str, admin: Admin, lost: int
) -> None:
    """The batch is partial and says which page; when the call is decided, the page comes."""
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        sandbox.apollo.faults.add(ORGANIZATIONS, "drop_after_accept", after=lost - 1)
        report = land_batch(there, COMPANIES)
        everything = len(sandbox.apollo.search().companies({}))
        assert (report.items, report.verdict) == (everything - 5, "partial")
        assert f"page {lost} of part 1." in report.note
        assert one(admin, "select status from intake.pull") == "partial"
        admin.execute("update public.credit_ledger set reserved_at = now() - interval '400 days'")
        calls = sum(sandbox.apollo.calls().values())
        again = land_batch(there, COMPANIES)
        assert (again.already, again.verdict, again.note) == (True, "partial", report.note)
        (open_call,) = doubtful_calls(there)
        decide_calls(there, [open_call["call_id"]], charged=True)
        assert sum(sandbox.apollo.calls().values()) == calls
        whole = land_batch(there, COMPANIES)
        assert (whole.items, whole.verdict, whole.note) == (5, "complete", "")
        assert count(admin, "companies") == (everything, everything)
        assert one(admin, "select concat(status, note) from intake.pull") == "complete"
        assert float(one(admin, "select sum(spent) from public.credit_ledger")) == sandbox.apollo.credits_used


def test_a_second_lost_answer_in_a_row_stops_the_pull(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Where Apollo is down, every page that is tried would be one more call in doubt."""
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        sandbox.apollo.faults.add(ORGANIZATIONS, "status_502", after=1, times=2)
        with pytest.raises(LostAnswerError):
            land_batch(there, COMPANIES)
        assert len(doubtful_calls(there)) == 2
        report = land_batch(there, COMPANIES)
        everything = len(sandbox.apollo.search().companies({}))
        assert (count(admin, "companies")[0], report.verdict) == (everything - 10, "partial")
        assert "page 2 of part 1, 3 of part 1." in report.note


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, ConfigurationError, "OUTREACH_APOLLO_API_KEY"),
        (403, PermanentError, "master key"),
        (404, ConfigurationError, "endpoint"),
        (422, ConfigurationError, "Correct `query`"),
    ],
)
def test_refusals_say_what_helps_and_cost_nothing(
    tmp_path: Path, database_url: str, admin: Admin, status: int, error: type[OutreachError], words: str
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        sandbox.apollo.faults.add(ORGANIZATIONS, f"status_{status}")
        with pytest.raises(error, match=words) as caught:
            land_batch(there, COMPANIES)
        assert sandbox.apollo_key not in str(caught.value)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
        assert one(admin, "select public.f_credits_committed('apollo', '-infinity')") == 0
        assert land_batch(there, COMPANIES).items > 0


def test_an_account_without_credits_is_a_matter_of_money(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.sandbox.apollo.service import Plan

    with apollo(plan=Plan(credits=1.0)) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        with pytest.raises(BudgetError, match="out of credits"):
            land_batch(there, COMPANIES)
        assert count(admin, "companies") == (5, 5)
        assert one(admin, "select public.f_credits_committed('apollo', '-infinity')") == 1


def test_a_key_without_a_plan(tmp_path: Path, database_url: str) -> None:
    from outreach_pipeline.sandbox.apollo.service import Plan

    with (
        apollo(plan=Plan(master_key=False)) as sandbox,
        pytest.raises(PermanentError, match="does not let this key use"),
    ):
        land_batch(apollo_workspace(tmp_path, database_url, sandbox), SEARCH)


def test_the_key_is_nowhere_to_be_read(tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, COMPANIES)
        assert sandbox.apollo_key not in caplog.text
        assert sandbox.apollo_key not in repr(there.settings)


def test_killed_at_every_commit_nobody_is_asked_about_twice(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """A kill between reservation and landing leaves a call open; it is decided before it is repeated."""
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        search_until(there, 61)
        settings = {
            "apollo_api_key": sandbox.apollo_key, "apollo_url": sandbox.apollo_url, "pause_secs": 0.02,
            "sources": str(tmp_path / "sources.toml"), "enrich_after_days": 90, "apollo_minute_secs": 0.05,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(PROGRAM), database_url, json.dumps(settings), f"{DAY}", "matches", "60"],
            capture_output=True, text=True, timeout=240, check=True,
        )  # fmt: skip
        children = [json.loads(line) for line in done.stdout.splitlines()]
        assert children[-1][1] == 0, done.stderr
        leases_are_over(admin)
        for number, _ in children:
            land_batch(there, Batch(DAY + timedelta(days=number), "matches"))
        assert max(sandbox.apollo.enriched.values(), default=1) == 1
        assert count(admin, "matches")[0] == count(admin, "matches")[1]
        open_ids = [
            row["call_id"] for row in admin.execute("select call_id from public.credit_ledger where state = 'reserved'")
        ]
        assert open_ids
        decide_calls(there, open_ids, charged=True)
        land_batch(there, Batch(DAY + timedelta(days=len(children) + 1), "matches"))
        total, different = count(admin, "matches")
        assert total == different
        everybody = one(
            admin,
            "select count(*) from intake.f_enrichment_subjects('apollo', 'people', 'person', 'infinity', 90, 180)",
        )
        due = one(admin, "select count(*) from public.enrichment where subject ~ '^[0-9a-f]{24}$'")
        assert due + everybody == count(admin, "people")[1] - one(
            admin,
            "select count(distinct raw_data ->> 'id') from intake.raw_loads"
            " where source = 'people' and raw_data ->> 'has_email' = 'false'",
        )


def test_killed_at_every_commit_of_a_charged_search(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo(companies=20) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        settings = {
            "apollo_api_key": sandbox.apollo_key, "apollo_url": sandbox.apollo_url, "pause_secs": 0.02,
            "sources": str(tmp_path / "sources.toml"), "apollo_minute_secs": 0.05,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(PROGRAM), database_url, json.dumps(settings), f"{DAY}", "companies", "60"],
            capture_output=True, text=True, timeout=240, check=True,
        )  # fmt: skip
        children = [json.loads(line) for line in done.stdout.splitlines()]
        assert children[-1][1] == 0, done.stderr
        leases_are_over(admin)
        batches = [Batch(DAY + timedelta(days=number), "companies") for number, _ in children]
        held = [report.note for batch in batches if (report := land_batch(there, batch)).verdict == "partial"]
        assert all("maybe charged: page" in note for note in held)
        open_ids = [
            row["call_id"] for row in admin.execute("select call_id from public.credit_ledger where state = 'reserved'")
        ]
        assert len(held) == len(open_ids) > 2
        decide_calls(there, open_ids, charged=True)
        for batch in batches:
            land_batch(there, batch)
        everything = len(sandbox.apollo.search().companies({}))
        rows = admin.execute(
            "select count(*) as n, count(distinct raw_data ->> 'id') as d from intake.raw_loads group by batch_id"
        ).fetchall()
        assert [(row["n"], row["d"]) for row in rows] == [(everything, everything)] * len(batches)
        # Not one credit was spent that the ledger does not know of.
        assert float(one(admin, "select sum(spent) from public.credit_ledger")) >= sandbox.apollo.credits_used
