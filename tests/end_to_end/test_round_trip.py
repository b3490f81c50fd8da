"""Our export goes through a spreadsheet and comes back: nothing changes but what somebody corrected.

Belongs here: what Excel and LibreOffice do to a CSV file (mark, line ends, delimiter, quotes, numbers, dates, formulas), and
which of two sources a corrected cell outdoes. Does not belong here: which ids are refused (`test_stated_ids.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.export import export_ready
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, workspace

Admin = psycopg.Connection[Any]
Table = list[dict[str, str]]
FIRST = DAY - timedelta(days=20)
SOURCES = "\n".join(
    f'[sources.{name}]\nkind = "files"\nshape = "ready_export"\nrank = {rank}\n'
    for name, rank in (("leads", 50), ("back", 50), ("better", 10), ("worse", 90))
)
# Values that a spreadsheet, or our own care for formulas, may touch.
PEOPLE = [
    {
        "company_name": "@Home; \"Quill\" Works", "domain": "quill.example", "website_url": "https://quill.example",
        "industry": "Paper, ink", "employee_count": "1200", "address_city": "Łódź", "address_country": "PL",
        "first_name": "José", "last_name": "Müller-Lüdenscheidt", "title": "Chief Executive Officer, President & Owner",
        "email": "jose@quill.example", "email_status": "verified", "phone": "+48221234567",
        "linkedin_url": "https://www.linkedin.com/in/jose-mueller",
    },
    {
        "company_name": "=Sum Works", "domain": "sum.example", "website_url": "https://www.sum.example/",
        "employee_count": "0012", "first_name": "李", "last_name": "王", "title": "-CFO-", "email": "li@sum.example",
        "email_status": "valid",
    },
    {
        "company_name": "0049 Logistics", "domain": "0049.example", "website_url": "https://0049.example",
        "address_city": "1. Bezirk", "first_name": "Ada", "last_name": "May", "title": "HR Director",
        "email": "ada@0049.example", "email_status": "verified", "phone": "+4930123456",
    },
]  # fmt: skip


@pytest.fixture
def work(db: Database, tmp_path: Path) -> Workspace:
    """Three people on the ready list."""
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES, encoding="utf-8")
    found = workspace(db, sources=file)
    batch = Batch(FIRST, "leads")
    land_items(found, batch, PEOPLE, tmp_path)
    digest(found, batch)
    return found


def exported(work: Workspace, folder: Path) -> Table:
    path = folder / "ready.csv"
    assert export_ready(work, path).rows == 3
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def excel(table: Table) -> bytes:
    """Saved by Excel as "CSV UTF-8" in a country of commas: mark, CRLF, semicolons, dates and numbers in its own form."""
    for row in table:
        for name in ("filled_at", "last_refreshed_at"):
            row[name] = f"{row[name][8:10]}.{row[name][5:7]}.{row[name][:4]} {row[name][11:16]}" if row[name] else ""
        row["score"] = row["score"].replace(".", ",")
    return b"\xef\xbb\xbf" + written(table, delimiter=";", lineterminator="\r\n")


def plus_lost(table: Table) -> bytes:
    """As Excel opens a file by double click: +4930123456 is a number to it."""
    for row in table:
        row["phone"] = row["phone"].removeprefix("+")
    return excel(table)


def libreoffice(table: Table) -> bytes:
    """Saved by LibreOffice with all cells quoted, columns reordered, the apostrophe taken for its mark of a text."""
    for row in table:
        for name, cell in row.items():
            row[name] = cell.removeprefix("'")
        row["provenance"] = ""
    return written([dict(reversed(row.items())) for row in table], quoting=csv.QUOTE_ALL)


def tabs(table: Table) -> bytes:
    """Saved as "Unicode text": UTF-16 with tabs, and an empty row at the end."""
    return written([*table, dict.fromkeys(table[0], "")], delimiter="\t").decode().encode("utf-16")


def as_it_is(table: Table) -> bytes:
    """Not opened at all."""
    return written(table)


def written(table: Table, **dialect: Any) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]), **dialect)
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def come_back(work: Workspace, folder: Path, body: bytes, source: str = "back", day: int = 1) -> None:
    path = folder / f"{source}-{day}.csv"
    path.write_bytes(body)
    batch = Batch(FIRST + timedelta(days=day), source)
    land_file(work, batch, path)
    digest(work, batch)


_KNOWN = """
    select c.company_unique_id, c.company_name, c.domain, c.website_url, c.industry, c.employee_count, c.address_city,
        c.address_country, p.unique_id, p.first_name, p.last_name, p.title, p.email, p.email_status, p.work_phone_e164,
        p.linkedin_url, s.company_slot_unique_id, s.slot_type, s.person_unique_id, s.is_filled
    from marketing.company_master as c
    inner join marketing.company_slot as s using (company_unique_id)
    left join marketing.people_master as p using (company_slot_unique_id)
    order by c.company_unique_id, s.slot_type, p.unique_id"""


def known(admin: Admin) -> list[dict[str, Any]]:
    return rows(admin, _KNOWN)


def refused(admin: Admin, source: str = "back") -> list[tuple[Any, ...]]:
    found = rows(
        admin,
        "select column_name, check_name, reason, outcome from intake.validation_failed where source = %s"
        " and outcome <> 'noted' order by 1, 2, 3",
        source,
    )
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize("habit", [as_it_is, excel, plus_lost, libreoffice, tabs], ids=lambda habit: habit.__name__)
def test_what_comes_back_as_it_went_changes_nothing(
    work: Workspace, admin: Admin, tmp_path: Path, habit: Callable[[Table], bytes]
) -> None:
    before = known(admin)
    come_back(work, tmp_path, habit(exported(work, tmp_path)))
    # A number without its plus says no country, and is left out: nobody guesses one.
    lost = [("work_phone", "e164", "no_region", "dropped")] * 2 if habit is plus_lost else []
    assert refused(admin) == lost
    assert known(admin) == before
    states = rows(admin, "select status, count(*) as n from intake.raw_loads where source = 'back' group by 1")
    assert states == [{"status": "promoted", "n": 3}]
    stated = rows(admin, "select count(stated_id) as p, count(stated_slot_id) as s from intake.validated_people where source = 'back'")
    assert stated == [{"p": 3, "s": 3}]


@pytest.mark.parametrize(
    ("source", "wins"),
    [("back", {"title": True, "company_name": True}), ("better", {"title": True, "company_name": True}),
     ("worse", {"title": True, "company_name": False})],
)  # fmt: skip
def test_a_corrected_cell_wins_as_the_rank_of_its_source_says(
    work: Workspace, admin: Admin, tmp_path: Path, source: str, wins: dict[str, bool]
) -> None:
    # What changes in life takes the newest word, a name the better source, and then the newest.
    before = known(admin)
    table = exported(work, tmp_path)
    row = next(row for row in table if row["last_name"] == "May")
    row["title"], row["company_name"] = "Chief Human Resources Officer", "0049 Cargo Logistics"
    come_back(work, tmp_path, excel(table), source)
    changed = {
        name: new[name]
        for old, new in zip(before, known(admin), strict=True) for name in new
        if new[name] != old[name]
    }  # fmt: skip
    told = {"title": "Chief Human Resources Officer", "company_name": "0049 Cargo Logistics"}
    assert changed == {name: text for name, text in told.items() if wins[name]}


def test_the_id_goes_before_everything_else_that_says_who_it_is(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    # Family name, address and profile are corrected at once, and the website of the company: one word is left of each.
    before = {(row["company_unique_id"], row["unique_id"]) for row in known(admin)}
    table = exported(work, tmp_path)
    row = next(row for row in table if row["last_name"] == "May")
    row.update(domain="0049-cargo.example", website_url="https://0049-cargo.example")
    row.update(last_name="June", full_name="Ada June", email="ada.june@0049.example", linkedin_url="https://www.linkedin.com/in/ada-june")
    come_back(work, tmp_path, excel(table))
    found = known(admin)
    assert refused(admin) == []
    assert {(row["company_unique_id"], row["unique_id"]) for row in found} == before
    ada = next(row for row in found if row["first_name"] == "Ada")
    assert (ada["email"], ada["linkedin_url"]) == ("ada.june@0049.example", "https://www.linkedin.com/in/ada-june")
    assert (ada["domain"], ada["person_unique_id"]) == ("0049-cargo.example", ada["unique_id"])


def test_rows_that_were_sorted_apart_from_their_ids_are_refused_and_mix_nobody_up(
    work: Workspace, admin: Admin, tmp_path: Path
) -> None:
    before = known(admin)
    table = exported(work, tmp_path)
    ids = [row["person_unique_id"] for row in table]
    for row, other in zip(table, ids[1:] + ids[:1], strict=True):
        row["person_unique_id"] = other
    come_back(work, tmp_path, excel(table))
    assert {row[2] for row in refused(admin)} == {"of_somebody_else"}
    assert known(admin) == before
