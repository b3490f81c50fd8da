"""The commands of the refresh loop: run it now, see how it stands, ask for people, close a breaker.

Belongs here: their options, waiting, what they print. Does not belong here: the loop itself (`stages.refresh_*`), the
sensors that turn it by themselves (`orchestration`).
"""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach_pipeline.cli.options import Day, Json, command, group, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text
from outreach_pipeline.errors import OutreachError

if TYPE_CHECKING:
    from outreach_pipeline.stages.refresh_due import PlanReport
    from outreach_pipeline.stages.refresh_results import RefreshReport
    from outreach_pipeline.stages.refresh_status import RefreshStatus
    from outreach_pipeline.stages.workspace import Progress, Workspace

_LOOK_SECS = 2.0


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    below = group(
        app,
        "refresh",
        "Look people up again who are due; alone: how that stands.",
        more=(
            "The sensors of Dagster do this by themselves: they plan who is due, start paid runs within the caps, "
            "and take up what came back. These commands do the same by hand, and show it."
        ),
        examples=["refresh", "refresh run --limit 20 --wait", "refresh ask 04.04.02.00.00000.017"],
        callback=refresh,
    )
    command(
        below,
        "run",
        "Ask about whoever is due, now.",
        more=(
            "Plans waves of people who are due (vacant slots and bounced mail first, then whoever was seen longest "
            "ago), and starts one paid Apify run for each, within the caps. Without --wait the sensors, or the next "
            "call, take up the results; with --wait this command does, and tells what changed. Run again it pays "
            "for nobody twice."
        ),
        examples=["refresh run --wait", "refresh run --limit 20", "refresh run --day 2026-11-21 --wait --json"],
    )(run)
    command(
        below,
        "status",
        "Show jobs, waves, breakers and what is due next.",
        more="A job is one look at one person; a wave is the people of one paid run. Asks nobody and costs nothing.",
        examples=["refresh status", "refresh status --json"],
    )(status)
    command(
        below,
        "ask",
        "Ask for people by their ids; they come first in the next wave.",
        more=(
            "Also for people who would not be due yet, or of whom nothing was found before. Suppressed people are "
            "never asked about."
        ),
        examples=["refresh ask 04.04.02.00.00000.017", "refresh ask 04.04.02.00.00000.017 04.04.02.00.00000.018"],
    )(ask)
    command(
        below,
        "close-breaker",
        "Let an actor be asked again that failed three times in a row.",
        more="It is tried again by itself some hours later; this is for whoever has looked after it already.",
        examples=["refresh close-breaker harvestapi/linkedin-profile-scraper"],
    )(close_breaker)


def refresh(context: typer.Context, as_json: Json = False) -> None:
    """Run `refresh` without a command below it: its status."""
    if context.invoked_subcommand is None:
        status(as_json=as_json)


def run(
    day: Day = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many people.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the runs, and take up their results.")] = False,
    as_json: Json = False,
) -> int:
    """Run `refresh run`; 1 when a wave was refused or is held."""
    with progress_bars() as progress:
        plans, failures, reports = refresh_due(open_workspace(), day, limit, progress, wait=wait)
    held = [report for report in reports if report.state == "landed"]
    if as_json:
        told = {"waves": list(map(asdict, plans)), "failures": failures, "reports": list(map(asdict, reports))}
        print_json(told)
    else:
        _print_run(plans, failures, reports)
        if plans and not wait:
            hint("`outreach refresh status` shows how they stand; --wait takes up the results here.")
    return 1 if failures or held else 0


def refresh_due(
    workspace: Workspace, day: date | None, limit: int | None, progress: Progress, *, wait: bool
) -> tuple[list[PlanReport], list[str], list[RefreshReport]]:
    """Ask about everybody who is due, and with `wait` take up what came back: plans, refusals, results."""
    plans: list[PlanReport] = []
    failures: list[str] = []
    reports: list[RefreshReport] = []
    while True:
        more, refused = _start_all(workspace, day, None if limit is None else limit - _jobs(plans), progress)
        plans, failures = [*plans, *more], [*failures, *refused]
        found, stuck = _finish_all(workspace, progress) if wait else ([], [])
        reports, failures = [*reports, *found], [*failures, *stuck]
        # Only so many waves go at once, and who takes up a seat that an answer vacated may be due too. It ends: who was
        # asked is not due again before the cadence is over.
        if not wait or refused or stuck or not _jobs(more):
            return plans, failures, reports


def _jobs(plans: list[PlanReport]) -> int:
    return sum(plan.jobs for plan in plans)


def _start_all(
    workspace: Workspace, day: date | None, limit: int | None, progress: Progress
) -> tuple[list[PlanReport], list[str]]:
    """Start what waits and plan more until nobody is due, or nothing more may be: the plans, and refusals."""
    from outreach_pipeline.stages.refresh_due import plan_refresh, requested_waves
    from outreach_pipeline.stages.refresh_run import start_refresh

    plans: list[PlanReport] = []
    failures: list[str] = []
    left = limit
    while True:
        for wave in requested_waves(workspace):
            report = start_refresh(workspace, wave.wave_id, progress)
            if report.state == "failed":
                failures.append(f"Wave {wave.wave_id} was not started: {report.note}")
        if failures or left == 0:
            return plans, failures
        plan = plan_refresh(workspace, day=day, limit=left)
        plans.append(plan)
        if plan.wave_id is None:
            return plans, failures
        left = None if left is None else left - plan.jobs


