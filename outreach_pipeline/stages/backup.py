"""Backup and restore of the whole database: what may be restored where, and what has to follow.

Belongs here: the checks before a restore, its order (roles, dump, migration, the mark, statistics), counts to compare.
Does not belong here: running PostgreSQL's programs (`database.archive`), what was paid since a backup (`restored`).

A backup holds personal data like the database itself. It does not hold the settings, sources.toml or Dagster's own
history.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from outreach_pipeline.database.archive import Archive, load_archive, read_archive, write_archive
from outreach_pipeline.database.migrate import migrate, prepare
from outreach_pipeline.database.restoring import Target
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.migrations import admin_url, known_revisions, not_migrated
from outreach_pipeline.stages.workspace import Progress, no_progress


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written: its file, its size in bytes, the revision of the schema, and rows by what they are."""

    file: Path
    size: int
    revision: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """A backup that was restored. `known_until`: the moment it was made, which the ledgers reach to; `revision`: that
    of the schema as it was in it; `applied`: what was migrated since.
    """

    file: Path
    known_until: datetime
    revision: str
    applied: tuple[str, ...]
    rows: dict[str, int]


def default_file(settings: Settings) -> Path:
    """A file named after now, in the folder `backups` of the home."""
    return settings.home_path / "backups" / f"outreach-{datetime.now(UTC):%Y%m%d-%H%M%S}.dump"


def write_backup(settings: Settings, file: Path | None = None, progress: Progress = no_progress) -> BackupReport:
    """Write the whole database into a file; the pipeline may go on meanwhile, the backup is of one moment.

    Raises ConfigurationError (the file is there already, no pg_dump that fits, not migrated), PermanentError.
    """
    place = file or default_file(settings)
    if place.exists():
        step = "Name another file; a backup overwrites nothing."
        raise ConfigurationError(f"{place} is there already.", next_step=step)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(place.parent, os.W_OK):
        raise ConfigurationError(f"{place.parent} cannot be written.", next_step="Name a file in a folder of your own.")
    url = admin_url(settings)
    target = Target(url)
    rows = target.rows()
    if rows is None:
        raise not_migrated("The database is not migrated yet: there is nothing to back up.")
    with target.readable() as role:
        write_archive(url, place, target.server, role=role, on_table=_counting(progress, "backup", target.tables()))
    made = read_archive(place)
    return BackupReport(place, place.stat().st_size, made.revisions[-1], rows)


def read_backup(file: Path) -> Archive:
    """What a backup says of itself.

    Raises ConfigurationError for a file that is no backup of this program, or of a newer version of it.
    """
    if not file.is_file():
        raise ConfigurationError(f"There is no file {file}.", next_step="Name the file that `outreach backup` wrote.")
    archive = read_archive(file)
    if not archive.revisions:
        raise ConfigurationError(f"{file} is a dump of another program's database.")
    if newer := sorted(set(archive.revisions) - set(known_revisions())):
        raise ConfigurationError(
            f"{file} is of a newer version of this program: {', '.join(newer)} is not known here.",
            next_step="Upgrade outreach_pipeline, then restore.",
        )
    return archive


def restore_backup(
    settings: Settings, file: Path, *, overwrite: bool = False, progress: Progress = no_progress
) -> RestoreReport:
    """Put a backup into the configured database: roles first, then the dump in one transaction, then the migration.

    `overwrite`: also where there are rows, which are gone then. Whatever was paid since the backup is in doubt from
    now on (`stages.restored`). Raises ConfigurationError before anything is changed, TransientError (somebody works in
    it), PermanentError (what is in the way); then the database is as it was.
    """
    archive = read_backup(file)
    url = admin_url(settings)
    target = Target(url)
    if target.server < archive.server:
        raise ConfigurationError(
            f"{file} is of PostgreSQL {archive.server}, the server is PostgreSQL {target.server}.",
            next_step=f"Restore it into PostgreSQL {archive.server} or newer.",
        )
    _check_rows(target, overwrite=overwrite)
    password = settings.app_password.get_secret_value() if settings.app_password else None
    prepare(url, app_password=password)
    before, after = target.around(archive.made_at)
    load_archive(
        url, archive, target.server, before=before, after=after, as_owner=not target.is_superuser,
        on_table=_counting(progress, "restore", archive.tables),
    )  # fmt: skip
    report = migrate(url, app_password=password)
    target.finish(archive.made_at)
    return RestoreReport(file, archive.made_at, archive.revisions[-1], report.applied, target.rows() or {})


def _check_rows(target: Target, *, overwrite: bool) -> None:
    rows = target.rows()
    if rows and any(rows.values()) and not overwrite:
        told = ", ".join(f"{number:,} {name}" for name, number in rows.items() if number)
        raise ConfigurationError(
            f"The database holds {told}; a restore takes them away for good.",
            next_step="Back it up first (`outreach backup`), then restore with --yes.",
        )


def _counting(progress: Progress, what: str, total: int) -> Callable[[], None]:
    done = 0
    progress(f"{what}: tables", 0, total)

    def count() -> None:
        nonlocal done
        done += 1
        progress(f"{what}: tables", min(done, total), total)

    return count


