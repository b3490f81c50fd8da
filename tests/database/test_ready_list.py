"""The ready list and its export: each reason to be left out, the order, dangerous cells, files that appear whole."""

from __future__ import annotations

import csv
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.export import COLUMNS, export_ready
from outreach_pipeline.stages.workspace import Workspace
from tests.database.database_processes import start_python
from tests.database.signal_world import Admin, World


@pytest.fixture
def world(admin: Admin) -> World:
    return World(admin)


@pytest.fixture
def work(db: Database) -> Workspace:
    return Workspace(Settings(_env_file=None), db)


def ready(world: World) -> list[str]:
    return [row["person_unique_id"] for row in world.admin.execute("select person_unique_id from marketing.outreach_ready")]


def left_out(world: World, person: str) -> Any:
    return world.value("select left_out from marketing.outreach_candidate where person_unique_id = %s", person)


def test_who_is_ready_stands_there_with_all_that_a_campaign_needs(world: World) -> None:
    company = world.company()
    person = world.occupant(company)
    world.raise_(None, [world.news(company, "funding", score=100)])
    row = world.admin.execute("select * from marketing.outreach_ready").fetchone()
    assert row is not None
    assert (row["person_unique_id"], row["company_unique_id"], row["slot_type"]) == (person, company, "CFO")
    assert (row["band"], row["rule_version"], row["provenance"]) == ("warm", 1, {"email": 7})
    assert row["why_now"].startswith("The company raised money (")
    assert row["signal_ids"] == [world.value("select signal_id from bit.signal")]
    assert set(COLUMNS.names) == set(row)


@pytest.mark.parametrize("status", ["verified", "valid", "deliverable", "Verified", " safe "])
def test_words_for_verified(world: World, status: str) -> None:
    person = world.occupant(world.company(), status=status)
    assert ready(world) == [person]


@pytest.mark.parametrize("status", [None, "", "guessed", "extrapolated", "catch_all", "unverified", "invalid", "a new word", "likely to engage"])
def test_everything_else_is_not_verified(world: World, status: str | None) -> None:
    person = world.occupant(world.company(), status=status)
    assert ready(world) == []
    assert left_out(world, person) == "unverified"


def test_without_an_address_or_a_contact_nobody_is_ready(world: World) -> None:
    assert left_out(world, world.occupant(world.company(), email=None)) == "without_email"
    assert left_out(world, world.occupant(world.company(), contact=None)) == "without_contact"
    assert ready(world) == []


def test_what_is_said_of_an_address_counts_not_what_is_said_of_the_person(world: World) -> None:
    person = world.occupant(world.company())
    world.admin.execute("update vault.contacts set custom_fields = '{\"email_status\": \"invalid\"}'")
    assert (left_out(world, person), ready(world)) == ("unverified", [])
    world.admin.execute("update vault.contacts set custom_fields = '{\"email_status\": \"valid\"}'")
    world.admin.execute("update marketing.people_master set email_status = null")
    assert ready(world) == [person]
    row = world.admin.execute("select email_status from marketing.outreach_ready").fetchone()
    assert row == {"email_status": "valid"}


@pytest.mark.parametrize("domain", ["other.example", "notfirm1.example", "firm1.example.test", "gmail.com"])
def test_an_address_elsewhere_is_no_way_to_reach_the_holder_of_a_seat(world: World, domain: str) -> None:
    person = world.occupant(world.company(), email=f"ada@{domain}")
    assert (left_out(world, person), ready(world)) == ("other_domain", [])


@pytest.mark.parametrize("domain", ["firm1.example", "mail.firm1.example", "alias.example", "FIRM1.example"])
def test_every_domain_of_the_company_is_at_the_company(world: World, domain: str) -> None:
    company = world.company()
    world.domain(company, "alias.example")
    person = world.occupant(company, email=f"ada@{domain}")
    assert ready(world) == [person]


@pytest.mark.parametrize("status", ["bounced", "unsubscribed", "inactive"])
def test_a_contact_that_is_not_active_is_left_out(world: World, status: str) -> None:
    assert left_out(world, world.occupant(world.company(), contact=status)) == status
    assert ready(world) == []


def test_who_left_is_left_out(world: World) -> None:
    person = world.occupant(world.company())
    world.admin.execute("update marketing.people_master set departed_at = now() where unique_id = %s", (person,))
    assert (left_out(world, person), ready(world)) == ("departed", [])


def test_who_works_elsewhere_by_now_is_left_out(world: World) -> None:
    person, other = world.occupant(world.company()), world.company()
    world.admin.execute("update marketing.people_master set company_unique_id = %s where unique_id = %s", (other, person))
    assert (left_out(world, person), ready(world)) == ("departed", [])


def test_a_candidate_who_does_not_hold_the_seat_is_not_on_the_list(world: World) -> None:
    company = world.company()
    person = world.occupant(company)
    world.person(company)
    assert ready(world) == [person]
    assert world.value("select count(*) from marketing.outreach_candidate where left_out = 'vacant'") == 2


