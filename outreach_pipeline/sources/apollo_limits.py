"""Apollo's fixed windows (minute, hour, day): which one is full, and how many calls are left in each.

Belongs here: reading a 429 and the usage headers. Does not belong here: waiting or stopping (`apollo_api`).

The header names differ between the vendor's documentation (`x-daily-requests-left`) and what was observed
(`x-24-hour-requests-left`), and any of them may be missing: so they are read by pattern. A 429 tells its
window in its text; there is no dependable Retry-After.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Window(StrEnum):
    """The stretch of time whose calls are used up."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


_SPELLINGS = {
    Window.MINUTE: ("minute", "minutely"),
    Window.HOUR: ("hour", "hourly"),
    Window.DAY: ("day", "daily", "24-hour", "24-hours"),
}
_TEXT = re.compile(r"times?\s+(?:per|a|an|every)\s+(?P<window>minute|hour|day|24[ -]hours?)", re.IGNORECASE)
_LEFT = re.compile(r"^x-(?P<window>[a-z0-9-]+?)-requests-left$")


def full_window(body: str, headers: Mapping[str, str]) -> Window:
    """The window a 429 is about: by its text, else the widest one without calls left, else the minute."""
    found = _TEXT.search(body)
    if found is not None:
        return _window(found["window"].lower().replace(" ", "-")) or Window.MINUTE
    empty = [window for window, left in calls_left(headers).items() if left <= 0]
    return max(empty, key=list(Window).index, default=Window.MINUTE)


def calls_left(headers: Mapping[str, str]) -> dict[Window, int]:
    """Calls left per window, as far as the headers say; values are text and may be anything."""
    left: dict[Window, int] = {}
    for name, value in headers.items():
        match = _LEFT.match(name.lower())
        window = _window(match["window"]) if match else None
        if window is not None and value.strip().lstrip("-").isdigit():
            left[window] = int(value)
    return left


def _window(word: str) -> Window | None:
    return next((window for window, spellings in _SPELLINGS.items() if word in spellings), None)
