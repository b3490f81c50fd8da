"""Verifiers and finders that are actors at Apify: their runs in the ledger of runs.

Belongs here: the source of one run with its row of `public.actor_runs`. Does not belong here: what is asked and how
rows are read (`sources.verifiers.actor`), who is due and the order (`verify`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outreach_pipeline.stages.money import apify_caps
from outreach_pipeline.stages.pull_apify import api_of
from outreach_pipeline.stages.run_ledger import DatabaseRunLedger
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.verifiers.actor import ActorClient
    from outreach_pipeline.sources.verifiers.provider import Actor, Provider


def actor_client(workspace: Workspace, batch: Batch, provider: Provider, actor: Actor) -> ActorClient:
    """The client of an actor for one batch; what the actor says is repeated nowhere, it speaks of people."""
    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.apify_start import Patience
    from outreach_pipeline.sources.verifiers.actor import ActorClient, order_for

    settings = workspace.settings
    # One for all runs of the batch: it knows the row of each run that it has started.
    ledgers: dict[str, DatabaseRunLedger] = {}

    def opened(tag: str, batch_id: str, subjects: Sequence[str]) -> ApifySource:
        # Read again, a run belongs to whatever ledger started or found it last.
        if tag or not ledgers:
            ledgers["last"] = DatabaseRunLedger(
                workspace.database, Batch.parse(batch_id) if batch_id else batch, actor.name, apify_caps(settings),
                claim_secs=settings.apify_claim_secs, purpose=f"verify:{tag}",
            )  # fmt: skip
        return ApifySource(
            batch.source, "", order_for(provider, actor, subjects), api_of(workspace, quotes=False), ledgers["last"],
            patience=Patience(actor.wait_secs, settings.apify_claim_secs / 4, settings.pause_secs),
        )  # fmt: skip

    return ActorClient(provider, opened)
