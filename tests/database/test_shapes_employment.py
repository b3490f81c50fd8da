"""Whose job is it: which of several positions of a profile is the one that counts."""

from __future__ import annotations

from typing import Any

import pytest
from flattened import SHAPES, Connection, flatten, land


def present(title: str | None, company: str, year: int, end: str = "Present") -> dict[str, Any]:
    return {"position": title, "companyName": company, "startDate": {"year": year}, "endDate": {"text": end}}


def employment(connection: Connection, shape: str, item: dict[str, Any]) -> tuple[str | None, str | None]:
    land(connection, [item])
    person = flatten(connection, SHAPES[shape], "person")[0]
    company = flatten(connection, SHAPES[shape], "company")
    return person.get("title"), company[0].get("name") if company else None


@pytest.mark.parametrize(
    ("experience", "expected"),
    [
        ([present("CFO", "New", 2024), present("Analyst", "Old, never closed", 2009)], ("CFO", "New")),
        ([present("Analyst", "Old, never closed", 2009), present("CFO", "New", 2024)], ("CFO", "New")),
        ([present(None, "Untitled", 2025), present("CFO", "New", 2024)], ("CFO", "New")),
        ([present("CEO", "First", 2024), present("Advisor", "Second", 2024)], ("CEO", "First")),
        ([present("CEO", "Left", 2024, "Mar 2026")], (None, None)),
    ],
)
def test_the_current_position_that_began_last(
    connection: Connection, experience: list[dict[str, Any]], expected: tuple[str | None, str | None]
) -> None:
    item = {"id": "ACoA1", "firstName": "A", "lastName": "B", "experience": experience}
    assert employment(connection, "harvestapi_profile", item) == expected


