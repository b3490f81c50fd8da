"""Migrations from where the operator stands: migrate the configured database, and say whether it has been
migrated.

Belongs here: which URL migrates, telling "not migrated" from other troubles. Does not belong here: how a
migration is done (`database.migrate`), the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries, sql_root
from outreach_pipeline.database.revisions import revision_hash
from outreach_pipeline.errors import ConfigurationError, OutreachError

if TYPE_CHECKING:
    from outreach_pipeline.database.migrate import MigrationReport
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.stages.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Revisions recorded in the database against the files here: `pending` to apply, `edited` after being
    applied, `unknown` here (a newer version of this program migrated the database).
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    edited: tuple[str, ...]
    unknown: tuple[str, ...]


def admin_url(settings: Settings) -> str:
    """URL that may migrate: OUTREACH_MIGRATION_URL, else the database URL, else the embedded server
    (started).
    """
    configured = settings.migration_url or settings.database_url
    if configured is not None:
        return configured.get_secret_value()
    from outreach_pipeline.database.embedded import get_server

    return get_server(settings.home_path / "postgres").admin_url()


def migrate_workspace(
    settings: Settings, on_progress: Callable[[str], None] | None = None
) -> MigrationReport:
    """Bring the configured database to the newest schema; safe to run at any time.

    Raises ConfigurationError (rights are missing, an applied file was edited), TransientError (try again).
    """
    from outreach_pipeline.database.migrate import migrate

    password = settings.app_password.get_secret_value() if settings.app_password else None
    return migrate(admin_url(settings), app_password=password, on_progress=on_progress)


def known_revisions() -> tuple[str, ...]:
    """Revisions of this program, oldest first."""
    return tuple(sorted(path.stem for path in (sql_root() / "migrations" / "versions").glob("[0-9]*.py")))


def schema_state(workspace: Workspace) -> SchemaState:
    """Compare what the database says was applied with the files here; needs a migrated database."""
    with workspace.database.transaction(Role.READ) as tx:
        recorded = {
            row["revision"]: row["sha256"] for row in tx.fetch_all(load_queries("doctor").applied_revisions)
        }
    known = known_revisions()
    return SchemaState(
        applied=tuple(sorted(recorded)),
        pending=tuple(name for name in known if name not in recorded),
        edited=tuple(name for name in known if name in recorded and revision_hash(name) != recorded[name]),
        unknown=tuple(sorted(set(recorded) - set(known))),
    )


@contextmanager
def explained(workspace: Workspace) -> Iterator[None]:
    """Run a block of work; when it fails because the database was never migrated, say that instead.

    Costs nothing while all is well. A server that does not know the login refuses before there is a session,
    which looks like any lost connection, so only a look with the migrating login can tell.
    """
    settings = workspace.settings
    if settings.embedded and not (settings.home_path / "postgres" / "PG_VERSION").exists():
        raise not_migrated(f"There is no database in {settings.home_path} yet.")
    try:
        yield
    except OutreachError as error:
        if isinstance(error, ConfigurationError) and "outreach migrate" in error.next_step:
            raise not_migrated("The database is not migrated, or not to this version.") from None
        if _looks_unmigrated(error, settings):
            raise not_migrated("The database is not migrated yet.") from None
        raise


def _looks_unmigrated(error: OutreachError, settings: Settings) -> bool:
    state = getattr(error, "sqlstate", None)
    if state == "22023":  # `set role` to one that does not exist
        return "role" in error.message and "does not exist" in error.message
    # No session at all. A second look is only worth its patience where another login may see more.
    return (
        state == ""
        and (settings.embedded or settings.migration_url is not None)
        and _never_migrated(settings)
    )


def not_migrated(sentence: str) -> ConfigurationError:
    """The error for a database without our schema."""
    return ConfigurationError(sentence, next_step="Run `outreach migrate`.")


def _never_migrated(settings: Settings) -> bool:
    from outreach_pipeline.database.migrate import pending_revisions

    try:
        return set(pending_revisions(admin_url(settings))) == set(known_revisions())
    except OutreachError:
        # The server is gone for everybody: the first error says it best.
        return False
