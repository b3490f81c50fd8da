"""What somebody sees who watches: bars with a pace, and a line for what is waited for that goes when the work goes on."""

from __future__ import annotations

import io
import sys
import time

import pytest

from outreach_pipeline.cli import progress as drawn
from outreach_pipeline.cli.progress import duration, pace, progress_bars


def _screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal of 100 columns. No fixture: pytest puts its own stderr back when a test begins."""
    found = io.StringIO()
    found.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return found


@pytest.mark.parametrize(
    "done, total, seconds, said",
    [
        (0, 100, 0.0, "0:00"),
        (50, 100, 10.0, "5.0/s, 0:10 left"),
        (10_000, 60_000, 8.0, "1,250/s, 0:40 left"),
        (100, 100, 61.0, "1:01"),
        (500, None, 10.0, "50/s, 0:10"),
        (0, None, 12.0, "0:12"),
    ],
)
def test_a_pace_is_a_rate_and_the_time_left(done: int, total: int | None, seconds: float, said: str) -> None:
    assert pace(done, total, seconds) == said


def test_a_duration_has_hours_where_there_are_some() -> None:
    assert [duration(seconds) for seconds in (4.6, 750, 3_723)] == ["0:05", "12:30", "1:02:03"]


def test_a_wait_is_a_line_that_goes_when_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _screen(monkeypatch)
    with progress_bars() as progress:
        progress("leads: land", 5, None)
        progress("leads: wait until 14:05:10 UTC to try again: The server is away.", 0, None)
        time.sleep(0.3)
        waiting = screen.getvalue()
        progress("leads: land", 6, None)
        progress("waitlist: land", 1, None)
        before = len(screen.getvalue())
        time.sleep(0.3)
        after = screen.getvalue()[before:]
    assert "wait until 14:05:10 UTC" in waiting
    assert "wait until" not in after
    assert "waitlist: land" in after


def test_silence_is_explained_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _screen(monkeypatch)
    monkeypatch.setattr(drawn, "SILENCE_SECS", 0.2)
    monkeypatch.setattr(drawn, "_LOOK_SECS", 0.1)
    with progress_bars(lambda: "another run that holds the lock") as progress:
        progress("leads: promote", 0, 10)
        time.sleep(0.8)
    assert "wait for another run that holds the lock" in screen.getvalue()


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as progress:
        progress("leads: land", 5, None)
    assert capsys.readouterr().err == ""
