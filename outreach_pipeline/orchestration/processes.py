"""Runs of command lines: which process runs them, and what becomes of those whose process is gone.

Belongs here: the tag, and burying. Does not belong here: running (`launch`), logging a failed run (`incidents`).
"""

from __future__ import annotations

import os
import socket

import dagster as dg

PROCESS_TAG = "outreach/process"
"""`host:pid` of the command line that runs the batch."""


def bury_dead_runs(instance: dg.DagsterInstance) -> int:
    """Mark runs of command lines that were killed on this machine as failed; returns how many.

    Nobody else watches them, and for ever in progress they would take up a place in the queue.
    """
    unfinished = dg.RunsFilter(
        statuses=[
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.NOT_STARTED,
        ]
    )
    dead = [run for run in instance.get_runs(unfinished) if _left_behind(run)]
    for run in dead:
        instance.report_run_failed(run, "The process that ran this batch has ended without finishing it.")
    return len(dead)


def _left_behind(run: dg.DagsterRun) -> bool:
    """Whether a command line of this machine ran it whose process is gone."""
    host, _, process = run.tags.get(PROCESS_TAG, "").rpartition(":")
    return host == socket.gethostname() and not _alive(int(process))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process > 0
