"""`outreach report`: the morning report as a file.

Belongs here: its options and what it says. Does not belong here: what is in it (`stages.report`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.options import Day, Json, command, open_workspace
from outreach_pipeline.cli.terminal import out, plural, print_json, text


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "report",
        "The morning report as one HTML file.",
        more=(
            "What came in, who moved and why it matters, whom to call, reach and fill by slot over time, data quality, "
            "money against budgets, and what waits for a decision. One file without script or network, readable on a "
            "phone and in print. It names people: only its owner may read it. Every morning writes it below the home."
        ),
        examples=["report", "report --day yesterday --out morning.html"],
    )(report)


def report(
    day: Day = None,
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there, over what stands there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `report`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.nightly import note_night
    from outreach_pipeline.stages.report import write_report

    workspace = open_workspace()
    with explained(workspace):
        note_night(workspace, datetime.now(UTC))
        found = write_report(workspace, day, out=file)
    if as_json:
        print_json(asdict(found))
        return
    out().print(f"The report of {found.day} is in {text(found.path)}", soft_wrap=True)
    moves, faults = plural(found.moves, "move"), plural(found.faults, "fault")
    out().print(f"{moves}, {found.ready:,} ready, {found.waiting:,} to decide, {faults}.")
