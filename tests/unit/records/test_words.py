"""Every machine word that rules, records and functions write into a rejection has words for people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from outreach_pipeline.records.words import CHECKS, REASONS, reason_in_words

ROOT = Path(__file__).resolve().parents[3]
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def _constants(node: ast.expr | None) -> set[str]:
    found = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant)) if node is not None else ()
    return {value for value in found if isinstance(value, str) and _CODE.fullmatch(value)}


def _said_by(call: ast.Call) -> tuple[set[str], set[str]]:
    """(checks, reasons) that a call of a rule or of the notes names as constants."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments = dict(enumerate(call.args))
    reasons = {word for key in call.keywords if key.arg in ("problem", "note") for word in _constants(key.value)}
    if name == "refused":
        reasons |= _constants(arguments.get(0))
    elif name == "Reading":
        reasons |= {word for at in (1, 2) for word in _constants(arguments.get(at))}
    elif name == "note_reasons":
        return _constants(arguments.get(2)), set()
    elif name == "_form":
        return _constants(arguments.get(1)), set()
    elif name == "add" and len(arguments) >= 5:
        return _constants(arguments.get(2)), _constants(arguments.get(3))
    return set(), reasons


def used() -> tuple[set[str], set[str]]:
    checks, reasons = set(), set()
    for file in [*(ROOT / "outreach_pipeline/rules").glob("*.py"), *(ROOT / "outreach_pipeline/records").glob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                some, others = _said_by(node)
                checks, reasons = checks | some, reasons | others
            elif isinstance(node, ast.FunctionDef | ast.ClassDef) and "roblem" in (said := ast.get_docstring(node) or ""):
                listed = re.search(r"(?:problem|Problem|Repairs|Notes).*", said, re.DOTALL)
                reasons |= set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', listed.group())) if listed else set()
    return checks, reasons


def test_every_word_has_its_sentence() -> None:
    checks, reasons = used()
    assert len(checks) > 10
    assert len(reasons) > 40, "the words are looked for where they are made"
    assert {"mononym", "range_is_no_count", "prefix_replaced", "locked_placeholder", "scheme_repaired"} <= reasons
    assert reasons - set(REASONS) == set()
    assert checks - set(CHECKS) == set()


def test_every_check_of_a_function_in_sql_has_its_sentence() -> None:
    written = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "sql/functions").rglob("*.sql"))
    named = set(re.findall(r"'([a-z_]+)' as check_name|check_name = '([a-z_]+)'", written))
    assert {one or other for one, other in named} - set(CHECKS) == set()


@pytest.mark.parametrize(
    "reason, words",
    [
        ("mononym", "no last name"),
        ("case_repaired swapped", "capitals and small letters were put right; the last name stood first"),
        ("no name, website or LinkedIn page", "no name, website or LinkedIn page"),
        ("not in the form topic", "not a topic"),
        ("Profile not found", "Profile not found"),
        ("kind of unknown", "kind of unknown"),
    ],
)
def test_sentences_stay_and_machine_words_become_one(reason: str, words: str) -> None:
    assert reason_in_words(reason) == words


def test_no_sentence_reads_like_a_machine_word() -> None:
    assert [word for word, sentence in {**REASONS, **CHECKS}.items() if "_" in sentence] == []
