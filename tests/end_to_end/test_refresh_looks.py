"""What a look is worth: a slot is as fresh as the last look at its occupant, and the later of two looks of a day counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.stages.changes import set_policy
from outreach_pipeline.stages.freshness import read_slot_freshness
from outreach_pipeline.stages.refresh_due import ask_refresh
from outreach_pipeline.stages.workspace import Workspace
from tests.end_to_end.paid_world import Admin, one
from tests.end_to_end.refresh_world import LOOK, answer, known, linkedin, profile, wave, world


def stale(work: Workspace, days: int) -> int:
    """Stale seats of chief executives so many days after the look."""
    now = datetime.combine(LOOK, datetime.min.time(), UTC) + timedelta(days=days)
    return sum(seats.stale for seats in read_slot_freshness(work, now=now))


@pytest.mark.parametrize("policy", ["apply", "propose", "ignore"])
def test_a_slot_is_as_fresh_as_the_last_look_at_its_occupant(
    tmp_path: Path, database_url: str, admin: Admin, policy: str
) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [*answer({"queries": given["queries"][:1]}), *renamed(given["queries"][1:])]
        work = world(tmp_path, database_url, url, [known(n) for n in range(2)])
        set_policy(work, "name_change", policy, min_confidence=None)
        assert stale(work, -1) == 2
        _, _, report = wave(work)
        assert (report.missing, report.rejected) == (0, 0)
        assert stale(work, 29) == 0
        assert stale(work, 31) == 2
        # Again, and nothing has changed.
        wave(work, LOOK + timedelta(days=31))
        assert stale(work, 32) == 0


def renamed(queries: list[str]) -> list[bytes]:
    """Profiles under another name."""
    return [json.dumps(profile(int(query.rsplit("-nr", 1)[-1]), lastName="Winterbourne")).encode() for query in queries]


def test_a_profile_that_is_gone_makes_no_slot_fresh(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from tests.end_to_end.refresh_world import not_found

    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [json.dumps(not_found(query)).encode() for query in given["queries"]]
        work = world(tmp_path, database_url, url, [known(1)])
        _, _, report = wave(work)
        assert report.gone == 1
        assert stale(work, 1) == 1


@pytest.mark.parametrize("titles", [["Chairman", "CFO", "CEO"], ["CEO", "Chief Financial Officer", "CFO"], ["CFO", "CEO", "CFO"]])
def test_of_two_looks_on_one_day_the_later_one_counts(
    tmp_path: Path, database_url: str, admin: Admin, titles: list[str]
) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(1)])
        person = one(admin, "select unique_id from marketing.people_master")

        def say(title: str) -> Any:
            return lambda kind, given: answer(given, {1: title})

        for title in titles:
            service.items_of = say(title)
            ask_refresh(work, [person])
            wave(work)
            assert one(admin, "select title from marketing.people_master") == title
        assert one(admin, "select count(distinct batch_id) from intake.raw_loads where source = 'profiles'") == 1
