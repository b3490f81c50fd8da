"""Two processes pull the same batch of Apollo: one pays, the other is told who and until when."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paid_world import DAY, Admin, apollo, apollo_workspace, leases_are_over, one, serve

from outreach_pipeline.errors import TransientError
from outreach_pipeline.sandbox.http import Answer, Request
from outreach_pipeline.stages.land import LandReport, land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

SEARCH, MATCH, COMPANIES = Batch(DAY, "people"), Batch(DAY, "matches"), Batch(DAY, "companies")


class Held:
    """An endpoint whose first call waits until `go` is set; counts its calls."""

    def __init__(self, service: Any, path: str, handler: Any) -> None:
        self.arrived, self.go, self.calls = threading.Event(), threading.Event(), 0

        def answered(request: Request, found: Mapping[str, str]) -> Answer:
            self.calls += 1
            if self.calls == 1:
                self.arrived.set()
                assert self.go.wait(60)
            return handler(request, found)  # type: ignore[no-any-return]

        serve(service, "POST", path, answered)


@contextmanager
def under_way(there: Workspace, batch: Batch, held: Held) -> Iterator[Any]:
    """A pull in another thread that stands in its first call; gives its future."""
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(land_batch, there, batch)
        try:
            assert held.arrived.wait(60)
            yield first
        finally:
            held.go.set()


def endpoint_of(sandbox: Any, batch: Batch) -> Held:
    """The endpoint that the batch asks, held."""
    service = sandbox.apollo
    if batch is MATCH:
        return Held(service, "/people/bulk_match", service._bulk_match)
    return Held(service, "/mixed_companies/search", service._companies)


@pytest.mark.parametrize("batch", [MATCH, COMPANIES])
def test_the_second_process_pays_nothing_and_is_told_who_holds_the_batch(
    tmp_path: Path, database_url: str, admin: Admin, batch: Batch
) -> None:
    with apollo(companies=12) as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        held = endpoint_of(sandbox, batch)
        with under_way(there, batch, held) as first:
            with pytest.raises(TransientError, match=r"is being pulled by .+, which holds it until 20") as caught:
                land_batch(apollo_workspace(tmp_path, database_url, sandbox), batch)
            with pytest.raises(TransientError, match="is being pulled by"):
                land_batch(there, batch, refetch=True)
            assert caught.value.not_before is not None
            assert caught.value.not_before > datetime.now(UTC)
            assert caught.value.not_before == one(admin, "select held_until from intake.pull where held_by is not null")
            assert held.calls == 1
            assert one(admin, "select count(*) from public.credit_ledger") == 1
            held.go.set()
            report: LandReport = first.result()
        assert report.verdict == "complete"
        assert one(admin, "select count(*) from public.credit_ledger where state <> 'settled'") == 0
        assert one(admin, "select count(*) from intake.pull where held_by is not null") == 0
        assert land_batch(there, batch).already


def test_a_dead_process_is_taken_over_when_its_hold_has_run_out(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        sandbox.apollo.faults.add("POST /mixed_companies/search", "status_429", after=1, window="hour")
        with pytest.raises(TransientError):
            land_batch(there, COMPANIES)
        # It had landed a page; it is as if it had died there, without giving the batch back.
        admin.execute("update intake.pull set held_by = 'elsewhere:1:0', held_until = now() + interval '1 hour'")
        with pytest.raises(TransientError, match="elsewhere:1:0"):
            land_batch(there, COMPANIES)
        leases_are_over(admin)
        report = land_batch(there, COMPANIES)
        assert report.items == len(sandbox.apollo.search().companies({})) - 5


@pytest.mark.parametrize("taker", ["somebody:2:0", None])
def test_a_process_that_lost_its_hold_pays_nothing_more(
    tmp_path: Path, database_url: str, admin: Admin, taker: str | None
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        held = endpoint_of(sandbox, COMPANIES)
        with under_way(there, COMPANIES, held) as first:
            until = "null" if taker is None else "now() + interval '1 hour'"
            admin.execute(f"update intake.pull set held_by = %s, held_until = {until}", (taker,))
            held.go.set()
            with pytest.raises(TransientError, match="somebody:2:0" if taker else "ran out"):
                first.result()
        assert held.calls == 1
        assert one(admin, "select held_by from intake.pull") == taker
