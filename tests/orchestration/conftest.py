"""Fixtures of the orchestration tests: sources in a folder and the definitions over a real database."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from batches import SOURCES, Batches, Rows
from pydantic import SecretStr

from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import Settings


@pytest.fixture
def batches(tmp_path: Path, db: Database, database_url: str) -> Batches:
    """An empty database and three sources whose files a test writes."""
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        home=tmp_path / "home",
        sources=tmp_path / "sources.toml",
        first_day="2026-11-01",
    )
    return Batches(tmp_path, settings, db)


@pytest.fixture
def rows(admin: psycopg.Connection[dict[str, object]]) -> Rows:
    """Run a query as the administrator."""

    def run(query: str, *parameters: object) -> list[dict[str, object]]:
        return admin.execute(query, parameters).fetchall()  # type: ignore[call-overload]

    return run
