"""The heartbeat of a run: while its process lives, its lease is held on; a run that lost it does nothing more.

Belongs here: the thread, and the resource that starts it for the time of a run. Does not belong here: the lease itself
(`stages.run_lease`), failing runs whose lease ran out (`lost_runs`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import dagster as dg

from outreach_pipeline.errors import PermanentError
from outreach_pipeline.orchestration.incidents import PARTITION_TAG
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.processes import PROCESS_TAG
from outreach_pipeline.stages.run_lease import SIGNS_PER_LEASE, RunLease
from outreach_pipeline.stages.workspace import Progress


class Heartbeat:
    """Signs of life in a thread. A database that is away stops neither them nor the run.

    `given_up` is called in that thread once the run was given up.
    """

    def __init__(self, lease: RunLease, every: float, given_up: Callable[[], None] | None = None) -> None:
        self._lease, self._every, self._given_up = lease, every, given_up
        self._end = threading.Event()
        self._is_taken = self._is_lost = False
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """While the block runs."""
        self._sign()
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join()
            self._lease.release()

    def guarded(self, progress: Progress) -> Progress:
        """The same progress; PermanentError once the run was given up: its batch may be somebody else's by now."""

        def moved(what: str, done: int, total: int | None) -> None:
            if self._is_lost:
                raise PermanentError(
                    "This run gave no sign of life for too long (did its machine sleep?), so it was given up.",
                    next_step="Its batch is started again elsewhere; nothing need be done.",
                )
            progress(what, done, total)

        return moved

    def _beat(self) -> None:
        while not self._is_lost and not self._end.wait(self._every):
            self._sign()
        if self._is_lost and self._given_up is not None:
            self._given_up()

    def _sign(self) -> None:
        try:
            if self._is_taken:
                self._is_lost = not self._lease.renew()
            else:
                self._lease.take()
                self._is_taken = True
        except Exception:  # noqa: BLE001 - a heartbeat that ended would end a healthy run
            # The steps meet the same database and say so; the next sign is tried in time.
            return


def end_process() -> None:
    """End the process of a launched run where it stands; its open transaction is rolled back.

    Without a word: Dagster would take what it says for a failure of its own, and would not start it again elsewhere.
    """
    sys.stderr.write("This run gave no sign of life for too long, so it was given up and is started again elsewhere.\n")
    sys.stderr.flush()
    os._exit(1)


def living(pipeline: Pipeline) -> dg.ResourceDefinition:
    """The resource `pipeline`: the given one, with a heartbeat for as long as a run uses it. Ticks have none."""

    @dg.resource(description="The workspace of the stages; a run that uses it proves that it lives.")
    def resource(context: dg.InitResourceContext) -> Iterator[Pipeline]:
        run, work = context.run, pipeline.workspace
        if run is None:
            yield pipeline
            return
        seconds = work.settings.run_lease_secs
        lease = RunLease(work.database, run.run_id, run.tags.get(PARTITION_TAG), seconds)
        # The process of a command line has more to do than this run, and somebody reads what it says.
        is_launched = run.remote_job_origin is not None and PROCESS_TAG not in run.tags
        heartbeat = Heartbeat(lease, seconds / SIGNS_PER_LEASE, end_process if is_launched else None)
        with heartbeat.beating():
            yield replace(pipeline, progress=heartbeat.guarded(pipeline.progress))

    return resource
