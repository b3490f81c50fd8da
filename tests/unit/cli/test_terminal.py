"""How values look, and what JSON is made of."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer
from rich.progress import Progress

from outreach_pipeline.cli.execute import Outcome
from outreach_pipeline.cli.options import read_batch, read_day, yesterday
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import moment, number, plural, print_json, text
from outreach_pipeline.cli.work import exit_code


def test_numbers_have_separators_and_a_zero_is_quiet() -> None:
    assert number(1234567) == "1,234,567"
    assert "0" not in number(0)
    assert number(0, quiet_zero=False) == "0"
    assert (plural(1, "load"), plural(2000, "batch", "batches")) == ("1 load", "2,000 batches")


def test_a_day_is_shown_without_an_hour() -> None:
    assert moment(datetime(2022, 6, 30, tzinfo=UTC)) == "2022-06-30"
    assert moment(datetime(2022, 6, 30, 14, 5, tzinfo=UTC)) == "2022-06-30 14:05"


def test_a_value_is_never_read_as_markup() -> None:
    assert text("[red]Bold & Sons[/]") == "\\[red]Bold & Sons\\[/]"
    assert text(["a", "b"]) == "a, b"


def test_json_holds_every_kind_of_value_of_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"day": date(2022, 6, 30), "at": datetime(2022, 6, 30, tzinfo=UTC), "n": Decimal("0.5"),
             "b": b"\x01\xff",
             "s": ("x",), "i": Decimal(3)}  # fmt: skip
    print_json(value)

    assert json.loads(capsys.readouterr().out) == {
        "day": "2022-06-30", "at": "2022-06-30T00:00:00+00:00", "n": 0.5, "b": "01ff", "s": ["x"], "i": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    "states, code",
    [([], 0), (["done"], 0), (["done", "held"], 1), (["failed", "transient"], 1), (["done", "transient"], 3)],
)
def test_the_exit_code_is_that_of_the_worst_batch(states: list[str], code: int) -> None:
    assert exit_code([Outcome("2022-06-30|x", state, 0.1) for state in states]) == code


def test_days_are_dates_or_words() -> None:
    assert read_day("2026-11-06") == date(2026, 11, 6)
    assert read_day("yesterday") == yesterday()
    for wrong in ("06.11.2026", "2026-02-30", "", "tomorrow"):
        with pytest.raises(typer.BadParameter):
            read_day(wrong)


def test_a_batch_has_a_bar() -> None:
    assert read_batch("2026-11-06|leads") == "2026-11-06|leads"
    with pytest.raises(typer.BadParameter):
        read_batch("leads")


def test_one_bar_for_a_piece_of_work_whatever_it_says_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    screen.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    bars: list[str] = []
    add = Progress.add_task
    monkeypatch.setattr(Progress, "add_task", lambda self, name, **of: (bars.append(name), add(self, name, **of))[1])
    with progress_bars() as progress:
        progress("land · page 1", 5, None)
        progress("land · page 2 · 0.42 USD spent", 10, None)
        progress("validate", 1, 2)
    assert bars == ["land · page 1", "validate"]
    assert "land · page 2 · 0.42 USD spent" in screen.getvalue()
