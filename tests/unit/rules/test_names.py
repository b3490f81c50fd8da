"""Names of people and their keys."""

import re

import pytest
from hypothesis import given

from outreach_pipeline.rules.names import PersonName, name_key, read_person_name
from tests.unit.rules.arbitrary import texts


@pytest.mark.parametrize(
    "full, first, last, note",
    [
        ("Ada Quill", "Ada", "Quill", "split"),
        ("Ada Quill, SHRM-SCP", "Ada", "Quill", "credentials_dropped split"),
        ("Ada Quill PhD", "Ada", "Quill", "credentials_dropped split"),
        ("Ada Quill, CPA, MBA", "Ada", "Quill", "credentials_dropped split"),
        ("Dr. Greta Lind", "Greta", "Lind", "honorific_dropped split"),
        ("Prof. Dr. Greta Lind", "Greta", "Lind", "honorific_dropped split"),
        ('Robert "Bob" Smith', "Robert", "Smith", "nickname_dropped split"),
        ("Robert (Bob) Smith", "Robert", "Smith", "nickname_dropped split"),
        ("Jane Doe - Hiring!", "Jane", "Doe", "remark_dropped split"),
        ("Ada Quill, Certified Coach", "Ada", "Quill", "remark_dropped split"),
        ("Quill, Ada", "Ada", "Quill", "swapped split"),
        ("Smith, John, Jr.", "John", "Smith Jr.", "swapped split"),
        ("Ada Quill 🚀", "Ada", "Quill", "split"),
        ("Warren E. Buffett", "Warren", "Buffett", "split"),
        ("C. Douglas McMillon", "C. Douglas", "McMillon", "split"),
        ("W. M. Rush", "W. M.", "Rush", "split"),
        ("John N. Roberts III", "John", "Roberts III", "split"),
        ("James D. Farley Jr.", "James", "Farley Jr.", "split"),
        ("Dirk Van de Put", "Dirk", "Van de Put", "split"),
        ("Jose Luis Fontan", "Jose Luis", "Fontan", "split"),
        ("Sean M. O&#039;Connor", "Sean", "O'Connor", "split"),
        ("MARLOW PIKE", "Marlow", "Pike", "split case_repaired"),
        ("marlow pike", "Marlow", "Pike", "split case_repaired"),
        ("DOUG MCMILLON", "Doug", "McMillon", "split case_repaired"),
        ("SHAUN O'NEIL", "Shaun", "O'Neil", "split case_repaired"),
        ("JAN VAN DER BERG", "Jan", "van der Berg", "split case_repaired"),
        ("MARÍA-JOSÉ DE LA CRUZ", "María-José", "de la Cruz", "split case_repaired"),
        ("HENRY FORD II", "Henry", "Ford II", "split case_repaired"),
        ("Jean DUPONT", "Jean", "Dupont", "split case_repaired"),
        ("DG Macpherson", "DG", "Macpherson", "split"),
        ("Francis A. deSouza", "Francis", "deSouza", "split"),
        ("Jennifer Null", "Jennifer", "Null", "split"),
        ("Jack Ma", "Jack", "Ma", "split"),
        ("Hon Nguyen", "Hon", "Nguyen", "split"),
    ],
)
def test_full_names(full, first, last, note):
    assert read_person_name(full) == PersonName(first, last, None, note)


