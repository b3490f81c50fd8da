"""Puts the definitions together: assets over the partitions of the configured sources, job, schedule, sensor.

Belongs here: wiring. Does not belong here: anything that runs. Reads the settings and sources.toml, and asks the
database for its first batch if it is up; starts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from outreach_pipeline.orchestration.after_night import morning_sensor, verify_sensor
from outreach_pipeline.orchestration.assets import batch_assets
from outreach_pipeline.orchestration.heartbeat import living
from outreach_pipeline.orchestration.incidents import failure_sensor
from outreach_pipeline.orchestration.ingested import ingested_sensor
from outreach_pipeline.orchestration.lost_runs import lost_runs_sensor
from outreach_pipeline.orchestration.night import night_sensor
from outreach_pipeline.orchestration.partitions import batch_partitions
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.refresh import refresh_assets
from outreach_pipeline.orchestration.schedule import (
    batch_job,
    morning_job,
    morning_schedule,
    nightly_schedule,
    refresh_jobs,
    verify_job,
)
from outreach_pipeline.orchestration.sensors import refresh_sensors
from outreach_pipeline.orchestration.source_assets import keys_of, source_specs
from outreach_pipeline.orchestration.told import alerts_sensor, told_assets
from outreach_pipeline.orchestration.unfinished import unfinished_sensor
from outreach_pipeline.orchestration.wide import standing_checks, wide_assets
from outreach_pipeline.settings import load_settings
from outreach_pipeline.stages.workspace import INGESTED, Batch, Workspace


def build_defs(
    *, workspace: Workspace | None = None, pipeline: Pipeline | None = None, also: Sequence[Batch] = ()
) -> dg.Definitions:
    """All definitions. Without arguments: of the settings of this process; tests and the command line give
    their own. `also`: batches that have to be among the partitions, whatever is known of their day and source.

    Raises ConfigurationError when a setting or sources.toml is wrong.
    """
    pipeline = pipeline or Pipeline(workspace or Workspace(load_settings()))
    settings, sources = pipeline.workspace.settings, pipeline.workspace.sources
    extent = pipeline.workspace.extent
    first_day = min([extent.first_day, *(batch.day for batch in also)])
    partitions = batch_partitions(
        first_day.isoformat(), {*extent.sources, *(batch.source for batch in also)} - {INGESTED}
    )
    job, morning, verify = batch_job(), morning_job(), verify_job()
    start, results = refresh_jobs()
    return dg.Definitions(
        assets=[
            *source_specs(sources), *batch_assets(partitions, keys_of(sources)),
            *refresh_assets(keys_of(sources, refresh=True)), *wide_assets(keys_of(sources, verify=True)),
            *told_assets(),
        ],
        asset_checks=standing_checks(settings.stale_share),
        jobs=[job, start, results, morning, verify],
        schedules=[
            nightly_schedule(job, pipeline.workspace, settings.nightly_hour),
            morning_schedule(morning, settings.morning_hour),
        ],
        sensors=[
            night_sensor(job), verify_sensor(verify), morning_sensor(morning), *refresh_sensors(start, results),
            unfinished_sensor(job), ingested_sensor(job), failure_sensor(), lost_runs_sensor(), alerts_sensor(),
        ],
        resources={"pipeline": living(pipeline)},
        # A process per step would import dagster and this project anew: 15 s a run instead of 2.5 s.
        executor=dg.in_process_executor,
    )
