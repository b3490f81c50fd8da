"""Lists in every dialect: the reader of files gets the rows back that the world has written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from outreach_pipeline.sandbox.render.csv_files import DIALECTS, CsvDialect, csv_bytes
from outreach_pipeline.sandbox.render.renderer import Renderer
from outreach_pipeline.sandbox.world.world import World

ROWS = [
    {"company_name": "Tarnwick Mills, Inc.", "website": "https://tarnwick.example", "ceo_name": "Ada Quill", "employees": "1,200"},
    {"company_name": 'The "Old" Mill', "website": "https://mill.example", "ceo_name": "José Tarn", "employees": ""},
    {"company_name": "Lind & Söhne", "website": "https://lind.example", "ceo_name": "", "employees": ""},
]  # fmt: skip


def test_each_dialect_writes_another_file() -> None:
    assert len({csv_bytes(ROWS, dialect) for dialect in DIALECTS}) == len(DIALECTS) >= 10


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_row_and_cell_is_in_the_file(dialect: CsvDialect) -> None:
    text = csv_bytes(ROWS, dialect).decode(dialect.encoding)
    for row in ROWS:
        for cell in row.values():
            assert cell.replace('"', '""') in text.replace('""""', '""') or cell.replace('"', '""""') in text
    assert csv_bytes([], dialect) == b""


def test_each_seed_has_its_dialects_and_the_lists_keep_their_columns(tmp_path: Path) -> None:
    first = Renderer(World(1, 40, first_day=date(2026, 11, 1)))
    first.write_sources(tmp_path, {"company_list": "company_list_csv", "officers": "officer_list_csv"}, 1)
    plain = (tmp_path / "company_list.csv").read_text(encoding="utf-8")
    assert plain.splitlines()[0] == "company_name,website,ceo_name,ticker,industry_or_sector,city,state,employees"
    heads = {Renderer(World(seed, 20)).csv_file("company_list_csv", 1)[:40] for seed in range(1, 11)}
    assert len(heads) >= 6
    assert json.loads(first.items("leads_finder", 1)[0])
