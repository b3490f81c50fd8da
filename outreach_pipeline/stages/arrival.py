"""Files that are still to come: whether the file of a batch is there, and which sources are late.

Belongs here: looking (nothing is read or noted). Does not belong here: finding files (`sources.files`), noting that a
batch waits (`unfinished`), asking for its run (`orchestration`), telling somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError, WaitingError
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.sources.options import FilesConfig

_NIGHTS = 7
"""So many days back a file that never came is still called late; after that its batch only waits."""


@dataclass(frozen=True, slots=True)
class LateSource:
    """A source whose file of a day is not there although it was promised by `expected_at` (UTC)."""

    source: str
    day: date
    expected_at: datetime
    place: str

    @property
    def batch_id(self) -> str:
        """The batch that waits for it."""
        return Batch(self.day, self.source).batch_id

    @property
    def sentence(self) -> str:
        """What to tell."""
        return (
            f"{self.source} is late: its file of {self.day} was promised by {self.expected_at:%Y-%m-%d %H:%M} UTC and "
            f"is not there ({self.place})."
        )

    @property
    def next_step(self) -> str:
        """What to do about it."""
        return (
            "Ask whoever sends it. It is read by itself once it is there (Dagster's daemon has to run), or by "
            f"`outreach run --day {self.day} --source {self.source}`."
        )


def late_sources(workspace: Workspace, now: datetime) -> tuple[LateSource, ...]:
    """Sources with `expected_by` whose file is not there at `now` (an aware datetime) although it should be.

    The batch of a day is promised for `expected_by` of the day after. Each source is looked at for the newest day that
    is due, and for those of the last week whose batch is noted to wait. A batch that has landed is never late, however
    its files came. Files are looked for and not opened; a place that cannot be looked at (no connection, no login) is
    not late: that is another trouble, and the source's run tells it.

    Raises TransientError when the database is away, ConfigurationError when sources.toml is wrong.
    """
    found = []
    for config in _promised(workspace):
        for day in _due_days(workspace, config, now):
            batch = Batch(day, config.name)
            if _landed(workspace, batch):
                continue
            if waits_for_file(workspace, batch):
                found.append(LateSource(config.name, day, _expected_at(config, day), place_of(config, day)))
    return tuple(found)


def waits_for_file(workspace: Workspace, batch: Batch, *, far: bool = True, still_secs: float = 0) -> str:
    """Why a batch has to wait for its file, in a sentence; "" when it need not: the file is there, its files were read
    before, its files come by hand, or it is no batch of files.

    `far`: also look at places that are not on this machine; without it those wait until somebody does. `still_secs`: a
    file that was written to within so many seconds may still grow, and is waited for as well. What is wrong with the
    place is nobody's wait: the run of the batch says it.
    """
    from outreach_pipeline.sources.files import newest_write, not_there
    from outreach_pipeline.sources.places import is_far
    from outreach_pipeline.sources.registry import FilesConfig

    config = workspace.sources[batch.source] if batch.source in workspace.sources else None  # noqa: SIM401 - get raises
    if not isinstance(config, FilesConfig) or config.path is None:
        return ""
    said = ""
    if is_far(config.path) and not far:
        said = not_there(place_of(config, batch.day), batch.day).message
    else:
        try:
            written = newest_write(_whole(workspace, config), batch.day)
        except WaitingError as error:
            said = error.message
        except OutreachError:
            return ""
        else:
            if written is None and _is_awaited(config):
                said = not_there(place_of(config, batch.day), batch.day).message
            elif written and still_secs and datetime.now(UTC).timestamp() - written < still_secs:
                said = f"Its file in {place_of(config, batch.day)} is still being written."
    return "" if said and _landed(workspace, batch) else said


def place_of(config: FilesConfig, day: date) -> str:
    """Where its file of a day is looked for, as sources.toml says it, without a login."""
    from outreach_pipeline.sources.places import shown

    return shown((config.path or "").replace("{day}", day.isoformat()))


def _promised(workspace: Workspace) -> list[FilesConfig]:
    from outreach_pipeline.sources.registry import FilesConfig

    return [one for one in workspace.sources.values() if isinstance(one, FilesConfig) and one.expected_by is not None]


def _due_days(workspace: Workspace, config: FilesConfig, now: datetime) -> list[date]:
    """Days of the source whose hour has passed: the newest, and those whose batch is noted to wait; oldest first."""
    newest = now.astimezone(UTC).date() - timedelta(days=1)
    if _expected_at(config, newest) > now:
        newest -= timedelta(days=1)
    given = {"sources": [config.name], "followers": [], "since": newest - timedelta(days=_NIGHTS), "until": newest}
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("night").waiting, given)
    return sorted({Batch.parse(row["batch_id"]).day for row in rows} | {newest})


def _expected_at(config: FilesConfig, day: date) -> datetime:
    """When the file of a day is promised."""
    return datetime.combine(day + timedelta(days=1), config.expected_by or datetime.min.time(), UTC)


def _landed(workspace: Workspace, batch: Batch) -> bool:
    with workspace.database.transaction(Role.READ) as tx:
        return bool(tx.fetch_value(load_queries("night").has_landed, {"batch_id": batch.batch_id}))


def _whole(workspace: Workspace, config: FilesConfig) -> str:
    from outreach_pipeline.sources.places import whole_path

    return whole_path(config.path or "", workspace.sources_folder)


def _is_awaited(config: FilesConfig) -> bool:
    from outreach_pipeline.sources.registry import is_awaited

    return is_awaited(config)
