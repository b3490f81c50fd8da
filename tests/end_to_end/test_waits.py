"""A run that waits behind another one says so: whose lock, and since when that one works."""

from __future__ import annotations

import threading
import time
from typing import Any

from cli_world import CommandLine

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.stages.waits import what_waits
from outreach_pipeline.stages.workspace import Workspace

LOCK = "select pg_advisory_xact_lock(4711)"
WAITING = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


def test_the_holder_of_a_lock_is_named_and_nothing_where_nobody_waits(
    cli: CommandLine, db: Database, database_url: str, admin: Any
) -> None:
    workspace, other = open_workspace(), Database(database_url)
    waiting = Workspace(workspace.settings, other)
    assert what_waits(workspace) is None

    with db.transaction(Role.PROMOTE) as tx:
        tx.execute(LOCK)
        pid = tx.fetch_value("select pg_backend_pid()")

        def wait() -> None:
            with other.transaction(Role.PROMOTE) as later:
                later.execute(LOCK)

        thread = threading.Thread(target=wait)
        thread.start()
        while not admin.execute(WAITING).fetchall():
            time.sleep(0.02)
        said, nobody = what_waits(waiting), what_waits(Workspace(workspace.settings, db))
    thread.join()

    assert said is not None
    assert said.startswith(f"another session to end that holds the lock (server process {pid}, at it since ")
    assert what_waits(workspace) is None
    assert nobody is None
