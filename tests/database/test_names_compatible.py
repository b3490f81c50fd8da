"""One rule says whether two names may be one person's (marketing.names_compatible), one whether they may be one firm's.

Belongs here: these rules. Does not belong here: what is done with it (uniting, vetoing, changes).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach_pipeline.rules.name_forms import name_form
from outreach_pipeline.rules.name_words import PARTICLES, SUFFIXES

DATA = Path(__file__).parents[1] / "data"


def _pairs(file: str) -> list[dict[str, str]]:
    lines = [line for line in (DATA / file).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _compatible(look: Any, one: tuple[str, str], other: tuple[str, str]) -> bool:
    row = look.execute(
        "select marketing.names_compatible(%(a)s, %(b)s) as there, marketing.names_compatible(%(b)s, %(a)s) as back",
        {"a": name_form(*one).form, "b": name_form(*other).form},
    ).fetchone()
    assert row["there"] is row["back"], "the rule is not symmetric"
    return bool(row["there"])


@pytest.mark.parametrize("pair", _pairs("name_pairs.csv"), ids=lambda p: " ".join(p.values()))
def test_two_names_of_people(look: Any, pair: dict[str, str]) -> None:
    found = _compatible(look, (pair["first_a"], pair["last_a"]), (pair["first_b"], pair["last_b"]))
    assert found is (pair["compatible"] == "yes")


@pytest.mark.parametrize("pair", _pairs("company_pairs.csv"), ids=lambda p: " ".join(p.values()))
def test_two_names_of_companies(look: Any, pair: dict[str, str]) -> None:
    row = look.execute(
        "select marketing.company_names_compatible(%(one)s, %(other)s) as there,"
        " marketing.company_names_compatible(%(other)s, %(one)s) as back",
        pair,
    ).fetchone()
    assert (row["there"], row["back"]) == ((True, True) if pair["compatible"] == "yes" else (False, False))


def test_a_name_that_is_not_known_is_compatible_with_every_name(look: Any) -> None:
    row = look.execute(
        "select marketing.names_compatible(null, %s) as a, marketing.names_compatible(%s, null) as b", ["x", "x"]
    )
    assert set(row.fetchone().values()) == {True}


# One-letter words are initials: whoever is called Ö is compatible with Önder, and no property of whole names holds for them.
_word = st.text(st.sampled_from("abdeghijklmnorstuvwzäéøßñ"), min_size=3, max_size=8)
_word = _word.filter(lambda word: word not in PARTICLES and word not in SUFFIXES).map(str.capitalize)
_middle = st.lists(_word, max_size=2)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_word, middle=_middle, last=st.lists(_word, min_size=1, max_size=2, unique=True))
def test_decoration_keeps_a_name_compatible(look: Any, first: str, middle: list[str], last: list[str]) -> None:
    whole = (" ".join([first, *middle]), " ".join(last))
    for other in (
        whole, (first, whole[1]), (f"{first[0]}.", whole[1]), (whole[0].upper(), whole[1].upper()), (whole[0], f"{whole[1]} Jr."),
        (whole[0], last[0]), (whole[0], "-".join(reversed(last))), (whole[1], whole[0]),
    ):  # fmt: skip
        assert _compatible(look, whole, other), other
    assert _compatible(look, (f"{first}bé", whole[1]), (f"{first}b?", whole[1]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)), st.tuples(_word, _word))
def test_any_two_texts_are_compared_alike_both_ways(look: Any, one: tuple[str, str], other: tuple[str, str]) -> None:
    assert _compatible(look, one, one)
    _compatible(look, one, other)
