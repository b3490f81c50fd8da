"""What is repaired in a record leaves a note, and what must stay as written stays."""

from __future__ import annotations

import json

import pandas as pd

from outreach_pipeline.records.columns import column_names
from outreach_pipeline.records.companies import read_companies
from outreach_pipeline.records.people import read_people
from outreach_pipeline.records.reading import Notes

_EMAIL = "jÃ¼rgen@x.example"


def _raw(section: str, **row: str) -> pd.DataFrame:
    columns = ["load_id", "part", "company_part", "starts_on", "ends_on", *column_names(section)]  # type: ignore[arg-type]
    return pd.DataFrame([{"load_id": "1", "part": "0", **row}], columns=columns).astype("str")


def test_mojibake_is_repaired_and_noted_by_column() -> None:
    notes = Notes()
    person = read_people(_raw("person", full_name="JosÃ© MÃ¼ller", city="KÃ¶ln", email=json.dumps([_EMAIL])), None, notes)
    found = person.iloc[0]
    assert (found["first_name"], found["last_name"], found["city"], found["email"]) == ("José", "Müller", "Köln", _EMAIL.lower())
    company = read_companies(_raw("company", name="MÃ¼ller Pumpen GmbH", address_city="MÃ¼nchen"), None, notes)
    assert (company.iloc[0]["name"], company.iloc[0]["address_city"]) == ("Müller Pumpen GmbH", "München")
    assert company.iloc[0]["place_city"] == "munchen"
    repaired = notes.frame().query("reason == 'encoding_repaired'")
    assert sorted(repaired["column_name"]) == ["address_city", "city", "full_name", "name"]
    assert set(repaired["outcome"]) == {"noted"}


def test_a_repaired_address_is_noted() -> None:
    notes = Notes()
    people = read_people(_raw("person", full_name="Ada Quill", email=json.dumps(["%20ada@x.example"])), None, notes)
    assert people.iloc[0]["email"] == "ada@x.example"
    assert "escape_repaired" in set(notes.frame()["reason"])


def test_a_person_has_the_form_and_the_grade_of_the_name() -> None:
    people = read_people(_raw("person", first_name="J.", last_name="Müller"), None, Notes())
    assert people.iloc[0]["name_form"] == "j|muler|j|muler|"
    assert people.iloc[0]["name_grade"] == "2"
