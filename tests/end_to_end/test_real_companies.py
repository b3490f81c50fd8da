"""A thousand real companies of 2022 and five hundred chief executives of 2019, dirty as they came.

The files are others' and stay where they are; without them these tests are skipped.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.rules.names import name_key, read_person_name
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import digest, masters, rows, value, workspace

COMPANIES = Batch(date(2022, 6, 30), "companies_csv")
OFFICERS = Batch(date(2019, 6, 30), "officers_csv")
FILES = {COMPANIES: "companies.csv", OFFICERS: "officers.csv"}
Admin = psycopg.Connection[Any]


def name(text: str | None) -> str | None:
    """The key of a whole name as one of the files spells it."""
    read = read_person_name(text)
    return name_key(read.first, read.last)


def land(database: Database, folder: Path, order: tuple[Batch, ...]) -> None:
    work = workspace(database)
    for batch in order:
        land_file(work, batch, folder / "data" / FILES[batch])
        digest(work, batch)


@pytest.fixture(scope="module")
def landed(shared_db: Database, shared_look: Admin, shared_folder: Path) -> Admin:
    """Both files, landed once: the tests only look at what became of them."""
    land(shared_db, shared_folder, (COMPANIES, OFFICERS))
    return shared_look


def test_every_company_comes_out_once(landed: Admin) -> None:
    assert value(landed, "select count(*) from marketing.company_master") == 1000
    assert value(landed, "select count(distinct domain) from marketing.company_master") == 1000
    assert value(landed, "select count(*) from marketing.company_slot") == 3000


def test_the_seat_belongs_to_whoever_held_it_in_2022(landed: Admin) -> None:
    held = rows(
        landed,
        """select l.raw_data ->> 'company_name' as company, l.raw_data ->> 'ceo_name' as expected, p.full_name
        from intake.raw_loads as l
        inner join intake.company_member as m using (load_id)
        inner join marketing.company_slot as s on s.company_unique_id = public.barton_id('01', m.company_no) and s.slot_type = 'CEO'
        left join marketing.people_master as p on p.unique_id = s.person_unique_id
        where l.source = 'companies_csv'""",
    )
    # Five cells are '#REF!'; of those companies 2019's officer is all that is known.
    readable = [h for h in held if h["expected"] and not h["expected"].startswith("#")]
    assert len(readable) == 995
    assert [h for h in readable if name(h["full_name"]) not in {name(one) for one in h["expected"].split("/")}] == []


def test_who_left_since_2019_is_history(landed: Admin) -> None:
    displaced = rows(
        landed,
        """select c.company_name, p.full_name, h.effective_at::date as day
        from marketing.slot_assignment_history as h
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.people_master as p on p.unique_id = h.person_unique_id
        where h.event = 'DISPLACE'""",
    )
    assert {"company_name": "Kellogg", "full_name": "Steven Cahillane"} not in displaced
    assert len(displaced) > 100
    assert {d["day"] for d in displaced} == {date(2022, 6, 30)}
    assert ("CVS Health", "Larry Merlo") in {(d["company_name"], d["full_name"]) for d in displaced}


def test_the_order_of_the_years_does_not_matter(landed: Admin, server: Server, shared_folder: Path) -> None:
    name = server.create(server.template)
    database = Database(server.url(name, login="outreach_app"))
    try:
        land(database, shared_folder, (OFFICERS, COMPANIES))
        with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row) as look:
            assert masters(look) == masters(landed)
    finally:
        database.close()
        server.drop(name)


def test_officers_of_unknown_companies_wait_and_are_not_lost(landed: Admin) -> None:
    waiting = value(
        landed, "select count(*) from intake.raw_loads where source = 'officers_csv' and status = 'pending'"
    )
    failed = value(landed, "select count(*) from intake.raw_loads where source = 'officers_csv' and status = 'failed'")
    assert 40 < waiting < 80
    assert failed == 0 or failed < 10
    assert value(landed, "select count(*) from intake.raw_loads where source = 'officers_csv'") == 500
