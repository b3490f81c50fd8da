"""The sensor by which a night goes on: it starts what waited, once that is over.

Belongs here: from batches of a night to run requests and notes of who waits. Does not belong here: beginning a night
(`schedule`), where its batches stand (`stages.night`), a batch that stopped (`unfinished`).

A tick pays nothing. A night starts each of its batches once: the run carries the tag of the night, and whatever becomes
of it is the business of `unfinished`. A batch that is noted to wait (by the night, by `outreach run`, by a run from the
page that found no file) is asked for once per note, under its name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from outreach_pipeline.orchestration.incidents import PARTITION_TAG
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import NIGHT_TAG
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.orchestration.unfinished import is_going
from outreach_pipeline.stages.arrival import waits_for_file
from outreach_pipeline.stages.night import (
    TO_COME,
    NightBatch,
    begun_nights,
    read_night,
    read_waiting_batches,
    waits_for_sources,
)
from outreach_pipeline.stages.unfinished import WAITING, note_waiting
from outreach_pipeline.stages.workspace import Batch, Workspace

NIGHTS = 7
"""So many nights back a batch that was not started yet is started once what it waits for is there."""
BATCHES_PER_TICK = 20
STILL_SECS = 20.0
"""A file that was written to within so many seconds may be half of itself."""


def night_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default, bounded per tick, never pays."""

    @dg.sensor(
        name="night_goes_on",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts the batches of a night that waited: for a source that they come after (`after` in "
        "sources.toml) until its batch has ended, for a file until it is there. One run per batch and night.",
    )
    def night_goes_on(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: go_on(pipeline, context.instance))

    return night_goes_on


def go_on(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Ask for the run of every batch that has waited long enough; note why the others wait."""
    work = pipeline.workspace
    today = (now or datetime.now(UTC)).date()
    requests: list[dg.RunRequest] = []
    waiting: list[str] = []
    for one, night in _candidates(work, instance, today):
        if len(requests) == BATCHES_PER_TICK:
            break
        if is_going(instance, one.batch) or _is_to_be_noted(instance, one):
            continue
        if why := why_it_waits(work, one.batch):
            waiting.append(f"{one.batch.batch_id}: {why}")
            if why != one.why:
                note_waiting(work, one.batch, why)
        else:
            requests.append(_request(one, night))
    if requests:
        return Found(requests)
    return Found(sentence=" ".join(waiting) or "No batch waits for a file or for another source.")


def why_it_waits(workspace: Workspace, batch: Batch) -> str:
    """The sentence that says for what a batch has to wait; "" when it need not."""
    return waits_for_sources(workspace, batch) or waits_for_file(workspace, batch, still_secs=STILL_SECS)


def was_started(instance: dg.DagsterInstance, batch: Batch) -> bool:
    """Whether its night has started a batch, whatever became of that run."""
    tags = {PARTITION_TAG: batch.batch_id, NIGHT_TAG: batch.day.isoformat()}
    return instance.get_runs_count(dg.RunsFilter(tags=tags)) > 0


def _candidates(
    workspace: Workspace, instance: dg.DagsterInstance, today: date
) -> list[tuple[NightBatch, bool]]:
    """Batches that may be asked for, with whether as the first run of their night; oldest day first."""
    found: dict[str, tuple[NightBatch, bool]] = {}
    for day, started in begun_nights(workspace, today - timedelta(days=NIGHTS), today).items():
        for one in read_night(workspace, day):
            begun = one.batch.source in started or was_started(instance, one.batch)
            if one.state in (TO_COME, WAITING) and not begun:
                found[one.batch.batch_id] = (one, True)
    for one in read_waiting_batches(workspace, today):
        found.setdefault(one.batch.batch_id, (one, False))
    return sorted(found.values(), key=lambda each: each[0].batch.day)


def _is_to_be_noted(instance: dg.DagsterInstance, one: NightBatch) -> bool:
    """Whether the batch's last run has failed and nobody has noted it yet: it did more than wait."""
    last = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: one.batch.batch_id}), limit=1)
    return bool(last) and last[0].status is dg.DagsterRunStatus.FAILURE and last[0].run_id != one.run_id


def _request(one: NightBatch, first: bool) -> dg.RunRequest:
    batch = one.batch
    if first:
        tags = {NIGHT_TAG: batch.day.isoformat()}
        return dg.RunRequest(run_key=f"night-{batch.batch_id}", partition_key=batch.batch_id, tags=tags)
    return dg.RunRequest(run_key=f"waited-{batch.batch_id}-{one.run_id}", partition_key=batch.batch_id)
