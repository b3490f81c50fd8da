"""Leases of runs: each run that is going proves that its process lives; what has stopped to is found and taken away.

Belongs here: the rows of `intake.run_lease`. Does not belong here: giving the signs of life
(`orchestration.heartbeat`), failing a run (`orchestration.lost_runs`), who pulls a batch that is paid by the call
(`lease`).

Times are the database's, nothing is bound to a session: it works through a pooler. A run is dead only after two looks:
the first doubts it, and one that lives clears the doubt with its next sign. So a database that was away for longer
than a lease, when nobody could give a sign, kills nobody.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from contextlib import suppress

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError

SIGNS_PER_LEASE = 4
"""So many signs of life are given in the time that one holds: three may be lost."""


def this_process() -> str:
    """`machine:process` of whoever asks, as leases name it."""
    return f"{socket.gethostname()}:{os.getpid()}"


class RunLease:
    """The proof of one run that its process lives."""

    def __init__(self, database: Database, run_id: str, batch_id: str | None, seconds: float) -> None:
        self._database = database
        self._key: dict[str, object] = {"run_id": run_id, "holder": this_process()}
        self._terms = {**self._key, "batch_id": batch_id, "seconds": seconds}

    def take(self) -> None:
        """Write the row. Raises TransientError when the database is away."""
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(load_queries("runs").hold_run, self._terms)

    def renew(self) -> bool:
        """Give a sign of life; False when the run was given up meanwhile. Raises TransientError as `take` does."""
        with self._database.transaction(Role.INGEST) as tx:
            return tx.execute(load_queries("runs").renew_run, self._key) > 0

    def release(self) -> None:
        """The run has ended. What cannot be taken away runs out by itself."""
        with suppress(OutreachError), self._database.transaction(Role.INGEST) as tx:
            tx.execute(load_queries("runs").release_run, self._key)


def take_dead_runs(database: Database) -> list[str]:
    """Doubt leases that ran out, take away those doubted for long enough; the ids of their runs, given out once.

    What the dead processes were pulling may be pulled by others at once.
    """
    with database.transaction(Role.INGEST) as tx:
        tx.execute(load_queries("runs").doubt_runs)
        return [row["run_id"] for row in tx.fetch_all(load_queries("runs").take_dead_runs)]


def held_runs(database: Database, run_ids: Collection[str]) -> set[str]:
    """Which of these runs have a lease, run out or not."""
    with database.transaction(Role.READ) as tx:
        return {row["run_id"] for row in tx.fetch_all(load_queries("runs").held_runs, {"run_ids": list(run_ids)})}
