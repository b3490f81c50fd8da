"""Dagster's instance: made once in a home, by one process, and opened.

Belongs here: making Dagster's SQLite files, opening the instance. Does not belong here: the folder, its dagster.yaml
and what is wrong with either (`stages.dagster_home`), the production set-up (`deploy/dagster.yaml`).
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from outreach_pipeline.database.state_files import StateFileError
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages import dagster_home as state

# Beside dagster.yaml, for whoever opens an instance of another file. Dagster asks only whether it is set.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")

_NO_CAPTURE = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
_MAKING = ".making"
_NO_ROOM = (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def dagster_home(settings: Settings) -> Path:
    """The folder of Dagster's state (`stages.dagster_home.folder_of`), made with all that belongs there if missing.

    One process makes it while the others wait: Dagster's own making, twice at once, leaves two versions in a file,
    which no later process can read. Raises ConfigurationError when what is there is broken, or the folder cannot be
    written.
    """
    folder = state.folder_of(settings)
    with state.one_at_a_time(folder):
        try:
            state.ensure_config(folder)
            if not state.own_storage(folder):
                _make_state(folder)
        except OSError as error:
            raise state.unwritable(folder, error) from None
        except StateFileError as error:
            raise _unwritable(folder, error) from None
    return folder


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The persistent instance, the same that the page shows; what runs in this process keeps its own output."""
    # Capturing takes the file descriptors of the whole process: here they belong to somebody's terminal, and no
    # progress could be drawn. Its helper processes also print tracebacks at Ctrl+C.
    folder = dagster_home(settings)
    ref = InstanceRef.from_dir(str(folder), overrides={"compute_logs": _NO_CAPTURE})
    try:
        with dg.DagsterInstance.from_ref(ref) as instance:
            yield instance
    except StateFileError as error:
        raise _unwritable(folder, error) from None
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise state.unwritable(folder, error) from None


def _unwritable(folder: Path, error: StateFileError) -> ConfigurationError:
    """The sentence for what SQLite refuses. Its own words ("database or disk is full") hold no data; statements do."""
    return ConfigurationError(
        f"Dagster's state in {folder} cannot be used ({str(error.orig)[:80]}).",
        next_step="Free some space and check the folder's rights; `outreach doctor` says whether its files are whole.",
    )


def _make_state(folder: Path) -> None:
    """Make the SQLite files beside their place and put them there whole, so that a kill leaves nothing half made."""
    unmade = [part for part in state.STATE_FILES if state.is_unmade(folder / part)]
    if problem := state.state_problem(folder):
        raise ConfigurationError(problem, next_step=state.state_step(folder))
    if not unmade:
        return
    making = folder / _MAKING
    shutil.rmtree(making, ignore_errors=True)
    DagsterSqliteStorage.from_local(str(making)).dispose()
    for part in unmade:
        shutil.rmtree(folder / part, ignore_errors=True)  # empty folders only
        (making / part).rename(folder / part)
    shutil.rmtree(making, ignore_errors=True)
