"""A run that somebody cancelled on the page leaves its batch half done: it is listed, and gone on with or asked about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from batches import MONDAY, Batches, Rows, leads

from outreach_pipeline.orchestration.incidents import PARTITION_TAG
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.orchestration.unfinished import look
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.unfinished import read_unfinished
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch

LEADS = Batch(MONDAY, "leads")
REACHED = {
    "landed": (land_batch,),
    "validated": (land_batch, validate_batch),
    "promoted": (land_batch, validate_batch, promote_batch),
}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def _cancelled(batches: Batches, instance: dg.DagsterInstance, stages: tuple[object, ...]) -> dg.DagsterRun:
    """A run of the batch that got so far and was cancelled then."""
    for stage in stages:
        stage(batches.workspace, LEADS)  # type: ignore[operator]
    run = instance.create_run_for_job(batches.defs().resolve_job_def(NIGHTLY), tags={PARTITION_TAG: LEADS.batch_id})
    instance.report_run_canceling(run)
    instance.report_run_canceled(run)
    return run


@pytest.mark.parametrize("reached", REACHED.values(), ids=REACHED.keys())
def test_a_cancelled_batch_is_somebodys(
    batches: Batches, instance: dg.DagsterInstance, rows: Rows, reached: tuple[object, ...]
) -> None:
    batches.write(MONDAY, leads(3))
    _cancelled(batches, instance, reached)
    now = datetime.now(UTC) + timedelta(minutes=20)
    asked = [request.partition_key for request in look(Pipeline(batches.workspace), instance, now=now).runs]
    listed = [each.batch_id for each in read_unfinished(batches.workspace)]
    assert LEADS.batch_id in {*asked, *listed}


def test_a_cancelled_batch_that_was_run_since_is_nobodys_concern(
    batches: Batches, instance: dg.DagsterInstance
) -> None:
    batches.write(MONDAY, leads(3))
    _cancelled(batches, instance, REACHED["landed"])
    assert batches.run(MONDAY, "leads", instance=instance).success
    now = datetime.now(UTC) + timedelta(minutes=20)
    assert not look(Pipeline(batches.workspace), instance, now=now).runs
    assert read_unfinished(batches.workspace) == ()
