"""Job titles: the corpus, the policies that the corpus cannot show, and what a wrong rules file is told."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_pipeline.rules.title_facets import ROLES, SENIORITIES
from outreach_pipeline.rules.title_rules import DEFAULT_PATH
from outreach_pipeline.rules.titles import TitleReading, load_rules, read_title

RULES = load_rules()
CORPUS_PATH = Path(__file__).parents[2] / "data" / "titles.csv"
OFFICERS_PATH = Path(__file__).parents[4] / "shared" / "data" / "officers.csv"


def corpus() -> list[tuple[str, str]]:
    with CORPUS_PATH.open(encoding="utf-8", newline="") as handle:
        return [(row["title"], row["roles"]) for row in csv.DictReader(handle)]


CORPUS = corpus()


def said(title: str | None) -> str:
    """The roles in order of mention, written as in the corpus: "CEO:80 CFO:100"."""
    return " ".join(f"{r.role}:{r.points}" for r in read_title(title, RULES).roles)


@pytest.mark.parametrize("title, roles", CORPUS)
def test_corpus(title: str, roles: str) -> None:
    assert said(title) == roles


def test_corpus_is_large_and_has_every_role_and_refusals() -> None:
    assert len(CORPUS) >= 150
    assert len({title for title, _ in CORPUS}) == len(CORPUS)
    assert sum(not roles for _, roles in CORPUS) >= 50
    assert {r.split(":")[0] for _, roles in CORPUS for r in roles.split()} == set(ROLES)


def test_every_chief_executive_of_the_officers_list_is_one() -> None:
    if not OFFICERS_PATH.exists():
        pytest.skip("the list of officers is not part of the repository")
    with OFFICERS_PATH.open(encoding="utf-8", newline="") as handle:
        titles = {row["title"] for row in csv.DictReader(handle)}
    assert titles
    assert [t for t in titles if "CEO" not in {r.role for r in read_title(t, RULES).roles}] == []


@pytest.mark.parametrize("title", [None, "", "   ", "--", "\n", "|&/@", "at", "of the", "\ud800", "n/a"])
def test_nothing_is_read_from_nothing(title: str | None) -> None:
    assert read_title(title, RULES) == TitleReading((), None, "other")


@pytest.mark.parametrize(
    "title, guard",
    [
        ("Former CEO", "former"),
        ("CEO, retired", "former"),
        ("Executive Assistant to the CEO", "serves"),
        ("Executive Assistant to CEO, CFO and COO", "serves"),
        ("Executive Assistant, CEO", "assistant"),
        ("Presidente del Consejo de Administración", "chairs"),
        ("Product Owner", "attribute"),
        ("Office of the CEO", "office_of"),
        ("Deputy CFO", "deputy"),
        ("Directeur général adjoint", "deputy"),
        ("CEO-elect", "not_yet"),
        ("Aspiring CEO", "not_yet"),
        ("CEO Coach", "adviser"),
        ("CFO Services Manager", "attribute"),
        ("Fractional CFO", "fractional"),
        ("President, North America", "part_of_company"),
        ("Human Resources Intern", "junior"),
        ("CEO of my own destiny", "joke"),
    ],
)
def test_a_refusal_is_named(title: str, guard: str) -> None:
    reading = read_title(title, RULES)
    assert reading.roles == ()
    assert reading.guard is not None
    assert reading.guard.startswith(f"{guard} ("), reading.guard


def test_a_title_without_a_role_word_has_no_guard() -> None:
    assert read_title("Vice President of Sales", RULES) == TitleReading((), None, "vp")


def test_a_refused_word_beside_a_role_is_told_too() -> None:
    reading = read_title("Former CEO, now Chairman and CFO", RULES)
    assert [r.role for r in reading.roles] == ["CFO"]
    assert reading.guard == "former ('former' before 'ceo'), segment 1"


def test_reason_tells_phrase_language_segment_and_weakening() -> None:
    president, officer = read_title("Acting President & Chief Financial Officer", RULES).roles
    assert officer.reason == "matched 'chief financial officer' (en), segment 2"
    assert president.reason == "matched 'president' (en), interim, segment 1"
    assert (president.points, officer.points) == (68, 100)
    assert president.confidence < officer.confidence == 1.0


def test_texts_repeat_no_unknown_word_of_the_title() -> None:
    reading = read_title("Zyxwv Former CEO Qwertz, CFO Asdfgh at Yxcvb", RULES)
    assert [r.role for r in reading.roles] == ["CFO"]
    texts = [reading.guard, *(role.reason for role in reading.roles)]  # `company` is a name, and kept where titles are
    assert not re.search("zyxwv|qwertz|asdfgh|yxcvb", f"{texts}".casefold())


@pytest.mark.parametrize(
    "title, seniority",
    [
        ("CEO", "c_level"),
        ("Chief Revenue Officer", "c_level"),
        ("Owner", "owner"),
        ("SVP Operations", "vp"),
        ("Director of Engineering", "director"),
        ("Leiter Vertrieb", "director"),
        ("Sales Manager", "manager"),
        ("Executive Assistant to the CEO", "other"),
        ("Assistant Director of Sales", "other"),
        ("Engineer", "other"),
    ],
)
def test_seniority(title: str, seniority: str) -> None:
    assert read_title(title, RULES).seniority == seniority


@pytest.mark.parametrize(
    "higher, lower",
    [
        ("CEO", "Co-CEO"),
        ("Co-CEO", "Managing Director"),
        ("Managing Director", "Interim CEO"),
        ("Interim CEO", "President"),
        ("President", "Owner"),
        ("Owner", "Founder"),
        ("CFO", "VP Finance"),
        ("VP Finance", "Finance Director"),
        ("Finance Director", "Controller"),
        ("Chief People Officer", "VP HR"),
        ("VP HR", "HR Director"),
        ("HR Director", "HR Manager"),
        ("HR Manager", "HR"),
        ("HR", "HR Business Partner"),
        ("HR Director", "HR Director EMEA"),
    ],
)
def test_rank_within_a_role(higher: str, lower: str) -> None:
    (above,), (below,) = read_title(higher, RULES).roles, read_title(lower, RULES).roles
    assert above.role == below.role
    assert above.points > below.points


@pytest.mark.parametrize(
    "spellings",
    [
        ("CEO", "C.E.O.", "ceo", "c.e.o", "  CEO  "),
        ("VP HR", "V.P. HR", "V. P. of H.R.", "VP, HR", "VP - HR", "VP (HR)"),
        ("Geschäftsführer", "Geschaeftsfuehrer", "Geschaftsfuhrer", "GESCHÄFTSFÜHRER"),
        ("Geschäftsführer", "Gescha\u0308ftsfu\u0308hrer", "Geschäftsführer/in", "Geschäftsführer:in"),
        ("Geschäftsführer", "Geschäftsführer*in", "Geschäftsführer_in", "Geschäftsführer(in)"),
        ("Directeur général", "Directeur(trice) général(e)", "DIRECTEUR GENERAL"),
        ("Personalleiter (m/w/d)", "Personalleiterin", "Personalleiter/-in"),
        ("Founder & CEO", "Founder and CEO", "Founder + CEO", "Founder/CEO"),
        ("Founder & CEO", "Founder | CEO", "Founder; CEO", "Founder\nCEO"),
    ],
)  # fmt: skip
def test_spellings_of_one_title(spellings: tuple[str, ...]) -> None:
    assert len({said(s) for s in spellings}) == 1
    assert said(spellings[0])


WORDS = """
CEO CFO HR president vice former of the to & , / | - @ at and und et finance people director chief
officer interim co assistant geschäftsführer
personal adjoint général owner founder controller sales emea ( ) . now
"""
words = st.sampled_from(WORDS.split())


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(words, max_size=14).map(" ".join)))
def test_any_text_is_read_within_bounds_and_always_alike(title: str) -> None:
    reading = read_title(title, RULES)
    assert reading == read_title(title, RULES)
    assert len({r.role for r in reading.roles}) == len(reading.roles)
    assert reading.seniority in SENIORITIES
    for role in reading.roles:
        assert role.role in ROLES
        assert 1 <= role.points <= 100
        assert 0.0 < role.confidence <= 1.0
        assert role.reason


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CORPUS), st.sampled_from(["former", "ex", "assistant to the", "ehemaliger", "ancien"]))
def test_a_guard_before_a_title_takes_its_first_role(row: tuple[str, str], guard: str) -> None:
    title, roles = row
    if len(roles.split()) == 1 and not re.search(r"\W(and|und|et|y|e|en)\W|[^\w\s]|now", title):
        assert said(f"{guard} {title}") == ""


def test_a_very_long_title_is_read_from_its_beginning() -> None:
    assert said("CEO | " + "HR & " * 100_000) == "CEO:100 HR:50"


def test_version_changes_with_the_file(tmp_path: Path) -> None:
    copy = tmp_path / "titles.toml"
    copy.write_bytes(DEFAULT_PATH.read_bytes())
    assert load_rules(copy).version == RULES.version == load_rules().version
    assert load_rules() is RULES, "read once in a process"
    copy.write_bytes(DEFAULT_PATH.read_bytes() + b"\n# another policy\n")
    assert load_rules(copy).version != RULES.version


SMALL = """
format = 1
[separators]
"&" = ["&", "and"]
[words]
boss = ["boss", "[big] boss"]
[[role]]
role = "CEO"
language = "en"
points = 70
confidence = 0.5
seniority = "owner"
patterns = ["{boss}"]
"""


def rules_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_are_data(tmp_path: Path) -> None:
    rules = load_rules(rules_of(tmp_path, SMALL))
    assert [r.points for r in read_title("Big Boss and CEO", rules).roles] == [70]


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("format = 1", "format = 2", "format: expected 1"),
        ("points = 70", "points = 101", "role 1: points: expected 1 to 100, found 101"),
        ("points = 70", 'points = "70"', "role 1: points: expected int"),
        ("points = 70\n", "", "role 1: points: expected int, found None"),
        ("confidence = 0.5", "confidence = 2", "role 1: confidence: expected 0 to 1"),
        ('role = "CEO"', 'role = "CTO"', "role 1: role: expected one of"),
        ('"owner"', '"boss"', "role 1: seniority: expected one of"),
        ("points = 70", "points = 70\ncolour = 3", r"role 1: unknown keys \['colour'\]"),
        ("{boss}", "{chef}", r"role 1: no list words\.chef"),
        ("[big] boss", "{boss}", r"role 1: words\.boss contains itself"),
        ("[big] boss", "[big boss", r"stray '\['"),
        ("[big] boss", "boss and", "'and' is a separator"),
        ("[big] boss", "big-boss", "'big-boss' is not one word"),
        ('["{boss}"]', "[]", "role 1: patterns: expected a list"),
        ('["{boss}"]', '["[boss]"]', "role 1: a pattern without a word"),
        ("[[role]]", "[[roles]]", r"unknown sections \['roles'\]"),
        ('"&" =', '"%" =', "separators: unknown kind '%'"),
        ("[[role]]", "[role]", r"role: expected sections \[\[role\]\]"),
        ("[words]", "[words", "not TOML"),
        ('["{boss}"]', '["' + "{boss} " * 15 + '"]', "stands for 32768 phrases"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(ValueError, match=message) as caught:
        load_rules(rules_of(tmp_path, SMALL.replace(old, new, 1)))
    assert str(caught.value).startswith("rules.toml: ")


def test_one_phrase_cannot_mean_two_things(tmp_path: Path) -> None:
    second = SMALL[SMALL.index("[[role]]") :].replace("70", "60").replace('"en"', '"de"')
    with pytest.raises(ValueError, match=r"role 2: '(big )?boss' \(de\) already has another role \(en\)"):
        load_rules(rules_of(tmp_path, SMALL + second))
