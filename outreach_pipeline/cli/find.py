"""The command `find`.

Belongs here: its options and what it prints. Does not belong here: finding (`stages.find`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.terminal import hint, out, print_json, table, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.stages.find import Found


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "find",
        "Find companies and people by what you have in your hand.",
        more=(
            "A name or some words of it, an e-mail address, a phone number, a domain, or a LinkedIn address. What is "
            "found has an id, which `explain` takes."
        ),
        examples=["find 'ada lovelace'", "find acmepumps.com", "find ada@acmepumps.com --json"],
    )(find)


def find(
    wanted: Annotated[str, typer.Argument(metavar="TEXT", help="A name, address, number, domain or LinkedIn address.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows to show of each kind.")] = 20,
    as_json: Json = False,
) -> None:
    """Print `find`."""
    from outreach_pipeline.stages.find import find as find_masters
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        found = find_masters(workspace, wanted, limit=limit)
    if as_json:
        print_json([asdict(each) for each in found])
    elif not found:
        out().print(f"Nobody and no company is known as {text(wanted)}.")
        hint("What came in and was not promoted: `outreach status`, `outreach rejections`.")
    else:
        show_found(found)
        hint("`outreach explain ID` says where each field comes from.")
    raise typer.Exit(0 if found else 1)


def show_found(found: Sequence[Found]) -> None:
    """Print companies and people with their ids."""
    shown = table("id", "is a", "name", "title or domain", "company", keys=("id",))
    for each in found:
        shown.add_row(each.id, each.entity, text(each.name), text(each.detail), text(each.company))
    out().print(shown)
