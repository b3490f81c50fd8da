"""Fixtures of the end-to-end tests: the command line on the database of the test, and stories told on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_world import CommandLine

if TYPE_CHECKING:
    import psycopg

    from outreach_pipeline.database.connect import Database
    from tests.conftest import Server
    from tests.end_to_end.story import Story, Tell


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


@pytest.fixture
def story(db: Database, admin: psycopg.Connection[Any], tmp_path: Path) -> Story:
    """A story on the database of the test."""
    from tests.end_to_end.story import Story

    return Story(db, admin, tmp_path)


@pytest.fixture
def tell(server: Server, tmp_path: Path) -> Iterator[Tell]:
    """Stories on databases of their own, which are compared with each other."""
    import contextlib

    import psycopg
    from psycopg.rows import dict_row

    from outreach_pipeline.database.connect import Database
    from tests.end_to_end.story import Story

    with contextlib.ExitStack() as stack:

        def told(nights: Iterable[tuple[Any, ...]]) -> Story:
            name = server.create(server.template)
            stack.callback(server.drop, name)
            database = Database(server.url(name, login="outreach_app"))
            stack.callback(database.close)
            admin = stack.enter_context(psycopg.connect(server.url(name), autocommit=True, row_factory=dict_row))
            return Story(database, admin, tmp_path).told(*nights)

        yield told
