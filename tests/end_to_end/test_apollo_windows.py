"""Full windows over real HTTP: short ones are waited for where they are met, long ones end the pull and say until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from paid_world import DAY, Admin, apollo, apollo_workspace, one, serve

from outreach_pipeline.sandbox.http import Answer, Request, json_answer
from outreach_pipeline.sources.apollo_api import WindowFullError
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch

COMPANIES = Batch(DAY, "companies")


def full(sandbox: object, answer: Answer, times: int = 1) -> list[int]:
    """After the first page so many calls find a window full; gives the count of calls."""
    service, calls = sandbox.apollo, [0]  # type: ignore[attr-defined]

    def answered(request: Request, found: Mapping[str, str]) -> Answer:
        calls[0] += 1
        return answer if 1 < calls[0] <= 1 + times else service._companies(request, found)

    serve(service, "POST", "/mixed_companies/search", answered)
    return calls


@pytest.mark.parametrize(
    ("text", "headers", "window", "seconds"),
    [
        ("600 requests per hour", {}, "hour", 3600),
        ("Hourly rate limit reached", {"retry-after": "1800"}, "hour", 1800),
        ("Too many requests", {"x-rate-limit-daily": "9", "x-daily-usage": "9", "retry-after": "7200"}, "day", 7200),
        ("Too many requests", {"retry-after": "date"}, "hour", 1200),
    ],
)
def test_a_long_window_says_until_when(
    tmp_path: Path, database_url: str, admin: Admin, text: str, headers: dict[str, str], window: str, seconds: int
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        before = datetime.now(UTC)
        date = format_datetime(before + timedelta(seconds=seconds), usegmt=True)
        given = {name: date if value == "date" else value for name, value in headers.items()}
        full(sandbox, json_answer({"message": text}, 429, given))
        with pytest.raises(WindowFullError, match=f"calls per {window} are used up") as caught:
            land_batch(there, COMPANIES)
        assert caught.value.not_before is not None
        # A date has whole seconds.
        assert -1 <= (caught.value.not_before - before).total_seconds() - seconds < 60
        assert one(admin, "select count(*) from public.credit_ledger where state in ('reserved', 'doubtful')") == 0
        assert land_batch(there, COMPANIES).items == len(sandbox.apollo.search().companies({})) - 5


@pytest.mark.parametrize("headers", [{}, {"retry-after": "0"}])
def test_a_minute_is_waited_for_and_not_for_ever(
    tmp_path: Path, database_url: str, admin: Admin, headers: dict[str, str]
) -> None:
    answer = json_answer({"message": "200 requests per minute"}, 429, headers)
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        full(sandbox, answer, times=3)
        assert land_batch(there, COMPANIES).items == len(sandbox.apollo.search().companies({}))
        calls = full(sandbox, answer, times=100)
        with pytest.raises(WindowFullError, match="per minute") as caught:
            land_batch(there, Batch(DAY + timedelta(days=1), "companies"))
        assert calls == [5]
        assert caught.value.not_before is not None
