"""Company intelligence: from the texts that a shape found to canonical records of news, signals, events and scores.

Belongs here: which rule reads which column, whom a record is about, when two records tell the same, which ones can be
used. Does not belong here: which company that is (`marketing.f_promote_intelligence`), what is a reason to call.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal, InvalidOperation

import pandas as pd

from outreach_pipeline.records.encoding import repair_encoding
from outreach_pipeline.records.observed import stated_times
from outreach_pipeline.records.reading import Notes, read_column, read_key, read_text, texts_of
from outreach_pipeline.records.schemas import INTELLIGENCE_SCHEMA, drop_failures
from outreach_pipeline.rules.companies import company_key, read_company_name
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.linkedin import read_company
from outreach_pipeline.rules.own_site import own_domain
from outreach_pipeline.rules.reading import Reading
from outreach_pipeline.rules.texts import fold
from outreach_pipeline.rules.topics import read_kind, read_topic
from outreach_pipeline.rules.urls import read_url

PARTY = ("domain", "linkedin_slug", "linkedin_id", "name_key")


def read_intelligence(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """The records of a chunk that can be used, with the columns of `intake.validated_intelligence` as text.

    `raw` has load_id, part and the canonical columns as text. What a rule refuses is dropped and noted; a record
    without a kind, without a company or with nothing to tell is rejected.
    """
    raw = repair_encoding(raw, notes)
    out = raw[["load_id", "part"]].copy()
    out["intelligence_type"] = read_column(raw, "kind", read_kind, notes)
    for column, rule in _RULES.items():
        out[column] = read_column(raw, column, rule, notes)
    out["published_at"] = stated_times(raw["published_at"])
    unreadable = raw["published_at"].notna() & out["published_at"].isna()
    notes.add(raw[unreadable], "published_at", "timestamp", "not a time between 1990 and now", "dropped")
    _read_party(raw, out, notes)
    out = drop_failures(out, INTELLIGENCE_SCHEMA, notes)
    out["topic"] = out["topic"].fillna("")
    out["name_key"] = texts_of(out["company_name"], company_key)
    out["content_key"] = _content_keys(out)
    out["observed_at"] = raw["observed_at"]
    return _usable(out, raw, notes)


def _read_party(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    out["company_name"] = read_column(raw, "company_name", read_company_name, notes)
    stated = raw["company_domain"].fillna(raw["company_website"])
    pairs = (stated + "\x1f" + raw["company_name"].fillna("")).astype("str")
    out["domain"] = texts_of(pairs, lambda pair: own_domain(pair.split("\x1f")[0], pair.split("\x1f")[1] or None))
    unusable = stated.notna() & out["domain"].isna()
    notes.add(raw[unusable], "company_domain", "company_domain", "not a company's own domain", "dropped")
    out["linkedin_slug"] = texts_of(raw["company_linkedin_url"], lambda text: read_company(text).slug)
    numbers = texts_of(raw["company_linkedin_id"], lambda text: read_company(text).number)
    out["linkedin_id"] = numbers.fillna(texts_of(raw["company_linkedin_url"], lambda text: read_company(text).number))
    strange = raw["company_linkedin_url"].notna() & out["linkedin_slug"].isna() & out["linkedin_id"].isna()
    notes.add(raw[strange], "company_linkedin_url", "linkedin_company", "not a company page", "dropped")
    out["place_city"] = texts_of(raw["company_city"], lambda city: fold(city[:200])).fillna("")
    out["place_country"] = texts_of(raw["company_country"], country_code).fillna("")


def _content_keys(out: pd.DataFrame) -> pd.Series[str]:
    """The address where it can be read; else what it says and on which day, for two sources may say the same."""
    told = (
        out["intelligence_type"].fillna("") + "|" + out["topic"] + "|"
        + texts_of(out["title"], fold).fillna("") + "|" + out["published_at"].str.slice(0, 10).fillna("")
        + "|" + out["effective_on"].fillna("") + "|" + out["source_record_id"].where(out["title"].isna()).fillna("")
    )  # fmt: skip
    keys = out["url"].fillna(told.astype("str")).astype("str")
    return texts_of(keys, lambda key: hashlib.sha256(key.encode()).hexdigest())


def _usable(out: pd.DataFrame, raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    kind = out["intelligence_type"].notna()
    party = out[list(PARTY)].notna().any(axis=1)
    told = out[["title", "url", "score"]].notna().any(axis=1)
    for good, column, check, reason in (
        (kind, "kind", "intelligence_kind", "neither news, signal, event nor score"),
        (party, "company", "identity", "no domain, LinkedIn page or name says whom it is about"),
        (told, "intelligence", "content", "no headline, address or score"),
    ):
        notes.add(raw[~good], column, check, reason, "rejected")
    return out[kind & party & told]


def _hundredth(text: str) -> Reading:
    return _number(text, Decimal(100))


def _share(text: str) -> Reading:
    return _number(text, Decimal(1))


def _number(text: str, most: Decimal) -> Reading:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return Reading(None, "no_number")
    if not number.is_finite() or not 0 <= number <= most:
        return Reading(None, "out_of_range")
    return Reading(f"{number:.2f}")


def _day(text: str) -> Reading:
    try:
        return Reading(date.fromisoformat(text.strip()[:10]).isoformat())
    except ValueError:
        return Reading(None, "no_day")


_RULES = {
    "source_record_id": read_key, "topic": read_topic, "title": read_text, "description": read_text, "url": read_url,
    "score": _hundredth, "confidence": _share, "effective_on": _day,
}  # fmt: skip
