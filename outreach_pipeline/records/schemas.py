"""Pandera schemas of canonical companies, people and intelligence, and what a failed check costs.

Belongs here: the checks, by column, and whether a failure costs the record or only the field. Does not belong here:
reading values (`companies`, `people`): a value that a rule refused arrives here as a mark and fails `readable`.

An unreadable phone must not cost a chief executive: a failed check drops its field and is recorded, and only a record
that nothing can be done with is refused (no identity; neither a slot role nor an e-mail address).
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from outreach_pipeline.records.reading import MARK, Notes, is_marked
from outreach_pipeline.rules.barton_id import Entity

_URL = r"https://[^\s/?#]+\.[^\s/?#]+([/?#]\S*)?"
_E164 = r"\+[1-9]\d{6,14}"


def _readable() -> pa.Check:
    return pa.Check(lambda column: ~column.str.startswith(MARK), name="readable", error="readable")


def _form(pattern: str, name: str) -> pa.Check:
    """Everything that is not a mark has this form: the schema's own proof, whatever the rules did."""
    return pa.Check(
        lambda column: column.str.startswith(MARK) | column.str.fullmatch(pattern), name=name, error=name
    )


def _column(*checks: pa.Check) -> pa.Column:
    return pa.Column(str, checks=[_readable(), *checks], nullable=True)


_SHARED = {
    "source_record_id": _column(),
    "twitter_url": _column(_form(_URL, "url")),
    "facebook_url": _column(_form(_URL, "url")),
}

COMPANY_SCHEMA = pa.DataFrameSchema(
    {
        **_SHARED,
        "stated_id": _column(_form(Entity.COMPANY.pattern, "barton_id")),
        "name": _column(),
        "website_url": _column(_form(_URL, "url")),
        "domain": _column(_form(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "domain")),
        "linkedin_url": _column(_form(r"https://www\.linkedin\.com/company/[^\s/?#]+", "linkedin_company")),
        "linkedin_id": _column(_form(r"\d{1,19}", "digits")),
        "industry": _column(),
        "employee_count": _column(_form(r"\d{1,9}", "count")),
        "company_phone": _column(_form(_E164, "e164")),
        "address_street": _column(),
        "address_city": _column(),
        "address_state": _column(),
        "address_zip": _column(),
        "address_country": _column(),
        "sic_codes": _column(),
        "founded_year": _column(_form(r"(17|18|19|20)\d\d", "year")),
        "description": _column(),
    },
    name="companies",
)

PERSON_SCHEMA = pa.DataFrameSchema(
    {
        **_SHARED,
        "stated_id": _column(_form(Entity.PERSON.pattern, "barton_id")),
        "stated_slot_id": _column(_form(Entity.SLOT.pattern, "barton_id")),
        "vendor_id": _column(),
        "title": _column(),
        "seniority": _column(),
        "department": _column(),
        "email": _column(_form(r"[^\s@]+@[^\s@]+\.[^\s@]+", "email_address")),
        "work_phone_e164": _column(_form(_E164, "e164")),
        "personal_phone_e164": _column(_form(_E164, "e164")),
        "linkedin_url": _column(_form(r"https://www\.linkedin\.com/in/[^\s/?#]+", "linkedin_profile")),
        "linkedin_number": _column(_form(r"\d{1,19}", "digits")),
        "bio": _column(),
        "education": _column(),
        "city": _column(),
        "state": _column(),
        "country": _column(),
        "started_on": _column(),
    },
    name="people",
)

