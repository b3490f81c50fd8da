"""Refresh, what came back: rows land, are judged, find their jobs, and everything that follows happens per chunk.

Belongs here: the order of these steps for one wave. Does not belong here: each step itself (`land`, `validate`,
`checks`, `public.f_match_refresh`, `marketing.f_follow_refresh`), the run (`refresh_run`).

Every step commits by itself and finds what is left when it is run again, so a killed process loses nothing: landing
resumes at its cursor, matching and following take jobs that still run, closing happens once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import PermanentError
from outreach_pipeline.stages.checks import hold_or_release
from outreach_pipeline.stages.land import LandReport, land_pull
from outreach_pipeline.stages.refresh_run import open_wave, read_wave
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_pipeline.database.connect import Row, Transaction

CHUNK_JOBS = 1_000
"""Jobs followed in one transaction, which holds the lock of promotion."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What became of a wave. `state`: closed; landed (its checks hold it, `note` says why); or what it was before.

    jobs = unchanged + changed + proposed + ignored + gone + rejected + missing. `changes` counts by kind and
    state: {"job_change": {"applied": 2}}.
    """

    wave_id: int
    state: str
    batch_id: str = ""
    jobs: int = 0
    rows: int = 0
    unchanged: int = 0
    changed: int = 0
    proposed: int = 0
    ignored: int = 0
    gone: int = 0
    rejected: int = 0
    missing: int = 0
    strangers: int = 0
    retried: int = 0
    given_up: int = 0
    changes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    note: str = ""
    error_id: str | None = None


def finish_refresh(workspace: Workspace, wave_id: int, progress: Progress = no_progress) -> RefreshReport:
    """Take the results of a wave through to the masters and close its jobs.

    Raises TransientError while its run still goes, or when Apify or the database is away: run it again.
    """
    wave = read_wave(workspace, wave_id)
    batch = Batch.parse(wave["batch_id"])
    report = RefreshReport(wave_id, wave["state"], batch.batch_id, wave["jobs"], note=wave["note"] or "")
    if wave["state"] not in ("running", "landed"):
        return report
    landed = _land(workspace, wave, batch, progress)
    validate_batch(workspace, batch, progress=progress)
    verdict = hold_or_release(workspace, batch)
    if verdict.held:
        return _held(workspace, report, batch, verdict.sentence)
    with workspace.database.transaction(Role.PROMOTE) as tx:
        tx.execute(load_queries("promote").release_batch, {"batch_id": batch.batch_id, "accept": False})
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("refresh").hold, {"wave_id": wave_id, "note": None})
    report = _match(workspace, report, progress)
    report = _follow(workspace, report, progress)
    return _close(workspace, report, landed)


def _held(workspace: Workspace, report: RefreshReport, batch: Batch, why: str) -> RefreshReport:
    """The wave waits with all its jobs; whoever lets the batch through sets it going again."""
    accept = f"outreach run --day {batch.day} --source {batch.source} --accept-checks"
    note = f"Refresh wave {report.wave_id} waits. {why} Look at its rejections, then let it through: {accept}"
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("refresh").hold, {"wave_id": report.wave_id, "note": note})
        told = {"wave_id": report.wave_id, "trouble": "held", "message": note}
        tx.execute(load_queries("refresh").report_wave, told)
    return replace(report, state="landed", note=note)


def _land(workspace: Workspace, wave: Row, batch: Batch, progress: Progress) -> LandReport:
    """The rows of the wave's run, also what a failed run had written; its note says why some could not be read."""
    from outreach_pipeline.sources.apify import KnownRun

    with workspace.database.transaction(Role.REFRESH) as tx:
        run = tx.fetch_one(load_queries("refresh").run_of_wave, {"wave_id": wave["wave_id"]})
    if run is None or run["run_id"] is None:
        raise PermanentError(
            f"Refresh wave {wave['wave_id']} has no run in the ledger.", next_step="Look at public.actor_runs."
        )
    source = open_wave(workspace, wave, progress=progress, runs={run["run_id"]: run["actor_run_id"]})

    def mark(tx: Transaction) -> None:
        tx.execute(load_queries("refresh").mark_rows, {"wave_id": wave["wave_id"]})

    known, origin = KnownRun(source, run["run_id"]), f"refresh:{wave['wave_id']}"
    return land_pull(workspace, batch, known, origin, after_page=mark, progress=progress)


def _match(workspace: Workspace, report: RefreshReport, progress: Progress) -> RefreshReport:
    """Find each job's row; what an earlier run gave unasked is validated anew, and matched then."""
    for _ in range(2):
        with workspace.database.transaction(Role.REFRESH) as tx:
            row = tx.fetch_row(load_queries("refresh").match, {"wave_id": report.wave_id})
        if not row["revived"]:
            break
        for batch_id in row["revived"]:
            validate_batch(workspace, Batch.parse(batch_id), progress=progress)
    progress("match", row["matched"], report.jobs)
    return replace(report, rows=row["found_rows"], strangers=row["strangers"])


def _follow(workspace: Workspace, report: RefreshReport, progress: Progress) -> RefreshReport:
    """Compare and act, chunk by chunk; a job that was followed does not run any more."""
    queries = load_queries("refresh")
    counts = dict.fromkeys(("unchanged", "changed", "proposed", "ignored", "gone"), 0)
    changes: dict[str, dict[str, int]] = {}
    after, done = 0, 0
    while True:
        with workspace.database.transaction(Role.REFRESH) as tx:
            found = tx.fetch_all(
                queries.jobs_to_follow, {"wave_id": report.wave_id, "after": after, "limit": CHUNK_JOBS}
            )
            job_ids = [row["job_id"] for row in found]
            row = tx.fetch_row(queries.follow, {"job_ids": job_ids}) if job_ids else None
        if row is None:
            break
        for name in counts:
            counts[name] += row[name]
        for kind, states in (row["changes"] or {}).items():
            known = changes.setdefault(kind, {})
            for state, number in states.items():
                known[state] = known.get(state, 0) + number
        after, done = job_ids[-1], done + len(job_ids)
        progress("follow", done, report.jobs)
    return replace(
        report, unchanged=counts["unchanged"], changed=counts["changed"], proposed=counts["proposed"],
        ignored=counts["ignored"], gone=counts["gone"], changes=changes,
    )  # fmt: skip


def _close(workspace: Workspace, report: RefreshReport, landed: LandReport) -> RefreshReport:
    settings = workspace.settings
    with workspace.database.transaction(Role.REFRESH) as tx:
        row = tx.fetch_one(
            load_queries("refresh").close,
            {
                "wave_id": report.wave_id, "whole": landed.verdict == "complete", "reason": landed.note,
                "trouble": landed.note, "strangers": report.strangers,
                "ask_again": settings.refresh_ask_again_days, "open_for": settings.breaker_hours,
            },
        )  # fmt: skip
    if row is None:
        return replace(report, state=read_wave(workspace, report.wave_id)["state"])
    return replace(
        report, state="closed", missing=row["missing"], rejected=row["rejected"], retried=row["retried"],
        given_up=row["given_up"], error_id=row["error_id"], note=landed.note,
    )  # fmt: skip
