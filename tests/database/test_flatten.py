"""One reading of whole items says what the queries of refusals, of doubts and of each section say of them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from psycopg import sql

import outreach_pipeline
from outreach_pipeline.database import extract, rows
from outreach_pipeline.database.extract_whole import whole_query
from outreach_pipeline.records.sections import records_of, remarks_of
from outreach_pipeline.records.shape import load_shapes
from outreach_pipeline.records.tables import read_csv

SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
SHAPES = load_shapes()
LOADS = sql.SQL("SELECT load_id, raw_data FROM pg_temp.loads")
ODD_ITEMS = (
    None, 3, "text", [], {}, {"error": "not found"}, {"error": "", "name": "Ada"}, {"error": "quota", "name": "Ada"},
    {"error": {"deep": 1}, "name": "Ada"}, {"error": None, "name": "Ada"}, {"message": "x" * 400},
    {"error": "y" * 400, "name": "Ada"}, {"full_name": "Refer to the log for details"}, {"status": "404"},
)  # fmt: skip


@pytest.fixture(params=sorted(SHAPES))
def shape(request, scratch):
    """Each shape, with its sample and odd items in the table `loads`."""
    document = json.loads((SAMPLES / f"{request.param}.json").read_text(encoding="utf-8"))
    items = [*(document if isinstance(document, list) else [document]), *ODD_ITEMS]
    scratch.execute("CREATE TEMP TABLE loads (load_id bigint, raw_data jsonb) ON COMMIT DROP")
    with scratch.cursor() as cursor:
        texts = [json.dumps(item).replace("\\u0000", "") for item in items]
        cursor.executemany("INSERT INTO loads VALUES (%s, %s::jsonb)", enumerate(texts))
    return SHAPES[request.param]


def read(scratch, query):
    return read_csv(rows.copy_out(scratch, query, None, header=True))


def test_remarks_are_refusals_and_doubts(scratch, shape):
    refused = read(scratch, extract.refusals_query(shape, LOADS))
    doubtful = read(scratch, extract.doubts_query(shape, LOADS)).assign(kind=None)
    assert len(refused)
    # A verifier's error is about the whole address: its shape refuses each.
    assert bool(len(doubtful)) == (shape.name != "apify_verifier")
    found = remarks_of(read(scratch, whole_query(shape, LOADS)))
    columns = ["load_id", "kind", "reason"]
    expected = pd.concat([refused[columns], doubtful[columns]]).sort_values("load_id", key=lambda ids: ids.astype(int))
    pd.testing.assert_frame_equal(found.fillna(""), expected.reset_index(drop=True).fillna(""), check_dtype=False)


@pytest.mark.parametrize("section", ["company", "person", "intelligence"])
def test_records_of_whole_items_are_those_of_the_sections(scratch, shape, section):
    lists = [one for one in shape.sections(section) if one.each]
    expected = read(scratch, extract.extract_query(shape, section, LOADS))
    found = records_of(read(scratch, whole_query(shape, LOADS)), shape, section)
    assert list(found) == list(expected)
    alone = expected[expected["part"] == "0"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, alone, check_dtype=False)
    assert len(found) == len(expected) or lists
