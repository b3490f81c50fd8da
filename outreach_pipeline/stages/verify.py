"""Verify: addresses of those who hold a slot, then of those who compete for one, before anybody writes to them.

Belongs here: the order of the verifiers, their ceilings, and taking what they say through the usual way of a batch.
Does not belong here: who is due (`sql/queries/verify.sql`), the DNS (`verify_domains`), asking and paying
(`sources.verifiers`).

First what the domain says, for nothing. Then the verifiers in their order: the first about everybody who is due, each
next one about what the one before called unknown or catch-all. Then the finders of the order, about those who hold a
slot and have no address that can be written to; what they find is verified as well. What one says is landed verbatim,
validated and promoted like any item, so it explains itself, is replayed, and is forgotten with the person. No address
is ever made up here: one that no source states is asked about nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from outreach_pipeline.stages.verify_runs import actor_client
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.pages import Source
    from outreach_pipeline.sources.registry import VerifyConfig
    from outreach_pipeline.sources.verifiers.paid import Client
    from outreach_pipeline.sources.verifiers.provider import Provider
    from outreach_pipeline.stages.lease import Lease


@dataclass(frozen=True, slots=True)
class Step:
    """What one verifier did: addresses it spoke about, credits of this batch so far, and why it stopped, if it did.

    Of a finder `found` is how many of those it was asked about it knew an address of, and `verified` is 0.
    """

    source: str
    verified: int
    credits: Decimal
    note: str = ""
    found: int = 0


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
    providers = {each.name: _provider(workspace, each) for each in order if each.provider != "dns"}
    finders = [each for each in order if each.name in providers and providers[each.name].about == "profiles"]
    asked = [each for each in order if each not in finders]
    domains, steps = _verify_once(workspace, asked, limit, free_only, progress)
    found = []
    for config in () if free_only else finders:
        opened = _opener(workspace, config, providers[config.name], 1, (), limit)
        found.append(_step(workspace, config, opened, progress))
    steps += found
    if any(step.found for step in found):
        more, again = _verify_once(workspace, asked, limit, free_only, progress)
        domains = {state: domains.get(state, 0) + more.get(state, 0) for state in {**domains, **more}}
        steps = _joined(steps, again)
    return VerifyReport(domains, tuple(steps), before, reach(workspace))


def _verify_once(
    workspace: Workspace, order: list[VerifyConfig], limit: int | None, free_only: bool, progress: Progress
) -> tuple[dict[str, int], list[Step]]:
    """The domains and verifiers of the order, once each: domains by state, and what each verifier did."""
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
    return domains, steps


def _joined(steps: list[Step], again: list[Step]) -> list[Step]:
    """The steps of two rounds, one per verifier: addresses add up, credits are of the whole batch as it is."""
    later = {step.source: step for step in again}
    return [
        replace(
            step, verified=step.verified + later[step.source].verified, credits=later[step.source].credits,
            note=later[step.source].note or step.note,
        )
        if step.source in later else step
        for step in steps
    ]  # fmt: skip


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
    known = _found(workspace, batch)
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
    found = _found(workspace, batch) - known
    return Step(config.name, validated.addresses, _credits(workspace, batch), note, found)


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
    client: Client = VerifierClient(provider, config.url, workspace.settings.pause_secs)
    if provider.actor is not None:
        client = actor_client(workspace, batch, provider, provider.actor)
    ration = _ration(workspace, config, provider)

    def opened(lease: Lease) -> Source:
        ledger = DatabaseVerifyLedger(workspace, batch, place, before, ration, lease, provider.about)
        return AddressSource(config.name, config.shape, client, ledger, limit or 1_000_000)

    return opened


def prices(workspace: Workspace, *, with_actors: bool = True) -> dict[str, Decimal]:
    """What a credit of each paid verifier among the sources costs, in US dollars.

    Without `with_actors` those that run at Apify are left out: their dollars are in the ledger of runs.
    """
    from outreach_pipeline.sources.registry import VerifyConfig

    paid = [each for each in workspace.sources.values() if isinstance(each, VerifyConfig) and each.provider != "dns"]
    known = {each.name: (each, _provider(workspace, each)) for each in paid}
    return {
        name: _usd(config, provider)
        for name, (config, provider) in known.items()
        if with_actors or provider.actor is None
    }


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


def _found(workspace: Workspace, batch: Batch) -> int:
    """Of how many people a batch has stated an address so far."""
    with workspace.database.transaction(Role.VALIDATE) as tx:
        count: int = tx.fetch_value(load_queries("verify").people_with_address, {"batch_id": batch.batch_id})
    return count


def _credits(workspace: Workspace, batch: Batch) -> Decimal:
    from outreach_pipeline.stages.money import spent_on

    return spent_on(workspace.database, batch).credits
