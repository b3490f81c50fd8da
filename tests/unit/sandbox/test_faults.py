"""Faults: which call they strike, how often, and that a wrong kind is refused."""

from __future__ import annotations

import pytest

from outreach_pipeline.sandbox.faults import Faults

START = "POST /v2/actors/user~name/runs"


def test_after_and_times_count_matching_calls_only() -> None:
    faults = Faults()
    faults.add("POST /v2/actors/*/runs", "drop_after_accept", times=2, after=1)
    struck = [faults.take(call) is not None for call in (START, "GET /v2/actor-runs", START, START, START)]
    assert struck == [False, False, True, True, False]


def test_a_pattern_without_method_is_for_all() -> None:
    faults = Faults()
    faults.add("/v2/datasets/*/items", "half_page", times=9)
    assert faults.take("GET /v2/datasets/x/items")
    assert not faults.take("GET /v2/datasets/x")


def test_run_faults_wait_for_the_start_of_a_run() -> None:
    faults = Faults()
    faults.add("POST /v2/actors/*/runs", "refusal")
    assert faults.take(START) is None
    fault = faults.take(START, of_runs=True)
    assert fault is not None
    assert fault.kind == "refusal"


def test_statuses_are_kinds_and_others_are_refused() -> None:
    faults = Faults()
    assert faults.add("/x", "status_402").status == 402
    assert faults.add("/x", "expired_dataset").status == 404
    assert faults.add("/x", "slow").status is None
    for kind in ("status_200", "explode", ""):
        with pytest.raises(ValueError, match="there is no fault"):
            faults.add("/x", kind)
    faults.clear()
    assert faults.listing() == []
