"""Columns read by rules: a value that a rule refuses stays in the frame as a mark, so that a schema can report it.

Belongs here: applying a rule of `rules/` to the distinct values of a column, the marks, the notes. Does not belong
here: which rule reads which column (`companies`, `people`), which marks fail a record (`schemas`).

A mark is a Unicode noncharacter, which no text contains, and the problem ("syntax"). It names the problem and never
the value, so whatever reports it (pandera puts failing values into its messages) carries no personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from outreach_pipeline.rules.reading import Reading
from outreach_pipeline.rules.texts import clean, is_placeholder

MARK = "\ufdd0"
REJECTION_COLUMNS = ("load_id", "part", "column_name", "check_name", "reason", "outcome")


@dataclass
class Notes:
    """Rejection rows gathered while a chunk is read: one frame per column, joined at the end."""

    frames: list[pd.DataFrame] = field(default_factory=list)

    def add(self, where: pd.DataFrame, column: str, check: str, reason: pd.Series[str] | str, outcome: str) -> None:
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


def over_distinct(column: pd.Series[str], rule: Callable[[str], object]) -> dict[str, object]:
    """The rule's answer for each distinct value; rules cost 10 to 40 us, so never once per row."""
    return {value: rule(value) for value in column.dropna().unique()}


def text_series(column: pd.Series[str], answers: Mapping[str, str | None]) -> pd.Series[str]:
    """A column of the same length with each value replaced by its answer."""
    return column.map(answers, na_action="ignore").astype("str")


def read_column(
    frame: pd.DataFrame, column: str, rule: Callable[[str], Reading], notes: Notes, *, silent: frozenset[str] = frozenset()
) -> pd.Series[str]:
    """Read one column by a rule: values, marks for the refused, noted rows for what was repaired.

    Problems in `silent` leave the field empty with a noted row instead of a mark.
    """
    readings: dict[str, Reading] = {value: rule(value) for value in frame[column].dropna().unique()}
    answers: dict[str, str | None] = {}
    noted: dict[str, str | None] = {}
    for value, reading in readings.items():
        quiet = reading.problem in silent
        answers[value] = reading.value if reading.problem is None else None if quiet else mark(reading.problem)
        noted[value] = reading.problem if quiet else reading.note
    reasons = text_series(frame[column], noted)
    where = reasons.notna()
    notes.add(frame.loc[where], column, "repaired", reasons[where], "noted")
    return text_series(frame[column], answers)


def read_text(text: str) -> Reading:
    """Free text: blanks and control characters repaired in silence; a placeholder ("n/a") is refused."""
    cleaned = clean(text)
    if cleaned is None:
        return Reading(None)
    return Reading(None, "placeholder") if is_placeholder(cleaned) else Reading(cleaned)
