"""Person records: from the texts that a shape found to canonical values.

Belongs here: which rule reads which column of a person. Does not belong here: the rules (`rules/`), what fails a
record (`schemas`), who is the same person (`sql/functions`).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from outreach_pipeline.records.companies import read_lists, read_phones
from outreach_pipeline.records.reading import Notes, mark, over_distinct, read_column, read_text, text_series
from outreach_pipeline.records.tables import array_text, parse_list
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.emails import is_role_address, read_email, split_emails
from outreach_pipeline.rules.linkedin import LinkedInProfile, member_number, read_profile
from outreach_pipeline.rules.names import PersonName, name_key, read_person_name
from outreach_pipeline.rules.urls import read_url

_PLAIN_TEXT = (
    "source_record_id", "vendor_id", "title", "seniority", "department", "bio", "education", "city", "state", "country",
    "started_on",
)  # fmt: skip
# Apollo's locked placeholder is not an address but the absence of one (facts of the API, "email_not_unlocked@").
_NO_ADDRESS = frozenset({"locked_placeholder", "masked"})
_NAME_NOTES_THAT_MATTER = frozenset({"case_repaired", "swapped", "broken_encoding", "remark_dropped"})


def read_people(raw: pd.DataFrame, region: str | None, notes: Notes) -> pd.DataFrame:
    """Canonical people of a chunk.

    `raw` has load_id, part and the canonical columns as text. The result has the same rows in the same order and the
    columns of `intake.validated_people` as text, without those of its company; refused values are marks (`reading`).
    """
    out = raw[["load_id", "part"]].copy()
    for column in _PLAIN_TEXT:
        out[column] = read_column(raw, column, read_text, notes)
    _read_names(raw, out, notes)
    _read_emails(raw, out, notes)
    _read_linkedin(raw, out)
    countries = text_series(raw["country"], _texts(raw["country"], country_code))
    regions = countries.fillna(region) if region else countries
    out["work_phone_e164"] = read_phones(raw, "work_phone", regions, notes)
    out["personal_phone_e164"] = read_phones(raw, "personal_phone", regions, notes)
    for column in ("twitter_url", "facebook_url"):
        out[column] = read_column(raw, column, read_url, notes)
    out["skills"] = read_lists(raw["skills"])
    out["certifications"] = read_lists(raw["certifications"])
    out["observed_at"] = raw["observed_at"]
    return out


def _read_names(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    parts = raw[["full_name", "first_name", "last_name"]].fillna("")
    triples = (parts["full_name"] + "\x1f" + parts["first_name"] + "\x1f" + parts["last_name"]).astype("str")
    names: dict[str, PersonName] = {}
    for triple in triples.unique():
        full, first, last = (part or None for part in triple.split("\x1f"))
        names[triple] = read_person_name(full, first, last)

    def column(get: Callable[[PersonName], str | None]) -> pd.Series[str]:
        return text_series(triples, {triple: get(name) for triple, name in names.items()})

    out["first_name"] = column(lambda name: name.first)
    out["last_name"] = column(lambda name: name.last)
    out["name_key"] = column(lambda name: name_key(name.first, name.last) if name.first and name.last else None)
    problems = column(lambda name: name.problem)
    notes.add(raw.loc[problems.notna()], "last_name", "person_name", problems[problems.notna()], "dropped")
    repairs = column(lambda name: " ".join(w for w in (name.note or "").split() if w in _NAME_NOTES_THAT_MATTER) or None)
    notes.add(raw.loc[repairs.notna()], "name", "repaired", repairs[repairs.notna()], "noted")


def _read_emails(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    """The first good address of each list; further good ones beside it, refused ones as rejections."""
    lists = raw["email"].dropna().unique()
    read = {text: [read_email(address) for cell in parse_list(text) for address in split_emails(cell)] for text in lists}
    good = {text: list(dict.fromkeys(r.value for r in readings if r.value)) for text, readings in read.items()}

    def answers(rule: Callable[[str], str | None]) -> pd.Series[str]:
        return text_series(raw["email"], {text: rule(text) for text in lists})

    def problems_of(text: str, quiet: bool) -> str | None:
        found = {r.problem for r in read[text] if r.problem and (r.problem in _NO_ADDRESS) == quiet}
        return " ".join(sorted(found)) or None

    # With a good address in the list, a bad one beside it is left out; alone it is the answer, and refused as such.
    out["email"] = answers(lambda t: good[t][0] if good[t] else mark(p) if (p := problems_of(t, quiet=False)) else None)
    out["other_emails"] = answers(lambda t: array_text(a for a in good[t][1:] if not is_role_address(a)) if good[t][1:] else None)
    out["email_is_role"] = answers(lambda t: "true" if good[t] and is_role_address(good[t][0]) else None).fillna("false")
    out["email_status"] = raw["email_status"].str.strip().str.lower()
    beside = answers(lambda t: problems_of(t, quiet=False) if good[t] else None)
    notes.add(raw.loc[beside.notna()], "email", "email_address", beside[beside.notna()], "dropped")
    for reason in (
        answers(lambda t: problems_of(t, quiet=True)),
        answers(lambda t: "role_address" if good[t] and is_role_address(good[t][0]) else None),
    ):
        notes.add(raw.loc[reason.notna()], "email", "repaired", reason[reason.notna()], "noted")


def _read_linkedin(raw: pd.DataFrame, out: pd.DataFrame) -> None:
    profiles = {value: read_profile(value) for value in raw["linkedin_url"].dropna().unique()}
    members = {value: read_profile(value) for value in raw["linkedin_member_id"].dropna().unique()}

    def from_url(get: Callable[[LinkedInProfile], str | None]) -> pd.Series[str]:
        return text_series(raw["linkedin_url"], {value: get(profile) for value, profile in profiles.items()})

    def from_member(get: Callable[[LinkedInProfile], str | None]) -> pd.Series[str]:
        return text_series(raw["linkedin_member_id"], {value: get(profile) for value, profile in members.items()})

    # "nan" and other spellings of nothing are nothing; an address of somewhere else is refused. An opaque id changes
    # from search to search: it finds the same item again, but is no address to keep of a person.
    out["linkedin_url"] = from_url(lambda p: None if p.opaque_id or p.problem == "placeholder" else _page_or_mark(p))
    out["linkedin_slug"] = from_url(lambda p: p.slug)
    out["linkedin_member_id"] = from_member(lambda p: p.member_id).fillna(from_url(lambda p: p.member_id))
    out["linkedin_opaque_id"] = from_url(lambda p: p.opaque_id).fillna(from_member(lambda p: p.opaque_id))
    out["linkedin_number"] = text_series(raw["linkedin_number"], _texts(raw["linkedin_number"], member_number))


def _page_or_mark(profile: LinkedInProfile) -> str | None:
    return mark(profile.problem) if profile.problem else profile.url


def _texts(column: pd.Series[str], rule: Callable[[str], str | None]) -> dict[str, str | None]:
    return {str(key): None if value is None else str(value) for key, value in over_distinct(column, rule).items()}

