"""A process killed at any commit, and run again: no item lost, none twice, no second paid run."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from paid_world import DAY, SOURCE, TOKEN, Admin, apify, lead, one, workspace

from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch

PROGRAM = Path(__file__).with_name("killed.py")


def kill_everywhere(database_url: str, settings: dict[str, Any], source: str) -> list[tuple[int, int]]:
    """Run the program; (number of the kill, exit code) of each child."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), database_url, json.dumps(settings), DAY.isoformat(), source, "80"],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    children = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert {code for _, code in children[:-1]} == {9}, done.stderr
    assert children[-1][1] == 0, done.stderr
    return children


def test_killed_at_every_commit_and_run_again(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        runs = itertools.count()

        def items_of(kind: Any, given: Any) -> list[bytes]:
            begin = next(runs) * 7
            return [lead(begin + n) for n in range(7)]

        service.items_of = items_of
        there = workspace(tmp_path, database_url, url, SOURCE)
        settings = {
            "apify_token": TOKEN, "apify_url": url, "apify_usd_per_day": 1000, "apify_usd_per_month": 1000,
            "apify_claim_secs": 8.0, "pause_secs": 0.02, "page_items": 3,
            "sources": str(tmp_path / "sources.toml"),
        }  # fmt: skip
        children = kill_everywhere(database_url, settings, "leads")
        # At least: the pull opened, the intent, the run known, its end, three pages, usage, the last page;
        # twice each.
        assert len(children) > 16
        admin.execute("update public.actor_runs set claimed_until = now() where claimed_until is not null")
        unlimited = workspace(tmp_path, database_url, url, apify_usd_per_day=None, apify_usd_per_month=None)
        for number, _ in children:
            land_batch(unlimited, Batch(DAY + timedelta(days=number), "leads"))
        assert there.settings.page_items == 3
        assert len(service.runs.all()) == len(children)
        assert one(admin, "select count(*) from public.actor_runs where state = 'ended'") == len(children)
        counts = admin.execute(
            "select batch_id, count(*) as n, count(distinct raw_data ->> 'email') as d from intake.raw_loads group by 1"
        ).fetchall()
        assert {(row["n"], row["d"]) for row in counts} == {(7, 7)}
        assert len(counts) == len(children)
        assert one(admin, "select count(*) from intake.raw_loads where status = 'duplicate'") == 0
        assert one(admin, "select count(*) from public.actor_usage_log where data_items = 7") == len(children)
        assert one(admin, "select sum(items) from intake.pull where status = 'complete'") == 7 * len(children)


def test_killed_between_the_start_and_its_note(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """The kill that the commits cannot show: the run exists and nobody wrote it down."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        first = Batch(DAY, "leads")
        source = "import os,sys;sys.argv=[''];"
        code = (
            f"{source}sys.path.insert(0, {str(PROGRAM.parent)!r})\n"
            "import outreach_pipeline.sources.apify_api as api\n"
            "start = api.ApifyApi.start\n"
            "def dies(self, *a, **k):\n    start(self, *a, **k)\n    os._exit(9)\n"
            "api.ApifyApi.start = dies\n"
            "from killed import land\nfrom outreach_pipeline.stages.workspace import Batch\n"
            f"from datetime import date\nsettings = {_settings(there)!r}\n"
            f"batch = Batch(date.fromisoformat('{DAY}'), 'leads')\n"
            f"raise SystemExit(land({database_url!r}, settings, batch, 0))\n"
        )
        assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 9
        assert len(service.runs.all()) == 1
        assert land_batch(there, first).items == 7
        assert len(service.runs.all()) == 1
        assert one(admin, "select found_by from public.actor_runs") == "tag"


def _settings(there: Any) -> dict[str, Any]:
    known = there.settings
    return {
        "apify_token": TOKEN, "apify_url": known.apify_url, "apify_claim_secs": 8.0, "pause_secs": 0.02,
        "page_items": 3, "sources": str(known.sources),
    }  # fmt: skip
