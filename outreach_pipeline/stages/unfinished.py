"""Unfinished batches: why each stopped, and when it goes on by itself or whose decision it waits for.

Belongs here: the ledger of stops, and choosing which batches are due again. Does not belong here: noticing that a run
failed and asking for the next one (`orchestration`), going on (the stages: every one resumes, and a batch has one paid
run however often it is repeated).

What goes on by itself is what another attempt can help: an error that passes, a cap that is reset at a known time, a
process that died. What waits for a person (held, a doubt about a charge, a wrong setting, a cap that nothing resets)
is not tried again blindly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import INGESTED, Batch, Workspace

WAITS = (
    timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=24),
)  # fmt: skip
"""After the first, second, ... stop in a row that got no further; where a stop knows its time, that counts."""
ATTEMPTS = len(WAITS) + 1
"""After so many stops in a row without getting further nobody asks again."""
# Whoever was told a moment that is over asks again soon, not in the same second.
_SOON = timedelta(minutes=1)

TRANSIENT, OPEN, DIED, INTERRUPTED = "transient", "open", "died", "interrupted"
WAITING = "waiting"
"""Nothing is wrong: its file is not there yet, or the source that it comes after has not ended."""


@dataclass(frozen=True, slots=True)
class Stop:
    """How a run of a batch ended before its end. `kind` as in `stages.incidents`, or DIED (without a word), INTERRUPTED
    (somebody stopped it), WAITING.

    `not_before`: from when on the same may do more than now.
    """

    run_id: str
    kind: str
    why: str
    next_step: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A batch that stopped. `goes_on_at` is None where a person decides; `in_vain`: stops in a row without getting
    further.
    """

    batch_id: str
    source: str
    day: date
    kind: str
    why: str
    next_step: str
    in_vain: int
    goes_on_at: datetime | None

    @property
    def goes_on(self) -> str:
        """When it goes on, in words."""
        if self.goes_on_at is not None:
            return f"by itself, {self.goes_on_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if self.kind == WAITING:
            return "by itself, once that is over"
        if self.in_vain >= ATTEMPTS:
            return f"not by itself: {self.in_vain} attempts got no further"
        return "not by itself"

    @property
    def is_left_to_a_person(self) -> bool:
        """Whether nothing goes on unless somebody does something."""
        return self.goes_on_at is None and self.kind != WAITING

    @property
    def to_do(self) -> str:
        """What a person can do about it."""
        return self.next_step or f"`outreach run --day {self.day} --source {self.source}` goes on where it stopped."


@dataclass(frozen=True, slots=True)
class Due:
    """A batch whose next run is to be asked for, and the run that stopped."""

    batch: Batch
    run_id: str


def note_stop(workspace: Workspace, batch: Batch, stop: Stop, *, now: datetime | None = None) -> Unfinished:
    """Note that a run of a batch stopped; telling the same run again changes nothing but its words."""
    now, queries = now or datetime.now(UTC), load_queries("unfinished")
    with workspace.database.transaction(Role.INGEST) as tx:
        known = tx.fetch_row(queries.how_far, {"batch_id": batch.batch_id})
        in_vain = 1
        if known["run_id"] == stop.run_id:
            in_vain = known["in_vain"]
        elif known["run_id"] is not None and known["kind"] != WAITING and known["pages"] <= known["pages_before"]:
            in_vain = known["in_vain"] + 1
        found = Unfinished(
            batch.batch_id, batch.source, batch.day, stop.kind, stop.why, stop.next_step, in_vain,
            _goes_on_at(stop, in_vain, now),
        )  # fmt: skip
        told = {name: getattr(found, name) for name in Unfinished.__slots__}
        tx.execute(queries.note, {**told, "run_id": stop.run_id, "pages": known["pages"]})
        tx.execute(queries.not_finished, {"batch_id": batch.batch_id})
    return found


def note_waiting(
    workspace: Workspace, batch: Batch, why: str, run_id: str = "", *, now: datetime | None = None
) -> None:
    """Note that a batch waits (for a file, for another source): it is told of, and goes on when that is over.

    Nothing is noted over a stop that says more, nor of a batch that has ended. `run_id`: of the run that met it.
    """
    now, queries = now or datetime.now(UTC), load_queries("unfinished")
    with workspace.database.transaction(Role.INGEST) as tx:
        known = tx.fetch_row(queries.how_far, {"batch_id": batch.batch_id})
        ended = tx.fetch_value(queries.is_finished, {"batch_id": batch.batch_id})
        if ended or known["kind"] not in (None, WAITING):
            return
        found = Unfinished(batch.batch_id, batch.source, batch.day, WAITING, why, "", 1, None)
        told = {name: getattr(found, name) for name in Unfinished.__slots__}
        # Told anew, it keeps its name: under it the next run is asked for, once.
        name = run_id or known["run_id"] or f"waiting-{now:%Y%m%dT%H%M%S}"
        tx.execute(queries.note, {**told, "run_id": name, "pages": known["pages"]})


def _goes_on_at(stop: Stop, in_vain: int, now: datetime) -> datetime | None:
    if in_vain >= ATTEMPTS and stop.kind != OPEN:
        return None
    if stop.not_before is not None:
        return max(stop.not_before, now + _SOON)
    return now + WAITS[in_vain - 1] if stop.kind in (TRANSIENT, DIED, INTERRUPTED) else None


def note_open(workspace: Workspace, batch: Batch, run_id: str, note: str) -> None:
    """Note that a batch has landed what there is, and that its day may bring more: it goes on when that is over."""
    over = datetime.combine(batch.day + timedelta(days=1), datetime.min.time(), UTC)
    note_stop(workspace, batch, Stop(run_id, OPEN, note or "Its source may bring more.", not_before=over))


def finish(workspace: Workspace, batch: Batch, *, now: datetime | None = None) -> None:
    """A run of the batch got to its end: there is nothing to go on with."""
    with workspace.database.transaction(Role.INGEST) as tx:
        told = {"batch_id": batch.batch_id, "now": now or datetime.now(UTC)}
        tx.execute(load_queries("unfinished").finish, told)
        tx.execute(load_queries("unfinished").finished, told)


def take_due(workspace: Workspace, limit: int, *, now: datetime | None = None) -> list[Due]:
    """Batches whose time has come, oldest first; each is given out once an hour until its run is there."""
    given = {
        "limit": limit, "now": now or datetime.now(UTC), "sources": [*workspace.extent.sources, INGESTED],
        "first_day": workspace.extent.first_day,
    }  # fmt: skip
    with workspace.database.transaction(Role.INGEST) as tx:
        rows = tx.fetch_all(load_queries("unfinished").take_due, given)
    rows.sort(key=lambda row: (row["day"], row["source"]))
    return [Due(Batch(row["day"], row["source"]), row["run_id"]) for row in rows]


def next_due(workspace: Workspace) -> datetime | None:
    """When the next batch goes on by itself; None: none does."""
    with workspace.database.transaction(Role.READ) as tx:
        known = {"sources": [*workspace.sources, INGESTED]}
        at: datetime | None = tx.fetch_value(load_queries("unfinished").next_due, known)
    return at


def read_unfinished(
    workspace: Workspace, *, day: date | None = None, source: str | None = None
) -> tuple[Unfinished, ...]:
    """Every unfinished batch of a day and a source (None: of all), newest day first."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("unfinished").unfinished, {"day": day, "source": source})
    return tuple(Unfinished(**row) for row in rows)
