"""The sensor that notices what other programs ingested: one run per partition that waits.

Belongs here: from waiting partitions to run requests. Does not belong here: which wait (`stages.ingested`), the run
itself (`schedule`), a run that failed (`unfinished`).

A tick pays nothing. The key of a run names the newest load that waited, so the same state is asked for once, and
whatever lands while the run goes is asked for after it.
"""

from __future__ import annotations

import dagster as dg

from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.orchestration.unfinished import is_going
from outreach_pipeline.stages.ingested import read_waiting

PARTITIONS_PER_TICK = 20


def ingested_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Runs by default, bounded per tick, never pays."""

    @dg.sensor(
        name="ingested_loads",
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Notices loads that other programs ingested by SQL, under any source and batch id, and asks for "
        "the run of their partition: day|ingested, or the batch that their id says.",
    )
    def ingested_loads(
        context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> dg.SensorResult:
        return evaluate(context, pipeline.workspace, lambda: notice(pipeline, context.instance))

    return ingested_loads


def notice(pipeline: Pipeline, instance: dg.DagsterInstance) -> Found:
    """Ask for the run of every partition with loads that nobody has looked at, unless one is going."""
    waiting = read_waiting(pipeline.workspace, PARTITIONS_PER_TICK)
    wanted = [one for one in waiting if not is_going(instance, one.batch)]
    if wanted:
        return Found(
            [
                dg.RunRequest(
                    run_key=f"ingested-{one.batch.batch_id}-{one.last_load_id}", partition_key=one.batch.batch_id
                )
                for one in wanted
            ]
        )
    going = f"{len(waiting)} partitions with ingested loads are being run already."
    return Found(sentence=going if waiting else "Nothing ingested is waiting.")
