"""The cursor of an Apollo search as an object.

Belongs here: where a search stands, and what it has noticed so far. Does not belong here: asking (`apollo`), how a
search is divided (`apollo_divide`).

It is `{"part": n, "page": p, "left": [way, ...], "again": [[part, page, way], ...], "total": n, "covered": n,
"entries": n, "notes": [...], "remarks": [...]}`: `left` are the parts of a divided part that are still to be asked,
each by the way to it (`apollo_divide`), the first of them now; `total` and `covered` are its entries before and after
dividing, `entries` those of what is asked now, as its first answer counted them; `again` are pages whose calls may have
been charged. Notes make the batch partial, remarks do not.
"""

from __future__ import annotations

from typing import Any, cast

from outreach_pipeline.sources.pages import Cursor


class SearchState:
    """The cursor of a search as an object."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.part, self.page = int(raw.get("part", 0)), int(raw.get("page", 1))
        self.left: list[list[int]] = [list(way) for way in raw.get("left", [[]])]
        # Cursors of older versions have no way: they never divided.
        self.again: list[list[Any]] = [[p, n, list(way[0]) if way else []] for p, n, *way in raw.get("again", [])]
        self.total, self.covered = int(raw.get("total", 0)), int(raw.get("covered", 0))
        self.entries: int | None = raw.get("entries")
        self.notes: list[str] = list(raw.get("notes", []))
        self.remarks: list[str] = list(raw.get("remarks", []))
        self.just_lost = False

    @classmethod
    def of(cls, cursor: Cursor) -> SearchState:
        """The state that a cursor stands for."""
        return cls(cast("dict[str, Any]", cursor))

    @property
    def first(self) -> int:
        """The first page of the part that was answered: those before it were lost."""
        lost = [number for part, number, way in self.again if part == self.part and way == self.left[0]]
        first = 1
        while first in lost:
            first += 1
        return first

    def divide(self, children: int, total: int) -> None:
        """Ask for the parts of the part that is asked now, instead of for itself."""
        way = self.left.pop(0)
        self.left[:0] = [[*way, child] for child in range(children)]
        self.page, self.entries = 1, None
        self.total = self.total or total

    @property
    def is_idle(self) -> bool:
        """Whether the parts so far have as many entries as all of them should: dividing on would not help."""
        return bool(self.total) and self.covered >= self.total

    def covers_twice(self, total: int) -> bool:
        """Count the entries of a part that is read to its end; whether the parts are found to be the same, over and
        over: a filter that the endpoint does not know is ignored by it. Then there is no use in the other parts.
        """
        self.covered += total
        if not self.total or self.covered < 2 * self.total:
            return False
        self.say(f"Part {self.part + 1} was divided in vain: its parts overlap; set another `divide`.")
        del self.left[1:]
        return True

    def next(self) -> None:
        """Go on behind what was asked last."""
        self.left.pop(0)
        self.page, self.entries = 1, None
        if self.left:
            return
        if self.total > self.covered:
            self.say(
                f"Part {self.part + 1} was divided; {self.total - self.covered} of its {self.total} entries answer to"
                " none of the parts."
            )
        self.part, self.left, self.total, self.covered = self.part + 1, [[]], 0, 0

    def counts(self, entries: int, number: int) -> None:
        """Notice how many entries there are at a page; a count that changes is remarked on, once per part."""
        if self.entries is None:
            self.entries = entries
        said = f"Part {self.part + 1} changed while it was read"
        if entries == self.entries or any(remark.startswith(said) for remark in self.remarks):
            return
        self.remarks.append(
            f"{said}: {self.entries} entries at first, {entries} at page {number}. Some may have moved past a page that"
            " was being asked for; the next day's search finds them."
        )

    def say(self, note: str) -> None:
        """Note something that the batch is to say, once."""
        if note not in self.notes:
            self.notes.append(note)

    def cursor(self) -> Cursor:
        """The cursor that stands for this state."""
        return cast(
            "Cursor",
            {
                "part": self.part, "page": self.page, "left": [list(way) for way in self.left],
                "again": [[part, number, list(way)] for part, number, way in self.again], "total": self.total,
                "covered": self.covered, "entries": self.entries, "notes": list(self.notes),
                "remarks": list(self.remarks),
            },
        )  # fmt: skip
