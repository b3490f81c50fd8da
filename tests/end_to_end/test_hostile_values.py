"""One field of one item, as hostile as we could think of: it may cost its field or its item, never its batch."""

from __future__ import annotations

import random
import string
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
BATCH = Batch(DAY, "apify_leads_finder")


def noise(length: int) -> str:
    """Letters that no compression makes short, so that they do not fit an index entry (2,704 bytes)."""
    return "".join(random.Random(length).choices(string.ascii_letters, k=length))


def lead(**fields: Any) -> dict[str, Any]:
    return {
        "first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "email": "ada@quillworks.example",
        "company_name": "Quillworks", "company_website": "https://quillworks.example", **fields,
    }  # fmt: skip


HOSTILE: dict[str, dict[str, Any]] = {
    "e-mail longer than an index entry": {"email": noise(5_000)},
    "many addresses": {"email": ",".join(f"{noise(8)}{n}@x.example" for n in range(2_000))},
    "title": {"job_title": noise(10_000)},
    "company name": {"company_name": noise(5_000)},
    "company name alone": {"company_name": noise(5_000), "company_website": None, "email": None},
    "last name": {"last_name": noise(5_000)},
    "last name without address": {"last_name": noise(5_000), "email": None},
    "city": {"company_city": noise(5_000)},
    "separator in a name": {"first_name": "A\u001fda", "company_name": "Quill\u001fworks"},
    "forged mark": {"job_title": "\ufdd0secret@x.example"},
    "forged mark of what is misplaced": {"job_title": "\ufdd1", "keywords": 'a, "\ufdd1"]'},
    "endless headcount": {"company_size": "9" * 400},
    "character reference": {"company_name": "&#" + "1" * 5_000 + ";"},
    "linkedin address": {"linkedin": "https://www.linkedin.com/in/" + noise(5_000)},
    "website": {"company_website": "https://" + noise(300) + ".example/" + noise(5_000)},
    "statement": {"company_name": "'; drop table intake.raw_loads; --"},
    "object for a name": {"first_name": {"a": 1}, "last_name": ["b"]},
    "whole alphabet of blanks": {"first_name": "\u200b\u202f\ufeff\u00a0", "job_title": "\u0007\u0000CEO"},
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_value_never_costs_the_items_beside_it(
    db: Database, admin: Admin, tmp_path: Path, hostile: dict[str, Any]
) -> None:
    work = workspace(db)
    good = [
        lead(
            first_name=f"Good{n}",
            email=f"good{n}@neighbours.example",
            company_name="Neighbours",
            company_website="https://neighbours.example",
        )
        for n in range(3)
    ]
    land_items(work, BATCH, [good[0], lead(**hostile), *good[1:]], tmp_path)
    digest(work, BATCH)
    kept = {row["email"] for row in rows(admin, "select email from vault.contacts")}
    assert {f"good{n}@neighbours.example" for n in range(3)} <= kept
    assert value(admin, "select count(*) from intake.raw_loads") == 4
    leaked = value(admin, "select count(*) from intake.validation_failed where reason like '%%secret@%%'")
    assert leaked == 0


def test_an_object_or_a_list_where_text_belongs_costs_its_field_and_says_so(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    item = lead(
        company_city={"name": "Fairmont"}, company_phone=["+1 304 555 0101"], headline={}, keywords=["robots", {"a": 1}, True],
        industry=[],
    )  # fmt: skip
    work = workspace(db)
    land_items(work, BATCH, [item, lead(first_name={"given": "Ben"}, last_name=None, email="ben@quillworks.example")], tmp_path)
    digest(work, BATCH)
    noted = rows(admin, "select column_name, reason, outcome from intake.validation_failed where check_name = 'text' order by 1")
    assert noted == [
        {"column_name": column, "reason": reason, "outcome": "dropped"}
        for column, reason in [
            ("address_city", "an object or a list where text belongs"),
            ("first_name", "an object or a list where text belongs"),
            ("keywords", "elements of the list that are no text"),
            ("phone", "an object or a list where text belongs"),
        ]
    ]
    found = rows(admin, "select keywords, company_phone, address_city from marketing.company_master")
    assert found == [{"keywords": ["robots"], "company_phone": None, "address_city": None}]
