"""The morning report: what one night brought, read from the database for a sales manager with a cup of coffee.

Belongs here: collecting the parts, each from the stage that knows it, and writing the file. Does not belong here:
how it looks (`report_page`), who is told of faults (`alerts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import PermanentError
from outreach_pipeline.stages.alerts import AlertIncident, read_incidents
from outreach_pipeline.stages.costs import ProviderCosts, read_costs
from outreach_pipeline.stages.counts import count_ready, count_slots
from outreach_pipeline.stages.credits import doubtful_calls
from outreach_pipeline.stages.freshness import read_held
from outreach_pipeline.stages.new_file import new_file
from outreach_pipeline.stages.nightly import night_of, read_nights
from outreach_pipeline.stages.signals import Score, read_scores
from outreach_pipeline.stages.status import BatchStatus, read_status
from outreach_pipeline.stages.unfinished import read_unfinished
from outreach_pipeline.stages.workspace import Workspace

MOVES, CALLS = 40, 10


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody who moved. `has_successor` and `is_vacant` tell of the seat they held, `holds_new` of the one they
    took.
    """

    intelligence_id: int
    kind: str
    state: str
    person_unique_id: str
    person: str
    company: str | None
    new_company: str | None
    role_before: str | None
    role_after: str | None
    title_after: str | None
    has_successor: bool | None
    successor: str | None
    is_vacant: bool
    holds_new: bool
    score: Decimal | None
    band: str | None


@dataclass(frozen=True, slots=True)
class Rejects:
    """How many loads of a source one check rejected, or dropped a column of."""

    source: str
    check: str
    column: str
    outcome: str
    loads: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a decision: how many, of what, and the command."""

    count: int
    what: str
    command: str


@dataclass(frozen=True, slots=True)
class MorningReport:
    """All parts. `nights` is day to number by name, oldest first; `slots` is type to (filled, all); `ready` is standing
    to slots.
    """

    day: date
    made_at: datetime
    batches: tuple[BatchStatus, ...]
    slots: dict[str, tuple[int, int]]
    ready: dict[str, int]
    nights: dict[date, dict[str, int]]
    moves: tuple[Move, ...]
    changed: dict[str, int]
    calls: tuple[Score, ...]
    money: tuple[ProviderCosts, ...]
    rejects: tuple[Rejects, ...]
    waiting: tuple[Waiting, ...]
    faults: tuple[AlertIncident, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The file, and counts of what is in it."""

    path: Path
    day: date
    batches: int
    moves: int
    ready: int
    waiting: int
    faults: int


def read_report(workspace: Workspace, day: date | None = None, *, now: datetime | None = None) -> MorningReport:
    """Collect the report of a day (None: the last night)."""
    moment, queries = now or datetime.now(UTC), load_queries("report")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        last = night_of(tx, workspace, moment)
        day = day or last
        # What a look at a profile in the morning after shows belongs to the newest report, not to all before it.
        given = {"day": day, "until": day + timedelta(days=1) if day < last else None}
        moves = _moves(tx, {**given, "limit": MOVES})
        changed = {row["kind"]: row["changes"] for row in tx.fetch_all(queries.changed, given)}
        rejects = tuple(Rejects(**row) for row in tx.fetch_all(queries.rejects, {"day": day}))
        proposed = _count_proposed(tx)
    status = read_status(workspace, day=day)
    faults = tuple(read_incidents(workspace))
    return MorningReport(
        day, moment, status.batches, count_slots(workspace), count_ready(workspace), read_nights(workspace, day), moves,
        changed, read_scores(workspace, limit=CALLS).scores, read_costs(workspace, month=day, now=moment).providers,
        rejects, _waiting(workspace, status.open_reviews, proposed), faults,
    )  # fmt: skip


def write_report(
    workspace: Workspace, day: date | None = None, *, out: Path | None = None, now: datetime | None = None
) -> Written:
    """Write the report as one HTML file, for its owner's eyes only (below the home unless `out` names a file), in the
    place of an earlier one. Raises ConfigurationError when the folder of `out` does not exist, PermanentError when the
    disk refuses.
    """
    from outreach_pipeline.stages.report_page import render

    report = read_report(workspace, day, now=now)
    path = out or _folder(workspace) / f"report-{report.day}.html"
    with new_file(path, overwrite=True) as file:
        file.write(render(report).encode("utf-8"))
    return Written(
        path.resolve(), report.day, len(report.batches), len(report.moves), report.ready.get("ready", 0),
        sum(each.count for each in report.waiting), len(report.faults),
    )  # fmt: skip


def _folder(workspace: Workspace) -> Path:
    folder = workspace.settings.home_path / "reports"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PermanentError(
            f"The folder of the reports cannot be made ({error.strerror or type(error).__name__}).",
            next_step=f"Look at {folder}, or write elsewhere: `outreach report --out FILE`.",
        ) from None
    return folder


def _moves(tx: Transaction, given: Mapping[str, Any]) -> tuple[Move, ...]:
    """Each move once: that somebody left and that they came may be two changes of one step."""
    found: dict[tuple[str, str | None, str | None], Move] = {}
    for row in tx.fetch_all(load_queries("report").moves, given):
        move = Move(**row)
        found.setdefault((move.person_unique_id, move.company, move.new_company), move)
    return tuple(found.values())


def _count_proposed(tx: Transaction) -> int:
    return int(tx.fetch_value(load_queries("report").proposed))


def _waiting(workspace: Workspace, reviews: int, proposed: int) -> tuple[Waiting, ...]:
    unfinished = [each for each in read_unfinished(workspace) if each.goes_on_at is None]
    found: Sequence[Waiting] = (
        Waiting(read_held(workspace).held, "batches held by their checks", "outreach status"),
        Waiting(len(unfinished), "batches that stopped and do not go on by themselves", "outreach status"),
        Waiting(len(doubtful_calls(workspace)), "calls that may have been charged", "outreach costs doubtful"),
        Waiting(proposed, "moves and departures in doubt", "outreach changes --state proposed"),
        Waiting(reviews, "companies or people that may be one, or several", "outreach reviews"),
    )
    return tuple(each for each in found if each.count)
