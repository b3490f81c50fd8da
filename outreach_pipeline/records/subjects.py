"""Whom a load is about, in the words of its source: what makes two loads of one source two words about one thing.

Belongs here: choosing that name and hashing it. Does not belong here: who it really is (`sql/functions`), since when a
source says something (`marketing.f_hear_words`).
"""

from __future__ import annotations

import pandas as pd

_PERSON = ("source_record_id", "vendor_id", "linkedin_number", "linkedin_slug", "linkedin_member_id")
_COMPANY = ("source_record_id", "domain", "linkedin_id", "linkedin_slug")


def add_subjects(
    companies: pd.DataFrame, people: pd.DataFrame, source: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add `subject` to both frames: a 64-bit hash as text, the same for all records of a load.

    A source's own record id comes first, then the identity that the record states: of a person a profile, the name at a
    company, an address; of an item without a person the company's. A company inside a person's item has the subject of
    that person: a list states the headcount of one company in a thousand rows, and each row speaks for itself.
    """
    of_people = _first(people, [*(people[c] for c in _PERSON), _named(people), people["email"]])
    places = companies["place_city"].fillna("") + "," + companies["place_country"].fillna("")
    names = companies["name_key"] + "@" + places
    of_companies = _first(companies, [*(companies[c] for c in _COMPANY), names])
    stated = pd.concat([of_people, of_companies[~of_companies.index.isin(of_people.index)]])
    hashed = pd.util.hash_pandas_object((source + "\x1f" + stated).astype("object"), index=False)
    by_load = pd.Series(hashed.to_numpy().view("int64"), index=stated.index).astype("str")
    return tuple(
        frame.assign(subject=frame["load_id"].map(by_load).astype("str")) for frame in (companies, people)
    )  # type: ignore[return-value]


def _named(people: pd.DataFrame) -> pd.Series[str]:
    return (people["name_key"] + "@" + people["company_ref"]).astype("str")


def _first(frame: pd.DataFrame, choices: list[pd.Series[str]]) -> pd.Series[str]:
    """Per load the first choice that its first record has; loads without any are left out."""
    found = choices[0]
    for choice in choices[1:]:
        found = found.fillna(choice)
    by_load = pd.Series(found.to_numpy(), index=frame["load_id"].to_numpy(), dtype="str")
    by_load = by_load[by_load.notna()]
    return by_load[~by_load.index.duplicated()]
