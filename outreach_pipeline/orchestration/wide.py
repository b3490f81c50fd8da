"""Assets over whole tables, after the night: signals taken up, the ready list counted; and checks that stand.

Belongs here: the steps without partitions that cost nothing, and the checks. Does not belong here: the refresh of
profiles (`refresh`), the steps of a batch (`assets`), when it is run (`schedule`).

A batch that was held in March does not fail in April: its run is long over. So what stays wrong has a check that looks
again every time, and warns until it is put right.
"""

# Not `from __future__ import annotations`: dagster reads the annotations of the steps, and they are made in functions.
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.orchestration.assets import POOL, TABLE_ROWS
from outreach_pipeline.orchestration.campaigns import campaigns_asset
from outreach_pipeline.orchestration.failures import explained
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.well_formed import result_of
from outreach_pipeline.stages.arrival import late_sources
from outreach_pipeline.stages.counts import count_loop, count_ready, count_signals
from outreach_pipeline.stages.freshness import read_held, read_slot_freshness
from outreach_pipeline.stages.signals import process_signals
from outreach_pipeline.stages.standing import check_promoted
from outreach_pipeline.stages.unfinished import read_unfinished
from outreach_pipeline.stages.verify import verify_addresses

Checked = dg.AssetCheckExecutionContext
Materialized = Iterator[dg.MaterializeResult[None]]


def wide_assets(verifiers: Sequence[dg.AssetKey] = ()) -> list[dg.AssetsDefinition]:
    """Signals, addresses verified (by the `verifiers`), the ready list after them, and what came of campaigns."""
    return [_signals(), _addresses(verifiers), _ready(), campaigns_asset()]


def standing_checks(warn_share: float) -> list[dg.AssetChecksDefinition]:
    """Checks that look at the whole database; `warn_share` of stale slots is too many."""
    return [_fresh(warn_share), _held(), _unfinished(), _late(), *(_formed(table) for table in specs.FORMED)]


def _signals() -> dg.AssetsDefinition:
    @dg.multi_asset(name="signals", specs=[specs.SIGNALS.spec()], pool=POOL)
    def signals(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch = md.Stopwatch.start()
        with explained(context):
            report = process_signals(pipeline.workspace, progress=pipeline.progress)
            pipeline.listener(report)
            rows, reasons = count_loop(pipeline.workspace), count_signals(pipeline.workspace)
        context.log.info("%s signals taken up, of %s companies", report.processed, report.companies)
        yield dg.MaterializeResult(
            asset_key=specs.SIGNALS.key,
            metadata={
                TABLE_ROWS: rows[specs.SIGNALS.name],
                **md.counts_of(
                    report,
                    raised="raised by dates that came near",
                    processed="taken up",
                    companies="companies concerned",
                    held="held by a limit",
                    bands_changed="companies in another band",
                ),
                **watch.numbers(report.processed, "signals"),
                "reasons": md.signal_table(reasons),
            },
        )

    return signals


def _addresses(verifiers: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(name="verified_addresses", specs=[specs.ADDRESSES.spec(sources=verifiers)], pool=POOL)
    def verified_addresses(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch = md.Stopwatch.start()
        with explained(context):
            report = verify_addresses(pipeline.workspace, progress=pipeline.progress)
            pipeline.listener(report)
            rows = count_loop(pipeline.workspace)
        verified = sum(step.verified for step in report.steps)
        for step in (each for each in report.steps if each.note):
            context.log.warning("%s: %s", step.source, step.note)
        context.log.info("%s addresses verified", verified)
        yield dg.MaterializeResult(
            asset_key=specs.ADDRESSES.key,
            metadata={
                TABLE_ROWS: rows[specs.ADDRESSES.name],
                **{f"credits of {step.source}, whole day": float(step.credits) for step in report.steps if
                step.credits}, **{f"note of {step.source}": dg.MetadataValue.md(f"⚠ {step.note}") for step in
                report.steps if step.note}, "domains": md.shares_table("state", "domains", report.domains),
                "standing": md.shares_table("standing", "slots", report.after),
                **watch.numbers(verified, "addresses"),
            },
        )

    return verified_addresses


def _ready() -> dg.AssetsDefinition:
    @dg.multi_asset(name="ready_list", specs=[specs.READY.spec()])
    def ready_list(context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]) -> Materialized:
        watch = md.Stopwatch.start()
        with explained(context):
            seats = count_ready(pipeline.workspace)
        ready = seats.get("ready", 0)
        context.log.info("%s of %s slots are ready", ready, sum(seats.values()))
        yield dg.MaterializeResult(
            asset_key=specs.READY.key,
            metadata={
                TABLE_ROWS: ready,
                "slots": sum(seats.values()),
                "left out": sum(seats.values()) - ready,
                "standing": md.shares_table("standing", "slots", seats),
                **watch.numbers(0, "slots"),
            },
        )

    return ready_list


def _fresh(warn_share: float) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=specs.SLOTS.key,
        name=specs.FRESHNESS,
        description=f"Of each slot type, at most {warn_share:.0%} of the occupants were last seen longer ago than its "
        "cadence. Warns; blocks nothing.",
    )
    def slots_are_fresh(context: Checked, pipeline: dg.ResourceParam[Pipeline]) -> dg.AssetCheckResult:
        with explained(context):
            found = read_slot_freshness(pipeline.workspace)
        late = [one for one in found if one.stale_share > warn_share]
        named = "; ".join(f"{one.slot_type} {one.stale:,} of {one.filled:,} ({one.stale_share:.0%})" for one in late)
        stale, filled = sum(one.stale for one in found), sum(one.filled for one in found)
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Too many were last seen longer ago than their cadence: {named}."
            if late
            else f"{stale:,} of {filled:,} occupants were last seen longer ago than their cadence.",
            metadata={"stale": stale, "filled": filled, "slots": md.freshness_table(found)},
        )

    return slots_are_fresh


