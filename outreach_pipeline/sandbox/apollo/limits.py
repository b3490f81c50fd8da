"""Apollo's fixed windows: so many calls of an endpoint per minute, hour and day.

Belongs here: counting and the headers that tell. Does not belong here: endpoints (`service`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WINDOWS = {"minute": 60, "hour": 3_600, "day": 86_400}
_DOCUMENTED = {"minute": "minute", "hour": "hourly", "day": "daily"}
_OBSERVED = {"minute": "minute", "hour": "hourly", "day": "24-hour"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls per endpoint and window. `observed_names` chooses x-rate-limit-24-hour over the documented
    -daily.

    `window_seconds` shortens a minute for tests; hour and day scale with it.
    """

    minute: int = 1_000
    hour: int = 6_000
    day: int = 20_000
    observed_names: bool = True
    window_seconds: float = 60.0

    def of(self, window: str) -> int:
        """The limit of "minute", "hour" or "day"."""
        return {"minute": self.minute, "hour": self.hour, "day": self.day}[window]


class Windows:
    """The counters of one key."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self._now = now
        self._used: dict[tuple[str, str, int], int] = {}
        self._lock = threading.Lock()

    def enter(self, endpoint: str) -> str | None:
        """Count one call; the name of the window that is full, None when it may pass. A refused call is not
        counted.
        """
        with self._lock:
            for window in WINDOWS:
                if self._used.get(self._slot(endpoint, window), 0) >= self.limits.of(window):
                    return window
            for window in WINDOWS:
                slot = self._slot(endpoint, window)
                self._used[slot] = self._used.get(slot, 0) + 1
        return None

    def headers(self, endpoint: str) -> dict[str, str]:
        """x-rate-limit-*, x-*-usage, x-*-requests-left; all values are text."""
        names = _OBSERVED if self.limits.observed_names else _DOCUMENTED
        headers: dict[str, str] = {}
        for window, name in names.items():
            limit, used = self.limits.of(window), self._used.get(self._slot(endpoint, window), 0)
            headers |= {
                f"x-rate-limit-{name}": str(limit),
                f"x-{name}-usage": str(used),
                f"x-{name}-requests-left": str(max(limit - used, 0)),
            }
        return headers

    def usage(self, endpoint: str) -> dict[str, Any]:
        """{minute, hour, day} each {limit, consumed, left_over}, as the usage endpoint tells it."""
        answer = {}
        for window in ("day", "hour", "minute"):
            limit, used = self.limits.of(window), self._used.get(self._slot(endpoint, window), 0)
            answer[window] = {"limit": limit, "consumed": used, "left_over": max(limit - used, 0)}
        return answer

    def _slot(self, endpoint: str, window: str) -> tuple[str, str, int]:
        seconds = WINDOWS[window] * self.limits.window_seconds / 60
        return endpoint, window, int(self._now() // seconds)
