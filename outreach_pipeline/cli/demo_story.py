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
from outreach_pipeline.records.words import reason_in_words
from outreach_pipeline.stages.rejections import RejectionFilter, read_rejections
from outreach_pipeline.stages.status import read_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.cli.execute import Outcome
    from outreach_pipeline.sandbox.server import Sandbox
    from outreach_pipeline.stages.status import StatusReport
    from outreach_pipeline.stages.workspace import Workspace

_COUNTS = ("items", "promoted", "rejected", "repeated", "waiting")


_REASONS = {
    "observed at another company": "seen elsewhere", "observed at a company not known here": "seen elsewhere",
    "left without a new employer": "no employer any more",
    "a better candidate was observed": "a better candidate", "observed with another title": "another title",
}  # fmt: skip


def heading(sentence: str) -> None:
    """Begin a part of the story."""
    out().print(f"\n[bold cyan]==[/] [bold]{text(sentence)}[/]")


def rows(workspace: Workspace, name: str, **params: Any) -> list[dict[str, Any]]:
    """What a query of demo.sql finds."""
    with workspace.database.transaction(Role.READ) as tx:
        return tx.fetch_all(load_queries("demo")[name], params)


def opening(left_alone: Sequence[str]) -> None:
    """Say what this is, and which settings it leaves alone."""
    out().print("[bold]outreach_pipeline: who runs which company, and how do we know?[/]")
    out().print("[dim]Everything here is invented and local: no key, no network, no money.[/]")
    if left_alone:
        out().print(f"[dim]Set, and not used by the demo: {', '.join(left_alone)}.[/]", soft_wrap=True)


def incident(outcomes: Sequence[Outcome]) -> None:
    """A batch that failed, with the line that it has in the error log."""
    heading("A source fails: it is logged, costs nothing, and runs again with the night")
    for outcome in outcomes:
        told = f"  {outcome.error_id or outcome.state}  {outcome.batch_id}: {text(outcome.message)}"
        out().print(told, soft_wrap=True)


def prepared(workspace: Workspace, applied: tuple[str, ...]) -> None:
    """Say where the data lives."""
    heading("An embedded PostgreSQL with the whole schema, and local servers that speak as Apify and Apollo do")
    done = f"{plural(len(applied), 'migration')} applied" if applied else "its schema is up to date"
    out().print(f"  {os.path.relpath(workspace.settings.home_path)}: {done}")


def night(
    workspace: Workspace, day: date, sources: list[str], title: str, before: StatusReport, seconds: float
) -> None:
    """One line per source: what it gave and what became of it."""
    heading(f"{title} ({day}, {plural(len(sources), 'source')}, {seconds:.0f} s)")
    landed = {batch.batch_id: batch.loads.landed for batch in before.batches}
    batches = [b for b in read_status(workspace, day=day).batches if b.source in sources and b.loads.landed]
    # A column of zeros would not leave room for the names of actors in 100 columns.
    columns = _COUNTS if any(batch.loads.waiting for batch in batches) else _COUNTS[:-1]
    shown = table("source", "from", *columns, numbers=columns)
    new = 0
    for batch in batches:
        config, loads = workspace.sources[batch.source], batch.loads
        new += loads.landed - landed.get(batch.batch_id, 0)
        origin = getattr(config, "actor", None) or getattr(config, "endpoint", None) or "a file"
        counts = (loads.landed, loads.promoted, loads.failed, loads.duplicate, loads.waiting)[: len(columns)]
        name = origin if origin == "a file" else f"{config.kind} {origin}"
        shown.add_row(text(batch.source), text(name), *map(number, counts))
    out().print(shown)
    if not new:
        out().print("  Nothing new: these batches had landed before, so nothing was pulled, paid for or changed.")


def refusals(workspace: Workspace) -> None:
    """The most frequent reasons for refusing an item."""
    heading("Nothing is dropped in silence: every refusal has a reason, and can be replayed")
    report = read_rejections(workspace, RejectionFilter(outcome="rejected"), limit=0)
    shown = table("items", "check", "why", numbers=("items",))
    for group in report.groups[:6]:
        reason = short(reason_in_words(group.reason), 66)
        shown.add_row(number(group.loads), text(f"{group.column_name} {group.check_name}"), reason)
    out().print(shown)


def moves(workspace: Workspace, second: date) -> None:
    """Some of those who left their slot on the second night."""
    found = rows(workspace, "movers", night=datetime.combine(second, time(), UTC), limit=6)
    if not found:
        return
    heading("Who left a slot on the second night (some of them)")
    shown = table("company", "slot", "left", "because", "successor", prose=("company", "because"))
    for row in found:
        names = (short(row[key], 21) for key in ("full_name", "successor"))
        left, successor = names
        reason = short(_REASONS.get(row["reason"], row["reason"]), 24)
        shown.add_row(short(row["company_name"], 24), text(row["slot_type"]), left, reason, successor)
    out().print(shown)
    (count,) = rows(workspace, "slots_changed", night=datetime.combine(second, time(), UTC))
    out().print(
        f"  {plural(count['vacated'], 'slot')} vacated, {count['refilled']:,} of them refilled; "
        f"{plural(count['filled'], 'vacant slot')} filled"
    )


def short(value: str | None, most: int) -> str:
    """The beginning of a text, so that a row stays a line."""
    return text(value if value is None or len(value) <= most else value[: most - 1] + "…")


def result(workspace: Workspace, sandbox: Sandbox) -> None:
    """Masters, slots, money, and the score against the truth of the world."""
    from outreach_pipeline.sandbox.score.compare import score

    status = read_status(workspace)
    (money,) = rows(workspace, "money")
    heading("What came of it")
    out().print(
        f"  {plural(status.total.landed, 'item')} landed -> {plural(status.companies, 'company', 'companies')}, "
        f"{plural(status.people, 'person', 'people')}, {plural(status.contacts, 'contact')}, "
        f"{status.filled_slots:,} of {status.slots:,} slots filled"
    )
    out().print(
        f"  money: {plural(money['apify_runs'], 'Apify run')}, ${money['reserved_usd']:.2f} reserved, "
        f"${money['apify_usd']:.2f} spent, the rest given back; {money['apollo_credits']:,.1f} Apollo credits"
    )
    heading("Scored against the truth of the world")
    report = score(workspace.database, sandbox.truth(2), previous=sandbox.truth(1))
    for line in report.lines():
        out().print(f"  {line}", soft_wrap=True)


def next_steps(workspace: Workspace, seconds: float) -> None:
    """Where to look now."""
    home = os.path.relpath(workspace.settings.home_path)
    heading(f"Done in {seconds:.0f} s. Look around:")
    out().print(f"  export OUTREACH_HOME={home} OUTREACH_SOURCES={home}/sources.toml", soft_wrap=True)
    steps = [
        ("changes", "what changed, and what waits for a decision"),
        ("signals", "why to call whom now, point by point"),
        ("costs", "money by day, source and actor, and what is left"),
        ("rejections", "every refusal, by column and check"),
        ("status", "loads by batch and state"),
    ]
    for row in rows(workspace, "most_told_person"):
        why = f"how we know {row['full_name']}"
        steps.insert(0, (f"explain {row['unique_id']}", why))
    width = max(len(arguments) for arguments, _ in steps)
    for arguments, what in steps:
        out().print(f"  .venv/bin/outreach {arguments:<{width}}  [dim]{text(what)}[/]", soft_wrap=True)
    out().print(f"  {'make ui':<{width + 19}}  [dim]the same in Dagster: assets, checks, backfills[/]")
