"""Barton IDs that an item states: our own ids, on their way back to us.

Belongs here: reading one, and whether its holder can be whom the item describes. Does not belong here: looking holders
up (`stages.stated_ids`), the format (`rules.barton_id`), what a stated id unites (`sql/functions`).

A refused id is a mark (`reading`), and costs the id only: the item is then known by what else it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from outreach_pipeline.records.reading import is_marked, mark, texts_of
from outreach_pipeline.rules.barton_id import Entity, parse_barton_id
from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.linkedin import read_company, read_profile
from outreach_pipeline.rules.own_site import own_domain
from outreach_pipeline.rules.texts import clean, fold, is_placeholder


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an id now. `state` is held (a master), stated (an earlier record), free or retired.

    `marks` is what they are known by, in the spelling of `traits_of_companies` and `traits_of_people`; `owner_id` the
    company of a slot.
    """

    state: str
    marks: frozenset[str] = frozenset()
    owner_id: str | None = None


def read_stated_id(column: pd.Series[str], entity: Entity) -> pd.Series[str]:
    """The ids of a column; a text that is none is marked not_a_barton_id, the id of something else other_entity."""

    def rule(text: str) -> str | None:
        cleaned = clean(text)
        if cleaned is None or is_placeholder(cleaned):
            return None
        found = parse_barton_id(cleaned)
        if found is None:
            return mark("not_a_barton_id")
        return str(found) if found.entity is entity else mark("other_entity")

    return texts_of(column, rule)


def traits_of_company(name: str | None, website: str | None, linkedin: str | None) -> frozenset[str]:
    """What tells whether two descriptions can be of one company: name, domain, LinkedIn page (None: not said)."""
    page = read_company(linkedin) if linkedin else None
    return _traits(
        name=company_key(name) if name else None,
        domain=own_domain(website, name) if website else None,
        page=(page.slug or page.number) if page else None,
    )


def traits_of_person(name: str | None, email: str | None, linkedin: str | None) -> frozenset[str]:
    """What tells whether two descriptions can be of one person: each word of the name, address, LinkedIn profile.

    One word is enough: a name changes with a marriage, an address with an employer.
    """
    words = {f"name:{word}" for word in (fold(name) or "").split() if len(word) > 1} if name else set()
    return _traits(email=email, page=read_profile(linkedin).slug if linkedin else None) | words


def refuse_stated(
    ids: pd.Series[str], traits: Mapping[int, frozenset[str]], holders: Mapping[str, Holder], kept: frozenset[str]
) -> pd.Series[str]:
    """The ids, those refused as marks: retired, or of_somebody_else.

    `traits` by position, where there is somebody to compare with; `holders` by id; `kept` are ids that a replay does
    not ask about again. Of rows that state one free id and share nothing, the first has it.
    """
    known = {text: holder.marks for text, holder in holders.items()}
    answers = ids.to_numpy(dtype=object).tolist()
    for n in _positions(ids):
        text = answers[n]
        if holders[text].state == "retired" and text not in kept:
            answers[n] = mark("retired")
        elif n in traits:
            if _differ(known[text], traits[n]):
                answers[n] = mark("of_somebody_else")
            else:
                known[text] |= traits[n]
    return pd.Series(answers, index=ids.index, dtype="str")


def refuse_foreign_slots(
    slots: pd.Series[str], companies: pd.Series[str], holders: Mapping[str, Holder]
) -> pd.Series[str]:
    """Slot ids, those refused as marks: retired, or of a slot of another company than the item's stated one."""
    answers, stated = slots.to_numpy(dtype=object).tolist(), companies.to_numpy(dtype=object).tolist()
    for n in _positions(slots):
        holder = holders[answers[n]]
        if holder.state == "retired":
            answers[n] = mark("retired")
        elif holder.owner_id and isinstance(stated[n], str) and stated[n] != holder.owner_id:
            answers[n] = mark("of_somebody_else")
    return pd.Series(answers, index=slots.index, dtype="str")


def is_stated(ids: pd.Series[str]) -> pd.Series[bool]:
    """Where there is an id that was not refused."""
    return ids.notna() & ~is_marked(ids)


def _positions(ids: pd.Series[str]) -> list[int]:
    found: list[int] = is_stated(ids).to_numpy().nonzero()[0].tolist()
    return found


def _traits(**values: str | None) -> frozenset[str]:
    return frozenset(f"{kind}:{value}" for kind, value in values.items() if value)


def _differ(known: frozenset[str], stated: frozenset[str]) -> bool:
    """Both say something of what the other says too, and agree in nothing."""
    kinds = {trait.partition(":")[0] for trait in known} & {trait.partition(":")[0] for trait in stated}
    return bool(kinds) and not known & stated
