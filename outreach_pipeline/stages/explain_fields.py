"""One field of a master explained: the record it came from, and why the other values lost.

Belongs here: which record field and which policy stand behind each field of a master, and the words for
"why". Does not belong here: deciding (`marketing.f_build_companies`, `f_build_people`: this only repeats
their order in words), reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a master.

    `column` of the canonical record, `origin` its key in `provenance`; `moving`: the newest observation wins
    (else the better source); `here`: only records of the person's company count; `whole`: taken together
    with its siblings from one record.
    """

    name: str
    column: str = ""
    origin: str = ""
    moving: bool = False
    here: bool = False
    whole: str = ""

    @property
    def record_column(self) -> str:
        """The column of the canonical record."""
        return self.column or self.name

    @property
    def provenance_key(self) -> str:
        """The key in `provenance`."""
        return self.origin or self.name


_NOWHERE: Json = {"source": None, "load_id": None, "batch_id": None, "observed_at": None}
_ADDRESS = ("address_street", "address_city", "address_state", "address_zip", "address_country")

COMPANY_FIELDS = (
    Field("company_name", column="name"),
    Field("website_url"),
    Field("domain", whole="website"),
    Field("industry"),
    Field("employee_count", moving=True),
    Field("company_phone", moving=True),
    *(Field(name, origin="address", whole="address") for name in _ADDRESS),
    *(Field(name) for name in ("linkedin_url", "facebook_url", "twitter_url", "sic_codes", "founded_year")),
    *(Field(name) for name in ("keywords", "description")),
)

PERSON_FIELDS = (
    Field("first_name", whole="name"),
    Field("last_name", whole="name"),
    Field("company_unique_id", moving=True),
    Field("departed_at"),
    Field("departed_to", origin="departed_at"),
    Field("title", moving=True, here=True),
    Field("seniority", moving=True, here=True, whole="title"),
    Field("department", moving=True, here=True),
    Field("email", moving=True, here=True),
    Field("email_status", origin="email", moving=True, here=True, whole="e-mail address"),
    Field("work_phone_e164", moving=True, here=True),
    Field("personal_phone_e164", moving=True),
    *(Field(name, origin="location", moving=True, whole="location") for name in ("city", "state", "country")),
    *(Field(name) for name in ("linkedin_url", "twitter_url", "facebook_url", "bio", "skills", "education")),
    Field("certifications"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A canonical record behind a master. `is_here`: of the company that the person is at (companies:
    always).
    """

    load_id: int
    part: int
    batch_id: str
    source: str
    rank: int
    content_hash: str
    first_observed_at: datetime
    observed_at: datetime
    is_here: bool
    values: Mapping[str, Any]

    def order(self, field: Field) -> tuple[Any, ...]:
        """Sorts better records first, by the field's policy; the same order as in SQL."""
        newest = -self.observed_at.timestamp()
        first = (newest, self.rank) if field.moving else (self.rank, newest)
        return (field.here and not self.is_here, *first, self.source, self.content_hash, self.part)


def explain_fields(
    fields: Iterable[Field], master: Mapping[str, Any], records: list[Record]
) -> dict[str, Json]:
    """Each field with value, source, load, batch, observation time, agreeing sources, and the values that
    lost.
    """
    provenance = master.get("provenance") or {}
    return {
        field.name: _explain(field, master.get(field.name), provenance.get(field.provenance_key), records)
        for field in fields
    }


def _explain(field: Field, value: Any, load_id: int | None, records: list[Record]) -> Json:
    stated = [record for record in records if record.values.get(field.record_column) is not None]
    stated.sort(key=lambda record: record.order(field))
    winner = _winner(field, value, load_id, records)
    others = [record for record in stated if record.values[field.record_column] != value]
    agreeing = [r for r in stated if r is not winner and r.values[field.record_column] == value]
    return {
        "value": value,
        **(_where(winner) if winner else {**_NOWHERE, "load_id": load_id}),
        "agreed": [_where(record) for record in _each_once(agreeing, lambda r: r.source)],
        "lost": [
            {"value": each.values[field.record_column], **_where(each), "why": _why(field, each, winner)}
            for each in _each_once(others, lambda r: (r.source, repr(r.values[field.record_column])))
        ],
    }  # fmt: skip


def _winner(field: Field, value: Any, load_id: int | None, records: list[Record]) -> Record | None:
    of_load = [record for record in records if record.load_id == load_id]
    same = [record for record in of_load if record.values.get(field.record_column) == value]
    return next(iter(same or of_load), None)


def _each_once(records: list[Record], key: Callable[[Record], object]) -> list[Record]:
    """The best record of each key; a source that repeats itself every night is one line."""
    seen: dict[object, Record] = {}
    for record in records:
        seen.setdefault(key(record), record)
    return list(seen.values())


def _where(record: Record) -> Json:
    return {
        "source": record.source, "load_id": record.load_id, "batch_id": record.batch_id,
        "observed_at": record.observed_at,
    }  # fmt: skip


def _why(field: Field, loser: Record, winner: Record | None) -> str:
    # Where the field stays empty, its rank has beaten nothing: the record that won as a whole does not state it.
    is_stated = winner is not None and winner.values.get(field.record_column) is not None
    if field.here and not loser.is_here and (winner is None or winner.is_here):
        return "stated for another company"
    if field.whole and (not is_stated or winner is None or loser.order(field) < winner.order(field)):
        return f"the {field.whole} is taken as a whole from one record"
    if winner is None or loser.order(field) < winner.order(field):
        return "seen again; promotion is due"
    older = loser.observed_at < winner.observed_at
    worse = loser.rank > winner.rank
    age = f"older: {_day(loser)} against {_day(winner)}"
    trust = f"less trusted source: rank {loser.rank} against {winner.rank}"
    for applies, words in ((older, age), (worse, trust)) if field.moving else ((worse, trust), (older, age)):
        if applies:
            return words
    return "the same day and rank: decided by source and content"


def _day(record: Record) -> str:
    return record.observed_at.date().isoformat()
