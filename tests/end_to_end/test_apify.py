"""Apify through the real client over real HTTP: one run per batch, whatever goes wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from paid_world import BATCH, Admin, apify, landed, one, run_rows, workspace

from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import settle_bills


def test_one_run_is_started_awaited_and_landed_page_by_page(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify(items=7) as (service, url):
        there = workspace(tmp_path, database_url, url)
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict, report.note) == (7, "complete", "")
        assert landed(admin) == [f"ada{n}@firm{n}.example" for n in range(7)]
        (run,) = service.runs.all()
        assert run.cap == Decimal("2.5")
        (row,) = run_rows(admin)
        assert (row["state"], row["run_id"], row["run_status"], row["found_by"]) == (
            "ended",
            run.id,
            "SUCCEEDED",
            "start",
        )
        assert row["tag"].encode() in run.input
        # Until the bill has settled, the whole reservation counts.
        assert row["reserved_usd"] == Decimal("2.5")
        assert one(admin, "select public.f_apify_committed('-infinity')") == Decimal("2.5")
        again = land_batch(there, BATCH)
        assert again.already
        assert land_batch(there, BATCH, refetch=True).duplicates == 7
        assert len(service.runs.all()) == 1

        assert settle_bills(there, after_secs=0) == 1
        assert settle_bills(there, after_secs=0) == 0
        assert one(admin, "select public.f_apify_committed('-infinity')") == service.charged_usd
        (usage,) = admin.execute("select * from public.actor_usage_log").fetchall()
        assert (usage["run_id"], usage["status"], usage["data_items"], usage["error_items"]) == (
            run.id,
            "SUCCEEDED",
            7,
            0,
        )
        assert usage["usage_total_usd"] == service.charged_usd
