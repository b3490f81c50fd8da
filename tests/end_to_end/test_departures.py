"""Who left: records without an employer, employers known by name only, and what is no departure at all."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.explain import explain
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, masters, rows, value, workspace

Admin = psycopg.Connection[Any]
Item = dict[str, Any]
LEADS, PROFILES = "apify_leads_finder", "apify_harvestapi_profiles"
PAGE = "https://www.linkedin.com/in/ada-quill-1"
HOME = {"companyName": "Quillworks Robotics", "companyLinkedinUrl": "https://www.linkedin.com/company/quillworks"}
LEAD: Item = {
    "first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "linkedin": PAGE, "company_name": "Quillworks Robotics",
    "company_website": "https://quillworks.example", "company_linkedin": "https://www.linkedin.com/company/quillworks",
}  # fmt: skip
OTHER: Item = {
    "first_name": "Ben", "last_name": "Stone", "job_title": "CEO", "company_name": "Stonemill",
    "company_website": "https://stonemill.example", "company_linkedin": "https://www.linkedin.com/company/stonemill",
}  # fmt: skip


def job(title: str | None, year: int, end: str = "Present", **company: Any) -> Item:
    ended = {"text": end} if end == "Present" else {"text": end, "year": int(end[-4:])}
    return {"position": title, "startDate": {"year": year, "text": str(year)}, "endDate": ended, **company}


def profile(*experience: Item, **fields: Any) -> Item:
    return {
        "id": "ACoA1", "linkedinUrl": PAGE, "firstName": "Ada", "lastName": "Quill", "experience": list(experience), **fields,
    }  # fmt: skip


def at(days: int) -> datetime:
    return datetime.combine(DAY + timedelta(days=days), datetime.min.time(), UTC)


def play(db: Database, folder: Path, *batches: tuple[int, str, Item]) -> None:
    """One batch per item: the day (counted from DAY), its source, the item."""
    for n, (days, source, item) in enumerate(batches):
        work, batch = workspace(db), Batch(DAY + timedelta(days=days), source)
        land_items(work, batch, [item], folder, f"{n}.jsonl")
        digest(work, batch)


def ada(admin: Admin) -> dict[str, Any]:
    """Her company, title and departure, and whether she holds its slot."""
    (found,) = rows(
        admin,
        """select c.company_name as company, p.title, p.departed_at, p.departed_to, s.person_unique_id is not distinct from
        p.unique_id as holds
        from marketing.people_master as p
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.company_slot as s using (company_slot_unique_id)
        where p.first_name = 'Ada'""",
    )
    return found


def last_event(admin: Admin) -> tuple[str, str, datetime]:
    found = rows(
        admin,
        """select h.event, h.reason, h.effective_at from marketing.slot_assignment_history as h
        inner join marketing.people_master as p on p.unique_id = h.person_unique_id
        where p.first_name = 'Ada' order by h.effective_at desc, h.event desc""",
    )[0]
    return found["event"], found["reason"], found["effective_at"]


ENDED = job("CEO", 2015, "Nov 2026", **HOME)
AWAY = job("Analyst", 2026, companyName="Marlow Pike & Co")

LEFT = {
    "all positions have ended": (profile(ENDED), None, "left without a new employer"),
    "only self-employed now": (
        profile(ENDED, currentPosition=[{"companyName": "Self-employed"}]), None, "left without a new employer",
    ),
    "a company by name, in no slot role, without an address": (
        profile(AWAY, ENDED), "Marlow Pike & Co", "observed at a company not known here",
    ),
    "a chief elsewhere": (
        profile(job("CEO", 2026, companyName="Northgate Robotics"), ENDED), "Northgate Robotics",
        "observed at a company not known here",
    ),
    "a company known by its number only": (
        profile(job("CEO", 2026, companyName="Stone", companyId="7001"), ENDED), "Stone", "observed at another company",
    ),
    # The position here has ended, that is told; an older one of which no end is told is where she is.
    "another of which no end is told": (
        profile({"position": "CEO", "companyName": "Somewhere", "startDate": {"year": 2011}}, ENDED), "Somewhere",
        "observed at a company not known here",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT)
def test_who_left_vacates_the_slot_and_the_master_says_since_when_and_where_to(
    db: Database, admin: Admin, tmp_path: Path, case: str
) -> None:
    item, to, reason = LEFT[case]
    play(db, tmp_path, (0, LEADS, LEAD), (3, PROFILES, item))
    assert ada(admin) == {
        "company": "Quillworks Robotics", "title": "CEO", "departed_at": at(3), "departed_to": to, "holds": False,
    }  # fmt: skip
    assert last_event(admin) == ("VACATE", reason, at(3))
    evidence = "select l.source from intake.raw_loads as l inner join {} using (load_id)"
    assert value(admin, evidence.format("marketing.slot_assignment_history as h") + " where h.event = 'VACATE'") == PROFILES
    assert value(admin, "select count(*) from intake.raw_loads where status = 'failed'") == 0


# A colleague's profile knows the number of the company.
BEN: Item = profile(
    job("CFO", 2015, **HOME, companyId="9001"), id="ACoA2", linkedinUrl=f"{PAGE}-ben", firstName="Ben", lastName="Stone"
)
STAYED = {
    "a leftover open position behind a newer one": profile(job("CEO", 2020, **HOME), job("Analyst", 2009, companyName="Old")),
    "a board seat that began later": profile(job("Board Member", 2025, companyName="Marlow"), job("CEO", 2015, **HOME)),
    "the same, listed the other way round": profile(
        job("CEO", 2015, **HOME), job("Member of the Board of Directors", 2025, companyName="Marlow")
    ),
    "a spelling of the name": profile(job("CEO", 2015, companyName="QUILLWORKS, Inc. (Europe)")),
    "a spelling written together": profile(job("CEO", 2015, companyName="Quill Works")),
    "the initials": profile(job("CEO", 2015, companyName="QR")),
    "another job by name beside an open one here": profile(
        job("Owner", 2025, companyName="Marlow Pike"), job("CEO", 2015, companyName="Quillworks Robotics")
    ),
    "nothing about an employer": profile(),
    "a legal form, at a page known by its number only": profile(
        job("CEO", 2015, companyName="Quillworks Robotics, Inc.", companyId="7001")
    ),
    "another legal form and page": profile(
        job(
            "CEO", 2015, companyName="QuillWorks Robotics Corporation",
            companyLinkedinUrl="https://www.linkedin.com/company/quillworks-robotics-corporation",
        )
    ),
}


@pytest.mark.parametrize("case", STAYED)
def test_what_is_no_departure(db: Database, admin: Admin, tmp_path: Path, case: str) -> None:
    play(db, tmp_path, (0, LEADS, LEAD), (1, PROFILES, BEN), (3, PROFILES, STAYED[case]))
    assert ada(admin) == {
        "company": "Quillworks Robotics", "title": "CEO", "departed_at": None, "departed_to": None, "holds": True,
    }  # fmt: skip


def test_who_comes_back_has_not_departed(db: Database, admin: Admin, tmp_path: Path) -> None:
    play(db, tmp_path, (0, LEADS, LEAD), (3, PROFILES, profile(ENDED)), (5, PROFILES, profile(job("CEO", 2026, **HOME))))
    assert (ada(admin)["departed_at"], ada(admin)["holds"]) == (None, True)
    assert last_event(admin)[0] == "ASSIGN"


def test_who_is_then_seen_at_a_known_company_has_moved_there(db: Database, admin: Admin, tmp_path: Path) -> None:
    there = job("CFO", 2026, companyName="Stonemill", companyLinkedinUrl="https://www.linkedin.com/company/stonemill")
    play(
        db, tmp_path, (0, LEADS, LEAD), (0, LEADS, OTHER), (3, PROFILES, profile(AWAY, ENDED)), (5, PROFILES, profile(there))
    )
    assert (ada(admin)["company"], ada(admin)["departed_at"], ada(admin)["holds"]) == ("Stonemill", None, True)


def test_departed_at_is_the_first_observation_since_which_nobody_places_them_there(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    """Away on day 1, here again on day 2 by a source that changed its word. On day 4 the profile only repeats what it said on
    day 1, and repeating is not speaking; on day 6 it names where she went.
    """
    gone = profile(ENDED)
    play(
        db, tmp_path, (0, LEADS, LEAD), (1, PROFILES, gone), (2, LEADS, LEAD | {"job_title": "Chief Executive Officer"}),
        (4, PROFILES, gone), (6, PROFILES, profile(AWAY, ENDED)),
    )  # fmt: skip
    assert (ada(admin)["departed_at"], ada(admin)["departed_to"]) == (at(6), "Marlow Pike & Co")


def test_a_profile_of_nobody_to_promote_fails_until_somebody_knows_the_person(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    """It came first and was refused; with the lead it is the evidence that she has left since."""
    play(db, tmp_path, (3, PROFILES, profile(AWAY, ENDED)))
    state = "select status || ' ' || outcome from intake.raw_loads inner join intake.validation_failed using (load_id) where check_name = 'promotable'"
    assert value(admin, state) == "failed rejected"
    assert value(admin, "select count(*) from marketing.people_master") == 0
    play(db, tmp_path, (0, LEADS, LEAD))
    assert (ada(admin)["departed_at"], ada(admin)["departed_to"]) == (at(3), "Marlow Pike & Co")
    assert value(admin, state) == "promoted noted"


def test_a_name_that_the_company_turns_out_to_bear_takes_the_departure_back(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    renamed = LEAD | {"first_name": "Cara", "linkedin": None, "job_title": "CFO", "company_name": "Marlow Pike"}
    play(db, tmp_path, (0, LEADS, LEAD), (3, PROFILES, profile(AWAY, ENDED)), (4, LEADS, renamed))
    assert (ada(admin)["departed_at"], ada(admin)["holds"]) == (None, True)
    assert last_event(admin)[0] == "ASSIGN"


def test_another_name_at_the_number_of_the_company_is_the_company(db: Database, admin: Admin, tmp_path: Path) -> None:
    renamed = profile(job("CEO", 2015, companyName="QWR Holdings", companyId="9001"))
    play(db, tmp_path, (0, LEADS, LEAD), (1, PROFILES, BEN), (3, PROFILES, renamed))
    assert (ada(admin)["departed_at"], ada(admin)["holds"]) == (None, True)
    assert rows(admin, "select * from marketing.people_intelligence") == []


def test_a_page_that_turns_out_to_be_of_that_name_takes_the_departure_back(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    """Its name is known from somebody else's profile only, a day later."""
    page = {"companyLinkedinUrl": "https://www.linkedin.com/company/quillworks-inc"}
    away = profile(job("CEO", 2015, companyName="QWR", **page))
    ben = BEN | {"experience": [job("CFO", 2015, companyName="Quillworks Robotics, Inc.", **page)]}
    play(db, tmp_path, (0, LEADS, LEAD), (3, PROFILES, away))
    assert ada(admin)["holds"] is False
    play(db, tmp_path, (4, PROFILES, ben))
    assert (ada(admin)["departed_at"], ada(admin)["holds"]) == (None, True)


