"""Campaigns: nobody is claimed twice, whoever claims and whoever dies over it; files in the formats of others."""

from __future__ import annotations

import csv
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from killed import Mortal
from pipeline import workspace

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.campaign_file import export_campaign
from outreach_pipeline.stages.campaigns import claim, create_campaign, find_campaign, move_campaign, read_campaign
from outreach_pipeline.stages.workspace import Workspace
from tests.database.signal_world import World

Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def world(admin: Admin) -> World:
    return World(admin)


@pytest.fixture
def work(db: Database) -> Workspace:
    return workspace(db)


def started(work: Workspace, name: str, size: int = 100, **rule: Any) -> str:
    create_campaign(work, name, template="PLE_INTRO_001", size=size, **{"min_score": 0, **rule})
    move_campaign(work, name, "active")
    return name


def claimed(admin: Admin) -> Counter[str]:
    return Counter(row["id"] for row in admin.execute("select person_unique_id as id from marketing.campaign_person"))


def test_claiming_writes_people_steps_and_the_list_and_takes_them_off_the_ready_list(
    world: World, work: Workspace
) -> None:
    people = sorted(world.occupant(world.company()) for _ in range(3))
    assert claim(work, started(work, "spring", size=2)) == 2
    row = world.admin.execute("select people_ids, status, launched_at from marketing.campaigns").fetchone()
    assert row is not None
    assert set(row["people_ids"]) == set(claimed(world.admin)) < set(people)
    steps = world.admin.execute(
        "select step_type, status, count(*) as n from marketing.campaign_executions group by 1, 2 order by 1"
    )
    assert [tuple(each.values()) for each in steps] == [
        ("email", "pending", 4),
        ("linkedin", "pending", 2),
        ("phone", "pending", 2),
    ]
    ready = [each["id"] for each in world.admin.execute("select person_unique_id as id from marketing.outreach_ready")]
    assert ready == [each for each in people if each not in claimed(world.admin)]
    assert claim(work, "spring") == 0
    actions = world.admin.execute("select action from marketing.campaign_audit_log order by audit_id").fetchall()
    assert [each["action"] for each in actions] == ["create", "launch", "update"]


def test_the_list_of_a_campaign_follows_its_rows_whoever_changes_them(world: World, work: Workspace) -> None:
    one, other = sorted(world.occupant(world.company()) for _ in range(2))
    claim(work, started(work, "spring"))

    def listed() -> Any:
        return world.value("select people_ids from marketing.campaigns")

    assert listed() == [one, other]
    # As when one person is recognised in both: their rows are given the id that stays.
    world.admin.execute("update marketing.campaign_person set person_unique_id = %s", (one,))
    assert listed() == [one]
    world.admin.execute("delete from marketing.campaign_person")
    assert listed() == []


def test_two_that_claim_at_once_share_the_list_and_no_person(world: World, work: Workspace, database_url: str) -> None:
    people = [world.occupant(world.company()) for _ in range(12)]
    names = [started(work, f"c{n}", size=8) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda name: claim(workspace(Database(database_url)), name), names))
    assert sum(counts) == 12
    assert claimed(world.admin) == Counter(people)


def test_killed_at_every_commit_nobody_is_given_twice(
    world: World, work: Workspace, database_url: str, tmp_path: Path
) -> None:
    people = [world.occupant(world.company()) for _ in range(6)]
    started(work, "spring", size=6)
    started(work, "autumn", size=6)
    for number in range(1, 20):
        child = os.fork()
        if child == 0:
            mortal = Mortal(database_url)
            mortal.dies_at = number
            try:
                there = workspace(mortal)
                claim(there, "spring")
                export_campaign(there, "spring", tmp_path / "spring.csv", "instantly", force=True)
            except BaseException:
                os._exit(2)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
    assert claim(work, "autumn") == 0
    assert claimed(world.admin) == Counter(people)
    with (tmp_path / "spring.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6


@pytest.mark.parametrize(
    ("name", "header", "encoding"),
    [
        ("csv", "campaign_id", "utf-8"), ("hubspot", "Email", "utf-8-sig"), ("salesforce", "Email", "utf-8"),
        ("instantly", "email", "utf-8"), ("smartlead", "email", "utf-8"), ("lemlist", "email", "utf-8"),
    ],
)  # fmt: skip
def test_each_format_is_read_back(
    world: World, work: Workspace, tmp_path: Path, name: str, header: str, encoding: str
) -> None:
    world.occupant(world.company())
    claim(work, started(work, "spring"))
    file = tmp_path / "out.csv"
    assert export_campaign(work, "spring", file, name).rows == 1
    with file.open(encoding=encoding, newline="") as text:
        (row,) = csv.DictReader(text)
    assert next(iter(row)) == header
    assert all("@" in value for key, value in row.items() if key.lower() == "email")


def test_whoever_was_suppressed_since_is_left_out(world: World, work: Workspace, tmp_path: Path) -> None:
    person = world.occupant(world.company())
    world.occupant(world.company())
    claim(work, started(work, "spring"))
    world.admin.execute(
        "insert into vault.suppression (kind, value, reason) values ('person', %s, 'unsubscribed')", (person,)
    )
    report = export_campaign(work, "spring", tmp_path / "out.csv", "csv")
    assert (report.rows, report.left_out) == (1, 1)


def test_steps_of_a_campaign_that_are_not_allowed_are_told(work: Workspace) -> None:
    create_campaign(work, "spring", template="PLE_INTRO_001", size=5)
    with pytest.raises(ConfigurationError, match="only an active one"):
        claim(work, "spring")
    with pytest.raises(ConfigurationError, match="cannot become paused"):
        move_campaign(work, "spring", "paused")
    with pytest.raises(ConfigurationError, match="already"):
        create_campaign(work, "spring", template="PLE_INTRO_001", size=5)
    with pytest.raises(ConfigurationError, match="template"):
        create_campaign(work, "other", template="NONE", size=5)
    for status in ("active", "paused", "active", "completed"):
        move_campaign(work, "spring", status)
    with pytest.raises(ConfigurationError, match="cannot become active"):
        move_campaign(work, "spring", "active")
    report = read_campaign(work, find_campaign(work, "spring").campaign_id)
    assert [row["action"] for row in report.audit] == ["create", "launch", "pause", "launch", "complete"]


def test_rules_choose_by_band_slot_and_score(world: World, work: Workspace) -> None:
    cfo = world.occupant(world.company())
    assert claim(work, started(work, "ceos", slot_types=["CEO"])) == 0
    assert claim(work, started(work, "hot", band="hot")) == 0
    assert claim(work, started(work, "scores", min_score=50)) == 0
    assert claim(work, started(work, "cfos", slot_types=["CFO"])) == 1
    assert list(claimed(world.admin)) == [cfo]
