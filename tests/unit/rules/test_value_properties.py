"""What holds for every value of a kind, not only for the examples: tried on values that Hypothesis makes up.

Belongs here: properties of rules. Does not belong here: single values (`test_real_values`), short ways (`test_short_ways`).
"""

from __future__ import annotations

import string
import unicodedata

from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outreach_pipeline.rules.companies import company_key, read_company_name
from outreach_pipeline.rules.emails import read_email, split_emails
from outreach_pipeline.rules.linkedin import read_company, read_profile
from outreach_pipeline.rules.name_words import (
    AMBIGUOUS_CREDENTIALS,
    CREDENTIALS,
    HONORIFICS,
    NOT_PEOPLE,
    PARTICLES,
    SUFFIXES,
    TITLES_WRITTEN_OUT,
)
from outreach_pipeline.rules.names import read_person_name
from outreach_pipeline.rules.nicknames import full_names
from outreach_pipeline.rules.phones import _VANITY, read_phone
from outreach_pipeline.rules.texts import fold, repair_mojibake
from tests.unit.rules.arbitrary import texts

_TABLES = {*HONORIFICS, *TITLES_WRITTEN_OUT, *CREDENTIALS, *AMBIGUOUS_CREDENTIALS, *SUFFIXES, *PARTICLES, *NOT_PEOPLE}
_word = st.text(st.sampled_from("abdeghiklmnoprstuvwäéøñßç"), min_size=3, max_size=9)
_name = _word.filter(lambda word: fold(word) not in _TABLES and not fold(word).startswith(("http", "xxx"))).map(
    str.capitalize
)

_IN_FRONT = (
    "Dr. ",
    "Prof. Dr. ",
    "Dipl.-Ing. ",
    "Dr. rer. nat. ",
    "Avv. ",
    "Mme ",
    "Sra. ",
    "dr hab. ",
    "Frau ",
    "🚀 ",
    "#hiring ",
    "Ing. ",
)
_BEHIND = (
    ", PhD", " MBA", ", MBA, CPA", " (she/her)", " she/her", " (sie/ihr)", " #OpenToWork", " 🚀", " née Tarn", " geb. Tarn",
    " | Hiring", " - We're hiring!", ", LL.M.", " ✔", " [LION]", ", Certified Coach", " CFA®", ", SHRM-SCP", " FRSA",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_name, _name, st.sampled_from(_IN_FRONT), st.sampled_from(_BEHIND))
def test_decorating_a_name_never_loses_the_person(first: str, last: str, front: str, behind: str) -> None:
    plain = read_person_name(f"{first} {last}")
    assert (plain.first, plain.last, plain.problem) == (first, last, None)
    for full in (front + f"{first} {last}", f"{first} {last}" + behind, front + f"{first} {last}" + behind):
        found = read_person_name(full)
        assert (found.first, found.last, found.problem) == (first, last, None), full
    fields = read_person_name(None, front + first, last + behind)
    assert (fields.first, fields.last) == (first, last)


@settings(max_examples=300, deadline=None)
@given(_name, _name)
def test_a_last_name_first_in_capitals_is_the_last_name(first: str, last: str) -> None:
    # Without a vowel it is initials (JRR); a first name alone in capitals is shouted; "ß" has no capital of its own.
    assume(set(fold(last)) & set("aeiou") and "ß" not in last and not full_names(fold(last)))
    for full in (f"{last}, {first}", f"{last.upper()} {first}", f"{last.upper()}, {first}", f"{first} {last.upper()}"):
        assert (read_person_name(full).first, read_person_name(full).last) == (first, last)


@settings(max_examples=300, deadline=None)
@given(texts())
def test_what_was_read_reads_as_itself(text: str) -> None:
    assert repair_mojibake(repair_mojibake(text)) == repair_mojibake(text)
    for rule in (read_email, read_company_name, read_phone):
        value = rule(text).value
        assert value is None or rule(value).value == value
    for page in (read_profile(text).url, read_company(text).url):
        assert page is None or page in {read_profile(page).url, read_company(page).url}
    key = company_key(text)
    assert company_key(key) == key


_atext = st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(_atext, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["x.example", "Sub.X.Example", "x-1.example"]),
)
def test_a_valid_address_is_kept_or_refused_never_changed(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        assume(False)
    pieces = split_emails(address)
    assert pieces == [address.lower()]
    reading = read_email(pieces[0])
    if reading.note is None or "escape_repaired" not in reading.note:
        assert reading.value in {address.lower(), None}
    assert reading.value or reading.problem in {
        "machine_address",
        "placeholder",
        "no_reply",
        "masked",
        "locked_placeholder",
    }


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in unicodedata.normalize("NFKC", text) if char.isdecimal())


def _without_trunk_zero(digits: str) -> set[str]:
    """The digits without a trunk zero behind the country code, which has one to three digits: +60 04 ... is +60 4 ..."""
    return {digits[:place] + digits[place + 1 :] for place in (1, 2, 3) if digits[place : place + 1] == "0"}


_number = st.one_of(
    st.sampled_from(
        ["+1 415 555 2671", "+49 30 123456", "+44 (0)20 7946 0958", "+33142685300", "0171 1234567", "(415) 555-2671"]
    ),
    st.text(string.digits + " +()-./", min_size=3, max_size=20),
)
_between = st.one_of(
    st.sampled_from([" / ", "/", " ext. ", " x", ", ", ";", " int. ", " доб. ", ",,", " or ", " & ", "内線", "-"]),
    texts(),
)


@settings(max_examples=500, deadline=None)
@given(
    _number,
    _between,
    st.one_of(st.just(""), _number, st.from_regex(r"\A[0-9]{1,5}\Z")),
    st.sampled_from([None, "US", "DE", "JP"]),
)
def test_a_phone_never_gains_digits(number: str, between: str, behind: str, region: str | None) -> None:
    text = number + between + behind
    value = read_phone(text, region).value
    if value is None or _VANITY.fullmatch(text.strip()):  # 1-800-FLOWERS: letters are digits there
        return
    code = {None: "", "US": "1", "DE": "49", "JP": "81"}[region]
    national = value[1:].removeprefix(code)
    written = {_digits(text), _digits(text.replace("(0)", "")), *_without_trunk_zero(_digits(text))}
    assert any(value[1:] in digits or (region and national in digits) for digits in written)
