"""Turns CSV and TSV bytes into items: one JSON object a record, every value the text that stood in the cell.

Belongs here: encodings, delimiters, quotes, headers, rows of the wrong length. Does not belong here: what a
cell means; nothing is typed, trimmed or left out, an empty cell is "" (records read it as absent).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator

import orjson

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.items import poison
from outreach_pipeline.sources.pages import Item, RawItem

# A cell beyond this is an unclosed quote that swallows the rest of the file; then only its first line is
# lost.
MAX_CELL_CHARS = 1 << 20
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)")


def split_csv(chunks: Iterable[bytes], *, label: str, delimiter: str = "") -> Iterator[Item]:
    """Yield one item for each record after the header, in order.

    Bytes are UTF-8 (with or without mark); a cell that is not is read as cp1252 and noted. Blank lines are no
    records. A record that has more or fewer cells than the header, or a quote that does not close, is poison.
    `delimiter` empty: found from the header. `label` names the file in errors.

    Raises:
        ConfigurationError: the file is UTF-16, or two columns have the same name.

    """
    csv.field_size_limit(MAX_CELL_CHARS)
    lines = _Lines(_decode(chunks, label))
    first = next(lines, None)
    if first is None or not first.strip():
        first = next((line for line in lines if line.strip()), None)
    if first is None:
        return
    lines.put_back([first])
    rows = csv.reader(lines, delimiter=delimiter or _delimiter(first), strict=True)
    try:
        header = _header(next(rows), label)
    except csv.Error as error:
        raise ConfigurationError(
            f"{label}: the header cannot be read as CSV.",
            next_step="Check quotes and delimiter of its first line.",
        ) from error
    lines.taken.clear()
    yield from _records(rows, lines, header)


def _records(rows: Iterator[list[str]], lines: _Lines, header: list[str]) -> Iterator[Item]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            # Only the first line is given up; what an unclosed quote swallowed after it is read again.
            broken, swallowed = lines.taken[0], lines.taken[1:]
            yield poison(_bytes(broken.rstrip("\r\n")), f"record {number} is not CSV: {error}")
            lines.put_back(swallowed)
        else:
            if cells:
                yield _item(cells, header, number, lines)
            else:
                number -= 1
        lines.taken.clear()


def _item(cells: list[str], header: list[str], number: int, lines: _Lines) -> Item:
    if len(cells) != len(header):
        text = "".join(lines.taken).rstrip("\r\n")
        return poison(_bytes(text), f"record {number} has {len(cells)} cells, the header has {len(header)}")
    notes: list[str] = []
    for place, cell in enumerate(cells):
        if not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell):
            try:
                cells[place] = _bytes(cell).decode("cp1252")
            except UnicodeDecodeError:
                text = "".join(lines.taken).rstrip("\r\n")
                return poison(
                    _bytes(text), f"record {number}: column {place + 1} is neither UTF-8 nor cp1252"
                )
            notes.append(f"read as cp1252: column {header[place]}")
    return RawItem(orjson.dumps(dict(zip(header, cells, strict=True))), tuple(notes))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _header(cells: list[str], label: str) -> list[str]:
    """Trim the names; a column without one is called after its place (`column_3`)."""
    names = [_bytes(c).decode("utf-8", "replace").strip() or f"column_{n}" for n, c in enumerate(cells, 1)]
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name in seen:
            raise ConfigurationError(
                f"{label}: columns {seen[name]} and {place} have the same name.",
                next_step="Rename one of them; or add the header line if the file has none.",
            )
        seen[name] = place
    return names


def _delimiter(header: str) -> str:
    """Whichever of comma, semicolon (European spreadsheets), tab the header has most; a comma on a tie."""
    return max(",;\t", key=header.count)


def _decode(chunks: Iterable[bytes], label: str) -> Iterator[str]:
    """Lines with their ends. Odd bytes become lone surrogates, which `_item` judges cell by cell."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    rest, first = "", True
    for chunk in chunks:
        if first and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ConfigurationError(f"{label} is UTF-16.", next_step="Save it as UTF-8.")
        first = False
        *whole, rest = _break(rest + decoder.decode(chunk))
        yield from whole
    yield from (line for line in _break(rest + decoder.decode(b"", final=True)) if line)


def _break(text: str) -> list[str]:
    """Split behind each line end (LF, CRLF, the lone CR of old spreadsheets); the rest comes last.

    Line ends stay. `str.splitlines` would also split at U+2028 and its like, which are content. A CR at the
    very end stays with the rest: its LF may still come.
    """
    lines = _LINE.findall(text.removesuffix("\r"))
    return [*lines, text[sum(map(len, lines)) :]]


class _Lines:
    """The lines, remembering those taken since the last record, so that it can be shown or read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        """Give these lines again, before the others."""
        self._again.extend(reversed(lines))
