"""Lists as spreadsheets and exports write them: delimiters, encodings, headers and rows as one finds them.

Belongs here: from rows to the bytes of a CSV file, in one of the dialects of Excel, LibreOffice, Google Sheets and
hand-made exports. Does not belong here: what the cells say (`renderer`, `dirt`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a list is written.

    above        lines above the header
    is_loud      the header is in capitals, with blanks around the names
    has_tail     each line ends in two empty cells without a name
    is_short     empty cells at the end of a row are left off
    is_formula   texts stand in ="...", as exports do against Excel's guesses
    """

    name: str
    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    above: tuple[str, ...] = ()
    is_loud: bool = False
    has_tail: bool = False
    is_short: bool = False
    is_formula: bool = False


DIALECTS = (
    CsvDialect("plain"),
    CsvDialect("Excel in German", ";", "utf-8-sig"),
    CsvDialect("separator line", ";", above=("sep=;",)),
    CsvDialect("Excel's Unicode text", "\t", "utf-16"),
    CsvDialect("title above", above=("Exported on 2 November 2026", "")),
    CsvDialect("loud header", line_end="\n", is_loud=True),
    CsvDialect("trailing commas", has_tail=True),
    CsvDialect("old Windows", ";", "cp1252"),
    CsvDialect("short rows", line_end="\n", is_short=True),
    CsvDialect("formulas", is_formula=True),
)


def csv_bytes(rows: Sequence[Row], dialect: CsvDialect) -> bytes:
    """The file; empty when there are no rows."""
    if not rows:
        return b""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    text.writelines(line + dialect.line_end for line in dialect.above)
    names = list(rows[0])
    tail = ["", ""] if dialect.has_tail else []
    writer.writerow([f" {name.upper()} " if dialect.is_loud else name for name in names] + tail)
    for row in rows:
        writer.writerow(_cells([str(row[name]) for name in names], dialect) + tail)
    return text.getvalue().encode(dialect.encoding, errors="replace")


def _cells(cells: list[str], dialect: CsvDialect) -> list[str]:
    if dialect.is_formula:
        cells = [f'="{cell}"' if cell and not cell[0].isdigit() else cell for cell in cells]
    while dialect.is_short and len(cells) > 1 and not cells[-1]:
        cells = cells[:-1]
    return cells
