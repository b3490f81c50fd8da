"""The world: the same for the same seed, alive from night to night, and made of what the rules can read."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pytest

from outreach_pipeline.rules.companies import company_key
from outreach_pipeline.rules.emails import read_email
from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.rules.names import name_key
from outreach_pipeline.rules.phones import read_phone
from outreach_pipeline.rules.titles import load_rules, read_title
from outreach_pipeline.sandbox.world.careers import Shares
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.groups import kind_of
from outreach_pipeline.sandbox.world.truth import Truth, truth_of
from outreach_pipeline.sandbox.world.words import COUNTRIES, RIVALS, SEATS, SIDELINES, gendered
from outreach_pipeline.sandbox.world.world import World


@pytest.fixture(scope="module")
def world() -> World:
    made = World(3, 400)
    made.night(3)
    return made


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    def told(seed: int) -> str:
        return json.dumps(truth_of(World(seed, 60), 2).as_json(), sort_keys=True)

    assert told(5) == told(5)
    assert told(5) != told(6)


def test_the_same_people_whenever_the_world_begins() -> None:
    def told(first_day: date) -> dict[str, Any]:
        truth = truth_of(World(5, 60, first_day=first_day), 2).as_json()
        return {key: value for key, value in truth.items() if key != "day"}

    assert told(date(2026, 11, 20)) == told(date(2028, 2, 1))


def test_a_later_night_does_not_change_what_was_true_before() -> None:
    early = World(5, 60)
    before = truth_of(early, 1).as_json()
    early.night(3)
    after = truth_of(early, 1).as_json()
    # Who will move is not known on the first night, so nobody may look different because of it.
    assert before["slots"] == after["slots"]
    assert before["people"] == after["people"]


def test_every_title_reads_as_what_it_stands_for() -> None:
    rules = load_rules()
    for (role, _), titles in SEATS.items():
        for title in (gendered(t, g) for t in titles for g in "fm"):
            points = {r.role: r.points for r in read_title(title, rules).roles}
            assert set(points) == {role}, title
            assert points[role] >= 70, title
    for role, titles in RIVALS.items():
        for title in titles:
            points = {r.role: r.points for r in read_title(title, rules).roles}
            assert set(points) == {role}, title
            assert 50 <= points[role] <= 60, title  # from the threshold of a slot on
    for title in OTHERS:
        assert not read_title(title, rules).roles, title


def test_numbers_and_addresses_are_ones_the_rules_accept(world: World) -> None:
    numbers = {c.phone for c in world.companies if c.phone} | {p.mobile for p in world.people if p.mobile}
    assert len(numbers) > 100
    assert [n for n in numbers if read_phone(n).value != n] == []
    for person in world.people:
        company = world.companies[person.posts[0].company]
        assert read_email(person.email_at(company)).value == person.email_at(company)
        assert read_profile(f"https://www.linkedin.com/in/{person.slug}").slug == person.slug
        assert read_profile(person.member_id).member_id == person.member_id


def test_identities_are_unique_and_only_the_listed_names_are_shared(world: World) -> None:
    for attribute in ("linkedin_slug", "linkedin_id", "apollo_id"):
        values = [getattr(c, attribute) for c in world.companies]
        assert len(set(values)) == len(values), attribute
    at_domain: dict[str, list[Company]] = defaultdict(list)
    for company in world.companies:
        at_domain[company.domain].append(company)
    for together in (companies for companies in at_domain.values() if len(companies) > 1):
        assert all(c.page for c in together) or {kind_of(c.number) for c in together[1:]} == {"member"}
    assert len({p.slug for p in world.people}) == len(world.people)
    truth = truth_of(world, 1)
    shared = Counter((c.names[0], c.country) for c in truth.companies.values())
    twice = {names for names, n in shared.items() if n > 1}
    ambiguous = {(c.names[0], c.country) for c in truth.companies.values() if c.is_ambiguous}
    assert twice == ambiguous
    assert len(ambiguous) == 2


def test_a_legal_form_does_not_change_the_key_of_a_name(world: World) -> None:
    assert {c.country.code for c in world.companies} == {c.code for c in COUNTRIES}
    assert [c for c in world.companies if company_key(c.name) != company_key(c.legal_name)] == []


def test_whoever_worked_beside_somebody_of_the_same_name_has_another_address(world: World) -> None:
    seen: dict[tuple[int, str | None], int] = {}
    addresses: dict[str, int] = {}
    beside = set()
    for person in world.people:
        for post in person.posts:
            if seen.setdefault((post.company, name_key(person.first, person.last)), person.number) != person.number:
                beside.add(kind_of(post.company))
            address = person.email_at(world.companies[post.company])
            assert addresses.setdefault(address, person.number) == person.number
    assert beside == {"namesakes", "generations"}
    names = Counter(name_key(p.first, p.last) for p in world.people)
    assert max(names.values()) > 1  # but elsewhere, people share names


def test_about_a_tenth_of_the_holders_move_each_night(world: World) -> None:
    for night in (2, 3):
        moves = world.night(night)
        share = len(moves) / len(world.seats(night - 1))
        assert 0.06 < share < 0.15
        assert {"moved", "unknown", "promoted"} <= {m.kind for m in moves}
        assert len({m.person for m in moves}) == len(moves)


def test_moves_are_what_slots_show(world: World) -> None:
    before, after = truth_of(world, 1), truth_of(world, 2)
    for move in after.moves:
        if move.kind in ("moved", "unknown", "left"):
            assert before.slots[move.from_company][move.from_role or ""] == move.person
            assert after.slots[move.from_company][move.from_role or ""] != move.person
        if move.kind == "moved":
            assert after.slots[move.to_company or ""][move.to_role or ""] == move.person
    assert any(
        m.kind == "promoted" and m.from_role == "CFO" and m.to_role == "CEO" for m in truth_of(world, 3).moves
    ) or any(m.to_role == "CEO" and m.from_role == "CFO" for m in after.moves)


def test_vacancies_and_people_who_stand_in() -> None:
    world = World(1, 300, shares=Shares(per_night=0.5, successor=0.0, steps_up=0.0))
    truth = truth_of(world, 1)
    empty = sum(person is None for places in truth.slots.values() for person in places.values())
    assert 60 < empty < 180
    world.night(2)
    seats, slots = world.seats(2), world.slots(2)
    standing_in = set(slots) - set(seats)
    assert standing_in
    assert all(slots[place].post_on(2).rank == 2 for place in standing_in)  # type: ignore[union-attr]


def test_side_jobs_begin_before_and_after_the_post_and_some_profiles_are_closed(world: World) -> None:
    sides = [(person, side) for person in world.people for side in person.sidelines]
    assert {side.kind for _, side in sides} == set(SIDELINES)
    assert {side.first_night for _, side in sides} == {1, 2}
    assert {side.year > person.posts[0].year for person, side in sides} == {True, False}
    assert not any(side.company == person.posts[0].company for person, side in sides)
    gone = [person for person in world.people if person.profile_gone_on(2)]
    assert gone
    assert not any(person.profile_gone_on(1) for person in gone)
    assert not {person.number for person in gone} & {move.person for move in world.night(2)}


def test_the_truth_survives_json() -> None:
    truth = truth_of(World(2, 40), 2)
    assert Truth.from_json(json.dumps(truth.as_json())) == truth
