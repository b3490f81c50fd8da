"""Options that several commands share, how their texts are read, and the shape of a help page.

Belongs here: types, defaults and wording of shared options. Does not belong here: options of one command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import Workspace


def yesterday() -> date:
    """The last whole day in UTC: what the nightly run takes."""
    return datetime.now(UTC).date() - timedelta(days=1)


def read_day(value: str | date) -> date:
    """`2026-11-06`, `today` or `yesterday` (UTC); a usage error for anything else."""
    if isinstance(value, date):
        return value
    words = {"today": datetime.now(UTC).date(), "yesterday": yesterday()}
    if value.lower() in words:
        return words[value.lower()]
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(
            f"{value!r} is no day; write it as 2026-11-06, today or yesterday."
        ) from None


def read_batch(value: str) -> str:
    """`day|source`; a usage error for anything without the bar."""
    if "|" not in value:
        raise typer.BadParameter(f"{value!r} is no batch; write it as 'day|source', in quotes.")
    return value


def minus_signs(arguments: Sequence[str]) -> list[str]:
    """Arguments in which negative numbers are written with U+2212. With the sign of options they would be taken for
    one, and "No such option: -5" says nothing about the 5. Whoever reads numbers reads both (`plain_number`).
    """
    return [f"\u2212{each[1:]}" if _NEGATIVE.fullmatch(each) else each for each in arguments]


def plain_number(value: object) -> str:
    """The text of a number as Python reads it."""
    return str(value).replace("\u2212", "-")


_NEGATIVE = re.compile(r"-\d+(?:[.,]\d+)?")

Register = Callable[[Callable[..., Any]], Callable[..., Any]]

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Day = Annotated[
    date | None,
    typer.Option("--day", parser=read_day, metavar="DAY", help="YYYY-MM-DD, today or yesterday (UTC)."),
]
OneSource = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Only this source.")]
BatchId = Annotated[
    str | None,
    typer.Option("--batch", metavar="BATCH", help="Only this batch: day|source, in quotes, or another program's id."),
]
Column = Annotated[str | None, typer.Option("--column", help="Only rejections of this column.")]
Check = Annotated[str | None, typer.Option("--check", help="Only rejections by this check.")]
ExistingFile = Annotated[
    Path, typer.Argument(exists=True, readable=True, metavar="FILE", help="A file, or a folder of files.")
]


class Page(TyperCommand):
    """A command whose help page shows what to write, and no types of Python: `--limit N`, `--json`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with a word for the value of each option."""
        return _with_words(super().get_params(ctx))


class Pages(TyperGroup):
    """The same for a command that has others below it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with a word for the value of each option."""
        return _with_words(super().get_params(ctx))


def _with_words(parameters: list[Any]) -> list[Any]:
    """Typer shows `<bool>` and `<int range>` where no word is given, and behind every argument."""
    for each in parameters:
        if each.param_type_name == "argument":
            each.display_type_rich = lambda ctx: None  # noqa: ARG005 - its name and help say what to write
        elif each.metavar is None:
            kind: Any = getattr(getattr(each, "type_descriptor", None), "annotation", None)
            each.metavar = "" if getattr(each, "is_flag", False) else _VALUES.get(kind)
    return parameters


_GROUPS = {
    "Try it": ("demo", "sandbox"),
    "Set it up": ("init", "migrate", "adopt", "doctor", "sources", "shapes", "ui", "serve"),
    "Keep it safe": ("backup", "restore"),
    "Every night": ("land", "run", "status", "rejections", "replay", "reviews", "alerts", "report"),
    "Look somebody up": ("find", "explain"),
    "Keep it current": ("refresh", "changes", "verify"),
    "Write to people": ("signals", "campaign", "export", "suppress", "forget"),
    "Money": ("costs",),
}
PANELS = {name: title for title, names in _GROUPS.items() for name in names}
"""Under which heading of `outreach --help` a command stands, by what somebody wants to do."""

_VALUES = {int: "N", float: "X", str: "TEXT", Path: "PATH"}


def command(app: typer.Typer, name: str, summary: str, *, more: str, examples: Sequence[str]) -> Register:
    """Register a command with a line for the overview, what it does and when one wants it, examples to
    paste.
    """
    page = _page(summary, more, examples)
    return app.command(name, cls=Page, help=page, short_help=summary, rich_help_panel=PANELS.get(name))


def group(
    app: typer.Typer, name: str, summary: str, *, more: str, examples: Sequence[str], callback: Callable[..., Any]
) -> typer.Typer:
    """Register a command that has others below it; `callback` runs for all of them, and alone without one (it
    gets the typer.Context to tell). Returns what those below are registered with.
    """
    below = typer.Typer(cls=Pages)
    page = _page(summary, more, examples)
    below.callback(invoke_without_command=True, help=page)(callback)
    app.add_typer(below, name=name, help=page, short_help=summary, rich_help_panel=PANELS.get(name))
    return below


def _page(summary: str, more: str, examples: Sequence[str]) -> str:
    lines = "\n".join(f"  $ outreach {example}" for example in examples)
    return f"{summary} {' '.join(more.split())}\n\n\b\nExamples:\n{lines}"


def open_workspace() -> Workspace:
    """The workspace of the settings in force."""
    from outreach_pipeline.settings import load_settings
    from outreach_pipeline.stages.workspace import Workspace

    return Workspace(load_settings())
