"""The sensors of the refresh loop: whom to look at again, which paid runs are over, which bills have settled.

Belongs here: asking a stage, and turning its answer into run requests or a sentence. Does not belong here: choosing,
polling and settling (`stages`), what happens when that fails (`ticks`), the runs themselves (`refresh`).

They run by default, do a bounded amount of work per tick, and never pay: a tick writes jobs and reads statuses, which
costs nothing; money is reserved by the run that it asks for. What is to be run stands in the database, not in the
cursor: a daemon that is killed between the two asks again with the same run key, and Dagster starts it once.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.refresh import FINISH_STEP, START_STEP, wave_config
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.stages.freshness import next_due
from outreach_pipeline.stages.pull_apify import settle_bills
from outreach_pipeline.stages.refresh_due import NOBODY, WaveRequest, plan_refresh, refresh_sources, requested_waves
from outreach_pipeline.stages.refresh_run import poll_waves
from outreach_pipeline.stages.workspace import Workspace

WAVES_PER_TICK = 20
BILLS_PER_TICK = 40
"""One request to Apify each; Dagster gives up a tick that takes longer than a minute."""

WAVE_TAG = "outreach/wave"

NO_SOURCE = 'No source in sources.toml has mode = "refresh", so nobody is looked at again.'
WITHOUT_KEY = "There is no token for Apify: set OUTREACH_APIFY_TOKEN."


def refresh_sensors(
    start: dg.UnresolvedAssetJobDefinition, results: dg.UnresolvedAssetJobDefinition
) -> list[dg.SensorDefinition]:
    """Due, finished, bills."""
    return [
        _sensor(
            "linkedin_refresh_due", due, start, 300,
            "Picks who is due to be looked at again (occupants by cadence, candidates for vacancies, bounced "
            "contacts), writes their jobs, and requests one run per wave. Pays nothing: the run reserves the money.",
        ),
        _sensor(
            "linkedin_refresh_finished", finished, results, 60,
            "Looks whether the paid runs of waves are over (free), and requests a run that lands and compares what "
            "they gave, also what a failed run had written.",
        ),
        _sensor(
            "apify_bills", bills, None, 300,
            "Reads the bills of runs that ended some minutes ago once more, and gives back what they did not use.",
        ),
    ]  # fmt: skip


def _sensor(
    name: str,
    look: Callable[[Workspace], Found],
    job: dg.UnresolvedAssetJobDefinition | None,
    seconds: int,
    description: str,
) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=seconds,
        description=description,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def tick(context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: look(pipeline.workspace))

    return tick


def due(workspace: Workspace) -> Found:
    """Plan a wave if somebody is due; ask for every wave that waits for its run, also those of a tick that died."""
    if reason := _cannot(workspace):
        return Found(sentence=reason)
    plan = plan_refresh(workspace)
    waves = requested_waves(workspace, WAVES_PER_TICK)
    if waves:
        return Found([_request("refresh", START_STEP, wave) for wave in waves])
    return Found(sentence=_nobody(workspace) if plan.verdict == NOBODY else plan.sentence)


def finished(workspace: Workspace) -> Found:
    """Look at the runs that go; ask for the results of those that are over."""
    if reason := _cannot(workspace):
        return Found(sentence=reason)
    waves = poll_waves(workspace, WAVES_PER_TICK)
    if waves:
        return Found([_request("refresh-results", FINISH_STEP, wave) for wave in waves])
    return Found(sentence="No run of a wave is over.")


def bills(workspace: Workspace) -> Found:
    """Settle what has come to rest."""
    if workspace.settings.apify_token is None:
        return Found(sentence=WITHOUT_KEY)
    settled = settle_bills(workspace, limit=BILLS_PER_TICK)
    return Found(sentence=f"Bills that settled: {settled}." if settled else "No bill is waiting to settle.")


def _cannot(workspace: Workspace) -> str:
    if not refresh_sources(workspace):
        return NO_SOURCE
    return WITHOUT_KEY if workspace.settings.apify_token is None else ""


def _nobody(workspace: Workspace) -> str:
    at = next_due(workspace)
    return f"Nobody is due before {at:%Y-%m-%d %H:%M} UTC." if at else "Nobody is due."


def _request(key: str, step: str, wave: WaveRequest) -> dg.RunRequest:
    """The run of a wave. The same request gives the same key; a lost one is counted, and gets another."""
    return dg.RunRequest(
        run_key=f"{key}-{wave.wave_id}-{wave.requests}",
        run_config=wave_config(step, wave.wave_id),
        tags={WAVE_TAG: str(wave.wave_id)},
    )
