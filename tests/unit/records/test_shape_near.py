"""The key that a path may have meant."""

from __future__ import annotations

import pytest

from outreach_pipeline.records.shape_near import edits, nearest_path
from outreach_pipeline.records.shape_paths import parse_path

ITEM = {"org": {"web": "x", "name": "y"}, "job_title": "z", "links": [{"href": 1}], "companyWebsite": "w"}


@pytest.mark.parametrize(
    "path, meant",
    [
        ("org.wbe", "org.web"),
        ("ogr.web", "org.web"),
        ("jobtitel", "job_title"),
        ("Job-Title", "job_title"),
        ("website", "companyWebsite"),
        ("links.0.hrfe", "links.0.href"),
        ("person.job_title", "job_title"),
        ("@item.org.nmae", "@item.org.name"),
        ("$.lnks[*].href", "links"),
        ("headline", None),
        ("org.size", None),
        ("links/0", None),
        ('$.links[*] ? (@.kind == "x").hrfe', None),
    ],
)
def test_what_was_meant(path: str, meant: str | None) -> None:
    assert nearest_path(parse_path(path), [ITEM]) == meant


def test_a_path_that_the_shape_reads_already_is_nobodys_misspelling() -> None:
    assert nearest_path(parse_path("org.wbe"), [ITEM], frozenset({"org.web"})) is None


@pytest.mark.parametrize("one, other, count", [("wbe", "web", 1), ("", "abc", 3), ("titel", "title", 1), ("a", "a", 0)])
def test_letters_that_change_places_count_once(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count
