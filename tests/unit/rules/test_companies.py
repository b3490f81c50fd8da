"""Company names and keys, headcounts and years."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.rules.companies import (
    Headcount,
    Year,
    clean_company_name,
    company_key,
    company_key_loose,
    former_name,
    read_company_name,
    read_employee_count,
    read_year,
)
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "spellings, key",
    [
        (
            (
                "Bramblewick Staffing Group",
                "BRAMBLEWICK STAFFING GROUP, LLC",
                "bramblewick  staffing group l.l.c.",
                "Bramblewick Staffing Group (formerly Five Ridge Temps)",
            ),
            "bramblewick staffing group",
        ),
        (
            (
                "Oskar & Lind Maschinenbau GmbH",
                "Oskar and Lind Maschinenbau",
                "Oskar & Lind Maschinenbau GmbH & Co. KG",
            ),
            "oskar and lind maschinenbau",
        ),
        (("Tidepool Dental", "Tidepool Dental, PLLC", "Tidepool Dental "), "tidepool dental"),
        (
            ("BJ&#8217;s Wholesale Club", "BJ’s Wholesale Club", "BJ's Wholesale Club, Inc."),
            "bjs wholesale club",
        ),
        (("U.S. Bancorp", "US Bancorp"), "us bancorp"),
        (("AT&T", "AT&T Inc."), "at and t"),
        (("The Kroger Co.", "Kroger"), "kroger"),
        (("Novo Nordisk A/S", "Novo Nordisk"), "novo nordisk"),
        (("Eni S.p.A.", "Eni SpA", "Eni"), "eni"),
        (("Bimbo, S.A.B. de C.V.", "Bimbo"), "bimbo"),
        (
            (
                "Acme Pty Ltd",
                "ACME PTY. LTD.",
                "Acme B.V.",
                "Acme S.à r.l.",
                "Acme Sp. z o.o.",
                "Acme Co., Ltd.",
            ),
            "acme",
        ),
        (("Société Générale SA", "Societe Generale"), "societe generale"),
        (("株式会社例", "例株式会社", "例"), "例"),
        (
            ("Expeditors Intl. of Washington", "Expeditors International of Washington"),
            "expeditors international of washington",
        ),
        (("Jones Financial (Edward Jones)",), "jones financial"),
    ],
)
def test_spellings_of_one_company_share_a_key(spellings, key):
    assert {company_key(spelling) for spelling in spellings} == {key}


@pytest.mark.parametrize(
    "one, other",
    [
        ("Bramblewick Group", "Bramblewick"),
        ("Acme Holdings", "Acme"),
        ("Bella Day Spa", "Bella Day"),
        ("Group 1 Automotive", "Group 2 Automotive"),
        ("3M", "M"),
        ("Pittsburgh PA Movers", "Pittsburgh Movers"),
    ],
)
def test_words_that_distinguish_stay(one, other):
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize("name", ["Inc", "Co.", "The", "AG", "(Acme)", "X", "SE"])
def test_never_to_nothing(name):
    assert company_key(name)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("Unknown", "placeholder"),
        ("n/a", "placeholder"),
        ("#REF!", "placeholder"),
        ("-", "placeholder"),
        ("Self-employed", "no_company"),
        ("Freelance", "no_company"),
        ("Stealth Startup", "no_company"),
        (None, None),
        ("nan", None),
    ],
)
def test_no_company(text, problem):
    assert (read_company_name(text).value, read_company_name(text).problem) == (None, problem)
    assert company_key(text) is None


def test_display_names_keep_their_case_and_legal_form():
    assert clean_company_name(" Acme,  Inc., ") == "Acme, Inc."
    assert clean_company_name("BJ&#8217;s Wholesale Club") == "BJ’s Wholesale Club"
    assert clean_company_name("Tidepool Dental\u202f") == "Tidepool Dental"


def test_former_and_loose_names():
    assert former_name("Bramblewick Staffing Group (formerly Five Ridge Temps)") == "Five Ridge Temps"
    assert former_name("Meta (formerly known as Facebook)") == "Facebook"
    assert former_name("Jones Financial (Edward Jones)") is None
    assert company_key_loose("Acme Holdings International, Inc.") == "acme"
    assert company_key_loose("Holding AG") == "holding"


@pytest.mark.parametrize(
    "text, count",
    [
        ("63", 63),
        (63, 63),
        ("1187.0", 1187),
        (1187.0, 1187),
        ("1,187", 1187),
        ("2300000", 2_300_000),
        ("0", 0),
        ("63 employees", 63),
        ("2.3M", 2_300_000),
        ("10k", 10_000),
    ],
)
def test_headcounts(text, count):
    assert read_employee_count(text) == Headcount(value=count)


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("51-200", 51, 200),
        ("51 - 200", 51, 200),
        ("1,001-5,000 employees", 1001, 5000),
        ("10,001+", 10001, None),
        ("201 to 500", 201, 500),
        ("1–10", 1, 10),
        ("10K+", 10_000, None),
        ("over 500", 500, None),
    ],
)
def test_a_range_is_no_headcount(text, low, high):
    assert read_employee_count(text) == Headcount(low=low, high=high, note="range")


@pytest.mark.parametrize(
    "text, problem",
    [
        ("-5", "negative"),
        ("abc", "syntax"),
        ("1.187", "syntax"),
        ("500-51", "reversed_range"),
        ("n/a", "placeholder"),
        ("99999999999", "too_large"),
        (None, None),
        (float("nan"), None),
        ("", None),
        (float("inf"), "syntax"),
    ],
)
def test_no_headcount(text, problem):
    assert read_employee_count(text) == Headcount(problem=problem)


@pytest.mark.parametrize(
    "text, year",
    [
        ("1998", 1998),
        (1998.0, 1998),
        (1998, 1998),
        ("1998.0", 1998),
        ("1961-01-01", 1961),
        ("2011-03-01T00:00:00Z", 2011),
        ("11-2023", 2023),
        ("Mar 2011", 2011),
        ("1700", 1700),
        ("2026", 2026),
    ],
)
def test_years(text, year):
    assert read_year(text, 2026) == Year(year)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("1699", "out_of_range"),
        ("2027", "out_of_range"),
        ("98", "out_of_range"),
        ("abc", "syntax"),
        ("0", "placeholder"),
        ("-1998", "syntax"),
        ("n/a", "placeholder"),
        (None, None),
        ("nan", None),
    ],
)
def test_no_year(text, problem):
    assert read_year(text, 2026) == Year(problem=problem)


@given(texts())
def test_idempotent(text):
    name = clean_company_name(text)
    assert clean_company_name(name) == name
    key = company_key(text)
    assert company_key(key) == key
    loose = company_key_loose(text)
    assert company_key_loose(loose) == loose
    former_name(text)


@given(st.one_of(texts(), st.floats(), st.integers()))
def test_numbers_stay_in_their_bounds(text):
    count = read_employee_count(text)
    assert count.value is None or (count.value >= 0 and count.low is None and count.problem is None)
    year = read_year(text, 2026)
    assert year.value is None or 1700 <= year.value <= 2026
