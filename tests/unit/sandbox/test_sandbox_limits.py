"""Fixed windows: what fills them, when they open again, and the two spellings of their headers."""

from __future__ import annotations

from outreach_pipeline.sandbox.apollo.limits import Limits, Windows


def test_a_full_window_refuses_until_the_next_begins() -> None:
    clock = [120.0]
    windows = Windows(Limits(minute=2, hour=3, day=10), now=lambda: clock[0])
    assert [windows.enter("/a") for _ in range(3)] == [None, None, "minute"]
    assert windows.enter("/b") is None
    clock[0] = 180.0
    assert [windows.enter("/a") for _ in range(2)] == [None, "hour"]
    clock[0] = 3_600.0 + 180
    assert windows.enter("/a") is None


def test_headers_in_both_spellings() -> None:
    for observed, word in ((True, "24-hour"), (False, "daily")):
        windows = Windows(Limits(minute=5, observed_names=observed), now=lambda: 0.0)
        windows.enter("/a")
        headers = windows.headers("/a")
        assert headers["x-minute-requests-left"] == "4"
        assert headers[f"x-rate-limit-{word}"] == "20000"
        assert headers[f"x-{word}-usage"] == "1"
        assert "x-rate-limit-hourly" in headers
