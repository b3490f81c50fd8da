"""How far the partitions reach: from which day on, and which sources have batches at all.

Belongs here: asking the database, when it can be asked without waiting for it or starting it. Does not belong here:
making partitions (`orchestration.partitions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.embedded import is_running
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.stages.workspace import Workspace

_PATIENCE_SECS = 3


@dataclass(frozen=True, slots=True)
class Extent:
    """The first day of the partitions, and the sources that have some."""

    first_day: date
    sources: tuple[str, ...]


def read_extent(workspace: Workspace) -> Extent:
    """The extent as the database knows it; as the settings say where the database cannot be asked.

    First day: OUTREACH_FIRST_DAY if it is set, else that of the first batch, else (there is none) yesterday. Without
    the database: the setting, or its default, which is before any batch. Sources: all but verifiers that have never
    been asked. Whoever has batches keeps their partitions. Raises ConfigurationError when sources.toml is wrong.
    """
    sources, setting = workspace.sources, date.fromisoformat(workspace.settings.first_day)
    known = _known(workspace)
    if known is None:
        return Extent(setting, tuple(sources))
    first = setting
    if "first_day" not in workspace.settings.model_fields_set:
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        first = max(setting, min([*known.values(), yesterday]))
    return Extent(first, tuple(name for name, one in sources.items() if one.kind != "verify" or name in known))


def _known(workspace: Workspace) -> dict[str, date] | None:
    """The first day of each source that has batches; None when the database cannot be asked now."""
    try:
        database = _reachable(workspace)
        if database is None:
            return None
        with database.transaction(Role.READ, statement_timeout=_PATIENCE_SECS) as tx:
            return {row["source"]: row["day"] for row in tx.fetch_all(load_queries("night").first_days)}
    except OutreachError:
        return None


def _reachable(workspace: Workspace) -> Database | None:
    """The database, asked once and briefly; None for an embedded one that does not run: looking must not start it."""
    url = workspace.settings.database_url
    if workspace.is_open:
        return workspace.database
    if url is not None:
        return Database(url.get_secret_value(), connect_timeout=_PATIENCE_SECS, connect_attempts=1)
    return workspace.database if is_running(workspace.settings.home_path / "postgres") else None
