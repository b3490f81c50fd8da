"""`outreach demo`: the whole pipeline on the sample items of every shape, told to somebody who has never seen it.

Belongs here: the order of the demonstration and its words. Does not belong here: any work of the pipeline (the demo
calls what `migrate`, `run`, `status` and `rejections` call).
"""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import typer

from outreach_pipeline.cli.execute import DONE, run_batches
from outreach_pipeline.cli.options import command, yesterday
from outreach_pipeline.cli.terminal import number, out, plural, progress_bars, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import Workspace

_STEPS = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "demo",
        "Watch the whole pipeline work on invented sample items.",
        more="""Needs nothing: it starts an embedded PostgreSQL in a folder of its own (.outreach/demo, whatever
            database is configured), takes the sample items of every shape from landing to filled slots through
            Dagster, and shows what came of them. Run it again: nothing changes.""",
        examples=["demo", "demo && make ui"],
    )(demo)


def demo() -> None:
    """Run `demo`."""
    started = monotonic()
    workspace = _demo_workspace()
    out().print("[bold]outreach_pipeline: who runs which company, and how do we know?[/]\n")
    _prepare(workspace)
    _take_in(workspace)
    _show_rejections(workspace)
    _show_seats(workspace)
    _show_next_steps(workspace, monotonic() - started)


def _say(step: int, sentence: str) -> None:
    out().print(f"[bold cyan]{step}/{_STEPS}[/] [bold]{sentence}[/]")


def _demo_workspace() -> Workspace:
    """The shipped sources on an embedded database of the demo's own: never on a configured one."""
    from outreach_pipeline.settings import SHIPPED_SOURCES, Settings
    from outreach_pipeline.stages.workspace import Workspace

    home = Path(os.environ.get("OUTREACH_HOME", ".outreach")) / "demo"
    return Workspace(Settings(database_url=None, migration_url=None, home=home, sources=SHIPPED_SOURCES, shapes=None))


def _prepare(workspace: Workspace) -> None:
    from outreach_pipeline.stages.migrations import migrate_workspace

    _say(1, "An embedded PostgreSQL, with the whole schema")
    report = migrate_workspace(workspace.settings)
    done = f"applied {', '.join(report.applied)}" if report.applied else f"was at {report.head} already"
    out().print(f"  in {workspace.settings.home_path / 'postgres'}; {done}.\n")


def _take_in(workspace: Workspace) -> None:
    from outreach_pipeline.stages.status import read_status

    day = yesterday()
    sources = [name for name in workspace.sources if workspace.sources[name].nightly]
    _say(2, f"One night: {len(sources)} sources, each its own Dagster run of land, validate, promote, slots")
    before = read_status(workspace)
    with progress_bars() as progress:
        outcomes = list(run_batches(workspace, day, sources, progress=progress))
    after = read_status(workspace)
    shown = table(
        "source",
        "shape",
        "items",
        "promoted",
        "rejected",
        "repeated",
        "waiting",
        numbers=("items", "promoted", "rejected", "repeated", "waiting"),
    )
    for batch in after.batches:
        loads = batch.loads
        shape = workspace.sources[batch.source].shape
        if loads.landed:
            shown.add_row(
                text(batch.source), text(shape), number(loads.landed), number(loads.promoted), number(loads.failed),
                number(loads.duplicate), number(loads.waiting),
            )  # fmt: skip
    out().print(shown)
    for outcome in outcomes:
        if outcome.state != DONE:
            out().print(f"  [red]{text(outcome.batch_id)}: {text(outcome.message)}[/] {text(outcome.next_step)}")
    new = after.total.landed - before.total.landed
    out().print(
        f"  {plural(new, 'new item')} landed verbatim. Each is in exactly one state; what waits will be taken up when "
        "its company appears.\n"
        if new
        else "  Nothing new: these items had landed before, so nothing was read, and no master was touched.\n"
    )
    if any(outcome.state != DONE for outcome in outcomes):
        raise typer.Exit(1)


def _show_rejections(workspace: Workspace) -> None:
    from outreach_pipeline.stages.rejections import RejectionFilter, read_rejections

    _say(3, "Nothing is dropped in silence: every refusal has a reason and can be replayed")
    report = read_rejections(workspace, RejectionFilter(outcome="rejected"), limit=0)
    shown = table("items", "check", "why", numbers=("items",))
    for group in report.groups[:6]:
        shown.add_row(number(group.loads), text(f"{group.column_name} {group.check_name}"), text(_short(group.reason)))
    out().print(shown)
    out().print("")


def _short(reason: str) -> str:
    return reason if len(reason) <= 72 else reason[:71] + "…"


def _show_seats(workspace: Workspace) -> None:
    from outreach_pipeline.database.connect import Role
    from outreach_pipeline.database.queries import load_queries
    from outreach_pipeline.stages.status import read_status

    status = read_status(workspace)
    with workspace.database.transaction(Role.READ) as tx:
        seats = tx.fetch_all(load_queries("demo").seats, {"limit": 60})
    _say(4, "The same people and companies, seen through many sources, became one record each")
    shown = table("company", "CEO", "CFO", "HR")
    by_company: dict[str, list[str]] = {}
    for seat in seats:
        cell = f"{text(seat['full_name'])}\n[dim]{text(seat['title'])}[/]" if seat["full_name"] else "[dim]vacant[/]"
        by_company.setdefault(seat["company_name"], []).append(cell)
    for company, cells in by_company.items():
        shown.add_row(text(company), *cells)
    out().print(shown)
    out().print(
        f"  {plural(status.total.landed, 'item')} -> {plural(status.companies, 'company', 'companies')}, "
        f"{plural(status.people, 'person', 'people')}, {plural(status.contacts, 'contact')} in the vault, "
        f"{status.filled_slots} of {status.slots} seats filled.\n"
    )


def _show_next_steps(workspace: Workspace, seconds: float) -> None:
    from outreach_pipeline.database.connect import Role
    from outreach_pipeline.database.queries import load_queries

    with workspace.database.transaction(Role.READ) as tx:
        person = tx.fetch_one(load_queries("demo").most_told_person)
    home = os.path.relpath(workspace.settings.home_path)
    _say(5, f"Done in {seconds:.0f} s. Look around:")
    prefix = f"OUTREACH_HOME={home} .venv/bin/outreach"
    steps = [
        ("rejections", "every refusal, by column and check"),
        ("status", "loads by batch and state"),
    ]
    if person:
        why = f"why we believe what we believe of {person['full_name']}, told by {person['sources']} sources"
        steps.insert(0, (f"explain {person['unique_id']}", why))
    for arguments, what in steps:
        out().print(f"  {prefix} {arguments}\n      [dim]{text(what)}[/]", soft_wrap=True)
    out().print("  make ui\n      [dim]the same in Dagster: assets, partitions, checks, backfills[/]")
