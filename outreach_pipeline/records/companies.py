"""Company records: from the texts that a shape found to canonical values.

Belongs here: which rule reads which column of a company, and the identity that follows from it. Does not belong here:
the rules (`rules/`), what fails a record (`schemas`), which companies are the same (`sql/functions`).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from outreach_pipeline.records.encoding import repair_encoding
from outreach_pipeline.records.reading import (
    MAX_KEY_BYTES,
    Distinct,
    Notes,
    is_marked,
    mark,
    note_reasons,
    read_column,
    read_text,
    texts_of,
)
from outreach_pipeline.records.stated_ids import read_stated_id
from outreach_pipeline.records.tables import array_text, parse_list
from outreach_pipeline.rules.barton_id import Entity
from outreach_pipeline.rules.companies import company_key, read_company_name, read_employee_count, read_year
from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.linkedin import read_company
from outreach_pipeline.rules.own_site import own_domain, read_own_website
from outreach_pipeline.rules.phones import read_phone
from outreach_pipeline.rules.reading import Reading
from outreach_pipeline.rules.texts import clean, fold
from outreach_pipeline.rules.urls import read_url

_PLAIN_TEXT = (
    "source_record_id", "industry", "address_street", "address_city", "address_state", "address_zip", "address_country",
    "sic_codes", "description",
)  # fmt: skip


def read_companies(raw: pd.DataFrame, region: str | None, notes: Notes) -> pd.DataFrame:
    """Canonical companies of a chunk.

    `raw` has load_id, part and the canonical columns as text. The result has the same rows in the same order and the
    columns of `intake.validated_companies` as text; refused values are marks (see `reading`). `region` is the ISO2
    code for national phone numbers when the company names no country of its own.
    """
    raw = repair_encoding(raw, notes)
    out = raw[["load_id", "part"]].copy()
    for column in _PLAIN_TEXT:
        out[column] = read_column(raw, column, _read_zip if column == "address_zip" else read_text, notes)
    out["stated_id"] = read_stated_id(raw["barton_id"], Entity.COMPANY)
    out["name"] = read_column(raw, "name", _read_name, notes)
    names = out["name"].mask(is_marked(out["name"]))
    out["name_key"] = texts_of(names, company_key)
    _read_website(raw, out, notes)
    _read_linkedin(raw, out, notes)
    out["employee_count"] = read_column(raw, "employee_count", _read_headcount, notes)
    out["founded_year"] = read_column(raw, "founded_year", _read_year, notes)
    out["place_city"] = texts_of(raw["address_city"], lambda city: fold(city[:200])).fillna("")
    countries = texts_of(raw["address_country"], country_code)
    out["place_country"] = countries.fillna("")
    out["company_phone"] = read_phones(raw, "phone", countries.fillna(region) if region else countries, notes)
    for column in ("facebook_url", "twitter_url"):
        out[column] = read_column(raw, column, read_url, notes)
    out["keywords"] = read_lists(raw["keywords"])
    out["observed_at"] = raw["observed_at"]
    return out


def read_phones(raw: pd.DataFrame, column: str, regions: pd.Series[str], notes: Notes) -> pd.Series[str]:
    """A phone column; each national number is read as one of the region beside it."""
    pairs = (raw[column] + "\x1f" + regions.fillna("")).astype("str")

    def rule(pair: str) -> Reading:
        number, _, region = pair.partition("\x1f")
        return read_phone(number, region or None)

    return read_column(raw[["load_id", "part"]].assign(**{column: pairs}), column, rule, notes)


def read_lists(column: pd.Series[str]) -> pd.Series[str]:
    """A list column (text of a JSON array) as text of a PostgreSQL array; an empty list is missing."""

    def rule(text: str) -> str | None:
        values = dict.fromkeys(value for value in map(clean, parse_list(text)) if value)
        return array_text(values) if values else None

    return texts_of(column, rule)


def _read_website(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    """Website and registrable domain; a source that states only the domain has stated the website as well.

    Both are read beside the name: twitter.com is the home of Twitter and nobody else's.
    """
    website = _beside_name(raw, "website_url", read_own_website, notes)
    domain = _beside_name(raw, "domain", _read_domain, notes)
    stated = domain.mask(is_marked(domain))
    unusable = is_marked(domain)
    notes.add(raw.loc[unusable], "domain", "company_domain", "not a company's own domain", "dropped")
    pairs = (website.mask(is_marked(website)) + "\x1f" + raw["name"].fillna("")).astype("str")
    out["domain"] = texts_of(pairs, lambda pair: own_domain(*pair.split("\x1f"))).fillna(stated)
    out["website_url"] = website.fillna(("https://" + stated).astype("str"))


def _beside_name(
    raw: pd.DataFrame, column: str, rule: Callable[[str, str | None], Reading], notes: Notes
) -> pd.Series[str]:
    pairs = (raw[column] + "\x1f" + raw["name"].fillna("")).astype("str")

    def read(pair: str) -> Reading:
        text, _, name = pair.partition("\x1f")
        return rule(text, name or None)

    return read_column(raw[["load_id", "part"]].assign(**{column: pairs}), column, read, notes)


def _read_domain(text: str, name: str | None) -> Reading:
    domain = own_domain(text, name)
    return Reading(domain) if domain else Reading(None, "shared_host")


def _read_linkedin(raw: pd.DataFrame, out: pd.DataFrame, notes: Notes) -> None:
    urls = Distinct(raw["linkedin_url"])
    pages = [read_company(value) for value in urls.values]
    out["linkedin_url"] = urls.series(mark(page.problem) if page.problem else page.url for page in pages)
    out["linkedin_slug"] = urls.series(page.slug for page in pages)
    numbers = texts_of(raw["linkedin_id"], lambda value: read_company(value).number)
    unreadable = texts_of(raw["linkedin_id"], lambda value: read_company(value).problem)
    note_reasons(raw, "linkedin_id", "linkedin_company", unreadable, notes, outcome="dropped")
    out["linkedin_id"] = numbers.fillna(urls.series(page.number for page in pages))


def _read_name(text: str) -> Reading:
    return read_company_name(text) if len(text.encode()) <= MAX_KEY_BYTES else Reading(None, "too_long")


def _read_headcount(text: str) -> Reading:
    count = read_employee_count(text)
    if count.problem:
        return Reading(None, count.problem)
    # A range is no headcount; it is left out, and said so.
    return Reading(None if count.value is None else str(count.value), None, "range_is_no_count" if count.note else None)


def _read_year(text: str) -> Reading:
    year = read_year(text)
    return Reading(None, year.problem) if year.problem else Reading(str(year.value) if year.value else None)


def _read_zip(text: str) -> Reading:
    """A postal code is text; spreadsheets made 94401.0 of it. A lost leading zero is not guessed back."""
    reading = read_text(text)
    if reading.value and reading.value.endswith(".0") and reading.value[:-2].isdigit():
        return Reading(reading.value[:-2], None, "float_repaired")
    return reading
