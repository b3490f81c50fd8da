"""The commands `shapes` and `shapes check`.

Belongs here: their options and what they print. Does not belong here: judging a shape (`stages.shape_paths`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import ExistingFile, Json, command, group, open_workspace
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.shape_paths import PathFinding, ShapeReport

_KEYS_SHOWN = 30
_PATHS_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    below = group(
        app,
        "shapes",
        "List the shapes, or check one against a file.",
        more=(
            "A shape says which path of an item feeds which field. Those of the folder OUTREACH_SHAPES win over the "
            "shipped ones. `shapes check FILE` shows what a shape makes of the items of a file before anything is "
            "landed."
        ),
        examples=["shapes", "shapes check people.csv", "shapes check items.json --shape leads_finder"],
        callback=shapes,
    )
    command(
        below,
        "check",
        "Show path by path what a shape finds in the items of a file.",
        more=(
            "For each path: the field it feeds, how many items have it, and an example: a value of an item, for your "
            "own screen. A path that no item has is named with the key that it may have meant, and so is every key "
            "that the shape does not know. Nothing is stored. Ends with 1 when a path is probably misspelt."
        ),
        examples=["shapes check people.csv", "shapes check items.json --shape leads_finder --json"],
    )(check)


def shapes(context: typer.Context, as_json: Json = False) -> None:
    """Print `shapes`."""
    if context.invoked_subcommand is not None:
        return
    known = open_workspace().shapes
    if as_json:
        print_json(
            [{"shape": n, "description": s.description, "provider": s.provider} for n, s in sorted(known.items())]
        )
        return
    shown = table("shape", "what an item is", "from", keys=("shape",), prose=("what an item is", "from"))
    for name, shape in sorted(known.items()):
        shown.add_row(text(name), text(shape.description), text(shape.provider))
    out().print(shown)
    hint("`outreach shapes check FILE` tells which fits a file. docs/adding-a-source.md says how to write one.")


def check(
    file: ExistingFile,
    shape: Annotated[
        str | None, typer.Option("--shape", metavar="NAME", help="Read it so; else with the shape that fits best.")
    ] = None,
    items: Annotated[
        int, typer.Option("--items", min=1, max=20_000, help="Look at so many items, from the first on.")
    ] = 1_000,
    as_json: Json = False,
) -> None:
    """Print `shapes check`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.shape_paths import check_file

    workspace = open_workspace()
    with explained(workspace):
        report = check_file(workspace, file, shape, limit=items)
    if as_json:
        unknown = [{"key": key, "items": count} for key, count in report.unknown]
        print_json({**asdict(report), "unknown": unknown})
    else:
        _show(report, file.name, guessed=shape is None)
    raise typer.Exit(1 if report.of("misspelt") or not report.items else 0)


def _show(report: ShapeReport, file: str, *, guessed: bool) -> None:
    apart = [f"{plural(report.refused, 'item')} refused by the shape"] if report.refused else []
    apart += [f"{report.unreadable:,} unreadable"] if report.unreadable else []
    fits = ", which fits it best" if guessed else ""
    out().print(
        f"{plural(report.items, 'item')} of {text(file)}, read with the shape [bold]{text(report.shape)}[/]{fits}"
        f"{'; ' + ', '.join(apart) if apart else ''}.\n"
    )
    heads = ("field", "path", "items", "filled", "type", "example")
    shown = table(*heads, numbers=heads[2:4], keys=heads[:2])
    for each in report.paths:
        if each.outcome in ("used", "misspelt"):
            shown.add_row(*_row(each))
    out().print(shown)
    if spare := [each.path for each in report.paths if each.outcome == "spare"]:
        named = f": {text(spare)}" if len(spare) <= _PATHS_SHOWN else " of these fields"
        out().print(f"\n[dim]Nothing at {plural(len(spare), 'other path')}{named}.[/]")
    for each in report.of("misspelt"):
        meant = f"Did you mean [bold]{text(each.nearest)}[/]?"
        out().print(f"\n[yellow]No item has {text(each.path)}[/] ({each.place}.{each.field}). {meant}")
    if absent := _absent(report):
        out().print(f"\n[yellow]No item says anything of[/] {text(absent)}.")
    if report.unknown:
        shares = [f"{key} ({count / report.items:.0%})" for key, count in report.unknown[:_KEYS_SHOWN]]
        more = f", and {len(report.unknown) - _KEYS_SHOWN} more" if len(report.unknown) > _KEYS_SHOWN else ""
        out().print(f"\nKeys that the shape does not know, with their share of the items: {text(shares)}{more}.")
        hint("Read them in the shape, or list them there under `known`.")


def _absent(report: ShapeReport) -> list[str]:
    """The fields that nothing feeds, each with the first of its paths: a shape may know twenty for one field."""
    paths: dict[str, list[str]] = {}
    for each in report.of("absent"):
        paths.setdefault(f"{each.place}.{each.field}", []).append(each.path)
    others = {field: f" or {plural(len(all_) - 1, 'other path')}" for field, all_ in paths.items() if len(all_) > 1}
    return [f"{field} ({all_[0]}{others.get(field, '')})" for field, all_ in paths.items()]


def _row(each: PathFinding) -> tuple[str, ...]:
    colour = "yellow" if each.outcome == "misspelt" else "default"
    shown = " ".join((each.example or "").split())
    return (
        f"[{colour}]{each.place}.{each.field}[/]", f"[{colour}]{text(each.path)}[/]", number(each.items),
        number(each.filled), text(each.kind), text(shown[:40] + ("…" if len(shown) > 40 else "")) if shown else "",
    )  # fmt: skip
