"""What a run that misbehaves leaves behind: which items, which status, which words.

Belongs here: pure choosing, by the kind of a fault. Does not belong here: when a fault is due (`faults`), the run
itself (`runs`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.render.renderer import miss

REFUSAL = (
    "❌ Users on the free Apify plan can run the actor through the UI and not via other methods. "
    "Please subscribe to any plan to use the API."
)
FAILING = frozenset({"partial_then_fail", "ends_slowly"})
"""Faults after which a run ends as `Fault.end` says."""

OTHERS = frozenset({"gone", "strangers", "strangers_too", "impostors"})
"""Faults by which a run answers of others than those asked for, or of nobody."""

UNHEARD_OF = "HIBERNATING"
"""A status that is none of Apify's eight."""


def shaped(items: Sequence[bytes], behaviour: str) -> tuple[Sequence[bytes], int | None]:
    """The items a behaving or misbehaving run leaves behind, and how many are charged (None: all)."""
    if behaviour == "refusal":
        return [json.dumps({"error": REFUSAL}, ensure_ascii=False).encode()], 0
    if behaviour in FAILING:
        return items[: len(items) // 2], None
    if behaviour == "half_missing":
        return items[::2], None
    return items, None


def lingering(fault: Fault | None) -> tuple[str, float] | None:
    """The status that a run shows before its end, and for how many seconds; None for most runs."""
    if fault is not None and fault.kind == "unknown_status":
        return UNHEARD_OF, fault.seconds
    if fault is not None and fault.kind == "ends_slowly":
        return {"TIMED-OUT": "TIMING-OUT", "ABORTED": "ABORTING"}.get(fault.end, "RUNNING"), fault.seconds
    return None


def not_found_places(event: str, items: Sequence[bytes]) -> list[int]:
    """Where among a run's items are rows of profiles that were not found: the actors charge nothing for them."""
    return [place for place, item in enumerate(items) if event == "profile" and b'"error"' in item]


def message(end: str, items: int) -> str | None:
    """The status message of a run that ended so."""
    usual = {
        "SUCCEEDED": f"Finished! {items} items.",
        "FAILED": "Actor failed",
        "ABORTED": "Actor was aborted",
    }
    return usual.get(end, "The Actor run timed out. You can resurrect it with a longer timeout to continue.")


def with_others(behaviour: str, shape: str, items: Sequence[bytes], everybody: Sequence[bytes]) -> list[bytes]:
    """The items of a run that answers of others, as the table in `faults` says. `everybody` is all the source sees."""
    asked = [json.loads(item) for item in items]
    if behaviour == "gone":
        return [_gone(shape, row) if place % 2 else items[place] for place, row in enumerate(asked)]
    known = {_who(row) for row in asked}
    strangers = [row for item in everybody if _who(row := json.loads(item)) not in known | {None}][: len(items)]
    if behaviour == "strangers_too":
        return [*items, *_written(strangers)]
    if behaviour == "impostors":
        strangers = [_asked_as(row, wanted) for row, wanted in zip(strangers, asked, strict=False)]
    return _written(strangers)


def _gone(shape: str, row: dict[str, Any]) -> bytes:
    """The row for a profile that does not exist; where the actor writes none, an empty one."""
    query = (row.get("originalQuery") or {}).get("query") or row.get("linkedinUrl") or row.get("profileUrl") or ""
    return _written([_asked_as(miss(shape, str(query)) or {}, row)])[0]


def _asked_as(row: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """A row that repeats somebody else's query, in the keys by which the actors do."""
    return row | {key: wanted[key] for key in ("originalQuery", "input_identifier") if key in row and key in wanted}


def _who(row: dict[str, Any]) -> object:
    """The identity of a row in the shapes of profiles and pages; None for rows that are nobody."""
    nested = row.get("basic_info") or {}
    return row.get("publicIdentifier") or row.get("universalName") or nested.get("public_identifier")


def _written(rows: Sequence[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False).encode() for row in rows]
