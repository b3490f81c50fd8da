"""What the demo tells: its words and tables, for somebody who has never seen the project.

Belongs here: printing. Does not belong here: running anything (`demo`).
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from outreach_pipeline.cli.terminal import number, out, plural, table, text
from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.rejections import RejectionFilter, read_rejections
from outreach_pipeline.stages.status import read_status

if TYPE_CHECKING:
    from outreach_pipeline.sandbox.server import Sandbox
    from outreach_pipeline.stages.status import StatusReport
    from outreach_pipeline.stages.workspace import Workspace

_COUNTS = ("items", "promoted", "rejected", "repeated", "waiting")


def _heading(sentence: str) -> None:
    out().print(f"\n[bold cyan]==[/] [bold]{text(sentence)}[/]")


def _rows(workspace: Workspace, name: str, **params: Any) -> list[dict[str, Any]]:
    with workspace.database.transaction(Role.READ) as tx:
        return tx.fetch_all(load_queries("demo")[name], params)


def opening() -> None:
    """Say what this is."""
    out().print("[bold]outreach_pipeline: who runs which company, and how do we know?[/]")
    out().print("[dim]Everything here is invented and local: no key, no network, no money.[/]")


def prepared(workspace: Workspace, applied: tuple[str, ...]) -> None:
    """Say where the data lives."""
    _heading("An embedded PostgreSQL with the whole schema, and local servers that speak Apify's and Apollo's APIs")
    done = f"applied {', '.join(applied)}" if applied else "its schema is up to date"
    out().print(f"  {os.path.relpath(workspace.settings.home_path)}: {done}")


def night(
    workspace: Workspace, day: date, sources: list[str], title: str, before: StatusReport, seconds: float
) -> None:
    """One line per source: what it gave and what became of it."""
    _heading(f"{title} ({day}, {plural(len(sources), 'source')}, {seconds:.0f} s)")
    shown = table("source", "from", *_COUNTS, numbers=_COUNTS)
    landed = {batch.batch_id: batch.loads.landed for batch in before.batches}
    after = read_status(workspace, day=day)
    new = 0
    for batch in after.batches:
        if batch.source not in sources or not batch.loads.landed:
            continue
        config, loads = workspace.sources[batch.source], batch.loads
        new += loads.landed - landed.get(batch.batch_id, 0)
        origin = getattr(config, "actor", None) or getattr(config, "endpoint", None) or "a file"
        shown.add_row(
            text(batch.source), text(f"{config.kind} {origin}" if origin != "a file" else origin), number(loads.landed),
            number(loads.promoted), number(loads.failed), number(loads.duplicate), number(loads.waiting),
        )  # fmt: skip
    out().print(shown)
    if not new:
        out().print("  Nothing new: these batches had landed before, so nothing was pulled, paid for or changed.")


def refusals(workspace: Workspace) -> None:
    """The most frequent reasons for refusing an item."""
    _heading("Nothing is dropped in silence: every refusal has a reason, and can be replayed")
    report = read_rejections(workspace, RejectionFilter(outcome="rejected"), limit=0)
    shown = table("items", "check", "why", numbers=("items",))
    for group in report.groups[:6]:
        reason = group.reason if len(group.reason) <= 66 else group.reason[:65] + "…"
        shown.add_row(number(group.loads), text(f"{group.column_name} {group.check_name}"), text(reason))
    out().print(shown)


def moves(workspace: Workspace, second: date) -> None:
    """Some of those who left their seat on the second night."""
    found = _rows(workspace, "movers", night=datetime.combine(second, time(), UTC), limit=6)
    if not found:
        return
    _heading("Who moved on the second night (some of them)")
    shown = table("company", "seat", "left", "because", "successor")
    for row in found:
        shown.add_row(*(text(row[key]) for key in ("company_name", "slot_type", "full_name", "reason", "successor")))
    out().print(shown)


def result(workspace: Workspace, sandbox: Sandbox) -> None:
    """Masters, seats, money, and the score against the truth of the world."""
    from outreach_pipeline.sandbox.score import score

    status = read_status(workspace)
    (money,) = _rows(workspace, "money")
    _heading("What came of it")
    out().print(
        f"  {plural(status.total.landed, 'item')} landed -> {plural(status.companies, 'company', 'companies')}, "
        f"{plural(status.people, 'person', 'people')}, {plural(status.contacts, 'contact')}, "
        f"{status.filled_slots:,} of {status.slots:,} seats filled"
    )
    out().print(
        f"  money: {plural(money['apify_runs'], 'Apify run')}, ${money['apify_usd']:.2f}, "
        f"{money['apollo_credits']:,.1f} Apollo credits (play money), each reserved before it was spent"
    )
    _heading("Scored against the truth of the world")
    report = score(workspace.database, sandbox.truth(2), previous=sandbox.truth(1))
    for line in report.lines():
        out().print(f"  {line}", soft_wrap=True)


def next_steps(workspace: Workspace, seconds: float) -> None:
    """Where to look now."""
    home = os.path.relpath(workspace.settings.home_path)
    prefix = f"OUTREACH_HOME={home} OUTREACH_SOURCES={home}/sources.toml .venv/bin/outreach"
    _heading(f"Done in {seconds:.0f} s. Look around:")
    steps = [("rejections", "every refusal, by column and check"), ("status", "loads by batch and state")]
    for row in _rows(workspace, "most_told_person"):
        why = f"why we believe what we believe of {row['full_name']}, told by {row['sources']} sources"
        steps.insert(0, (f"explain {row['unique_id']}", why))
    for arguments, what in steps:
        out().print(f"  {prefix} {arguments}\n      [dim]{text(what)}[/]", soft_wrap=True)
    out().print("  make ui\n      [dim]the same in Dagster: assets, partitions, checks, backfills[/]")
