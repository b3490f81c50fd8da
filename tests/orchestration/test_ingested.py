"""Loads that other programs ingested are noticed once, run as the partition of their day, and hold nobody back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
from batches import MONDAY, Batches, Rows, leads

from outreach_pipeline.database.connect import JsonbArray, Role
from outreach_pipeline.orchestration.ingested import notice
from outreach_pipeline.orchestration.pipeline import Pipeline


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are kept."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def ingest(batches: Batches, *items: object, source: str = "hook", batch: str = "b-1") -> None:
    with batches.database.transaction(Role.INGEST) as tx:
        found = JsonbArray([json.dumps(item).encode() for item in items])
        tx.execute("select intake.f_ingest_json(%s, %s, %s)", (found, source, batch))


def keys(batches: Batches, instance: dg.DagsterInstance) -> list[tuple[str | None, str | None]]:
    return [(one.run_key, one.partition_key) for one in notice(Pipeline(batches.workspace), instance).runs]


def test_what_was_ingested_is_asked_for_once_and_runs_as_the_partition_of_its_day(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    assert keys(batches, instance) == []
    ingest(batches, {"email": "ada@quill.example", "name": "Ada Quill", "title": "CEO", "company": "Quillworks"})
    today = datetime.now(UTC).date()
    partition = f"{today}|ingested"
    assert keys(batches, instance) == [(f"ingested-{partition}-1", partition)] == keys(batches, instance)
    assert batches.run(today, "ingested", instance=instance).success
    assert keys(batches, instance) == []
    ingest(batches, {"email": "ben@quill.example", "name": "Ben Oak"})
    assert keys(batches, instance) == [(f"ingested-{partition}-2", partition)]


def test_what_a_pull_has_just_landed_is_not_taken_for_ingested(
    batches: Batches, instance: dg.DagsterInstance
) -> None:
    batches.write(MONDAY, leads(2))
    assert batches.run(MONDAY, instance=instance, only=["intake.raw_loads"]).success
    assert keys(batches, instance) == []
    # What comes beside it afterwards is.
    ingest(batches, leads(3)[2], source="leads", batch=f"{MONDAY}|leads")
    assert [partition for _, partition in keys(batches, instance)] == [f"{MONDAY}|leads"]


def test_a_batch_that_its_checks_hold_holds_back_no_other(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows
) -> None:
    ingest(batches, *({"nothing": n} for n in range(40)), source="noise", batch="n")
    ingest(batches, {"email": "ada@quill.example", "name": "Ada Quill", "title": "CEO", "company": "Quillworks"})
    result = batches.run(datetime.now(UTC).date(), "ingested", instance=instance)
    assert result.success
    failing = [found for found in result.get_asset_check_evaluations() if not found.passed]
    assert "reject_share" in {found.check_name for found in failing}
    assert rows("select count(*) as n from vault.contacts")[0]["n"] == 1
    assert rows("select batch_id from intake.batch where released_at is not null") == [{"batch_id": "b-1"}]
