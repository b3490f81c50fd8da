"""Secrets of an actor's input are taken out of what a vendor says, however it writes them."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from outreach_pipeline.sources.actor_input import Secrets

AWKWARD = 'p"w\\d/ é&<x>+=%'


def of(monkeypatch: pytest.MonkeyPatch, *values: str) -> Secrets:
    names = [f"COOKIE_{n}" for n in range(len(values))]
    for name, value in zip(names, values, strict=True):
        monkeypatch.setenv(name, value)
    return Secrets(lambda: [{"given": [{"env": name} for name in names]}])


@pytest.mark.parametrize(
    "write",
    [
        str, json.dumps, lambda s: json.dumps(s, ensure_ascii=False), lambda s: json.dumps(json.dumps({"k": s})),
        quote, quote_plus, lambda s: quote(s, safe=""), lambda s: quote(s, safe="").lower(), html.escape, repr,
        lambda s: f"a {s} b {s}",
    ],
)  # fmt: skip
def test_a_secret_is_hidden_however_it_is_written(monkeypatch: pytest.MonkeyPatch, write: Callable[[str], str]) -> None:
    hidden = of(monkeypatch, AWKWARD).hide(f"before {write(AWKWARD)} after")
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")
    assert "(secret)" in hidden
    assert not any(part in hidden for part in ('p"w', "p%22w", 'p\\"w', "p&quot;w", "d/"))


def test_cookies_exported_as_json_are_hidden_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = json.dumps([{"name": "li_at", "value": "AQEDARvalueOfTheCookie123", "path": "/"}])
    secrets = of(monkeypatch, cookies)
    assert secrets.hide("li_at=AQEDARvalueOfTheCookie123; path=/") == "li_at=(secret); path=/"
    assert secrets.hide(f"got {cookies}") == "got (secret)"
    assert secrets.are_in(b'{"cookie": "AQEDARvalueOfTheCookie123"}')
    assert secrets.are_in(json.dumps({"cookies": cookies}).encode())
    assert not secrets.are_in(b'{"path": "/", "name": "li_at"}')


def test_a_secret_that_was_cut_off_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    value = "AQEDARxyz0123456789abcdefghij"
    assert of(monkeypatch, value).hide(f"bad cookie {value[:20]}… sorry") == "bad cookie (secret) sorry"


def test_of_two_that_overlap_the_longer_one_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(monkeypatch, "abcdef", "abcdefghijkl").hide("x abcdefghijkl abcdef") == "x (secret) (secret)"


def test_what_is_too_short_to_tell_or_not_set_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(monkeypatch, "abc", "").hide("abc is fine") == "abc is fine"
    assert Secrets().hide("anything") == "anything"
    assert not Secrets().are_in(b"anything")
    assert Secrets(also=["the token"]).hide("say the token") == "say (secret)"
