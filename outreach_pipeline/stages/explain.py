"""Explain: where each field of a company, a person or a slot comes from, and which values lost to it.

Belongs here: reading a master with its records and putting the document together. Does not belong here: the
words for "why" (`explain_fields`), how it looks on a screen (`cli.explain_view`).

The document is plain JSON: {"id", "entity", "fields": {name: {"value", "source", "load_id", "batch_id",
"observed_at", "agreed", "lost"}}, ...}. It carries a person's data; it is made only when somebody asks for
that id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach_pipeline.database.connect import Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import Entity, parse_barton_id
from outreach_pipeline.stages.explain_fields import (
    COMPANY_FIELDS,
    PERSON_FIELDS,
    Json,
    Record,
    explain_fields,
)
from outreach_pipeline.stages.explain_slots import explain_slot, standings
from outreach_pipeline.stages.workspace import Workspace

_MOST_RECORDS = 5_000


def explain(workspace: Workspace, barton_id: str) -> Json:
    """The document of a company, person or slot; an id that was merged away leads to the surviving one.

    Raises ConfigurationError for a text that is no Barton ID, and for one that nothing has or whose person was erased.
    """
    asked = barton_id.strip()
    parsed = parse_barton_id(asked)
    if parsed is None:
        raise ConfigurationError(
            "That is no Barton ID.",
            next_step="Write it as 04.04.01.25.12345.678 (01 company, 02 person, 05 slot).",
        )
    with workspace.database.transaction(Role.READ) as tx:
        found = tx.fetch_value(load_queries("explain").surviving, {"id": asked})
        current = parse_barton_id(found)
        number = current.number if current else parsed.number
        make = {Entity.COMPANY: _company, Entity.PERSON: _person, Entity.SLOT: explain_slot}[parsed.entity]
        document = make(tx, found, number)
        if document is None:
            raise _nobody(tx, parsed.entity, asked, found)
        retired = [
            row["retired_id"] for row in tx.fetch_all(load_queries("explain").merged_into, {"id": found})
        ]
    return {
        "id": found, "entity": parsed.entity.name.lower(), **({"asked_for": asked} if asked != found else {}),
        **document, "merged_ids": retired,
    }  # fmt: skip


def _nobody(tx: Transaction, entity: Entity, asked: str, surviving: str) -> ConfigurationError:
    """Why there is nothing to explain; of somebody erased only the day is known."""
    for barton_id in (asked, surviving):
        erased = tx.fetch_one(load_queries("suppress").erased_before, {"id": barton_id})
        if erased is not None:
            return ConfigurationError(
                f"Person {asked} was erased on {erased['created_at'].date()}.",
                next_step="Nothing of them is kept, and the id is never given again.",
            )
    return ConfigurationError(
        f"There is no {entity.name.lower()} {asked}.", next_step="Ids are never reused: look whether a digit is wrong."
    )


def _company(tx: Transaction, barton_id: str, number: int) -> Json | None:
    queries = load_queries("explain")
    row = tx.fetch_one(queries.company, {"id": barton_id})
    if row is None:
        return None
    records = _records(tx, queries.company_records, number, row["master"], None)
    return {
        "name": row["master"]["company_name"],
        "fields": explain_fields(COMPANY_FIELDS, row["master"], records),
        "slots": tx.fetch_all(queries.company_slots, {"id": barton_id}),
        "identity": tx.fetch_all(queries.company_keys, {"number": number}),
        "sources": _sources(records),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _person(tx: Transaction, barton_id: str, number: int) -> Json | None:
    queries = load_queries("explain")
    row = tx.fetch_one(queries.person, {"id": barton_id})
    if row is None:
        return None
    master = row["master"]
    company = parse_barton_id(master["company_unique_id"])
    records = _records(tx, queries.person_records, number, master, master["company_unique_id"])
    standing = standings(tx, company.number) if company else []
    return {
        "name": master["full_name"],
        "company": {"id": master["company_unique_id"], "name": row["company_name"]},
        "competes_for": {"id": master["company_slot_unique_id"], "slot_type": row["slot_type"]},
        "fields": explain_fields(PERSON_FIELDS, master, records),
        "title": tx.fetch_one(queries.title_reading, {"title": master["title"]}),
        "standing": [each for each in standing if each["person_unique_id"] == barton_id],
        "history": tx.fetch_all(queries.person_history, {"id": barton_id}),
        "loop": tx.fetch_all(queries.person_loop, {"id": barton_id, "email": master["email"]}),
        "sources": _sources(records),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _records(
    tx: Transaction, query: Any, number: int, master: Mapping[str, Any], company: str | None
) -> list[Record]:
    winners = sorted(set((master.get("provenance") or {}).values()))
    rows = tx.fetch_all(query, {"number": number, "winners": winners, "limit": _MOST_RECORDS})
    return [_record(row, company) for row in rows]


def _record(row: Row, company: str | None) -> Record:
    values = row["record"]
    # As in f_build_people: a record that names no company counts for the one that is known, unless it says that there
    # is none.
    is_silent = values.get("company_part") is None and not values.get("has_no_employer")
    is_here = company is None or is_silent or values.get("company_unique_id") == company
    return Record(
        load_id=row["load_id"], part=row["part"], batch_id=row["batch_id"], source=row["source"],
        rank=row["source_rank"], content_hash=row["content_hash"] or "",
        first_observed_at=row["first_observed_at"],
        observed_at=row["last_observed_at"], is_here=is_here, values=values,
    )  # fmt: skip


def _sources(records: list[Record]) -> list[Json]:
    """What each source contributed: how many records, over which time."""
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    return [
        {
            "source": source, "rank": found[0].rank, "records": len(found),
            "load_ids": sorted({record.load_id for record in found})[:20],
            "first_observed_at": min(record.first_observed_at for record in found),
            "last_observed_at": max(record.observed_at for record in found),
        }
        for source, found in sorted(by_source.items())
    ]  # fmt: skip
