"""Pulling from Apollo: the source of a batch with its ledger, and the doctor's questions.

Belongs here: what lies between the settings, the ledger and the source. Does not belong here: the source
itself (`sources.apollo`), landing (`land`), the ledger's SQL (`credits`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.stages.credits import DatabaseCreditLedger, apollo_caps, apollo_left, doubtful_calls
from outreach_pipeline.stages.findings import Finding, check_proxy
from outreach_pipeline.stages.workspace import ASIDE, Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.apollo import ApolloSearch
    from outreach_pipeline.sources.apollo_api import ApolloApi
    from outreach_pipeline.sources.apollo_enrich import ApolloEnrichment
    from outreach_pipeline.sources.registry import ApolloConfig
    from outreach_pipeline.stages.lease import Lease


def apollo_api_of(workspace: Workspace, progress: Progress = no_progress) -> ApolloApi:
    """Apollo as the settings reach it; whoever watches is told when it waits."""
    from outreach_pipeline.sources.apollo_api import ApolloApi

    def waiting(endpoint: str, done: int, total: int) -> None:
        until = datetime.now(UTC) + timedelta(seconds=total - done)
        progress(f"wait for Apollo's next minute, until {until:%H:%M:%S} UTC{ASIDE}{endpoint}", done, total)

    settings = workspace.settings
    return ApolloApi(
        settings.apollo_api_key,
        settings.apollo_url,
        minute_secs=settings.apollo_minute_secs,
        pause_secs=settings.pause_secs,
        waiting=waiting,
    )


def open_apollo(
    workspace: Workspace,
    batch: Batch,
    config: ApolloConfig,
    *,
    progress: Progress = no_progress,
    lease: Lease | None = None,
) -> ApolloSearch | ApolloEnrichment:
    """The source of a batch, with a ledger of its own that pays only while `lease` is held."""
    from outreach_pipeline.sources.registry import open_apollo_source

    if config.subjects_from is not None:
        workspace.source(config.subjects_from)
    ledger = DatabaseCreditLedger(workspace, batch, config, lease)
    return open_apollo_source(config, api=apollo_api_of(workspace, progress), ledger=ledger)


def check_apollo(workspace: Workspace, *, ledger: bool = True) -> list[Finding]:
    """What `outreach doctor` says about Apollo: key, credits left, undecided calls, proxy. Spends nothing.

    Each question is asked whatever became of the others. Without `ledger` those to our own database are left out.
    """
    from outreach_pipeline.sources.registry import ApolloConfig

    settings = workspace.settings
    used = any(isinstance(config, ApolloConfig) for config in workspace.sources.values())
    if settings.apollo_api_key is None and not used:
        return [("off", "No source uses Apollo.", "")]
    findings = [_check_key(workspace)]
    if ledger:
        try:
            findings += _check_credits(workspace)
        except OutreachError as error:
            findings.append(("problem", error.message, error.next_step))
    return [*findings, *check_proxy(settings.apollo_url)]


def _check_key(workspace: Workspace) -> Finding:
    if workspace.settings.apollo_api_key is None:
        step = "Set OUTREACH_APOLLO_API_KEY in the environment or in .env."
        return ("problem", "There is no key for Apollo.", step)
    try:
        accepted = apollo_api_of(workspace).health()
    except OutreachError as error:
        return ("problem", error.message, error.next_step)
    if not accepted:
        return ("problem", "Apollo does not accept the API key.", "Set OUTREACH_APOLLO_API_KEY to a valid key.")
    return ("ok", "Apollo accepts the API key.", "")


def _check_credits(workspace: Workspace) -> list[Finding]:
    from outreach_pipeline.sources.apollo_paid import DECIDE

    left = apollo_left(workspace.database, apollo_caps(workspace.settings))
    findings: list[Finding] = []
    for amount, period in ((left.today, "day"), (left.this_month, "month")):
        if amount is None:
            step = f"Set OUTREACH_APOLLO_CREDITS_PER_{period.upper()}."
            findings.append(("warning", f"There is no cap of our own on Apollo per {period}.", step))
        else:
            status = "ok" if amount > 0 else "warning"
            findings.append((status, f"Our own cap leaves {amount:.1f} Apollo credits this {period}.", ""))
    open_calls = [each for each in doubtful_calls(workspace) if each["provider"] == "apollo"]
    if open_calls:
        step = DECIDE
        findings.append(
            ("warning", f"{len(open_calls)} calls to Apollo may have been charged without an answer.", step)
        )
    return findings
