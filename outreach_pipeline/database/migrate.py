"""Brings a database to the newest schema: roles, revisions (Alembic), then functions and views.

Belongs here: the order of the steps, the lock against two at once, becoming the owner, the check of applied
files. Does not belong here: SQL (`sql/`), reading files (`revisions`).

The migrating login is a superuser, or a role with CREATEROLE that owns the database (as on Neon). The latter
joins outreach_owner inside each transaction and leaves it before the commit, so that not even a killed
migrate leaves a login behind that may become the owner.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine, event, pool

from outreach_pipeline.database import revisions
from outreach_pipeline.database.connect import Database, Row
from outreach_pipeline.database.errors import translated
from outreach_pipeline.database.obsolete import Removed, note_made_sql, remove_obsolete
from outreach_pipeline.database.queries import sql_root
from outreach_pipeline.database.session import OURS, network_options
from outreach_pipeline.errors import ConfigurationError, TransientError

OWNER = "outreach_owner"
APP_LOGIN = "outreach_app"
Progress = Callable[[str], None]

# A migration that waits for a lock makes everybody behind it wait: give up after 4 s and let the operator run
# again.
_LIMITS: LiteralString = f"set local lock_timeout = '4s'; set local statement_timeout = '300s'; {OURS}"
_LOCK = "outreach_pipeline.migrate"
_LOCK_PATIENCE = 300.0
_ATTEMPTS = 8
_WARNINGS: WeakKeyDictionary[psycopg.Connection[Any], list[str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class MigrationReport:
    """What a migrate did: revisions applied (none if up to date), the newest, functions and views; of those that no
    file has any more what was `dropped`, and what was only `closed` because something else uses it.
    """

    applied: tuple[str, ...]
    head: str
    replaced: int
    dropped: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


def migrate(
    url: str, *, app_password: str | None = None, on_progress: Progress | None = None
) -> MigrationReport:
    """Upgrade the database at `url` (direct, not pooled) to the newest revision; safe to run at any time.

    Two at once both succeed: one waits. Raises ConfigurationError when an applied file was edited or the
    login lacks rights, TransientError when a lock could not be had.
    """
    say = on_progress or (lambda _: None)
    database = Database(url, application_name="outreach_migrate")
    with _only_one(database, say), database.autocommit() as connection:
        _prepare(connection, app_password)
        before = applied_revisions(connection)
        _check_files(connection)
        _upgrade(url)
        after = applied_revisions(connection)
        replaced, removed = _replace(connection)
    applied = tuple(revision for revision in after if revision not in before)
    for revision in applied:
        say(f"Applied {revision}.")
    head = after[-1] if after else "no revision"
    say(f"The schema is at {head}; {replaced} functions and views are in place.")
    for name in removed.dropped:
        say(f"Removed {name}, which this version no longer has.")
    return MigrationReport(applied, head, replaced, removed.dropped, removed.closed)


def prepare(url: str, *, app_password: str | None = None) -> None:
    """Make the roles and give the owner its rights in the database at `url`, and nothing else; safe at any time."""
    with Database(url, application_name="outreach_migrate").autocommit() as connection:
        _prepare(connection, app_password)


def migration_sql() -> str:
    """Everything that `migrate` would run on an empty database, as one script for psql."""
    buffer = io.StringIO()
    command.upgrade(_config(output_buffer=buffer), "head", sql=True)
    parts = [
        "-- Run with psql as a superuser, or as a CREATEROLE login of outreach_owner that owns it.",
        "\\set ON_ERROR_STOP on",
        (sql_root() / "bootstrap.sql").read_text(encoding="utf-8"),
        f"set role {OWNER};",
        buffer.getvalue(),
        "begin;\nset local check_function_bodies = off;",
        *(file.text for file in revisions.replaceables()),
        note_made_sql(),
        "commit;\nreset role;",
    ]
    return "\n".join(parts) + "\n"


def applied_revisions(connection: psycopg.Connection[Row]) -> list[str]:
    """Revisions recorded in the database, oldest first (their names begin with a number)."""
    if not _exists(connection, "public.schema_revision_file"):
        return []
    with as_owner(connection):
        found = connection.execute(
            "select revision from public.schema_revision_file order by revision"
        ).fetchall()
    return [row["revision"] for row in found]


def pending_revisions(url: str) -> list[str]:
    """Revisions that `migrate` would apply, oldest first; needs the rights of the migrating login."""
    from alembic.script import ScriptDirectory

    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    with Database(url, application_name="outreach_migrate").autocommit() as connection:
        done = set(applied_revisions(connection)) if _exists_role(connection) else set()
    return [revision for revision in reversed(known) if revision not in done]


@contextmanager
def _only_one(database: Database, say: Progress) -> Iterator[None]:
    """Hold a transaction's advisory lock on a connection of its own while the work goes on beside it.

    Polled: a blocking wait holds a snapshot, against which CREATE INDEX CONCURRENTLY would deadlock.
    """
    with database.autocommit() as holder, translated(), holder.transaction():
        holder.execute("set local idle_in_transaction_session_timeout = 0")
        deadline = time.monotonic() + _LOCK_PATIENCE
        told = False
        while not _try_lock(holder):
            if time.monotonic() > deadline:
                raise TransientError(
                    "Another migrate holds the lock.", next_step="Run again when it has ended."
                )
            if not told:
                say("Another migrate is running; waiting for it.")
                told = True
            time.sleep(0.1)
        yield


def _try_lock(connection: psycopg.Connection[Row]) -> bool:
    row = connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)) as got", (_LOCK,)
    ).fetchone()
    return bool(row and row["got"])


def _prepare(connection: psycopg.Connection[Row], app_password: str | None) -> None:
    """Roles and the owner's rights; roles belong to the cluster, and another database may be making them."""
    script = (sql_root() / "bootstrap.sql").read_text(encoding="utf-8")
    for attempt in range(_ATTEMPTS):
        try:
            with connection.transaction():
                connection.execute(_LIMITS)
                connection.execute(script)
                if app_password:
                    _set_password(connection, app_password)
        except psycopg.Error as error:
            # XX000 "tuple concurrently updated": two databases of a cluster granted the same role at once.
            if error.sqlstate not in {"XX000", "40001", "23505", "42710"} or attempt == _ATTEMPTS - 1:
                with translated():
                    raise
            time.sleep(0.05 * (attempt + 1))
        else:
            return


