"""Who is the same: evidence that joins, evidence that must not, and joins that later evidence takes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import DAY, digest, land_items, masters, rows, value, workspace

Admin = psycopg.Connection[Any]
LEADS = "apify_leads_finder"
LINKEDIN = "https://www.linkedin.com"


def lead(**fields: Any) -> dict[str, Any]:
    return {"first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "company_name": "Quillworks", **fields}


def play(db: Database, folder: Path, *days: list[dict[str, Any]]) -> None:
    """One batch a day, in the order given."""
    for n, items in enumerate(days):
        work, batch = workspace(db), Batch(DAY + timedelta(days=n - len(days)), LEADS)
        land_items(work, batch, items, folder, f"{n}.jsonl")
        digest(work, batch)


A = lead(company_website="https://quill-a.example", email="ada@quill-a.example")
B = lead(
    first_name="Ben", job_title="CFO", company_website="https://quill-b.example", email="ben@quill-b.example",
    company_linkedin=f"{LINKEDIN}/company/quillworks",
)  # fmt: skip
BRIDGE = lead(
    first_name="Cara", job_title="HR Director", company_website="https://quill-a.example", email="cara@quill-a.example",
    company_linkedin=f"{LINKEDIN}/company/quillworks",
)  # fmt: skip


def test_a_record_that_joins_two_known_companies_merges_them_with_all_that_hangs_on_them(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    play(db, tmp_path, [A], [B])
    ids = [
        r["company_unique_id"] for r in rows(admin, "select company_unique_id from marketing.company_master order by 1")
    ]
    assert len(ids) == 2
    for company in ids:
        admin.execute(
            "insert into marketing.company_intelligence (company_unique_id, intelligence_type) values (%s, 'news')",
            (company,),
        )
        admin.execute(
            "insert into bit.signal (company_id, reason) values (public.barton_number(%s), 'exec_movement')", (company,)
        )
    play(db, tmp_path, [], [], [BRIDGE])

    assert [
        r["company_unique_id"] for r in rows(admin, "select company_unique_id from marketing.company_master")
    ] == ids[:1]
    assert rows(admin, "select retired_id, surviving_id, entity from marketing.merged_master") == [
        {"retired_id": ids[1], "surviving_id": ids[0], "entity": "company"}
    ]
    assert value(admin, "select count(*) from marketing.company_intelligence where company_unique_id = %s", ids[0]) == 2
    signals = "select count(*) from bit.signal where reason = 'exec_movement' and company_id = public.barton_number(%s)"
    assert value(admin, signals, ids[0]) == 2
    held = rows(
        admin,
        "select s.slot_type, p.first_name from marketing.company_slot as s left join marketing.people_master as p on p.unique_id = s.person_unique_id order by 1",
    )
    assert [(h["slot_type"], h["first_name"]) for h in held] == [("CEO", "Ada"), ("CFO", "Ben"), ("HR", "Cara")]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
def test_a_merge_ends_the_same_whatever_came_first(
    server: Server, db: Database, admin: Admin, tmp_path: Path, order: list[int]
) -> None:
    def play_in(database: Database, order: list[int]) -> None:
        for n in order:
            work, batch = workspace(database), Batch(DAY + timedelta(days=n - 5), LEADS)
            land_items(work, batch, [[A, B, BRIDGE][n]], tmp_path, f"{n}.jsonl")
            digest(work, batch)

    play_in(db, [0, 1, 2])
    name = server.create(server.template)
    other = Database(server.url(name, login="outreach_app"))
    try:
        play_in(other, order)
        with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row) as look:
            assert masters(look) == masters(admin)
    finally:
        other.close()
        server.drop(name)


SITE = "https://quillworks.example"


def profile(slug: str, **fields: Any) -> dict[str, Any]:
    return lead(company_website=SITE, linkedin=f"{LINKEDIN}/in/{slug}", **fields)


def people(admin: Admin) -> list[str]:
    return sorted(
        r["who"]
        for r in rows(
            admin,
            "select concat_ws(' ', first_name, last_name, right(linkedin_url, 2)) as who from marketing.people_master",
        )
    )


def test_two_profiles_that_share_an_address_stay_two_people(db: Database, admin: Admin, tmp_path: Path) -> None:
    shared = "office-of-ada@quillworks.example"
    play(
        db,
        tmp_path,
        [profile("ada-1", email=shared), profile("ben-2", first_name="Ben", email=shared, job_title="CFO")],
    )
    assert people(admin) == ["Ada Quill -1", "Ben Quill -2"]
    assert value(admin, "select count(*) from vault.contacts") == 1


def test_the_same_address_joins_a_lead_to_a_profile(db: Database, admin: Admin, tmp_path: Path) -> None:
    play(
        db,
        tmp_path,
        [profile("ada-1", email="ada@quillworks.example")],
        [
            lead(
                company_website=SITE,
                first_name="A.",
                full_name="A. Quill",
                email="ada@quillworks.example",
                job_title="President",
            )
        ],
    )
    assert len(people(admin)) == 1


def test_the_same_name_at_the_same_company_joins_until_a_second_profile_bears_it(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    bare = lead(company_website=SITE, email="a.quill@quillworks.example")
    play(db, tmp_path, [profile("ada-1")], [bare])
    assert people(admin) == ["Ada Quill -1"]
    before = value(admin, "select unique_id from marketing.people_master")
    play(db, tmp_path, [], [], [profile("ada-2", job_title="CFO")])
    # Whose address it is can no longer be said: it belongs to neither of the two, and the first keeps its id.
    assert people(admin) == ["Ada Quill", "Ada Quill -1", "Ada Quill -2"]
    assert value(admin, "select unique_id from marketing.people_master where linkedin_url like '%%ada-1'") == before
    assert value(admin, "select email from marketing.people_master where linkedin_url like '%%ada-1'") is None


def test_a_vendor_id_that_later_meets_a_profile_is_the_same_person(db: Database, admin: Admin, tmp_path: Path) -> None:
    """Two masters of one person become one: the older id stays, the other leads to it."""
    play(
        db,
        tmp_path,
        [profile("ada-1", email="ada@quillworks.example")],
        [profile("ada-2", first_name="Adah", email="adah@quillworks.example")],
    )
    assert len(people(admin)) == 2
    work, batch = workspace(db), Batch(DAY, "apify_harvestapi_profiles")
    both = {
        "id": "ACoAASYNTH0000000000000000000000901",
        "firstName": "Ada",
        "lastName": "Quill",
        "experience": [{"position": "CEO", "companyName": "Quillworks", "endDate": {"text": "Present"}}],
    }
    land_items(
        work, batch, [{**both, "linkedinUrl": f"{LINKEDIN}/in/ada-{n}"} for n in (1, 2)], tmp_path, "profiles.jsonl"
    )
    digest(work, batch)
    assert len(people(admin)) == 1
    assert value(admin, "select count(*) from marketing.merged_master where entity = 'person'") == 1


def test_a_name_without_more_follows_the_only_company_that_bears_it_until_there_are_two(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    by_name = lead(first_name="Dora", job_title="CFO", email=None)
    play(db, tmp_path, [by_name])
    assert value(admin, "select status from intake.raw_loads") == "pending"
    play(db, tmp_path, [], [lead(company_website="https://quill-a.example")])
    assert people(admin) == ["Ada Quill", "Dora Quill"]
    play(db, tmp_path, [], [], [lead(first_name="Eve", company_website="https://quill-c.example")])
    assert value(admin, "select count(*) from marketing.company_master") == 2
    review = rows(
        admin,
        "select company_name, status, cardinality(candidate_ids) as candidates from marketing.company_match_review",
    )
    assert review == [{"company_name": "Quillworks", "status": "open", "candidates": 2}]
    assert value(admin, "select count(*) from marketing.company_slot where slot_type = 'CFO' and is_filled") == 0
    # Nothing supports that she works at the first one any more: she waits again, and is not lost.
    assert people(admin) == ["Ada Quill", "Eve Quill"]
    assert value(admin, "select count(*) from intake.raw_loads where status = 'pending'") == 1