def story() -> list[tuple[int, str, Item]]:
    """Departures of each kind, returns, witnesses, and a name learnt later, each on its own day."""
    stonemill = {"companyName": "Stonemill", "companyLinkedinUrl": "https://www.linkedin.com/company/stonemill"}
    return [
        (0, LEADS, LEAD), (0, LEADS, OTHER), (1, PROFILES, profile(ENDED)), (2, PROFILES, profile(job("CEO", 2027, **HOME))),
        (3, PROFILES, profile(AWAY, ENDED)), (4, LEADS, LEAD | {"first_name": "Cara", "linkedin": None, "job_title": "CFO"}),
        (5, PROFILES, profile(job("CFO", 2027, **stonemill), ENDED)), (6, PROFILES, profile(job("CFO", 2027, "Jan 2027", **stonemill))),
        (7, LEADS, OTHER | {"first_name": "Dora", "company_name": "Northgate"}),
        (8, PROFILES, profile(job("Trainee", 2027, companyName="Northgate Ltd"))),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_ends_the_same_and_a_second_run_touches_nothing(
    server: Server, db: Database, admin: Admin, tmp_path: Path, seed: int
) -> None:
    play(db, tmp_path, *story())
    shuffled = story()
    random.Random(seed).shuffle(shuffled)
    other = server.create(server.template)
    try:
        elsewhere = Database(server.url(other, login="outreach_app"))
        play(elsewhere, tmp_path, *shuffled)
        with psycopg.connect(server.url(other), row_factory=psycopg.rows.dict_row, autocommit=True) as second:
            assert masters(second) == masters(admin)
            before = exact(second)
            for days, source in dict.fromkeys((days, source) for days, source, _ in shuffled):
                digest(workspace(elsewhere), Batch(DAY + timedelta(days=days), source))
            assert exact(second) == before
    finally:
        server.drop(other)


RESEMBLE = [
    ("quillworks robotics", "quillworks", True), ("northgate robotics", "southgate robotics", False),
    ("jp morgan", "jpmorgan chase", True), ("ibm", "international business machines", True),
    ("the clinic", "clinic services", True), ("marlow pike", "pike marlow", True), ("abc", "abcd", False),
]  # fmt: skip


@pytest.mark.parametrize("known, stated, alike", [*RESEMBLE, *((b, a, alike) for a, b, alike in RESEMBLE)])
def test_names_that_are_no_other_employer(admin: Admin, known: str, stated: str, alike: bool) -> None:
    admin.execute(
        "insert into marketing.company_signature (fingerprint, linkedin_id, name_key, company_no) values (1, '7', %s, 7)", (known,)
    )
    assert value(admin, "select marketing.f_is_other_employer(%s, 7)", [stated]) is not alike
    assert value(admin, "select marketing.f_is_other_employer(%s, 7)", ["wholly different", stated]) is not alike


def test_the_departure_explains_itself_by_the_profile_that_showed_it(db: Database, admin: Admin, tmp_path: Path) -> None:
    play(db, tmp_path, (0, LEADS, LEAD), (3, PROFILES, profile(AWAY, ENDED)))
    found = explain(workspace(db), value(admin, "select unique_id from marketing.people_master"))
    assert (found["fields"]["departed_at"]["source"], found["fields"]["departed_to"]["source"]) == (PROFILES, PROFILES)
    assert found["fields"]["departed_to"]["value"] == "Marlow Pike & Co"
    assert found["fields"]["company_unique_id"]["source"] == LEADS
    assert [each["why"] for each in found["standing"]] == ["observed elsewhere, or without an employer, since"]
