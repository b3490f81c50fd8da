"""Chunks are read ahead of being judged: nothing is judged twice, and what was not wanted leaves nothing behind."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import Settings
from outreach_pipeline.sources.pages import Page, read_ahead
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.read_ahead import ReadAhead
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

BATCH = Batch(date(2026, 11, 20), "apify_leads_finder")
LEADS = [
    {"full_name": f"Ada Nr{n}", "email": f"ada{n}@firm{n}.example", "company_name": f"Firm {n}", "job_title": "CEO"}
    for n in range(250)
]


@pytest.fixture
def work(database_url: str, tmp_path: Path) -> Workspace:
    """250 landed leads, in chunks of 100."""
    (tmp_path / "leads.json").write_text(json.dumps(LEADS))
    work = Workspace(Settings(_env_file=None, chunk_loads=100), Database(database_url))
    land_file(work, BATCH, tmp_path / "leads.json")
    return work


def test_what_another_process_validated_meanwhile_is_not_judged_again(work: Workspace, admin: Any) -> None:
    seen: list[int] = []
    with ReadAhead(work, BATCH, work.shape_of(work.source(BATCH.source))) as ahead:
        first = ahead.take()
        assert first is not None
        with first[0]:
            seen += first[2].load_ids
        # The second chunk is read by now, or being read, and its batch is not locked.
        assert validate_batch(work, BATCH).loads == 250
        assert ahead.take() is None or pytest.fail("validated loads were given again")
    assert len(seen) == 100
    assert admin.execute("select count(*) as n from intake.validated_people").fetchone()["n"] == 250


def test_a_failure_leaves_no_transaction_open_and_whole_chunks_only(work: Workspace, admin: Any) -> None:
    def fail(what: str, done: int, total: int | None) -> None:
        if done:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        validate_batch(work, BATCH, progress=fail)
    assert admin.execute("select count(*) as n from intake.validated_people").fetchone()["n"] == 100
    open_ones = "select count(*) as n from pg_stat_activity where datname = current_database() and state like 'idle in %'"
    assert admin.execute(open_ones).fetchone()["n"] == 0
    assert validate_batch(work, BATCH).loads == 150


def test_a_page_is_read_while_the_one_before_is_used_and_errors_come_in_their_turn() -> None:
    made: list[int] = []

    def pages() -> Any:
        for n in range(3):
            made.append(n)
            yield Page((), (), {"n": n}, is_last=False)
        raise ValueError("broken")

    found = read_ahead(pages(), lambda page: page.cursor["n"])
    assert next(found)[1] == 0
    assert [prepared for _, prepared in (next(found), next(found))] == [1, 2]
    with pytest.raises(ValueError, match="broken"):
        next(found)
    assert made == [0, 1, 2]
