"""Leases: one process at a time pulls a batch from a source that is paid by the call.

Belongs here: taking, renewing and giving back the hold on a row of `intake.pull`. Does not belong here: which sources
need one (`land`), what is paid (`credits`).

The hold is two columns and the database's clock, nothing of a session: it lives through a pooler, and ends by itself
when its process is dead. It is taken before the first call, renewed in the transaction of each page and of each
reservation, and so never runs out under a process that works: `Settings.apollo_lease_secs` is longer than a call with
all its waits. A process that has lost it all the same (a machine that slept) pays nothing more.
"""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress

from outreach_pipeline.database.connect import Database, Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError, TransientError
from outreach_pipeline.stages.workspace import Batch


class Lease:
    """The hold of this process on one pull."""

    def __init__(self, database: Database, batch: Batch, pull_id: int, seconds: float) -> None:
        self._database, self._batch, self._pull_id, self._seconds = database, batch, pull_id, seconds
        # Two holds of one process are two holders: a process may run steps in threads.
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

    def take(self, tx: Transaction) -> Row:
        """Hold the pull if nobody does, or no longer; its status and note as they are now.

        TransientError when another process holds it.
        """
        return self._hold(tx, is_new=True)

    def renew(self, tx: Transaction) -> None:
        """Hold it on, in a transaction that counts on it; TransientError when it was lost."""
        self._hold(tx, is_new=False)

    def release(self) -> None:
        """Give it back. What cannot be given back runs out by itself."""
        with suppress(OutreachError), self._database.transaction(Role.INGEST) as tx:
            tx.execute(load_queries("land").release_pull, {"pull_id": self._pull_id, "holder": self.holder})

    def _hold(self, tx: Transaction, *, is_new: bool) -> Row:
        row = tx.fetch_row(
            load_queries("land").hold_pull,
            {"pull_id": self._pull_id, "holder": self.holder, "seconds": self._seconds, "is_new": is_new},
        )
        if row["held_by"] == self.holder:
            return row
        raise self._taken(row)

    def _taken(self, row: Row) -> TransientError:
        if row["held_by"] is None:
            return TransientError(
                f"The hold on batch {self._batch.batch_id} ran out, and another process has pulled it since.",
                next_step="Run it again: it goes on where that one stopped.",
            )
        until = row["held_until"].isoformat(timespec="seconds")
        error = TransientError(
            f"Batch {self._batch.batch_id} is being pulled by {row['held_by']}, which holds it until {until}.",
            next_step="Nothing was spent. Let that one finish (it holds it on while it works), then run this again.",
        )
        error.not_before = row["held_until"]
        return error
