"""The folder of Dagster's state: where it is, its dagster.yaml, and whether what lies there is whole.

Belongs here: the file's text, writing and checking it, the lock of the first use, a look at the SQLite files. Does not
belong here: Dagster itself (`orchestration.instance`), the production set-up (`deploy/dagster.yaml`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import yaml
from filelock import FileLock, Timeout

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.settings import DEMO_MARK, PACKAGE, Settings
from outreach_pipeline.stages.new_file import write_whole

CONFIG = (PACKAGE / "orchestration" / "dagster.yaml").read_text(encoding="utf-8")
"""What is written into a new home."""
NEEDED = ("telemetry", "run_coordinator", "concurrency", "run_retries", "run_monitoring")
"""Sections whose absence changes what we promise: nothing is sent home, paid runs are limited, the dead are noticed."""
STATE_FILES = {"history": ("history/runs.db", "history/runs/index.db"), "schedules": ("schedules/schedules.db",)}
"""Dagster's SQLite files by the folder that appears whole with them."""
_LOCK, _LOCK_PATIENCE_SECS = ".first-use.lock", 120.0


def folder_of(settings: Settings) -> Path:
    """DAGSTER_HOME, else `dagster` in our home; makes nothing. Runs of the demo stay in its home: they are not to stand
    among somebody's own.
    """
    is_demo = (settings.home_path / DEMO_MARK).exists()
    named = None if is_demo else os.environ.get("DAGSTER_HOME")
    return Path(named).expanduser().resolve() if named else settings.home_path / "dagster"


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel takes from a process that dies; makes the folder.

    Raises ConfigurationError when the folder cannot be written, TransientError when another process holds the lock for
    two minutes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=_LOCK_PATIENCE_SECS)
    except Timeout:
        raise TransientError(
            f"Another process has been preparing {folder} for {_LOCK_PATIENCE_SECS:.0f} s.",
            next_step="Run again when it has ended.",
        ) from None
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def ensure_config(folder: Path) -> None:
    """Write dagster.yaml where there is none, or only the beginning of ours (a kill, a full disk); check any other.

    An owner may change every value and add sections. Raises ConfigurationError for a file that cannot be read, or that
    lacks one of `NEEDED`: Dagster would put its own defaults there without a word.
    """
    config = folder / "dagster.yaml"
    text = config.read_text(encoding="utf-8", errors="replace") if config.exists() else ""
    if text.strip() == CONFIG.strip():
        return
    if CONFIG.startswith(text) or not text.strip():
        write_whole(config, CONFIG)
        return
    if problem := config_problem(folder):
        raise ConfigurationError(problem, next_step=CONFIG_STEP)


CONFIG_STEP = "Put it right, or move the file away: it is written anew at the next start."


def config_problem(folder: Path) -> str:
    """What is wrong with the dagster.yaml that is there; "" when nothing is, or there is none."""
    config = folder / "dagster.yaml"
    if not config.exists():
        return ""
    try:
        found = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return f"{config} cannot be read as YAML."
    if not isinstance(found, dict):
        return f"{config} holds no settings: it was cut short."
    lacking = [name for name in NEEDED if not found.get(name)]
    if lacking:
        return f"{config} lacks {', '.join(lacking)}, so that Dagster's defaults would hold in silence."
    telemetry = found["telemetry"]
    if not isinstance(telemetry, dict) or "enabled" not in telemetry:
        return f"{config} does not say whether telemetry is enabled, and Dagster's default is yes."
    return ""


def own_storage(folder: Path) -> bool:
    """Whether the dagster.yaml keeps the state elsewhere than in SQLite files in the folder."""
    found = yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8"))
    places = {"storage", "run_storage", "event_log_storage", "schedule_storage"}
    return isinstance(found, dict) and bool(places & set(found))


def state_problem(folder: Path) -> str:
    """What is wrong with Dagster's SQLite files; "" when they are whole, or not made yet. Changes nothing."""
    for part, names in STATE_FILES.items():
        if is_unmade(folder / part):
            continue
        for name in names:
            path = folder / name
            if not path.exists():
                return f"Dagster's state in {folder} is half made: {name} is missing."
            if problem := _problem_of(path):
                return f"Dagster's state in {folder} is broken: {name} {problem}."
    return ""


def is_unmade(part: Path) -> bool:
    """Whether a part of the state is not there at all; folders without a file count as nothing."""
    return not any(path.is_file() for path in part.rglob("*"))


def state_step(folder: Path) -> str:
    """The way out of a broken state."""
    return (
        f"Stop what runs, then move {folder / 'history'} and {folder / 'schedules'} away: they are made anew. Only the "
        "page's history of runs is lost; companies and people are in the database."
    )


def _problem_of(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10.0)) as connection:
            versions = connection.execute("select count(*) from alembic_version").fetchone()[0]
    except sqlite3.OperationalError as error:
        # A file that another process is writing is not broken.
        busy = "locked" in str(error) or "busy" in str(error)
        return "" if busy else f"cannot be read ({error})"
    except sqlite3.DatabaseError as error:
        return f"cannot be read ({error})"
    return "" if versions == 1 else f"has {versions} versions instead of one (two processes made it at once)"


def unwritable(folder: Path, error: OSError) -> ConfigurationError:
    """The sentence for a folder that is read-only, somebody else's, or on a full disk."""
    return ConfigurationError(
        f"{folder} cannot be written ({error.strerror or type(error).__name__}).",
        next_step="Free some space and check the folder's rights, or set OUTREACH_HOME to another folder.",
    )