@pytest.mark.parametrize(
    "fields, name",
    [
        (
            ("Ada Quill, SHRM-SCP", "Ada", "Quill, SHRM-SCP"),
            PersonName("Ada", "Quill", None, "credentials_dropped"),
        ),
        (("MARLOW PIKE", "MARLOW", "PIKE"), PersonName("Marlow", "Pike", None, "case_repaired")),
        (("Wren D.", "Wren", "D."), PersonName("Wren", None, "initial_only")),
        ((None, "Ada", "Qu***l"), PersonName("Ada", None, "obfuscated")),
        (("Ada Quill", "Ada", "Qu***l"), PersonName("Ada", "Quill", None, "split")),
        (("Dr. Greta Lind", "Dr.", "Lind"), PersonName("Greta", "Lind", None, "honorific_dropped split")),
        (("Ada Quill", "Ada", None), PersonName("Ada", "Quill", None, "split")),
        (
            ("Ada Quill", "Greta", None),
            PersonName("Greta", None, "mononym"),
        ),  # the full name is somebody else's
        ((None, "José-Luis", "Fontán"), PersonName("José-Luis", "Fontán")),
        ((None, "Ada", "nan"), PersonName("Ada", None, "mononym")),
        (("Cher", None, None), PersonName("Cher", None, "mononym")),
        ((None, None, None), PersonName()),
        (("nan", "", "nan"), PersonName()),
        (
            ("O?Shaughnessy, Tim", None, None),
            PersonName("Tim", "O?Shaughnessy", None, "broken_encoding swapped split"),
        ),
    ],
)
def test_fields(fields, name):
    assert read_person_name(*fields) == name


@pytest.mark.parametrize(
    "full, problem",
    [
        ("LinkedIn Member", "placeholder"),
        ("Unknown", "placeholder"),
        ("#REF!", "placeholder"),
        ("Test Test", "placeholder"),
        ("ada@x.example", "not_a_name"),
        ("Refer to the log for details", "not_a_name"),
        ("Agent 007", "not_a_name"),
        ("Joseph Y. Bae/Scott C. Nuttall", "several_people"),
        ("Ada & Greta Lind", "several_people"),
    ],
)
def test_nobodys_name(full, problem):
    assert read_person_name(full) == PersonName(problem=problem)


@pytest.mark.parametrize(
    "one, other",
    [
        ("José-Luis Fontán", "Jose Luis Fontan"),
        ("Warren E. Buffett", "Warren Buffett"),
        ("DR. GRETA LIND", "Greta Lind"),
        ("Ada Quill, SHRM-SCP", "ada quill"),
        ("D.G. Macpherson", "DG Macpherson"),
        ("Sean O’Connor", "Sean O'Connor"),
        ("Michael B. O?Sullivan", "Michael O'Sullivan"),
        ("James Fish Jr.", "James C. Fish, Jr"),
        ("Carl H. Lindner lll", "Carl H. Lindner III"),
        ("C. Douglas McMillon", "Douglas McMillon"),
        ("Quill, Ada", "Ada Quill"),
        ("Søren Łukasz", "Soren Lukasz"),
    ],
)
def test_one_name_one_key(one, other):
    assert name_key(None, one) == name_key(None, other) is not None


@pytest.mark.parametrize(
    "one, other",
    [
        ("James Fish Jr.", "James Fish Sr."),
        ("James Fish Jr.", "James Fish"),
        ("Ada Quill", "Ada Quilt"),
        ("J. Fish", "K. Fish"),
    ],
)
def test_different_people(one, other):
    assert name_key(None, one) != name_key(None, other)


@pytest.mark.parametrize(
    "first, last", [("Ada", None), (None, None), ("Wren", "D."), ("Ada", "Qu***l"), ("Al & Bo", "Li")]
)
def test_too_little_for_a_key(first, last):
    assert name_key(first, last) is None


def test_key_of_fields_is_the_key_of_the_whole():
    assert name_key("José-Luis", "Fontán") == name_key(None, "José-Luis Fontán") == "jose luis fontan"


@given(texts(), texts(), texts())
def test_idempotent(full, first, last):
    for fields in ((full, None, None), (None, first, last), (full, first, last)):
        name = read_person_name(*fields)
        again = read_person_name(None, name.first, name.last)
        assert (again.first, again.last) == (name.first, name.last)
        assert name.note is None or re.fullmatch(r"[a-z_]+( [a-z_]+)*", name.note)
    key = name_key(None, full)
    assert name_key(None, key) == key
    assert key is None or " " in key
