"""One list in every dialect of people and programs: each is read right, or refused with one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.csv_dialect import Columns
from outreach_pipeline.sources.files import FilesSource
from outreach_pipeline.sources.pages import Item, PoisonItem, RawItem
from tests.unit.sources.csv_dialects import HEADER, NOTED, PLAIN, READ, REFUSED

COLUMNS = Columns(tuple(HEADER), frozenset({"company_name", "website", "ceo_name"}))
DAY = date(2026, 11, 6)


def pull(path: Path) -> list[Item]:
    source = FilesSource("lists", "company_list_csv", str(path), columns=COLUMNS)
    return [item for page in source.pull(DAY, {}) for item in page.items]


@pytest.mark.parametrize("name", READ)
def test_a_dialect_is_read_right(tmp_path: Path, name: str) -> None:
    content, rows = READ[name]
    (tmp_path / "list.csv").write_bytes(content)
    items = pull(tmp_path / "list.csv")
    assert [item.reason for item in items if isinstance(item, PoisonItem)] == []
    read = [orjson.loads(item.data) for item in items if isinstance(item, RawItem)]
    assert [[item.get(column, "").strip() for column in HEADER] for item in read] == rows
    assert bool([note for item in items for note in item.notes]) == (name in NOTED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_such_list_is_refused_with_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.csv").write_bytes(REFUSED[name])
    with pytest.raises(ConfigurationError) as refused:
        pull(tmp_path / "list.csv")
    assert refused.value.message.count(". ") == 0
    assert "list.csv" in refused.value.message
    assert refused.value.next_step
    assert "Ada" not in str(refused.value)


@pytest.mark.parametrize("name", sorted(READ) + sorted(REFUSED))
def test_beside_other_files_it_is_read_or_one_rejection(tmp_path: Path, name: str) -> None:
    content = READ[name][0] if name in READ else REFUSED[name]
    (tmp_path / "a.csv").write_text(PLAIN)
    (tmp_path / "b.csv").write_bytes(content)
    (tmp_path / "c.csv").write_text(PLAIN)
    items = pull(tmp_path)
    poison = [item for item in items if isinstance(item, PoisonItem)]
    expected = len(READ[name][1]) if name in READ else 0
    assert len(items) - len(poison) == 6 + expected
    assert len(poison) == int(name in REFUSED and name not in {"empty", "blank", "nuls"})
    assert all("b.csv" in item.reason for item in poison)


def test_the_columns_expected_and_found_are_named(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(REFUSED["other columns"])
    with pytest.raises(ConfigurationError) as refused:
        pull(tmp_path / "list.csv")
    assert refused.value.message == (
        "list.csv has no header for this source: expected company_name, website, ceo_name, ticker, industry_or_sector, "
        "city, state, employees; found id, colour, size."
    )


def test_one_broken_row_is_one_rejection_and_changes_no_other(tmp_path: Path) -> None:
    header, rows = PLAIN.split("\n", 1)
    (tmp_path / "list.csv").write_text(f'{header}\n"Tarn,tarn.example,Ada,,,,,\n{rows * 50}')
    items = pull(tmp_path / "list.csv")
    assert [isinstance(item, PoisonItem) for item in items] == [True] + [False] * 150
