"""What comes after a night: the addresses are verified, then the morning begins. Each as soon as the night is over, or
at the hour from which nobody waits for it any more.

Belongs here: whether a night is over. Does not belong here: what the two do (`schedule`, `wide`), going on with the
night (`night`).

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


VERIFY_TAG = "outreach/verify"
"""On the run that verifies addresses after a night: its day."""


def verify_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default; what it asks for pays, within its ceilings."""

    @dg.sensor(
        name="verify_after_night",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Verifies the addresses that are due once a day: when every batch of the night has ended or cannot "
        "get further, at the latest at OUTREACH_MORNING_HOUR. Asks nobody while OUTREACH_VERIFY_ORDER is empty.",
    )
    def verify_after_night(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: begin_verify(pipeline, context.instance))

    return verify_after_night


def morning_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default, never pays."""

    @dg.sensor(
        name="morning_after_night",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs the morning once a day: when every batch of the night has ended or cannot get further and "
        "its addresses are verified, at the latest at OUTREACH_MORNING_HOUR.",
    )
    def morning_after_night(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: begin_morning(pipeline, context.instance))

    return morning_after_night


def begin_verify(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Ask for the run that verifies addresses, once per night; a sentence while the night goes on."""
    now = now or datetime.now(UTC)
    day, _ = last_night(pipeline.workspace.settings, now)
    if not pipeline.workspace.settings.verify_order.strip():
        return Found(sentence="Nobody verifies addresses: OUTREACH_VERIFY_ORDER is empty.")
    if _run_of(instance, VERIFY_TAG, day):
        return Found(sentence=f"The addresses of the night of {day} have had their turn.")
    if why := _goes_on(pipeline.workspace, instance, now):
        return Found(sentence=why)
    return Found([dg.RunRequest(run_key=f"verify-{day}", tags={VERIFY_TAG: day.isoformat()})])


def begin_morning(pipeline: Pipeline, instance: dg.DagsterInstance, *, now: datetime | None = None) -> Found:
    """Ask for the run of the morning, once per night; a sentence while the night or its verification goes on."""
    now = now or datetime.now(UTC)
    day, latest = last_night(pipeline.workspace.settings, now)
    if _run_of(instance, MORNING_TAG, day):
        return Found(sentence=f"The morning after the night of {day} has been.")
    if why := _goes_on(pipeline.workspace, instance, now):
        return Found(sentence=why)
    if now < latest and pipeline.workspace.settings.verify_order.strip():
        verify = _run_of(instance, VERIFY_TAG, day)
        if verify is None or not verify.is_finished:
            return Found(sentence=f"Addresses are verified first. Nobody waits after {latest:%H:%M} UTC.")
    return Found([dg.RunRequest(run_key=f"morning-{day}", tags={MORNING_TAG: day.isoformat()})])


def _run_of(instance: dg.DagsterInstance, tag: str, day: date) -> dg.DagsterRun | None:
    """The newest run that bears the day under a tag."""
    return next(iter(instance.get_runs(dg.RunsFilter(tags={tag: day.isoformat()}), limit=1)), None)


def _goes_on(workspace: Workspace, instance: dg.DagsterInstance, now: datetime) -> str:
    """Why the last night is not over, in a sentence; "" when it is, or when nobody waits for it any more."""
    day, latest = last_night(workspace.settings, now)
    if now >= latest:
        return ""
    if day not in begun_nights(workspace, day, day):
        return f"The night of {day} has not begun; nobody waits after {latest:%H:%M} UTC."
    if open_ones := still_open(workspace, instance, day, latest):
        names = ", ".join(one.batch.source for one in open_ones)
        return f"The night of {day} goes on: {names}. Nobody waits after {latest:%H:%M} UTC."
    return ""


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
