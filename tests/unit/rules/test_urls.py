"""URLs, websites and registrable domains."""

import re

import pytest
from hypothesis import given

from outreach_pipeline.rules.reading import NOTHING
from outreach_pipeline.rules.urls import (
    domain_of_website,
    is_social_or_shared_host,
    read_url,
    read_website,
    registrable_domain,
)
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "text, url, note",
    [
        ("http://www.bramblewick.example/", "https://www.bramblewick.example", None),
        ("oskar-lind.example", "https://oskar-lind.example", None),
        ("https://oskar-lind.example/de/", "https://oskar-lind.example/de", None),
        ("https://www.quillfern.example/?utm_source=linkedin", "https://www.quillfern.example", None),
        ("x.example/a?utm_source=b&id=1&gclid=2&fbclid=3", "https://x.example/a?id=1", None),
        ("https://x.example/?a=1&amp;b=2", "https://x.example?a=1&b=2", None),
        ("HTTP://WWW.X.Example:80/Path", "https://www.x.example/Path", None),
        ("https://x.example:8443/", "https://x.example:8443", None),
        ("x.example:8080/a", "https://x.example:8080/a", None),
        ("https://https://x.example", "https://x.example", "scheme_doubled"),
        ("https://http://investors.x.example", "https://investors.x.example", "scheme_doubled"),
        ("http:/x.example", "https://x.example", "scheme_repaired"),
        ("https//x.example", "https://x.example", "scheme_repaired"),
        ("//x.example/a#top", "https://x.example/a", None),
        (" <https://x.example>. ", "https://x.example", None),
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe", None),
        ("8.8.8.8", "https://8.8.8.8", None),
    ],
)
def test_accepted(text, url, note):
    reading = read_url(text)
    assert (reading.value, reading.problem, reading.note) == (url, None, note)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("n/a", "placeholder"),
        ("localhost", "syntax"),
        ("bramblewick", "syntax"),
        ("two words.example", "syntax"),
        ("mailto:ada@x.example", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("ftp://x.example", "scheme"),
        ("https://ada:secret@x.example", "credentials"),
        ("http://10.0.0.1/admin", "private_host"),
        ("http://127.0.0.1", "private_host"),
        ("http://192.168.1.1", "private_host"),
        ("http://printer.local", "private_host"),
        ("x.example:99999", "syntax"),
        ("https://", "syntax"),
        ("https://-x-.example", "syntax"),
        ("1.2.3.400", "syntax"),
    ],
)
def test_refused(text, problem):
    reading = read_url(text)
    assert (reading.value, reading.problem) == (None, problem)


@pytest.mark.parametrize("text", [None, "", "nan"])
def test_silence_gives_no_default(text):
    assert read_url(text) == NOTHING
    assert read_website(text) == NOTHING


@pytest.mark.parametrize(
    "text, problem",
    [
        ("https://www.facebook.com/example-tidepool-dental", "social_page"),
        ("https://www.google.com/maps/search/?api=1&query=Tidepool%20Dental", "social_page"),
        ("https://sites.google.com/view/x", "social_page"),
        ("https://linktr.ee/x", "social_page"),
        ("acme.wixsite.com/home", "social_page"),
        ("acme.blogspot.com", "social_page"),
        ("https://www.crunchbase.com/organization/x", "social_page"),
        ("https://www.yelp.com/biz/tidepool-dental", "social_page"),
        ("ada@x.example", "email_address"),
        ("mailto:ada@x.example", "email_address"),
        ("8.8.8.8", "ip_address"),
        ("co.uk", "syntax"),
    ],
)
def test_what_is_no_companys_website(text, problem):
    assert read_website(text).problem == problem
    assert domain_of_website(text) is None


@pytest.mark.parametrize(
    "text, domain",
    [
        ("https://ir.doordash.com", "doordash.com"),
        ("https://www.stock.walmart.com", "walmart.com"),
        ("www.google.com", "google.com"),
        ("https://netflix.com", "netflix.com"),
        ("https://boxing.com", "boxing.com"),
    ],
)
def test_companies_that_only_look_like_shared_hosts(text, domain):
    assert domain_of_website(text) == domain


@pytest.mark.parametrize(
    "text, domain",
    [
        ("bramblewick.example", "bramblewick.example"),
        ("www.bramblewick.example", "bramblewick.example"),
        ("https://shop.acme.co.uk:8080/x?y", "acme.co.uk"),
        ("ACME.CO.UK", "acme.co.uk"),
        ("www.müller.de", "xn--mller-kva.de"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("a.b.test", "b.test"),
        ("co.uk", None),
        ("8.8.8.8", None),
        ("localhost", None),
        (None, None),
        ("not a host", None),
    ],
)
def test_registrable_domain(text, domain):
    assert registrable_domain(text) == domain


def test_shared_hosts_count_with_their_subdomains():
    for host in (
        "facebook.com",
        "de-de.facebook.com",
        "x.com",
        "Linktr.ee",
        "acme.wixsite.com",
        "bloomberg.com",
        "yelp.com",
    ):
        assert is_social_or_shared_host(host), host
    for host in ("bramblewick.example", "netflix.com", "facebook.bramblewick.example", "com", "", None):
        assert not is_social_or_shared_host(host), host


@given(texts())
def test_idempotent_and_well_formed(text):
    reading = read_url(text)
    if reading.value is not None:
        assert re.fullmatch(r"https://[a-z0-9_.-]+\.[a-z0-9-]+(:\d+)?([/?][!-~]*)?", reading.value)
        assert read_url(reading.value).value == reading.value
    website = read_website(text).value
    assert website is None or read_website(website).value == website
    domain = registrable_domain(text)
    assert domain is None or registrable_domain(domain) == domain
