"""The ready list and people's whereabouts against the truth: one defect each, and what the score says of it."""

from __future__ import annotations

import pytest

from outreach_pipeline.sandbox.score.addresses import UNKNOWABLE, WRONG, score_addresses
from outreach_pipeline.sandbox.score.evidence import Evidence, Placed, Ready
from outreach_pipeline.sandbox.score.places import WRONG_LEFT, score_places
from outreach_pipeline.sandbox.world.truth import Truth, truth_of
from outreach_pipeline.sandbox.world.world import World


@pytest.fixture(scope="module")
def truth() -> Truth:
    return truth_of(World(7, 120), 2)


def known(truth: Truth) -> Evidence:
    """A database in which every Barton ID is the key of the truth."""
    evidence = Evidence()
    for number, key in enumerate(truth.companies):
        evidence.companies_of[number], evidence.company_master[number] = {key}, key
    for number, key in enumerate(truth.people):
        evidence.people_of[number], evidence.person_master[number] = {key}, key
    return evidence


def offers(truth: Truth, state: str, *, verified: bool | None = None) -> list[Ready]:
    """A line of the ready list for each address of that state."""
    return [
        Ready(email, each.person, each.company, "CEO") for email, each in truth.addresses.items()
        if each.state == state and each.person is not None and not truth.people[each.person].is_untold
        and verified in (None, each.is_called_verified)
    ]  # fmt: skip


def causes(truth: Truth, rows: list[Ready]) -> set[tuple[str, str]]:
    evidence = known(truth)
    evidence.ready = rows
    assert rows
    counts, misses = score_addresses(truth, evidence)
    assert counts.ready == counts.right + counts.wrong + counts.unknowable == len(rows)
    return {(miss.what, miss.cause) for miss in misses}


def test_a_live_address_of_the_person_at_the_company_is_right(truth: Truth) -> None:
    assert causes(truth, [*offers(truth, "good"), *offers(truth, "catch_all")]) == set()


def test_an_address_is_wrong_for_each_of_its_reasons(truth: Truth) -> None:
    row, other = offers(truth, "good")[:2]
    role = next(email for email, each in truth.addresses.items() if each.state == "role")
    assert causes(truth, offers(truth, "dead", verified=False)) == {
        (WRONG, "no such mailbox, and no source calls it verified")
    }
    assert causes(truth, offers(truth, "moved")) == {
        (WRONG, "the person has left that company, or the company that domain")
    }
    for wrong, cause in (
        (Ready("nobody@stranger.example", row.person, row.company, "CEO"), "nobody in the world has such an address"),
        (Ready(role, row.person, row.company, "CEO"), "a mailbox of nobody in particular"),
        (Ready(row.email, other.person, row.company, "CEO"), "somebody else's address"),
        (Ready(row.email, "P-unknown", row.company, "CEO"), "the person of the slot is a stranger"),
        (Ready(row.email, row.person, "c999999", "CEO"), "the address is at another company"),
    ):
        assert causes(truth, [wrong]) == {(WRONG, cause)}


def test_what_its_source_verified_wrongly_nobody_could_know(truth: Truth) -> None:
    assert {what for what, _ in causes(truth, offers(truth, "dead", verified=True))} == {UNKNOWABLE}


def test_the_mix_of_addresses_is_that_of_real_lists() -> None:
    states = [each.state for each in truth_of(World(5, 800), 1).addresses.values() if each.person is not None]
    shares = {state: states.count(state) / len(states) for state in ("good", "catch_all", "dead")}  # type: ignore[arg-type]
    assert 0.68 < shares["good"] < 0.78
    assert 0.12 < shares["catch_all"] < 0.18
    assert 0.10 < shares["dead"] < 0.16


def test_whereabouts_are_right_late_or_wrongly_left(truth: Truth) -> None:
    evidence = known(truth)
    home = {k: p for k, p in truth.people.items() if p.company and not truth.companies[p.company].is_outside}
    evidence.placed = [Placed(key, str(person.company), False) for key, person in home.items()]
    counts, misses = score_places(truth, evidence)
    assert (counts.right, counts.late, misses) == (len(home), 0, [])
    assert counts.at_home == set(home)
    moved = next(key for key, person in home.items() if len(person.companies) > 1)
    stayed = next(key for key, person in home.items() if len(person.companies) == 1)
    elsewhere = next(key for key in truth.companies if key not in home[stayed].companies)
    late = Placed(moved, next(c for c in home[moved].companies if c != home[moved].company), False)
    evidence.placed = [late, Placed(stayed, str(home[stayed].company), True)]
    counts, misses = score_places(truth, evidence)
    assert (counts.late, counts.wrong_left) == (1, 1)
    assert [(m.what, m.key, m.cause) for m in misses] == [(WRONG_LEFT, stayed, "still at that company")]
    evidence.placed = [Placed(stayed, elsewhere, False)]
    assert [m.cause for m in score_places(truth, evidence)[1]] == ["placed where they never worked"]
