"""Whom a vendor is asked about: one name, one spelling."""

from __future__ import annotations

import pytest

from outreach_pipeline.rules.subjects import company_subject, own_email, person_subject

ADA = "https://www.linkedin.com/in/ada-quill"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ADA, ADA),
        ("http://de.linkedin.com/in/Ada-Quill/?trk=x", ADA),
        (" linkedin.com/in/ada-quill ", ADA),
        ("https://www.linkedin.com/in/ada%2Dquill/", ADA),
        ("Ada@Firm.Example", "ada@firm.example"),
        ("mailto:ada@firm.example", "ada@firm.example"),
        ("65B1C0FFEE65B1C0FFEE65B1", "65b1c0ffee65b1c0ffee65b1"),
        ("someOtherId", "someOtherId"),
        ("https://www.linkedin.com/company/firm", "https://www.linkedin.com/company/firm"),
    ],
)
def test_a_person_has_one_spelling_of_a_name(text: str, name: str) -> None:
    assert person_subject(text) == name
    assert person_subject(name) == name


@pytest.mark.parametrize("text", ["firm.example", "WWW.Firm.example", "https://www.firm.example/about", " firm.example. "])
def test_a_company_has_one_spelling_of_its_domain(text: str) -> None:
    assert company_subject(text) == "firm.example"


def test_what_no_rule_reads_stays_a_name() -> None:
    assert company_subject("Not a domain") == "not a domain"
    assert person_subject("ada at@ firm") == "ada at@ firm"


@pytest.mark.parametrize("text", ["info@firm.example", "email_not_unlocked@domain.com", "", "ada"])
def test_an_address_of_many_is_nobodys_name(text: str) -> None:
    assert own_email(text) is None
    assert own_email("Ada@firm.example") == "ada@firm.example"
