"""What the tables themselves refuse, and what the views count."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

Admin = psycopg.Connection[dict[str, Any]]

GOOD_EMAILS = [
    "a@b.test",
    "first.last+tag@sub.example.co.uk",
    "o'brien@example.com",
    "jörg@exämple.de",
    "a@xn--exmple-cua.de",
]
BAD_EMAILS = [
    "a@b",
    "@b.test",
    "a@",
    "a b@c.test",
    "a@-b.test",
    "a@b-.test",
    "a@b..test",
    "a@b.test,c@d.test",
    "a@b@c.test",
]


@pytest.mark.parametrize("email", GOOD_EMAILS)
def test_an_email_is_taken(scratch: Admin, person: str, email: str) -> None:
    scratch.execute("update marketing.people_master set email = %s where unique_id = %s", (email, person))


@pytest.mark.parametrize("email", [*BAD_EMAILS, "x" * 250 + "@b.test"])
def test_an_email_is_refused_by_name(look: Admin, email: str) -> None:
    with pytest.raises(errors.CheckViolation) as caught, look.transaction(force_rollback=True):
        look.execute("insert into vault.contacts (email, source) values (%s, 's')", (email,))
    assert caught.value.diag.constraint_name == "contacts_email_format"


def test_one_address_is_one_contact_whatever_its_capitals(look: Admin) -> None:
    with pytest.raises(errors.CheckViolation) as caught, look.transaction(force_rollback=True):
        look.execute("insert into vault.contacts (email, source) values ('U1@b.test', 's')")
    assert caught.value.diag.constraint_name == "contacts_email_lower"


@pytest.mark.parametrize(
    "year, taken", [(1699, False), (1700, True), (2020, True), (9999, False), (None, True)]
)
def test_founded_year(scratch: Admin, person: str, year: int | None, taken: bool) -> None:
    statement = "update marketing.company_master set founded_year = %s"
    if taken:
        scratch.execute(statement, (year,))
    else:
        with (
            pytest.raises(errors.CheckViolation, match="company_master_founded_year_range"),
            scratch.transaction(),
        ):
            scratch.execute(statement, (year,))


@pytest.mark.parametrize(
    "statement, constraint",
    [
        ("update marketing.company_master set employee_count = -1", "company_master_employee_count_range"),
        ("update marketing.company_slot set slot_type = 'CTO'", "company_slot_slot_type_known"),
        ("update marketing.company_slot set is_filled = true", "company_slot_is_filled_truth"),
        ("update marketing.company_slot set is_filled = null", "company_slot_is_filled_truth"),
        (
            "update marketing.people_master set work_phone_e164 = '5550100'",
            "people_master_work_phone_e164_format",
        ),
        (
            "insert into intake.raw_loads (batch_id, source, raw_data, status) values ('b', 's', '{}', null)",
            "raw_loads_status_known",
        ),
        (
            "insert into vault.contacts (email, source, score) values ('a@b.test', 's', 'NaN')",
            "contacts_score_range",
        ),
    ],
)
def test_a_row_cannot_lie(scratch: Admin, person: str, statement: Any, constraint: str) -> None:
    with pytest.raises(errors.CheckViolation) as caught, scratch.transaction():
        scratch.execute(statement)
    assert caught.value.diag.constraint_name == constraint


def test_updated_at_moves_with_every_update(scratch: Admin, person: str) -> None:
    def stamps() -> dict[str, Any]:
        row = scratch.execute("select created_at, updated_at from marketing.people_master").fetchone()
        assert row is not None
        return row

    before = stamps()
    scratch.execute("update marketing.people_master set title = 'CEO', updated_at = '2001-01-01'")
    # Within one transaction now() stands still: what was written over has come back.
    assert stamps() == before


def test_full_name_is_computed(scratch: Admin, person: str) -> None:
    assert scratch.execute("select full_name from marketing.people_master").fetchone() == {
        "full_name": "Ada Lovelace"
    }


def test_an_occupant_may_be_written_before_the_person(scratch: Admin, person: str) -> None:
    """Slot and person refer to each other; the way back is checked at the commit."""
    late = "04.04.02.25.54321.999"
    scratch.execute("update marketing.company_slot set person_unique_id = %s, is_filled = true", (late,))
    scratch.execute(
        "insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id,"
        " first_name, last_name, source_system, promoted_from_intake_at) select %s, company_unique_id,"
        " company_slot_unique_id, 'B', 'C', 'test', now() from marketing.company_slot",
        (late,),
    )
    scratch.execute("set constraints all immediate")
    with pytest.raises(errors.ForeignKeyViolation), scratch.transaction():
        scratch.execute("update marketing.company_slot set person_unique_id = '04.04.02.00.00000.000'")


def test_a_master_that_is_referenced_cannot_be_deleted(scratch: Admin, person: str) -> None:
    with pytest.raises(errors.ForeignKeyViolation), scratch.transaction():
        scratch.execute("delete from marketing.company_master")


def test_one_live_refresh_job_per_person(scratch: Admin, person: str) -> None:
    insert = (
        "insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, status)"
        " values (%s, 'u', %s)"
    )
    for status in ("completed", "failed", "failed", "pending"):
        scratch.execute(insert, (person, status))
    with pytest.raises(errors.UniqueViolation) as caught, scratch.transaction():
        scratch.execute(insert, (person, "running"))
    assert caught.value.diag.constraint_name == "uq_linkedin_refresh_jobs_live"


def test_history_has_one_row_per_touch(scratch: Admin, person: str) -> None:
    """Two executions and three messages of one campaign are five touches, not six or eleven."""
    company = "04.04.01.25.12345.678"
    row = scratch.execute(
        "insert into marketing.campaigns (campaign_type, trigger_event, company_unique_id)"
        " values ('PLE', 'test', %s) returning campaign_id",
        (company,),
    ).fetchone()
    assert row is not None
    campaign = row["campaign_id"]
    for step in (1, 2):
        scratch.execute(
            "insert into marketing.campaign_executions (campaign_id, execution_step, step_type,"
            " target_person_id) values (%s, %s, 'email', %s)",
            (campaign, step, person),
        )
    for _ in range(3):
        scratch.execute(
            "insert into marketing.message_log (campaign_id, person_unique_id, direction, channel)"
            " values (%s, %s, 'outbound', 'email')",
            (campaign, person),
        )
    scratch.execute(
        "insert into marketing.booking_event (company_unique_id, event_time, source) values (%s, now(), 'c')",
        (company,),
    )
    scratch.execute(
        "insert into marketing.company_intelligence (company_unique_id, intelligence_type)"
        " values (%s, 'news')",
        (company,),
    )
    scratch.execute(
        "insert into marketing.people_intelligence (person_unique_id, intelligence_type)"
        " values (%s, 'job_change')",
        (person,),
    )
    scratch.execute("set local role outreach_read")
    rows = scratch.execute(
        "select touch_type, count(*)::int as n, count(distinct touch_id)::int as ids,"
        " min(company_unique_id) as c from marketing.outreach_history group by touch_type order by touch_type"
    ).fetchall()
    assert {row["touch_type"]: (row["n"], row["ids"], row["c"]) for row in rows} == {
        "booking": (1, 1, company),
        "campaign_execution": (2, 2, company),
        "company_intelligence": (1, 1, company),
        "message": (3, 3, company),
        "people_intelligence": (1, 1, company),
    }


def test_the_legacy_views_show_the_old_numbers(scratch: Admin, person: str) -> None:
    scratch.execute("set local role outreach_read")
    assert scratch.execute("select company_id from company.company").fetchone() == {
        "company_id": 2_512_345_678
    }
    contact = scratch.execute("select contact_id, company_id from people.contact").fetchone()
    assert contact == {"contact_id": 2_554_321_234, "company_id": 2_512_345_678}
    slot = scratch.execute("select company_slot_id from company.company_slot").fetchone()
    assert slot == {"company_slot_id": 2_598_765_432}
    assert scratch.execute("select * from people.contact_verification").fetchall() == []
