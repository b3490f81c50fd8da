"""Money after a restore: what a database that went back in time, or is a copy, does not know of, and the answers to it.

Belongs here: which providers are in doubt, what Apify knows of runs that our ledger lost, taking them in, the answer
of a person. Does not belong here: refusing a reservation while there is doubt
(`sql/functions/money/public.f_restore_doubt.sql`, where it holds for every process), backups themselves
(`stages.backup`).

Looking costs nothing. Apify lists its runs, and the tag inside a run's input says for which batch it was started: such
a run becomes that of its batch again. Nobody lists the calls to Apollo or to a verifier, so a person says what they
charged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import PermanentError
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.apify_api import ApifyApi
    from outreach_pipeline.sources.apify_facts import RunFacts

_CLOCKS = timedelta(minutes=10)
_TAG = re.compile(r"^outreach-[0-9a-f-]{36}(?: (?P<batch>\S+\|(?P<source>[^|\s]+))(?: (?P<purpose>\S+))?)?$")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A provider that is not paid until somebody answers. `noticed_by`: restore, copy or operator."""

    provider: str
    restore_id: int
    known_until: datetime
    noticed_by: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class LostRun:
    """A run at Apify that a tag of ours started and our ledger does not know. `batch_id` is empty where its tag is of a
    version that did not name the batch: then it only counts with its cost.
    """

    run_id: str
    tag: str
    actor: str
    status: str
    started_at: datetime | None
    usd: Decimal | None
    batch_id: str
    source: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Look:
    """What Apify knows: runs of ours that the ledger lacks, and how many runs carry no tag (of other programs, or of a
    source with `tag_field = ""`), which nobody can tell apart.
    """

    lost: tuple[LostRun, ...]
    untagged: int


def configured_providers(workspace: Workspace) -> list[str]:
    """Who is paid by some source of sources.toml: apify, apollo, verifiers by their names."""
    kinds = {config.kind for config in workspace.sources.values()}
    verifiers = [each.name for each in workspace.sources.values() if each.kind == "verify" and each.provider != "dns"]
    return [*(name for name in ("apify", "apollo") if name in kinds), *verifiers]


def read_doubts(workspace: Workspace) -> list[Doubt]:
    """Open doubts about the configured providers. A copy, or a dump read in by other means, notices here that it is."""
    given = {"providers": configured_providers(workspace)}
    with workspace.database.transaction(Role.INGEST) as tx:
        tx.execute(load_queries("restored").notice, given)
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("restored").doubts, given)
    return [Doubt(**row) for row in rows]


def mark_restored(workspace: Workspace, known_until: datetime, noticed_by: str = "operator") -> int:
    """The database went back to that moment: every provider is in doubt from now on. The number of the restore."""
    with workspace.database.transaction(Role.INGEST) as tx:
        given = {"known_until": known_until, "noticed_by": noticed_by}
        return int(tx.fetch_value(load_queries("restored").mark, given))


def look_at_apify(workspace: Workspace, since: datetime, progress: Progress = no_progress) -> Look:
    """Runs started since then that the ledger does not know; costs nothing.

    Raises ConfigurationError (no token, or not accepted), TransientError when Apify is away.
    """
    from outreach_pipeline.sources.registry import ApifyConfig
    from outreach_pipeline.stages.pull_apify import api_of

    of_actor: dict[str, str] = {}
    for config in workspace.sources.values():
        if isinstance(config, ApifyConfig):
            of_actor.setdefault(config.actor, config.name)
    with workspace.database.transaction(Role.INGEST) as tx:
        for row in tx.fetch_all(load_queries("restored").actors):
            of_actor.setdefault(row["actor"], "")
    api = api_of(workspace)
    api.connect()
    lost: list[LostRun] = []
    untagged = 0
    for place, (actor, source) in enumerate(of_actor.items()):
        progress("asking Apify", place, len(of_actor))
        for run in _unknown(workspace, api, actor, since - _CLOCKS):
            tag = _tag_of(api, run)
            if tag is None:
                untagged += 1
            else:
                lost.append(_lost(run, tag, actor, source))
    progress("asking Apify", len(of_actor), len(of_actor))
    return Look(tuple(lost), untagged)


def _unknown(workspace: Workspace, api: ApifyApi, actor: str, since: datetime) -> list[RunFacts]:
    try:
        found = list(api.runs_of(actor, since, None))
    except PermanentError:
        # An actor that was renamed or withdrawn: nobody can list its runs any more.
        return []
    with workspace.database.transaction(Role.INGEST) as tx:
        given = {"run_ids": [run.run_id for run in found], "actor_run_id": None}
        known = {row["run_id"] for row in tx.fetch_all(load_queries("apify").known_runs, given)}
    return [run for run in found if run.run_id not in known]


def _tag_of(api: ApifyApi, run: RunFacts) -> str | None:
    given = api.input_of(run) or {}
    return next((value for value in given.values() if isinstance(value, str) and _TAG.match(value)), None)


def _lost(run: RunFacts, tag: str, actor: str, source: str) -> LostRun:
    match = _TAG.match(tag)
    facts = (run.run_id, tag, actor, run.status, run.started_at, run.usd)
    if match is None or not match["batch"]:
        return LostRun(*facts, batch_id="", source=source, purpose="unknown")
    return LostRun(*facts, match["batch"], match["source"], match["purpose"] or "pull")


def adopt_runs(workspace: Workspace, runs: tuple[LostRun, ...]) -> int:
    """Take runs into the ledger: the run of a pull is that of its batch again, the others count with what they cost.

    A bill is read with the next settling. Returns how many were taken; those that are known already are not.
    """
    if not runs:
        return 0
    given = {
        "run_ids": [run.run_id for run in runs], "tags": [run.tag for run in runs],
        "batch_ids": [run.batch_id or f"{run.started_at:%Y-%m-%d}|{run.source}" for run in runs],
        "purposes": [run.purpose for run in runs], "sources": [run.source for run in runs],
        "actors": [run.actor for run in runs], "started_at": [run.started_at for run in runs],
    }  # fmt: skip
    with workspace.database.transaction(Role.INGEST) as tx:
        return int(tx.fetch_value(load_queries("restored").adopt, given))


def answer(workspace: Workspace, provider: str, paid: Decimal = Decimal(0), note: str = "") -> int:
    """Somebody knows what was paid to a provider since; it may be paid again. How many restores were open for it."""
    given = {"provider": provider, "paid": paid, "note": note or None}
    with workspace.database.transaction(Role.INGEST) as tx:
        return int(tx.fetch_value(load_queries("restored").answer, given))
