"""Fixtures of the end-to-end tests: the command line on the database of the test, and stories told on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_world import CommandLine

if TYPE_CHECKING:
    from apify_client import ApifyClient

    from outreach_pipeline.sandbox.server import Sandbox
    from tests.conftest import Server
    from tests.emptied import Emptied
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
def sandbox() -> Iterator[Sandbox]:
    """A small world behind the APIs of Apify and Apollo; its runs end at once."""
    from outreach_pipeline.sandbox.server import Sandbox
    from tests.end_to_end.apify_world import QUICK

    with Sandbox(companies=40, timing=QUICK) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> ApifyClient:
    """Apify's own client, for the sandbox; it tries nothing twice."""
    from apify_client import ApifyClient

    return ApifyClient(sandbox.apify_token, api_url=sandbox.apify_url, max_retries=0)


@pytest.fixture(scope="session")
def stages(server: Server) -> Iterator[Sequence[Emptied]]:
    """Three databases that stories are told on, one after the other."""
    from tests.emptied import Emptied

    names = [server.create(server.template) for _ in range(3)]
    made = [Emptied(server.url(name), server.url(name, login="outreach_app")) for name in names]
    yield made
    for each, name in zip(made, names, strict=True):
        each.close()
        server.drop(name)


@pytest.fixture
def story(stages: Sequence[Emptied], tmp_path: Path) -> Iterator[Story]:
    """A story on an empty database."""
    from tests.emptied import quick
    from tests.end_to_end.story import Story

    stages[0].empty()
    with quick():
        yield Story(stages[0].database, stages[0].admin, tmp_path)


@pytest.fixture
def tell(stages: Sequence[Emptied], tmp_path: Path) -> Iterator[Tell]:
    """Stories that are compared with each other, and with `story`: the last two that were told can be asked."""
    import itertools

    from tests.emptied import quick
    from tests.end_to_end.story import Story

    turns = itertools.cycle(stages[1:])

    def told(nights: Iterable[tuple[Any, ...]]) -> Story:
        stage = next(turns)
        stage.empty()
        return Story(stage.database, stage.admin, tmp_path).told(*nights)

    with quick():
        yield told
