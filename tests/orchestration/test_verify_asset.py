"""The asset that verifies addresses: what its page says, and that an empty order asks nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.schedule import VERIFY
from outreach_pipeline.orchestration.specs import ADDRESSES, READY

sys.path.append(str(Path(__file__).parents[1] / "end_to_end"))
from verify_world import Verified, verified_world


@pytest.fixture
def world(tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Verified]:
    with verified_world(tmp_path, db, monkeypatch) as made:
        yield made


def run(world: Verified, **settings: str) -> dg.ExecuteInProcessResult:
    defs = build_defs(workspace=world.work(**settings))
    with dg.DagsterInstance.ephemeral() as instance:
        return defs.resolve_job_def(VERIFY).execute_in_process(instance=instance)


def test_the_page_says_what_was_verified_and_what_it_cost(world: Verified) -> None:
    world.people("ada.ok", "bob.dead")
    world.mailboxes.addresses["bob@dead.example"] = "dead"
    world.second.refuses = True
    found = run(world)
    told = {event.asset_key: event.materialization.metadata for event in found.get_asset_materialization_events()}
    assert told[ADDRESSES.key]["credits of zerobounce, whole day"].value == 2.0
    assert told[READY.key]["dagster/row_count"].value == 1


def test_an_empty_order_asks_nobody(world: Verified) -> None:
    world.people("ada.ok")
    assert run(world, verify_order="").success
    assert (world.first.calls(), world.dns.asked) == ({}, {})
