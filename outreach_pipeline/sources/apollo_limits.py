"""Apollo's fixed windows (minute, hour, day): which one is full, until when, and how many calls are left in each.

Belongs here: reading a 429 and the usage headers. Does not belong here: waiting or stopping (`apollo_api`).

The header names differ between the vendor's documentation (`x-daily-requests-left`) and what was observed
(`x-24-hour-requests-left`), and any of them may be missing: so they are read by the words in them. A 429 tells its
window in its text; `Retry-After` is not documented, and counts where it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

SHORT_SECS = 120.0
"""What is over so soon is waited for."""


class Window(StrEnum):
    """The stretch of time whose calls are used up."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Full:
    """What a 429 says: the window, and the seconds to wait where `Retry-After` tells them."""

    window: Window
    seconds: float | None = None

    @property
    def is_short(self) -> bool:
        """Whether it is worth waiting for."""
        return self.window is Window.MINUTE and (self.seconds is None or self.seconds <= SHORT_SECS)

    def over_at(self, now: datetime) -> datetime:
        """From when on calls may pass again, as far as anybody can know."""
        if self.seconds is not None:
            return now + timedelta(seconds=self.seconds)
        if self.window is Window.DAY:
            # Which midnight Apollo counts from is not documented: if it is another one, asking then costs nothing.
            return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return now + (timedelta(hours=1) if self.window is Window.HOUR else timedelta(minutes=1))


_DAY, _HOUR, _MINUTE = r"(?:calendar )?days?|24[ -]?(?:hours?|hrs?|h)\b", r"hours?|hr\b", r"minutes?|min\b"
_SPAN = rf"(?P<day>{_DAY})|(?P<hour>{_HOUR})|(?P<minute>{_MINUTE})"
# "is 200 times per minute" is what was refused; other words may name it, or a limit beside it.
_REFUSED = re.compile(rf"times?\s+(?:per|an?|each|every|in)\s+(?:1 |one )?(?:{_SPAN})", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?:\b(?:per|an?|each|every)\s+(?:1 |one )?|/\s*)(?:{_SPAN})"
    r"|\b(?:(?P<daily>daily)|(?P<hourly>hourly)|(?P<minutely>minutely))\b"
    r"|\b(?P<a_day>day|24[ -]hour)[ -](?:rate )?limit|\b(?P<an_hour>hour)[ -](?:rate )?limit"
    r"|\b(?P<a_minute>minute)[ -](?:rate )?limit",
    re.IGNORECASE,
)
_WORDS = {
    Window.DAY: ("day", "daily", "a_day"), Window.HOUR: ("hour", "hourly", "an_hour"),
    Window.MINUTE: ("minute", "minutely", "a_minute"),
}  # fmt: skip
_LEFT, _USED, _LIMIT = {"left", "remaining"}, {"usage", "used", "consumed"}, {"limit", "ratelimit"}


def full_window(body: str, headers: Mapping[str, str], now: datetime | None = None) -> Full:
    """What a 429 is about: by its text, else by the widest window without calls left, else by how long to wait."""
    seconds = retry_after(headers, now or datetime.now(UTC))
    empty = [window for window, left in calls_left(headers).items() if left <= 0]
    refused = _REFUSED.search(body)
    named = [_window(refused)] if refused else [_window(found) for found in _NAMED.finditer(body)]
    # Of several that are named the one that is used up; a wide one stops the pull, which is never wrong.
    candidates = [window for window in named if window in empty] or named or empty
    if candidates:
        return Full(max(candidates, key=list(Window).index), seconds)
    return Full(_by_length(seconds or 0), seconds)


def _window(found: re.Match[str]) -> Window:
    said = {name for name, text in found.groupdict().items() if text}
    return next(window for window, names in _WORDS.items() if said & set(names))


def _by_length(seconds: float) -> Window:
    if seconds <= SHORT_SECS:
        return Window.MINUTE
    return Window.HOUR if seconds <= 3_600 else Window.DAY


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """`Retry-After` in seconds, whether it is a number of them or a date; None where it is neither."""
    text = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    if re.fullmatch(r"\d{1,7}(?:\.\d+)?", text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((date - now).total_seconds(), 0.0)


def calls_left(headers: Mapping[str, str]) -> dict[Window, int]:
    """Calls left per window, as far as the headers say (left, or limit and used); values are text, may be anything."""
    told: dict[Window, dict[str, int]] = {}
    for name, value in headers.items():
        words = set(re.split(r"[-_]", name.lower()))
        window = _window_of(words)
        kind = next((kind for kind, known in _KINDS if words & known), None)
        if window is not None and kind is not None and re.fullmatch(r"-?\d{1,12}", value.strip()):
            told.setdefault(window, {})[kind] = int(value)
    left = {}
    for window, numbers in told.items():
        if "left" in numbers:
            left[window] = numbers["left"]
        elif "used" in numbers and "limit" in numbers:
            left[window] = numbers["limit"] - numbers["used"]
    return left


# In this order: x-rate-limit-remaining-minute is what is left, not a limit.
_KINDS = (("left", _LEFT), ("used", _USED), ("limit", _LIMIT))


def _window_of(words: set[str]) -> Window | None:
    if words & {"day", "daily", "24h"} or ("24" in words and words & {"hour", "hours", "hourly"}):
        return Window.DAY
    if words & {"hour", "hourly"}:
        return Window.HOUR
    return Window.MINUTE if words & {"minute", "minutely"} else None
