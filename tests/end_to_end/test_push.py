"""Pushing a campaign to a CRM and a sequencer: nothing twice, nothing over somebody's hand, faults included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from killed import Mortal
from pipeline import workspace

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.sandbox.http import HttpServer
from outreach_pipeline.sandbox.targets.services import TARGET_KEY, HubSpotService, InstantlyService
from outreach_pipeline.stages.campaigns import claim, create_campaign, move_campaign
from outreach_pipeline.stages.push import PushReport, push_campaign
from outreach_pipeline.stages.workspace import Workspace
from tests.database.signal_world import World

Admin = psycopg.Connection[dict[str, Any]]
TARGETS = {"hubspot": HubSpotService, "instantly": InstantlyService}


class There:
    """A campaign of three people and one target."""

    def __init__(self, world: World, database: Database, name: str) -> None:
        self.world, self.name = world, name
        self.people = [world.occupant(world.company()) for _ in range(3)]
        self.work: Workspace = workspace(database)
        create_campaign(self.work, "spring", template="PLE_INTRO_001", size=10, min_score=0)
        move_campaign(self.work, "spring", "active")
        assert claim(self.work, "spring") == 3
        self.service: Any = TARGETS[name]()
        self.server = HttpServer(self.service).start()

    def push(self, work: Workspace | None = None, **more: Any) -> PushReport:
        given = {"their_campaign": "theirs", "url": self.server.url, **more}
        return push_campaign(work or self.work, "spring", self.name, **given)

    def field(self, name: str) -> str:
        """The field's name at the target."""
        return {
            "title": {"hubspot": "jobtitle", "instantly": "job_title"},
            "first": {"hubspot": "firstname", "instantly": "first_name"},
        }[name][self.name]

    def record(self) -> dict[str, Any]:
        return next(iter(self.service.records.values()))  # type: ignore[no-any-return]


@pytest.fixture(params=["hubspot", "instantly"])
def there(request: Any, admin: Admin, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    monkeypatch.setenv("OUTREACH_HUBSPOT_TOKEN", TARGET_KEY)
    monkeypatch.setenv("OUTREACH_INSTANTLY_KEY", TARGET_KEY)
    made = There(World(admin), db, request.param)
    yield made
    made.server.stop()


def test_a_second_run_writes_nothing(there: There) -> None:
    first, second = there.push(), there.push()
    assert (first.created, first.updated, first.refused) == (3, 0, 0)
    assert (second.created, second.updated, second.unchanged) == (0, 0, 3)
    assert there.service.writes == 3
    ids = {row["their_id"] for row in there.world.admin.execute("select their_id from marketing.target_record")}
    assert ids == set(there.service.records)
    kept = {each.get("barton_id") or each["payload"]["person_unique_id"] for each in there.service.records.values()}
    assert kept == set(there.people)


def test_a_field_that_somebody_changed_there_survives(there: There) -> None:
    there.push()
    there.record()[there.field("first")] = "Adele"
    there.world.admin.execute("update marketing.people_master set first_name = 'Ada-Lou', last_name = 'Changed'")
    report = there.push()
    assert (report.updated, report.fields_kept) == (3, 1)
    firsts = sorted(each[there.field("first")] for each in there.service.records.values())
    assert firsts == ["Ada-Lou", "Ada-Lou", "Adele"]
    again = there.push()
    assert (again.updated, again.fields_kept) == (0, 1)


def test_a_dry_run_tells_the_difference_and_writes_nothing(there: There) -> None:
    report = there.push(dry_run=True)
    assert report.created == 3
    assert {what for _, _, what in report.differences} == {"made"}
    assert there.service.writes == 0
    assert there.world.value("select count(*) from marketing.target_record") == 0


@pytest.mark.parametrize(("mode", "written"), [("update", 0), ("create", 3)])
def test_only_new_or_only_known(there: There, mode: Any, written: int) -> None:
    there.push(mode=mode)
    assert there.service.writes == written


def test_who_was_suppressed_or_erased_is_taken_out(there: There) -> None:
    there.push()
    one, other = there.people[:2]
    there.world.admin.execute(
        "insert into vault.suppression (kind, value, reason) values ('person', %s, 'unsubscribed')", (one,)
    )
    there.world.admin.execute(
        "update marketing.target_record set person_unique_id = null, fields = '{}' where person_unique_id = %s",
        (other,),
    )
    there.world.admin.execute("delete from marketing.campaign_person where person_unique_id = %s", (other,))
    assert there.push().removed == 2
    assert len(there.service.records) == 1
    assert there.push().removed == 0


def test_too_many_calls_are_waited_for_and_a_lost_answer_is_repeated(there: There) -> None:
    there.service.faults.add("POST /*", "status_429", times=2, seconds=0.05)
    there.push(dry_run=True)
    write = "upsert" if there.name == "hubspot" else "add"
    there.service.faults.add(f"POST /*{write}", "drop_after_accept")
    with pytest.raises(TransientError):
        there.push()
    assert there.push().created == 0
    assert (len(there.service.records), there.service.writes) == (3, 3)
    states = there.world.admin.execute("select distinct state from marketing.target_record").fetchall()
    assert states == [{"state": "written"}]


def test_killed_at_every_commit_it_writes_each_once(there: There, database_url: str) -> None:
    for number in range(1, 30):
        child = os.fork()
        if child == 0:
            mortal = Mortal(database_url)
            mortal.dies_at = number
            try:
                there.push(workspace(mortal))
            except BaseException:
                os._exit(2)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
    assert len(there.service.records) == 3
    assert there.push().unchanged == 3
    assert there.service.writes == 3


def test_a_wrong_key_is_told(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_HUBSPOT_TOKEN", "other")
    monkeypatch.setenv("OUTREACH_INSTANTLY_KEY", "other")
    with pytest.raises(ConfigurationError, match="does not accept the key"):
        there.push()


def test_one_row_that_is_refused_stops_no_other(admin: Admin, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_HUBSPOT_TOKEN", TARGET_KEY)
    there = There(World(admin), db, "hubspot")
    there.service.rejects.add(str(there.world.value("select min(email) from marketing.people_master")))
    report = there.push()
    assert (report.created, report.refused) == (2, 1)
    there.service.rejects.clear()
    assert there.push().created == 1
    there.server.stop()
