"""Commands that only look: status, rejections, explain, reviews.

Belongs here: their options. Does not belong here: reading (`stages`), larger views (`explain_view`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from outreach_pipeline.cli.options import Day, Json, OneSource, command, open_workspace
from outreach_pipeline.cli.terminal import hint, number, out, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.status import StatusReport

_STATES = {"done": "green", "held": "yellow", "open": "cyan", "landed": "cyan", "empty": "dim"}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "status",
        "Show what landed and what became of it, batch by batch.",
        more=(
            "Below stand the companies, people and filled slots of the whole database. Landed is always "
            "the sum of pending, promoted, failed and duplicate; `waiting` is the part of pending that "
            "waits for its company, a name or a website."
        ),
        examples=["status", "status --day yesterday", "status --source companies_csv --json"],
    )(status)


def status(day: Day = None, source: OneSource = None, as_json: Json = False) -> None:
    """Print `status`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.status import read_status

    workspace = open_workspace()
    with explained(workspace):
        report = read_status(workspace, day=day, source=source)
    if as_json:
        print_json(status_document(report))
        return
    _show_status(report)


def status_document(report: StatusReport) -> dict[str, object]:
    """The JSON of `status`: {"total": {...}, "batches": [...]}, counts flat in both."""
    masters = ("people", "companies", "contacts", "slots", "filled_slots", "open_reviews")
    return {
        "total": {**asdict(report.total), **{name: getattr(report, name) for name in masters}},
        "batches": [
            {
                "batch_id": batch.batch_id, "source": batch.source, "day": batch.day, "state": batch.state,
                **asdict(batch.loads), "released_at": batch.released_at,
                "last_landed_at": batch.last_landed_at,
            }
            for batch in report.batches
        ],
    }  # fmt: skip


def _show_status(report: StatusReport) -> None:
    console = out()
    counts = ("landed", "promoted", "failed", "duplicate", "pending", "waiting")
    if report.batches:
        shown = table("batch", "state", *counts, numbers=counts)
        for batch in report.batches:
            colour = _STATES.get(batch.state, "white")
            cells = [number(getattr(batch.loads, name)) for name in counts]
            if batch.loads.failed:
                cells[2] = f"[red]{cells[2]}[/]"
            shown.add_row(text(batch.batch_id), f"[{colour}]{batch.state}[/]", *cells)
        if len(report.batches) > 1:
            shown.add_section()
            shown.add_row(
                "[bold]total[/]", "", *(f"[bold]{number(getattr(report.total, n))}[/]" for n in counts)
            )
        console.print(shown)
        console.print()
    else:
        console.print("No batch has landed.")
    share = f" ({report.filled_slots / report.slots:.0%})" if report.slots else ""
    console.print(
        f"[bold]{report.companies:,}[/] companies   [bold]{report.people:,}[/] people   "
        f"[bold]{report.contacts:,}[/] contacts   [bold]{report.filled_slots:,}[/] of {report.slots:,} "
        f"slots filled{share}"
    )
    _hint_status(report)


def _hint_status(report: StatusReport) -> None:
    if not report.batches:
        hint("Begin with `outreach land FILE --source S`; `outreach sources` lists the sources.")
    if any(batch.state == "held" for batch in report.batches):
        hint(
            "A held batch failed its checks: `outreach rejections --batch ...`, then `outreach run "
            "--accept-checks`."
        )
    if any(batch.state in {"open", "landed"} for batch in report.batches):
        hint("Open loads are taken up by `outreach run --day D --source S`.")
    if report.total.failed:
        hint("Why loads failed: `outreach rejections`. After a correction: `outreach replay`.")
    if report.open_reviews:
        hint(f"{report.open_reviews:,} company names need a decision: `outreach reviews`.")
