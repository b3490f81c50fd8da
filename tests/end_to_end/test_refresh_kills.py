"""A refresh killed at any commit, and two daemons at once: nobody is paid for twice, nobody is forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.refresh_due import plan_refresh, requested_waves
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import start_refresh
from outreach_pipeline.stages.workspace import Workspace
from tests.end_to_end.paid_world import TOKEN, Admin, one
from tests.end_to_end.refresh_world import LOOK, ended, known, linkedin, log, states, world

PROGRAM = Path(__file__).with_name("killed_refresh.py")
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_killed_at_every_commit_and_done_again(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        world(tmp_path, database_url, url, [known(n) for n in range(100)])
        people = [
            row["unique_id"]
            for row in admin.execute("select unique_id from marketing.people_master order by unique_id").fetchall()
        ]
        settings = {
            "apify_token": TOKEN, "apify_url": url, "apify_claim_secs": 1.0, "pause_secs": 0.02, "page_items": 1,
            "sources": str(tmp_path / "sources.toml"), "refresh_ceo_days": 900, "apify_usd_per_day": 1000,
            "apify_usd_per_month": 1000, "refresh_urgent_days": 900,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(PROGRAM), database_url, json.dumps(settings), "59", *people],
            capture_output=True, text=True, timeout=580, check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        children = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
        assert done.returncode == 0, done.stderr
        assert {code for _, code in children[:-1]} == {9}, (children, done.stderr)
        assert children[-1][1] == 0, (children, done.stderr)
        # At least: plan, intent, run known, wave running, poll, two pages and the end, usage, verdict, match, follow, close.
        assert len(children) > 12
        assert len(service.runs.all()) == len(children)
        assert one(admin, "select count(*) from public.actor_runs where state = 'ended'") == len(children)
        assert states(admin) == {("completed", "unchanged", 1): 2 * len(children)}
        assert one(admin, "select count(distinct person_unique_id) from public.linkedin_refresh_jobs") == 2 * len(children)
        assert one(admin, "select count(*) from public.refresh_wave where state = 'closed'") == len(children)
        assert one(admin, "select count(*) from intake.raw_loads where source = 'profiles'") == 2 * len(children)
        assert log(admin) == []


def test_killed_between_the_start_and_its_note(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """The kill that the commits cannot show: the run exists and nobody wrote it down."""
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(1)], apify_claim_secs=1.0)
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        settings = {
            "apify_token": TOKEN, "apify_url": url, "apify_claim_secs": 1.0, "pause_secs": 0.02,
            "sources": str(tmp_path / "sources.toml"),
        }  # fmt: skip
        code = (
            "import os\nimport outreach_pipeline.sources.apify_api as api\n"
            "start = api.ApifyApi.start\n"
            "def dies(self, *a, **k):\n    start(self, *a, **k)\n    os._exit(9)\n"
            "api.ApifyApi.start = dies\n"
            "from outreach_pipeline.settings import Settings\nfrom outreach_pipeline.database.connect import Database\n"
            "from outreach_pipeline.stages.workspace import Workspace\n"
            "from outreach_pipeline.stages.refresh_run import start_refresh\n"
            f"start_refresh(Workspace(Settings(_env_file=None, **{settings!r}), Database({database_url!r})), {plan.wave_id})"
        )
        assert subprocess.run([sys.executable, "-c", code], timeout=180, check=False, cwd=ROOT).returncode == 9
        assert len(service.runs.all()) == 1
        assert start_refresh(work, plan.wave_id).state == "running"
        assert ended(work) == [plan.wave_id]
        assert finish_refresh(work, plan.wave_id).unchanged == 1
        assert len(service.runs.all()) == 1
        assert one(admin, "select found_by from public.actor_runs") == "tag"


def test_daemons_at_once_plan_nobody_twice(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (_, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(21)], refresh_open_waves=50)
        settings = {"sources": str(work.settings.sources), "refresh_open_waves": 50}
        done = subprocess.run(
            [sys.executable, str(PROGRAM), database_url, json.dumps(settings), "plan"],
            capture_output=True, text=True, timeout=180, check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = [wave for waves in json.loads(done.stdout) for wave in waves]
        assert len(found) == len(set(found)) == 11
        assert states(admin) == {("pending", None, 1): 21}
        assert one(admin, "select count(distinct person_unique_id) from public.linkedin_refresh_jobs") == 21
        assert one(admin, "select sum(jobs) from public.refresh_wave") == 21


def test_a_thousand_ticks_ask_for_each_wave_once_more_only_when_it_was_lost(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with linkedin() as (_, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(6)], refresh_open_waves=3)
        keys, planned = set(), 0
        for _ in range(1000):
            planned += plan_refresh(work, day=LOOK, limit=2).jobs
            keys |= {(asked.wave_id, asked.requests) for asked in requested_waves(work)}
        assert planned == 6
        assert keys == {(1, 1), (2, 1), (3, 1)}
        # The daemon died between the plan and its request: nothing moves, so the request is made again.
        admin.execute("update public.refresh_wave set requested_at = now() - interval '1 hour' where wave_id = 2")
        assert [(asked.wave_id, asked.requests) for asked in requested_waves(work)] == [(1, 1), (2, 2), (3, 1)]
        assert [asked.requests for asked in requested_waves(work)] == [1, 2, 1]


def test_two_processes_start_a_wave_once(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.errors import TransientError

    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)])
        plan = plan_refresh(work, day=LOOK)
        assert plan.wave_id is not None
        wave_id = plan.wave_id

        def start(_: int) -> str:
            try:
                return start_refresh(Workspace(work.settings, Database(database_url)), wave_id).state
            except TransientError:
                return "busy"

        with ThreadPoolExecutor(6) as pool:
            said = set(pool.map(start, range(6)))
        assert said <= {"running", "busy"}
        assert "running" in said
        assert len(service.runs.all()) == 1
        assert one(admin, "select sum(reserved_usd) from public.actor_runs") == Decimal("0.01205")
