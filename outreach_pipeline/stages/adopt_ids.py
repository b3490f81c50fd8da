"""Ids of a database that moves in: which stay, which become another, and the rows with what they became.

Belongs here: telling duplicates by the rules that everybody's names and websites are read by, giving ids to rows that
have none. Does not belong here: the order of a move (`adopt`), whether a stated id is accepted (`records.stated_ids`).

An id that is a Barton ID stays. One that is none (another form, blank) is given a new one; both stand in the landed
item and in `adoption.id_map`. Of companies with one name and one domain the oldest row keeps its id, and the others
lead to it.
"""

from __future__ import annotations

from collections.abc import Iterable

from outreach_pipeline.database.adoption import Adoption, Old, all_of, rows_of
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.rules.barton_id import Entity, parse_barton_id
from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.own_site import own_domain

IdMap = dict[tuple[str, str], str]
"""(entity, old id) to the Barton ID that it became."""
GIVEN, DUPLICATE = "given", "duplicate"
COMPANIES, PEOPLE = "marketing.company_master", "marketing.people_master"


def settle_ids(adoption: Adoption, old: Old, there: set[str]) -> IdMap:
    """Decide once which ids become another, and keep it; a move that was killed finds the same again."""
    queries = load_queries("adopt")
    if COMPANIES in there and not adoption.state("ids of company"):
        rows = all_of(old, queries.companies_of, COMPANIES)
        ids = [row["id"] for row in rows]
        given = _given(adoption, Entity.COMPANY, ids)
        duplicates = duplicates_of((row["id"], row["name"], row["website"]) for row in rows)
        # A duplicate of a row without a valid id leads to the id that this one is given.
        found = {id_: (given.get(first, first), DUPLICATE) for id_, first in duplicates.items()}
        adoption.keep_ids("company", {**{i: (new, GIVEN) for i, new in given.items() if i not in found}, **found})
    if PEOPLE in there and not adoption.state("ids of person"):
        ids = [row["id"] for row in all_of(old, queries.people_of, PEOPLE)]
        given = _given(adoption, Entity.PERSON, ids)
        adoption.keep_ids("person", {i: (new, GIVEN) for i, new in given.items()})
    return adoption.id_map()


def duplicates_of(companies: Iterable[tuple[str, str | None, str | None]]) -> dict[str, str]:
    """Of (id, name, website) by age: the ids of rows with name and domain of an earlier one, and the earliest's.

    Nobody's (shared) domains count for nothing, as everywhere (`rules.own_site`).
    """
    first: dict[tuple[str, str], str] = {}
    found: dict[str, str] = {}
    for id_, name, website in companies:
        domain, key = own_domain(website, name) if website else None, company_key(name) if name else None
        if domain and key and (earlier := first.setdefault((domain, key), id_)) != id_:
            found[id_] = earlier
    return found


def items_of(old: Old, table: str, first: int, until: int, ids: IdMap) -> list[bytes]:
    """The rows of some blocks as JSON texts; where an id became another, the new one stands beside it (adopted_…)."""
    own = {COMPANIES: "company", PEOPLE: "person"}.get(table)
    items = []
    for row in rows_of(old, table, first, until):
        company, person = ids.get(("company", row["company"] or "")), ids.get(("person", row["person"] or ""))
        added = ""
        if mine := {"company": company, "person": person}.get(own or ""):
            added += f', "adopted_id": "{mine}"'
        if company and own != "company" and row["company"] is not None:
            added += f', "adopted_company_id": "{company}"'
        items.append((row["item"][:-1] + added + "}" if added else row["item"]).encode())
    return items


def _given(adoption: Adoption, entity: Entity, ids: Iterable[str]) -> dict[str, str]:
    taken, without = set(), []
    for id_ in dict.fromkeys(ids):
        found = parse_barton_id(id_, entity)
        if found is None:
            without.append(id_)
        else:
            taken.add(found.number)
    return dict(zip(without, adoption.new_ids(entity, taken, len(without)), strict=True))
