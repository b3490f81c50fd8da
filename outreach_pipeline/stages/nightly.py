"""The numbers of each night: counts as they stood, for comparison and for the plots of the report.

Belongs here: counting and keeping them, which night it is. Does not belong here: what a fall means (`alert_finders`),
how it looks (`report_page`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace


def night_of(tx: Transaction, now: datetime) -> date:
    """The night that the numbers of now belong to: the newest day that a batch is of; without any, yesterday."""
    found: date | None = tx.fetch_value(load_queries("alerts").last_day, {"today": now.date()})
    return found or now.date() - timedelta(days=1)


def note_night(workspace: Workspace, now: datetime) -> dict[str, int]:
    """Count, and keep the numbers of the night; counted again they replace those of the same night."""
    queries = load_queries("alerts")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        day = night_of(tx, now)
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
