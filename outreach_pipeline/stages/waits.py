"""What is waited for when nothing happens: another session's lock, or a server that does not answer.

Belongs here: asking, in words for somebody who watches. Does not belong here: noticing that nothing happens (`cli`).
"""

from __future__ import annotations

from datetime import UTC

from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.stages.workspace import Workspace


def what_waits(workspace: Workspace) -> str | None:
    """A few words, or None when the database holds nobody up; never raises for a database that is away."""
    try:
        # As the login itself: a role of ours may not see what the login's other sessions wait for.
        with workspace.database.transaction(None, statement_timeout=5) as tx:
            row = tx.fetch_one(load_queries("waits").locks, {"pids": workspace.database.working()})
    except OutreachError:
        return "the database, which does not answer"
    if row is None:
        return None
    since = f", at it since {row['since'].astimezone(UTC):%H:%M:%S} UTC" if row["since"] else ""
    return f"another session to end that holds the lock (server process {row['holder']}{since})"
