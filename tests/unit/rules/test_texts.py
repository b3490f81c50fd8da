"""Cleaning, folding and placeholders."""

import pytest
from hypothesis import given

from outreach_pipeline.rules.texts import clean, fold, is_absent, is_placeholder, unescape
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "text, folded",
    [
        ("José-Luis Fontán", "jose luis fontan"),
        ("Straße", "strasse"),
        ("Łódź Ørsted Đà", "lodz orsted da"),
        ("ŒUVRE", "oeuvre"),
        ("Oskar & Lind", "oskar lind"),
        ("  A\u00a0B\u202fC ", "a b c"),
        ("ﬁnance", "finance"),
        ("がく", "がく"),  # the voicing mark is not an accent
        ("हिन्दी", "हिन्दी"),
        ("İstanbul", "istanbul"),
        (None, ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    "text, cleaned",
    [
        ("  Tidepool  Dental ", "Tidepool Dental"),
        ("9\u202fAM\u00a0to\u20095\u202fPM", "9 AM to 5 PM"),
        ("Ada\u200bQuill\ufeff", "AdaQuill"),
        ("a\tb\r\nc\x00d", "a b c d"),
        ("Fonta\u0301n", "Fontán"),
        ("\ud800", None),
        ("   ", None),
        (None, None),
    ],
)
def test_clean(text, cleaned):
    assert clean(text) == cleaned


def test_unescape_resolves_what_was_escaped_twice():
    assert unescape("BJ&amp;#8217;s") == "BJ’s"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        None,
        "n/a",
        "N.A.",
        "NaN",
        "none",
        "NULL",
        "(null)",
        "Unknown",
        "TBD",
        "test",
        "-",
        "--",
        ".",
        "xxx",
        "not available",
        "undefined",
        "#REF!",
        "#N/A",
        "keine Angabe",
        "x x x",
    ],
)
def test_placeholders(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["X", "3M", "CEO", "Test Valley Brewery", "Unknown Worlds", "Nano", "Ex-CEO", "株式会社"]
)
def test_what_is_no_placeholder(text):
    assert not is_placeholder(text)


def test_only_silence_is_absent():
    assert is_absent(None)
    assert is_absent("nan")
    assert is_absent(" ")
    assert not is_absent("n/a")


@given(texts())
def test_idempotent(text):
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)
    assert unescape(unescape(text)) == unescape(text)
    assert isinstance(is_placeholder(text), bool)
