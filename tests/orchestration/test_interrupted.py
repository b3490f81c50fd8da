"""Ctrl+C in `outreach run`, and what is left of it: nothing at the server, and a batch that says so."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest
from batches import MONDAY, Batches, Rows, lead

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.stages.unfinished import INTERRUPTED, read_unfinished
from outreach_pipeline.stages.workspace import Workspace

SLEEPERS = "select pid from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'"


@pytest.fixture
def asleep(batches: Batches, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A batch whose validation is a statement of 30 s; Ctrl+C comes as soon as the server works on it."""
    batches.write(MONDAY, [lead(1)])

    def sleep(workspace: Workspace, *_: object, **__: object) -> None:
        with workspace.database.transaction(Role.VALIDATE) as tx:
            tx.execute("select pg_sleep(30)")

    def interrupt() -> None:
        for _ in range(600):
            if rows(SLEEPERS):
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.05)

    monkeypatch.setattr("outreach_pipeline.orchestration.assets.validate_batch", sleep)
    threading.Thread(target=interrupt, daemon=True).start()
    return Workspace(batches.settings)


def test_the_statement_ends_the_batch_says_so_and_no_error_is_logged(
    batches: Batches, asleep: Workspace, rows: Rows
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_batches(batches.settings, MONDAY, ["leads", "more_leads"], workspace=asleep)

    assert rows(SLEEPERS) == []
    assert [(one.source, one.kind) for one in read_unfinished(asleep)] == [("leads", INTERRUPTED)]
    assert rows("select 1 from public.shq_error_log") == []


def test_a_run_leaves_the_terminal_to_the_progress(batches: Batches, db: Database) -> None:
    """Progress goes to the same stderr as before the run, also while it runs."""
    batches.write(MONDAY, [lead(1)])
    before = os.fstat(sys.stderr.fileno())
    during: list[bool] = []

    run_batches(
        batches.settings, MONDAY, ["leads"],
        progress=lambda *_: during.append(os.path.samestat(os.fstat(sys.stderr.fileno()), before)),
    )  # fmt: skip

    assert during
    assert all(during)