def _set_password(connection: psycopg.Connection[Row], password: str) -> None:
    # Plain text over the (encrypted) connection: Neon refuses passwords that come already hashed.
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(APP_LOGIN), sql.Literal(password))
    )


def _check_files(connection: psycopg.Connection[Row]) -> None:
    """Refuse to go on when a file that was applied is no longer the file that was applied."""
    if not _exists(connection, "public.schema_revision_file"):
        return
    with as_owner(connection):
        recorded = connection.execute("select revision, sha256 from public.schema_revision_file").fetchall()
    for row in recorded:
        if not revisions.is_known(row["revision"]):
            raise ConfigurationError(
                f"This database is at revision {row['revision']}, which this program does not know.",
                next_step="Install the version that migrated it; there is no way back.",
            )
        if revisions.revision_hash(row["revision"]) != row["sha256"]:
            raise ConfigurationError(
                f"sql/migrations/{row['revision']}.sql was changed after it was applied to this database.",
                next_step="Restore the file and put the change into a new revision.",
            )


def _upgrade(url: str, revision: str = "head") -> None:
    options = network_options(conninfo_to_dict(url))
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            url, **options, prepare_threshold=None, application_name="outreach_migrate"  # type: ignore[arg-type]
        ),
        poolclass=pool.NullPool,
    )
    event.listen(engine, "begin", lambda connection: become_owner(connection.connection.driver_connection))
    event.listen(engine, "commit", lambda connection: leave_owner(connection.connection.driver_connection))
    config = _config()
    config.attributes["engine"] = engine
    try:
        with translated():
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def _replace(connection: psycopg.Connection[Row]) -> tuple[int, Removed]:
    """Apply all functions and views, and take away those of ours that no file has any more, in one transaction; the
    number of files, and what was taken away.
    """
    files = revisions.replaceables()
    with translated(), as_owner(connection):
        connection.execute("set local check_function_bodies = off")
        try:
            with connection.transaction():
                _create_all(connection, files)
        except psycopg.errors.InvalidTableDefinition:
            # A view whose columns changed cannot be replaced: drop ours, in reverse order, and start over.
            _drop_views(connection, files)
            _create_all(connection, files)
        return len(files), remove_obsolete(connection, files)


