"""Standing checks of what was promoted: Barton IDs, references between them, e-mail addresses, phone numbers.

Belongs here: the pandera schemas of the three tables and what fails, as counts and ids. Does not belong here: checks of
items (`records.schemas`) and of batches (`checks`), how the page shows it (`orchestration.wide`).

The database guards the same with constraints. A check that stands shows that they hold, also after somebody took one
away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.records.tables import read_csv
from outreach_pipeline.rules.barton_id import Entity
from outreach_pipeline.stages.workspace import Workspace

CHUNK = 50_000
SHOWN = 20
_E164 = r"\+[1-9]\d{1,14}"
_EMAIL = r"[^\s@.]+(\.[^\s@.]+)*@[^\s@.]+(\.[^\s@.]+)+"


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows of a table that fail a check: how many, and the ids of the first of them."""

    column: str
    check: str
    rows: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandingReport:
    """What the check of a table found."""

    table: str
    rows: int
    faults: tuple[Fault, ...]


def _form(pattern: str, name: str, *, nullable: bool = False) -> pa.Column:
    check = pa.Check(lambda column: column.str.fullmatch(pattern), name=name, error=name)
    return pa.Column(str, checks=[check], nullable=nullable)


def _id(entity: Entity, *, nullable: bool = False) -> pa.Column:
    return _form(entity.pattern, "barton_id", nullable=nullable)


_HOLDS = "reference"
SCHEMAS = {
    "company_master": pa.DataFrameSchema(
        {"company_unique_id": _id(Entity.COMPANY), "company_phone": _form(_E164, "e164", nullable=True)},
        name="company_master",
    ),
    "people_master": pa.DataFrameSchema(
        {
            "unique_id": _id(Entity.PERSON),
            "company_unique_id": _id(Entity.COMPANY),
            "company_slot_unique_id": _id(Entity.SLOT),
            "email": _form(_EMAIL, "email_address", nullable=True),
            "work_phone_e164": _form(_E164, "e164", nullable=True),
            "personal_phone_e164": _form(_E164, "e164", nullable=True),
            "slot_is_of_company": _form("true", _HOLDS),
        },
        name="people_master",
    ),
    "company_slot": pa.DataFrameSchema(
        {
            "company_slot_unique_id": _id(Entity.SLOT),
            "company_unique_id": _id(Entity.COMPANY),
            "person_unique_id": _id(Entity.PERSON, nullable=True),
            "person_is_known": _form("true", _HOLDS),
        },
        name="company_slot",
    ),
}
"""By table of marketing; the first column is its id."""


def check_promoted(workspace: Workspace, table: str, batches: Sequence[str] | None = None) -> StandingReport:
    """Check every row of a table of marketing (a key of SCHEMAS), chunk by chunk; of `batches`, what they are about."""
    rows = 0
    found: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    for frame in _chunks(workspace, table, batches):
        rows += len(frame)
        for column, check, ids in _failing(frame, SCHEMAS[table]):
            count, some = found.get((column, check), (0, ()))
            found[column, check] = (count + len(ids), (*some, *ids)[:SHOWN])
    faults = (Fault(column, check, count, ids) for (column, check), (count, ids) in sorted(found.items()))
    return StandingReport(f"marketing.{table}", rows, tuple(faults))


def _chunks(workspace: Workspace, table: str, batches: Sequence[str] | None) -> Iterator[pd.DataFrame]:
    after, asked = "", None if batches is None else list(batches)
    while True:
        with workspace.database.transaction(Role.READ) as tx:
            told = {"after": after, "limit": CHUNK, "batches": asked}
            frame = read_csv(tx.copy_out(load_queries("standing")[table], told))
        if len(frame):
            yield frame
        if len(frame) < CHUNK:
            return
        after = str(frame.iloc[-1, 0])


def _failing(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        for (column, check), cases in errors.failure_cases.groupby(["column", "check"], sort=True):
            yield str(column), str(check), tuple(frame.iloc[cases["index"].astype(int), 0].fillna("NULL"))
