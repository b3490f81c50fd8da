"""Which records can be used, and which loads fail.

Belongs here: the record-level rules: enough identity, something to promote, and what that means for the load. Does
not belong here: checks of single fields (`schemas`), what the database does with the records.
"""

from __future__ import annotations

import pandas as pd

from outreach_pipeline.records.reading import Notes, texts_of
from outreach_pipeline.records.tables import array_text, is_in, parse_list

_PERSON_IDS = ("stated_id", "linkedin_slug", "linkedin_member_id", "linkedin_opaque_id", "linkedin_number", "vendor_id")


def place_people(people: pd.DataFrame, companies: pd.DataFrame) -> pd.DataFrame:
    """Add the company that each person's item states: company_part, company_name, and company_ref, the text by which
    people without an identity of their own are told apart (domain, else LinkedIn, else name).

    A person nested in a company's item works at that company (part 0), a further position of a profile has a part of
    its own (`positions`). `employers` becomes all that the record lists,
    the stated one first, as text of a PostgreSQL array; who has a company is not without an employer.
    """
    ref = companies["domain"].fillna(("linkedin:" + companies["linkedin_id"]).astype("str"))
    ref = ref.fillna(("linkedin:" + companies["linkedin_slug"]).astype("str")).fillna(companies["name_key"])
    ref = ref.fillna(companies["stated_id"])
    stated = companies.assign(company_ref=ref)
    stated = stated[stated["company_ref"].notna()]
    keys = (stated["load_id"] + "/" + stated["part"]).astype("str")
    stated.index = pd.Index(keys)
    places = (people["load_id"] + "/" + people["company_part"]).astype("str")
    known = is_in(places, keys)
    stated_keys = places.map(stated["name_key"]).astype("str")
    lists = (stated_keys.fillna("") + "\x1f" + people["employers"].fillna("")).astype("str")
    return people.assign(
        employers=texts_of(lists, _employers),
        has_no_employer=people["has_no_employer"].mask(known, "false"),
        company_part=people["company_part"].where(known),
        company_name=places.map(stated["name"]).astype("str"),
        company_ref=places.map(stated["company_ref"]).astype("str"),
    )


def _employers(pair: str) -> str | None:
    stated, _, listed = pair.partition("\x1f")
    keys = dict.fromkeys(key for key in (stated, *(parse_list(listed) if listed else ())) if key)
    return array_text(keys) if keys else None


def judge(
    facts: pd.DataFrame,
    refused: pd.DataFrame,
    companies: pd.DataFrame,
    people: pd.DataFrame,
    roles: pd.Series[bool],
    notes: Notes,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The records that can be used. Their load fails when none is left, and says why; `roles` says whose title names a
    slot role (same index as `people`).

    The third frame are witnesses: people who are nobody to promote, but who say by a profile of their own where they
    work or that they work nowhere. Should a chief executive come back as an analyst elsewhere, this is the evidence;
    their load fails all the same, until somebody knows the person (`marketing.f_settle_loads`).

    A company by name alone is enough for an item about a company, or to place a person; it does not save an item whose
    person was refused.
    """
    identified = people["name_key"].notna() | people["email"].notna() | people[list(_PERSON_IDS)].notna().any(axis=1)
    promotable = roles | people["email"].notna()
    good_people = people[identified & promotable]

    strong = companies[["stated_id", "domain", "linkedin_slug", "linkedin_id"]].notna().any(axis=1)
    named = companies["name_key"].notna() & (
        ~is_in(companies["load_id"], people["load_id"]) | is_in(companies["load_id"], good_people["load_id"])
    )
    good_companies = companies[strong | named]

    nameless = companies[~(strong | companies["name_key"].notna())]
    unwanted = people[identified & ~promotable]
    for rows, column, check, reason in (
        (people[~identified], "person", "identity", "no name, e-mail address or profile to tell the person by"),
        (unwanted, "person", "promotable", "neither a slot role in the title nor an e-mail address"),
        (nameless, "company", "identity", "no name, website or LinkedIn page"),
    ):
        saved = is_in(rows["load_id"], good_companies["load_id"], good_people["load_id"])
        notes.add(rows[saved], column, check, reason, "dropped")
        notes.add(rows[~saved], column, check, reason, "rejected")

    silent = ~is_in(facts["load_id"], people["load_id"], companies["load_id"], refused["load_id"])
    nothing = facts.loc[silent, ["load_id"]].assign(part="0")
    notes.add(nothing, "(item)", "recognisable", "neither a person nor a company can be read from the item", "rejected")
    says_where = unwanted[["company_part", "employers"]].notna().any(axis=1) | (unwanted["has_no_employer"] == "true")
    has_profile = unwanted[list(_PERSON_IDS)].notna().any(axis=1)
    # Kept as well where the load is promoted for its company: new title rules may find a role in the title one day.
    kept = is_in(unwanted["load_id"], good_companies["load_id"], good_people["load_id"])
    return good_companies, good_people, unwanted[(has_profile & says_where) | kept]
