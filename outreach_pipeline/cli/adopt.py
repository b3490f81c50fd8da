"""`outreach adopt`: move into a database that has the seed's schema already.

Belongs here: its options and what it says. Does not belong here: the move (`stages.adopt`), the plan
(`stages.adopt_plan`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.adopt import AdoptReport
    from outreach_pipeline.stages.adopt_plan import Plan

_FAULTS = {
    "other_form": "ids of another form: each is given a new one, both stay on record",
    "repeated_ids": "rows whose id another row has: the first keeps it",
    "nobody": "rows that name nobody: they wait, or are rejected",
    "same_website": "rows whose website another row has",
    "capital_emails": "addresses in capitals: kept in small letters",
    "repeated_emails": "rows whose address another row has: one contact",
    "no_phones": "phones that are none: left out, on record",
    "other_types": "slots other than CEO, CFO, HR: landed, and no slot",
    "filled_without_person": "slots filled without a person: vacant",
    "not_active": "contacts bounced, unsubscribed or inactive: suppressed",
}


_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "adopt",
        "Move into a database that has the seed's schema already.",
        more=(
            "The old schemas step aside under adopted_… (renames only), ours are made, and the old rows enter "
            "through the pipeline, with their ids. Begin with --plan, which changes nothing. A move that was killed "
            "goes on when it is run again; --undo puts everything back as long as nothing else has landed; --finish "
            "drops the old schemas. Needs OUTREACH_MIGRATION_URL with a login that may rename them. "
            "docs/moving-in.md goes step by step."
        ),
        examples=["adopt --plan", "adopt", "adopt --undo", "adopt --finish --yes"],
    )(adopt)


def adopt(
    plan: Annotated[bool, typer.Option("--plan", help="Say what would happen; changes nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Put the old schemas back.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Drop the old schemas for good.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --finish: do it.")] = False,
    source: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Read the rows of another server; it is only read.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `adopt`."""
    from outreach_pipeline.stages import adopt as stage

    if plan + undo + finish > 1:
        raise typer.BadParameter("Give one of --plan, --undo and --finish.")
    workspace = open_workspace()
    if plan:
        from outreach_pipeline.stages.adopt_plan import plan_adoption

        found = plan_adoption(workspace, source)
        print_json(asdict(found)) if as_json else _show_plan(found)
    elif undo:
        names = stage.undo(workspace)
        print_json({"names": names}) if as_json else out().print(f"The old schemas are back ({names} names).")
    elif finish:
        _finish(as_json=as_json, yes=yes)
    else:
        with progress_bars() as progress:
            report = stage.adopt(workspace, source_url=source, progress=progress)
        print_json(asdict(report)) if as_json else _show_report(report)


def _finish(*, as_json: bool, yes: bool) -> None:
    from outreach_pipeline.stages.adopt import finish
    from outreach_pipeline.stages.adopt_plan import plan_adoption

    workspace = open_workspace()
    if not yes:
        old = plan_adoption(workspace)
        rows = sum(table.rows or 0 for table in old.tables)
        raise typer.BadParameter(
            f"This drops adopted_{', adopted_'.join(old.schemas)} with {rows:,} rows for good. Say --yes to do it."
        )
    dropped = finish(workspace)
    print_json({"dropped": dropped}) if as_json else out().print(f"Dropped {', '.join(map(text, dropped))}.")


def _show_plan(plan: Plan) -> None:
    console = out()
    shown = table("table", "rows", "becomes", numbers=("rows",), keys=("table",))
    for each in plan.tables:
        becomes = "enters through the pipeline" if each.enters else "stays aside until --finish"
        shown.add_row(text(each.name), number(each.rows), becomes)
    console.print(shown)
    faults = table("source", "rows", "what", numbers=("rows",), keys=("source",))
    for source, counts in plan.faults.items():
        for name, words in _FAULTS.items():
            if counts.get(name):
                faults.add_row(source, number(int(str(counts[name]))), words)
    if plan.duplicates:
        faults.add_row("adopted_companies", number(len(plan.duplicates)), "companies that lead to an older row")
    console.print(faults)
    _show_names(plan)
    hint("Nothing was changed. Next: `outreach adopt`; `outreach adopt --undo` puts everything back.")


def _show_names(plan: Plan) -> None:
    """Ids that will be others, and what of the owner's own stays with the old tables."""
    console = out()
    for source, counts in plan.faults.items():
        if ids := counts.get("other_form_ids"):
            assert isinstance(ids, list)  # noqa: S101 - for the type checker
            console.print(f"Ids of another form in {source}: {text(', '.join(map(str, ids)))}")
    if plan.duplicates:
        led = [f"{id_} to {first}" for id_, first in list(plan.duplicates.items())[:_SHOWN]]
        more = f" (and {len(plan.duplicates) - _SHOWN:,} more: --json)" if len(plan.duplicates) > _SHOWN else ""
        console.print(f"Ids that will lead to another: {text(', '.join(led))}{more}")
    for what, names in plan.own.items():
        if names:
            console.print(f"Your own {what}, which stay with the old tables: {text(', '.join(names))}")


def _show_report(report: AdoptReport) -> None:
    states = ("promoted", "failed", "duplicate", "pending")
    shown = table("source", *states, numbers=states, keys=("source",))
    for source, counts in report.loads.items():
        shown.add_row(source, *(number(counts.get(state, 0)) for state in states))
    out().print(shown)
    ids = table("ids of", "stated", "kept", "merged", "not made", numbers=("stated", "kept", "merged", "not made"))
    for entity, each in report.ids.items():
        ids.add_row(entity, *(number(each[name]) for name in ("stated", "kept", "merged", "not_made")))
    out().print(ids)
    out().print(f"{plural(report.old_loads, 'old raw load')} kept with their ids and states.")
    hint("Why a row was refused: `outreach rejections`. Back: `outreach adopt --undo`; for good: `--finish`.")