def _formed(table: specs.Table) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table.key,
        name=specs.FORMED[table],
        description=f"{specs.FORMS}: every row, with pandera. Warns; blocks nothing.",
    )
    def is_well_formed(context: Checked, pipeline: dg.ResourceParam[Pipeline]) -> dg.AssetCheckResult:
        with explained(context):
            return result_of(check_promoted(pipeline.workspace, table.name.partition(".")[2]))

    return is_well_formed


def _held() -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=specs.REJECTIONS.key,
        name=specs.HELD,
        description="No batch has been left held by its checks. Accept one with accept_checks, or correct its source "
        "and replay it. Warns; blocks nothing.",
    )
    def no_batch_left_held(context: Checked, pipeline: dg.ResourceParam[Pipeline]) -> dg.AssetCheckResult:
        with explained(context):
            found = read_held(pipeline.workspace)
        oldest = f", the oldest {found.batches[0].batch_id}" if found.batches else ""
        return dg.AssetCheckResult(
            passed=not found.held,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{found.held:,} held{oldest}." if found.held else "No batch is held.",
            metadata={"held": found.held, "batches": md.held_table(found.batches)},
        )

    return no_batch_left_held


def _unfinished() -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=specs.RAW_LOADS.key,
        name=specs.UNFINISHED,
        description="The last run of every batch got to its end. A line for each that did not: why, when it goes on, "
        "what to do. Warns; blocks nothing.",
    )
    def no_batch_left_unfinished(context: Checked, pipeline: dg.ResourceParam[Pipeline]) -> dg.AssetCheckResult:
        with explained(context):
            found = read_unfinished(pipeline.workspace)
        alone = sum(not one.is_left_to_a_person for one in found)
        said = f"{len(found):,} unfinished: {alone:,} go on by themselves, {len(found) - alone:,} wait for a person."
        return dg.AssetCheckResult(
            passed=not found,
            severity=dg.AssetCheckSeverity.WARN,
            description=said if found else "No batch is unfinished.",
            metadata={"unfinished": len(found), "batches": md.unfinished_table(found)},
        )

    return no_batch_left_unfinished


def _late() -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=specs.RAW_LOADS.key,
        name=specs.LATE,
        description="The file of every source with `expected_by` in sources.toml is there, or its batch has landed. "
        "Warns; blocks nothing.",
    )
    def no_source_is_late(context: Checked, pipeline: dg.ResourceParam[Pipeline]) -> dg.AssetCheckResult:
        with explained(context):
            late = late_sources(pipeline.workspace, datetime.now(UTC))
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=" ".join(one.sentence for one in late) or "No source is late.",
            metadata={"late": len(late)},
        )

    return no_source_is_late
