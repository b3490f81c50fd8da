"""Signals of companies and people that turn out to be one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.database.signal_world import NOW, Admin, World, number


@pytest.fixture
def world(admin: Admin) -> Iterator[World]:
    return World(admin)


def test_signals_of_companies_that_turn_out_to_be_one_are_folded(world: World) -> None:
    one, two = world.company(), world.company()
    person = world.person(one)
    world.raise_([world.change("left_company", person, one, days_ago=9), world.change("left_company", person, two, confidence=1)])
    world.raise_(None, [world.news(one, "funding"), world.news(two, "hiring")])
    world.admin.execute("select bit.f_process_signals()")
    with world.admin.transaction():
        world.admin.execute("create temp table master_gone on commit drop as select %s::text as old_id, %s::text as new_id", (two, one))
        world.admin.execute("select marketing.f_retire_masters('company')")
        world.admin.execute("select bit.f_fold_signals(array[%s::bigint])", (number(one),))
    assert sorted(reason for reason, _, _ in world.signals()) == ["exec_movement", "funding", "hiring"]
    row = world.admin.execute("select quality, observed_at, company_id from bit.signal where reason = 'exec_movement'").fetchone()
    assert row == {"quality": 100, "observed_at": NOW - timedelta(days=9), "company_id": number(one)}
    world.admin.execute("select bit.f_process_signals()")
    assert world.value("select count(*) from bit.company_band where until is null") == 1


def test_signals_follow_a_person_who_turns_out_to_be_another(world: World) -> None:
    company = world.company()
    one, two = world.person(company), world.person(company)
    world.raise_([world.change("left_company", each, company) for each in (one, two)])
    with world.admin.transaction():
        world.admin.execute("create temp table master_gone on commit drop as select %s::text as old_id, %s::text as new_id", (two, one))
        world.admin.execute("select marketing.f_retire_masters('person')")
        world.admin.execute("select bit.f_fold_signals(array[%s::bigint])", (number(company),))
    assert [row["person_unique_id"] for row in world.admin.execute("select person_unique_id from bit.signal")] == [one]
