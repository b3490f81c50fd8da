"""Fixtures of the end-to-end tests: the command line on the database of the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import CommandLine


@pytest.fixture
def cli(
    database_url: str,
    admin_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    """`outreach` with the settings of an operator, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", admin_url)
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "home"))
    return CommandLine(capsys, tmp_path)
