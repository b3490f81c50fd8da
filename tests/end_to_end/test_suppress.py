"""Suppression is obeyed whichever came first, by every identity, and ends as if it had never been."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.suppress import (
    Target,
    lift,
    read_suppressions,
    read_target,
    suppress,
    suppress_list,
)
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
LEADS = "apify_leads_finder"
PROFILE = "https://www.linkedin.com/in/uma-berg-synthetic"
MAIL = "uma@bramblewick.example"
OTHER_MAIL = "uma.berg@mail.umaberg.example"


def lead(**fields: Any) -> dict[str, Any]:
    """Uma, finance chief of Bramblewick, with a profile."""
    return {
        "first_name": "Uma", "last_name": "Berg", "job_title": "CFO", "email": MAIL, "linkedin": PROFILE,
        "company_name": "Bramblewick", "company_website": "https://bramblewick.example", **fields,
    }  # fmt: skip


def ola() -> dict[str, Any]:
    """A colleague of hers."""
    return lead(first_name="Ola", job_title="CEO", email="ola@bramblewick.example", linkedin=f"{PROFILE}-ola")


def load(work: Workspace, folder: Path) -> None:
    """Uma under two addresses, and Ola, over two days."""
    for day, items in enumerate(([lead(), ola()], [lead(email=OTHER_MAIL)])):
        batch = Batch(DAY + timedelta(days=day), LEADS)
        land_items(work, batch, items, folder, f"{day}.jsonl")
        digest(work, batch)


def standing(admin: Admin) -> dict[str, str]:
    return {row["email"]: row["status"] for row in rows(admin, "select email, status from vault.contacts")}


def reached(admin: Admin) -> set[str]:
    found = rows(
        admin,
        "select p.first_name from vault.suppressed_person as s"
        " inner join marketing.people_master as p on p.unique_id = s.person_unique_id",
    )
    return {row["first_name"] for row in found}


OLA = "ola@bramblewick.example"
ACTIVE = {MAIL: "active", OTHER_MAIL: "active", OLA: "active"}
CASES = [
    # whom, reason, what becomes of the contacts, who is suppressed
    (MAIL.title(), "unsubscribed", {MAIL: "unsubscribed", OTHER_MAIL: "unsubscribed"}, {"Uma"}),
    (OTHER_MAIL, "complaint", {MAIL: "unsubscribed", OTHER_MAIL: "unsubscribed"}, {"Uma"}),
    (MAIL, "bounced", {MAIL: "bounced"}, set()),
    (MAIL, "legal", {MAIL: "inactive", OTHER_MAIL: "inactive"}, {"Uma"}),
    (f"linkedin.com/in/{PROFILE.rpartition('/')[2].upper()}/", "other", {MAIL: "inactive", OTHER_MAIL: "inactive"}, {"Uma"}),
    ("umaberg.example", "customer", {OTHER_MAIL: "inactive"}, {"Uma"}),
    ("www.bramblewick.example", "customer", {MAIL: "inactive", OLA: "inactive"}, {"Uma", "Ola"}),
    ("berg.example", "customer", {}, set()),
]  # fmt: skip


@pytest.mark.parametrize("who, reason, expected, people", CASES, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("first", ["suppression", "load"])
def test_the_same_whichever_came_first_and_undone_by_lifting(
    db: Database, admin: Admin, tmp_path: Path, first: str, who: str, reason: str, expected: Any, people: set[str]
) -> None:
    work = workspace(db)
    if first == "suppression":
        suppress(work, [who], reason=reason)
        load(work, tmp_path)
    else:
        load(work, tmp_path)
        assert standing(admin) == ACTIVE
        suppress(work, [who], reason=reason)
    assert standing(admin) == ACTIVE | expected
    assert reached(admin) == people

    # Seen again with news, promoted again: still suppressed.
    batch = Batch(DAY + timedelta(days=5), LEADS)
    land_items(work, batch, [lead(email=OTHER_MAIL, job_title="Chief Financial Officer"), ola()], tmp_path, "again.jsonl")
    digest(work, batch)
    assert standing(admin) == ACTIVE | expected
    assert reached(admin) == people
    before = exact(admin)
    suppress(work, [who], reason=reason)
    assert exact(admin) == before, "said twice it is done once"

    lift(work, [who])
    assert standing(admin) == ACTIVE
    assert reached(admin) == set()
    assert value(admin, "select count(*) from vault.contacts where status_before is not null") == 0


def test_a_person_is_suppressed_by_id_also_by_one_that_was_merged_away(
    db: Database, admin: Admin, tmp_path: Path
) -> None:
    work = workspace(db)
    load(work, tmp_path)
    uma = value(admin, "select unique_id from marketing.people_master where first_name = 'Uma'")
    admin.execute(
        "insert into marketing.merged_master (retired_id, surviving_id, entity) values ('04.04.02.00.00000.999', %s, 'person')",
        (uma,),
    )
    suppress(work, ["04.04.02.00.00000.999"], reason="legal")
    assert reached(admin) == {"Uma"}
    assert standing(admin) == {MAIL: "inactive", OTHER_MAIL: "inactive", OLA: "active"}


def test_several_at_once_the_will_of_the_person_counts_most(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    load(work, tmp_path)
    suppress(work, ["bramblewick.example"], reason="customer")
    suppress(work, [MAIL], reason="bounced")
    assert standing(admin)[MAIL] == "bounced"
    suppress(work, [OTHER_MAIL], reason="unsubscribed")
    assert standing(admin)[MAIL] == "unsubscribed"
    lift(work, [OTHER_MAIL])
    lift(work, [MAIL])
    assert standing(admin) == {MAIL: "inactive", OTHER_MAIL: "active", OLA: "inactive"}


def test_a_suppression_lapses_by_itself(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    load(work, tmp_path)
    suppress(work, [MAIL], reason="other", until=date(2100, 1, 1))
    assert standing(admin)[MAIL] == "inactive"
    admin.execute("update vault.suppression set until = now() - interval '1 second'")
    assert reached(admin) == set(), "at once where people are asked for"
    batch = Batch(DAY + timedelta(days=5), LEADS)
    land_items(work, batch, [ola() | {"seen": 1}], tmp_path, "later.jsonl")
    digest(work, batch)
    assert standing(admin) == ACTIVE, "with the next promotion, of whomever"
    report = read_suppressions(work)
    assert (report.in_force, report.over, report.rows[0].is_over) == (0, 1, True)


def test_a_list_is_taken_line_by_line(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    load(work, tmp_path)
    path = tmp_path / "list.csv"
    path.write_text(
        f"Name,Email,reason,until\nx,{MAIL},bounced,\ny,nobody at all,,\nz,{OLA},,2100-05-01\n\nx,gmail.com,,\n"
        "w,a@b.example,because,\nv,c@d.example,,soon\n"
    )
    report = suppress_list(work, path, reason="unsubscribed")
    assert (report.added, report.changed, report.contacts) == (2, 0, 2)
    assert [line for line, _ in report.refused] == [3, 6, 7, 8]
    assert not any("at all" in why or "@" in why for _, why in report.refused)
    assert standing(admin) == {MAIL: "bounced", OTHER_MAIL: "active", OLA: "unsubscribed"}
    again = suppress_list(work, path, reason="unsubscribed")
    assert (again.added, again.changed, again.contacts) == (0, 0, 0)
    plain = tmp_path / "plain.csv"
    plain.write_text("e@f.example\ng@h.example\n")
    assert suppress_list(work, plain).added == 2, "the first line counts where it is no heading"


@pytest.mark.parametrize(
    "text, target",
    [
        (" Ada.Quill@Acme.Example ", ("email", "ada.quill@acme.example")),
        ("Ada <ada@acme.example>", ("email", "ada@acme.example")),
        ("https://www.Acme.example/about", ("domain", "acme.example")),
        ("mail.acme.example", ("domain", "mail.acme.example")),
        ("de.linkedin.com/in/Ada-Quill/?trk=x", ("linkedin", "https://www.linkedin.com/in/ada-quill")),
        ("04.04.02.25.12345.678", ("person", "04.04.02.25.12345.678")),
    ],
)
def test_what_an_operator_names(text: str, target: tuple[str, str]) -> None:
    assert read_target(text) == Target(*target)
    assert target[1] not in repr(read_target(text)), "it must not get into a log by accident"


@pytest.mark.parametrize("text", ["", "acme", "gmail.com", "co.uk", "04.04.05.25.12345.678", "a@b@c", "linkedin.com/company/x"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_target(text)
    assert not text or text not in caught.value.message


def test_an_unknown_reason_suppresses_nobody(db: Database, admin: Admin) -> None:
    with pytest.raises(ConfigurationError, match="reason"):
        suppress(workspace(db), [MAIL], reason="whim")
    assert value(admin, "select count(*) from vault.suppression") == 0


OPT_OUTS = ("unsubscribed", "complaint", "legal")
TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("reason", OPT_OUTS)
def test_an_opt_out_is_weakened_by_no_other_reason_and_by_no_end(
    db: Database, admin: Admin, tmp_path: Path, reason: str
) -> None:
    work = workspace(db)
    load(work, tmp_path)
    suppress(work, [MAIL], reason=reason)
    before = standing(admin)
    soon = TODAY + timedelta(days=2)
    for other in ("bounced", "customer", reason):
        suppress(work, [MAIL], reason=other, until=soon)
    assert value(admin, "select until from vault.suppression where reason = %s", reason) is None
    admin.execute("update vault.suppression set until = now() - interval '1 hour' where until is not null")
    admin.execute("select vault.f_settle_contacts(null)")
    assert standing(admin) == before
    assert reached(admin) == {"Uma"}


def test_the_end_of_an_opt_out_is_put_off_and_that_of_our_own_reasons_moves(db: Database, admin: Admin) -> None:
    work = workspace(db)
    near, far = (TODAY + timedelta(days=days) for days in (10, 20))
    for reason, ends in (("unsubscribed", (near, far)), ("customer", (far, near))):
        for end in ends:
            suppress(work, [MAIL], reason=reason, until=end)
    found = {row["reason"]: row["until"].date() for row in rows(admin, "select reason, until from vault.suppression")}
    assert found == {"unsubscribed": far, "customer": near}
    chosen = suppress(work, [OTHER_MAIL, OTHER_MAIL], reason="legal")
    assert (chosen.added, chosen.changed) == (1, 0)


def test_of_several_reasons_the_one_that_is_named_ends(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    load(work, tmp_path)
    for reason in ("unsubscribed", "bounced"):
        suppress(work, [MAIL], reason=reason)
    with pytest.raises(ConfigurationError, match="bounced, unsubscribed") as refused:
        lift(work, [MAIL])
    assert "--reason" in str(refused.value.next_step)
    assert value(admin, "select count(*) from vault.suppression") == 2
    assert lift(work, [MAIL], reason="bounced").lifted == 1
    assert standing(admin)[MAIL] == "unsubscribed"
    assert lift(work, [MAIL]).lifted == 1
    assert standing(admin) == ACTIVE


@pytest.mark.parametrize("days", [0, -1])
def test_an_end_that_is_over_is_refused(db: Database, admin: Admin, tmp_path: Path, days: int) -> None:
    work, over = workspace(db), TODAY + timedelta(days=days)
    with pytest.raises(ConfigurationError, match="is over"):
        suppress(work, [MAIL], until=over)
    names = tmp_path / "names.csv"
    names.write_text(f"value,until\n{MAIL},{over}\n{OTHER_MAIL},\n", encoding="utf-8")
    report = suppress_list(work, names)
    assert (report.added, [line for line, _ in report.refused]) == (1, [2])
