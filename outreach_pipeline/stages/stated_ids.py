"""Stated Barton IDs against the database: who holds them, and which are refused.

Belongs here: asking the database once per chunk and entity. Does not belong here: the judgement (`records.stated_ids`).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.flatten import id_array
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.records.reading import is_marked
from outreach_pipeline.records.stated_ids import (
    Holder,
    refuse_foreign_slots,
    refuse_stated,
    traits_of_company,
    traits_of_person,
)

_Traits = Callable[[str | None, str | None, str | None], frozenset[str]]


def check_stated_ids(
    tx: Transaction, load_ids: list[int], companies: pd.DataFrame, people: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames with the stated ids that are refused as marks; a chunk without stated ids asks nothing."""
    if not any(c.notna().any() for c in (companies["stated_id"], people["stated_id"], people["stated_slot_id"])):
        return companies, people
    rows = tx.fetch_all(load_queries("validate").accepted_ids, {"load_ids": id_array(load_ids)})
    kept = frozenset(row["stated_id"] for row in rows)
    companies = _checked(tx, "company", companies, kept, traits_of_company, ("name", "website_url", "linkedin_url"))
    names = (people["first_name"].fillna("") + " " + people["last_name"].fillna("")).str.strip().astype("str")
    people = _checked(
        tx, "person", people.assign(full=names.mask(names == "")), kept, traits_of_person, ("full", "email", "linkedin_url")
    ).drop(columns="full")
    holders = _holders(tx, "company_slot", people["stated_slot_id"], traits_of_person)
    # A person nested in a company's item works at that company (part 0).
    own = companies[companies["part"] == "0"].set_index("load_id")["stated_id"]
    stated = people["load_id"].map(own.mask(is_marked(own))).astype("str")
    slots = refuse_foreign_slots(people["stated_slot_id"], stated, holders)
    return companies, people.assign(stated_slot_id=slots)


def _checked(
    tx: Transaction, entity: str, frame: pd.DataFrame, kept: frozenset[str], traits: _Traits, columns: tuple[str, str, str]
) -> pd.DataFrame:
    ids = frame["stated_id"]
    holders = _holders(tx, entity, ids, traits)
    # Only where somebody is there to be compared with: another holder, or another row of the chunk.
    taken = {text for text, holder in holders.items() if holder.marks}
    stating = frame.loc[ids.notna() & ~is_marked(ids) & (ids.isin(taken) | ids.duplicated(keep=False)), list(columns)]
    clean = stating.apply(lambda column: column.mask(is_marked(column)))
    described = {
        index: traits(*(value if isinstance(value, str) else None for value in values))
        for index, values in zip(clean.index, clean.itertuples(index=False, name=None), strict=True)
    }
    return frame.assign(stated_id=refuse_stated(ids, described, holders, kept))


def _holders(tx: Transaction, entity: str, ids: pd.Series[str], traits: _Traits) -> dict[str, Holder]:
    asked = sorted(set(ids[ids.notna() & ~is_marked(ids)]))
    if not asked:
        return {}
    rows = tx.fetch_all(load_queries("validate").claim_ids, {"entity": entity, "ids": asked})
    second = "website_url" if entity == "company" else "email"
    return {
        row["stated_id"]: Holder(
            row["state"], traits(row["name"], row[second], row["linkedin_url"]), row["owner_id"]
        )
        for row in rows
    }
