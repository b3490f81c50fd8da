"""Values as people and sources write them, in eight languages: what is right is in tests/data/values, one line each.

Belongs here: what a rule makes of each line. Does not belong here: properties of all values (`test_properties`).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.records.people import _Addresses
from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.linkedin import read_company, read_profile
from outreach_pipeline.rules.names import read_person_name
from outreach_pipeline.rules.phones import read_phone
from outreach_pipeline.rules.texts import repair_mojibake

VALUES = Path(__file__).parents[2] / "data/values"
Line = dict[str, str]


def lines(file: str) -> list[Line]:
    """The examples of a file: lines after its comment and header."""
    text = [line for line in (VALUES / file).read_text(encoding="utf-8").splitlines(keepends=True) if line[:2] != "# "]
    return list(csv.DictReader(text))


def person(line: Line) -> tuple[str, str]:
    found = read_person_name(*(repair_mojibake(line[each]) or None for each in ("full", "first_in", "last_in")))
    return found.first or "", found.last or ""


def address(line: Line) -> str:
    return next(iter(_Addresses.read(json.dumps([line["text"]])).good), "")


def phone(line: Line) -> str:
    return read_phone(line["text"], line["region"] or None).value or ""


def page(line: Line) -> str:
    return (read_company if "company" in line["kind"] else read_profile)(line["text"]).url or ""


def one_key(line: Line) -> str:
    one, other = (company_key(repair_mojibake(line[each])) for each in ("one", "other"))
    return "yes" if one is not None and one == other else "no"


def cases(file: str) -> list[Any]:
    """The examples as parameters; what is known to be wrong is of a kind "open ...", and has to stay wrong to pass."""
    known = pytest.mark.xfail(strict=True, reason="what is written does not say it: see the kind")
    return [
        pytest.param(line, id=" | ".join(line.values()), marks=[known] if line["kind"].startswith("open") else [])
        for line in lines(file)
    ]


@pytest.mark.parametrize("line", cases("people_names.csv"))
def test_people(line: Line) -> None:
    assert person(line) == (line["first"], line["last"])


@pytest.mark.parametrize("line", cases("emails.csv"))
def test_emails(line: Line) -> None:
    assert address(line) == line["right"]


@pytest.mark.parametrize("line", cases("company_names.csv"))
def test_companies(line: Line) -> None:
    assert one_key(line) == line["same"]


@pytest.mark.parametrize("line", cases("phones.csv"))
def test_phones(line: Line) -> None:
    assert phone(line) == line["right"]


@pytest.mark.parametrize("line", cases("linkedin.csv"))
def test_linkedin(line: Line) -> None:
    assert page(line) == line["right"]
