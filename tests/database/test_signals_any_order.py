"""Signals are counted from all events of a company: in any order of arrival the same, with ids that stay."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.database.signal_world import NOW, Admin, World, number


@pytest.fixture
def world(admin: Admin) -> Iterator[World]:
    return World(admin)


def days(world: World, company: str) -> list[int]:
    """How many days ago the signals of a company happened, the newest first."""
    found = world.admin.execute(
        "select observed_at from bit.signal where company_id = %s order by observed_at desc", (number(company),)
    )
    return [round((NOW - row["observed_at"]) / timedelta(days=1)) for row in found]


@pytest.mark.parametrize("seed", range(6))
def test_news_and_changes_in_any_order_are_the_same_signals(world: World, seed: int) -> None:
    draw = random.Random(seed)
    ages = [draw.randrange(1, 900) for _ in range(14)]
    seen = []
    for order in (sorted(ages), sorted(ages, reverse=True), draw.sample(ages, len(ages))):
        company = world.company()
        person = world.person(company)
        newest: list[int] = []
        for age in order:
            world.raise_(None, [world.news(company, "hiring", score=age % 50 + 50, days_ago=age)])
            # However old the news is, no signal gets older by it.
            now = days(world, company)
            assert all(after <= before for before, after in zip(newest, now, strict=False))
            newest = now
        for age in order:
            change = world.change("left_company", person, company, days_ago=age, confidence=0.5 + age % 50 / 100)
            world.raise_([change])
        query = "select reason, observed_at, quality from bit.signal where company_id = %s order by 1, 2, 3"
        found = [tuple(row.values()) for row in world.admin.execute(query, (number(company),))]
        points = world.value("select round(points, 1) from bit.company_score where company_unique_id = %s", company)
        seen.append((found, points))
    assert seen[0] == seen[1] == seen[2]


def test_a_signal_keeps_its_number_and_what_was_taken_up_stays_so(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "hiring", days_ago=20)])
    world.admin.execute("select bit.f_process_signals()")
    before = world.value("select signal_id from bit.signal")
    assert world.raise_(None, [world.news(company, "hiring", days_ago=58)]) == 1
    assert world.raise_(None, [world.news(company, "hiring", days_ago=39)]) == 0
    assert days(world, company) == [20, 58]
    rows = world.admin.execute("select signal_id from bit.signal where processed_at is not null").fetchall()
    assert [row["signal_id"] for row in rows] == [before]
    # The newest article was none: what is left is the signal of the older ones, and that the other was taken up is on record.
    world.admin.execute("delete from marketing.company_intelligence where detected_at = %s", (NOW - timedelta(days=20),))
    world.admin.execute("select bit.f_fold_signals(array[%s::bigint])", (number(company),))
    assert days(world, company) == [39]
    query = "select event_data ->> 'signal_id' from marketing.pipeline_events where event_type = 'signal_withdrawn'"
    assert int(world.value(query)) == before


def test_a_signal_that_was_taken_up_does_not_vanish_in_silence(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "funding"), world.news(company, "hiring")])
    world.admin.execute("select bit.f_process_signals()")
    world.raise_(None, [world.news(company, "filing")])
    world.admin.execute("delete from marketing.company_intelligence where topic in ('funding', 'filing')")
    world.admin.execute("select bit.f_fold_signals(array[%s::bigint])", (number(company),))
    assert [reason for reason, _, _ in world.signals()] == ["hiring"]
    # Nobody had seen the filing yet.
    (event,) = world.admin.execute("select * from marketing.pipeline_events where event_type = 'signal_withdrawn'").fetchall()
    assert (event["entity_id"], event["event_data"]["reason"]) == (company, "funding")


def test_what_no_event_tells_of_stays_and_says_what_is_close_to_it(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "hiring", days_ago=50)])
    world.admin.execute("update bit.signal set dedupe_key = null")
    world.raise_(None, [world.news(company, "hiring", days_ago=age) for age in (25, 5)])
    assert days(world, company) == [5, 50]


def test_a_renewal_told_late_is_what_it_is_when_told_in_time(world: World) -> None:
    """The windows of a contract that ends in 50 days opened 70, 40 and 10 days ago, whenever we were told."""
    late, timely = world.company(), world.company()
    world.raise_(None, [world.news(late, "renewal", kind="event", effective_in=50, days_ago=100)])
    event = world.news(timely, "renewal", kind="event", effective_in=125, days_ago=25)
    for ahead in (115, 85, 50):
        moment = "update marketing.company_intelligence set effective_on = (now() at time zone 'UTC')::date + %s::integer, detected_at = %s where intelligence_id = %s"
        world.admin.execute(moment, (ahead, NOW - timedelta(days=150 - ahead), event))
        world.admin.execute("select bit.f_process_signals()")
    query = "select variant, observed_at from bit.signal where company_id = %s order by 1"
    assert [row["variant"] for row in world.admin.execute(query, (number(late),))] == ["", "60", "90"]
    assert world.admin.execute(query, (number(late),)).fetchall() == world.admin.execute(query, (number(timely),)).fetchall()


@pytest.mark.parametrize("order", [(0, 20, 45), (20, 0, 45), (45, 20, 0), (20, 45, 0)])
def test_answers_in_any_order_are_the_same_signals(world: World, order: tuple[int, ...]) -> None:
    company = world.company()
    for age in order:
        world.admin.execute(
            "insert into marketing.outcome (source, event_key, kind, company_unique_id, happened_at) values ('mail', %s, 'replied', %s, %s)",
            (f"replied:{age}", company, NOW - timedelta(days=age)),
        )
        world.admin.execute("select bit.f_fold_signals(array[%s::bigint])", (number(company),))
    assert days(world, company) == [0, 45]
