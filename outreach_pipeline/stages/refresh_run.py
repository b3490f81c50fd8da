"""Refresh, the run of a wave: reserve, start exactly once, look whether it is over.

Belongs here: from a wave to its one Apify run, and what a refusal does to it. Does not belong here: starting itself
(`sources.apify_start`), the ledger (`run_ledger`), reading what it gave (`refresh_results`).

What the actor says (a status message, the words of a row, which field of the input is wrong) speaks of the people that
it was asked about: none of it is repeated in notes, the log or Dagster. It is in the landed rows and at Apify.

A wave's row in the ledger has the purpose `refresh:<wave id>`, which is unique per batch: whoever starts the wave, and
however often, it is the same run.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import BudgetError, ConfigurationError, OutreachError, TransientError
from outreach_pipeline.stages.money import apify_caps
from outreach_pipeline.stages.pull_apify import FORGOTTEN, api_of, settle_bills
from outreach_pipeline.stages.refresh_due import WaveRequest, refresh_source, wave_requests
from outreach_pipeline.stages.run_ledger import DatabaseRunLedger, note_parameters
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from outreach_pipeline.sources.apify import ApifySource
    from outreach_pipeline.sources.apify_facts import RunFacts

_PATIENCE = 8
"""How often a start is requested while Apify asks to wait, before the wave is given back."""
_NOBODY_LEFT = "Nobody is left to ask about: all were suppressed or forgotten since the plan."


@dataclass(frozen=True, slots=True)
class StartReport:
    """What became of a start. `state`: running, failed (refused; `note` says why), closed (nobody was left to ask
    about), or what the wave was already.
    """

    wave_id: int
    state: str
    jobs: int = 0
    run_id: str = ""
    note: str = ""


def start_refresh(workspace: Workspace, wave_id: int, progress: Progress = no_progress) -> StartReport:
    """Start the one paid run of a wave, or find it again; nobody is asked about who was suppressed since the plan.

    A refusal is no error but a report: the wave has failed, its jobs wait, one line is in the error log. Raises
    TransientError while the answer of a start is in doubt or Apify is away (run it again: nothing is paid twice),
    ConfigurationError for an unknown wave or source.
    """
    wave = read_wave(workspace, wave_id)
    if wave["state"] != "requested":
        return StartReport(wave_id, wave["state"], wave["jobs"], note=wave["note"] or "")
    # What earlier runs did not use is there for this one.
    with suppress(OutreachError):
        settle_bills(workspace)
    with workspace.database.transaction(Role.REFRESH) as tx:
        left = tx.fetch_row(load_queries("refresh").trim, {"wave_id": wave_id})["jobs"]
        subjects = [row["linkedin_url"] for row in tx.fetch_all(load_queries("refresh").subjects, {"wave_id": wave_id})]
    source = open_wave(workspace, wave, subjects, progress)
    progress("start", 0, len(subjects))
    try:
        run = source.begin() if subjects else _abandon(workspace, wave_id, source)
    except OutreachError as error:
        return _not_started(workspace, wave, error)
    if run is None:
        return StartReport(wave_id, "closed", note=_NOBODY_LEFT)
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("refresh").started, {"wave_id": wave_id})
    progress("start", len(subjects), len(subjects))
    return StartReport(wave_id, "running", left, run.run_id)


def _abandon(workspace: Workspace, wave_id: int, source: ApifySource) -> RunFacts | None:
    """Close a wave with nobody in it; where a start of it may have been heard, that run is looked for and kept."""
    told = {"wave_id": wave_id, "note": _NOBODY_LEFT}
    for look in (source.withdraw, lambda: None):
        with workspace.database.transaction(Role.REFRESH) as tx:
            if tx.fetch_value(load_queries("refresh").abandon, told):
                return None
        if (run := look()) is not None:
            return run
    raise TransientError(f"Refresh wave {wave_id} is being started elsewhere.", next_step="Run it again.")


def read_wave(workspace: Workspace, wave_id: int) -> Row:
    """The row of a wave; ConfigurationError when there is none."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        wave = tx.fetch_one(load_queries("refresh").wave, {"wave_id": wave_id})
    if wave is None:
        raise ConfigurationError(
            f"There is no refresh wave {wave_id}.", next_step="See `outreach refresh status` for those there are."
        )
    return wave


def open_wave(
    workspace: Workspace,
    wave: Row,
    subjects: Sequence[str] = (),
    progress: Progress = no_progress,
    *,
    runs: Mapping[str, int] | None = None,
) -> ApifySource:
    """The source of a wave with the ledger of its run; `runs`: its run and ledger row, to read it."""
    from outreach_pipeline.sources.registry import open_refresh_source

    settings = workspace.settings
    config = refresh_source(workspace, wave["source"])
    ledger = DatabaseRunLedger(
        workspace.database, Batch.parse(wave["batch_id"]), config.actor, apify_caps(settings),
        claim_secs=settings.apify_claim_secs, purpose=f"refresh:{wave['wave_id']}", progress=progress,
        runs=runs,
    )  # fmt: skip
    return open_refresh_source(
        config, settings=settings, api=api_of(workspace, quotes=False), ledger=ledger, subjects=subjects
    )


