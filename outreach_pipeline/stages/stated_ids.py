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
    is_stated,
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
    described = companies[["stated_id", "name", "website_url", "linkedin_url"]]
    companies = companies.assign(stated_id=_checked(tx, "company", described, kept, traits_of_company))
    names = (people["first_name"].fillna("") + " " + people["last_name"].fillna("")).str.strip().astype("str")
    described = people.assign(name=names.mask(names == ""))[["stated_id", "name", "email", "linkedin_url"]]
    people = people.assign(stated_id=_checked(tx, "person", described, kept, traits_of_person))
    # A person nested in a company's item works at that company (part 0).
    own = companies[(companies["part"] == "0") & is_stated(companies["stated_id"])].set_index("load_id")["stated_id"]
    slots = refuse_foreign_slots(
        people["stated_slot_id"],
        people["load_id"].map(own).astype("str"),
        _holders(tx, "company_slot", people["stated_slot_id"], traits_of_person),
    )
    return companies, people.assign(stated_slot_id=slots)


def _checked(
    tx: Transaction, entity: str, described: pd.DataFrame, kept: frozenset[str], traits: _Traits
) -> pd.Series[str]:
    """`described` has stated_id and the three columns that `traits` takes."""
    ids = described["stated_id"]
    holders = _holders(tx, entity, ids, traits)
    # Only where somebody is there to be compared with: another holder, or another row of the chunk.
    taken = {text for text, holder in holders.items() if holder.marks}
    compared = (is_stated(ids) & (ids.isin(taken) | ids.duplicated(keep=False))).to_numpy().nonzero()[0]
    texts = described.iloc[compared, 1:].apply(lambda column: column.mask(is_marked(column)))
    said = {
        int(n): traits(*(value if isinstance(value, str) else None for value in values))
        for n, values in zip(compared, texts.itertuples(index=False, name=None), strict=True)
    }
    return refuse_stated(ids, said, holders, kept)


def _holders(tx: Transaction, entity: str, ids: pd.Series[str], traits: _Traits) -> dict[str, Holder]:
    asked = sorted(set(ids[is_stated(ids)]))
    if not asked:
        return {}
    second = "website_url" if entity == "company" else "email"
    return {
        row["stated_id"]: Holder(
            row["state"], traits(row["name"], row[second], row["linkedin_url"]), row["owner_id"]
        )
        for row in tx.fetch_all(load_queries("validate").claim_ids, {"entity": entity, "ids": asked})
    }
