"""Rules that answer plain values by a short way: the long way, which stays the one truth, says the same of each.

The long ways are imported by their private names: only beside each other can the two be compared.
"""

import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_pipeline.rules import companies, company_words, emails, linkedin, names, phones, texts, urls
from outreach_pipeline.rules.hosts import FREE_MAIL, LISTINGS, SHARED, SOCIAL
from outreach_pipeline.rules.name_words import (
    AMBIGUOUS_CREDENTIALS,
    CREDENTIALS,
    HONORIFICS,
    NOT_PEOPLE,
    PARTICLES,
    SOFTWARE_NOTHING,
    SUFFIXES,
)
from outreach_pipeline.rules.texts import fold
from tests.unit.rules.arbitrary import texts as arbitrary

_LISTED_WORDS = sorted({
    part
    for entry in (
        *HONORIFICS, *CREDENTIALS, *AMBIGUOUS_CREDENTIALS, *SUFFIXES, *PARTICLES, *NOT_PEOPLE, *SOFTWARE_NOTHING,
        "please", "upgrade", "refer to", "click here", "http", "https", "whttpx", "and", "und", "contact us",
    )
    for part in (entry, *entry.split())
})  # fmt: skip
_LETTERS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
_WORDS = st.one_of(_LETTERS, st.sampled_from(_LISTED_WORDS), st.sampled_from(["xx", "x", "li", "Mc", "O'Neil", "é", "D."]))


def _camel(words: tuple[str, str]) -> str:
    return words[0].capitalize() + words[1].capitalize()


_NAMES = st.one_of(_WORDS.map(str.capitalize), _WORDS.map(str.title), _WORDS, st.tuples(_WORDS, _WORDS).map(_camel))
_LABELS = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=5)
_HOSTS = st.one_of(
    st.sampled_from(sorted(FREE_MAIL | SOCIAL | SHARED | LISTINGS)),
    st.sampled_from(["x.local", "x.lan", "x.arpa", "x.test", "x.invalid", "co.uk", "2x.png", "x.onion", "n.a", "k.a", "x.xx"]),
    st.lists(_LABELS, min_size=1, max_size=4).map(".".join),
    st.tuples(_LABELS, st.sampled_from(["com", "example", "co.uk", "zip", "jpg", "internal"])).map(".".join),
)
_LOCALS = st.one_of(
    st.text(string.ascii_letters + string.digits + "._-+'", min_size=1, max_size=12),
    st.sampled_from([
        "info", "no-reply", "not_unlocked", "email_not_unlocked", "locked", "unlocked", "test", "noemail", "a.b.c", "xn--a", "ceo2",
    ]),
    st.integers(29, 66).map("a".__mul__),
)  # fmt: skip
_SLUGS = st.one_of(
    st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12),
    st.sampled_from(["ada-quill-1", "unavailable", "me", "in", "ACoAASYNTH0000000000000000000000001", "ac" + "oaa" + "b" * 34, "0", "007", "-"]),
)  # fmt: skip


def _same(short: Callable[..., object], long: Callable[..., object], *given_texts: str | None) -> None:
    assert short(*given_texts) == long(*given_texts)


@settings(max_examples=400, deadline=None)
@given(_NAMES, _NAMES, st.sampled_from(["both", "full only", "all", "other full"]))
def test_names(first, last, given_fields):
    full = f"{first} {last}"
    fields = {"both": (None, first, last), "full only": (full, None, None), "all": (full, first, last)}.get(
        given_fields, (f"{last} {first}", first, last)
    )
    _same(names.read_person_name, names._read_slowly, *fields)
    _same(names.name_key, names._key_slowly, first, last)


@pytest.mark.parametrize("word", _LISTED_WORDS)
def test_every_listed_word_of_names(word):
    for spelling in (word.capitalize(), word.title(), word):
        for first, last in (("Ada", spelling), (spelling, "Quill"), (spelling, spelling)):
            _same(names.read_person_name, names._read_slowly, None, first, last)
            _same(names.read_person_name, names._read_slowly, f"{first} {last}", None, None)
            _same(names.name_key, names._key_slowly, first, last)


@given(arbitrary(), arbitrary(), arbitrary())
def test_any_text_as_a_name(full, first, last):
    _same(names.read_person_name, names._read_slowly, full, first, last)
    _same(names.name_key, names._key_slowly, first, last)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.tuples(_LOCALS, _HOSTS).map("@".join), arbitrary()))
