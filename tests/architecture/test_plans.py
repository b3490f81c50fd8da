"""Plans do not hang on the luck of statistics: what a function fills it analyses before it joins it.

Belongs here: rules over the text of sql/functions. Does not belong here: how long anything takes (`benchmarks`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repository import ROOT

FUNCTIONS = sorted((ROOT / "sql" / "functions").rglob("*.sql"))
_MADE = re.compile(r"create temp table (\w+)(?: on commit drop)? as\b")
_ANALYSED = re.compile(r"\banalyze ([^;]+);")


def unanalysed(text: str) -> set[str]:
    """The temporary tables that are made of a query and never analysed in the same file."""
    names = {name for found in _ANALYSED.findall(text) for name in re.findall(r"pg_temp\.(\w+)", found)}
    return set(_MADE.findall(text)) - names


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_a_table_that_is_made_of_a_query_is_analysed(path: Path) -> None:
    """A night of changes took eight seconds for 5,000 people in a join of one such table with itself."""
    assert unanalysed(path.read_text(encoding="utf-8")) == set()


def test_the_rule_sees_a_table_that_is_not() -> None:
    text = "create temp table a on commit drop as select 1; create temp table b on commit drop as select 2; analyze pg_temp.b;"
    assert unanalysed(text) == {"a"}
