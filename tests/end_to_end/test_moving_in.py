"""`docs/moving-in.md` holds word for word, and the command says what a person needs to decide.

Belongs here: following the page, the plan's words. Does not belong here: the move itself (`test_adopt.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import seed_world
from cli_world import CommandLine
from seed_world import rows
from test_docs import matches, page, steps_of

from tests.conftest import APP_PASSWORD, Server


@pytest.fixture
def old(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A database that somebody else made, and the settings of its owner."""
    name = server.create()
    url = server.url(name)
    seed_world.build(url, 50)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", server.url(name, login="outreach_app"))
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", url)
    monkeypatch.setenv("OUTREACH_APP_PASSWORD", APP_PASSWORD)
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "home"))
    yield url
    server.drop(name)


def test_the_page_is_followed_word_for_word(
    old: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cli = CommandLine(capsys, tmp_path)
    steps = steps_of(page("docs/moving-in.md"))
    assert len(steps) == 6
    for step in steps:
        words = step.command.replace('"$(date -u +%F)|adopted_people"', f"{datetime.now(UTC):%Y-%m-%d}|adopted_people")
        ran = cli(*words.split()[1:])
        assert ran.code == 0, f"{step.command}: {ran.err or ran.out}"
        assert matches(step.shown, ran.out), f"{step.command}\n{ran.out}"
    assert rows(old, "select nspname from pg_namespace where nspname like 'adopt%'") == []
    assert cli("adopt", "--undo").code == 2
    assert cli("adopt").code == 2


def test_the_plan_names_what_differs_and_changes_nothing(
    old: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cli = CommandLine(capsys, tmp_path)
    with_rights = "grant select on marketing.company_master to mcp_ingest; create view public.report as select * from vault.contacts"
    seed_world.run(old, with_rights)
    plan = cli.fine("adopt", "--plan", "--json").json
    counted = {table["name"]: table for table in plan["tables"]}
    assert counted["marketing.company_master"] == {
        "name": "marketing.company_master", "kind": "table", "rows": 50, "enters": True,
    }  # fmt: skip
    assert counted["marketing.campaign_ideas"]["enters"] is False
    faults = plan["faults"]
    assert (faults["adopted_companies"]["other_form"], faults["adopted_companies"]["other_form_ids"][0]) == (5, "CMP-13")
    assert len(plan["duplicates"]) == 2
    assert "public.report" in plan["own"]["views"] or "report" in plan["own"]["views"]
    assert plan["own"]["grantees"] == ["mcp_ingest"]
    printed = cli.fine("adopt", "--plan").out
    assert "@" not in printed, "no personal data"
    assert rows(old, "select nspname from pg_namespace where nspname like 'adopt%'") == []


def test_rows_of_another_server_are_only_read(
    old: str, server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = CommandLine(capsys, tmp_path)
    name = server.create()
    monkeypatch.setenv("OUTREACH_DATABASE_URL", server.url(name, login="outreach_app"))
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", server.url(name))
    before = rows(old, "select * from marketing.company_master order by 1")
    assert cli.fine("adopt", "--from", old, "--json").json["ids"]["company"]["kept"] > 40
    assert rows(old, "select * from marketing.company_master order by 1") == before
    assert rows(server.url(name), "select count(*) from marketing.company_master")[0][0] > 40
    server.drop(name)
