"""`outreach export`: the ready list as a file.

Belongs here: its options and what it says. Does not belong here: writing (`stages.export`), who is ready
(`marketing.outreach_ready`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.listing import Listing
from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text

_REASONS = {
    "vacant": "the slot is vacant",
    "departed": "the occupant has left",
    "suppressed": "must not be written to",
    "without_email": "no e-mail address known",
    "doubtful_employer": "a move that waits for a decision (`outreach changes`)",
    "role_address": "address of a function, not of a person",
    "shared_address": "address that a record of somebody else states",
    "other_domain": "address at no domain of the company",
    "without_contact": "address not in the vault",
    "bounced": "address bounced",
    "unsubscribed": "unsubscribed",
    "inactive": "contact inactive",
    "unverified": "address not verified",
    "contacted_lately": "contacted lately",
    "same_contact": "ready already, in another slot",
}

Format = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help="csv or parquet, whatever FILE ends in.")
]
Band = Annotated[
    str | None, typer.Option("--band", metavar="BAND", help="Only companies of this band: hot, warm, cold.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "export",
        "Write who can be written to now as CSV or Parquet.",
        more=(
            "Occupants of slots with a verified address at a domain of the company, not suppressed, not contacted "
            "lately; the hottest companies first. The file appears whole or not at all, for your eyes only (mode "
            "0600), and an existing one is left alone. In CSV a cell that begins like a formula (= + - @) gets an "
            "apostrophe in front; phone numbers stay as they are. Who took how many is kept in the audit log. Nothing "
            "is sent."
        ),
        examples=["export ready.csv", "export hot.csv --band hot --limit 200", "export ready.parquet --force"],
    )(export)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv or .parquet.")],
    format_: Format = None,
    band: Band = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="So many at most.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_json: Json = False,
) -> None:
    """Run `export`."""
    from outreach_pipeline.stages.export import export_ready
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.signals import read_rules

    workspace = open_workspace()
    with explained(workspace), progress_bars() as progress:
        if band is not None and band not in (known := [row["band"] for row in read_rules(workspace).bands]):
            raise typer.BadParameter(f"There is no band {band!r}; bands are {', '.join(known)}.")
        report = export_ready(workspace, file, format_, band=band, limit=limit, force=force, progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    rest = report.ready - report.rows
    out().print(
        f"[bold]{number(report.rows, quiet_zero=False)}[/] of {plural(report.ready, 'person', 'people')} ready written "
        f"to {text(report.file)}"
        + (f"; {rest:,} are of another band or beyond the limit." if rest else ".")
    )
    if report.left_out:
        out().print(left_out(report.left_out))
    hint(f"Line {report.audit_id} of the audit log says who took it. Treat the file as what it is: people's data.")


def left_out(slots: Mapping[str, int]) -> Listing:
    """Why slots are not on the ready list, the most frequent reason first."""
    shown = table("slots", "left out because", numbers=("slots",))
    for reason, count in sorted(slots.items(), key=lambda each: (-each[1], each[0])):
        shown.add_row(number(count), text(_REASONS.get(reason, reason)))
    return shown