@pytest.mark.parametrize(
    "suppression",
    [
        ("person", "select unique_id from marketing.people_master"),
        ("email", "select email from marketing.people_master"),
        ("domain", "select split_part(email, '@', 2) from marketing.people_master"),
    ],
)
def test_who_is_suppressed_is_left_out(world: World, suppression: tuple[str, str]) -> None:
    person = world.occupant(world.company())
    world.admin.execute(f"insert into vault.suppression (kind, value, reason) select %s, ({suppression[1]}), 'legal'", (suppression[0],))
    assert (left_out(world, person), ready(world)) == ("suppressed", [])
    world.admin.execute("update vault.suppression set until = now() - interval '1 day'")
    assert ready(world) == [person]


@pytest.mark.parametrize(
    ("touch", "counts"),
    [
        ("insert into marketing.message_log (person_unique_id, direction, channel, sent_at) values ({p}, 'outbound', 'email', {when})", True),
        ("insert into marketing.message_log (contact_id, direction, channel, sent_at) select contact_id, 'outbound', 'phone', {when} from vault.contacts", True),
        ("insert into marketing.message_log (person_unique_id, direction, channel, sent_at) values ({p}, 'inbound', 'email', {when})", False),
        ("insert into marketing.booking_event (person_unique_id, event_time, source) values ({p}, {when}, 'calendar')", True),
        ("insert into marketing.booking_event (contact_id, event_time, source) select contact_id, {when}, 'calendar' from vault.contacts", True),
        ("insert into marketing.booking_event (company_unique_id, event_time, source) select company_unique_id, {when}, 'calendar' from marketing.company_master", True),
    ],
)
def test_who_was_contacted_lately_is_left_alone_for_a_while(world: World, touch: str, counts: bool) -> None:
    person = world.occupant(world.company())
    world.admin.execute(touch.format(p=f"'{person}'", when="now() - interval '29 days'"))
    assert left_out(world, person) == ("contacted_lately" if counts else None)
    world.admin.execute("update marketing.outreach_policy set value = 28 where name = 'contact_pause_days'")
    assert ready(world) == [person]


def test_a_meeting_ahead_counts_as_contact(world: World) -> None:
    person = world.occupant(world.company())
    world.admin.execute("insert into marketing.booking_event (person_unique_id, event_time, source) values (%s, now() + interval '9 days', 'x')", (person,))
    assert left_out(world, person) == "contacted_lately"


def test_a_step_of_a_campaign_counts_as_contact_once_it_is_done(world: World) -> None:
    person = world.occupant(world.company())
    world.admin.execute("insert into marketing.campaigns (campaign_type, trigger_event) values ('BIT', 'x')")
    world.admin.execute(
        "insert into marketing.campaign_executions (campaign_id, execution_step, step_type, status, target_person_id, executed_at)"
        " select campaign_id, 1, 'email', 'pending', %s, null from marketing.campaigns",
        (person,),
    )
    assert ready(world) == [person]
    world.admin.execute("update marketing.campaign_executions set status = 'completed', executed_at = now()")
    assert left_out(world, person) == "contacted_lately"


def test_who_holds_two_slots_is_on_the_list_once_with_both_roles(world: World, work: Workspace, tmp_path: Path) -> None:
    company = world.company()
    person = world.occupant(company, "CFO")
    world.seat(company, "CEO", person)
    row = world.admin.execute("select slot_type, slot_types from marketing.outreach_ready").fetchall()
    assert row == [{"slot_type": "CEO", "slot_types": ["CEO", "CFO"]}]
    report = export_ready(work, tmp_path / "x.csv")
    assert (report.rows, report.ready, dict(report.left_out)) == (1, 1, {"same_contact": 1, "vacant": 1})
    assert [line["slot_types"] for line in read_csv(tmp_path / "x.csv")] == ["CEO CFO"]


def test_one_address_of_two_people_is_on_the_list_once(world: World) -> None:
    company = world.company()
    first = world.occupant(company, "CEO")
    second = world.occupant(company, "HR", contact=None)
    world.admin.execute(
        "update marketing.people_master set email = (select email from vault.contacts) where unique_id = %s", (second,)
    )
    rows = world.admin.execute("select person_unique_id, slot_types from marketing.outreach_ready").fetchall()
    assert rows == [{"person_unique_id": first, "slot_types": ["CEO"]}]
    assert left_out(world, second) == "same_contact"


def test_the_hottest_company_comes_first(world: World) -> None:
    cold, hot, none = (world.company() for _ in range(3))
    people = {company: world.occupant(company) for company in (cold, hot, none)}
    world.raise_(None, [world.news(cold, "hiring", score=90), world.news(hot, "funding", score=90), world.news(hot, "competitor", score=90)])
    assert ready(world) == [people[hot], people[cold], people[none]]


