"""A slot explained: who holds it, who competes for it and how they stand, who held it when.

Belongs here: reading standings and history. Does not belong here: the rule (`marketing.f_slot_standing`).
"""

from __future__ import annotations

from typing import Any

from outreach_pipeline.database.connect import Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.rules.barton_id import parse_barton_id

Json = dict[str, Any]


def standings(tx: Transaction, company_number: int) -> list[Json]:
    """Everybody who ever sought a slot of the company, the occupants first; with why for those who do not
    hold it.
    """
    rows = tx.fetch_all(load_queries("explain").candidates, {"number": company_number})
    first = {row["slot_type"]: row for row in rows if row["is_holder"]}
    return [{**row, "why": _why(row, first.get(row["slot_type"]))} for row in rows]


def explain_slot(tx: Transaction, barton_id: str, number: int) -> Json | None:
    """The document of a slot; None when there is none of this id."""
    del number
    queries = load_queries("explain")
    slot = tx.fetch_one(queries.slot, {"id": barton_id})
    company = parse_barton_id(slot["company_unique_id"]) if slot else None
    if slot is None or company is None:
        return None
    candidates = [each for each in standings(tx, company.number) if each["slot_type"] == slot["slot_type"]]
    return {
        "slot_type": slot["slot_type"],
        "company": {"id": slot["company_unique_id"], "name": slot["company_name"]},
        "fields": _fields(slot, candidates),
        "occupant": next((each for each in candidates if each["is_holder"]), None),
        "candidates": candidates,
        "history": tx.fetch_all(queries.slot_history, {"id": barton_id}),
        "created_at": slot["created_at"],
        "updated_at": slot["updated_at"],
    }


def _fields(slot: Row, candidates: list[Json]) -> dict[str, Json]:
    holder = next((each for each in candidates if each["person_unique_id"] == slot["person_unique_id"]), None)
    where = _where(holder)
    lost = [
        {"value": each["person_unique_id"], **_where(each), "why": each["why"]}
        for each in candidates
        if each is not holder
    ]
    return {
        "person_unique_id": {"value": slot["person_unique_id"], **where, "agreed": [], "lost": lost},
        **{
            name: {"value": slot[name], **where, "agreed": [], "lost": []}
            for name in ("is_filled", "filled_at", "last_refreshed_at")
        },
    }


def _where(candidate: Json | None) -> Json:
    return {name: candidate and candidate[name] for name in ("source", "load_id", "batch_id", "observed_at")}


def _why(row: Row, holder: Row | None) -> str | None:  # noqa: PLR0911 - reasons read best in their order
    """Why somebody does not hold the slot; None for who does."""
    if row["is_holder"]:
        return None
    if not row["is_here"]:
        return "observed elsewhere, or without an employer, since"
    if row["is_elsewhere"]:
        return "the newest title names another company"
    if row["points"] is None:
        return "the newest title does not name the role"
    if not row["is_able"]:
        return f"{row['points']} points; the slot takes {row['threshold']}: competes, but does not hold it"
    if row["is_tied"] or holder is None:
        kept = "" if holder is None else "; who held the slot keeps it"
        return f"equal to another candidate in points, source, day and number of sources{kept}"
    return _why_behind(row, holder)


def _why_behind(row: Row, holder: Row) -> str:
    older = row["observed_at"].date() < holder["observed_at"].date()
    days = f"title seen {row['observed_at'].date()}, the occupant's {holder['observed_at'].date()}"
    if row["points"] < holder["points"]:
        return f"{row['points']} points against {holder['points']}" + (f"; {days}" if older else "")
    if older:
        return days
    if row["confidence"] < holder["confidence"]:
        return "equal points and day: the occupant's title says it more surely"
    if row["source_rank"] > holder["source_rank"]:
        return "equal points and day: the occupant's source is better"
    return "equal points, day and source: the occupant's word is newer, or more sources say it"
