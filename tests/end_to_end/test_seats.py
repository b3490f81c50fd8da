"""Who may hold a seat: thresholds, titles of another company, parts of a company, and equals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.explain import explain
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, rows, workspace

Admin = psycopg.Connection[Any]
Item = dict[str, Any]
LEADS, PROFILES = "apify_leads_finder", "apify_harvestapi_profiles"
COMPANY = {"name": "Pell Motors", "url": "https://www.linkedin.com/company/pellmotors"}


def lead(name: str, title: str, company: int = 0) -> Item:
    """A lead; companies of other numbers bear the same name at a domain and a page of their own."""
    first, last = name.split()
    own, at = str(company or ""), f"pell{company or ''}.example"
    return {
        "first_name": first, "last_name": last, "job_title": title, "email": f"{first.lower()}@{at}",
        "linkedin": f"https://www.linkedin.com/in/{first.lower()}-{last.lower()}{own}", "company_name": COMPANY["name"],
        "company_website": f"https://{at}", "company_linkedin": COMPANY["url"] + own,
    }  # fmt: skip


def profile(name: str, title: str) -> Item:
    first, last = name.split()
    page = f"{first.lower()}-{last.lower()}"
    job = {
        "position": title, "companyName": COMPANY["name"], "companyLinkedinUrl": COMPANY["url"],
        "startDate": {"year": 2020, "text": "2020"}, "endDate": {"text": "Present"},
    }  # fmt: skip
    return {
        "id": f"ACoA-{page}", "publicIdentifier": page, "linkedinUrl": f"https://www.linkedin.com/in/{page}",
        "firstName": first, "lastName": last, "experience": [job],
    }  # fmt: skip


def land(db: Database, folder: Path, days: int, source: str, *items: Item) -> None:
    work, batch = workspace(db), Batch(DAY + timedelta(days=days), source)
    land_items(work, batch, list(items), folder, f"{days}{source}.jsonl")
    digest(work, batch)


def seats(admin: Admin) -> dict[str, str | None]:
    found = rows(
        admin,
        """select s.slot_type, p.full_name from marketing.company_slot as s
        left join marketing.people_master as p on p.unique_id = s.person_unique_id""",
    )
    return {row["slot_type"]: row["full_name"] for row in found}


def ties(admin: Admin) -> list[list[str]]:
    found = rows(
        admin,
        """select array(
            select p.full_name from marketing.people_master as p
            where p.unique_id = any(t.people_unique_ids) order by p.full_name
        ) as people from marketing.slot_tie as t""",
    )
    return [row["people"] for row in found]


def why(db: Database, admin: Admin, slot: str) -> dict[str, str | None]:
    """What `outreach explain` says of each candidate for a slot, by name."""
    (row,) = rows(admin, "select company_slot_unique_id as id from marketing.company_slot where slot_type = %s", slot)
    document = explain(workspace(db), row["id"])
    return {each["person_name"]: each["why"] for each in document["candidates"]}


def test_below_the_threshold_one_competes_and_is_shown(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "HR Generalist"))
    assert seats(admin)["HR"] is None
    assert why(db, admin, "HR") == {
        "Ada Quill": "30 points; the slot takes 50: competes, but does not hold it",
    }
    land(db, tmp_path, 1, LEADS, lead("Ben Stone", "HR Manager"))
    assert seats(admin)["HR"] == "Ben Stone"

    admin.execute("update marketing.slot_threshold set points = 61 where slot_type = 'HR'")
    assert assign_slots(workspace(db)).vacated == 1
    assert seats(admin)["HR"] is None


def test_who_sinks_below_the_threshold_leaves_the_seat(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "HR Manager"))
    land(db, tmp_path, 5, LEADS, lead("Ada Quill", "HR Business Partner"))
    assert seats(admin)["HR"] is None
    told = rows(admin, "select event, reason from marketing.slot_assignment_history order by effective_at")
    assert [row["event"] for row in told] == ["ASSIGN", "VACATE"]
    assert told[-1]["reason"] == "the title is below the threshold of the slot"


TITLES = {
    "Chairman and Chief Executive Officer, Lind Foods": False,
    "CEO at Lind Foods": False,
    "Geschäftsführer der Lindwerk GmbH": False,
    "CEO at Pell Motors": True,
    "CEO, Pell Motors Inc.": True,
    "CEO of a family business": True,
}


def test_a_title_of_another_company_is_no_seat_here(db: Database, admin: Admin, tmp_path: Path) -> None:
    items = [lead("Ada Quill", title, n) for n, title in enumerate(TITLES)]
    land(db, tmp_path, 0, LEADS, *items)
    held = rows(
        admin,
        """select v.title, s.is_filled from marketing.company_slot as s
        inner join marketing.company_master as c using (company_unique_id)
        inner join intake.validated_people as v on v.email like '%@' || c.domain
        where s.slot_type = 'CEO'""",
    )
    assert {row["title"]: row["is_filled"] for row in held} == TITLES


def test_of_a_title_of_another_company_explain_says_so(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "CEO, Lind Foods"))
    assert why(db, admin, "CEO") == {"Ada Quill": "the newest title names another company"}


def test_a_part_of_the_company_is_below_the_whole(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "CFO, Valve Division"))
    assert seats(admin)["CFO"] is None
    land(db, tmp_path, 1, LEADS, lead("Ben Stone", "Finance Director"), lead("Ada Quill", "CFO, Valve Division"))
    assert seats(admin)["CFO"] == "Ben Stone"


def test_equals_wait_for_somebody_and_no_name_decides(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "CEO"), lead("Ben Stone", "CEO"))
    assert seats(admin)["CEO"] is None
    assert ties(admin) == [["Ada Quill", "Ben Stone"]]
    equal = "equal to another candidate in points, source, day and number of sources"
    assert why(db, admin, "CEO") == {"Ada Quill": equal, "Ben Stone": equal}

    before = exact(admin)
    admin.execute("insert into marketing.slot_work select distinct company_no from intake.company_member on conflict do nothing")
    assign_slots(workspace(db))
    assert exact(admin) == before


def test_who_holds_the_seat_keeps_it_against_an_equal(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Zoe Quill", "President"))
    land(db, tmp_path, 1, LEADS, lead("Ada Stone", "CEO"), lead("Zoe Quill", "CEO"))
    assert seats(admin)["CEO"] == "Zoe Quill"
    assert ties(admin) == [["Ada Stone", "Zoe Quill"]]
    land(db, tmp_path, 2, LEADS, lead("Zoe Quill", "Board Member"))
    assert seats(admin)["CEO"] == "Ada Stone"
    assert ties(admin) == []


def test_of_equals_the_better_source_comes_first(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Ada Quill", "CEO"))
    land(db, tmp_path, 0, PROFILES, profile("Zoe Stone", "CEO"))
    assert seats(admin)["CEO"] == "Zoe Stone"
    assert why(db, admin, "CEO")["Ada Quill"] == "equal points and day: the occupant's source is better"


def test_of_equals_the_one_of_more_sources_comes_first(db: Database, admin: Admin, tmp_path: Path) -> None:
    land(db, tmp_path, 0, LEADS, lead("Cid Low", "Engineer"))
    land(db, tmp_path, 1, PROFILES, profile("Zoe Stone", "CEO"), profile("Ada Quill", "CEO"))
    assert seats(admin)["CEO"] is None
    land(db, tmp_path, 1, LEADS, lead("Zoe Stone", "CEO"))
    assert seats(admin)["CEO"] == "Zoe Stone"
    assert ties(admin) == []
    assert why(db, admin, "CEO")["Ada Quill"] == "equal points, day and source: the occupant's word is newer, or more sources say it"
