"""The two jobs of the refresh loop: a wave's paid run is started, and what it gave is compared and acted upon.

Belongs here: config, the call of a stage, metadata, the jobs. Does not belong here: choosing people and starting a run
(`stages.refresh_due`, `stages.refresh_run`), comparing (`stages.refresh_results`), what requests a run (`sensors`).

A start may be run any number of times: by two sensors at once, by a step that tries again, by a daemon that starts a
crashed run anew. The ledger knows the wave's run before it starts, so it is started, and paid, once.
"""

# Not `from __future__ import annotations`: dagster reads the annotations of the steps, and they are made in functions.
from collections.abc import Iterator, Sequence

import dagster as dg
from pydantic import Field

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.orchestration.assets import POOL, ROWS, TABLE_ROWS
from outreach_pipeline.orchestration.failures import explained
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.source_assets import given
from outreach_pipeline.stages.counts import count_batch, count_changes, count_jobs, count_loop
from outreach_pipeline.stages.money import spent_on
from outreach_pipeline.stages.refresh_results import RefreshReport, finish_refresh
from outreach_pipeline.stages.refresh_run import start_refresh
from outreach_pipeline.stages.workspace import Batch

START_STEP, FINISH_STEP = "start_refresh", "finish_refresh"

Context = dg.AssetExecutionContext
Materialized = Iterator[dg.MaterializeResult[None]]


class StartConfig(dg.Config):
    """Which wave to start."""

    wave_id: int | None = Field(
        default=None,
        ge=1,
        description="The wave whose paid run is started (`outreach refresh status` lists them). Without one nothing is "
        "started, and the jobs are counted only.",
    )


class FinishConfig(dg.Config):
    """Which wave to finish."""

    wave_id: int | None = Field(
        default=None,
        ge=1,
        description="The wave whose run is over. Without one nothing is landed, and the changes are counted only.",
    )


def refresh_assets(sources: Sequence[dg.AssetKey] = ()) -> list[dg.AssetsDefinition]:
    """Jobs and changes; `sources` are those whose runs look at people again."""
    return [_start(), _finish(sources)]


def wave_config(step: str, wave_id: int) -> dict[str, object]:
    """Run config for one wave."""
    return {"ops": {step: {"config": {"wave_id": wave_id}}}}


def _start() -> dg.AssetsDefinition:
    @dg.multi_asset(name=START_STEP, specs=[specs.REFRESH_JOBS.spec()], pool=POOL)
    def start(context: Context, config: StartConfig, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch, shown = md.Stopwatch.start(), {}
        with explained(context):
            if config.wave_id is not None:
                report = start_refresh(pipeline.workspace, config.wave_id, progress=pipeline.progress)
                pipeline.listener(report)
                said = context.log.warning if report.state == "failed" else context.log.info
                said("wave %s: %s; %s", report.wave_id, report.state, report.note or f"run {report.run_id}")
                shown = {
                    "wave": dg.MetadataValue.int(report.wave_id),
                    "state": dg.MetadataValue.text(report.state),
                    "people asked about": dg.MetadataValue.int(report.jobs),
                    **({"Apify run": dg.MetadataValue.text(report.run_id)} if report.run_id else {}),
                    **({"note": dg.MetadataValue.md(f"⚠ {report.note}")} if report.note else {}),
                }
            rows, jobs = count_loop(pipeline.workspace), count_jobs(pipeline.workspace)
        yield dg.MaterializeResult(
            asset_key=specs.REFRESH_JOBS.key,
            metadata={
                TABLE_ROWS: rows[specs.REFRESH_JOBS.name],
                **shown,
                **watch.numbers(0, "jobs"),
                "jobs": md.shares_table("outcome", "jobs", jobs),
            },
        )

    return start


def _finish(sources: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(name=FINISH_STEP, specs=[specs.CHANGES.spec(sources=sources)], pool=POOL)
    def finish(context: Context, config: FinishConfig, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch, shown = md.Stopwatch.start(), {}
        with explained(context):
            if config.wave_id is not None:
                report = finish_refresh(pipeline.workspace, config.wave_id, progress=pipeline.progress)
                pipeline.listener(report)
                said = context.log.warning if report.note or report.missing else context.log.info
                answered = report.jobs - report.missing
                state = report.note or report.state
                said("wave %s: %s of %s people answered; %s", report.wave_id, answered, report.jobs, state)
                shown = _result(report, pipeline)
                if report.batch_id:
                    _tell_batch(context, pipeline, Batch.parse(report.batch_id))
            rows, changes = count_loop(pipeline.workspace), count_changes(pipeline.workspace)
        yield dg.MaterializeResult(
            asset_key=specs.CHANGES.key,
            metadata={
                TABLE_ROWS: rows[specs.CHANGES.name],
                **shown,
                **watch.numbers(0, "jobs"),
                "changes": md.change_table(changes),
            },
        )

    return finish


def _result(report: RefreshReport, pipeline: Pipeline) -> md.Metadata:
    counts = md.counts_of(
        report,
        wave_id="wave",
        jobs="people asked about",
        unchanged="unchanged",
        changed="changed",
        proposed="proposed",
        ignored="ignored",
        gone="profiles gone",
        rejected="rejected",
        missing="without a row",
        strangers="rows of strangers",
        retried="asked again later",
        given_up="given up",
    )
    found: md.Metadata = {"state": dg.MetadataValue.text(report.state), **counts}
    if report.batch_id:
        found |= {"batch": dg.MetadataValue.text(report.batch_id)}
        # Of all waves of the day: they share the batch.
        spent = md.money_of(spent_on(pipeline.workspace.database, Batch.parse(report.batch_id)))
        found |= {f"{label}, whole batch": amount for label, amount in spent.items()}
    if report.note:
        found["note"] = dg.MetadataValue.md(f"⚠ {report.note}")
    return found


def _tell_batch(context: dg.AssetExecutionContext, pipeline: Pipeline, batch: Batch) -> None:
    """The rows of a wave landed in a batch: its partition shows on the grid like any other."""
    counts = count_batch(pipeline.workspace, batch)
    context.log_event(given(batch.source, batch.batch_id, {"loads of the day": dg.MetadataValue.int(counts.landed)}))
    context.log_event(
        dg.AssetMaterialization(
            specs.RAW_LOADS.key, partition=batch.batch_id, description="Landed by the refresh of people who were due.",
            metadata={ROWS: counts.landed, "states": md.state_table(counts)},
        )
    )  # fmt: skip
