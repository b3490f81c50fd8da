"""What a refreshed profile changes: each kind of change, what is none, and all that follows in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from tests.end_to_end.pipeline import digest, exact, rows, value
from tests.end_to_end.refreshed import (
    LEADS,
    PROFILES,
    follow,
    holders,
    job,
    lead,
    look,
    night,
    noted,
    outcome,
    profile,
)

Admin = psycopg.Connection[Any]
STAFF = [
    lead(),
    lead("ben-marsh", "quill", "Finance Director"),
    lead("cara-stone", "brandt", "CEO"),
    lead("dana-holt", "corvid", "HR Director"),
]
CFO_OF_QUILL = job("quill", "CFO", (3, 2021))
SINCE_AUTUMN = (10, 2026)


@pytest.fixture
def known(db: Database, admin: Admin, tmp_path: Path) -> Admin:
    """Three firms with a lead each for a seat, and a second in line for the CFO of the first."""
    night(db, tmp_path, STAFF)
    assert noted(admin) == [], "new people change nothing"
    return admin


def seen(db: Database, admin: Admin, folder: Path, *items: dict[str, Any], days: int = 1) -> dict[str, Any]:
    """Look at profiles and follow them."""
    return follow(db, look(db, admin, folder, items, days))


def test_a_job_change_moves_both_seats_and_tells_both_companies(db: Database, known: Admin, tmp_path: Path) -> None:
    assert holders(known)["quill CFO"] == "Ada Quill"
    moved = profile(job("brandt", "Chief Financial Officer", SINCE_AUTUMN), {**CFO_OF_QUILL, "endDate": {"text": "Sep 2026"}})
    report = seen(db, known, tmp_path, moved)
    assert (report["jobs"], report["changed"], report["changes"]) == (1, 1, {"job_change": {"applied": 1}})
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]
    assert holders(known)["quill CFO"] == "Ben Marsh", "the next candidate takes the seat"
    assert holders(known)["brandt CFO"] == "Ada Quill"
    change = rows(known, "select * from marketing.people_intelligence")[0]
    assert float(change["confidence"]) == 0.95
    assert change["payload"]["role_before"] == change["payload"]["role_after"] == "CFO"
    assert change["payload"]["slots_held"] == ["CFO"]
    events = rows(known, "select entity_type, event_data ->> 'side' as side from marketing.pipeline_events where event_type = 'person_job_change'")
    assert [(e["entity_type"], e["side"]) for e in events] == [("person", None), ("company", "left"), ("company", "joined")]
    history = rows(known, "select event, slot_type from marketing.slot_assignment_history where person_unique_id = %s and event = 'VACATE'", change["person_unique_id"])
    assert history == [{"event": "VACATE", "slot_type": "CFO"}]
    sides = rows(known, "select payload ->> 'side' as side, payload ->> 'slot_type' as seat from bit.signal order by 1 desc")
    assert [(s["side"], s["seat"]) for s in sides] == [("left", "CFO"), ("joined", "CFO")]
    job_row = rows(known, "select status, outcome, completed_at, result_data from public.linkedin_refresh_jobs")[0]
    assert (job_row["status"], job_row["outcome"], job_row["completed_at"] is None) == ("completed", "changed", False)
    assert job_row["result_data"]["changes"] == [
        {"type": "job_change", "intelligence_id": change["intelligence_id"], "state": "applied", "confidence": 0.95}
    ]
    assert "Ada" not in str(job_row["result_data"])


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("VP Finance", "Chief Financial Officer", "promotion"),
        ("CFO", "CFO & President", "promotion"),
        ("CFO", "Chief Executive Officer", "role_change"),
        ("CFO", "Head of Sales", "role_change"),
    ],
)
def test_titles_at_the_same_company(
    db: Database, admin: Admin, tmp_path: Path, before: str, after: str, kind: str
) -> None:
    night(db, tmp_path, [lead(title=before)])
    seen(db, admin, tmp_path, profile(job("quill", after, (3, 2021))))
    assert noted(admin) == [(kind, before, after)]
    change = rows(admin, "select confidence, payload from marketing.people_intelligence")[0]
    assert (float(change["confidence"]), change["payload"]["role_before"]) == (0.85, "CFO")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CFO", "Chief Financial Officer and Treasurer"), ("Directrice financière", "CFO"), ("SVP, Human Resources", "CHRO"),
    ],
)  # fmt: skip
def test_another_wording_of_the_same_title_is_no_change(
    db: Database, admin: Admin, tmp_path: Path, before: str, after: str
) -> None:
    night(db, tmp_path, [lead(title=before)])
    night(db, tmp_path, [profile(job("quill", after, (3, 2021)))], days=2, source=PROFILES)
    assert noted(admin) == []
    assert rows(admin, "select title from marketing.people_master") == [{"title": after}]


@pytest.mark.parametrize(
    ("source", "before", "after", "kind"),
    [
        (PROFILES, "VP Finance", "CFO", "promotion"),
        (PROFILES, "CFO", "CFO & President", "promotion"),
        (LEADS, "SVP, Human Resources", "CHRO", "promotion"),
    ],
)
def test_another_source_that_words_the_title_higher_tells_of_no_promotion(
    db: Database, admin: Admin, tmp_path: Path, source: str, before: str, after: str, kind: str
) -> None:
    night(db, tmp_path, [lead(title=before)])
    item = lead(title=after) if source == LEADS else profile(job("quill", after, (3, 2021)))
    night(db, tmp_path, [item], days=2, source=source)
    assert noted(admin) == [(kind, before, after)]


def test_a_title_that_changed_with_the_company_is_part_of_the_job_change(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    seen(db, known, tmp_path, profile(job("brandt", "Chief Executive Officer", SINCE_AUTUMN)))
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]


def test_somebody_who_left_without_a_successor_of_the_job(db: Database, known: Admin, tmp_path: Path) -> None:
    seen(db, known, tmp_path, profile(job("quill", "CFO", (3, 2021), ended="Sep 2026")))
    assert noted(known) == [("left_company", "Quill Works", None)]
    assert holders(known)["quill CFO"] == "Ben Marsh"


def test_somebody_who_left_for_a_company_that_is_no_master_here(db: Database, known: Admin, tmp_path: Path) -> None:
    seen(db, known, tmp_path, profile(job("farfield", "CFO", SINCE_AUTUMN)))
    assert noted(known) == [("left_company", "Quill Works", "Farfield Works")]
    assert holders(known)["quill CFO"] == "Ben Marsh"
    assert value(known, "select company_unique_id = (select company_unique_id from marketing.company_master where domain = 'quill.example') from marketing.people_intelligence")


def test_another_place_and_another_address_of_the_same_member(db: Database, admin: Admin, tmp_path: Path) -> None:
    place = {"location": {"parsed": {"city": "Graz", "state": "Styria", "country": "Austria"}}}
    moved = {"location": {"parsed": {"city": "Linz", "state": "Upper Austria", "country": "Austria"}}}
    night(db, tmp_path, [lead()])
    seen(db, admin, tmp_path, profile(CFO_OF_QUILL, number="1", **place))
    assert noted(admin) == [], "a place where none was known is no change"
    renamed = profile(CFO_OF_QUILL, slug="ada-quill-cpa", number="1", lastName="Quill", asked="ada-quill", **moved)
    seen(db, admin, tmp_path, renamed, days=2)
    assert noted(admin) == [
        ("location_change", "Graz, Styria, Austria", "Linz, Upper Austria, Austria"),
        ("profile_renamed", "https://www.linkedin.com/in/ada-quill", "https://www.linkedin.com/in/ada-quill-cpa"),
    ]
    assert value(admin, "select count(*) from marketing.people_master") == 1


def test_a_name_that_is_no_spelling_of_the_one_before_is_proposed(db: Database, known: Admin, tmp_path: Path) -> None:
    jobs = look(db, known, tmp_path, [profile(CFO_OF_QUILL, lastName="Winterbourne")])
    assert follow(db, jobs)["proposed"] == 1
    assert noted(known, "proposed") == [("name_change", "Ada Quill", "Ada Winterbourne")]
    assert value(known, "select full_name from marketing.people_master where linkedin_url like '%%/ada-quill'") == "Ada Quill"
    assert outcome(known, jobs[0]) == "proposed"


@pytest.mark.parametrize("name", ["Quíll", "QUILL", "Quill-Winter", "Quil", "van Quill"])
def test_a_spelling_of_the_name_is_no_change(db: Database, known: Admin, tmp_path: Path, name: str) -> None:
    seen(db, known, tmp_path, profile(CFO_OF_QUILL, lastName=name))
    assert noted(known) == []


def test_a_profile_that_does_not_exist_any_more_is_not_asked_for_again(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    missing = {"status": 404, "error": "Profile not found", "publicIdentifier": "ada-quill"}
    jobs = look(db, known, tmp_path, [missing])
    assert follow(db, jobs)["gone"] == 1
    assert [kind for kind, _, _ in noted(known)] == ["profile_gone"]
    cached = rows(known, "select provider, subject, ask_again_at > now() + interval '364 days' as long from public.negative_cache")
    person = value(known, "select unique_id from marketing.people_master where linkedin_url like '%%/ada-quill'")
    assert cached == [{"provider": "apify:linkedin", "subject": person, "long": True}]
    assert holders(known)["quill CFO"] == "Ada Quill", "a profile that is gone says nothing about the job"


TRAPS = {
    "the same": [CFO_OF_QUILL],
    "a position left open": [CFO_OF_QUILL, job("brandt", "Controller", (5, 2012))],
    "a board seat beside the job": [job("brandt", "Board Member", SINCE_AUTUMN), CFO_OF_QUILL],
    "another spelling of the company": [{**CFO_OF_QUILL, "companyName": "QUILL WORKS, Inc."}],
    "another spelling without a page": [
        {**CFO_OF_QUILL, "companyName": "Quill Works LLC", "companyUniversalName": None, "companyLinkedinUrl": None}
    ],
    "the title in capitals": [{**CFO_OF_QUILL, "position": "cfo"}],
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_is_no_change(db: Database, known: Admin, tmp_path: Path, name: str) -> None:
    report = seen(db, known, tmp_path, profile(*TRAPS[name]))
    assert [kind for kind, _, _ in noted(known)] == []
    assert (report["jobs"], report["unchanged"]) == (1, 1)
    assert holders(known)["quill CFO"] == "Ada Quill"


def test_companies_that_turn_out_to_be_one_are_no_job_change(db: Database, admin: Admin, tmp_path: Path) -> None:
    other = {"company_name": "Quill Works International", "company_website": "https://quill-holdings.example", "company_linkedin": None}
    night(db, tmp_path, [lead(), lead("cara-stone", "quill", "CEO", **other)])
    assert value(admin, "select count(*) from marketing.company_master") == 2
    bridge = lead("ben-marsh", "quill", "HR Director", company_website="https://quill-holdings.example")
    night(db, tmp_path, [bridge], days=1)
    assert value(admin, "select count(*) from marketing.company_master") == 1
    assert noted(admin) == []


def test_people_who_turn_out_to_be_one_are_no_change(db: Database, admin: Admin, tmp_path: Path) -> None:
    address = {"linkedin": None, "email": "ada@quill.example"}
    night(db, tmp_path, [lead(firm="brandt", title="CEO"), lead(**address), lead("cara-stone", "brandt", "HR Director")])
    assert value(admin, "select count(*) from marketing.people_master") == 3
    night(db, tmp_path, [lead(email="ada@quill.example", title="Finance Director")], days=1)
    assert value(admin, "select count(*) from marketing.people_master") == 2
    assert noted(admin) == []


def test_a_profile_of_the_same_day_is_later_than_what_it_was_asked_about(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    seen(db, known, tmp_path, profile(job("brandt", "CFO", SINCE_AUTUMN)), days=0)
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]


def test_an_older_record_that_arrives_late_is_no_change(db: Database, admin: Admin, tmp_path: Path) -> None:
    night(db, tmp_path, [lead(title="CFO")], days=2)
    night(db, tmp_path, [lead(firm="brandt", title="CEO")], days=0)
    assert noted(admin) == []
    night(db, tmp_path, [lead(firm="corvid", title="CFO")], days=3)
    assert noted(admin) == [("job_change", "Quill Works", "Corvid Works")]


def test_a_better_source_of_the_same_night_corrects_and_changes_nothing(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    night(db, tmp_path, [lead(), lead("cara-stone", "brandt", "CEO")])
    night(db, tmp_path, [profile(job("brandt", "CFO", SINCE_AUTUMN))], source="apify_harvestapi_profiles")
    assert holders(admin)["brandt CFO"] == "Ada Quill"
    assert noted(admin) == []


def test_a_nightly_source_notes_changes_too_and_once(db: Database, known: Admin, tmp_path: Path) -> None:
    batch = night(db, tmp_path, [lead(firm="brandt")], days=1)
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]
    before = exact(known)
    digest_again(db, batch)
    assert exact(known) == before
    assert len(noted(known)) == 1


def test_there_and_back_again_are_two_changes_of_which_the_second_is_doubted(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    night(db, tmp_path, [lead(firm="brandt")], days=1)
    night(db, tmp_path, [lead()], days=2)
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works"), ("job_change", "Brandt Works", "Quill Works")]
    confidences = [float(r["confidence"]) for r in rows(known, "select confidence from marketing.people_intelligence order by 1")]
    assert confidences == [0.5, 0.85]


def digest_again(db: Database, batch: Any) -> None:
    from tests.end_to_end.pipeline import workspace

    digest(workspace(db), batch)
