"""What a command writes and where: results on stdout, progress and errors on stderr, JSON when asked for.

Belongs here: consoles, JSON, the look of numbers and moments. Does not belong here: rows in columns
(`listing`), progress (`progress`), what a single command shows.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from outreach_pipeline.cli.listing import Listing, fold
from outreach_pipeline.errors import OutreachError

WIDTH = 100
"""Columns where nobody tells (a pipe, a log file)."""


class Screen(Console):
    """A console that folds sentences between words only, and ends no line in blanks."""

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """As in rich, but for texts; with `soft_wrap` they are left as they are."""
        if not soft_wrap:
            objects = tuple(self._folded(each) if isinstance(each, str) else each for each in objects)
        super().print(*objects, soft_wrap=True, **options)

    def _folded(self, sentence: str) -> Text:
        return Text("\n").join(fold(self.render_str(sentence), self.width))


def out() -> Console:
    """The console of results. Made anew each time, so that it follows whoever has replaced stdout."""
    return _console(stderr=False)


def err() -> Console:
    """The console of progress, hints about failures, and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    known = stream.isatty() or "COLUMNS" in os.environ
    # Both or none: with the width alone, rich falls back to 80 columns where TERM is unset (cron, CI).
    size = (None, None) if known else (WIDTH, 25)
    return Screen(stderr=stderr, highlight=False, emoji=False, width=size[0], height=size[1])


def print_json(value: Any) -> None:
    """Print one JSON document, and nothing else, on stdout. Dates as ISO 8601, bytes as hex."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    text = orjson.dumps(value, default=_plain, option=options).decode("utf-8")
    sys.stdout.write(text)
    sys.stdout.flush()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


def number(value: int | None, *, quiet_zero: bool = True) -> str:
    """An integer with thousands separators; a zero is a dim dot, so that what is there stands out."""
    if value is None:
        return "[dim]-[/]"
    return "[dim]·[/]" if value == 0 and quiet_zero else f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 load`, `2,000 loads`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(value: datetime | None) -> str:
    """A time as a day, with the hour where there is one (observations of a batch are days at 00:00 UTC)."""
    if value is None:
        return "-"
    return value.strftime("%Y-%m-%d" if (value.hour, value.minute) == (0, 0) else "%Y-%m-%d %H:%M")


def text(value: object) -> str:
    """Any value as text that rich does not read as markup; lists joined by commas."""
    if value is None:
        return "[dim]-[/]"
    if isinstance(value, list | tuple):
        return escape(", ".join(str(item) for item in value))
    if isinstance(value, datetime):
        return moment(value)
    return escape(str(value))


def table(*columns: str, **roles: Any) -> Listing:
    """A listing in the one style of this program; `roles` are the fields of Listing: numbers, prose, keys and so on."""
    return Listing(columns, **roles)


def hint(sentence: str, *, whole: bool = False) -> None:
    """What to do next, dim, on stderr: it is advice and no result. `whole`: a line to be copied is not broken."""
    if sys.stderr.isatty() or sys.stdout.isatty():
        err().print(f"[dim]{escape(sentence)}[/]", soft_wrap=whole)


def report_error(error: OutreachError) -> None:
    """One sentence, then the next step."""
    console = err()
    console.print(f"[red]{escape(error.message)}[/]", soft_wrap=True)
    if error.next_step:
        console.print(escape(error.next_step), soft_wrap=True)
