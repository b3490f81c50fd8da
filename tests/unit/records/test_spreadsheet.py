"""Cells that a spreadsheet would run."""

from __future__ import annotations

import pyarrow as pa
import pytest

from outreach_pipeline.records.spreadsheet import escape_formulas


def escaped(text: str | None, column: str = "title") -> str | None:
    batch = pa.record_batch({column: pa.array([text], pa.large_string())})
    found: list[str | None] = escape_formulas(batch, frozenset({"phone"}))[column].to_pylist()
    return found[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "\u00a0=1", "\ufeff=1",
        "\u200b=1", "\x00=1", " \t @x", "＝1", "＋1", "－1", "＠x", "−1", "+49 30 123456", "-",
    ],
)  # fmt: skip
def test_what_begins_like_a_formula_becomes_text(text: str) -> None:
    assert escaped(text) == f"'{text}"
    assert escaped(text, "phone") == f"'{text}"


@pytest.mark.parametrize("text", ["Ada", "1+1", "a=b", "'s-Gravenhage", "", None, "Chief @ Firm", "O'Neil-Smith", "#1"])
def test_everything_else_stays(text: str | None) -> None:
    assert escaped(text) == text


def test_a_phone_number_stays_a_phone_number_in_its_own_column_only() -> None:
    assert escaped("+4930123456", "phone") == "+4930123456"
    assert escaped("+4930123456") == "'+4930123456"
    assert escaped("+4930123456=1", "phone") == "'+4930123456=1"


def test_numbers_are_left_alone() -> None:
    batch = pa.record_batch({"score": pa.array([-1.5])})
    assert escape_formulas(batch)["score"].to_pylist() == [-1.5]
