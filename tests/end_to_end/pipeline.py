"""The spine for tests: the stages over a real database, and what they leave behind in a comparable form.

Belongs here: running batches and dumping masters without ids. Does not belong here: expectations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import SAMPLE_SOURCES, Settings
from outreach_pipeline.stages.land import LandReport, land_batch, land_file
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

DAY = date(2026, 11, 21)
# Ids, times of processing, and provenance (loads are numbered as they come) are no part of what must be equal.
_IDS = "{company_unique_id,unique_id,company_slot_unique_id,created_at,updated_at,promoted_from_intake_at,promotion_audit_log_id,provenance,contact_id,load_id}"
_DUMPS = {
    "companies": f"select (to_jsonb(c) - '{_IDS}'::text[])::text from marketing.company_master as c",
    "people": f"""select ((to_jsonb(p) - '{_IDS}'::text[]) || jsonb_build_object('company', c.domain, 'slot', s.slot_type))::text
        from marketing.people_master as p
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.company_slot as s using (company_slot_unique_id)""",
    "slots": """select concat_ws('|', c.domain, s.slot_type, s.is_filled, p.full_name, p.title, s.filled_at, s.last_refreshed_at)
        from marketing.company_slot as s
        inner join marketing.company_master as c using (company_unique_id)
        left join marketing.people_master as p on p.unique_id = s.person_unique_id""",
    "history": """select concat_ws('|', c.domain, h.slot_type, h.event, h.effective_at, p.full_name, h.title, h.reason, r.full_name)
        from marketing.slot_assignment_history as h
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.people_master as p on p.unique_id = h.person_unique_id
        left join marketing.people_master as r on r.unique_id = h.replaced_by""",
    "contacts": f"select (to_jsonb(c) - '{_IDS}'::text[])::text from vault.contacts as c",
    "loads": "select concat_ws('|', batch_id, status, count(*)) from intake.raw_loads group by batch_id, status",
    "rejections": """select concat_ws('|', f.source, f.column_name, f.check_name, f.reason, f.outcome, count(*))
        from intake.validation_failed as f group by f.source, f.column_name, f.check_name, f.reason, f.outcome""",
}  # fmt: skip
# Everything that a second identical run must leave alone, ids and times included.
_EXACT = {
    table: f"select to_jsonb(t)::text || t.xmin from {table} as t"
    for table in (
        "marketing.company_master", "marketing.people_master", "marketing.company_slot", "vault.contacts",
        "marketing.slot_assignment_history", "marketing.company_key", "marketing.person_key", "intake.person_member", "intake.company_member",
        "intake.raw_loads", "intake.validated_people", "intake.validated_companies", "intake.validation_failed",
        "marketing.merged_master", "marketing.pipeline_events",
    )
}  # fmt: skip


def workspace(database: Database, **settings: Any) -> Workspace:
    """A workspace on a test's database; its sources read the sample items, unless the test has its own."""
    return Workspace(Settings(_env_file=None, **{"sources": SAMPLE_SOURCES, **settings}), database)


def run(work: Workspace, batches: Iterable[Batch], *, refetch: bool = False) -> None:
    """The stages for each batch, in order."""
    for batch in batches:
        land_batch(work, batch, refetch=refetch)
        digest(work, batch)


def digest(work: Workspace, batch: Batch) -> None:
    """Everything after landing."""
    validate_batch(work, batch)
    promote_batch(work, batch)
    assign_slots(work)


def land_items(
    work: Workspace, batch: Batch, items: Sequence[Any], folder: Path, name: str = "items.jsonl"
) -> LandReport:
    """Land items (dicts, or bytes as they are) through a JSON Lines file."""
    lines = [item if isinstance(item, bytes) else orjson.dumps(item) for item in items]
    path = folder / name
    path.write_bytes(b"\n".join(lines) + b"\n")
    return land_file(work, batch, path)


def samples(work: Workspace, day: date = DAY) -> list[Batch]:
    """A batch of each source that reads shipped sample items."""
    return [Batch(day, name) for name, config in work.sources.items() if getattr(config, "path", None)]


def dump(admin: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """What must not depend on the order of arrival."""
    return {name: sorted(_texts(admin, query)) for name, query in _DUMPS.items()}


def masters(admin: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """As `dump`, without the loads: which of two equal items is the duplicate does depend on the order."""
    return {name: texts for name, texts in dump(admin).items() if name != "loads"}


def exact(admin: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """What a second run must not even touch: rows with their ids, times and row versions."""
    return {name: sorted(_texts(admin, query)) for name, query in _EXACT.items()}


def rows(admin: psycopg.Connection[Any], query: str, *params: Any) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    return admin.execute(query, params or None).fetchall()  # type: ignore[arg-type]


def value(admin: psycopg.Connection[Any], query: str, *params: Any) -> Any:
    """The first column of the first row."""
    found = rows(admin, query, *params)
    return next(iter(found[0].values())) if found else None


def _texts(admin: psycopg.Connection[Any], query: str) -> list[str]:
    return [str(next(iter(row.values()))) for row in admin.execute(query).fetchall()]  # type: ignore[arg-type]
