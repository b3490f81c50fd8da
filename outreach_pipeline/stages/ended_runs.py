"""Runs of which Apify tells that they have ended: their batch goes on at the next tick instead of later.

Belongs here: from the id of a run to its batch, and bringing forward what goes on by itself. Does not belong here: HTTP
and tokens (`serving`), asking for the run of a batch (`orchestration.unfinished`), reading what it gave (`sources`).

Nothing that the message says is believed but the id of a run, and that only once our ledger, or Apify itself, knows it.
Nothing is started or paid: what is brought forward is a batch whose run is there and only read on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.sources.options import ApifyConfig
from outreach_pipeline.stages.pull_apify import api_of
from outreach_pipeline.stages.unfinished import OPEN, Stop, note_stop
from outreach_pipeline.stages.workspace import Batch, Workspace

_RUN_ID = re.compile(r"[A-Za-z0-9]{8,32}")
_ENDED = "A run of its actor has ended."


@dataclass(frozen=True, slots=True)
class Look:
    """What a message led to. `state`: soon (its batch goes on at the next tick), wave (the sensor of waves looks at it
    every minute anyway), nothing (no run of this source, or nothing of it is waited for).
    """

    state: Literal["soon", "wave", "nothing"]
    batch_id: str = ""


def look_at_run(workspace: Workspace, source: str, run_id: str, *, now: datetime | None = None) -> Look:
    """Let the batch of a run go on now; asked again it changes nothing more.

    Raises TransientError when the database, or Apify, is away: the next message, or the next attempt, makes up for it.
    """
    config = workspace.sources[source] if source in workspace.sources else None  # noqa: SIM401 - it never gives None
    if not isinstance(config, ApifyConfig) or not _RUN_ID.fullmatch(run_id):
        return Look("nothing")
    now, queries = now or datetime.now(UTC), load_queries("receive")
    with workspace.database.transaction(Role.INGEST) as tx:
        run = tx.fetch_one(queries.run, {"run_id": run_id})
    if run is not None and run["source"] != source:
        return Look("nothing")
    if run is not None and run["is_wave"]:
        return Look("wave", run["batch_id"])
    if run is not None:
        return _hurried(workspace, run["batch_id"], now) or Look("nothing", run["batch_id"])
    return _outside(workspace, config, run_id, now) if config.mode == "adopt" else Look("nothing")


def _hurried(workspace: Workspace, batch_id: str, now: datetime) -> Look | None:
    with workspace.database.transaction(Role.INGEST) as tx:
        hurried = tx.fetch_one(load_queries("receive").hurry, {"batch_id": batch_id, "now": now})
    return Look("soon", batch_id) if hurried else None


def _outside(workspace: Workspace, config: ApifyConfig, run_id: str, now: datetime) -> Look:
    """A run that an outside schedule started, and that no batch has read yet: the batch of the day it started on."""
    from outreach_pipeline.sources.apify_api import UnknownRunError

    try:
        run = api_of(workspace).run(run_id)
    except UnknownRunError:
        return Look("nothing")
    started = run.started_at.astimezone(UTC).date() if run.started_at else None
    if started is None or not workspace.extent.first_day <= started <= now.date():
        return Look("nothing")
    batch = Batch(started, config.name)
    if found := _hurried(workspace, batch.batch_id, now):
        return found
    with workspace.database.transaction(Role.INGEST) as tx:
        known = {"batch_id": batch.batch_id}
        is_stopped = tx.fetch_value(load_queries("receive").is_stopped, known)
        is_finished = tx.fetch_value(load_queries("unfinished").is_finished, known)
    # A stop that is left to a person, or is due already, is not written over; a day that was read is not read again.
    if not is_stopped and not is_finished:
        note_stop(workspace, batch, Stop(f"apify-{run_id}", OPEN, _ENDED, not_before=now), now=now)
        return Look("soon", batch.batch_id)
    return Look("nothing", batch.batch_id)