def _create_all(connection: psycopg.Connection[Row], files: list[revisions.Replaceable]) -> None:
    for file in files:
        try:
            _apply(connection, file)
        except psycopg.errors.InvalidTableDefinition:
            raise
        except (psycopg.errors.ProgrammingError, psycopg.errors.DependentObjectsStillExist) as error:
            raise _blame(file, error) from None


def _apply(connection: psycopg.Connection[Row], file: revisions.Replaceable) -> None:
    """Create or replace; a function whose result or names of arguments changed cannot be replaced, and is made anew."""
    try:
        with connection.transaction():
            connection.execute(file.text)
    except psycopg.errors.InvalidFunctionDefinition:
        for signature in file.signatures:
            connection.execute(f"drop routine if exists {signature}".encode())
        connection.execute(file.text)


def _drop_views(connection: psycopg.Connection[Row], files: list[revisions.Replaceable]) -> None:
    for file in reversed(files):
        if file.kind == "view":
            for name in file.names:
                # Not cascade: a view that somebody else built on ours is not ours to drop.
                connection.execute(sql.SQL("drop view if exists {}").format(sql.Identifier(*name.split("."))))


def _blame(file: revisions.Replaceable, error: psycopg.Error) -> ConfigurationError:
    return ConfigurationError(
        f"sql/{file.path.parent.name}/{file.path.name} cannot be applied: {error.diag.message_primary}.",
        next_step=error.diag.message_hint or "Correct the file; the database is as it was before.",
    )


@contextmanager
def as_owner(connection: psycopg.Connection[Row]) -> Iterator[None]:
    """One transaction as outreach_owner."""
    with translated(), connection.transaction():
        become_owner(connection)
        yield
        leave_owner(connection)


def become_owner(connection: psycopg.Connection[Any]) -> None:
    """Act as outreach_owner until `leave_owner`, inside the open transaction."""
    if connection not in _WARNINGS:
        warnings: list[str] = []
        _WARNINGS[connection] = warnings
        connection.add_notice_handler(
            lambda notice: (
                warnings.append(notice.message_primary or "")
                if notice.severity_nonlocalized == "WARNING"
                else None
            )
        )
    connection.execute(_LIMITS)
    if not _may_become_owner(connection):
        modern = connection.info.server_version >= 160000
        connection.execute(
            f"grant {OWNER} to current_user" + (" with inherit false, set true" if modern else "")
        )
        connection.execute("select set_config('outreach.joined', 'yes', true)")
    connection.execute(f"set local role {OWNER}")


def leave_owner(connection: psycopg.Connection[Any]) -> None:
    """Before the commit: refuse what PostgreSQL warned about, and give back a membership that was taken."""
    if warnings := _WARNINGS.get(connection):
        # "no privileges were granted" is how a GRANT without effect ends: it must not be taken for done.
        raise ConfigurationError(
            f"PostgreSQL warned during the migration: {warnings[0]}; nothing was changed."
        )
    connection.execute("reset role")
    row = connection.execute("select current_setting('outreach.joined', true)").fetchone()
    joined = next(iter(row.values())) if isinstance(row, dict) else (row or [None])[0]
    if joined == "yes":
        connection.execute(f"revoke {OWNER} from current_user")


def _may_become_owner(connection: psycopg.Connection[Any]) -> bool:
    # PostgreSQL 16 split membership: being its administrator (as its creator is) no longer lets one become
    # it.
    privilege = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    row = connection.execute(f"select pg_has_role(current_user, '{OWNER}', '{privilege}')").fetchone()
    return bool(next(iter(row.values())) if isinstance(row, dict) else row and row[0])


def _exists(connection: psycopg.Connection[Row], name: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null as found", (name,)).fetchone()
    return bool(row and row["found"])


def _exists_role(connection: psycopg.Connection[Row]) -> bool:
    row = connection.execute(
        "select exists (select from pg_roles where rolname = %s) as found", (OWNER,)
    ).fetchone()
    return bool(row and row["found"])


def _config(output_buffer: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output_buffer) if output_buffer else Config()
    config.set_main_option("script_location", str(sql_root() / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
