"""A name that could be several companies: somebody decides, and what waited moves on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.review import decide_review
from tests.end_to_end.pipeline import exact, rows, value, workspace
from tests.end_to_end.test_identity import lead, play

Admin = psycopg.Connection[Any]
DORA = lead(first_name="Dora", job_title="CFO")
TWO = [
    lead(company_website="https://quill-a.example"),
    lead(first_name="Eve", company_website="https://quill-c.example"),
]


def _waiting(admin: Admin) -> int:
    return int(value(admin, "select count(*) from intake.raw_loads where status = 'pending'"))


def _holder(admin: Admin, domain: str) -> Any:
    return value(
        admin,
        """select p.first_name from marketing.company_slot as s
        inner join marketing.company_master as c using (company_unique_id)
        left join marketing.people_master as p on p.unique_id = s.person_unique_id
        where s.slot_type = 'CFO' and c.domain = %s""",
        domain,
    )


def _company(admin: Admin, domain: str) -> str:
    return str(value(admin, "select company_unique_id from marketing.company_master where domain = %s", domain))


@pytest.fixture
def review(db: Database, admin: Admin, tmp_path: Path) -> int:
    """The open review of a name that two companies bear, with one person waiting for it."""
    play(db, tmp_path, TWO, [DORA])
    assert _waiting(admin) == 1
    return int(value(admin, "select review_id from marketing.company_match_review where status = 'open'"))


def test_an_accepted_name_takes_its_people_along(db: Database, admin: Admin, review: int) -> None:
    report = decide_review(workspace(db), review, _company(admin, "quill-c.example"))

    assert (report.loads, report.people_created, report.slots_filled) == (1, 1, 1)
    assert (_holder(admin, "quill-a.example"), _holder(admin, "quill-c.example")) == (None, "Dora")
    assert _waiting(admin) == 0


def test_a_later_item_of_that_name_follows_the_decision(
    db: Database, admin: Admin, review: int, tmp_path: Path
) -> None:
    decide_review(workspace(db), review, _company(admin, "quill-c.example"))
    play(db, tmp_path, [], [lead(first_name="Finn", job_title="HR Director")], [])

    assert _waiting(admin) == 0
    assert value(admin, "select company_unique_id from marketing.people_master where first_name = 'Finn'") == _company(
        admin, "quill-c.example"
    )


def test_a_decision_can_be_made_otherwise_and_taken_back(db: Database, admin: Admin, review: int) -> None:
    work = workspace(db)
    decide_review(work, review, _company(admin, "quill-c.example"))
    decide_review(work, review, _company(admin, "quill-a.example"))
    assert (_holder(admin, "quill-a.example"), _holder(admin, "quill-c.example")) == ("Dora", None)

    decide_review(work, review, None)

    assert (_holder(admin, "quill-a.example"), _holder(admin, "quill-c.example")) == (None, None)
    assert _waiting(admin) == 1
    assert rows(admin, "select status, accepted_no from marketing.company_match_review") == [
        {"status": "dismissed", "accepted_no": None}
    ]


def test_deciding_the_same_again_changes_nothing(db: Database, admin: Admin, review: int) -> None:
    work, company = workspace(db), _company(admin, "quill-c.example")
    decide_review(work, review, company)
    before = exact(admin)
    decide_review(work, review, company)
    assert exact(admin) == before


def test_a_decision_follows_its_company_into_a_merger(db: Database, admin: Admin, review: int, tmp_path: Path) -> None:
    decide_review(workspace(db), review, _company(admin, "quill-c.example"))
    page = "https://www.linkedin.com/company/quill-all"
    play(
        db,
        tmp_path,
        [lead(company_website=f"https://quill-{which}.example", company_linkedin=page) for which in ("a", "c")],
        [lead(first_name="Gus", job_title="HR Director")],
        [],
    )

    assert value(admin, "select count(*) from marketing.company_master") == 1
    assert _waiting(admin) == 0


def _reviews(admin: Admin) -> list[tuple[str, int]]:
    found = rows(admin, "select status, cardinality(candidate_ids) as candidates from marketing.company_match_review")
    return [(row["status"], row["candidates"]) for row in found]


def test_two_companies_that_turn_out_to_be_one_end_the_review(
    db: Database, admin: Admin, review: int, tmp_path: Path
) -> None:
    page = "https://www.linkedin.com/company/quill-all"
    play(
        db,
        tmp_path,
        [
            lead(first_name="Gus", company_name=None, company_website=f"https://quill-{which}.example", company_linkedin=page)
            for which in ("a", "c")
        ],
        [],
        [],
    )
    assert value(admin, "select count(*) from marketing.company_master") == 1
    assert (_waiting(admin), [status for status, _ in _reviews(admin)]) == (0, [])
    assert value(admin, "select count(*) from marketing.people_master where first_name = 'Dora'") == 1
    # Another company of that name, and it is a question again.
    play(db, tmp_path, [lead(first_name="Hal", company_website="https://quill-d.example")], [DORA | {"city": "Ghent"}], [])
    assert _reviews(admin) == [("open", 2)]


def test_a_company_that_arrives_ends_the_review_of_a_similar_name(db: Database, admin: Admin, tmp_path: Path) -> None:
    kin = lead(company_name="Quillworks Lab", company_website="https://quill-r.example")
    play(db, tmp_path, [kin], [DORA], [])
    assert _reviews(admin) == [("open", 1)]
    play(db, tmp_path, [TWO[0]], [], [])
    assert (_waiting(admin), _reviews(admin)) == (0, [])


def test_a_review_that_nobody_waits_for_is_gone_and_opens_again(db: Database, admin: Admin, tmp_path: Path) -> None:
    kin = lead(company_name="Quillworks Lab", company_website="https://quill-r.example")
    play(db, tmp_path, [kin], [DORA], [])
    assert _reviews(admin) == [("open", 1)]
    admin.execute("delete from intake.validated_companies where name_key = 'quillworks'")
    admin.execute("delete from intake.company_member where company_no is null")
    admin.execute("delete from marketing.company_signature where company_no is null")
    play(db, tmp_path, [kin | {"first_name": "Ivo"}], [], [])
    assert _reviews(admin) == []
    play(db, tmp_path, [DORA | {"first_name": "Jo"}], [], [])
    assert _reviews(admin) == [("open", 1)]


def test_what_does_not_exist_is_said_and_nothing_is_decided(db: Database, admin: Admin, review: int) -> None:
    with pytest.raises(ConfigurationError, match="no review 999"):
        decide_review(workspace(db), 999, None)
    with pytest.raises(ConfigurationError, match=r"no company 04\.04\.01"):
        decide_review(workspace(db), review, "04.04.01.99.99999.999")
    assert value(admin, "select status from marketing.company_match_review") == "open"
