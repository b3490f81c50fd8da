"""One database that is emptied between runs, and the stages over it, in process.

Belongs here: landing and digesting the steps of a world in a given order and size of chunk, replaying. Does not belong
here: what is compared (`snapshot`, `laws`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import psycopg

from outreach_pipeline.settings import SHIPPED_SHAPES, Settings
from outreach_pipeline.stages import promote
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.signals import process_signals
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.brute.worlds import Step, World
from tests.emptied import Emptied

# name, shape, rank: lists rank last, what people say of themselves first, as shipped.
SOURCES = (
    ("leads", "leads_finder", 60), ("lists", "leads_finder", 65), ("profiles", "harvestapi_profile", 10),
    ("match", "apollo_people_match", 30), ("companies", "company_list_csv", 70), ("pages", "harvestapi_company", 20),
    ("news", "company_news", 40),
)  # fmt: skip
# A shape that somebody had wrong at first: the line of the shape, and the line as it was before. The paths lead to the
# fields that `generator` puts aside.
WRONG = {
    "leads_slug": ("leads_finder", 'linkedin_url = "linkedin"\n', 'linkedin_url = "referred_by"\n'),
    "leads_email": ("leads_finder", "email = [{", 'email = ["assistant_email", {'),
    "leads_website": ("leads_finder", 'website_url = "company_website"\n', 'website_url = "vendor_website"\n'),
    "leads_company": ("leads_finder", 'name = "company_name"\n', 'name = "parent_name"\n'),
    "leads_title": ("leads_finder", 'title = "job_title"\n', 'title = "functional_level"\n'),
    "profiles_member": ("harvestapi_profile", "linkedin_member_id = '$.id", "linkedin_member_id = '$.viewer_id"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a world is run. `order` of the steps (None: as they are), loads per `chunk`, items per `page` (0: all at once),
    `late`: everything is landed before anything is digested, `apart`: items are landed and digested one by one.
    """

    order: tuple[int, ...] | None = None
    chunk: int = 10_000
    page: int = 0
    late: bool = False
    apart: bool = False
    wrong: tuple[str, ...] = ()


