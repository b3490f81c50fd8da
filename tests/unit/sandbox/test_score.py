"""The score itself must be able to fail: evidence with one defect each, and what the score says of it."""

from __future__ import annotations

import pytest

from outreach_pipeline.sandbox.score.compare import _Comparison
from outreach_pipeline.sandbox.score.evidence import Evidence, Noticed
from outreach_pipeline.sandbox.score.moves import KINDS, score_moves
from outreach_pipeline.sandbox.world.truth import TrueMove, Truth, truth_of
from outreach_pipeline.sandbox.world.world import World

SHAPES = frozenset(
    {"harvestapi_profile", "leads_finder", "apollo_people_match", "harvestapi_company", "apollo_organization"}
)


@pytest.fixture(scope="module")
def nights() -> tuple[Truth, Truth]:
    world = World(7, 80)
    return truth_of(world, 1), truth_of(world, 2)


def perfect(truth: Truth, before: Truth | None = None) -> Evidence:
    """What a database would hold that knows everything."""
    evidence = Evidence(shapes=SHAPES)
    masters = {}
    for number, key in enumerate(truth.companies):
        if not truth.companies[key].is_outside:
            evidence.companies_of[number] = {key}
            evidence.company_master[number] = masters[key] = f"C{number}"
    for number, (key, person) in enumerate(truth.people.items()):
        evidence.people_of[number] = {key}
        if person.had_role:
            evidence.person_master[number] = masters[key] = f"P{number}"
    for company, places in truth.slots.items():
        for role, holder in places.items():
            evidence.slots.append((masters[company], role, masters[holder] if holder else None))
            former = before.slots[company][role] if before else holder
            if former != holder:
                if former:
                    evidence.slot_events.append((masters[company], role, masters[former], "VACATE"))
                if holder:
                    evidence.slot_events.append((masters[company], role, masters[holder], "ASSIGN"))
    evidence.changes = [_noticed(move, masters) for move in truth.moves]
    return evidence


def _noticed(move: TrueMove, masters: dict[str, str]) -> Noticed:
    person = masters[move.person]
    if move.kind == "moved":
        return Noticed(person, "job_change", masters[str(move.to_company)])
    if move.kind == "promoted":
        return Noticed(person, "promotion" if move.from_role != move.to_role else "title_change")
    return Noticed(person, "left_company", None, leads_somewhere=move.kind == "unknown")


