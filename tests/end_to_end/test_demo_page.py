"""The page of the demo has the demo's world beside it: its sources have their token, and can be materialized."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach_pipeline.cli.demo_page import with_world
from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.ui import environment
from outreach_pipeline.sandbox.demo_home import claim_home
from outreach_pipeline.settings import Settings, load_settings
from outreach_pipeline.stages.workspace import Workspace


def test_every_kind_of_source_of_the_demo_can_be_run_beside_its_page(
    tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = claim_home({"OUTREACH_HOME": str(tmp_path)})
    (home / "companies").write_text("20\n", encoding="ascii")
    with with_world(Settings(_env_file=None, home=home)) as settings:
        # As a process of the page sees it: from the environment that it is given.
        for name, value in environment(settings).items():
            if name.startswith("OUTREACH_"):
                monkeypatch.setenv(name, value)
        seen = load_settings()
        assert seen.apify_token
        assert seen.apollo_api_key
        assert seen.database_url is None
        day = datetime.now(UTC).date() - timedelta(days=1)
        wanted = ["apollo_match", "leads", "apollo_search", "company_list"]
        found = run_batches(seen, day, wanted, workspace=Workspace(seen, db))
        assert [(one.batch_id.partition("|")[2], one.succeeded) for one in found] == [
            ("leads", True), ("apollo_search", True), ("apollo_match", True), ("company_list", True),
        ]  # fmt: skip
        assert all(one.land and one.land.items for one in found)
        with db.transaction(Role.READ) as tx:
            runs = [row["run_id"] for row in tx.fetch_all("select run_id from public.actor_runs")]
    assert runs
    assert all(run > "SANDBOXRUN1000000" for run in runs), "those of the demo itself begin with 1"


def test_a_token_for_somewhere_else_is_not_used_in_the_home_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_HOME", str(claim_home({"OUTREACH_HOME": str(tmp_path)})))
    monkeypatch.setenv("OUTREACH_APIFY_TOKEN", "mine")
    monkeypatch.setenv("OUTREACH_APOLLO_API_KEY", "mine")
    monkeypatch.setenv("OUTREACH_APOLLO_URL", "http://127.0.0.1.example")
    assert (load_settings().apify_token, load_settings().apollo_api_key) == (None, None)


def test_a_home_of_somebody_has_nothing_beside_it(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    with with_world(settings) as found:
        assert found is settings
