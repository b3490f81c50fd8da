"""Commands that do the pipeline's work: land, run, replay.

Belongs here: their options, progress and what they print. Does not belong here: the stages, executing them
(`execute`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from outreach_pipeline.cli.execute import DONE, PARTIAL, READ_BEFORE, TRANSIENT, WAITING, Outcome, run_batches
from outreach_pipeline.cli.options import (
    BatchId,
    Check,
    Column,
    Day,
    ExistingFile,
    Json,
    command,
    open_workspace,
    yesterday,
)
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text
from outreach_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from outreach_pipeline.stages.counts import BatchCounts
    from outreach_pipeline.stages.replay import ReplayReport
    from outreach_pipeline.stages.workspace import Workspace

_COLOURS = {
    DONE: "green", "held": "yellow", PARTIAL: "yellow", WAITING: "cyan", "empty": "dim", READ_BEFORE: "dim",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "land",
        "Take in a file, or a folder of files, as items of a source.",
        more=(
            "JSON, JSON Lines or CSV, also gzipped. Every item is kept verbatim; nothing is judged yet. "
            "The same content lands once per batch, so it is safe to repeat. The day is when the items "
            "were observed."
        ),
        examples=[
            "land companies.csv --source companies_csv --day 2022-06-30",
            "land downloads/ --source apify_leads_finder",
        ],
    )(land)
    command(
        app,
        "run",
        "Take one day's batches through all stages.",
        more=(
            "Land what the sources have, validate, promote, fill slots. Without --source these are all "
            "sources marked nightly. Running a day again changes nothing but what is new; a batch that has "
            "landed is not pulled again without --refetch. A source goes after those that its `after` names, and "
            "waits when one of them did not end well; so does one whose file is not there yet (exit code 3). A batch "
            "whose checks fail is held before promotion (exit code 1); look at it, then let it through with "
            "--accept-checks. With --ingested: what other programs ingested by SQL and no run has looked at, of all "
            "days or of --day."
        ),
        examples=[
            "run",
            "run --day 2022-06-30 --source companies_csv --source officers_csv",
            "run --day yesterday --source leads --accept-checks",
            "run --ingested",
        ],
    )(run)
    command(
        app,
        "replay",
        "Put rejected loads back through the rules as they are now.",
        more=(
            "Without arguments every load that failed; with --column or --check also loads that were "
            "promoted "
            "without that field. Titles that older rules have read are read again. Loads keep their ids, "
            "and what "
            "was promoted is never taken away."
        ),
        examples=[
            "replay",
            "replay 1042 1043",
            "replay --batch '2022-06-30|companies_csv' --column website_url",
        ],
    )(replay)


def land(
    file: ExistingFile,
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Whose items these are.")],
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Run `land`."""
    from outreach_pipeline.stages.land import land_file
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.workspace import Batch

    workspace = open_workspace()
    workspace.source(source)
    batch = Batch(day or yesterday(), source)
    workspace.check_day(batch.day)
    with explained(workspace), progress_bars() as progress:
        report = land_file(workspace, batch, file, progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    if report.already:
        out().print(f"This content is in {batch.batch_id} already; nothing was landed again.")
    else:
        new = report.items - report.duplicates
        out().print(
            f"Landed [bold]{number(report.items, quiet_zero=False)}[/] items in {text(batch.batch_id)}: "
            f"{number(new, quiet_zero=False)} new, {number(report.duplicates, quiet_zero=False)} seen before"
            + (f", [red]{report.poison:,} unreadable[/] (kept as rejections)" if report.poison else "")
            + (f"; {report.withdrawn:,} of earlier files of the day are taken back." if report.withdrawn else ".")
        )
    hint(f"Next: `outreach run --day {batch.day} --source {source}`.")


def run(
    day: Day = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source; may be repeated.")
    ] = None,
    refetch: Annotated[bool, typer.Option("--refetch", help="Pull again what has landed already.")] = False,
    accept_checks: Annotated[
        bool, typer.Option("--accept-checks", help="Promote although the batch's checks failed.")
    ] = False,
    ingested: Annotated[
        bool, typer.Option("--ingested", help="What other programs ingested, instead of sources.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run `run`."""
    workspace = open_workspace()
    if ingested:
        if source or refetch:
            raise typer.BadParameter("--ingested goes with --day and --accept-checks only.")
        _run_ingested(workspace, day, accept_checks=accept_checks, as_json=as_json)
    chosen = _sources(workspace, source)
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.status import read_status
    from outreach_pipeline.stages.waits import what_waits

    wanted = day or yesterday()
    with explained(workspace):
        # Before anything else: a database that is missing is one sentence, not one failure per source.
        read_status(workspace, day=wanted)
        with progress_bars(partial(what_waits, workspace)) as progress:
            outcomes = list(
                run_batches(
                    workspace, wanted, chosen, refetch=refetch, accept_checks=accept_checks, progress=progress
                )
            )
    show_outcomes(workspace, wanted, outcomes, as_json=as_json)
    raise typer.Exit(exit_code(outcomes))


def _run_ingested(workspace: Workspace, day: date | None, *, accept_checks: bool, as_json: bool) -> NoReturn:
    """Run every partition that waits, of all days or of one; with a day also when nothing waits."""
    from outreach_pipeline.stages.ingested import read_waiting
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.waits import what_waits
    from outreach_pipeline.stages.workspace import INGESTED

    with explained(workspace):
        waiting = {(one.batch.day, one.batch.source) for one in read_waiting(workspace)}
        chosen = {each for each in waiting if day in (None, each[0])} | ({(day, INGESTED)} if day else set())
        with progress_bars(partial(what_waits, workspace)) as progress:
            outcomes = [
                outcome
                for at, name in sorted(chosen)
                for outcome in run_batches(workspace, at, [name], accept_checks=accept_checks, progress=progress)
            ]
    if not outcomes and not as_json:
        out().print("Nothing that other programs ingested is waiting.")
    else:
        show_outcomes(workspace, day, outcomes, as_json=as_json)
    raise typer.Exit(exit_code(outcomes))


def _sources(workspace: Workspace, names: list[str] | None) -> list[str]:
    if names:
        return [workspace.source(name).name for name in dict.fromkeys(names)]
    nightly = [name for name in workspace.sources if workspace.sources[name].nightly]
    if not nightly:
        raise ConfigurationError(
            f"{workspace.sources.file.name} has no nightly source.",
            next_step="Name one with --source (`outreach sources` lists them), or set `nightly = true`.",
        )
    return nightly


def exit_code(outcomes: list[Outcome]) -> int:
    """0 if all got to their end, 1 if any was held or failed, 3 if trying again may help all that did not end."""
    states = {outcome.state for outcome in outcomes} - {DONE, PARTIAL, READ_BEFORE}
    if not states:
        return 0
    return 3 if states <= {TRANSIENT, WAITING} else 1


def show_outcomes(workspace: Workspace, day: date | None, outcomes: list[Outcome], *, as_json: bool) -> None:
    """Print what came of each batch, with its loads by state."""
    from outreach_pipeline.stages.counts import count_batch
    from outreach_pipeline.stages.ingested import find_batch, for_each

    loads = {
        each.batch_id: for_each(
            workspace, find_batch(workspace, each.batch_id), lambda one: count_batch(workspace, one)
        )
        for each in outcomes
    }
    rows = [{**asdict(each), **_states(loads[each.batch_id])} for each in outcomes]
    for row in rows:
        if row["state"] == DONE and not row.get("landed"):
            row["state"] = "empty"
    if as_json:
        print_json({"day": day, "batches": rows})
        return
    counts = ("landed", "promoted", "failed", "duplicate", "pending")
    shown = table(
        "batch", "outcome", *counts, "seconds", numbers=(*counts, "seconds"), keys=("batch", "outcome")
    )  # fmt: skip
    for row in rows:
        colour = _COLOURS.get(str(row["state"]), "red")
        cells = [number(row.get(name)) for name in counts]
        shown.add_row(text(row["batch_id"]), f"[{colour}]{row['state']}[/]", *cells, f"{row['seconds']:.1f}")
    out().print(shown)
    _show_what_was_said(outcomes)
    if empty := [str(row["batch_id"]) for row in rows if row["state"] == "empty"]:
        hint(
            f"Nothing to read for {', '.join(empty[:3])}: is the file there? `outreach land` takes one in "
            f"by hand."
        )
    if any(row.get("failed") for row in rows):
        hint("Why loads failed: `outreach rejections`. After a correction: `outreach replay`.")


def _show_what_was_said(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        if each.message:
            logged = f" [dim]({each.error_id})[/]" if each.error_id else ""
            colour = {PARTIAL: "yellow", WAITING: "cyan"}.get(each.state, "red")
            out().print(
                f"\n[{colour}]{text(each.batch_id)}[/]{logged}: {text(each.message)}\n{text(each.next_step)}"
            )
        for told in each.warnings:
            out().print(f"\n[yellow]{text(each.batch_id)}[/]: {text(told)}")
            out().print("`outreach shapes check FILE` shows path by path what the shape finds.")


def _states(counts: BatchCounts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in ("landed", "promoted", "failed", "duplicate", "pending")}


def replay(
    load_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[LOAD_ID]...", help="These loads; else those that match.")
    ] = None,
    batch: BatchId = None,
    column: Column = None,
    check: Check = None,
    as_json: Json = False,
) -> None:
    """Run `replay`."""
    from outreach_pipeline.stages.known import refuse_unknown
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.replay import ReplayFilter
    from outreach_pipeline.stages.replay import replay as replay_loads

    if load_ids and (batch or column or check):
        raise typer.BadParameter("Give load ids, or --batch, --column and --check, not both.")
    workspace = open_workspace()
    with explained(workspace), progress_bars() as progress:
        refuse_unknown(workspace, batch_id=batch, column=column, check=check)
        report = replay_loads(
            workspace, ReplayFilter(tuple(load_ids or ()), batch, column, check), progress=progress
        )
    if as_json:
        print_json(asdict(report))
    else:
        named = {"batch": batch, "column": column, "check": check}
        filtered = ", ".join(f"{what} {value}" for what, value in named.items() if value)
        _show_replay(report, f"No rejected load of {filtered}" if filtered else "No rejected load")
    raise typer.Exit(1 if report.held else 0)


def _show_replay(report: ReplayReport, nothing: str) -> None:
    console = out()
    if report.queued:
        console.print(
            f"{plural(report.queued, 'load')} of {plural(len(report.batches), 'batch', 'batches')} read "
            f"again: "
            f"[green]{report.promoted:,} promoted[/], [red]{report.failed:,} failed again[/], "
            f"{report.waiting:,} waiting (company, name or website unknown)."
        )
    else:
        console.print(f"{text(nothing)}: nothing to read again.")
    if report.titles_read:
        console.print(
            f"{report.titles_read:,} titles were read by older rules; {report.titles_changed:,} say "
            f"something else now."
        )
    if report.slots_changed:
        console.print(f"{plural(report.slots_changed, 'slot')} changed hands.")
    if report.kept_as_text:
        console.print(f"{report.kept_as_text:,} loads are kept as text only: land a corrected file instead.")
    for batch_id in report.held:
        console.print(f"[yellow]{text(batch_id)} is held by its checks; nothing of it was promoted.[/]")
    if report.failed:
        hint("Why they failed again: `outreach rejections --outcome rejected`.")
