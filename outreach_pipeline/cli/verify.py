"""`outreach verify`: addresses are verified before anybody writes to them.

Belongs here: its options and what it says. Does not belong here: the stage (`stages.verify`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.verify import VerifyReport


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "verify",
        "Verify the addresses of those who hold a slot.",
        more=(
            "First the domain of each address is asked about, for nothing. Then the verifiers of "
            "OUTREACH_VERIFY_ORDER, "
            "one after the other: the first about everybody who is due, the next about what it could not tell. "
            "Nobody is "
            "asked about twice within 90 days, nobody who is suppressed, nobody whom a source verified lately. "
            "Every call "
            "is reserved before it is made, within the ceilings per address, night, day and month."
        ),
        examples=["verify --free", "verify --limit 100", "verify --json"],
    )(verify)


def verify(
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="So many addresses per verifier, at most.")
    ] = None,
    free: Annotated[bool, typer.Option("--free", help="Only what costs nothing: the checks of domains.")] = False,
    as_json: Json = False,
) -> None:
    """Run `verify`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.verify import verify_addresses

    workspace = open_workspace()
    with explained(workspace), progress_bars() as progress:
        report = verify_addresses(workspace, limit=limit, free_only=free, progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    if not report.steps:
        hint("No verifier is named: set OUTREACH_VERIFY_ORDER to sources of kind verify (docs/verification.md).")
    _show(report)


def _show(report: VerifyReport) -> None:
    if report.domains:
        said = ", ".join(f"{count:,} {state}" for state, count in sorted(report.domains.items()))
        out().print(f"Domains looked up: {text(said)}.")
    if report.steps:
        shown = table("verifier", "verified", "credits", "note", numbers=("verified", "credits"))
        for step in report.steps:
            shown.add_row(text(step.source), number(step.verified), f"{step.credits.normalize():f}", text(step.note))
        out().print(shown)
    before, after = report.before.get("ready", 0), report.after.get("ready", 0)
    held = sum(report.after.values())
    out().print(
        f"[bold]{number(after, quiet_zero=False)}[/] of {number(held, quiet_zero=False)} held slots can be written to; "
        f"before: {number(before, quiet_zero=False)}."
    )