def dev_fusion(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    """The actor's own pick, at the top level, is the first."""
    experiences = [
        {"title": title, "companyName": company, "jobStartedOn": f"3-{year}", "jobStillWorking": True}
        for title, company, year in jobs
    ]
    top = {"jobTitle": jobs[0][0], "companyName": jobs[0][1], "jobStartedOn": f"3-{jobs[0][2]}", "jobStillWorking": True}
    return {"fullName": "A B", "experiences": experiences, **top}


def harvestapi(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    current = [{"companyName": company} for _, company, _ in jobs]
    return {"id": "ACoA1", "firstName": "A", "experience": [present(*job) for job in jobs], "currentPosition": current}


def apimaestro(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    experience = [
        {"title": title, "company": company, "start_date": {"year": year, "month": "Mar"}, "is_current": True}
        for title, company, year in jobs
    ]
    return {"basic_info": {"fullname": "A B", "current_company": jobs[0][1]}, "experience": experience}


def apollo(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    history = [
        {
            "current": True, "organization_id": f"o{company}", "organization_name": company, "title": title,
            "start_date": f"{year}-03-01",
        }
        for title, company, year in jobs
    ]  # fmt: skip
    top = {"organization_id": f"o{jobs[0][1]}", "organization": {"name": jobs[0][1], "primary_domain": "first.example"}}
    return {"id": "a", "name": "A B", "title": jobs[0][0], "employment_history": history, **top}


PROFILES = {
    "dev_fusion_profile": dev_fusion, "harvestapi_profile": harvestapi, "apimaestro_profile": apimaestro,
    "apollo_people_match": apollo, "apollo_people_search": apollo, "apollo_scraper": apollo,
}  # fmt: skip


@pytest.mark.parametrize("shape", PROFILES)
@pytest.mark.parametrize("side_title", ["Board Member", "Advisor to the CEO", "Angel Investor", "Volunteer"])
@pytest.mark.parametrize("since", [2009, 2025])
@pytest.mark.parametrize("side_first", [True, False])
def test_a_side_job_gives_way_to_a_job_whatever_its_date_and_place(
    connection: Connection, shape: str, side_title: str, since: int, side_first: bool
) -> None:
    job, side = ("CEO", "Here", 2015), (side_title, "There", since)
    item = PROFILES[shape]([side, job] if side_first else [job, side])
    assert employment(connection, shape, item) == ("CEO", "Here")
    person = flatten(connection, SHAPES[shape], "person")[0]
    assert set(person["employers"]) == {"Here", "There"}
    company = flatten(connection, SHAPES[shape], "company")[0]
    assert ("domain" in company) == (shape.startswith("apollo") and not side_first), "a website of the other employer"
    assert not side_first or "2015" in person["started_on"]


@pytest.mark.parametrize("shape", PROFILES)
def test_a_side_job_alone_is_the_job(connection: Connection, shape: str) -> None:
    jobs = [("Board Member", "There", 2019), ("Advisor", "Elsewhere", 2009)]
    assert employment(connection, shape, PROFILES[shape](jobs)) == ("Board Member", "There")


def ended(shape: str, item: dict[str, Any]) -> dict[str, Any]:
    """The same item with every position ended."""
    item = {**item, "jobStillWorking": False, "currentPosition": [], "organization": None, "organization_id": None}
    item |= {"basic_info": {"fullname": "A B", "current_company": ""}}
    ends = {
        "dev_fusion_profile": {"jobStillWorking": False}, "harvestapi_profile": {"endDate": {"text": "Mar 2026", "year": 2026}},
        "apimaestro_profile": {"is_current": False, "end_date": {"year": 2026}},
    }.get(shape, {"current": False})  # fmt: skip
    for key in ("experiences", "experience", "employment_history"):
        item[key] = [{**job, **ends} for job in item.get(key, [])]
    return item


@pytest.mark.parametrize("shape", PROFILES)
def test_no_employer_means_that_positions_are_listed_and_all_have_ended(connection: Connection, shape: str) -> None:
    current = PROFILES[shape]([("CEO", "Here", 2015), ("Analyst", "There", 2009)])
    over = ended(shape, current)
    none_listed = {**over, "experiences": [], "experience": [], "employment_history": []}
    for item, expected in ((current, None), (over, "2"), (none_listed, None)):
        connection.execute("TRUNCATE loads")
        land(connection, [item])
        person = flatten(connection, SHAPES[shape], "person")[0]
        assert person.get("no_employer") == expected
        assert ("employers" in person) == (item is current)
    key = next(key for key in ("experiences", "experience", "employment_history") if over[key])
    for n in range(2):
        connection.execute("TRUNCATE loads")
        land(connection, [{**over, key: [current[key][m] if m == n else over[key][m] for m in range(2)]}])
        assert "no_employer" not in flatten(connection, SHAPES[shape], "person")[0]


def test_positions_that_older_rows_describe_by_caption(connection: Connection) -> None:
    def older(*captions: str | None) -> dict[str, Any]:
        rows = [{"title": "CEO", "subtitle": "Here · Full-time", "caption": caption} for caption in captions]
        return {"fullName": "A B", "experiences": rows}

    for captions, no_employer, employers in [
        (("Mar 2015 - Nov 2026 · 11 yrs", "2009 – 2015 · 6 yrs"), "2", None),
        (("Mar 2015 - Present · 11 yrs", "2009 - 2015 · 6 yrs"), None, ["Here · Full-time"]),
        (("Mar 2015 - Nov 2026 · 11 yrs", None), None, None),
        (("Mar 2015 - heute · 11 yrs",), None, None),
    ]:
        connection.execute("TRUNCATE loads")
        land(connection, [older(*captions)])
        person = flatten(connection, SHAPES["dev_fusion_profile"], "person")[0]
        assert (person.get("no_employer"), person.get("employers")) == (no_employer, employers)


def test_an_ended_job_at_the_top_gives_way_to_the_experience(connection: Connection) -> None:
    item = {
        "fullName": "A B", "jobTitle": "CEO", "companyName": "Left", "companyWebsite": "left.example",
        "jobStillWorking": False,
        "experiences": [{"title": "Chair", "companyName": "Now", "jobStillWorking": True}],
    }  # fmt: skip
    assert employment(connection, "dev_fusion_profile", item) == ("Chair", "Now")
    assert "website_url" not in flatten(connection, SHAPES["dev_fusion_profile"], "company")[0]


def test_history_lends_its_title_only_to_the_same_employer(connection: Connection) -> None:
    history = [{"current": True, "organization_id": "o2", "organization_name": "Other", "title": "CEO"}]
    item = {"id": "a", "title": None, "organization_id": "o1", "organization": {"id": "o1", "name": "One"}}
    assert employment(connection, "apollo_people_match", item | {"employment_history": history}) == (
        None,
        "One",
    )
    connection.execute("TRUNCATE loads")
    lone = {"id": "a", "title": None, "organization": None, "employment_history": history}
    assert employment(connection, "apollo_people_match", lone) == ("CEO", "Other")


def test_months_decide_within_a_year_where_dates_are_iso(connection: Connection) -> None:
    history = [
        {"current": True, "title": title, "organization_name": title, "start_date": start}
        for title, start in [("Second", "2024-03-01"), ("Third", "2024-11-01"), ("First", None)]
    ]
    item = {"id": "a", "title": None, "organization": None, "employment_history": history}
    assert employment(connection, "apollo_people_match", item) == ("Third", "Third")


def test_numbers_marked_do_not_call_are_left_out(connection: Connection) -> None:
    numbers = [
        {"type": "mobile", "sanitized_number": "+13045550101", "dnc_status": "dnc"},
        {"type": "mobile", "sanitized_number": "+13045550102", "status": "invalid_number"},
        {"type": "mobile", "sanitized_number": "+13045550103", "status": "valid_number"},
    ]
    land(connection, [{"id": "d", "name": "A B", "phone_numbers": numbers}])
    assert flatten(connection, SHAPES["apollo_contacts"], "person")[0]["personal_phone"] == "+13045550103"


