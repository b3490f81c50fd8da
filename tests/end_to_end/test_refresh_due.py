"""Who is due, and in which order: vacancies, bounces, the stalest; never who must not be asked about."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.refresh_due import ask_refresh, plan_refresh
from outreach_pipeline.stages.suppress import suppress
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.paid_world import Admin, one
from tests.end_to_end.pipeline import digest, land_items
from tests.end_to_end.refresh_world import ACTOR, DAY, LOOK, SOURCES, jobs, known, profile, slug, states, world

NOWHERE = "http://127.0.0.1:9"
"""No Apify is needed to plan, and none is asked."""


def due(work: Workspace, admin: Admin, day: date = LOOK, **options: Any) -> list[tuple[str, str]]:
    """The slug and reason of each job of one plan, in the order in which they were picked."""
    plan_refresh(work, day=day, **options)
    return [(job["linkedin_url"].rsplit("/", 1)[-1], job["reason"]) for job in jobs(admin) if job["status"] == "pending"]


def test_vacancies_before_bounces_before_the_stalest(tmp_path: Path, database_url: str, admin: Admin) -> None:
    people = [known(0), known(1), known(2), known(3), known(4)]
    work = world(tmp_path, database_url, NOWHERE, people)
    later = Batch(date(2026, 11, 8), "profiles")
    land_items(work, later, [profile(1)], tmp_path, "later.jsonl")
    digest(work, later)
    admin.execute("update vault.contacts set status = 'bounced' where email = 'ada3@firm3.example'")
    admin.execute("set session_replication_role = replica")
    admin.execute(
        "update marketing.company_slot as s set person_unique_id = null, is_filled = false, filled_at = null "
        "from marketing.company_master as c where c.company_unique_id = s.company_unique_id and c.domain = 'firm4.example'"
    )
    assert due(work, admin) == [
        (slug(4), "vacancy"), (slug(3), "bounced"), (slug(0), "cadence"), (slug(2), "cadence"), (slug(1), "cadence"),
    ]  # fmt: skip


def test_a_list_that_repeats_somebody_every_night_is_no_look_at_them(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    work = world(tmp_path, database_url, NOWHERE, [known(0), known(1)], refresh_ceo_days=30)
    for day in (date(2026, 11, 8), LOOK):
        batch = Batch(day, "known")
        land_items(work, batch, [known(0), known(1, phone=f"+1 304-555-01{day:%d}")], tmp_path, f"{day}.jsonl")
        digest(work, batch)
    looked = Batch(date(2026, 11, 8), "profiles")
    land_items(work, looked, [profile(1)], tmp_path, "profiles.jsonl")
    digest(work, looked)
    assert due(work, admin, DAY + timedelta(days=31)) == [(slug(0), "cadence")]


def test_a_limit_takes_the_first_and_the_next_plan_goes_on(tmp_path: Path, database_url: str, admin: Admin) -> None:
    work = world(tmp_path, database_url, NOWHERE, [known(n) for n in range(5)])
    assert len(due(work, admin, limit=2)) == 2
    assert len(due(work, admin, limit=2)) == 4
    assert plan_refresh(work, day=LOOK).verdict == "waves"


@pytest.mark.parametrize(
    ("title", "slot", "setting"),
    [("CEO", "CEO", "refresh_ceo_days"), ("CFO", "CFO", "refresh_cfo_days"), ("HR Director", "HR", "refresh_hr_days")],
)
def test_each_slot_has_its_cadence(
    tmp_path: Path, database_url: str, admin: Admin, title: str, slot: str, setting: str
) -> None:
    work = world(tmp_path, database_url, NOWHERE, [known(1, title)], **{setting: 10})
    assert one(admin, "select slot_type from marketing.company_slot where is_filled") == slot
    assert due(work, admin, date(2026, 11, 9)) == []
    assert due(work, admin, date(2026, 11, 10)) == [(slug(1), "cadence")]


def test_who_must_not_be_asked_about_is_not(tmp_path: Path, database_url: str, admin: Admin) -> None:
    people = [known(0), known(1), known(2, linkedin=None), known(3)]
    work = world(tmp_path, database_url, NOWHERE, people)
    ids = {
        row["email"]: row["unique_id"]
        for row in admin.execute("select email, unique_id from marketing.people_master").fetchall()
    }
    suppress(work, ["ada0@firm0.example"])
    admin.execute(
        "insert into public.negative_cache (provider, subject, reason, asked_at, ask_again_at) "
        "values ('apify:linkedin', %s, 'nothing found', now(), '2027-01-01')", [ids["ada1@firm1.example"]],
    )  # fmt: skip
    assert due(work, admin) == [(slug(3), "cadence")]
    said = ask_refresh(work, [*ids.values(), "04.04.02.00.99999.999"])
    assert {name: said[person] for name, person in ids.items()} == {
        "ada0@firm0.example": "suppressed", "ada1@firm1.example": "asked", "ada2@firm2.example": "no_profile",
        "ada3@firm3.example": "live",
    }  # fmt: skip
    assert said["04.04.02.00.99999.999"] == "unknown"


def test_who_is_suppressed_while_a_job_waits_is_not_asked_about(tmp_path: Path, database_url: str, admin: Admin) -> None:
    work = world(tmp_path, database_url, NOWHERE, [known(0), known(1)])
    person = one(admin, "select unique_id from marketing.people_master where email = 'ada0@firm0.example'")
    assert ask_refresh(work, [person]) == {person: "asked"}
    suppress(work, ["ada0@firm0.example"])
    assert due(work, admin) == [(slug(1), "cadence")]
    assert states(admin)[("failed", "given_up", 1)] == 1


def test_two_who_are_one_keep_one_live_job(tmp_path: Path, database_url: str, admin: Admin) -> None:
    renamed = known(1, email=None, linkedin=f"https://www.linkedin.com/in/{slug(2)}")
    work = world(tmp_path, database_url, NOWHERE, [known(1, email=None), renamed])
    people = [row["unique_id"] for row in admin.execute("select unique_id from marketing.people_master").fetchall()]
    assert len(people) == 2
    ask_refresh(work, people)
    assert states(admin) == {("pending", None, 1): 2}
    # Two records with one member id make them one person.
    batch = Batch(date(2026, 11, 9), "profiles")
    both = [
        profile(1, publicIdentifier=slug(n), linkedinUrl=f"https://www.linkedin.com/in/{slug(n)}") for n in (1, 2)
    ]
    land_items(work, batch, both, tmp_path, "both.jsonl")
    digest(work, batch)
    assert one(admin, "select count(*) from marketing.people_master") == 1
    assert states(admin) == {("pending", None, 1): 1, ("failed", "given_up", 1): 1}


def test_landing_a_refresh_source_by_itself_says_that_waves_do_it(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    work = world(tmp_path, database_url, NOWHERE, [])
    report = land_batch(work, Batch(LOOK, "profiles"))
    assert (report.items, report.already) == (0, True)
    assert "outreach refresh" in report.note
    assert one(admin, "select count(*) from public.actor_runs") == 0


def test_the_next_source_stands_in_for_one_whose_breaker_is_open(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    second = SOURCES[SOURCES.index("[sources.profiles]") :].replace("profiles]", "others]").replace(ACTOR, "a/b")
    work = world(tmp_path, database_url, NOWHERE, [known(0)], source=SOURCES + second)
    admin.execute(
        "insert into public.actor_breaker (actor, failures, opened_at, open_until) "
        "values (%s, 3, now(), now() + interval '1 hour')", [ACTOR]
    )
    assert plan_refresh(work, day=LOOK).batch_id == f"{LOOK}|others"