class Engine:
    """A migrated database of our own, which is emptied for each run."""

    def __init__(self, admin_url: str, app_url: str, folder: Path) -> None:
        self._emptied = Emptied(admin_url, app_url)
        self.admin, self.database = self._emptied.admin, self._emptied.database
        self.folder = folder
        (folder / "sources.toml").write_text("".join(
            f'[sources.{name}]\nkind = "files"\nshape = "{shape}"\nrank = {rank}\n' for name, shape, rank in SOURCES
        ))  # fmt: skip
        self._workspaces: dict[tuple[str, ...], Workspace] = {}
        self._files = 0

    @property
    def runs(self) -> int:
        """How often a world was run."""
        return self._emptied.times

    def close(self) -> None:
        """Close both connections."""
        self._emptied.close()

    def fresh(self) -> None:
        """Take out all that runs have written; ids start again."""
        self._emptied.empty()

    def workspace(self, wrong: tuple[str, ...], chunk: int) -> Workspace:
        """A workspace with the shapes as they are, or as they were wrong; chunks smaller than settings allow."""
        settings = Settings(_env_file=None, sources=self.folder / "sources.toml", shapes=self._shapes(wrong))
        key = (*wrong, "")
        base = self._workspaces.setdefault(key, Workspace(settings, self.database))
        work = Workspace(
            settings.model_copy(update={"chunk_loads": chunk, "page_items": min(chunk, 5_000)}), self.database
        )
        # Sources and shapes are read once for all runs.
        work.__dict__.update(sources=base.sources, shapes=base.shapes, title_rules=base.title_rules)
        return work

    def _shapes(self, wrong: tuple[str, ...]) -> Path | None:
        if not wrong:
            return None
        folder = self.folder / "-".join(wrong)
        if not folder.is_dir():
            folder.mkdir()
            texts: dict[str, str] = {}
            for name in wrong:
                shape, right, before = WRONG[name]
                text = texts.get(shape) or (SHIPPED_SHAPES / f"{shape}.toml").read_text()
                assert right in text, f"shape {shape} has no line {right!r}"
                texts[shape] = text.replace(right, before)
            for shape, text in texts.items():
                (folder / f"{shape}.toml").write_text(text)
        return folder

    def land(self, work: Workspace, step: Step, items: Sequence[dict[str, Any]]) -> Batch:
        """Land items into the batch of their step. Each landing is a file of another content, as sources deliver them."""
        batch = Batch(step.date, step.source)
        self._files += 1
        path = self.folder / f"{self._files}.jsonl"
        # A blank line makes the content another one; the same file would be known as landed.
        path.write_bytes(b"\n".join(orjson.dumps(item) for item in items) + b"\n" * (1 + self._files % 50_000))
        land_file(work, batch, path)
        path.unlink()
        return batch

    def play(self, world: World, plan: Plan, after_step: Callable[[], None] | None = None) -> Workspace:
        """Run a world on the emptied database; `after_step` looks whenever something was digested."""
        self.fresh()
        work = self.workspace(plan.wrong, plan.chunk)
        waiting: list[Batch] = []
        with _promoted_in(plan.chunk):
            for step, items in self._landings(world, plan):
                waiting.append(self.land(work, step, items))
                if not plan.late:
                    self.digest(work, waiting.pop())
                    if after_step:
                        after_step()
            for batch in dict.fromkeys(waiting):
                self.digest(work, batch)
        return work

    @staticmethod
    def _landings(world: World, plan: Plan) -> Iterator[tuple[Step, Sequence[dict[str, Any]]]]:
        for n in plan.order or range(len(world.steps)):
            step = world.steps[n]
            size = 1 if plan.apart else plan.page or len(step.items) or 1
            for start in range(0, len(step.items), size):
                yield step, step.items[start : start + size]

    def digest(self, work: Workspace, batch: Batch) -> None:
        """Everything after landing, as a night does it."""
        validate_batch(work, batch)
        promote_batch(work, batch, accept_checks=True)
        assign_slots(work)
        process_signals(work)

    def again(self, world: World, work: Workspace) -> None:
        """Every batch once more."""
        for batch in dict.fromkeys(Batch(step.date, step.source) for step in world.steps):
            self.digest(work, batch)

    def replay(self, work: Workspace, *, plain: bool) -> None:
        """All loads through the shapes of `work`: by their ids, or as `outreach replay` without a word chooses them."""
        ids: tuple[int, ...] = ()
        if not plain:
            found = self.admin.execute("select load_id from intake.raw_loads where duplicate_of is null order by 1")
            ids = tuple(row["load_id"] for row in found)
        replay(work, ReplayFilter(load_ids=ids))
        process_signals(work)


@contextmanager
def _promoted_in(chunk: int) -> Iterator[None]:
    """Promotion takes several chunks at once for speed; a test of small chunks wants each alone."""
    before = getattr(promote, "_CHUNKS_AT_ONCE", None)
    if before is not None and chunk < 1_000:
        promote._CHUNKS_AT_ONCE = 1
    try:
        yield
    finally:
        if before is not None:
            promote._CHUNKS_AT_ONCE = before


@cache
def _own_server() -> Any:
    from outreach_pipeline.database.embedded import EmbeddedServer
    from tests.conftest import fast_folder

    folder = Path(tempfile.mkdtemp(prefix="outreach-brute-", dir=fast_folder()))
    return folder, EmbeddedServer(folder / "data", durable=False)


@contextmanager
def own_engine() -> Iterator[Engine]:
    """An engine on a server of its own, which is gone at the end (for the command; tests have theirs)."""
    import shutil

    from psycopg.conninfo import make_conninfo

    from outreach_pipeline.database.migrate import migrate
    from tests.conftest import APP_PASSWORD

    folder, server = _own_server()
    url = server.url(database="postgres")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create database brute")
        admin_url = make_conninfo(url, dbname="brute")
        migrate(admin_url, app_password=APP_PASSWORD)
        work = folder / "work"
        work.mkdir()
        engine = Engine(admin_url, make_conninfo(admin_url, user="outreach_app", password=APP_PASSWORD), work)
        yield engine
        engine.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
