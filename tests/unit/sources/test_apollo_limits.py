"""Windows of Apollo's limits, in the spellings of its documentation and of its traffic."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_pipeline.sources.apollo_enrich import joined
from outreach_pipeline.sources.apollo_limits import Window, calls_left, full_window, retry_after
from outreach_pipeline.sources.apollo_paid import Subject

TEXT = "The maximum number of api calls allowed for api/v1/people/match is 200 times per {}. Please upgrade."


@pytest.mark.parametrize(
    ("word", "window"),
    [("minute", Window.MINUTE), ("hour", Window.HOUR), ("day", Window.DAY), ("24 hours", Window.DAY)],
)
def test_the_text_names_the_window(word: str, window: Window) -> None:
    assert full_window(TEXT.format(word), {}).window is window
    # Whatever the headers say: "per minute" with an exhausted hour is still what was refused.
    assert full_window(TEXT.format(word), {"x-hourly-requests-left": "0"}).window is window


@pytest.mark.parametrize(
    ("headers", "window"),
    [
        ({"x-24-hour-requests-left": "0", "x-minute-requests-left": "0"}, Window.DAY),
        ({"X-Daily-Requests-Left": "0", "x-hourly-requests-left": "3"}, Window.DAY),
        ({"x-hourly-requests-left": "0", "x-24-hour-requests-left": "17"}, Window.HOUR),
        ({"x-minute-requests-left": "soon"}, Window.MINUTE),
        ({}, Window.MINUTE),
    ],
)
def test_without_words_the_headers_decide(headers: dict[str, str], window: Window) -> None:
    assert full_window("<html>Too many requests</html>", headers).window is window


def test_both_spellings_of_the_day() -> None:
    assert calls_left({"x-24-hour-requests-left": "5", "x-24-hour-usage": "1"}) == {Window.DAY: 5}
    assert calls_left({"x-daily-requests-left": "6", "x-rate-limit-daily": "9"}) == {Window.DAY: 6}


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("You have hit the limit of 600 requests per hour.", Window.HOUR),
        ("You may call this 50 times a day", Window.DAY),
        ("100 calls/minute exceeded", Window.MINUTE),
        ("Hourly rate limit reached", Window.HOUR),
        ("The daily limit of api calls is reached.", Window.DAY),
        ("24-hour limit exceeded", Window.DAY),
        ("Rate limit: 2,000 per 24 hours", Window.DAY),
        ("minute limit exceeded, 50 requests every minute", Window.MINUTE),
        ('{"error": "RATE LIMITED: MAXIMUM 10 REQUESTS PER DAY"}', Window.DAY),
        ("Limits: 50 per minute, 200 per hour", Window.HOUR),
    ],
)
def test_other_words_for_a_window(text: str, window: Window) -> None:
    assert full_window(text, {}).window is window


def test_of_several_windows_in_the_text_the_one_that_is_used_up() -> None:
    limits = "Limits: 50 per minute, 200 per hour, 600 per day"
    assert full_window(limits, {"x-minute-requests-left": "0", "x-hourly-requests-left": "9"}).window is Window.MINUTE


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"x-rate-limit-hourly": "200", "x-hourly-usage": "200"}, {Window.HOUR: 0}),
        ({"X-Rate-Limit-Minute": "50", "X-Minute-Usage": "20"}, {Window.MINUTE: 30}),
        ({"x-rate-limit-24-hour": "600", "x-24-hour-used": "601"}, {Window.DAY: -1}),
        ({"x-rate-limit-remaining-minute": "3", "x-rate-limit-minute": "50"}, {Window.MINUTE: 3}),
        ({"x-ratelimit-remaining-daily": "0"}, {Window.DAY: 0}),
        ({"x-rate-limit-hourly": "200", "x-hourly-usage": "many"}, {}),
        ({"x-rate-limit": "200", "content-length": "17"}, {}),
    ],
)
def test_what_is_left_by_all_names(headers: dict[str, str], left: dict[Window, int]) -> None:
    assert calls_left(headers) == left


NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30", 30.0), (" 7200 ", 7200.0), ("1.5", 1.5), ("Fri, 20 Nov 2026 12:10:00 GMT", 600.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0), ("soon", None), ("-5", None), ("", None),
    ],
)  # fmt: skip
def test_retry_after_in_seconds_and_as_a_date(given: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": given}, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "headers", "window", "is_short", "over"),
    [
        ("", {"retry-after": "30"}, Window.MINUTE, True, "2026-11-20T12:00:30"),
        ("", {"retry-after": "1800"}, Window.HOUR, False, "2026-11-20T12:30:00"),
        ("", {"retry-after": "40000"}, Window.DAY, False, "2026-11-20T23:06:40"),
        ("10 times per hour", {"retry-after": "5"}, Window.HOUR, False, "2026-11-20T12:00:05"),
        ("10 times per minute", {"retry-after": "900"}, Window.MINUTE, False, "2026-11-20T12:15:00"),
        ("10 times per minute", {}, Window.MINUTE, True, "2026-11-20T12:01:00"),
        ("10 times per hour", {}, Window.HOUR, False, "2026-11-20T13:00:00"),
        ("10 times per day", {}, Window.DAY, False, "2026-11-21T00:00:00"),
    ],
)
def test_what_is_waited_for_and_when_it_is_over(
    text: str, headers: dict[str, str], window: Window, is_short: bool, over: str
) -> None:
    full = full_window(text, headers, NOW)
    assert (full.window, full.is_short) == (window, is_short)
    assert full.over_at(NOW) == datetime.fromisoformat(f"{over}+00:00")


def test_answers_are_joined_by_what_they_say_never_by_position() -> None:
    found = [
        {"id": "c", "email": "C@firm.example"},
        None,
        {"id": "a"},
        {"id": "x", "linkedin_url": "http://www.linkedin.com/in/Ada-Q/"},
        {"id": "y", "contact": {"person_id": "e"}},
        {"id": "zzz"},
    ]
    asked = ["a", "b", "c@firm.example", "https://www.linkedin.com/in/ada-q", "e"]
    told, strangers = joined([Subject(name, (name,)) for name in asked], found)
    assert (dict(told), strangers) == (
        {**dict.fromkeys(asked, True), "b": False, "c": True, "x": True, "y": True},
        1,
    )
