"""Answers of Apollo that are whole and odd: costs nobody can read, searches that change while they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import DAY, PEOPLE, Admin, apollo, apollo_workspace, one, serve

from outreach_pipeline.errors import BudgetError, OutreachError, TransientError
from outreach_pipeline.sandbox.http import Answer, Request, json_answer
from outreach_pipeline.stages.credits import doubtful_calls
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch

SEARCH, MATCH, COMPANIES = Batch(DAY, "people"), Batch(DAY, "matches"), Batch(DAY, "companies")


def changed(sandbox: Any, path: str, handler: Any, change: Any, at: int | None = None) -> None:
    """Let `change` work on what an endpoint answers, on call number `at` or on all."""
    calls = [0]

    def answered(request: Request, found: Mapping[str, str]) -> Answer:
        calls[0] += 1
        data = json.loads(handler(request, found).body)
        if at in (None, calls[0]):
            change(data)
        return json_answer(data)

    serve(sandbox.apollo, "POST", path, answered)


def answers(sandbox: Any, path: str, handler: Any, instead: Answer, at: int) -> None:
    """Call number `at` of an endpoint is not heard, and answered with something else."""
    calls = [0]

    def answered(request: Request, found: Mapping[str, str]) -> Answer:
        calls[0] += 1
        if calls[0] == at:
            return instead
        answer: Answer = handler(request, found)
        return answer

    serve(sandbox.apollo, "POST", path, answered)


@pytest.mark.parametrize("said", [True, "a few", "2", None, -1, 1e300, [3]])
def test_a_cost_that_nobody_can_read_is_what_was_reserved(
    tmp_path: Path, database_url: str, admin: Admin, said: object
) -> None:
    def odd(data: dict[str, Any]) -> None:
        # One was not found: the price of what was found is less than what was reserved.
        data.update(credits_consumed=said, matches=data["matches"][1:])

    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        changed(sandbox, "/people/bulk_match", sandbox.apollo._bulk_match, odd)
        report = land_batch(there, MATCH)
        assert (report.verdict, report.items > 0) == ("complete", True)
        assert one(admin, "select count(*) from public.credit_ledger where state <> 'settled' or spent <> reserved") == 0


@pytest.mark.parametrize(("charged", "again"), [(4, 6), (10, None)])
def test_matches_beside_an_error_land_and_the_error_is_noted(
    tmp_path: Path, database_url: str, admin: Admin, charged: int, again: int | None
) -> None:
    """Whom the error kept back is not taken for somebody who is not there, unless they were charged for."""

    def half(data: dict[str, Any]) -> None:
        data.update(error_code="PARTIAL", error_message="Some records failed.", credits_consumed=charged)
        data["matches"] = [person for person in data["matches"] if person][:4]

    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        changed(sandbox, "/people/bulk_match", sandbox.apollo._bulk_match, half, at=1)
        report = land_batch(there, MATCH)
        assert (report.verdict, report.items > 4) == ("partial", True)
        assert "1 answers came with an error, the first: Some records failed." in report.note
        assert one(admin, "select count(*) from public.credit_ledger where state <> 'settled'") == 0
        land_batch(there, Batch(DAY + timedelta(days=1), "people"))
        land_batch(there, Batch(DAY + timedelta(days=1), "matches"))
        assert one(admin, "select asked from public.credit_ledger where batch_id like '2026-11-21%'") == again


def test_an_error_with_nothing_beside_it_is_in_doubt(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        failed = {"error_code": "FAILED", "error_message": "Nothing could be done.", "matches": [None, None]}
        changed(sandbox, "/people/bulk_match", sandbox.apollo._bulk_match, lambda data: data.update(failed), at=1)
        assert land_batch(there, MATCH).verdict == "partial"
        (call,) = doubtful_calls(there)
        assert (call["state"], "Nothing could be done." in call["note"]) == ("doubtful", True)


def test_a_page_beside_an_error_lands(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        failed = {"error_message": "Some filters were left out."}
        changed(sandbox, "/mixed_companies/search", sandbox.apollo._companies, lambda d: d.update(failed), at=2)
        report = land_batch(there, COMPANIES)
        assert (report.items, report.verdict) == (len(sandbox.apollo.search().companies({})), "partial")
        assert "Page 2 of part 1 came with an error: Some filters were left out." in report.note


def test_a_search_that_changes_while_it_is_read_says_so(tmp_path: Path, database_url: str, admin: Admin) -> None:
    def shorter(data: dict[str, Any]) -> None:
        data["total_entries"] -= 2

    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        whole = len(sandbox.apollo.search().people({}))
        changed(sandbox, "/mixed_people/api_search", sandbox.apollo._api_search, shorter, at=2)
        report = land_batch(there, SEARCH)
        assert (report.items, report.verdict) == (whole, "complete")
        assert f"Part 1 changed while it was read: {whole} entries at first, {whole - 2} at page 2." in report.note
        assert report.note == one(admin, "select note from intake.pull where source = 'people'")


def test_whom_to_match_is_waited_for(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Before the search has landed there is nobody, and while it is pulled not everybody, whom it would find."""
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        with pytest.raises(TransientError, match=r"Land 2026-11-20\|people first"):
            land_batch(there, MATCH)
        sandbox.apollo.faults.add("POST */mixed_people/api_search", "status_429", after=1, window="hour")
        with pytest.raises(TransientError, match="per hour"):
            land_batch(there, SEARCH)
        with pytest.raises(TransientError, match="has not landed"):
            land_batch(there, MATCH)
        assert sandbox.apollo.credits_used == 0
        land_batch(there, SEARCH)
        assert land_batch(there, MATCH).items > 0


