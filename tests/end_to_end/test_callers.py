"""Programs that call the database: what they ingest is part of the pipeline, and `docs/callers.md` holds word for word.

Belongs here: loads under sources and batch ids of other programs, from the SQL to the slots. Does not belong here: the
sensor (`tests/orchestration/test_ingested.py`), rights in general (`tests/database/test_roles.py`).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_world import CommandLine

from outreach_pipeline.database.connect import Database, JsonbArray, Role
from outreach_pipeline.stages.ingested import read_waiting
from tests.end_to_end.pipeline import rows, value, workspace

Admin = psycopg.Connection[Any]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "callers.md"
_SQL = re.compile(r"<!-- role: (\w+) -->\n```sql\n(.*?)```", re.DOTALL)
ADA = {
    "email": "ada@quill.example", "name": "Ada Quill", "title": "CEO", "company": "Quillworks",
    "website": "https://quill.example",
}  # fmt: skip


def ingest(db: Database, *items: Any, source: str = "Zapier: web form", batch: str = "hook") -> dict[str, Any]:
    with db.transaction(Role.INGEST) as tx:
        found = JsonbArray([json.dumps(item).encode() for item in items])
        return tx.fetch_row("select * from intake.f_ingest_json(%s, %s, %s)", (found, source, batch))


def promote(db: Database, *ids: int) -> dict[str, Any]:
    with db.transaction(Role.PROMOTE) as tx:
        return tx.fetch_row("select * from vault.f_promote_contacts(%s)", (list(ids),))


def states(admin: Admin) -> list[str]:
    return [row["status"] for row in rows(admin, "select status from intake.raw_loads order by load_id")]


def test_every_statement_of_the_page_runs_as_the_role_that_is_named(cli: CommandLine, admin: Admin) -> None:
    blocks = _SQL.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    assert {role for role, _ in blocks} == {"mcp_ingest", "mcp_promote", "outreach_read"}
    answers = []
    for role, block in blocks:
        for statement in filter(str.strip, block.split(";")):
            admin.execute(f"set role {role}")
            cursor = admin.execute(statement)
            answers.append(cursor.fetchall())
            admin.execute("reset role")
    assert answers[0] == [
        {"status": "ok", "landed_count": 2, "duplicate_count": 0, "message": "Landed: 2, of which duplicates: 0"}
    ]
    assert [(row["batch_id"], row["email"], row["name"]) for row in answers[1]] == [
        ("forms-17", "ben@quill.example", "Ben Oak"), ("forms-17", "ada@quill.example", "Ada Quill"),
    ]  # fmt: skip
    assert answers[2][0]["waiting_count"] == 2
    cli.fine("run", "--ingested")
    admin.execute("set role outreach_read")
    held = rows(admin, "select slot_type from marketing.company_slot where is_filled order by 1")
    assert [row["slot_type"] for row in held] == ["CEO", "CFO"]


def test_an_unconfigured_source_and_any_batch_id_go_through_all_stages(
    cli: CommandLine, db: Database, admin: Admin
) -> None:
    ingest(db, ADA)
    ingest(db, ADA | {"name": "Ben Oak", "email": "ben@quill.example", "title": "CFO"}, batch="2026-02-30|no day")
    ingest(db, {"tags": ["nothing else"]}, "a text", None, source="noise", batch="noise/1")
    today = datetime.now(UTC).date()
    work = workspace(db)
    assert [(one.batch.batch_id, one.loads) for one in read_waiting(work)] == [(f"{today}|ingested", 5)]
    (told,) = cli.fine("run", "--ingested", "--json").json["batches"]
    assert (told["batch_id"], told["landed"], told["promoted"], told["failed"]) == (f"{today}|ingested", 5, 2, 3)
    assert states(admin) == ["promoted", "promoted", "failed", "failed", "failed"]
    assert value(admin, "select count(*) from intake.validation_failed where outcome = 'rejected'") == 3
    found = rows(admin, "select name, source from vault.contacts order by name")
    assert found == [
        {"name": "Ada Quill", "source": "Zapier: web form"}, {"name": "Ben Oak", "source": "Zapier: web form"},
    ]  # fmt: skip
    assert value(admin, "select count(*) from marketing.company_slot where is_filled") == 2
    assert read_waiting(work) == []
    # The batch that comes back another day brings what is observed then.
    admin.execute("update intake.raw_loads set created_at = created_at - interval '40 days'")
    ingest(db, ADA | {"title": "Chief Executive Officer and President"})
    assert [one.loads for one in read_waiting(work)] == [1]
    cli.fine("run", "--ingested")
    seen = "select last_observed_at::date from intake.validated_people where title like '%%President'"
    assert value(admin, seen) == today
    assert cli.fine("run", "--ingested").out.strip() == "Nothing that other programs ingested is waiting."


def test_a_rejected_load_of_another_program_is_replayed_under_its_own_batch_id(
    cli: CommandLine, db: Database, admin: Admin
) -> None:
    ingest(db, {"email": "nobody"}, batch="n8n 7")
    cli.fine("run", "--ingested")
    assert "n8n 7" in cli.fine("rejections", "--batch", "n8n 7", "--json").out
    cli.fine("replay", "--batch", "n8n 7")
    assert cli("rejections", "--batch", "no such").code == 2
    assert states(admin) == ["failed"]


def test_a_source_that_sources_toml_names_is_read_by_its_own_shape(
    cli: CommandLine, db: Database, admin: Admin
) -> None:
    lead = {"first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "company_domain": "quill.example"}
    ingest(db, lead | {"full_name": "Ada Quill", "company_name": "Quillworks"}, source="apify_leads_finder", batch="x")
    ingest(db, lead | {"full_name": "Ben Oak", "first_name": "Ben", "last_name": "Oak", "job_title": "CFO"}, source="apify_leads_finder", batch="2026-11-20|apify_leads_finder")  # fmt: skip
    waiting = {one.batch.batch_id for one in read_waiting(workspace(db))}
    assert waiting == {f"{datetime.now(UTC).date()}|ingested", "2026-11-20|apify_leads_finder"}
    cli.fine("run", "--ingested")
    assert states(admin) == ["promoted", "promoted"]
    ranks = rows(admin, "select distinct source_rank from intake.validated_people")
    assert ranks == [{"source_rank": 60}]


def test_promotion_says_what_waits_and_what_was_promoted(cli: CommandLine, db: Database, admin: Admin) -> None:
    ingest(db, ADA, {"tags": ["x"]})
    ids = [row["load_id"] for row in rows(admin, "select load_id from intake.raw_loads order by 1")]
    told = promote(db, *ids)
    assert (told["promoted_count"], told["failed_count"], told["waiting_count"]) == (0, 0, 2)
    assert told["message"] == "Promoted: 0 new, 0 updated, 0 without contact, 2 waiting for validation"
    cli.fine("run", "--ingested")
    told = promote(db, *ids, 999)
    assert (told["failed_count"], told["waiting_count"], told["already_count"]) == (2, 0, 1)
    assert told["message"] == "Promoted: 0 new, 0 updated, 2 without contact, 1 promoted already"


@pytest.mark.parametrize(
    ("elements", "status", "landed", "message"),
    [
        (["a", None, "b", None], "ok", 2, "Landed: 2, of which duplicates: 0; refused as NULL: element 2, 4"),
        ([None], "error", 0, "No rows provided; refused as NULL: element 1"),
        ([], "error", 0, "No rows provided"),
    ],
)
def test_a_null_element_is_refused_with_its_position(
    admin: Admin, elements: list[str | None], status: str, landed: int, message: str
) -> None:
    texts = [None if text is None else json.dumps({"name": text}) for text in elements]
    admin.execute("set role mcp_ingest")
    told = rows(admin, "select * from intake.f_ingest_json(%s::text[]::jsonb[], 'test', 'b')", texts)[0]
    assert (told["status"], told["landed_count"], told["message"]) == (status, landed, message)


def test_an_array_of_arrays_lands_row_by_row(admin: Admin) -> None:
    admin.execute("set role mcp_ingest")
    told = rows(admin, "select * from intake.f_ingest_json(array[array['1'::jsonb, null::jsonb], array['2'::jsonb, '3'::jsonb]], 'test', 'b')")[0]
    assert (told["landed_count"], told["message"]) == (3, "Landed: 3, of which duplicates: 0; refused as NULL: element 2")
