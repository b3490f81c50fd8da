"""The check of Barton IDs, references, addresses and phones of a table: of a batch in its run, of all in the morning.

Belongs here: from what failed to an evaluation. Does not belong here: what is checked (`stages.standing`), the steps
that yield it (`assets`, `wide`).
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration import specs
from outreach_pipeline.stages.ingested import batches_of
from outreach_pipeline.stages.standing import StandingReport, check_promoted
from outreach_pipeline.stages.workspace import Batch, Workspace


def of_batch(
    context: dg.AssetExecutionContext, workspace: Workspace, batch: Batch, tables: tuple[specs.Table, ...]
) -> Iterator[dg.AssetCheckResult]:
    """The evaluations of what a batch is about, for those of the tables whose check was asked for."""
    asked = {key.name for key in context.selected_asset_check_keys}
    for table in tables:
        if specs.FORMED_IN_BATCH[table] in asked:
            batches = [one.batch_id for one in batches_of(workspace, batch)]
            found = check_promoted(workspace, table.name.partition(".")[2], batches)
            yield result_of(found, asset_key=table.key, check_name=specs.FORMED_IN_BATCH[table])


def result_of(
    found: StandingReport, *, asset_key: dg.AssetKey | None = None, check_name: str | None = None
) -> dg.AssetCheckResult:
    """The evaluation; ids and counts, no values."""
    named = "; ".join(f"{one.rows:,} fail {one.check} of {one.column}" for one in found.faults)
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=check_name,
        passed=not found.faults,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{named}." if found.faults else f"{found.rows:,} rows are well formed.",
        metadata={"rows": found.rows, "faults": md.fault_table(found.faults)},
    )
