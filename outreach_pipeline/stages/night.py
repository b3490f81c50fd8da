"""The night as a whole: which of its batches have ended, which stopped, which wait and for what.

Belongs here: beginning a night, and where each of its batches stands. Does not belong here: starting runs
(`orchestration`), the graph itself (`sources.order`), whether a file has arrived (`arrival`), noting stops
(`unfinished`).

A batch has *ended* when a run took it to its end: done, partial (its source gave what it had) and empty alike. One that
failed, was held, was interrupted, or whose day may still bring more has not: whoever comes after it waits, and says so,
until it has. So a source never takes what is left of another day for what it waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import TransientError
from outreach_pipeline.sources.order import in_order
from outreach_pipeline.stages.arrival import waits_for_file
from outreach_pipeline.stages.unfinished import WAITING
from outreach_pipeline.stages.workspace import Batch, Workspace

ENDED, STOPPED, TO_COME = "ended", "stopped", "to come"


@dataclass(frozen=True, slots=True)
class NightBatch:
    """Where one batch stands: ended, stopped (`why`, and `goes_on_at` where it goes on by itself), waiting (noted to
    wait for what `why` says), to come (nobody noted anything: it runs, or has not begun). `run_id` is of the note.
    """

    batch: Batch
    state: str
    why: str = ""
    goes_on_at: datetime | None = None
    run_id: str = ""


def nightly_sources(workspace: Workspace) -> list[str]:
    """The sources that a night takes, whoever is waited for first. Verifiers and refreshes have no batch of a night."""
    wanted = [
        name for name, config in workspace.sources.items()
        if config.nightly and config.kind != "verify" and getattr(config, "mode", "") != "refresh"
    ]  # fmt: skip
    return in_order(workspace.sources, wanted)


def begin_night(workspace: Workspace, day: date) -> list[str]:
    """Note that the night of `day` has begun; returns the sources that are ready: they come after nobody, and their
    file is there. A database that is away holds nobody back: whatever cannot begin without it says so in its run.
    """
    first = [name for name in nightly_sources(workspace) if not workspace.source(name).after]
    try:
        ready = [name for name in first if not waits_for_file(workspace, Batch(day, name), far=False)]
        with workspace.database.transaction(Role.INGEST) as tx:
            tx.execute(load_queries("night").begin, {"day": day, "started": ready})
    except TransientError:
        return first
    return ready


def begun_nights(workspace: Workspace, since: date, until: date) -> dict[date, list[str]]:
    """The days of nights that have begun, oldest first, with the sources that the schedule started itself."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("night").begun, {"since": since, "until": until})
    return {row["day"]: row["started"] for row in rows}


def read_batches(workspace: Workspace, batches: Iterable[Batch]) -> list[NightBatch]:
    """Where these batches stand, in their order."""
    wanted = list(batches)
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("night").batches, {"batch_ids": [one.batch_id for one in wanted]})
    known = {row["batch_id"]: row for row in rows}
    return [_stands(batch, known[batch.batch_id]) for batch in wanted]


def read_night(workspace: Workspace, day: date) -> list[NightBatch]:
    """Where the batches of a night stand, whoever is waited for first."""
    return read_batches(workspace, [Batch(day, name) for name in nightly_sources(workspace)])


def read_waiting_batches(workspace: Workspace, until: date, days: int = 30) -> list[NightBatch]:
    """Batches of the last `days` that are noted to wait, in nights or out of them, oldest first; of sources that come
    after others whatever their day, for a backfill may reach far back.
    """
    followers = [name for name, config in workspace.sources.items() if config.after]
    since = until - timedelta(days=days)
    given = {"sources": list(workspace.sources), "followers": followers, "since": since, "until": until}
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("night").waiting, given)
    return read_batches(workspace, [Batch.parse(row["batch_id"]) for row in rows])


def waits_for_sources(workspace: Workspace, batch: Batch) -> str:
    """Why a batch has to wait for those that it comes after, in a sentence; "" when all of them have ended."""
    after = workspace.source(batch.source).after
    ahead = [one for one in read_batches(workspace, [Batch(batch.day, name) for name in after]) if one.state != ENDED]
    return waits_sentence(ahead)


def waits_sentence(ahead: Sequence[NightBatch]) -> str:
    """The sentence for whom a batch waits; "" for nobody."""
    told = []
    for one in ahead:
        source, why = one.batch.source, one.why.rstrip(".")
        if one.state == TO_COME:
            told.append(f"{source}, which has not ended")
        else:
            told.append(f"{source}, which {'waits' if one.state == WAITING else 'stopped'}: {why}")
    return f"It comes after {'; and '.join(told)}." if told else ""


def _stands(batch: Batch, row: dict[str, object]) -> NightBatch:
    kind, why, at, run_id = row["kind"], row["why"], row["goes_on_at"], row["run_id"]
    if kind is None:
        return NightBatch(batch, TO_COME if row["finished_at"] is None else ENDED)
    state = WAITING if kind == WAITING else STOPPED
    return NightBatch(batch, state, str(why), at if isinstance(at, datetime) else None, str(run_id))
