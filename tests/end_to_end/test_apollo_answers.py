"""Answers of Apollo that say 200 and are not what was asked for: in doubt, never an empty page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from paid_world import DAY, PEOPLE, Admin, apollo, apollo_workspace, one, serve

from outreach_pipeline.errors import TransientError
from outreach_pipeline.sandbox.http import Answer, Request, json_answer
from outreach_pipeline.sources.apollo_paid import DECIDE
from outreach_pipeline.stages.credits import doubtful_calls
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch

SEARCH, MATCH, COMPANIES = Batch(DAY, "people"), Batch(DAY, "matches"), Batch(DAY, "companies")
HTML = Answer(b"<html><body>Sign in</body></html>", 200, "text/html")
USELESS = [
    json_answer({}),
    json_answer({"status": "ok", "results": []}),
    json_answer([]),
    json_answer({"matches": "none", "organizations": None, "people": {}}),
    HTML,
]


def answers(sandbox: Any, path: str, handler: Any, instead: Answer, at: int = 1) -> list[int]:
    """Let call number `at` of an endpoint be done and answered with something else; gives the count of calls."""
    calls = [0]

    def answered(request: Request, found: Mapping[str, str]) -> Answer:
        calls[0] += 1
        answer: Answer = handler(request, found)
        return instead if calls[0] == at else answer

    serve(sandbox.apollo, "GET" if path == "/organizations/enrich" else "POST", path, answered)
    return calls


@pytest.mark.parametrize("useless", USELESS, ids=["empty", "other", "list", "wrong_types", "html"])
@pytest.mark.parametrize("batch", [MATCH, COMPANIES])
def test_a_useless_answer_is_in_doubt_and_never_an_empty_page(
    tmp_path: Path, database_url: str, admin: Admin, batch: Batch, useless: Answer
) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        path, handler = (
            ("/people/bulk_match", sandbox.apollo._bulk_match) if batch is MATCH
            else ("/mixed_companies/search", sandbox.apollo._companies)
        )  # fmt: skip
        answers(sandbox, path, handler, useless)
        report = land_batch(there, batch)
        assert (report.verdict, DECIDE in report.note) == ("partial", True)
        (call,) = doubtful_calls(there)
        assert (call["state"], "Apollo" in call["note"]) == ("doubtful", True)
        assert one(admin, "select public.f_credits_committed('apollo', '-infinity')") >= call["reserved"]
        assert one(admin, "select count(*) from public.enrichment where call_id in (select call_id from"
                   " public.credit_ledger where state = 'doubtful')") == 0  # fmt: skip
        assert one(admin, f"select status from intake.pull where source = '{batch.source}'") == "partial"


@pytest.mark.parametrize("useless", USELESS, ids=["empty", "other", "list", "wrong_types", "html"])
def test_a_useless_page_of_a_free_search_loses_nobody(
    tmp_path: Path, database_url: str, admin: Admin, useless: Answer
) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        answers(sandbox, "/mixed_people/api_search", sandbox.apollo._api_search, useless)
        with pytest.raises(TransientError, match=r"cannot be used|no JSON"):
            land_batch(there, SEARCH)
        report = land_batch(there, SEARCH)
        assert (report.items, report.verdict) == (len(sandbox.apollo.search().people({})), "complete")


def test_an_unknown_domain_is_answered_with_nothing_and_that_is_an_answer(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    source = PEOPLE.replace('endpoint = "mixed_companies/search"', 'endpoint = "organizations/enrich"')
    with apollo(companies=12) as sandbox:
        known = [company.domain for company in sandbox.world.companies if not company.outside][:2]
        listed = source.replace("per_page = 5", f"domains = {[*known, 'nobody.example', 'nobodys.example']}")
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, listed), COMPANIES)
        assert (report.items, report.verdict) == (2, "complete")
        assert one(admin, "select count(*) from public.enrichment where not was_found") == 2
