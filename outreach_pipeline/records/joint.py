"""Two people in one name: joint chief executives ("Ada Quill/Greta Lind") as the two records that they are.

Belongs here: which rows are split, and into what. Does not belong here: where a name may be cut (`rules.names`), who of
the two holds the slot (`marketing.f_assign_slots`: they compete).
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from outreach_pipeline.records.reading import Notes, texts_of
from outreach_pipeline.rules.names import split_two_people

SECOND_PART = 100
"""The part of the second person; the first keeps part 0. Nested people count from 1, and items list fewer than 100."""

# Whose address or profile it would be, nobody can say; such a row stays one, and its name is refused.
_OF_ONE_PERSON = (
    "barton_id", "first_name", "last_name", "email", "linkedin_url", "linkedin_member_id", "linkedin_number",
    "vendor_id",
)  # fmt: skip
# What `split_two_people` may cut at: it sees 1 row of 100 instead of all.
_MAY_BE_TWO = r"(?i)/|&|\s(?:and|und)\s"


def split_joint_people(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """The rows of `raw` (see `people.read_people`), with a second row for each that names two people and nothing else.

    The second rows come last, with part 100 and everything but the name as in the first. Each pair is noted.
    """
    joint = raw[
        raw["full_name"].str.contains(_MAY_BE_TWO).fillna(False).astype(bool)
        & (raw["part"] == "0")
        & raw[list(_OF_ONE_PERSON)].isna().all(axis=1)
    ]
    if joint.empty:
        return raw
    firsts, seconds = (texts_of(joint["full_name"], partial(_name, number=n)) for n in (0, 1))
    joint = joint[firsts.notna()]
    taken = raw.loc[raw["part"] == str(SECOND_PART), "load_id"]
    joint = joint[~joint["load_id"].isin(set(taken))]
    if joint.empty:
        return raw
    notes.add(joint, "name", "repaired", "several_people_split", "noted")
    out = raw.copy()
    out.loc[joint.index, "full_name"] = firsts[joint.index]
    second = joint.assign(full_name=seconds[joint.index], part=str(SECOND_PART))
    return pd.concat([out, second], ignore_index=True)


def with_second_people(seen: pd.DataFrame) -> pd.DataFrame:
    """Flattened people by load_id and part, with a row for the second person that each of part 0 may have become.

    For what is said of people without reading their names: a duplicate of a split load has seen both.
    """
    return pd.concat([seen, seen[seen["part"] == "0"].assign(part=str(SECOND_PART))], ignore_index=True)


def _name(text: str, number: int) -> str | None:
    two = split_two_people(text)
    return two[number] if two else None
