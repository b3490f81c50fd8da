"""Worlds played quickly: their items go as files straight through the stages, without servers, and are scored.

Belongs here: a throw-away database per world, the nights, the comparison. Does not belong here: the demo, which goes
through the real clients (`cli.demo`), printing (`cli.sandbox`).

Night 1   all sources.
Night 2   all sources; people have moved, and lists have not heard of all of it.
Night 3   nobody has moved, and the lists of the first night are sent once more: nothing may come undone. (Of those whom
          LinkedIn does not show, a list says what it said last: there nothing but the list could tell.)
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import EmbeddedServer
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.sandbox.configure import SOURCES, files_toml
from outreach_pipeline.sandbox.render.renderer import Renderer
from outreach_pipeline.sandbox.score.compare import score
from outreach_pipeline.sandbox.score.report import Score
from outreach_pipeline.sandbox.world.truth import Truth, truth_of
from outreach_pipeline.sandbox.world.world import World
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.signals import process_signals
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

MOST_NIGHTS = 3
_LISTS = ("leads", "company_list", "officers", "contacts", "apollo_search", "apollo_match")
_PASSWORD = "outreach-sandbox"  # noqa: S105 - of a database that is gone in a minute


@dataclass(frozen=True, slots=True)
class Played:
    """One world: the score of each night, the true people whom the third night lost again, and the seconds it took."""

    seed: int
    nights: tuple[Score, ...]
    undone: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        nights = [night.as_json() for night in self.nights]
        return {"seed": self.seed, "undone": list(self.undone), "seconds": self.seconds, "nights": nights}


class Arena:
    """A database server of its own in a temporary folder, with a migrated template; a context manager."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**31
        self.folder = Path(tempfile.mkdtemp(prefix="outreach-sandbox-", dir=memory if roomy else None))
        self._server = EmbeddedServer(self.folder / "data", durable=False)

    def __enter__(self) -> Arena:
        self._execute("create database template_of_worlds")
        migrate(self._server.url(database="template_of_worlds"), app_password=_PASSWORD)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """A migrated database of that name, gone afterwards; as the pipeline's login."""
        self._execute(f"create database {name} template template_of_worlds strategy file_copy")
        database = Database(self._server.url(database=name, login="outreach_app"))
        try:
            yield database
        finally:
            database.close()
            self._execute(f"drop database {name} with (force)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.url(database="postgres"), autocommit=True) as connection:
            connection.execute(statement)


def play_world(arena: Arena, seed: int, companies: int = 60, nights: int = 2) -> Played:
    """One world from its first night on, each night scored."""
    started = monotonic()
    first = datetime.now(UTC).date() - timedelta(days=nights)
    world = World(seed, companies, first_day=first)
    renderer, folder = Renderer(world), arena.folder / f"world_{seed}"
    scores: list[Score] = []
    with arena.database(f"world_{seed}") as database:
        workspace = _workspace(folder, database, first)
        truth: Truth | None = None
        for night in range(1, nights + 1):
            before, truth = truth, truth_on(world, renderer, night)
            play_night(workspace, renderer, folder, night)
            scores.append(score(database, truth, previous=before))
    shutil.rmtree(folder, ignore_errors=True)
    lost = scores[1].places.at_home - scores[2].places.at_home if nights > 2 else frozenset()
    return Played(seed, tuple(scores), tuple(sorted(lost)), round(monotonic() - started, 1))


def truth_on(world: World, renderer: Renderer, night: int) -> Truth:
    """What is true on a night of the play: on the third what was on the second, and nothing has happened since."""
    truth = truth_of(world, min(night, 2), renderer.coverage)
    return truth if night < 3 else replace(truth, night=night, day=str(world.day(night)), moves=())


def play_night(workspace: Workspace, renderer: Renderer, folder: Path, night: int) -> None:
    """Land and digest what the sources send on a night."""
    day = renderer.world.day(night)
    written = _write(renderer, folder, night, day)
    for name in written:
        batch = Batch(day, name)
        land_batch(workspace, batch)
        validate_batch(workspace, batch)
        promote_batch(workspace, batch)
    assign_slots(workspace)
    process_signals(workspace)


def _write(renderer: Renderer, folder: Path, night: int, day: date) -> Sequence[str]:
    names = _LISTS if night > 2 else [source.name for source in SOURCES]
    shapes = {source.name: source.shape for source in SOURCES if source.name in names}
    renderer.write_sources(folder / str(day), shapes, min(night, 2), repeated=night > 2)
    # In a small world a source may have nothing to say; then it sends no file.
    sent = {file.stem for file in (folder / str(day)).iterdir() if file.stat().st_size}
    return [name for name in shapes if name in sent]


def _workspace(folder: Path, database: Database, first: date) -> Workspace:
    folder.mkdir()
    file = folder / "sources.toml"
    file.write_text(files_toml(folder), encoding="utf-8")
    settings = Settings(_env_file=None, home=folder, sources=file, first_day=str(first), pause_secs=0.02)
    return Workspace(settings, database)
