"""Person records: from the texts that a shape found to canonical values.

Belongs here: which rule reads which column of a person. Does not belong here: the rules (`rules/`), what fails a
record (`schemas`), who is the same person (`sql/functions`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from outreach_pipeline.records.companies import read_lists, read_phones
from outreach_pipeline.records.encoding import repair_encoding
from outreach_pipeline.records.joint import split_joint_people
from outreach_pipeline.records.reading import (
    MAX_KEY_BYTES,
    Distinct,
    Notes,
    mark,
    note_reasons,
    read_column,
    read_key,
    read_text,
    texts_of,
)
from outreach_pipeline.records.stated_ids import read_stated_id
from outreach_pipeline.records.tables import array_text, parse_list
from outreach_pipeline.rules.barton_id import Entity
from outreach_pipeline.rules.companies import company_key, is_own_boss
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.emails import is_role_address, read_email, split_emails
from outreach_pipeline.rules.linkedin import member_number, read_profile
from outreach_pipeline.rules.name_forms import name_form
from outreach_pipeline.rules.names import PersonName, name_key, read_person_name
from outreach_pipeline.rules.urls import read_url

_PLAIN_TEXT = (
    "source_record_id", "vendor_id", "title", "seniority", "department", "bio", "education", "city", "state", "country",
    "started_on",
)  # fmt: skip
# Apollo's locked placeholder is not an address but the absence of one (facts of the API, "email_not_unlocked@").
_NO_ADDRESS = frozenset({"locked_placeholder", "masked"})
_TELLING_NOTES = frozenset({"case_repaired", "swapped", "broken_encoding", "remark_dropped"})


def read_people(raw: pd.DataFrame, region: str | None, notes: Notes) -> pd.DataFrame:
    """Canonical people of a chunk.

    `raw` has load_id, part and the canonical columns as text. The result has the same rows in the same order, then
    those of second people (see `joint`), and the columns of `intake.validated_people` as text, without those of its
    company; refused values are marks (`reading`).
    """
    if "company_part" not in raw:  # no positions were added
        raw = raw.assign(company_part="0", starts_on=None, ends_on=None)
    raw = split_joint_people(repair_encoding(raw, notes), notes)
    out = raw[["load_id", "part"]].copy()
    for column in _PLAIN_TEXT:
        out[column] = read_column(raw, column, read_key if column in ("title", "vendor_id") else read_text, notes)
    out["stated_id"] = read_stated_id(raw["barton_id"], Entity.PERSON)
    out["stated_slot_id"] = read_stated_id(raw["slot_barton_id"], Entity.SLOT)
    _read_names(raw, out, notes)
    _read_emails(raw, out, notes)
    _read_linkedin(raw, out)
    countries = texts_of(raw["country"], country_code)
    regions = countries.fillna(region) if region else countries
    out["work_phone_e164"] = read_phones(raw, "work_phone", regions, notes)
    out["personal_phone_e164"] = read_phones(raw, "personal_phone", regions, notes)
    for column in ("twitter_url", "facebook_url"):
        out[column] = read_column(raw, column, read_url, notes)
    out["skills"] = read_lists(raw["skills"])
    out["certifications"] = read_lists(raw["certifications"])
    _read_employers(raw, out, notes)
    for column in ("observed_at", "company_part", "starts_on", "ends_on"):
        out[column] = raw[column]
    ahead = raw[["starts_on", "ends_on"]].notna().any(axis=1)
    out["is_ahead"] = ahead.map({True: "true", False: "false"}).astype("str")
    return out


def _read_names(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    parts = raw[["full_name", "first_name", "last_name"]].fillna("")
    triples = Distinct((parts["full_name"] + "\x1f" + parts["first_name"] + "\x1f" + parts["last_name"]).astype("str"))
    names = [_read_name(triple) for triple in triples.values]
    out["first_name"] = triples.series(name.first for name in names)
    out["last_name"] = triples.series(name.last for name in names)
    out["name_key"] = triples.series(
        name_key(name.first, name.last) if name.first and name.last else None for name in names
    )
    forms = [name_form(name.first, name.last) if name.first and name.last else None for name in names]
    out["name_form"] = triples.series(each and each.form for each in forms)
    out["name_grade"] = triples.series(str(each.grade) if each else None for each in forms)
    problems = triples.series(name.problem for name in names)
    note_reasons(raw, "last_name", "person_name", problems, notes, "dropped")
    repairs = triples.series(_words(w for w in (name.note or "").split() if w in _TELLING_NOTES) for name in names)
    note_reasons(raw, "name", "repaired", repairs, notes)


def _read_name(triple: str) -> PersonName:
    if len(triple.encode()) > MAX_KEY_BYTES:
        return PersonName(problem="too_long")
    return read_person_name(*(part or None for part in triple.split("\x1f")))


@dataclass(frozen=True, slots=True)
class _Addresses:
    """What a list of addresses comes to: the good ones, each once, and what was wrong with the others.

    is_role   whether the first of these is the address of a function (info@), as `emails` notes it
    bad       problems of refused addresses; `silent` those that mean that the source knows no address
    is_first  whether the first good address is the first of the list
    repaired  what was repaired about the good ones
    """

    good: tuple[str, ...]
    is_role: bool
    bad: str | None
    silent: str | None
    is_first: bool
    repaired: str | None = None

    @classmethod
    def read(cls, text: str) -> _Addresses:
        """`text` is a JSON array of cells, each of one address or several."""
        readings = [read_email(address) for cell in parse_list(text) for address in split_emails(cell)]
        if len(readings) == 1 and (value := readings[0].value):  # nearly all lists: 12 us against 16
            note = readings[0].note
            return cls((value,), "role_address" in (note or ""), None, None, is_first=True, repaired=_repairs(note))
        problems = {reading.problem for reading in readings if reading.problem}
        good = {reading.value: reading.note or "" for reading in readings if reading.value}
        return cls(
            tuple(good),
            bool(good) and "role_address" in next(iter(good.values())),
            _words(sorted(problems - _NO_ADDRESS)),
            _words(sorted(problems & _NO_ADDRESS)),
            bool(readings) and readings[0].value is not None,
            _repairs(*(reading.note for reading in readings if reading.value)),
        )

    @property
    def answer(self) -> str | None:
        """With a good address in the list, a bad one beside it is left out; alone it is the answer, refused as such."""
        return self.good[0] if self.good else mark(self.bad) if self.bad else None

    @property
    def others(self) -> str | None:
        """Further good addresses of the person, as text of a PostgreSQL array."""
        return array_text(a for a in self.good[1:] if not is_role_address(a)) if self.good[1:] else None


def _repairs(*notes: str | None) -> str | None:
    return "escape_repaired" if any("escape_repaired" in (note or "") for note in notes) else None


def _read_emails(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    """The first good address of each list; further good ones beside it, refused ones as rejections."""
    distinct = Distinct(raw["email"])
    lists = [_Addresses.read(text) for text in distinct.values]
    out["email"] = distinct.series(found.answer for found in lists)
    out["other_emails"] = distinct.series(found.others for found in lists)
    out["email_is_role"] = distinct.series("true" if found.is_role else None for found in lists).fillna("false")
    # The source speaks of its first address: what it says is not carried over to the one taken in its place.
    in_its_place = distinct.series("later" if found.good and not found.is_first else None for found in lists)
    out["email_status"] = raw["email_status"].str.strip().str.lower().mask(in_its_place.notna())
    beside = distinct.series(found.bad if found.good else None for found in lists)
    note_reasons(raw, "email", "email_address", beside, notes, "dropped")
    note_reasons(raw, "email", "repaired", distinct.series(found.silent for found in lists), notes)
    roles = distinct.series("role_address" if found.is_role else None for found in lists)
    note_reasons(raw, "email", "repaired", roles, notes)
    note_reasons(raw, "email", "repaired", distinct.series(found.repaired for found in lists), notes)


def _read_linkedin(raw: pd.DataFrame, out: pd.DataFrame) -> None:
    urls, ids = Distinct(raw["linkedin_url"]), Distinct(raw["linkedin_member_id"])
    pages, members = ([read_profile(value) for value in distinct.values] for distinct in (urls, ids))
    # "nan" and other spellings of nothing are nothing; an address of somewhere else is refused. An opaque id changes
    # from search to search: it finds the same item again, but is no address to keep of a person.
    out["linkedin_url"] = urls.series(
        None if p.opaque_id or p.problem == "placeholder" else mark(p.problem) if p.problem else p.url for p in pages
    )
    out["linkedin_slug"] = urls.series(p.slug for p in pages)
    out["linkedin_member_id"] = ids.series(p.member_id for p in members).fillna(urls.series(p.member_id for p in pages))
    out["linkedin_opaque_id"] = urls.series(p.opaque_id for p in pages).fillna(ids.series(p.opaque_id for p in members))
    out["linkedin_number"] = texts_of(raw["linkedin_number"], member_number)


def _read_employers(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    """Name keys of the companies of all current positions (text of a JSON array), and whether there is none at all.

    Whoever is only self-employed or retired has no employer: those are no names of a company.
    """
    distinct = Distinct(raw["employers"])
    lists = [[_name_of(text) for text in parse_list(value)] for value in distinct.values]
    keys = [list(dict.fromkeys(key for name in names if (key := _key_of(name)))) for names in lists]
    out["employers"] = distinct.series(json.dumps(each) if each else None for each in keys)
    alone = distinct.series("true" if names and all(map(is_own_boss, names)) else None for names in lists)
    out["has_no_employer"] = alone.where(alone.notna(), raw["no_employer"].mask(raw["no_employer"].notna(), "true"))
    out["has_no_employer"] = out["has_no_employer"].fillna("false")
    long = distinct.series("too_long" if any(map(_is_too_long, names)) else None for names in lists)
    note_reasons(raw, "employers", "company_name", long, notes, "dropped")


def _name_of(text: str) -> str:
    return text.partition(" · ")[0]  # "Quillfern Analytics · Full-time"


def _key_of(name: str) -> str | None:
    return None if _is_too_long(name) else company_key(name)


def _is_too_long(name: str) -> bool:
    return len(name.encode()) > MAX_KEY_BYTES


def _words(words: Iterable[str]) -> str | None:
    return " ".join(words) or None
