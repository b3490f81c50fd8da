"""The demo touches nothing of a user's: neither their database, nor their runs, nor their folders.

Belongs here: the rules of its home. Does not belong here: a demo that is played (`test_docs`, which plays it anyway).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.orchestration.instance import dagster_home
from outreach_pipeline.sandbox.demo_home import claim_home, left_alone
from outreach_pipeline.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "demo" / "postgres"
    taken.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="holds something that no demo has left there"):
        claim_home({"OUTREACH_HOME": str(tmp_path)})
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["postgres"], "nothing was written"


def test_a_home_is_claimed_again_and_that_of_an_older_demo_is_taken_over(tmp_path: Path) -> None:
    old = tmp_path / "demo"
    old.mkdir()
    (old / "first-day").write_text("2026-11-19\n")
    for _ in range(2):
        assert claim_home({"OUTREACH_HOME": str(tmp_path)}) == old


def test_what_is_set_and_not_used_is_named() -> None:
    assert left_alone({"OUTREACH_APIFY_TOKEN": "x", "DAGSTER_HOME": "", "OUTREACH_HOME": "y"}) == ["OUTREACH_APIFY_TOKEN"]


def test_in_the_demos_home_nobodys_database_or_money_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = claim_home({"OUTREACH_HOME": str(tmp_path)})
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OUTREACH_DATABASE_URL=postgresql://somebody@db.example/own\nOUTREACH_APOLLO_API_KEY=k\n")
    monkeypatch.setenv("OUTREACH_APIFY_TOKEN", "somebody's")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "theirs"))
    own = load_settings()
    assert own.database_url is not None
    assert own.apify_token is not None
    monkeypatch.setenv("OUTREACH_HOME", str(home))
    found = load_settings()
    assert (found.database_url, found.apify_token, found.apollo_api_key) == (None, None, None)
    assert dagster_home(found) == home / "dagster"
    assert dagster_home(own) == tmp_path / "theirs"


def test_an_empty_variable_takes_back_what_the_file_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OUTREACH_DATABASE_URL=postgresql://somebody@db.example/own\n")
    assert load_settings().database_url == SecretStr("postgresql://somebody@db.example/own")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "")
    assert load_settings().embedded


def test_cleaning_up_leaves_a_users_own_database(tmp_path: Path) -> None:
    for folder in (".outreach/postgres", ".outreach/demo/postgres", ".venv"):
        (tmp_path / folder).mkdir(parents=True)
    subprocess.run(["make", "-f", str(ROOT / "Makefile"), "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [".outreach", ".outreach/postgres"]


def test_settings_of_the_demo_itself_keep_the_keys_of_its_sandbox(tmp_path: Path) -> None:
    home = claim_home({"OUTREACH_HOME": str(tmp_path)})
    assert Settings(_env_file=None, home=home, apify_token=SecretStr("the sandbox's")).apify_token is not None
