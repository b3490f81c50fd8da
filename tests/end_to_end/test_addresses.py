"""Addresses from the source to the ready list: each has its own standing, wherever a record of it stands.

Belongs here: what records of several sources make of one address. Does not belong here: reasons to be left out that rows
alone can show (`tests/database/test_ready_list.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.suppress import suppress
from tests.end_to_end.pipeline import DAY, rows, value, workspace
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
    # Another headline beside the same word about the address is no new word about the address.
    seen(db, tmp_path, "quill", MAIL, "valid", 3, headline="new")
    assert (ready(admin), left_out(admin)) == ([], "unverified")
    seen(db, tmp_path, "quill", MAIL, "guessed", 4)
    seen(db, tmp_path, "quill", MAIL, "valid", 5)
    # Verified again; but who states it beside them may be whose it is, so nobody is offered it.
    assert (ready(admin), left_out(admin)) == ([], "shared_address")


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


def test_a_bounced_address_stays_bounced_until_it_is_verified_anew(tmp_path: Path, db: Database, admin: Admin) -> None:
    night(db, tmp_path, [lead(), lead("olaf-brandt", "brandt")])
    seen(db, tmp_path, "quill", MAIL, "valid", 1)
    seen(db, tmp_path, "brandt", MAIL, "bounced", 2, slug="olaf-brandt")
    assert (ready(admin), left_out(admin)) == ([], "bounced")
    seen(db, tmp_path, "quill", MAIL, "valid", 3)
    assert (ready(admin), left_out(admin)) == ([], "bounced"), "what was said before is said again"
    seen(db, tmp_path, "quill", MAIL, "guessed", 4)
    seen(db, tmp_path, "quill", MAIL, "valid", 5, headline="new")
    assert left_out(admin) == "shared_address", "it is verified again; but somebody else states it too"
    seen(db, tmp_path, "brandt", MAIL, "bounced", 6, slug="olaf-brandt")
    assert left_out(admin) == "shared_address", "an old bounce is no new one either"
    seen(db, tmp_path, "brandt", MAIL, "valid", 7, slug="olaf-brandt")
    seen(db, tmp_path, "brandt", MAIL, "bounced", 8, slug="olaf-brandt", headline="new")
    assert left_out(admin) == "bounced"


@pytest.mark.parametrize("first", ["bounce", "address"])
def test_a_bounce_that_an_operator_names_stays_until_it_is_verified_anew(
    tmp_path: Path, db: Database, admin: Admin, first: str
) -> None:
    def bounce(hours: int) -> int:
        changed = suppress(workspace(db), [MAIL], reason="bounced").changed
        admin.execute("alter table vault.suppression disable trigger user")
        admin.execute("update vault.suppression set updated_at = %s", (noon + timedelta(hours=hours),))
        admin.execute("alter table vault.suppression enable trigger user")
        return changed

    noon = datetime.combine(DAY, time(12), UTC) + timedelta(days=1)
    night(db, tmp_path, [lead()])
    if first == "bounce":
        bounce(0)
    seen(db, tmp_path, "quill", MAIL, "valid", 1)
    if first == "address":
        assert ready(admin) == [MAIL]
        bounce(0)
    assert left_out(admin) == "bounced"
    seen(db, tmp_path, "quill", MAIL, "valid", 2)
    seen(db, tmp_path, "quill", MAIL, "guessed", 3)
    assert left_out(admin) == "bounced"
    seen(db, tmp_path, "quill", MAIL, "valid", 4, headline="new")
    assert ready(admin) == [MAIL]
    assert bounce(24 * 4) == 1
    assert left_out(admin) == "bounced"
    assert bounce(24 * 4) == 0
    admin.execute("update vault.suppression set until = '2100-01-01'")
    seen(db, tmp_path, "quill", MAIL, "valid", 9, headline="newer")
    assert left_out(admin) == "bounced", "an end that somebody set is obeyed"
