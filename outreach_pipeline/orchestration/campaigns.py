"""The asset that tells what came of campaigns; it counts, and claims nobody.

Belongs here: its tables of metadata. Does not belong here: the numbers (`stages.campaigns`), when it is run
(`schedule`).
"""

# Not `from __future__ import annotations`: dagster reads the annotations of the steps, and they are made in functions.
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.orchestration.assets import TABLE_ROWS
from outreach_pipeline.orchestration.failures import explained
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.stages.campaigns import read_results

_COUNTS = ("claimed", "sent", "delivered", "replied", "booked", "won")


def campaigns_asset() -> dg.AssetsDefinition:
    """Campaigns by name, by reason to call and by slot, each with what a reply and a booking cost."""

    @dg.multi_asset(name="campaign_results", specs=[specs.CAMPAIGNS.spec()])
    def campaign_results(
        context: dg.AssetExecutionContext, pipeline: dg.ResourceParam[Pipeline]
    ) -> Iterator[dg.MaterializeResult[None]]:
        watch = md.Stopwatch.start()
        with explained(context):
            report = read_results(pipeline.workspace)
        total = {each: sum(row[each] for row in report.campaigns) for each in _COUNTS}
        context.log.info("%s campaigns have claimed %s people", len(report.campaigns), total["claimed"])
        yield dg.MaterializeResult(
            asset_key=specs.CAMPAIGNS.key,
            metadata={
                TABLE_ROWS: len(report.campaigns), **total,
                "campaigns": _table("campaign", report.campaigns),
                "by reason": _table("reason", report.by_reason),
                "by slot": _table("slot", report.by_slot),
                **watch.numbers(total["claimed"], "people"),
            },
        )  # fmt: skip

    return campaign_results


def _table(what: str, found: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    rows = [
        (
            str(row["name"]).replace("_", " "), *(row[each] for each in _COUNTS),
            *("" if row[key] is None else f"${row[key]}" for key in ("cost_per_reply", "cost_per_booking")),
        )
        for row in found
    ]  # fmt: skip
    head = (what, *_COUNTS, "cost per reply", "cost per booking")
    return md.table(head, rows) if rows else dg.MetadataValue.md("None yet.")
