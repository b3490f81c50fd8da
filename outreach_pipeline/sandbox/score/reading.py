"""Reading a database for the score: whose records each master is made of, by the identities that they carry.

Belongs here: from rows to the keys of the truth. Does not belong here: what is known then (`evidence`), judging it
(`compare`).

A record is its strongest identity's: LinkedIn's number or member id, then Apollo's id, LinkedIn's slug, an address that
is one person's own, then a spelling of the name at the company. Evidence that points to nobody of the world, or to two,
is left out; it cannot be a wrong merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.rules.names import name_key
from outreach_pipeline.sandbox.score.evidence import Evidence, Noticed, Placed, Ready
from outreach_pipeline.sandbox.world.truth import Truth

_TIERS = (("linkedin_member_id", "linkedin_number"), ("vendor_id",), ("linkedin_slug",), ("email",))


def read_evidence(database: Database, truth: Truth) -> Evidence:
    """Read everything in one transaction as outreach_read."""
    queries = load_queries("score")
    evidence = Evidence()
    with database.transaction(Role.READ, repeatable_read=True) as tx:
        evidence.shapes = frozenset(row["shape"] for row in tx.fetch_all(queries["shapes"]))
        company_rows = tx.fetch_all(queries["company_keys"])
        person_rows = tx.fetch_all(queries["person_records"])
        slot_rows = tx.fetch_all(queries["slots"])
        event_rows = tx.fetch_all(queries["slot_events"], {"day": truth.day})
        change_rows = tx.fetch_all(queries["changes"], {"day": truth.day})
        asked_rows = tx.fetch_all(queries["asked"])
        ready_rows = tx.fetch_all(queries["ready"])
        placed_rows = tx.fetch_all(queries["placed"])
        pair_rows = tx.fetch_all(queries["asked_pairs"])
    _read_companies(evidence, truth, company_rows)
    _read_people(evidence, truth, person_rows)
    evidence.slots = [(r["company_unique_id"], r["slot_type"], r["person_unique_id"]) for r in slot_rows]
    evidence.slot_events = [
        (r["company_unique_id"], r["slot_type"], r["person_unique_id"], r["event"]) for r in event_rows
    ]
    evidence.changes = [Noticed(**row) for row in change_rows]
    evidence.asked = {row["person"]: row["outcome"] for row in asked_rows}
    evidence.ready = [Ready(**row) for row in ready_rows]
    evidence.placed = [Placed(**row) for row in placed_rows]
    evidence.asked_pairs = {(r["entity"], frozenset((r["first_no"], r["second_no"]))) for r in pair_rows}
    return evidence


def _read_companies(evidence: Evidence, truth: Truth, rows: Sequence[Any]) -> None:
    known: dict[tuple[str, str], str | None] = {}
    for key, company in truth.companies.items():
        values = [("linkedin_id", company.linkedin_id), *(("linkedin_slug", slug) for slug in company.linkedin_slugs)]
        for value in (*values, *(("domain", domain) for domain in company.domains)):
            known[value] = key if known.get(value, key) == key else None
    for row in rows:
        if row["company_unique_id"] is not None:
            evidence.company_master[row["company_no"]] = row["company_unique_id"]
        true = known.get((row["kind"], row["value"]))
        if true is not None:
            evidence.companies_of[row["company_no"]].add(true)


def _read_people(evidence: Evidence, truth: Truth, rows: Sequence[Any]) -> None:
    strong: dict[str, str] = {}
    named: dict[tuple[str, str], str | None] = {}
    own = {address: each.person for address, each in truth.addresses.items() if each.person is not None}
    for key, person in truth.people.items():
        strong.update(dict.fromkeys((person.linkedin_member_id, person.linkedin_number, person.vendor_id), key))
        strong.setdefault(person.linkedin_slug, key)
        for name in {name_key(first, last) or "" for first, last in person.spellings}:
            for company in person.companies:
                named[name, company] = key if named.get((name, company), key) == key else None
    # A slug that another one bears now is still the former holder's wherever no id stands beside it.
    strong.update({p.former_slug: key for key, p in truth.people.items() if p.former_slug})
    strong.update(own)
    for row in rows:
        if row["master"] is not None:
            evidence.person_master[row["person_no"]] = row["master"]
        true = _person_of_row(row, strong, named, evidence)
        if true is not None:
            evidence.people_of[row["person_no"]].add(true)
            if row["has_role"]:
                evidence.people_with_role.add(true)


def _person_of_row(
    row: Any, strong: dict[str, str], named: dict[tuple[str, str], str | None], evidence: Evidence
) -> str | None:
    for tier in _TIERS:
        found = {strong[row[column]] for column in tier if row[column] in strong}
        if found:
            return found.pop() if len(found) == 1 else None
    if row["company_no"] is None:
        return None
    places = evidence.companies_of.get(row["company_no"], set())
    at_place = {key for place in places if (key := named.get((row["name_key"], place))) is not None}
    return at_place.pop() if len(at_place) == 1 else None
