"""One reading of the loads says of refusals and doubts what the two queries of `extract` say of them."""

import json
from pathlib import Path

import pytest
from psycopg import sql

import outreach_pipeline
from outreach_pipeline.database import extract, flatten
from outreach_pipeline.records.shape import load_shapes

SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
SHAPES = load_shapes()
LOADS = sql.SQL("SELECT load_id, raw_data FROM pg_temp.loads")
ODD_ITEMS = (
    None, 3, "text", [], {}, {"error": "not found"}, {"error": "", "name": "Ada"}, {"error": "quota", "name": "Ada"},
    {"error": {"deep": 1}, "name": "Ada"}, {"error": None, "name": "Ada"}, {"message": "x" * 400},
    {"error": "y" * 400, "name": "Ada"}, {"full_name": "Refer to the log for details"}, {"status": "404"},
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_remarks_are_refusals_and_doubts(scratch, name):
    document = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    items = [*(document if isinstance(document, list) else [document]), *ODD_ITEMS]
    scratch.execute("CREATE TEMP TABLE loads (load_id bigint, raw_data jsonb) ON COMMIT DROP")
    with scratch.cursor() as cursor:
        texts = [json.dumps(item).replace("\\u0000", "") for item in items]
        cursor.executemany("INSERT INTO loads VALUES (%s, %s::jsonb)", enumerate(texts))

    def rows(query):
        return [tuple(row.values()) for row in scratch.execute(query)]

    refused = rows(extract.refusals_query(SHAPES[name], LOADS))
    doubtful = [(load, None, reason) for load, reason in rows(extract.doubts_query(SHAPES[name], LOADS))]
    assert refused
    assert doubtful
    found = rows(flatten._remarks_query(SHAPES[name], LOADS))
    assert sorted(found) == sorted([*refused, *doubtful])
