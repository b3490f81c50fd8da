"""Columns read by rules: a value that a rule refuses stays in the frame as a mark, so that a schema can report it.

Belongs here: applying a rule of `rules/` to the distinct values of a column, the marks, the notes. Does not belong
here: which rule reads which column (`companies`, `people`), which marks fail a record (`schemas`).

A mark is a Unicode noncharacter, which no text contains, and the problem ("syntax"). It names the problem and never
the value, so whatever reports it (pandera puts failing values into its messages) carries no personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from outreach_pipeline.rules.reading import Reading
from outreach_pipeline.rules.texts import clean, is_placeholder

MARK = "\ufdd0"
REJECTION_COLUMNS = ("load_id", "part", "column_name", "check_name", "reason", "outcome")


@dataclass
class Notes:
    """Rejection rows gathered while a chunk is read: one frame per column, joined at the end."""

    frames: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        where: pd.DataFrame,
        column: str,
        check: pd.Series[str] | str,
        reason: pd.Series[str] | str,
        outcome: str,
    ) -> None:
        """One row per row of `where` (it has load_id and part)."""
        if len(where):
            rows = where[["load_id", "part"]].copy()
            rows["column_name"], rows["check_name"], rows["outcome"] = column, check, outcome
            rows["reason"] = reason
            self.frames.append(rows)

    def frame(self) -> pd.DataFrame:
        """All rows, in the column order of REJECTION_COLUMNS."""
        if not self.frames:
            return pd.DataFrame(columns=list(REJECTION_COLUMNS), dtype="str")
        return pd.concat(self.frames, ignore_index=True)[list(REJECTION_COLUMNS)]


def mark(problem: str) -> str:
    """The mark of a refused value."""
    return MARK + problem


def is_marked(column: pd.Series[str]) -> pd.Series[bool]:
    """Where a column holds marks."""
    return column.str.startswith(MARK).fillna(False).astype(bool)


class Distinct:
    """A column taken apart once: its distinct values, and for each row which of them it holds.

    Rules cost 2 to 90 us, so they see each value once and never each row. Putting answers back by position costs
    0.1 us per row; `Series.map` over a dictionary cost 3, and a column of names needs five answers.
    """

    def __init__(self, column: pd.Series[str]) -> None:
        """`column` holds `str`; its missing rows stay missing whatever the answers are."""
        self._column = column
        self._codes, found = pd.factorize(column)
        self.values: list[str] = found.to_numpy(dtype=object).tolist()

    def series(self, answers: Iterable[str | None]) -> pd.Series[str]:
        """A column with each value replaced by its answer; `answers` in the order of `values`."""
        texts = list(answers)
        if texts == self.values:
            return self._column
        if not any(text is not None for text in texts):
            return pd.Series(np.nan, index=self._column.index, dtype="str")
        array = pd.array(texts, dtype="str")
        return pd.Series(array.take(self._codes, allow_fill=True), index=self._column.index)


def texts_of(column: pd.Series[str], rule: Callable[[str], str | None]) -> pd.Series[str]:
    """A column with each value replaced by what a rule makes of it."""
    distinct = Distinct(column)
    return distinct.series(map(rule, distinct.values))


def read_column(frame: pd.DataFrame, column: str, rule: Callable[[str], Reading], notes: Notes) -> pd.Series[str]:
    """Read one column by a rule: values, marks for the refused, noted rows for what was repaired."""
    distinct = Distinct(frame[column])
    if not distinct.values:  # a third of the columns of a shape, each of which cost as much as a thousand values
        return frame[column]
    readings = [rule(value) for value in distinct.values]
    if any(reading.note is not None for reading in readings):
        note_reasons(frame, column, "repaired", distinct.series(r.note for r in readings), notes)
    return distinct.series(mark(r.problem) if r.problem else r.value for r in readings)


def note_reasons(
    frame: pd.DataFrame, column: str, check: str, reasons: pd.Series[str], notes: Notes, outcome: str = "noted"
) -> None:
    """A rejection row for each row of the frame that has a reason."""
    where = reasons.notna()
    if where.any():
        notes.add(frame.loc[where], column, check, reasons[where], outcome)


MAX_KEY_BYTES = 1_000  # an index entry holds 2,704 bytes, and keys are joined: name with place, name with company


def read_key(text: str) -> Reading:
    """Text that becomes the key of an index: longer than any real one, it is refused instead of failing its batch."""
    reading = read_text(text)
    return Reading(None, "too_long") if len((reading.value or "").encode()) > MAX_KEY_BYTES else reading


def read_text(text: str) -> Reading:
    """Free text: blanks and control characters repaired in silence; a placeholder ("n/a") is refused."""
    cleaned = clean(text)
    if cleaned is None:
        return Reading(None)
    return Reading(None, "placeholder") if is_placeholder(cleaned) else Reading(cleaned)
