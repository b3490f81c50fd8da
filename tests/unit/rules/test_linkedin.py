"""LinkedIn identities of people and companies."""

import pytest
from hypothesis import given

from outreach_pipeline.rules.linkedin import (
    LinkedInCompany,
    LinkedInProfile,
    member_number,
    read_company,
    read_profile,
)
from tests.unit.rules.arbitrary import texts

MEMBER = "ACoAASYNTH0000000000000000000000001"
OPAQUE = "ACwAASYNTH0000000000000000000000003"


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/in/ada-quill-synthetic-001",
        "https://www.linkedin.com/in/ada-quill-synthetic-001/",
        "http://www.linkedin.com/in/Ada-Quill-Synthetic-001",
        "https://de.linkedin.com/in/ada-quill-synthetic-001?trk=people&originalSubdomain=de",
        "https://m.linkedin.com/in/ada-quill-synthetic-001#about",
        "https://www.linkedin.com/mwlite/in/ada-quill-synthetic-001",
        "https://www.linkedin.com/in/ada-quill-synthetic-001/en",
        "https://www.linkedin.com/in/ada-quill-synthetic-001/detail/contact-info/",
        "linkedin.com/in/ada-quill-synthetic-001",
        "https://https://www.linkedin.com/in/ada-quill-synthetic-001",
        "www.linkedin.com/pub/ada-quill-synthetic-001",
        "/in/ada-quill-synthetic-001",
        " ada-quill-synthetic-001 ",
    ],
)
def test_one_person_one_spelling(text):
    slug = "ada-quill-synthetic-001"
    assert read_profile(text) == LinkedInProfile(slug=slug, url=f"https://www.linkedin.com/in/{slug}")


@pytest.mark.parametrize(
    "text",
    [
        "http://www.linkedin.com/in/josé-luis-fontán-synthetic-002",
        "https://www.linkedin.com/in/jos%C3%A9-luis-font%C3%A1n-synthetic-002",
        "https://www.linkedin.com/in/jos%25C3%25A9-luis-font%25C3%25A1n-synthetic-002",
        "https://www.linkedin.com/in/jose\u0301-luis-fonta\u0301n-synthetic-002",
    ],
)
def test_percent_encoded_or_not(text):
    assert read_profile(text).slug == "josé-luis-fontán-synthetic-002"


def test_ids_keep_their_case_and_their_kind():
    assert read_profile(f"https://www.linkedin.com/in/{MEMBER}/").member_id == MEMBER
    assert read_profile(MEMBER).member_id == MEMBER
    assert read_profile(f"urn:li:fsd_profile:{MEMBER}").member_id == MEMBER
    assert read_profile(f"https://www.linkedin.com/in/{OPAQUE}").opaque_id == OPAQUE
    assert read_profile(f"https://www.linkedin.com/sales/lead/{OPAQUE},NAME_SEARCH,x1").opaque_id == OPAQUE
    for text in (MEMBER, OPAQUE):
        reading = read_profile(text)
        assert reading.slug is None
        assert reading.url == f"https://www.linkedin.com/in/{text}"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("n/a", "placeholder"),
        ("https://www.linkedin.com/in/unavailable", "placeholder"),
        ("https://www.linkedin.com/in/undefined/", "placeholder"),
        ("https://www.linkedin.com/company/bramblewick", "not_a_profile"),
        ("https://www.linkedin.com/feed/", "not_a_profile"),
        ("https://www.xing.com/profile/Ada_Quill", "not_linkedin"),
        ("https://notlinkedin.com/in/ada", "not_linkedin"),
        ("https://linkedin.com.evil.example/in/ada", "not_linkedin"),
        ("https://www.linkedin.com/pub/ada-quill/1/2b/3c4", "old_address"),
        ("https://www.linkedin.com/in/acoaaafghijklmnopqrstuvwxyz0123456789ab", "case_lost"),
        ("Ada Quill", "syntax"),
        ("https://www.linkedin.com/in/%E9", "syntax"),
    ],
)
def test_nobodys_profile(text, problem):
    assert read_profile(text) == LinkedInProfile(problem=problem)


@pytest.mark.parametrize("text", [None, "", "nan"])
def test_silence(text):
    assert read_profile(text) == LinkedInProfile()
    assert read_company(text) == LinkedInCompany()
    assert member_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/company/90000001/",
        "https://www.linkedin.com/company/90000001",
        "90000001",
        "90000001.0",
        "urn:li:fsd_company:90000001",
        "urn:li:organization:90000001",
        "https://www.linkedin.com/sales/company/90000001",
    ],
)
def test_company_numbers(text):
    assert read_company(text) == LinkedInCompany(
        number="90000001", url="https://www.linkedin.com/company/90000001"
    )


@pytest.mark.parametrize(
    "text, slug",
    [
        ("linkedin.com/company/oskar-lind-synthetic", "oskar-lind-synthetic"),
        ("https://www.linkedin.com/company/Oskar-Lind-Synthetic/about/", "oskar-lind-synthetic"),
        ("https://de.linkedin.com/company/oskar-lind-synthetic?trk=x", "oskar-lind-synthetic"),
        ("https://www.linkedin.com/school/example-state-university/", "example-state-university"),
        ("https://www.linkedin.com/showcase/example", "example"),
        ("https://www.linkedin.com/company/caf%C3%A9-example", "café-example"),
        ("https://www.linkedin.com/company/a&amp;b-example", "a&b-example"),
        ("bramblewick-staffing-synthetic", "bramblewick-staffing-synthetic"),
    ],
)
def test_company_slugs(text, slug):
    assert read_company(text) == LinkedInCompany(slug=slug, url=f"https://www.linkedin.com/company/{slug}")


@pytest.mark.parametrize(
    "text, problem",
    [
        ("https://www.linkedin.com/company/unavailable/", "placeholder"),
        ("https://www.linkedin.com/in/ada-quill", "not_a_company"),
        ("https://www.linkedin.com/jobs/search?f_C=90000001", "not_a_company"),
        ("https://bramblewick.example", "not_linkedin"),
        ("Bramblewick Staffing", "syntax"),
        ("unknown", "placeholder"),
    ],
)
def test_no_company(text, problem):
    assert read_company(text) == LinkedInCompany(problem=problem)


@pytest.mark.parametrize(
    "text, number",
    [
        ("urn:li:member:900000101", "900000101"),
        ("900000101", "900000101"),
        ("900000101.0", "900000101"),
        ("urn:li:company:1", None),
        (MEMBER, None),
        ("0", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_member_number(text, number):
    assert member_number(text) == number


@given(texts())
def test_idempotent_with_one_identity_at_most(text):
    profile = read_profile(text)
    assert sum(part is not None for part in (profile.slug, profile.member_id, profile.opaque_id)) == (
        profile.url is not None
    )
    if profile.url:
        assert profile.problem is None
        assert read_profile(profile.url) == profile
    company = read_company(text)
    if company.url:
        assert (company.slug is None) != (company.number is None)
        assert read_company(company.url) == company
    number = member_number(text)
    assert number is None or member_number(number) == number
