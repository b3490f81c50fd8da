"""What every stage works with: the database, the sources and shapes as configured, the title rules.

Belongs here: opening these from the settings, once per process, each when it is first needed. Does not belong here:
anything a stage does with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Database, Limits
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import SHIPPED_SHAPES, Settings

if TYPE_CHECKING:
    from outreach_pipeline.records.shape import Shape
    from outreach_pipeline.rules.titles import TitleRules
    from outreach_pipeline.sources.registry import ApifyConfig, ApolloConfig, FilesConfig, Sources, VerifyConfig
    from outreach_pipeline.stages.extent import Extent

    SourceConfig = FilesConfig | ApifyConfig | ApolloConfig | VerifyConfig

Progress = Callable[[str, int, int | None], None]
"""Called with (what, done so far, total or None) while a long stage works. Behind ASIDE, `what` may say more that
changes as it goes (pages, money, a status); what stands before it names the piece of work."""

ASIDE = " · "


def no_progress(what: str, done: int, total: int | None) -> None:
    """For callers that do not show progress."""


INGESTED = "ingested"
"""In the place of a source: everything that other programs ingested that day under batch ids of their own."""
INGESTED_SHAPE, INGESTED_RANK = "contact_flat", 80
"""Of a source that sources.toml does not name, unless a shape has its name."""


@dataclass(frozen=True, slots=True)
class Batch:
    """All items of one source for one day; `batch_id` is the Dagster partition `day|source`.

    `given` is the batch id of another program, which landed on `day` (`stages.ingested`).
    """

    day: date
    source: str
    given: str = ""

    @property
    def batch_id(self) -> str:
        """`YYYY-MM-DD|source`, or the id that another program gave."""
        return self.given or f"{self.day.isoformat()}|{self.source}"

    @classmethod
    def parse(cls, batch_id: str) -> Batch:
        """The batch of an id; ConfigurationError when it is none."""
        day, _, source = batch_id.partition("|")
        try:
            return cls(date.fromisoformat(day), source)
        except ValueError:
            raise ConfigurationError(
                f"{batch_id!r} is no batch.", next_step="Write it as day|source, for example 2026-11-21|leads."
            ) from None


class Workspace:
    """Database, sources, shapes and title rules of one configuration."""

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self.settings = settings
        self._database = database

    @cached_property
    def database(self) -> Database:
        """The database as the pipeline's login; the embedded server is started when none is configured."""
        if self._database is not None:
            return self._database
        limits = Limits(self.settings.statement_secs, self.settings.lock_secs)
        if self.settings.database_url is None:
            return Database.embedded(self.settings.home_path / "postgres", limits=limits)
        return Database(self.settings.database_url.get_secret_value(), limits=limits)

    @property
    def is_open(self) -> bool:
        """Whether the database was opened or given already."""
        return self._database is not None or "database" in self.__dict__

    @cached_property
    def extent(self) -> Extent:
        """From which day on and of which sources there are partitions; asked once per process, as definitions are."""
        from outreach_pipeline.stages.extent import read_extent

        return read_extent(self)

    @cached_property
    def sources(self) -> Sources:
        """sources.toml."""
        from outreach_pipeline.sources.registry import load_sources

        return load_sources(self.settings.sources)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """The shipped shapes, and those of the configured folder, which win."""
        from outreach_pipeline.records.shape import load_shapes

        own = dict(load_shapes(self.settings.shapes)) if self.settings.shapes else {}
        return {**load_shapes(SHIPPED_SHAPES), **own}

    @cached_property
    def title_rules(self) -> TitleRules:
        """The title rules in force."""
        from outreach_pipeline.rules.titles import load_rules

        return load_rules()

    def source(self, name: str) -> SourceConfig:
        """One source; ConfigurationError with the known names when there is none of that name."""
        return self.sources[name]

    def source_of(self, batch: Batch) -> SourceConfig:
        """The source of a batch; one that another program ingested needs none in sources.toml."""
        if (batch.given or batch.source == INGESTED) and batch.source not in self.sources:
            from outreach_pipeline.sources.registry import FilesConfig

            shape = batch.source if batch.source in self.shapes else INGESTED_SHAPE
            return FilesConfig(kind="files", name=batch.source, shape=shape, rank=INGESTED_RANK)
        return self.source(batch.source)

    def is_full_list(self, name: str) -> bool:
        """Whether each file of a source is the full list of its day (`complete = true`)."""
        return name in self.sources and bool(getattr(self.sources[name], "complete", False))

    def check_day(self, day: date) -> None:
        """ConfigurationError for a day that has no batch: one to come, or one before the first."""
        first, today = date.fromisoformat(self.settings.first_day), datetime.now(UTC).date()
        if not first <= day <= today:
            raise ConfigurationError(
                f"There is no batch for {day.isoformat()}: days go from {first.isoformat()} to today (UTC).",
                next_step="Choose another day, or set OUTREACH_FIRST_DAY.",
            )

    def shape_of(self, config: SourceConfig) -> Shape:
        """The shape of a source; ConfigurationError when there is none of that name."""
        try:
            return self.shapes[config.shape]
        except KeyError:
            raise ConfigurationError(
                f"Source {config.name} has the shape {config.shape!r}, which does not exist.",
                next_step=f"Known shapes: {', '.join(sorted(self.shapes))}. See docs/adding-a-source.md.",
            ) from None

    @property
    def sources_folder(self) -> Path:
        """Where relative paths in sources.toml start."""
        return Path(self.settings.sources).resolve().parent


def shape_fingerprint(workspace: Workspace, source: str) -> str | None:
    """Hash of the shape that reads a source's items now; None for a source that is not configured any more."""
    try:
        shape = workspace.shape_of(workspace.source(source))
    except ConfigurationError:
        return None
    return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]
