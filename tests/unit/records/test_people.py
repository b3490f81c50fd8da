"""People read from flat texts: whose the e-mail status is, and two people in one name."""

import json

import pandas as pd
import pytest

from outreach_pipeline.records.columns import column_names
from outreach_pipeline.records.joint import with_second_people
from outreach_pipeline.records.people import read_people
from outreach_pipeline.records.reading import Notes


def read(*rows):
    """The read people (missing as None) and the notes, from rows that name only the columns they fill."""
    columns = ["load_id", "part", "company_part", "starts_on", "ends_on", *column_names("person")]
    filled = [{"load_id": str(n), "part": "0", **row} for n, row in enumerate(rows, 1)]
    raw = pd.DataFrame(filled, columns=columns).astype("str")
    notes = Notes()
    people = read_people(raw, None, notes)
    return people.astype(object).where(people.notna(), None).to_dict("records"), notes.frame()


@pytest.mark.parametrize(
    "addresses, taken, status",
    [
        (["ada@x.example"], "ada@x.example", "verified"),
        (["ada@x.example", "ada@@x.example"], "ada@x.example", "verified"),
        (["ada@@x.example", "quill@x.example"], "quill@x.example", None),
        (["email_not_unlocked@domain.com", "quill@x.example"], "quill@x.example", None),
        (["ada@@x.example,quill@x.example"], "quill@x.example", None),
    ],
)
def test_the_status_is_that_of_the_first_address(addresses, taken, status):
    people, _ = read({"full_name": "Ada Quill", "email": json.dumps(addresses), "email_status": " Verified "})
    assert (people[0]["email"], people[0]["email_status"]) == (taken, status)


def test_a_status_without_an_address_stays():
    people, _ = read({"full_name": "Ada Quill", "email_status": "unavailable"})
    assert (people[0]["email"], people[0]["email_status"]) == (None, "unavailable")


@pytest.mark.parametrize(
    "full, first, second",
    [
        ("Ada Quill/Greta Lind", ("Ada", "Quill"), ("Greta", "Lind")),
        ("Joseph Y. Bae / Scott C. Nuttall", ("Joseph", "Bae"), ("Scott", "Nuttall")),
        ("ADA QUILL and GRETA LIND", ("Ada", "Quill"), ("Greta", "Lind")),
        ("Ada Quill &amp; Greta Lind III", ("Ada", "Quill"), ("Greta", "Lind III")),
    ],
)
def test_joint_chief_executives_are_two_people(full, first, second):
    title = "Co-Chief Executive Officer"
    people, notes = read(
        {"full_name": "Wren Tallow"}, {"full_name": full, "title": title}, {"full_name": "Jonas Storer"}
    )
    found = [(p["load_id"], p["part"], p["first_name"], p["last_name"], p["title"]) for p in people]
    assert found == [
        ("1", "0", "Wren", "Tallow", None),
        ("2", "0", *first, title),
        ("3", "0", "Jonas", "Storer", None),
        ("2", "100", *second, title),
    ]
    rows = notes[notes["reason"] == "several_people_split"]
    assert rows[["load_id", "part", "column_name", "check_name", "outcome"]].values.tolist() == [
        ["2", "0", "name", "repaired", "noted"]
    ]
    assert "several_people" not in set(notes["reason"])


@pytest.mark.parametrize(
    "row",
    [
        {"full_name": "Ada & Greta Lind"},
        {"full_name": "Ada Quill/Greta"},
        {"full_name": "Ada Quill/ada quill"},
        {"full_name": "Ada Quill/Greta Lind/Wren Tallow"},
        {"full_name": "Ada Quill/Greta Lind", "email": '["ada@x.example"]'},
        {"full_name": "Ada Quill/Greta Lind", "linkedin_url": "https://www.linkedin.com/in/ada-quill"},
        {"full_name": "Ada Quill/Greta Lind", "vendor_id": "apollo:1"},
        {"full_name": "Ada Quill/Greta Lind", "part": "3"},
    ],
)
def test_not_split_where_it_is_unsure_who_is_meant(row):
    people, notes = read(row)
    assert [(p["part"], p["first_name"], p["last_name"]) for p in people] == [(row.get("part", "0"), None, None)]
    assert notes["reason"].tolist() == ["several_people"]


def test_a_part_that_is_taken_is_not_taken_again():
    people, _ = read({"full_name": "Ada Quill/Greta Lind"}, {"load_id": "1", "part": "100", "full_name": "Wren Tallow"})
    assert [(p["part"], p["last_name"]) for p in people] == [("0", None), ("100", "Tallow")]


def test_a_duplicate_has_seen_both():
    seen = pd.DataFrame({"load_id": ["1", "1", "2"], "part": ["0", "1", "2"], "time": ["a", "b", "c"]}, dtype="str")
    assert with_second_people(seen).values.tolist() == [
        ["1", "0", "a"], ["1", "1", "b"], ["2", "2", "c"], ["1", "100", "a"],
    ]  # fmt: skip