# -------------------------------------------------------------------------------------------------------- export


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_for_a_campaign_with_who_was_left_out(world: World, work: Workspace, tmp_path: Path) -> None:
    company = world.company()
    person = world.occupant(company)
    world.occupant(company, "CEO", status="guessed")
    world.occupant(world.company(), contact="bounced")
    world.admin.execute(
        "update marketing.people_master set work_phone_e164 = '+4930123456', title = '=HYPERLINK(1)', first_name = ' -Ada' where unique_id = %s",
        (person,),
    )
    target = tmp_path / "ready.csv"
    report = export_ready(work, target)
    assert (report.rows, report.ready, dict(report.left_out)) == (1, 1, {"bounced": 1, "unverified": 1, "vacant": 3})
    (row,) = read_csv(target)
    assert list(row) == COLUMNS.names
    assert (row["person_unique_id"], row["phone"], row["title"]) == (person, "+4930123456", "'=HYPERLINK(1)")
    assert row["first_name"] == "' -Ada"
    assert (row["score"], row["band"], row["provenance"]) == ("0", "", '{"email": 7}')
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["ready.csv"]


def test_the_audit_log_says_who_took_how_many_and_nobody_s_name(world: World, work: Workspace, tmp_path: Path) -> None:
    world.occupant(world.company())
    report = export_ready(work, tmp_path / "x.csv", band="hot", limit=5)
    row = world.admin.execute("select * from intake.audit_log where audit_id = %s", (report.audit_id,)).fetchone()
    assert row is not None
    assert (row["operation"], row["user_name"], row["record_count"]) == ("export_ready", "outreach_refresh", 0)
    assert (row["result"]["band"], row["result"]["limit"], row["result"]["ready"]) == ("hot", 5, 1)
    assert row["result"]["by"]
    assert "Quill" not in str(row)
    assert "@" not in str(row)


def test_parquet_keeps_types_and_texts(world: World, work: Workspace, tmp_path: Path) -> None:
    company = world.company()
    person = world.occupant(company)
    world.admin.execute("update marketing.people_master set title = '=1+1' where unique_id = %s", (person,))
    world.raise_(None, [world.news(company, "funding", score=100)])
    assert export_ready(work, tmp_path / "ready.parquet").format == "parquet"
    (row,) = parquet.read_table(tmp_path / "ready.parquet").to_pylist()
    assert (row["title"], row["person_unique_id"], row["band"]) == ("=1+1", person, "warm")
    assert row["score"] == pytest.approx(50, abs=0.1)
    assert row["last_refreshed_at"].tzinfo is not None


def test_an_empty_list_is_a_file_with_a_head(work: Workspace, tmp_path: Path) -> None:
    for name in ("x.csv", "x.parquet"):
        assert export_ready(work, tmp_path / name).rows == 0
    assert (tmp_path / "x.csv").read_text().startswith('"company_unique_id","company_name"')
    assert parquet.read_table(tmp_path / "x.parquet").num_rows == 0


def test_band_and_limit(world: World, work: Workspace, tmp_path: Path) -> None:
    for topic in ("funding", "hiring", ""):
        company = world.company()
        world.occupant(company)
        world.raise_(None, [world.news(company, topic, score=100)])
    assert export_ready(work, tmp_path / "warm.csv", band="warm").rows == 1
    assert export_ready(work, tmp_path / "two.csv", limit=2).rows == 2
    assert [row["band"] for row in read_csv(tmp_path / "two.csv")] == ["warm", "cold"]


def test_a_file_that_exists_is_left_alone(work: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "ready.csv"
    target.write_text("mine")
    with pytest.raises(ConfigurationError, match="exists"):
        export_ready(work, target)
    assert target.read_text() == "mine"
    export_ready(work, target, force=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for wrong, words in ((folder, "folder"), (tmp_path / "none" / "x.csv", "no folder"), (tmp_path / "x.xlsx", "format")):
        with pytest.raises(ConfigurationError, match=words):
            export_ready(work, wrong, force=True)


_EXPORT = """
import sys
from pathlib import Path
from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages import export
from outreach_pipeline.stages.workspace import Workspace

def wait(what, done, total):
    print("writing", flush=True)
    sys.stdin.readline()

export.export_ready(Workspace(Settings(_env_file=None), Database(sys.argv[1])), Path(sys.argv[2]), progress=wait)
"""


def test_killed_in_the_middle_it_leaves_no_file_and_the_next_one_takes_over(
    world: World, work: Workspace, database_url: str, tmp_path: Path
) -> None:
    world.occupant(world.company())
    target = tmp_path / "ready.csv"
    process = start_python(_EXPORT, database_url, str(target))
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    with pytest.raises(ConfigurationError, match="Somebody else"):
        export_ready(work, target)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    (part,) = tmp_path.iterdir()
    assert part.name == ".ready.csv.part"
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert world.value("select count(*) from intake.audit_log where operation = 'export_ready'") == 0
    assert export_ready(work, target).rows == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ready.csv"]
    assert len(read_csv(target)) == 1


def test_a_failure_in_the_middle_leaves_nothing(world: World, work: Workspace, tmp_path: Path) -> None:
    world.occupant(world.company())

    def fail(what: str, done: int, total: int | None) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        export_ready(work, tmp_path / "ready.csv", progress=fail)
    assert list(tmp_path.iterdir()) == []
