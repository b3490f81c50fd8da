"""Turns CSV and TSV bytes into items: one JSON object a record, every value the text that stood in the cell.

Belongs here: decoding, rows longer or shorter than the header, what a spreadsheet writes around a text. Does not
belong here: finding header and dialect (csv_dialect), encodings of whole files (text_bytes), what a cell means; nothing
is typed or trimmed, an empty cell is "" (records read it as absent).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.csv_dialect import SAMPLE_LINES, Columns, Found, Lines, find_dialect
from outreach_pipeline.sources.items import poison
from outreach_pipeline.sources.pages import Item, RawItem
from outreach_pipeline.sources.text_bytes import gather_head, has_content, one_byte_encoding, other_kind

# A cell beyond this is an unclosed quote that swallows the rest of the file; then only its first line is
# lost.
MAX_CELL_CHARS = 1 << 20
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)")
# Also the DOS end of file and the zeros with which some programs fill up a block.
_BLANKS = " \t\r\n\x00\x1a\u00a0\ufeff"
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
# An apostrophe that keeps a spreadsheet from taking the cell for a formula or a number; that of 't Hooft stays.
_APOSTROPHE = re.compile(r"'(?=[=+\-@\t\r]|[\d.,]+$)")


def split_csv(
    chunks: Iterable[bytes], *, label: str, delimiter: str = "", usual: str = ",", columns: Columns | None = None,
    notes: tuple[str, ...] = (),
) -> Iterator[Item]:  # fmt: skip
    """Yield one item for each record after the header, in order; nothing for a file without content.

    Bytes are UTF-8 (with or without mark); a cell that is not is read by the encoding that makes words of the file's
    start, and noted. Blank rows are no records. A short row lacks its last cells, and is noted; a row with more cells
    than the header, or a quote that does not close, is poison. `delimiter`, `usual` and `columns` as in `find_dialect`;
    `label` names the file in errors. `notes`, and those about the file as a whole, are given with its first record.

    Raises:
        ConfigurationError: the file is no such table (see `find_dialect`), of no known encoding, or has no record.

    """
    csv.field_size_limit(MAX_CELL_CHARS)
    head, chunks = gather_head(chunks)
    if not has_content(head):
        return
    kind, encoding = other_kind(head), one_byte_encoding(head)
    if kind or not encoding:
        raise ConfigurationError(
            f"{label} is {kind}, not CSV." if kind else f"{label} is in an encoding that cannot be told from its text.",
            next_step="Save the list itself as CSV (UTF-8).",
        )
    lines = Lines(_decode(chunks))
    sample = [_shown(line, encoding) for line in islice(lines, SAMPLE_LINES)]
    lines.put_back(lines.taken)
    found = find_dialect(sample, columns or Columns(), label, delimiter=delimiter, usual=usual)
    if found is None:
        return
    next(islice(lines, found.start, found.start), None)
    rows = found.dialect.rows(lines)
    if isinstance(next(rows), csv.Error):
        raise ConfigurationError(
            f"{label}: the header cannot be read as CSV.",
            next_step="Check quotes and delimiter of its first line.",
        )
    records = _records(rows, lines, found, encoding, [*notes, *found.notes])
    first = next(records, None)
    if first is None:
        raise ConfigurationError(
            f"{label} has a header ({', '.join(n for n in found.names[:12])}) and no rows.",
            next_step="Save it again with its rows.",
        )
    yield first
    yield from records


def _records(
    rows: Iterator[list[str] | csv.Error], lines: Lines, found: Found, encoding: str, notes: list[str]
) -> Iterator[Item]:
    number = 0
    for cells in rows:
        if isinstance(cells, csv.Error):
            number += 1
            yield poison(_bytes(lines.taken[0].rstrip("\r\n")), f"record {number} is not CSV: {cells}")
        elif "".join(cells).strip(_BLANKS) and cells != found.written:
            number += 1
            item = _item(cells, found.names, number, lines, encoding)
            if notes and isinstance(item, RawItem):
                item = RawItem(item.data, (*notes, *item.notes))
                notes = []
            yield item


def _item(cells: list[str], names: list[str], number: int, lines: Lines, encoding: str) -> Item:
    notes: list[str] = []
    if len(cells) != len(names):
        if any(cell.strip(_BLANKS) for cell in cells[len(names) :]):
            text = "".join(lines.taken).rstrip("\r\n")
            return poison(_bytes(text), f"record {number} has {len(cells)} cells, the header has {len(names)}")
        if len(cells) < len(names):
            notes.append(f"record {number} has {len(cells)} of {len(names)} cells, the others are read as empty")
        cells = (cells + [""] * len(names))[: len(names)]
    for place, cell in enumerate(cells):
        if cell[:1] in {"=", "'"}:
            cells[place] = _plain(cell)
        if not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell):
            try:
                cells[place] = _bytes(cells[place]).decode(encoding)
            except UnicodeDecodeError:
                text = "".join(lines.taken).rstrip("\r\n")
                return poison(_bytes(text), f"record {number}: column {place + 1} is neither UTF-8 nor {encoding}")
            notes.append(f"read as {encoding}: column {names[place]}")
    # A column that has neither name nor value in this row is what a trailing delimiter leaves.
    pairs = zip(names, cells, strict=True)
    item = {name: cell for name, cell in pairs if cell or not name.startswith("column_")}
    return RawItem(orjson.dumps(item), tuple(notes))


def _plain(cell: str) -> str:
    """The text of a cell that a spreadsheet was told to leave alone: ="0123" or '0123."""
    formula = _FORMULA.fullmatch(cell)
    return formula[1].replace('""', '"') if formula else _APOSTROPHE.sub("", cell, count=1)


def _shown(line: str, encoding: str) -> str:
    """A line of the sample, in which an odd byte must not look like a sign."""
    return line if line.isascii() or max(line) < "\udc80" else _bytes(line).decode(encoding, "replace")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decode(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends, without marks. Odd bytes become lone surrogates, which `_item` judges cell by cell."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    rest, first = "", True
    for chunk in chunks:
        text = rest + decoder.decode(chunk)
        *whole, rest = _break(text.lstrip("\ufeff") if first else text)
        first = first and not (whole or rest)
        yield from whole
    yield from (line for line in _break(rest + decoder.decode(b"", final=True)) if line)


def _break(text: str) -> list[str]:
    """Split behind each line end (LF, CRLF, the lone CR of old spreadsheets); the rest comes last.

    Line ends stay. `str.splitlines` would also split at U+2028 and its like, which are content. A CR at the
    very end stays with the rest: its LF may still come.
    """
    lines = _LINE.findall(text.removesuffix("\r"))
    return [*lines, text[sum(map(len, lines)) :]]
