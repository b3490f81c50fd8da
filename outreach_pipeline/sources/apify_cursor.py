"""How far the runs of a batch have been read, and what that says of the pull.

Belongs here: the cursor as an object (rows scanned, rows of data and rows that only say why, of each run), the verdict.
Does not belong here: reading (`apify`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from outreach_pipeline.sources.apify_errors import UNSAID
from outreach_pipeline.sources.pages import Cursor, Verdict


class RunCursor:
    """The cursor `{"runs": {run id: [rows scanned, data, errors, over]}, "said": first refusal, "trouble": ...}`."""

    def __init__(self, runs: dict[str, list[int]], said: str, trouble: dict[str, str]) -> None:
        self._runs, self._said, self.trouble = runs, said, trouble

    @classmethod
    def of(cls, cursor: Cursor) -> RunCursor:
        """The state that a cursor tells; `{}` is the beginning."""
        raw = cast("dict[str, Any]", cursor)
        return cls(
            {run: [int(n) for n in numbers] for run, numbers in raw.get("runs", {}).items()},
            str(raw.get("said", "")), dict(raw.get("trouble", {})),
        )  # fmt: skip

    def cursor(self) -> Cursor:
        """The cursor that stands after what was counted so far."""
        runs = {run: list(numbers) for run, numbers in self._runs.items()}
        return cast("Cursor", {"runs": runs, "said": self._said, "trouble": dict(self.trouble)})

    def _of(self, run_id: str) -> list[int]:
        return self._runs.setdefault(run_id, [0, 0, 0, 0])

    def rows(self, run_id: str) -> int:
        """Rows of a run that were scanned: where to read on."""
        return self._of(run_id)[0]

    def counts(self, run_id: str) -> tuple[int, int]:
        """Rows of data, and rows that only say why there are none."""
        _, data, errors, _ = self._of(run_id)
        return data, errors

    def is_over(self, run_id: str) -> bool:
        """Whether a run has been read to its end."""
        return self._of(run_id)[3] == 1

    def count(self, run_id: str, said: str | None) -> None:
        """Count one row; `said`: its words, if it holds nothing else."""
        numbers = self._of(run_id)
        numbers[0] += 1
        numbers[1 if said is None else 2] += 1
        self._said = self._said or (said or "")

    def lost(self, run_id: str, why: str) -> None:
        """Note that the rows of a run cannot be read (any more)."""
        self.trouble[run_id] = why

    def end(self, run_id: str, *, whole: bool, why: str) -> None:
        """Note that a run was read to its end; `why` if it is not whole."""
        self._of(run_id)[3] = 1
        if not whole:
            self.trouble.setdefault(run_id, why)

    def _sum(self, place: int) -> int:
        return sum(numbers[place] for numbers in self._runs.values())

    def verdict(self) -> Verdict:
        """How the pull ends."""
        if self._sum(1) == 0 and (self._sum(2) or self.trouble):
            return "refused"
        return "partial" if self.trouble or not self._runs else "complete"

    def note(self, actor: str, day: date) -> str:
        """Why it is not complete, in a sentence; empty when it is."""
        if not self._runs:
            return f"No run of {actor} was started on {day}."
        if self._sum(1) == 0 and self._sum(2):
            told = f"{actor} gave {self._sum(2)} rows without data"
            return f"{told}; it says: {self._said.rstrip('.')}." if self._said.strip(UNSAID) else f"{told}."
        return " ".join(self.trouble.values())
