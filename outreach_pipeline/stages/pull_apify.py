"""Pulling from Apify: the source of a batch with its ledger, bills that settle late, and the doctor's
questions.

Belongs here: what lies between the settings, the ledger and the source. Does not belong here: the source
itself (`sources.apify`), landing (`land`), the ledger of runs (`run_ledger`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError, OutreachError, TransientError
from outreach_pipeline.stages.findings import Finding, check_proxy
from outreach_pipeline.stages.money import apify_caps, apify_left
from outreach_pipeline.stages.run_ledger import DatabaseRunLedger, note_parameters, usage_parameters
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.database.connect import Row
    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.apify_api import ApifyApi
    from outreach_pipeline.sources.registry import ApifyConfig

# A bill grows for some minutes after the end of a run (the vendor's documentation; no bound is given).
SETTLE_AFTER_SECS = 600.0
# How long the bills that one process looks at are left alone by others, if it dies over them.
_LEASE_SECS = 300.0
# One bill that cannot be read says nothing of the others; so many in a row say that Apify is away.
_IN_A_ROW = 3
FORGOTTEN = "Apify has forgotten the run: its last known cost, or all that was reserved, is taken for its bill."
_NO_TOTAL = "Apify told no total for the run: its last known cost, or all that was reserved, is taken for its bill."


def api_of(workspace: Workspace, *, quotes: bool = True) -> ApifyApi:
    """Apify as the settings reach it; without `quotes` nothing that it or an actor says is repeated."""
    from outreach_pipeline.sources.actor_input import Secrets
    from outreach_pipeline.sources.apify_api import ApifyApi
    from outreach_pipeline.sources.registry import ApifyConfig

    settings, token = workspace.settings, workspace.settings.apify_token
    # Those of all sources: bills and waves are of any of them. sources.toml is read when somebody says something.
    secrets = Secrets(
        lambda: [config.input for config in workspace.sources.values() if isinstance(config, ApifyConfig)],
        also=[token.get_secret_value()] if token else [],
    )
    return ApifyApi(token, settings.apify_url, pause_secs=settings.pause_secs, secrets=secrets, quotes=quotes)


def open_apify(
    workspace: Workspace, batch: Batch, config: ApifyConfig, *, progress: Progress = no_progress
) -> ApifySource:
    """The source of a batch, with a ledger of its own."""
    from outreach_pipeline.sources.registry import open_apify_source

    # What yesterday's runs did not use is there for today's. If Apify is away, the pull itself will say so.
    with suppress(OutreachError):
        settle_bills(workspace)
    settings = workspace.settings
    ledger = DatabaseRunLedger(
        workspace.database, batch, config.actor, apify_caps(settings), claim_secs=settings.apify_claim_secs,
        progress=progress,
    )  # fmt: skip
    return open_apify_source(config, settings=settings, api=api_of(workspace), ledger=ledger)


def settle_bills(workspace: Workspace, *, after_secs: float = SETTLE_AFTER_SECS, limit: int = 200) -> int:
    """Read the bills of runs that ended some minutes ago once more, and give back what they did not use.

    Looks at `limit` runs at most; returns how many were settled. Several may do it at once: a run is looked at by one
    of them. A run that Apify no longer knows, or tells no total of, keeps its last known cost. Costs nothing.

    Raises ConfigurationError (the token) at once, and what stands in the way of a single bill when the others are
    settled; those bills stay open for the next time.
    """
    queries = load_queries("apify")
    with workspace.database.transaction(Role.INGEST) as tx:
        due = tx.fetch_all(queries.due_bills, {"after": after_secs, "limit": limit, "lease": _LEASE_SECS})
    api, count = api_of(workspace), 0
    troubles: list[OutreachError] = []
    in_a_row = 0
    for row in due:
        try:
            count += _settle(workspace, api, row, after_secs)
            in_a_row = 0
        except ConfigurationError:
            raise
        except OutreachError as error:
            troubles.append(error)
            in_a_row += 1
            if in_a_row == _IN_A_ROW:
                break
    if troubles:
        first = troubles[0]
        raise type(first)(
            f"{len(troubles)} of {len(due)} bills could not be settled; the first: {first.message.rstrip('.')}.",
            next_step="They stay open and are read again by the next pull, or the sensor apify_bills.",
        )
    return count


def _settle(workspace: Workspace, api: ApifyApi, row: Row, after_secs: float) -> bool:
    """Read one bill; whether it is settled now."""
    from outreach_pipeline.sources.apify_api import UnknownRunError

    queries, which = load_queries("apify"), row["actor_run_id"]
    try:
        run = api.run(row["run_id"])
    except UnknownRunError:
        run = None
    with workspace.database.transaction(Role.INGEST) as tx:
        if run is None:
            tx.execute(queries.settle_unknown, {"actor_run_id": which, "note": FORGOTTEN})
            return True
        is_over = run.finished_at is not None and (datetime.now(UTC) - run.finished_at).total_seconds() >= after_secs
        settled = is_over and run.usd is not None
        tx.execute(queries.note_run, note_parameters(which, run, found_by=None, settled=settled))
        if is_over and not settled:
            tx.execute(queries.settle_unknown, {"actor_run_id": which, "note": _NO_TOTAL})
        tx.execute(queries.log_usage, usage_parameters(row["actor"], run, row["batch_id"], None, None, None))
    return is_over


def allow_another_run(workspace: Workspace, batch: Batch, *, note: str = "allowed by hand") -> bool:
    """Somebody decided to pay for a batch once more; its next pull starts a new run. False: it has no run
    that is over, and no start whose claim has run out.

    The run before keeps its row and its cost; of a lost start all that was reserved counts as spent. What it gave
    stays landed; what comes again lands as duplicates.
    """
    queries = load_queries("apify")
    with workspace.database.transaction(Role.INGEST) as tx:
        allowed = bool(tx.fetch_value(queries.allow_another_run, {"batch_id": batch.batch_id, "note": note}))
        if allowed:
            tx.execute(queries.reopen_pulls, {"batch_id": batch.batch_id})
    return allowed


def check_apify(workspace: Workspace, *, ledger: bool = True) -> list[Finding]:
    """What `outreach doctor` says about Apify: token, actors, money left, proxy. Spends nothing.

    Each question is asked whatever became of the others. Without `ledger` those to our own database are left out.
    """
    from outreach_pipeline.sources.registry import ApifyConfig

    configured = [config for config in workspace.sources.values() if isinstance(config, ApifyConfig)]
    actors = sorted({config.actor for config in configured})
    settings = workspace.settings
    findings: list[Finding] = []
    if settings.apify_token is None:
        if not actors:
            return [("off", "No source uses Apify.", "")]
        step = "Set OUTREACH_APIFY_TOKEN in the environment or in .env."
        findings.append(("problem", "There is no token for Apify.", step))
    else:
        findings += _check_vendor(api_of(workspace), actors)
    findings += [finding for config in configured for finding in _check_secrets(config)]
    if ledger:
        findings += _asked(partial(_check_caps, workspace)) + _asked(partial(_check_lost, workspace))
    return [*findings, *check_proxy(settings.apify_url)]


def _check_vendor(api: ApifyApi, actors: list[str]) -> list[Finding]:
    """The account, then each actor; a wrong token or an Apify that is away is told once."""
    try:
        findings = _check_account(api)
    except TransientError as error:
        return [("problem", error.message, "Check OUTREACH_APIFY_URL, the network and the proxy, or try again later.")]
    except ConfigurationError as error:
        return [("problem", error.message, error.next_step)]
    except OutreachError as error:
        # A token of limited rights, for example: it says nothing of the actors.
        findings = [("warning", error.message, error.next_step)]
    for actor in actors:
        findings += _asked(partial(_check_actor, api, actor))
    return findings


def _asked(question: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return question()
    except OutreachError as error:
        return [("problem", error.message, error.next_step)]


def _check_actor(api: ApifyApi, actor: str) -> list[Finding]:
    if api.has_actor(actor):
        return [("ok", f"The actor {actor} exists.", "")]
    step = "Correct `actor` in sources.toml; actors are renamed and withdrawn."
    return [("problem", f"There is no actor {actor}.", step)]


def _check_secrets(config: ApifyConfig) -> list[Finding]:
    from outreach_pipeline.sources.actor_input import missing

    step, lacking = "Set it in the environment or in .env.", missing(config.input)
    return [("problem", f"The source {config.name} needs {name}, which is not set.", step) for name in lacking]


def _check_account(api: ApifyApi) -> list[Finding]:
    left = api.usage_left()
    findings: list[Finding] = [("ok", "Apify accepts the token.", "")]
    if left is not None:
        status, step = ("ok", "") if left > 0 else ("problem", "Raise the limit at console.apify.com/billing.")
        findings.append((status, f"The Apify account has {left:.2f} US dollars left this month.", step))
    return findings


def _check_caps(workspace: Workspace) -> list[Finding]:
    left = apify_left(workspace.database, apify_caps(workspace.settings))
    findings: list[Finding] = []
    for amount, period in ((left.today, "day"), (left.this_month, "month")):
        if amount is None:
            step = f"Set OUTREACH_APIFY_USD_PER_{period.upper()}."
            findings.append(("warning", f"There is no cap of our own on Apify per {period}.", step))
        else:
            status = "ok" if amount > 0 else "warning"
            findings.append((status, f"Our own cap leaves {amount:.2f} US dollars for Apify this {period}.", ""))
    return findings


def _check_lost(workspace: Workspace) -> list[Finding]:
    with workspace.database.transaction(Role.INGEST) as tx:
        lost = tx.fetch_value(load_queries("apify").lost_intents)
    if not lost:
        return []
    step = "Pull their batches again: the run is looked for, and started if it is not there (public.actor_runs)."
    return [("warning", f"Starts of a day ago or more whose run nobody has seen: {lost}.", step)]
