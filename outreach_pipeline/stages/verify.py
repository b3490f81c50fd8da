"""Verify: addresses of those who hold a slot, then of those who compete for one, before anybody writes to them.

Belongs here: the order of the verifiers, their ceilings, and taking what they say through the usual way of a batch.
Does not belong here: who is due (`sql/queries/verify.sql`), the DNS (`verify_domains`), asking and paying
(`sources.verifiers`).

First what the domain says, for nothing. Then the verifiers in their order: the first about everybody who is due, each
next one about what the one before called unknown or catch-all. What one says is landed verbatim, validated and promoted
like any item, so it explains itself, is replayed, and is forgotten with the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError, OutreachError
from outreach_pipeline.stages.checks import hold_or_release
from outreach_pipeline.stages.land import LandReport, land_leased
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.verify_domains import DomainSource, look_up_domains
from outreach_pipeline.stages.verify_ledger import DatabaseVerifyLedger
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.pages import Source
    from outreach_pipeline.sources.registry import VerifyConfig
    from outreach_pipeline.sources.verifiers.provider import Provider
    from outreach_pipeline.stages.lease import Lease


@dataclass(frozen=True, slots=True)
class Step:
    """What one verifier did: addresses it spoke about, credits of this batch so far, and why it stopped, if it did."""

    source: str
    verified: int
    credits: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a verification did: the domains that were looked up by state, the verifiers in their order, the reach of
    held slots before and after by standing (`marketing.outreach_candidate.left_out`, "ready" for none).
    """

    domains: dict[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)


def verify_addresses(
    workspace: Workspace, *, limit: int | None = None, free_only: bool = False, progress: Progress = no_progress
) -> VerifyReport:
    """Verify who is due, at most `limit` addresses per verifier; safe to repeat and to kill at any moment.

    A verifier that cannot be asked (key, balance, away) is a note of its step; the next one is asked all the same.
    Raises ConfigurationError when OUTREACH_VERIFY_ORDER or the resolver cannot be used.
    """
    order = verifiers(workspace)
    before = reach(workspace)
    if not order:
        return VerifyReport(before=before, after=before)
    domains = look_up_domains(workspace, progress)
    steps = []
    for config in (each for each in order if each.provider == "dns"):
        source = DomainSource(config.name, config.shape, workspace)
        steps.append(_step(workspace, config, _always(source), progress))
    paid = [] if free_only else [each for each in order if each.provider != "dns"]
    along = Decimal(0)
    for place, config in enumerate(paid, 1):
        provider = _provider(workspace, config)
        along += provider.credits_each * _usd(config, provider)
        if along > workspace.settings.verify_usd_per_address:
            note = (
                f"An address would cost {along} US dollars by then, more than OUTREACH_VERIFY_USD_PER_ADDRESS allows."
            )
            steps.append(Step(config.name, 0, Decimal(0), note))
            break
        opened = _opener(workspace, config, provider, place, tuple(each.name for each in paid[: place - 1]), limit)
        steps.append(_step(workspace, config, opened, progress))
    return VerifyReport(domains, tuple(steps), before, reach(workspace))


def _always(source: Source) -> Callable[[Lease], Source]:
    return lambda _lease: source


def verifiers(workspace: Workspace) -> list[VerifyConfig]:
    """The sources of OUTREACH_VERIFY_ORDER; ConfigurationError for one that does not exist or verifies nothing."""
    from outreach_pipeline.sources.registry import VerifyConfig

    found = []
    for name in filter(None, (each.strip() for each in workspace.settings.verify_order.split(","))):
        config = workspace.source(name)
        if not isinstance(config, VerifyConfig):
            raise ConfigurationError(
                f"Source {name} of OUTREACH_VERIFY_ORDER verifies nothing.",
                next_step='Name sources of kind = "verify".',
            )
        found.append(config)
    return found


def reach(workspace: Workspace) -> dict[str, int]:
    """Held slots by standing: "ready", or why they are left out."""
    with workspace.database.transaction(Role.READ) as tx:
        return {row["standing"]: row["slots"] for row in tx.fetch_all(load_queries("verify").reach)}


def _step(workspace: Workspace, config: VerifyConfig, opened: Callable[[Lease], Source], progress: Progress) -> Step:
    batch = Batch(datetime.now(UTC).date(), config.name)
    with workspace.database.transaction(Role.INGEST) as tx:
        origin = tx.fetch_value(load_queries("verify").open_pull_of, {"batch_id": batch.batch_id})
    landed, note = LandReport(batch.batch_id), ""
    try:
        landed = land_leased(workspace, batch, origin, opened, progress=progress)
        note = landed.note
    except OutreachError as error:
        # What was landed before it is taken through all the same; it was paid for.
        note = f"{error.message} {error.next_step}".strip()
    validated = validate_batch(workspace, batch, progress=progress)
    held = hold_or_release(workspace, batch)
    if held.held:
        note = f"{held.sentence} Look at `outreach rejections --batch '{batch.batch_id}'`."
    else:
        promote_batch(workspace, batch, progress=progress)
    return Step(config.name, validated.addresses, _credits(workspace, batch), note)


def _opener(
    workspace: Workspace,
    config: VerifyConfig,
    provider: Provider,
    place: int,
    before: tuple[str, ...],
    limit: int | None,
) -> Callable[[Lease], Source]:
    from outreach_pipeline.sources.verifiers.client import VerifierClient
    from outreach_pipeline.sources.verifiers.paid import AddressSource

    batch = Batch(datetime.now(UTC).date(), config.name)
    client = VerifierClient(provider, config.url, workspace.settings.pause_secs)
    ration = _ration(workspace, config, provider)

    def opened(lease: Lease) -> Source:
        ledger = DatabaseVerifyLedger(workspace, batch, place, before, ration, lease)
        return AddressSource(config.name, config.shape, client, ledger, limit or 1_000_000)

    return opened


def prices(workspace: Workspace) -> dict[str, Decimal]:
    """What a credit of each paid verifier among the sources costs, in US dollars."""
    from outreach_pipeline.sources.registry import VerifyConfig

    paid = [each for each in workspace.sources.values() if isinstance(each, VerifyConfig) and each.provider != "dns"]
    return {each.name: _usd(each, _provider(workspace, each)) for each in paid}


def _ration(workspace: Workspace, config: VerifyConfig, provider: Provider) -> Decimal | None:
    """What this batch may cost in credits: its own ceiling, and what other verifiers left of the night's dollars."""
    others = {name: usd for name, usd in prices(workspace).items() if name != config.name}
    given = {"providers": list(others), "prices": list(others.values())}
    with workspace.database.transaction(Role.INGEST) as tx:
        spent = tx.fetch_value(load_queries("verify").committed_usd, given)
    usd = _usd(config, provider)
    left = max(workspace.settings.verify_usd_per_night - spent, Decimal(0)) / usd if usd else None
    known = [each for each in (config.max_credits, left) if each is not None]
    return min(known) if known else None


def _provider(workspace: Workspace, config: VerifyConfig) -> Provider:
    from outreach_pipeline.sources.verifiers.provider import load_provider

    return load_provider(config.provider, Path(workspace.sources_folder))


def _usd(config: VerifyConfig, provider: Provider) -> Decimal:
    return provider.credit_usd if config.credit_usd is None else config.credit_usd


def _credits(workspace: Workspace, batch: Batch) -> Decimal:
    from outreach_pipeline.stages.money import spent_on

    return spent_on(workspace.database, batch).credits