def test_emails(text):
    if not texts.is_absent(text):
        _same(emails.read_email, emails._read_slowly, text)
    _same(emails.split_emails, emails._split_slowly, text)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.tuples(
            st.sampled_from(["https://", "http://", "", "HTTP://", "https:/"]), _HOSTS,
            st.sampled_from(["", "/", "/about", "/A/b-c_d/", "//x", "/x?utm_source=a", "/a.", "/-", ":443"]),
        ).map("".join),
        arbitrary(),
    )
)  # fmt: skip
def test_urls(text):
    if not texts.is_absent(text):
        _same(urls.read_url, urls._read_slowly, text)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.tuples(
            st.sampled_from(["https://www.", "http://", "https://", "", "https://de.", "HTTPS://www."]),
            st.sampled_from(["linkedin.com/in/", "linkedin.com/company/", "linkedin.com/pub/", "Linkedin.com/in/"]),
            _SLUGS,
            st.sampled_from(["", "/", "//", "/en", "?trk=x"]),
        ).map("".join),
        arbitrary(),
    )
)  # fmt: skip
def test_linkedin(text):
    _same_companies_and_profiles(text)


@given(st.text("0123456789. ", min_size=1, max_size=22))
def test_linkedin_numbers(text):
    _same_companies_and_profiles(text)


def _same_companies_and_profiles(text: str) -> None:
    if not texts.is_absent(text):
        _same(linkedin.read_profile, linkedin._read_profile_slowly, text)
        _same(linkedin.read_company, linkedin._read_company_slowly, text)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.integers(1, 10**16).map("+{}".format),
        st.tuples(
            st.sampled_from(["+1304555", "+1412555", "+4420", "+4930", "+0", "+1 304", "+11"]),
            st.text("0123456789x# ", max_size=9),
        ).map("".join),
        st.sampled_from(["+11111111111", "+1234567890", "+11234567890", "+123456789", "+1²345678901"]),
    ),
    st.sampled_from([None, "US", "gb"]),
)
def test_phones(text, region):
    _same(phones.read_phone, phones._read_slowly, text, region)


_FIRM_WORDS = st.one_of(_WORDS.map(str.capitalize), _WORDS, st.sampled_from(["Inc", "S A", "SpA", "Pvt.", "Ltd.", "AB", "A/S", "(UK)", "Bros"]))


@settings(max_examples=400, deadline=None)
@given(st.lists(_FIRM_WORDS, min_size=1, max_size=4).map(" ".join))
def test_companies(text):
    name = companies.clean_company_name(text)
    if name and company_words._PLAIN.fullmatch(name):
        bared, initials = company_words._bared(name)
        assert not initials
        assert fold(bared) == fold(name)


_PLACEHOLDER_TEXTS = st.one_of(
    st.sampled_from([*sorted(texts._PLACEHOLDERS), "x x", "XX", "x", "x1", "#REF!", "n/a", "N.A.", "n-a", "xx-large"]),
    st.lists(st.sampled_from(sorted({w for t in texts._PLACEHOLDERS for w in t.split()} | {"x", "acme"})), max_size=4).map(" ".join),
)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(arbitrary(), st.tuples(st.sampled_from(["", " ", "#", "-", "é"]), _PLACEHOLDER_TEXTS, st.sampled_from(["", ".", "!", "é", " z"])).map("".join))
)
def test_placeholders(text):
    for spelling in (text, text.upper(), text.title()):
        _same(texts.is_placeholder, texts._is_placeholder_slowly, spelling)


def test_the_plain_ones_take_the_short_way():
    # Without this, a gate that lets nothing through would pass everything above.
    assert names._read_plain("Ada Quill", "Ada", "Quill") is not None
    assert names._read_plain("Ada Quill", None, None) is not None
    for gate, text in (
        (emails._PLAIN, "ada.quill@bramblewick.example"),
        (urls._PLAIN, "https://www.bramblewick.example/about/"),
        (linkedin._PLAIN_PROFILE, "https://www.linkedin.com/in/ada-quill-1"),
        (linkedin._PLAIN_COMPANY, "http://linkedin.com/company/bramblewick/"),
        (linkedin._PLAIN_NUMBER, "701326"),
        (phones._E164, "+13045550142"),
    ):
        assert isinstance(gate, re.Pattern)
        assert gate.fullmatch(text)