def _not_started(workspace: Workspace, wave: Row, error: OutreachError) -> StartReport:
    """A start that failed: give the wave back where no run can exist, else raise it again."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        run = tx.fetch_one(load_queries("refresh").run_of_wave, {"wave_id": wave["wave_id"]})
    in_doubt = run is not None and run["state"] != "refused"
    waits = isinstance(error, TransientError) and wave["requests"] < _PATIENCE
    if in_doubt or waits:
        raise error
    # A cap of ours says no before there is a row; nobody is to blame, so nobody's attempts are counted.
    until = _when_caps_open(error) if run is None and isinstance(error, BudgetError) else None
    refuse_wave(workspace, wave["wave_id"], error.message, until)
    return StartReport(wave["wave_id"], "failed", wave["jobs"], note=str(error))


def refuse_wave(workspace: Workspace, wave_id: int, note: str, until: datetime | None = None) -> str | None:
    """Give a wave back that never ran; with `until` its jobs just wait until then. The id of the line in the log."""
    settings = workspace.settings
    with workspace.database.transaction(Role.REFRESH) as tx:
        error_id: str | None = tx.fetch_value(
            load_queries("refresh").refused,
            {
                "wave_id": wave_id, "note": note, "until": until, "ask_again": settings.refresh_ask_again_days,
                "open_for": settings.breaker_hours,
            },
        )  # fmt: skip
    return error_id


def _when_caps_open(error: OutreachError) -> datetime:
    """When a refused reservation may fit: the next day, or the next month (UTC)."""
    today = datetime.now(UTC).date()
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first if "per month" in error.message else today + timedelta(days=1), time(), UTC)


def poll_waves(workspace: Workspace, limit: int = 20) -> list[WaveRequest]:
    """Look at the runs that still go (at most `limit`, those longest not looked at first); costs nothing.

    Returns waves that wait for `finish_refresh`: their run is over, or an operator has let their held batch through.
    A run that cannot be read holds no other back, and is looked at in its turn. Raises what the first one said when
    none can be read and no other wave waits: TransientError when Apify is away, ConfigurationError when the token is
    not accepted.
    """
    from outreach_pipeline.sources.apify_api import UnknownRunError

    with workspace.database.transaction(Role.REFRESH) as tx:
        values = {"limit": limit, "stuck": workspace.settings.refresh_stuck_hours}
        live = tx.fetch_all(load_queries("refresh").running_waves, values)
    api = api_of(workspace, quotes=False)
    away: list[OutreachError] = []
    for wave in live:
        try:
            _note(workspace, wave, api.run(wave["run_id"]))
        except UnknownRunError:
            _forgotten(workspace, wave)
        except OutreachError as error:
            away.append(error)
            _looked_at(workspace, wave)
            if wave["is_stuck"]:
                told = f"Run {wave['run_id']} of {wave['actor']} (refresh wave {wave['wave_id']}) cannot be read."
                _report(workspace, wave, "unreadable", f"{told} {error.message}")
    over = wave_requests(workspace, "finish", limit)
    if away and len(away) == len(live) and not over:
        raise away[0]
    return over


def _looked_at(workspace: Workspace, wave: Row) -> None:
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("refresh").polled, {"wave_id": wave["wave_id"]})


def _note(workspace: Workspace, wave: Row, run: RunFacts) -> None:
    from outreach_pipeline.sources.apify_errors import RUN_STATUSES

    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(
            load_queries("apify").note_run, note_parameters(wave["actor_run_id"], run, found_by=None, settled=False)
        )
        tx.execute(load_queries("refresh").polled, {"wave_id": wave["wave_id"]})
    what = f"Run {run.run_id} of {wave['actor']} (refresh wave {wave['wave_id']})"
    if run.status not in RUN_STATUSES:
        told = f"{what} has a status that is not known here: {run.status[:40]!r}. It is looked at until it ends."
        _report(workspace, wave, f"status {run.status[:40]}", told)
    elif wave["is_stuck"] and not RUN_STATUSES[run.status].over:
        hours = workspace.settings.refresh_stuck_hours
        told = f"{what} is {run.status} after {hours} hours. Abort it at console.apify.com: what it wrote is read."
        _report(workspace, wave, "stuck", told)


def _forgotten(workspace: Workspace, wave: Row) -> None:
    """Apify does not know the run any more: its bill is closed, and the wave ends without it."""
    with workspace.database.transaction(Role.INGEST) as tx:
        tx.execute(load_queries("apify").settle_unknown, {"actor_run_id": wave["actor_run_id"], "note": FORGOTTEN})


def _report(workspace: Workspace, wave: Row, trouble: str, message: str) -> None:
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(
            load_queries("refresh").report_wave,
            {"wave_id": wave["wave_id"], "trouble": trouble, "message": message},
        )
