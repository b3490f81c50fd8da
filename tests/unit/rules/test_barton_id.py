"""The two id formats."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.rules.barton_id import (
    MAX_NUMBER,
    BartonId,
    Entity,
    format_barton_id,
    format_error_id,
    is_barton_id,
    is_error_id,
    parse_barton_id,
    parse_error_id,
)
from tests.unit.rules.arbitrary import texts


@given(st.sampled_from(Entity), st.integers(1, MAX_NUMBER))
def test_round_trip(entity, number):
    text = format_barton_id(entity, number)
    assert re.fullmatch(entity.pattern, text)
    assert parse_barton_id(text) == BartonId(entity, number)
    assert str(BartonId(entity, number)) == text


def test_the_ten_free_digits_are_the_number():
    assert format_barton_id(Entity.COMPANY, 2512345678) == "04.04.01.25.12345.678"
    assert format_barton_id(Entity.SLOT, 1) == "04.04.05.00.00000.001"


@pytest.mark.parametrize("number", [0, -1, MAX_NUMBER + 1])
def test_no_eleventh_digit(number):
    with pytest.raises(ValueError, match="number from 1 to"):
        format_barton_id(Entity.PERSON, number)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "04.04.03.25.12345.678",
        "04.04.01.25.12345.67",
        "04.04.01.25.123456.678",
        "04-04-01-25-12345-678",
        "04.04.01.25.12345.678\n",
        " 04.04.01.25.12345.678",
        "04.04.01.٢٥.12345.678",
        "04.04.01.00.00000.000",
        "05.04.01.25.12345.678",
    ],
)
def test_not_barton_ids(text):
    assert not is_barton_id(text)


def test_an_id_of_another_entity():
    assert is_barton_id("04.04.02.25.12345.678", Entity.PERSON)
    assert not is_barton_id("04.04.02.25.12345.678", Entity.COMPANY)


@given(st.dates(), st.integers(1, 10**7))
def test_error_ids_round_trip(day, counter):
    assert parse_error_id(format_error_id(day, counter)) == (day, counter)


def test_error_ids_grow_beyond_the_thousandth_of_a_day():
    assert format_error_id(date(2026, 11, 6), 1) == "ERR-2026-11-06-001"
    assert format_error_id(date(2026, 11, 6), 1000) == "ERR-2026-11-06-1000"
    with pytest.raises(ValueError, match="from 1"):
        format_error_id(date(2026, 11, 6), 0)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "ERR-2026-02-30-001",
        "ERR-2026-11-06-01",
        "ERR-2026-11-06-0001",
        "ERR-2026-11-06-000",
        "err-2026-11-06-001",
        "ERR-0000-11-06-001",
    ],
)
def test_not_error_ids(text):
    assert not is_error_id(text)


@given(texts())
def test_never_raises(text):
    assert is_barton_id(text) == (parse_barton_id(text) is not None)
    assert is_error_id(text) == (parse_error_id(text) is not None)
