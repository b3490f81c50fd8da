"""Addresses from the source to the ready list: each has its own standing, wherever a record of it stands.

Belongs here: what records of several sources make of one address. Does not belong here: reasons to be left out that rows
alone can show (`tests/database/test_ready_list.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outreach_pipeline.database.connect import Database
from tests.end_to_end.pipeline import rows, value
from tests.end_to_end.refreshed import PROFILES, Admin, job, lead, night, profile

MAIL = "ada@quill.example"


def seen(
    db: Database, folder: Path, firm: str, mail: str | None, status: str | None, days: int, **fields: Any
) -> None:
    """A night on which a profile states where somebody works, their address, and what is known of it."""
    emails = [{"email": mail, "status": status}] if mail else []
    night(db, folder, [profile(job(firm, "CFO", (1, 2020)), emails=emails, **fields)], days, PROFILES)


def ready(admin: Admin) -> list[str]:
    return [row["email"] for row in rows(admin, "select email from marketing.outreach_ready order by email")]


def left_out(admin: Admin, slug: str = "ada-quill") -> Any:
    return value(
        admin,
        "select left_out from marketing.outreach_candidate where linkedin_url like '%%/' || %s::text",
        slug,
    )


def test_the_newest_word_about_an_address_counts_in_whichever_record_it_stands(
    tmp_path: Path, db: Database, admin: Admin
) -> None:
    night(db, tmp_path, [lead(), lead("olaf-brandt", "brandt")])
    seen(db, tmp_path, "quill", MAIL, "valid", 1)
    assert ready(admin) == [MAIL]
    # The same address in a record of somebody else: what it says of the address is not said of a person.
    seen(db, tmp_path, "brandt", MAIL, "invalid", 2, slug="olaf-brandt")
    assert (ready(admin), left_out(admin)) == ([], "unverified")
    seen(db, tmp_path, "quill", MAIL, "valid", 3, headline="new")
    assert ready(admin) == [MAIL]


def test_after_a_job_change_nobody_is_written_to_at_the_former_employer(
    tmp_path: Path, db: Database, admin: Admin
) -> None:
    # An alias of the first employer that no company is known by: only the address itself says that it is not the new one's.
    old, new = "ada@quill-works.example", "ada@brandt.example"
    night(db, tmp_path, [lead(), lead("olaf-brandt", "brandt", "CEO")])
    seen(db, tmp_path, "quill", old, "valid", 1)
    seen(db, tmp_path, "brandt", old, "valid", 2)
    assert value(admin, "select email from marketing.people_master where linkedin_url like '%%/ada-quill'") == old
    assert (ready(admin), left_out(admin)) == ([], "other_domain")
    # The verification of the former address says nothing about the new one.
    seen(db, tmp_path, "brandt", new, None, 3)
    assert (ready(admin), left_out(admin)) == ([], "unverified")
    seen(db, tmp_path, "brandt", new, "valid", 4)
    assert ready(admin) == [new]
