"""The numbers of each night: counts as they stood, for comparison and for the plots of the report.

Belongs here: counting and keeping them, which night it is. Does not belong here: what a fall means (`alert_finders`),
how it looks (`report_page`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import INGESTED, Workspace


def night_of(tx: Transaction, workspace: Workspace, now: datetime) -> date:
    """The night that the numbers of now belong to: the newest day that a batch of a nightly source is of (of any source
    where none is nightly; a verifier works after the night, so it does not count). Without any, yesterday.
    """
    pulled = [name for name, config in workspace.sources.items() if config.kind != "verify"]
    nightly = [name for name in pulled if workspace.sources[name].nightly]
    given = {"today": now.date(), "sources": nightly or [*pulled, INGESTED]}
    found: date | None = tx.fetch_value(load_queries("alerts").last_day, given)
    return found or now.date() - timedelta(days=1)


def note_night(workspace: Workspace, now: datetime) -> dict[str, int]:
    """Count, and keep the numbers of the night; counted again they replace those of the same night."""
    queries = load_queries("alerts")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        day = night_of(tx, workspace, now)
        counted = {row["name"]: int(row["value"]) for row in tx.fetch_all(queries.count_night)}
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(queries.note_night, {"day": day, "names": list(counted), "values": list(counted.values())})
    return counted


def read_nights(workspace: Workspace, day: date, *, nights: int = 30) -> dict[date, dict[str, int]]:
    """The numbers of the nights up to a day, oldest first."""
    found: dict[date, dict[str, int]] = {}
    with workspace.database.transaction(Role.READ) as tx:
        given = {"since": day - timedelta(days=nights - 1), "day": day}
        for row in tx.fetch_all(load_queries("alerts").nights, given):
            found.setdefault(row["day"], {})[row["name"]] = int(row["value"])
    return found
