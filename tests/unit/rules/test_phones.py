"""Telephone numbers and countries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.rules.phones import read_phone, region_of_country
from outreach_pipeline.rules.reading import NOTHING
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "text, region, number, note",
    [
        ("+1 304-555-0142", None, "+13045550142", None),
        ("+13045550142", "DE", "+13045550142", None),
        ("'+1 412-555-0117", None, "+14125550117", None),
        ("14155550101.0", None, "+14155550101", "float_repaired plus_added"),
        ("1 (415) 555-0101", None, "+14155550101", "plus_added"),
        ("(681) 555-0188", "US", "+16815550188", None),
        ("681.555.0188", "us", "+16815550188", None),
        ("+49 30 23125 100", None, "+493023125100", None),
        ("+49 (0)30 23125-100", None, "+493023125100", None),
        ("030 23125100", "DE", "+493023125100", None),
        ("0049 30 23125100", None, "+493023125100", "prefix_replaced"),
        ("011 49 30 23125100", None, "+493023125100", "prefix_replaced"),
        ("011 44 20 7946 0123", "US", "+442079460123", "prefix_replaced"),
        ("0113 496 0123", "GB", "+441134960123", None),
        ("+44 1632 960123", None, "+441632960123", None),
        ("+1 412 555 0117 ext. 45", None, "+14125550117", "extension_dropped"),
        ("412-555-0117 x45", "US", "+14125550117", "extension_dropped"),
        ("+1-412-555-0117;ext=3", None, "+14125550117", "extension_dropped"),
        ("tel:+1-412-555-0117", None, "+14125550117", None),
        ("+1 412 555 0117, +1 412 555 0118", None, "+14125550117", "first_of_several"),
        ("1-800-FLOWERS", "US", "+18003569377", None),
    ],
)
def test_accepted(text, region, number, note):
    reading = read_phone(text, region)
    assert (reading.value, reading.problem, reading.note) == (number, None, note)


@pytest.mark.parametrize(
    "text, region, problem",
    [
        ("555-0100", None, "local_only"),
        ("555-0100", "US", "local_only"),
        ("5550100.0", "US", "local_only"),
        ("(681) 555-0188", None, "no_region"),
        ("493023125100", None, "no_region"),
        ("0113 496 0123", None, "no_region"),  # Leeds, and not a call to Spain
        ("+10000000000", None, "placeholder"),
        ("0000000000", "US", "placeholder"),
        ("+11234567890", None, "placeholder"),
        ("n/a", None, "placeholder"),
        ("1.41556E+10", None, "precision_lost"),
        ("+1 555 123 4567", None, "invalid"),
        ("+999 123 4567", None, "invalid"),
        ("412-555-01", "US", "local_only"),
        ("call me", "US", "syntax"),
        ("ada@x.example", "US", "syntax"),
    ],
)
def test_refused_and_never_padded(text, region, problem):
    reading = read_phone(text, region)
    assert (reading.value, reading.problem) == (None, problem)


@pytest.mark.parametrize("text", [None, "", " ", "nan"])
def test_silence_gives_no_default(text):
    assert read_phone(text, "US") == NOTHING


@given(texts(), st.sampled_from([None, "US", "DE", "GB", "JP", "XX"]))
def test_idempotent_and_e164(text, region):
    value = read_phone(text, region).value
    if value is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{5,14}", value)
        assert read_phone(value, region).value == value
        assert read_phone(value).value == value


@pytest.mark.parametrize(
    "text, code",
    [
        ("United States", "US"),
        ("united states", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("US", "US"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("DE", "DE"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Österreich", "AT"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("The Netherlands", "NL"),
        ("中国", "CN"),
        ("CA", "CA"),
        ("West Virginia", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_countries(text, code):
    assert region_of_country(text) == code
