"""The form and the grade of a name: what spellings of one name have in common.

Belongs here: the form itself. Does not belong here: the comparison of two forms (`tests/database/test_names_compatible.py`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_pipeline.rules.name_forms import name_form
from outreach_pipeline.rules.nicknames import full_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Jürgen", "Müller"), ("Juergen", "Mueller")), (("Bjørn", "Ågård"), ("Bjoern", "Aagaard")),
        (("Karl", "Weiß"), ("Karl", "Weiss")), (("ADA", "QUILL"), ("Ada", "Quill")), (("小明", "王"), ("Xiaoming", "Wang")),
        (("Ben G.S.", "Quill"), ("Ben GS", "Quill")), (("Ben G. S.", "Quill"), ("Ben GS", "Quill")),
        (("Jean-Pierre", "Lenoir"), ("Jean Pierre", "Lenoir")), (("Liam", "O'Quill"), ("Liam", "OQuill")),
        (("Ada", "Quill Jr."), ("Ada", "Quill, Junior")),
    ],
)  # fmt: skip
def test_spellings_of_one_name_have_one_form(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_form(*one).form == name_form(*other).form


def test_the_less_a_spelling_says_the_higher_its_grade() -> None:
    grades = [
        name_form(first, last).grade
        for first, last in (("Ada", "Quill"), ("Jos\ufffd", "Quill"), ("A.", "Quill"), ("Ada", "Q."), ("A.", "Q."))
    ]
    assert grades == sorted(set(grades))
    assert grades[0] == 0 == name_form("Liz", "Quill-Tarn Jr.").grade


def test_a_nickname_stands_for_its_full_names_and_two_full_names_never_for_each_other() -> None:
    assert full_names("matt") >= {"matthew"}
    assert full_names("pepe") == {"jose"}
    assert not full_names("robert") & (full_names("william") | {"william"})


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_any_two_texts_have_a_form_of_five_fields(first: str, last: str) -> None:
    form, grade = name_form(first, last)
    assert form.count("|") == 4
    assert 0 <= grade <= 9
