"""Windows of Apollo's limits, in the spellings of its documentation and of its traffic."""

from __future__ import annotations

import pytest

from outreach_pipeline.sources.apollo_enrich import joined
from outreach_pipeline.sources.apollo_limits import Window, calls_left, full_window
from outreach_pipeline.sources.apollo_paid import Subject

TEXT = "The maximum number of api calls allowed for api/v1/people/match is 200 times per {}. Please upgrade."


@pytest.mark.parametrize(
    ("word", "window"),
    [("minute", Window.MINUTE), ("hour", Window.HOUR), ("day", Window.DAY), ("24 hours", Window.DAY)],
)
def test_the_text_names_the_window(word: str, window: Window) -> None:
    assert full_window(TEXT.format(word), {}) is window
    # Whatever the headers say: "per minute" with an exhausted hour is still what was refused.
    assert full_window(TEXT.format(word), {"x-hourly-requests-left": "0"}) is window


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
    assert full_window("<html>Too many requests</html>", headers) is window


def test_both_spellings_of_the_day() -> None:
    assert calls_left({"x-24-hour-requests-left": "5", "x-24-hour-usage": "1"}) == {Window.DAY: 5}
    assert calls_left({"x-daily-requests-left": "6", "x-rate-limit-daily": "9"}) == {Window.DAY: 6}


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
