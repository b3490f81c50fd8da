"""Finds out how a CSV file is written: where its header stands, what separates and quotes its cells.

Belongs here: the sample at a file's start, header names as people write them, the choice of a dialect, the sentence for
what is no such list. Does not belong here: encodings (text_bytes), turning rows into items (csv_records).

The idea: a shape knows the names of its columns, so the header is the line in which they are found, and what separates
them there is the delimiter. That needs no statistics and no list of delimiters, and what has no such line is refused.
Measured against 63 files of one list: `clevercsv` 0.8.5, which does not know the names, read 40 of them right.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from outreach_pipeline.errors import ConfigurationError

SAMPLE_LINES = 400
_HEADER_WITHIN = 40
_USUAL = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t|"\s]*', re.IGNORECASE)
_QUOTED = re.compile(r"""\s*=?(["']).*\1\s*""", re.DOTALL)
_NO_NAME = frozenset("{}[]<>\\")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a shape reads (none: any header will do).

    `anchors`: those of which a row needs one to be about anybody, empty where any of the others may be it.
    """

    known: tuple[str, ...] = ()
    anchors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated and quoted. `formulas`: cells are written ="text", which a spreadsheet leaves alone."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    blanks_before: bool = False
    formulas: bool = False

    def rows(self, lines: Lines) -> Iterator[list[str] | csv.Error]:
        """Records, or what is wrong with one; `lines.taken` holds its lines until the next is asked for.

        Of a record that is no CSV only the first line is given up; what an unclosed quote swallowed after it is read
        again.
        """
        source: Iterator[str] = lines
        if self.formulas:
            mark = re.compile(rf"(^|{re.escape(self.delimiter)})=(?=\")")
            source = (mark.sub(r"\1", line) for line in lines)
        rows = csv.reader(
            source, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape,
            doublequote=self.escape is None, skipinitialspace=self.blanks_before, strict=True,
        )  # fmt: skip
        while True:
            lines.taken.clear()
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                swallowed = lines.taken[1:]
                yield error
                lines.put_back(swallowed)
            else:
                yield cells


class Lines:
    """The lines, remembering those taken since the last record, so that it can be shown or read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """Give these lines again, before the others."""
        self._again.extend(reversed(lines))


@dataclass(frozen=True, slots=True)
class Found:
    """A dialect, the sample's line in which the header begins, its names as written, and as the shape writes them."""

    dialect: Dialect
    start: int
    written: list[str]
    names: list[str]
    notes: tuple[str, ...] = field(default=())


def find_dialect(
    sample: Sequence[str], columns: Columns, label: str, *, delimiter: str = "", usual: str = ","
) -> Found | None:
    """How the file that begins with `sample` is written; None where the sample is blank.

    `delimiter`: the one that was configured, and no other. `usual`: that of the file's kind, where all else is equal.

    Raises:
        ConfigurationError: no header with columns of the shape, one name twice, or rows that do not fit the header.

    """
    filled = next((n for n, line in enumerate(sample) if line.strip()), None)
    if filled is None:
        return None
    separator = _SEPARATOR_LINE.fullmatch(sample[filled])
    if separator:
        usual = separator[1]
        filled = next((n for n in range(filled + 1, len(sample)) if sample[n].strip()), filled)
    usual += _USUAL.replace(usual, "")
    start, delimiter, written = _header(sample, filled, columns, delimiter, usual)
    names = _names(written, columns, label)
    needed = columns.anchors or frozenset(columns.known)
    if needed and not any(_root(name) in needed for name in names):
        raise _no_header(sample, filled, delimiter, written, columns, label)
    dialect = _best(sample[start:], Dialect(delimiter), len(names))
    _check_rows(sample[start:], dialect, len(names), label)
    notes = [f"{start} lines above the header left out"] if start else []
    pairs = [(there.strip(), name) for there, name in zip(written, names, strict=True)]
    folded = [f"{there} as {name}" for there, name in pairs if there not in {name, ""}]
    notes += [f"columns read: {'; '.join(folded)}"] if folded else []
    return Found(dialect, start, written, names, tuple(notes))


def fold(name: str) -> str:
    """A name without case, blanks and signs, so that "Company Name" is company_name; "" for what is no name."""
    text = unicodedata.normalize("NFKC", name)
    return "" if _NO_NAME & set(text) else "".join(char for char in text.casefold() if char.isalnum())


def _root(name: str) -> str:
    """The key in front of what a spreadsheet flattened ("openingHours/0/day")."""
    return name.split("/", 1)[0]


# --- header
# ---------------------------------------------------------------------------------------------------


def _header(
    sample: Sequence[str], filled: int, columns: Columns, delimiter: str, usual: str
) -> tuple[int, str, list[str]]:
    """Line, delimiter and cells of the header: where most names are known; the first filled line where none is."""
    known = {fold(name) for name in columns.known}
    best, best_score = (filled, "", [""]), (0, 0, 0)
    for start in range(filled, min(len(sample), _HEADER_WITHIN)):
        for one in delimiter or _delimiters(sample[start], usual):
            cells = _first_row(sample[start:], one)
            hits = sum(fold(_root(cell.strip())) in known for cell in cells)
            alone = sum(1 for cell in cells if cell.strip()) == 1
            # One known word among others is a header only where a header is to be expected.
            if hits > 1 or (hits == 1 and (alone or start == filled)):
                score = (hits, int(one in usual), -usual.find(one))
                if score > best_score:
                    best, best_score = (start, one, cells), score
    if best_score[0]:
        return best
    one = delimiter or max(usual, key=sample[filled].count)
    return filled, one, _first_row(sample[filled:], one)


def _delimiters(line: str, usual: str) -> str:
    signs = {char for char in line if not (char.isalnum() or char in " _\"'\r\n\ufeff")}
    return usual + "".join(sorted(signs - set(usual)))


def _first_row(lines: Sequence[str], delimiter: str) -> list[str]:
    return next(csv.reader(lines[:20], delimiter=delimiter, skipinitialspace=True), [""])


def _names(written: list[str], columns: Columns, label: str) -> list[str]:
    """As the shape writes them where they are its columns, else trimmed; one without is called after its place."""
    by_fold = {fold(name): name for name in reversed(columns.known)}
    trimmed = [cell.strip() for cell in written]
    names: list[str] = []
    for place, name in enumerate(trimmed, 1):
        known = name if name in columns.known else by_fold.get(fold(name), "")
        # A column that bears the name exactly goes before one that only sounds like it.
        meant = known if known == name or known not in trimmed else ""
        names.append(meant or name.strip("'\"") or f"column_{place}")
    for place, name in enumerate(names):
        first = names.index(name)
        if first == place:
            continue
        if name in columns.known or not columns.known:
            raise ConfigurationError(
                f"{label}: columns {first + 1} and {place + 1} have the same name.",
                next_step="Rename one of them; or add the header line if the file has none.",
            )
        names[place] = f"{name} ({place + 1})"
    return names


def _no_header(
    sample: Sequence[str], filled: int, delimiter: str, written: list[str], columns: Columns, label: str
) -> ConfigurationError:
    wanted = sorted(columns.known, key=lambda name: (name not in columns.anchors, columns.known.index(name)))
    more = ", …" if len(wanted) > _SHOWN else ""
    cells = [cell.strip() for cell in written if cell.strip()]
    found = f"found {', '.join(cells[:_SHOWN])}{', …' if len(cells) > _SHOWN else ''}"
    alike = [line for line in sample[filled + 1 :] if line.count(delimiter) == len(written) - 1]
    if not _looks_named(cells, alike, columns):
        found = f"found {len(cells)} cells that name no column"
    return ConfigurationError(
        f"{label} has no header for this source: expected {', '.join(wanted[:_SHOWN])}{more}; {found}.",
        next_step="Name its columns so (case and blanks do not matter), or land it under the source it is for.",
    )


def _looks_named(cells: Sequence[str], below: Sequence[str], columns: Columns) -> bool:
    """Whether a first line may be shown: a list without header has people in it, and no error may name them."""
    if any(len(cell) > 40 or re.search(r"[@.\d]", cell) for cell in cells):
        return False
    words = {word for name in columns.known for word in re.split(r"[\W_]+", name.casefold()) if word}
    if any(word in words for cell in cells for word in re.split(r"[\W_]+", cell.casefold())):
        return True
    return len(cells) > 1 and any(re.search(r"[@.\d]", line) for line in below[:20])


# --- rows
# ---------------------------------------------------------------------------------------------------


def _best(sample: Sequence[str], plain: Dialect, width: int) -> Dialect:
    """The dialect in which most rows have the header's cells and fewest cells keep quotes; the plain one on a tie.

    Only what the text gives a reason for is tried, so that one broken line does not change how all are read.
    """
    text, cut = "\n".join(line.rstrip("\r\n") for line in sample), re.escape(plain.delimiter)
    tried = [plain]
    if re.search(rf"(?m)(?:^|{cut})'[^'\r\n]*'(?:{cut}|$)", text) and not re.search(rf'(?m)(?:^|{cut})"', text):
        tried.append(replace(plain, quote="'"))
    if '\\"' in text:
        tried.append(replace(plain, escape="\\"))
    if re.search(rf'(?m){cut} +"', text):
        tried += [replace(one, blanks_before=True) for one in tried]
    if re.search(rf'(?m)(?:^|{cut})="', text):
        tried.append(replace(plain, formulas=True))
    return max(tried, key=lambda dialect: _score(sample, dialect, width)) if len(tried) > 1 else plain


def _score(sample: Sequence[str], dialect: Dialect, width: int) -> tuple[int, int, int]:
    broken = whole = quoted = 0
    for cells in dialect.rows(Lines(sample)):
        if isinstance(cells, csv.Error) or any(cells[width:]):
            broken += 1
        else:
            whole += len(cells) >= width
            quoted += sum(_QUOTED.fullmatch(cell) is not None for cell in cells)
    return -broken, whole, -quoted


def _check_rows(sample: Sequence[str], dialect: Dialect, width: int, label: str) -> None:
    """Refuse a file most of whose rows cannot belong to its header; single ones are refused when they come."""
    rows = [cells for cells in dialect.rows(Lines(sample)) if not isinstance(cells, csv.Error) and any(cells)][1:]
    whole = sum(len(cells) == 1 < width and any(sign in cells[0] for sign in _USUAL) for cells in rows)
    long = sum(any(cell.strip() for cell in cells[width:]) for cells in rows)
    if max(whole, long) * 2 > len(rows):
        cells = f"{max(map(len, rows))} cells" if long > whole else "one cell"
        raise ConfigurationError(
            f"{label}: its header has {width} columns, most of its rows have {cells}.",
            next_step="Write header and rows with the same delimiter and the same columns.",
        )
