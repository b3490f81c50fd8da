"""The sensor that begins the morning: when the night is over, or at the hour from which nobody waits for it any more.

Belongs here: whether a night is over. Does not belong here: what the morning does (`schedule`, `wide`), going on with
the night (`night`).

A night is over when none of its batches can get any further before that hour: each has ended, or waits for a person, or
goes on by itself only later, or comes after one of those. It never waits for what nobody can hurry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import dagster as dg

from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.orchestration.unfinished import is_going
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.night import ENDED, STOPPED, NightBatch, begun_nights, read_night
from outreach_pipeline.stages.workspace import Workspace

MORNING_TAG = "outreach/morning"
"""On the first run of a morning: the day of the night that it comes after."""


def morning_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default, never pays."""

    @dg.sensor(
        name="morning_after_night",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the morning once a day: when every batch of the night has ended or cannot get further, at "
        "the latest at OUTREACH_MORNING_HOUR.",
    )
    def morning_after_night(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: begin_morning(pipeline, context.instance))

    return morning_after_night


def begin_morning(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Ask for the run of the morning, once per night; a sentence while the night goes on."""
    now = now or datetime.now(UTC)
    day, latest = last_night(pipeline.workspace.settings, now)
    if instance.get_runs_count(dg.RunsFilter(tags={MORNING_TAG: day.isoformat()})):
        return Found(sentence=f"The morning after the night of {day} has been.")
    if now < latest:
        if day not in begun_nights(pipeline.workspace, day, day):
            return Found(sentence=f"The night of {day} has not begun; at {latest:%H:%M} UTC the morning does.")
        if open_ones := still_open(pipeline.workspace, instance, day, latest):
            names = ", ".join(one.batch.source for one in open_ones)
            return Found(sentence=f"The night of {day} goes on: {names}. Nobody waits after {latest:%H:%M} UTC.")
    tags = {MORNING_TAG: day.isoformat()}
    return Found([dg.RunRequest(run_key=f"morning-{day}", tags=tags)])


def last_night(settings: Settings, now: datetime) -> tuple[date, datetime]:
    """The day of the night that began last, and the moment from which its morning does not wait any more."""
    begun = datetime.combine(now.astimezone(UTC).date(), time(settings.nightly_hour), UTC)
    if begun > now:
        begun -= timedelta(days=1)
    latest = begun + timedelta(hours=(settings.morning_hour - settings.nightly_hour) % 24 or 24)
    return begun.date() - timedelta(days=1), latest


def still_open(
    workspace: Workspace, instance: dg.DagsterInstance, day: date, latest: datetime
) -> Sequence[NightBatch]:
    """The batches of a night that may get further before `latest`."""
    given_up: set[str] = set()
    found = []
    for one in read_night(workspace, day):
        if is_going(instance, one.batch):
            found.append(one)
        elif one.state == ENDED:
            continue
        elif _is_given_up(workspace, one, given_up, latest):
            given_up.add(one.batch.source)
        else:
            found.append(one)
    return found


def _is_given_up(workspace: Workspace, one: NightBatch, given_up: set[str], latest: datetime) -> bool:
    """Whether a batch that does not run gets no further before `latest`; `given_up`: those before it that do not."""
    if one.state == STOPPED:
        return one.goes_on_at is None or one.goes_on_at >= latest
    return bool(given_up & set(workspace.source(one.batch.source).after))
