"""The entries of a profile: each position that goes on is a record of its own, with its own employer, title and dates.

Belongs here: which entries go on, which of them the item's own record already is, and the rows made of the others. Does
not belong here: where somebody works when several sources differ (`marketing.f_weigh_moves`).

Title, employer and start come from one entry. An entry that ends ahead goes on until that day, and one that begins
ahead waits for it: its rows carry the dates, and the database lets them take effect without another look.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any, cast

import pandas as pd

from outreach_pipeline.rules.companies import company_key, is_own_boss
from outreach_pipeline.rules.dates import read_day
from outreach_pipeline.rules.linkedin import read_company

FIRST_PART = 1000
"""Parts of further positions and their companies count from here."""
_LISTED = 30  # a profile lists a handful; what is beyond is a mistake of its source
_PERSON = (
    "load_id", "source_record_id", "vendor_id", "full_name", "first_name", "last_name", "linkedin_url",
    "linkedin_member_id", "linkedin_number", "employers", "observed_at", "country",
)  # fmt: skip


def add_positions(
    companies: pd.DataFrame, people: pd.DataFrame, positions: pd.DataFrame, today: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flattened companies and people with rows for the positions that go on beside the one taken.

    `positions` has load_id, part and the columns of a position as text. People get company_part, starts_on and ends_on
    (ISO dates, those ahead only). The item's own record takes the first entry that goes on where it named no employer.
    """
    people = people.assign(company_part="0", starts_on=None, ends_on=None)
    if positions.empty or people.empty:
        return companies, people
    own: dict[Any, dict[str, Any]] = {row["load_id"]: row for row in _rows(companies[companies["part"] == "0"])}
    rows = {row["load_id"]: (index, row) for index, row in people[people["part"] == "0"].to_dict("index").items()}
    changes: dict[Hashable, dict[str, Any]] = {}
    new_companies: list[dict[str, Any]] = []
    new_people: list[dict[str, Any]] = []
    replaced: dict[str, dict[str, Any]] = {}
    for load_id, entries in positions.groupby("load_id", sort=False):
        if load_id not in rows:
            continue
        index, person = rows[load_id]
        open_ones = [e for row in _rows(entries) if (e := _read(row, today)) and _goes_on(e, today)][:_LISTED]
        if not open_ones:
            continue
        employer = own.get(load_id)
        taken = next((e for e in open_ones if employer and _is_same(e, employer)), None)
        change: dict[str, Any] = {"no_employer": None}
        if taken is None and (employer is None or is_own_boss(str(employer.get("name") or ""))):
            taken = open_ones[0]
            replaced[str(load_id)] = _company(taken, "0")
            change |= {"title": taken["title"], "started_on": taken["started_on"]}
        elif taken is not None and not _text(person.get("title")):
            # The shape takes an entry without an end; the only one here has an end that lies ahead.
            change |= {"title": taken["title"], "started_on": taken["started_on"]}
        if taken is not None:
            change |= {"starts_on": _ahead(taken["starts"], today), "ends_on": _ahead(taken["ends"], today)}
        changes[index] = change
        others = [e for e in open_ones if e is not taken and not (employer and taken and _is_same(e, employer))]
        for number, entry in enumerate(others, FIRST_PART):
            part = str(number)
            new_companies.append(_company(entry, part))
            new_people.append(
                {name: person.get(name) for name in _PERSON}
                | {
                    "part": part, "title": entry["title"], "started_on": entry["started_on"], "company_part": part,
                    "starts_on": _ahead(entry["starts"], today), "ends_on": _ahead(entry["ends"], today),
                }
            )
    return _with_rows(companies, replaced, new_companies), _changed(people, changes, new_people)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def _read(row: dict[str, Any], today: date) -> dict[str, Any] | None:
    text = {name: value if isinstance(value, str) else None for name, value in row.items()}
    name = (text["company_name"] or "").partition(" · ")[0].strip()
    if not name or is_own_boss(name):
        return None
    return text | {
        "company_name": name,
        "key": company_key(name),
        "number": read_company(text["company_linkedin_id"]).number,
        "starts": read_day(text["started_on"], last=False) if text["started_on"] else None,
        "ends": _end(text["ended_on"], today) if text["ended_on"] else None,
    }


def _end(text: str, today: date) -> date | None:
    """The last day. In a month or a year that has begun it has passed: who is still there has not closed the entry."""
    begins = read_day(text, last=False)
    return begins if begins is None or begins <= today else read_day(text, last=True)


def _goes_on(entry: dict[str, Any], today: date) -> bool:
    if entry["ends"] is not None:
        return bool(entry["ends"] >= today)
    if entry["is_closed"]:
        return False
    # An end that cannot be read is an end, unless the source says that the entry goes on.
    return bool(entry["is_open"]) or entry["ended_on"] is None


def _is_same(entry: dict[str, Any], company: dict[str, Any]) -> bool:
    number = company.get("linkedin_id")
    stated = read_company(number).number if isinstance(number, str) else None
    if entry["number"] and stated:
        return bool(entry["number"] == stated)
    name = company.get("name")
    return isinstance(name, str) and entry["key"] is not None and company_key(name) == entry["key"]


def _company(entry: dict[str, Any], part: str) -> dict[str, Any]:
    return {
        "load_id": entry["load_id"], "part": part, "name": entry["company_name"],
        "linkedin_url": entry["company_linkedin_url"], "linkedin_id": entry["company_linkedin_id"],
        "source_record_id": entry["company_record_id"],
    }  # fmt: skip


def _ahead(day: date | None, today: date) -> str | None:
    return day.isoformat() if day is not None and day > today else None


def _with_rows(companies: pd.DataFrame, replaced: dict[str, dict[str, Any]], new: list[dict[str, Any]]) -> pd.DataFrame:
    kept = companies[~((companies["part"] == "0") & companies["load_id"].isin(set(replaced)))]
    rows = [*replaced.values(), *new]
    if not rows:
        return companies
    added = pd.DataFrame(rows, dtype="str").reindex(columns=companies.columns)
    return pd.concat([kept, added.astype(companies.dtypes.to_dict())], ignore_index=True)


def _changed(
    people: pd.DataFrame, changes: dict[Hashable, dict[str, Any]], new: list[dict[str, Any]]
) -> pd.DataFrame:
    out = people.astype({"starts_on": "str", "ends_on": "str"})
    for name in ("no_employer", "title", "started_on", "starts_on", "ends_on"):
        told = {index: change[name] for index, change in changes.items() if name in change}
        if told:
            out[name] = out[name].mask(out.index.isin(list(told)), pd.Series(told, dtype="str").reindex(out.index))
    if not new:
        return out
    added = pd.DataFrame(new, dtype="str").reindex(columns=out.columns)
    return pd.concat([out, added.astype(out.dtypes.to_dict())], ignore_index=True)