def _finish_all(workspace: Workspace, progress: Progress) -> tuple[list[RefreshReport], list[str]]:
    """Wait until no run goes any more; what became of each wave, and those whose results could not be taken up."""
    from outreach_pipeline.stages.refresh_results import finish_refresh
    from outreach_pipeline.stages.refresh_run import poll_waves
    from outreach_pipeline.stages.refresh_status import read_refresh

    reports: dict[int, RefreshReport] = {}
    failures: dict[int, str] = {}
    while True:
        for wave in poll_waves(workspace):
            if wave.wave_id in failures:
                continue
            try:
                reports[wave.wave_id] = finish_refresh(workspace, wave.wave_id, progress)
            except OutreachError as error:  # it waits for the next time; the others are taken up
                failures[wave.wave_id] = f"The results of wave {wave.wave_id} wait: {error}"
        running = [w for w in read_refresh(workspace).waves if w["state"] == "running" and w["wave_id"] not in failures]
        if not running:
            return list(reports.values()), list(failures.values())
        progress(f"wait for {plural(len(running), 'run')}", 0, None)
        time.sleep(min(_LOOK_SECS, workspace.settings.pause_secs))


def _print_run(plans: list[PlanReport], failures: list[str], reports: list[RefreshReport]) -> None:
    for plan in plans:
        out().print(text(plan.sentence))
    for failure in failures:
        out().print(f"[red]{text(failure)}[/]")
    if not reports:
        return
    columns = ("asked", "same", "changed", "proposed", "gone", "rejected", "no row")
    made = table("wave", "state", *columns, numbers=columns, keys=("wave", "state"))
    for one in reports:
        made.add_row(
            str(one.wave_id), text(one.state),
            *map(number, (one.jobs, one.unchanged, one.changed, one.proposed, one.gone, one.rejected, one.missing)),
        )  # fmt: skip
    out().print(made)
    for one in reports:
        if one.note:
            out().print(f"[yellow]{text(one.note)}[/]", soft_wrap=True)
    if any(one.proposed for one in reports):
        hint("Proposed changes wait for a decision: `outreach changes`.")


def status(as_json: Json = False) -> None:
    """Run `refresh status`."""
    from outreach_pipeline.stages.refresh_status import read_refresh

    found = read_refresh(open_workspace())
    if as_json:
        print_json(asdict(found))
        return
    if not found.sources:
        out().print('No source refreshes people: give one mode = "refresh" in sources.toml.')
    _print_jobs(found)
    _print_waves(found)
    for row in found.breakers:
        if row["is_open"]:
            until = f"{row['open_until']:%Y-%m-%d %H:%M} UTC"
            said = f"[red]The breaker of {text(row['actor'])} is open until {until}:[/] {text(row['last_failure'])}"
            out().print(said, soft_wrap=True)
            hint(f"Look after it, then `outreach refresh close-breaker {row['actor']}`.")


def _print_jobs(found: RefreshStatus) -> None:
    if found.jobs:
        made = table("jobs", "why asked", "outcome", "people", numbers=("people",))
        for row in found.jobs:
            made.add_row(text(row["status"]), text(row["reason"]), text(row["outcome"]), number(row["jobs"]))
        out().print(made)
    waiting = f"{plural(found.waiting, 'job')} in no wave yet, {found.due_now:,} due now"
    due = "" if found.next_due is None else f"; the next is due {text(found.next_due)} UTC"
    people = plural(found.not_asked, "person", "people")
    cached = f" Of {people} nothing was found; they are not asked about for a while." if found.not_asked else ""
    out().print(f"{waiting}{due}.{cached}")


def _print_waves(found: RefreshStatus) -> None:
    if not found.waves:
        return
    numbers = ("people", "reserved", "spent")
    made = table("wave", "batch", "state", "run", *numbers, numbers=numbers, keys=("wave", "batch"))
    for row in found.waves:
        so_far = " so far" if row["spent_usd"] and not row["is_settled"] else ""
        made.add_row(
            str(row["wave_id"]), text(row["batch_id"]), text(row["state"]), text(row["run_status"]),
            number(row["jobs"]), _usd(row["reserved_usd"]), _usd(row["spent_usd"]) + so_far,
        )  # fmt: skip
    out().print(made)
    for row in found.waves:
        if row["note"]:
            out().print(f"[yellow]Wave {row['wave_id']}:[/] {text(row['note'])}", soft_wrap=True)


def _usd(amount: Any) -> str:
    return "-" if amount is None else f"${amount:,.4f}"


def ask(
    people: Annotated[list[str], typer.Argument(metavar="PERSON_ID...", help="Ids, as `outreach explain` shows.")],
    as_json: Json = False,
) -> int:
    """Run `refresh ask`; 1 when somebody cannot be asked about, 2 when an id is nobody's."""
    from outreach_pipeline.stages.refresh_due import ask_refresh

    said = ask_refresh(open_workspace(), people)
    if as_json:
        print_json(said)
    else:
        for person, what in said.items():
            out().print(f"{text(person)}  {_SAID[what]}")
        if "asked" in said.values():
            hint("`outreach refresh run --wait` asks now; otherwise the next wave does.")
    if "unknown" in said.values():
        return 2
    return 1 if set(said.values()) - {"asked", "live"} else 0


_SAID = {
    "asked": "is asked about in the next wave.",
    "live": "is being asked about already.",
    "unknown": "is nobody known here.",
    "suppressed": "is suppressed and never asked about.",
    "no_profile": "has no LinkedIn address to ask about.",
}


def close_breaker(
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="owner/name, as in sources.toml.")],
    as_json: Json = False,
) -> None:
    """Run `refresh close-breaker`."""
    from outreach_pipeline.stages import refresh_status

    was_open = refresh_status.close_breaker(open_workspace(), actor)
    if not was_open:
        raise OutreachError(f"The breaker of {actor} was not open.", next_step="See `outreach refresh status`.")
    if as_json:
        print_json({"actor": actor, "closed": was_open})
        return
    out().print(f"The breaker of {text(actor)} is closed; its next wave may be planned.")
