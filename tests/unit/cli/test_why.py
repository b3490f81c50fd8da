"""Why a value lost: the words follow the policy of the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from outreach_pipeline.stages.explain_fields import (
    COMPANY_FIELDS,
    PERSON_FIELDS,
    Field,
    Record,
    explain_fields,
)

STABLE, MOVING, HERE = Field("name"), Field("name", moving=True), Field("name", moving=True, here=True)


def _record(load_id: int, value: Any, *, rank: int = 10, day: int = 1, is_here: bool = True) -> Record:
    at = datetime(2026, 1, day, tzinfo=UTC)
    return Record(load_id, 0, f"2026-01-{day:02}|s{rank}", f"s{rank}", rank, f"{load_id:04}", at, at,
                  is_here, {"name": value})  # fmt: skip


def _why(field: Field, winner: Record, loser: Record) -> str:
    master = {"name": winner.values["name"], "provenance": {"name": winner.load_id}}
    (lost,) = explain_fields([field], master, [loser, winner])["name"]["lost"]
    assert lost["load_id"] == loser.load_id
    return str(lost["why"])


@pytest.mark.parametrize(
    "field, loser, words",
    [
        (STABLE, _record(2, "b", rank=20, day=9), "less trusted source: rank 20 against 10"),
        (STABLE, _record(2, "b", day=1), "older: 2026-01-01 against 2026-01-05"),
        (MOVING, _record(2, "b", rank=5, day=1), "older: 2026-01-01 against 2026-01-05"),
        (MOVING, _record(2, "b", rank=20, day=5), "less trusted source: rank 20 against 10"),
        (MOVING, _record(2, "b", day=5), "the same day and rank: decided by source and content"),
        (HERE, _record(2, "b", day=9, is_here=False), "stated for another company"),
    ],
)
def test_the_reason_is_the_rule_that_decided(field: Field, loser: Record, words: str) -> None:
    assert _why(field, _record(1, "a", day=5), loser) == words


def test_nothing_beats_nothing_by_its_rank() -> None:
    """An empty state beside a stated one was told as the victory of a better source; the location is one thing."""
    state = Field("state", origin="location", moving=True, whole="location")
    winner, loser = _record(1, "Springfield", rank=12), _record(2, "Boston", rank=60)
    there = {"city": "Springfield", "state": None}
    records = [
        replace(winner, values=there), replace(loser, values={"city": "Boston", "state": "Massachusetts"}),
    ]  # fmt: skip
    found = explain_fields([state], {"state": None, "provenance": {"location": 1}}, records)["state"]
    assert (found["value"], found["load_id"]) == (None, 1)
    assert [each["why"] for each in found["lost"]] == ["the location is taken as a whole from one record"]
    stated = [replace(winner, values={"state": "Illinois"}), records[1]]
    found = explain_fields([state], {"state": "Illinois", "provenance": {"location": 1}}, stated)["state"]
    assert [each["why"] for each in found["lost"]] == ["less trusted source: rank 60 against 12"]


def test_what_only_a_record_of_another_company_states_is_told_as_that() -> None:
    department = Field("department", moving=True, here=True)
    record = replace(_record(2, None, is_here=False), values={"department": "finance"})
    found = explain_fields([department], {"department": None, "provenance": {}}, [record])["department"]
    assert [each["why"] for each in found["lost"]] == ["stated for another company"]


def test_the_same_value_agrees_and_has_not_lost() -> None:
    records = [_record(1, "a", day=5), _record(2, "a", rank=20), _record(3, None, rank=30)]
    field = explain_fields([STABLE], {"name": "a", "provenance": {"name": 1}}, records)["name"]
    assert ([each["load_id"] for each in field["agreed"]], field["lost"]) == ([2], [])


def test_a_source_that_repeats_itself_is_one_line() -> None:
    records = [_record(1, "a", day=9), *(_record(n, "b", day=n) for n in range(2, 8))]
    field = explain_fields([MOVING], {"name": "a", "provenance": {"name": 1}}, records)["name"]
    assert [each["load_id"] for each in field["lost"]] == [7]


def test_a_field_that_nobody_states_is_empty() -> None:
    field = explain_fields([STABLE], {"name": None, "provenance": {}}, [_record(1, None)])["name"]
    assert (field["value"], field["load_id"], field["lost"]) == (None, None, [])


def test_every_field_is_explained_once() -> None:
    for fields in (COMPANY_FIELDS, PERSON_FIELDS):
        names = [field.name for field in fields]
        assert len(names) == len(set(names))