INTELLIGENCE_SCHEMA = pa.DataFrameSchema(
    {
        "source_record_id": _column(),
        "intelligence_type": _column(_form("news|signal|event|score", "intelligence_kind")),
        "topic": _column(_form("[a-z0-9_]{1,60}", "topic")),
        "title": _column(),
        "description": _column(),
        "url": _column(_form(_URL, "url")),
        "score": _column(_form(r"\d{1,3}\.\d\d", "range")),
        "confidence": _column(_form(r"[01]\.\d\d", "range")),
        "effective_on": _column(_form(r"\d{4}-\d\d-\d\d", "date")),
        "company_name": _column(),
        "domain": _column(_form(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "domain")),
        "linkedin_id": _column(_form(r"\d{1,19}", "digits")),
    },
    name="intelligence",
)
# What the rules call a problem, in words for people; a problem without an entry is shown as it is.
_CHECK_OF_COLUMN = {
    "email": "email_address", "work_phone_e164": "e164", "personal_phone_e164": "e164", "company_phone": "e164",
    "website_url": "url", "twitter_url": "url", "facebook_url": "url", "linkedin_url": "linkedin_url",
    "employee_count": "count", "founded_year": "year", "name": "company_name",
    "intelligence_type": "intelligence_kind", "url": "url", "score": "range", "confidence": "range",
    "effective_on": "date", "stated_id": "barton_id", "stated_slot_id": "barton_id",
}  # fmt: skip
_COLUMN_AS_STATED = {
    "work_phone_e164": "work_phone", "personal_phone_e164": "personal_phone", "company_phone": "phone",
    "intelligence_type": "kind", "stated_id": "barton_id", "stated_slot_id": "slot_barton_id",
}  # fmt: skip


def drop_failures(frame: pd.DataFrame, schema: pa.DataFrameSchema, notes: Notes) -> pd.DataFrame:
    """Check a frame lazily; every failed check becomes a dropped row in `notes`, and its field becomes missing.

    `frame` has a unique index. Never raises for data; a column that is missing altogether is our mistake and raises.
    """
    out = _drop_marked(frame, schema, notes)
    # Each distinct value is proven once, and only columns that have any; where one fails, its rows are looked for.
    distinct = _distinct(out, schema)
    try:
        _schema_of(str(schema.name), tuple(distinct)).validate(distinct, lazy=True)
    except SchemaErrors:
        return _drop_unproven(out, schema, notes)
    return out


def _distinct(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The distinct values of each column of the schema that is not empty, padded with missing ones."""
    values = {str(name): pd.Series(frame[name].dropna().unique()) for name in schema.columns}
    return pd.DataFrame({name: found for name, found in values.items() if len(found)})


@cache
def _schema_of(name: str, columns: tuple[str, ...]) -> pa.DataFrameSchema:
    """The schema of a name for these columns alone: each column costs pandera 3 ms however few its values are."""
    schema = next(one for one in (COMPANY_SCHEMA, PERSON_SCHEMA, INTELLIGENCE_SCHEMA) if one.name == name)
    return schema.select_columns(list(columns))


def _drop_unproven(out: pd.DataFrame, schema: pa.DataFrameSchema, notes: Notes) -> pd.DataFrame:
    try:
        schema.validate(out, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return out
    whole = cases[cases["index"].isna()]
    if len(whole):
        raise AssertionError(f"schema {schema.name}: {whole[['column', 'check']].to_dict('records')}")
    for (column, check), failed in cases.groupby(["column", "check"], sort=True):
        rows = out.loc[failed["index"].astype(int)]
        notes.add(rows, _as_stated(column), str(check), f"not in the form {check}", "dropped")
        out.loc[rows.index, column] = None
    return out


def _drop_marked(frame: pd.DataFrame, schema: pa.DataFrameSchema, notes: Notes) -> pd.DataFrame:
    """A copy without marks, each of them noted.

    Pandera builds a message of all failing values, 5 us per row of the chunk; it is left to prove what remains.
    """
    out = frame.copy()
    for column in schema.columns:
        marked = is_marked(frame[column])
        if marked.any():
            reasons = frame.loc[marked, column].str.slice(len(MARK)).astype("str")
            check = _CHECK_OF_COLUMN.get(str(column), "placeholder")
            notes.add(frame.loc[marked], _as_stated(column), check, reasons, "dropped")
            out.loc[marked, column] = None
    return out


def _as_stated(column: object) -> str:
    return _COLUMN_AS_STATED.get(str(column), str(column))
