"""Reading, splitting and judging e-mail addresses."""

import re

import pytest
from hypothesis import given

from outreach_pipeline.rules.emails import (
    is_disposable,
    is_free_mail,
    is_role_address,
    read_email,
    split_emails,
)
from outreach_pipeline.rules.reading import NOTHING
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "text, address",
    [
        ("ada.quill@bramblewick.example", "ada.quill@bramblewick.example"),
        ("Ada.Quill@Bramblewick.EXAMPLE", "ada.quill@bramblewick.example"),
        ("mailto:ada@x.example?subject=hi", "ada@x.example"),
        ("Ada Quill <Ada@X.example>", "ada@x.example"),
        ('"Quill, Ada" <ada@x.example>', "ada@x.example"),
        (" 'ada@x.example'. ", "ada@x.example"),
        ("<ada@x.example>;", "ada@x.example"),
        ("ada\u200b@x.example", "ada@x.example"),
        ("ada+news@x.example", "ada+news@x.example"),
        ("ada@müller.example", "ada@xn--mller-kva.example"),
    ],
)
def test_accepted(text, address):
    reading = read_email(text)
    assert (reading.value, reading.problem, reading.note) == (address, None, None)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("email_not_unlocked@domain.com", "locked_placeholder"),
        ("EMAIL_NOT_UNLOCKED@Bramblewick.example", "locked_placeholder"),
        ("email_not_unlocked_2@domain.com", "locked_placeholder"),
        ("ada@x.mailinator.com", "disposable"),
        ("ada@mailinator.com", "disposable"),
        ("ada@x.test", "syntax"),
        ("ada@x.invalid", "syntax"),
        ("ada@localhost", "syntax"),
        ("ada", "syntax"),
        ("ada@", "syntax"),
        ("a@b@x.example", "syntax"),
        ("ada quill@x.example", "syntax"),
        ("ada@10.0.0.1", "syntax"),
        ("logo@2x.png", "syntax"),
        ("a***@x.example", "masked"),
        ("n/a", "placeholder"),
        ("test@test.com", "placeholder"),
        ("no-reply@x.example", "no_reply"),
        ("a@x.example,b@x.example", "several"),
    ],
)
def test_refused(text, problem):
    reading = read_email(text)
    assert (reading.value, reading.problem) == (None, problem)


@pytest.mark.parametrize("text", [None, "", "  ", "nan"])
def test_silence_is_no_problem(text):
    assert read_email(text) == NOTHING


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "sales",
        "hr",
        "contact",
        "frontdesk",
        "front-desk",
        "vertrieb",
        "buchhaltung",
        "contacto",
        "rrhh",
        "kontakt",
        "info2",
        "human.resources",
        "info+web",
    ],
)
def test_role_addresses_are_kept_and_noted(local):
    reading = read_email(f"{local}@x.example")
    assert reading.value == f"{local}@x.example"
    assert reading.note == "role_address"


@pytest.mark.parametrize(
    "address", ["ada.quill@x.example", "hroberts@x.example", "infante@x.example", None, ""]
)
def test_people_are_no_roles(address):
    assert not is_role_address(address)


def test_free_mail_and_disposable_count_for_subdomains_too():
    for domain in (
        "gmail.com",
        "GMX.de",
        "web.de",
        "orange.fr",
        "libero.it",
        "qq.com",
        "outlook.com",
        "mail.gmx.net",
    ):
        assert is_free_mail(domain), domain
    assert not is_free_mail("bramblewick.example")
    assert not is_free_mail("notgmail.com")
    assert not is_free_mail(None)
    assert is_disposable("mailinator.com")
    assert not is_disposable("gmail.com")


@pytest.mark.parametrize(
    "text, addresses",
    [
        ("a@x.com,b@y.com; c@z.com", ["a@x.com", "b@y.com", "c@z.com"]),
        (
            "jl.fontan@bramblewick.example,jose@example.com",
            ["jl.fontan@bramblewick.example", "jose@example.com"],
        ),
        ("Ada <a@x.com>, Bob <b@y.com>", ["a@x.com", "b@y.com"]),
        ("a@x.com / b@y.com|A@x.com\nc@z.com", ["a@x.com", "b@y.com", "c@z.com"]),
        ("['a@x.com', 'b@y.com']", ["a@x.com", "b@y.com"]),
        ("a@x.com", ["a@x.com"]),
        ("none of them", ["none of them"]),
        (None, []),
        ("nan", []),
    ],
)
def test_split(text, addresses):
    assert split_emails(text) == addresses


@given(texts())
def test_idempotent_and_well_formed(text):
    reading = read_email(text)
    assert reading.value is None or reading.problem is None
    if reading.value is not None:
        assert read_email(reading.value) == reading
        assert re.fullmatch(r"[^\s@]+@[a-z0-9.-]+\.[a-z0-9-]+", reading.value)
        assert split_emails(reading.value) == [reading.value]
    for address in split_emails(text):
        read_email(address)
