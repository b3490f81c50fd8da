"""Rows in columns, at any width of the screen: ids, names, batches and numbers stay whole, only prose is folded.

Belongs here: roles of columns, how a listing gives way when it does not fit, folding between words. Does not belong
here: consoles and how single values look (`terminal`), what a command shows.

A batch id broken in two cannot be copied, and a number without its last digit is wrong. So a listing that is too wide
gives up, in this order: columns that say nothing; the columns named as `spare`, which it tells; and then the table
itself, for blocks of lines, each headed by its `keys`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

_GAP = 2
_INDENT = 4
_NARROW, _LONG = 20, 30
"""Prose in fewer cells than the one is no longer read but spelled; beyond the other it has a line of its own."""
_SAYS_NOTHING = frozenset({"", "-", "·"})
_WORD = re.compile(r"\s*\S+")


def fold(text: Text, width: int, hanging: int = 0) -> list[Text]:
    """Lines of at most `width` cells, broken between words only; a longer word stays whole and sticks out.

    A line that begins with blanks goes on below its first word, and `hanging` blanks further right.
    """
    folded: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        plain, start = line.plain, 0
        breaks: list[int] = []
        indent = len(plain) - len(plain.lstrip()) + hanging
        for word in _WORD.finditer(plain):
            room = width - (indent if breaks else 0)
            if word.start() > start and cell_len(plain[start : word.end()]) > room:
                start = word.end() - len(word.group().lstrip())
                breaks.append(start)
        first, *others = line.divide(breaks) if breaks else [line]
        folded += [first, *(Text(" " * indent) + each for each in others)]
    for each in folded:
        each.rstrip()
    return folded


def cut_left(text: Text, width: int) -> Text:
    """The end of a path, from a slash on where that fits: the end says which file it is."""
    plain = text.plain
    if cell_len(plain) <= width:
        return text
    start = next((at for at, sign in enumerate(plain) if sign == "/" and cell_len(plain[at:]) < width), None)
    if start is None:
        start = next(at for at in range(len(plain) + 1) if cell_len(plain[at:]) < width)
    return Text("…") + text[start:]


@dataclass(slots=True)
class Listing:
    """Rows under names of columns; print it with `terminal.out()`.

    `numbers` stand right; `prose` is folded; `paths` lose their beginning; all others are never touched. `keys` head
    a row's block when there is no room for a table (the first column, if none is named); `spare` may be left out
    before that happens, in this order.
    """

    columns: Sequence[str]
    numbers: Iterable[str] = ()
    prose: Iterable[str] = ()
    paths: Iterable[str] = ()
    keys: Sequence[str] = ()
    spare: Sequence[str] = ()
    heads: bool = True
    rows: list[list[Text]] = field(default_factory=list)
    _needs: list[int] = field(default_factory=list)

    def add_row(self, *cells: str) -> None:
        """Cells in the order of the columns, as markup of rich; a cell may have lines, the last ones may be missing."""
        missing = [""] * (len(self.columns) - len(cells))
        self.rows.append([Text.from_markup(cell, emoji=False) for cell in (*cells, *missing)])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines, none of which ends in blanks."""
        self._needs = [self._need(at) for at in range(len(self.columns))]
        lines = self._table(options.max_width) or self._blocks(options.max_width)
        for line in lines:
            line.rstrip()
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def _table(self, width: int) -> list[Text] | None:
        """None when there is no room for one."""
        shown, left_out = self._that_fit(width)
        if not shown:
            return None
        widths = self._widths(shown, width)
        heads = [[Text(name, style="dim") for name in self.columns]] if self.heads else []
        lines = [line for row in (*heads, *self.rows) for line in self._lines(row, widths)]
        if left_out:
            lines.append(Text(f"No room for: {', '.join(left_out)} (--json has everything).", style="dim"))
        return lines

    def _that_fit(self, width: int) -> tuple[list[int], list[str]]:
        """Columns that fit into the width, by position, and the names of those that had to go and said something."""
        shown = list(range(len(self.columns)))
        empty = [at for at in reversed(shown) if self.columns[at] not in self.keys and self._is_empty(at)]
        spare = [self.columns.index(name) for name in self.spare]
        left_out: list[str] = []
        for at in [*empty, *spare]:
            if self._least(shown) <= width:
                break
            if at in shown:
                shown.remove(at)
                left_out += [] if at in empty else [self.columns[at]]
        return (shown, left_out) if self._least(shown) <= width else ([], [])

    def _is_empty(self, at: int) -> bool:
        return bool(self.rows) and all(row[at].plain in _SAYS_NOTHING for row in self.rows)

    def _is_flexible(self, at: int) -> bool:
        return self.columns[at] in self.prose or self.columns[at] in self.paths

    def _need(self, at: int) -> int:
        """Cells that a column needs where nothing of it is folded."""
        cells = [line for row in self.rows for line in row[at].plain.split("\n")]
        return max(map(cell_len, [self.columns[at] if self.heads else "", *cells]))

    def _least(self, shown: Sequence[int]) -> int:
        """Cells that these columns need at least."""
        needed = (min(self._needs[at], _NARROW) if self._is_flexible(at) else self._needs[at] for at in shown)
        return sum(needed) + _GAP * (len(shown) - 1)

    def _widths(self, shown: Sequence[int], width: int) -> dict[int, int]:
        """Cells for each column: what is rigid gets what it needs, the others share what is left."""
        widths = {at: self._needs[at] for at in shown}
        flexible = sorted((at for at in shown if self._is_flexible(at)), key=lambda at: widths[at])
        left = width - sum(widths[at] for at in shown if at not in flexible) - _GAP * (len(shown) - 1)
        for done, at in enumerate(flexible):
            widths[at] = min(widths[at], left // (len(flexible) - done))
            left -= widths[at]
        return widths

    def _lines(self, row: Sequence[Text], widths: dict[int, int]) -> Iterator[Text]:
        """The lines of one row. What sticks out of its column pushes the cells to its right below itself."""
        placed: list[dict[int, Text]] = []
        below = 0
        for at, width in widths.items():
            cell = self._cell(row[at], at, width)
            placed += [{} for _ in range(below + len(cell) - len(placed))]
            for number, line in enumerate(cell, below):
                placed[number][at] = line
            below += max((number for number, line in enumerate(cell, 1) if line.cell_len > width), default=0)
        for cells in placed:
            line, column = Text(), 0
            for at, width in widths.items():
                if at in cells:
                    blanks = width - cells[at].cell_len if self.columns[at] in self.numbers else 0
                    line.pad_right(column + max(blanks, 0) - line.cell_len)
                    line.append_text(cells[at])
                column += width + _GAP
            yield line

    def _cell(self, cell: Text, at: int, width: int) -> list[Text]:
        if self.columns[at] in self.paths:
            return [cut_left(cell, width)]
        if self.columns[at] in self.prose:
            return fold(cell, width)
        return list(cell.split("\n", allow_blank=True))

    def _blocks(self, width: int) -> list[Text]:
        keys = [self.columns.index(name) for name in self.keys or self.columns[:1]]
        return [line for row in self.rows for line in self._block(row, keys, width)]

    def _block(self, row: Sequence[Text], keys: Sequence[int], width: int) -> Iterator[Text]:
        """The keys on a line, below them what is short side by side, then each prose on lines of its own."""
        first = row[keys[0]].plain
        depth = len(first) - len(first.lstrip()) if first else _INDENT
        said = [at for at in range(len(row)) if at not in keys and row[at].plain not in _SAYS_NOTHING]
        long = [at for at in said if self._is_flexible(at) or "\n" in row[at].plain or row[at].cell_len > _LONG]
        head = Text(" " * _GAP).join(row[at] for at in keys if row[at].plain)
        yield from _hung(head, Text("" if first else " " * depth), depth + _INDENT, width)
        line = Text()
        for at in (at for at in said if at not in long):
            pair = Text.assemble((f"{self.columns[at]} " if self.columns[at] else "", "dim"), row[at])
            if line and line.cell_len + _GAP + pair.cell_len > width:
                yield line
                line = Text()
            line = Text.assemble(line, " " * (_GAP if line else depth + _INDENT), pair)
        if line:
            yield line
        for at in long:
            name = Text(f"{' ' * (depth + _INDENT)}{self.columns[at]}  ", style="dim")
            yield from _hung(row[at], name, name.cell_len, width)


def _hung(text: Text, before: Text, blanks: int, width: int) -> Iterator[Text]:
    """The lines of a text, folded; the first behind `before`, all others behind so many blanks."""
    first, *others = text.split("\n", allow_blank=True)
    folded = fold(before + first, width, blanks - (before.cell_len - len(before.plain.lstrip())))
    yield from [*folded, *(line for other in others for line in fold(Text(" " * blanks) + other, width))]
