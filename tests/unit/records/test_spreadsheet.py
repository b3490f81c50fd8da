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


# Default-ignorable code points of Unicode 16 (DerivedCoreProperties) and blanks: one of each range, and both its ends.
UNSEEN = (
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x180F, 0x2000, 0x200B, 0x200D, 0x200F, 0x202A,
    0x202E, 0x2060, 0x2063, 0x2065, 0x206F, 0x2800, 0x3000, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF8, 0xFFFC,
    0x1BCA0, 0x1D159, 0x1D173, 0x1D17A, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF, 0xE0FFF, 0x0301, 0x20DD, 0x0085, 0x2028,
)  # fmt: skip


@pytest.mark.parametrize("code", UNSEEN, ids=hex)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_cannot_be_seen_hides_no_formula(code: int, sign: str) -> None:
    for text in (f"{chr(code)}{sign}1+1", f" {chr(code)}{chr(code)}\u200b{sign}1"):
        assert escaped(text) == f"'{text}"
        assert escaped(text, "phone") == f"'{text}"


@pytest.mark.parametrize("sign", ["\ufe62", "\ufe63", "\ufe66", "\ufe6b", "\u207a", "\u208c", "\ufb29", "\u2212", "\u2795", "\u2796"])
def test_the_signs_other_forms_count_as_the_signs(sign: str) -> None:
    assert escaped(f"{sign}1") == f"'{sign}1"


@pytest.mark.parametrize(
    "text", ["\u200bAda", "阿卜杜拉·艾哈迈德", "李-四", "(a=b)", "\u3164가=1", "e\u0301=1", "¿=?", "\u2260 1", "\u200b"]
)
def test_what_can_be_seen_in_front_makes_it_a_text(text: str) -> None:
    assert escaped(text) == text


def test_rows_keep_their_places() -> None:
    texts = ["=1", None, "Ada", "\u3164=2", "", "Bo-b"] * 3
    batch = pa.record_batch({"title": pa.array(texts, pa.large_string())})
    assert escape_formulas(batch)["title"].to_pylist() == ["'=1", None, "Ada", "'\u3164=2", "", "Bo-b"] * 3


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