def test_perfect_knowledge_scores_full_marks(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    comparison = _Comparison(after, perfect(after, before), SHAPES)
    companies, people, slots = comparison.companies(), comparison.people(), comparison.slots()
    left, arrived = comparison.changes(before)
    assert (companies.share, people.share, slots.share) == (1.0, 1.0, 1.0)
    assert left.true > 5
    assert (left.precision, left.recall, arrived.precision, arrived.recall) == (1.0, 1.0, 1.0, 1.0)
    assert comparison.misses == []
    assert slots.vacant_right > 5


def test_a_wrong_merge_is_seen(nights: tuple[Truth, Truth]) -> None:
    truth = nights[0]
    evidence = perfect(truth)
    first, second = list(evidence.person_master)[:2]
    evidence.people_of[first] |= evidence.people_of.pop(second)
    del evidence.person_master[second]
    comparison = _Comparison(truth, evidence, SHAPES)
    found = comparison.people()
    assert (found.merged, found.once) == (1, found.expected - 2)
    assert [m.what for m in comparison.misses] == ["person wrongly merged"]


def test_a_double_and_a_gap_are_seen_with_their_cause(nights: tuple[Truth, Truth]) -> None:
    truth = nights[0]
    evidence = perfect(truth)
    evidence.companies_of[9_000] = set(evidence.companies_of[0])
    evidence.company_master[9_000] = "C9000"
    gone = next(iter(evidence.companies_of[5]))
    del evidence.companies_of[5], evidence.company_master[5]
    comparison = _Comparison(truth, evidence, frozenset({"google_places"}))
    found = comparison.companies()
    assert (found.duplicated, found.missing) == (1, 1)
    assert {m.what for m in comparison.misses} == {"company found twice", "company missing"}
    slots = comparison.slots()
    assert slots.right < slots.expected
    assert any(m.key.startswith(gone) and "its company is missing" in m.cause for m in comparison.misses)


def test_slots_that_are_wrong_empty_or_should_be_vacant(nights: tuple[Truth, Truth]) -> None:
    truth = nights[0]
    evidence = perfect(truth)
    filled = [n for n, slot in enumerate(evidence.slots) if slot[2]]
    vacant = next(n for n, slot in enumerate(evidence.slots) if not slot[2])
    one, two = evidence.slots[filled[0]], evidence.slots[filled[1]]
    evidence.slots[filled[0]] = (one[0], one[1], None)
    evidence.slots[filled[1]] = (two[0], two[1], one[2])
    evidence.slots[vacant] = (*evidence.slots[vacant][:2], one[2])
    comparison = _Comparison(truth, evidence, SHAPES)
    comparison.companies(), comparison.people()
    slots = comparison.slots()
    assert (slots.empty, slots.wrong_person, slots.should_be_vacant) == (1, 1, 1)
    assert slots.right == slots.expected - 3


def test_what_was_not_noticed_and_what_was_imagined(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    evidence = perfect(after, before)
    vacates = [n for n, event in enumerate(evidence.slot_events) if event[3] == "VACATE"]
    stayed = next(
        (s for s in evidence.slots if s[2] and all(e[2] != s[2] for e in evidence.slot_events)), None
    )
    assert stayed is not None
    del evidence.slot_events[vacates[0]]
    evidence.slot_events.append((stayed[0], stayed[1], str(stayed[2]), "VACATE"))
    left, _ = _Comparison(after, evidence, SHAPES).changes(before)
    assert left.right == left.true - 1
    assert left.noticed == left.true
    assert left.precision < 1 > left.recall


def test_all_moves_noticed_is_full_marks_for_every_kind(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    counts, misses = score_moves(after, perfect(after, before))
    assert tuple(counts) == KINDS
    assert sum(c.true for c in counts.values()) == len(after.moves) > 10
    assert all(c.true == c.noticed == c.right > 0 for c in counts.values())
    assert misses == []


def test_a_move_that_nobody_noticed_is_missed_with_its_cause(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    evidence = perfect(after, before)
    gone = next(row for row in evidence.changes if row.kind == "job_change")
    evidence.changes.remove(gone)
    evidence.asked = {gone.person: "no_row"}
    counts, (miss,) = score_moves(after, evidence)
    assert (counts["moved"].recall < 1, counts["moved"].precision) == (True, 1.0)
    assert (miss.what, miss.cause) == ("move not noticed (moved)", "refreshed: no_row")
    evidence.asked = {gone.person: None}
    assert score_moves(after, evidence)[1][0].cause == "no source gave a LinkedIn address"


def test_a_move_to_the_wrong_company_is_missed_and_imagined(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    evidence = perfect(after, before)
    place = next(n for n, row in enumerate(evidence.changes) if row.kind == "job_change")
    row = evidence.changes[place]
    elsewhere = next(c for c in evidence.company_master.values() if c != row.new_company)
    evidence.changes[place] = Noticed(row.person, "job_change", elsewhere)
    counts, misses = score_moves(after, evidence)
    moved = counts["moved"]
    assert (moved.right, moved.noticed) == (moved.true - 1, moved.true)
    assert {miss.what for miss in misses} == {"move not noticed (moved)", "move noticed that was none (moved)"}


def test_imagined_moves_cost_precision_but_another_wording_does_not(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    evidence = perfect(after, before)
    movers = {row.person for row in evidence.changes}
    stayed = [master for master in evidence.person_master.values() if master not in movers]
    evidence.changes += [Noticed(stayed[0], "title_change"), Noticed(stayed[3], "location_change")]
    assert all(c.precision == c.recall == 1 for c in score_moves(after, evidence)[0].values())
    evidence.changes += [
        Noticed(stayed[0], "promotion"), Noticed(stayed[1], "left_company"),
        Noticed(stayed[2], "left_company", None, leads_somewhere=True),
    ]  # fmt: skip
    counts, misses = score_moves(after, evidence)
    assert [counts[kind].precision < 1 for kind in KINDS] == [False, True, True, True]
    assert all(c.recall == 1 for c in counts.values())
    assert {miss.cause for miss in misses} == {"nothing happened to them"}


def test_a_company_of_no_source_may_be_known_by_its_name_or_not(nights: tuple[Truth, Truth]) -> None:
    before, after = nights
    evidence = perfect(after, before)
    number = 1 + max(evidence.companies_of)
    outside = next(key for key, company in after.companies.items() if company.is_outside)
    evidence.companies_of[number], evidence.company_master[number] = {outside}, "C-outside"
    place = next(n for n, row in enumerate(evidence.changes) if row.leads_somewhere)
    evidence.changes[place] = Noticed(evidence.changes[place].person, "job_change", "C-outside")
    counts, misses = score_moves(after, evidence)
    assert counts["unknown"].recall == counts["unknown"].precision == 1
    assert misses == []
