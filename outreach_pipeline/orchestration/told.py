"""Somebody is told what is wrong: an asset at the end of the morning, and a sensor for what does not wait for it.

Belongs here: the steps as the page shows them, counts only. Does not belong here: what is wrong and what is told
(`stages.alerts`).

The sensor also tells of a morning that failed, and tries channels again that were away.
"""

# Not `from __future__ import annotations`: dagster reads the annotations of the steps, and they are made in functions.
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.orchestration.assets import TABLE_ROWS
from outreach_pipeline.orchestration.failures import explained
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.ticks import Found, evaluate
from outreach_pipeline.stages.alerts import look_and_tell
from outreach_pipeline.stages.nightly import note_night
from outreach_pipeline.stages.report import write_report

Materialized = Iterator[dg.MaterializeResult[None]]


def told_assets() -> list[dg.AssetsDefinition]:
    """The alerts, and the report after them: a report that fails holds back no alert."""
    return [_alerts(), _report()]


def alerts_sensor() -> dg.SensorDefinition:
    """Looks every ten minutes, counts nothing, starts nothing."""

    @dg.sensor(
        name="tell_faults",
        minimum_interval_seconds=600,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for what is wrong and tells it, once each, over the channels of OUTREACH_ALERT_URLS.",
    )
    def tell_faults(context: dg.SensorEvaluationContext, pipeline: dg.ResourceParam[Pipeline]) -> dg.SensorResult:
        def work() -> Found:
            report = look_and_tell(pipeline.workspace, count=False)
            told = f"{report.open:,} open, {report.sent:,} told now, {report.unsent:,} not told yet."
            return Found(sentence=f"{told} {report.note}".strip())

        return evaluate(context, pipeline.workspace, work)

    return tell_faults


def _alerts() -> dg.AssetsDefinition:
    @dg.multi_asset(name="alerts", specs=[specs.ALERTS.spec()])
    def alerts(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch = md.Stopwatch.start()
        with explained(context):
            report = look_and_tell(pipeline.workspace)
            pipeline.listener(report)
        if report.unsent:
            context.log.warning("%s incidents are not told yet. %s", report.unsent, report.note)
        elif report.note:
            context.log.info("%s", report.note)
        context.log.info("%s open, %s told now", report.open, report.sent)
        yield dg.MaterializeResult(
            asset_key=specs.ALERTS.key,
            metadata={
                TABLE_ROWS: report.open,
                **md.counts_of(
                    report, opened="opened", closed="over", open="open", sent="told now", unsent="not told yet",
                    channels="channels",
                ),
                **watch.numbers(report.open, "incidents"),
            },
        )  # fmt: skip

    return alerts


def _report() -> dg.AssetsDefinition:
    @dg.multi_asset(name="report", specs=[specs.NIGHTS.spec()])
    def report(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch = md.Stopwatch.start()
        with explained(context):
            # Counted again: whoever materializes this alone wants the report of now.
            numbers = note_night(pipeline.workspace, datetime.now(UTC))
            written = write_report(pipeline.workspace)
            pipeline.listener(written)
        context.log.info("the report of %s is written", written.day)
        yield dg.MaterializeResult(
            asset_key=specs.NIGHTS.key,
            metadata={
                TABLE_ROWS: len(numbers),
                "report": dg.MetadataValue.path(str(written.path)),
                **md.counts_of(
                    written, batches="batches", moves="people moved", ready="ready", waiting="to decide",
                    faults="faults",
                ),
                **watch.numbers(len(numbers), "numbers"),
            },
        )  # fmt: skip

    return report