def test_who_is_left_of_the_days_before_is_matched_without_a_search(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        rationed = PEOPLE.replace("max_credits = 1000", "max_credits = 13")
        there = apollo_workspace(tmp_path, database_url, sandbox, rationed)
        land_batch(there, SEARCH)
        land_batch(there, MATCH)
        assert land_batch(there, Batch(DAY + timedelta(days=1), "matches")).items > 0


REFUSALS = [
    (402, "Payment required", BudgetError, "out of credits"),
    (403, "You are out of credits", BudgetError, "out of credits"),
    (400, '{"error_code": "INSUFFICIENT_CREDITS"}', BudgetError, "buy credits"),
    (429, "You have exceeded your monthly credit limit", BudgetError, "buy credits"),
    (409, "Conflict", TransientError, "Nothing was charged"),
    (423, "Locked", TransientError, "what it asks for is locked"),
    (425, "Too early", TransientError, "it came too early"),
]


@pytest.mark.parametrize(("status", "said", "error", "words"), REFUSALS)
def test_a_refusal_is_what_its_status_or_its_words_say(
    tmp_path: Path, database_url: str, admin: Admin, status: int, said: str, error: type[OutreachError], words: str
) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        answers(sandbox, "/mixed_companies/search", sandbox.apollo._companies, Answer(said.encode(), status), at=1)
        with pytest.raises(error, match=words) as caught:
            land_batch(there, COMPANIES)
        assert type(caught.value) is error
        # Given back, and asked for again: nobody is in doubt about a refusal.
        assert one(admin, "select public.f_credits_committed('apollo', '-infinity')") == 0
        assert land_batch(there, COMPANIES).items == len(sandbox.apollo.search().companies({}))


@pytest.mark.parametrize("status", [408, 499])
def test_a_call_that_somebody_gave_up_waiting_for_is_in_doubt(
    tmp_path: Path, database_url: str, admin: Admin, status: int
) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        answers(sandbox, "/mixed_companies/search", sandbox.apollo._companies, Answer(b"", status), at=1)
        report = land_batch(there, COMPANIES)
        assert (report.verdict, "page 1 of part 1." in report.note) == ("partial", True)
        (call,) = doubtful_calls(there)
        assert (call["state"], str(status) in call["note"]) == ("doubtful", True)
        # A free call is simply made again.
        answers(sandbox, "/mixed_people/api_search", sandbox.apollo._api_search, Answer(b"", status), at=1)
        assert land_batch(there, SEARCH).items == len(sandbox.apollo.search().people({}))
