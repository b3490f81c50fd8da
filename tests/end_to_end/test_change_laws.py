"""Following refreshed profiles under the laws: all or nothing, once, in any order, with whatever a profile may hold."""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import outreach_pipeline
from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import DatabaseError
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import DAY, exact, land_items, masters, rows, samples, value, workspace
from tests.end_to_end.refreshed import LEADS, PROFILES, follow, holders, job, lead, look, night, noted, profile

Admin = psycopg.Connection[Any]
STAFF = [lead(), lead("ben-marsh", "quill", "Finance Director"), lead("cara-stone", "brandt", "CEO")]
MOVED = profile(job("brandt", "Chief Financial Officer", (10, 2026)))
MARRIED = profile(job("brandt", "CEO", (3, 2021)), slug="cara-stone", lastName="Winterbourne")
SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
# What a follow writes, beyond what `exact` looks at.
WRITTEN = (
    "marketing.people_intelligence", "marketing.pipeline_events", "bit.signal", "public.linkedin_refresh_jobs",
    "public.negative_cache", "intake.promote_queue", "marketing.slot_work",
)  # fmt: skip
# One table of each step: noting, telling, signals, slots, holding, closing.
STEPS = (
    "marketing.people_intelligence", "marketing.pipeline_events", "bit.signal", "marketing.people_master",
    "marketing.slot_assignment_history", "marketing.company_slot", "public.linkedin_refresh_jobs",
)  # fmt: skip


@pytest.fixture
def known(db: Database, admin: Admin, tmp_path: Path) -> Admin:
    night(db, tmp_path, STAFF)
    return admin


def everything(admin: Admin) -> dict[str, list[str]]:
    """All that a follow may touch, with ids, times and row versions."""
    more = {
        table: sorted(row["line"] for row in rows(admin, f"select to_jsonb(t)::text || t.xmin as line from {table} as t"))
        for table in WRITTEN
    }
    return {**exact(admin), **more}


@pytest.mark.parametrize("table", STEPS)
def test_an_error_at_any_step_leaves_nothing(db: Database, known: Admin, tmp_path: Path, table: str) -> None:
    jobs = look(db, known, tmp_path, [MOVED, MARRIED])
    before = everything(known)
    known.execute(
        """create function public.break_it() returns trigger language plpgsql as $$
        begin raise exception 'broken on purpose'; end $$"""
    )
    known.execute(f"create trigger aaa_broken after insert or update on {table} execute function public.break_it()")
    with pytest.raises(DatabaseError):
        follow(db, jobs)
    known.execute(f"drop trigger aaa_broken on {table}")
    assert everything(known) == before
    report = follow(db, jobs)
    assert (report["changed"], report["proposed"]) == (1, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_killed_at_its_commit_leaves_all_or_nothing(
    db: Database, database_url: str, known: Admin, tmp_path: Path, moment: str
) -> None:
    jobs = look(db, known, tmp_path, [MOVED])
    before = everything(known)
    child = os.fork()
    if child == 0:
        _follow_and_die(database_url, jobs, moment)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    if moment == "before":
        assert everything(known) == before
        assert follow(db, jobs)["changed"] == 1
    else:
        assert value(known, "select status from public.linkedin_refresh_jobs") == "completed"
        assert follow(db, jobs)["jobs"] == 0, "a closed job is not followed again"
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]
    assert holders(known)["quill CFO"] == "Ben Marsh"
    assert value(known, "select count(*) from marketing.pipeline_events where event_type = 'person_job_change'") == 3


def _follow_and_die(url: str, jobs: list[int], moment: str) -> None:
    """In the child: follow, and end without a goodbye just before or just after the commit."""
    try:
        with Database(url).transaction(Role.REFRESH) as tx:
            tx.fetch_row("select * from marketing.f_follow_refresh(%(ids)s)", {"ids": jobs})
            if moment == "before":
                os._exit(9)
        os._exit(9)
    finally:
        os._exit(1)


def test_the_same_look_followed_twice_changes_nothing(db: Database, known: Admin, tmp_path: Path) -> None:
    jobs = look(db, known, tmp_path, [MOVED, MARRIED])
    follow(db, jobs)
    before = everything(known)
    assert follow(db, jobs)["jobs"] == 0
    batch = Batch(DAY + timedelta(days=1), PROFILES)
    promote_batch(workspace(db), batch)
    assign_slots(workspace(db))
    assert everything(known) == before
    again = look(db, known, tmp_path, [MOVED], days=2)
    report = follow(db, again)
    assert (report["jobs"], report["unchanged"]) == (1, 1), "what was seen again is an observation"
    assert len(noted(known)) == 2
    assert value(known, "select last_refreshed_at::date from marketing.company_slot where slot_type = 'CFO' and is_filled and person_unique_id = (select person_unique_id from public.linkedin_refresh_jobs order by job_id desc limit 1)") == DAY + timedelta(days=2)


def test_a_batch_that_its_checks_hold_stays_with_its_jobs(db: Database, known: Admin, tmp_path: Path) -> None:
    jobs = look(db, known, tmp_path, [MOVED])
    known.execute("update intake.batch set released_at = null where source = %s", (PROFILES,))
    assert follow(db, jobs)["jobs"] == 0
    assert value(known, "select status from public.linkedin_refresh_jobs") == "running"


@pytest.mark.parametrize("seed", [1, 2])
def test_masters_do_not_depend_on_the_order_in_which_looks_arrive(server: Server, tmp_path: Path, seed: int) -> None:
    days: list[tuple[int, str, list[dict[str, Any]]]] = [
        (0, LEADS, STAFF), (1, PROFILES, [MOVED]), (2, LEADS, [lead("ben-marsh", "quill", "CFO")]),
        (3, PROFILES, [profile(job("corvid", "CFO", (11, 2026)))]), (4, LEADS, [lead("dana-holt", "corvid", "HR Director")]),
        (5, PROFILES, [profile(job("quill", "CFO", (3, 2021), ended="2026"), slug="ben-marsh")]),
    ]  # fmt: skip
    found = []
    for order in (days, random.Random(seed).sample(days, len(days))):
        name = server.create(server.template)
        database = Database(server.url(name, login="outreach_app"))
        try:
            for number, source, items in order:
                night(database, tmp_path, items, number, source)
            with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row) as admin:
                found.append(masters(admin))
        finally:
            database.close()
            server.drop(name)
    assert found[0] == found[1]


PROFILE_SHAPES = [
    "apify_harvestapi_profiles", "apify_dev_fusion_profiles", "apify_apimaestro_profiles",
]  # fmt: skip


@pytest.mark.parametrize("source", PROFILE_SHAPES)
def test_every_sample_profile_goes_through_comparison(
    db: Database, admin: Admin, tmp_path: Path, source: str
) -> None:
    """Each item is looked at as the answer to a job, after a night in which everybody held another job elsewhere."""
    work = workspace(db)
    for batch in samples(work, DAY):
        night(db, tmp_path, _items(work, batch.source), source=batch.source)
    items = _items(work, source)
    night(db, tmp_path, [_elsewhere(item) for item in items], days=1, source=source)
    noted_before = value(admin, "select coalesce(max(intelligence_id), 0) from marketing.people_intelligence")
    batch = Batch(DAY + timedelta(days=2), source)
    land_items(work, batch, items, tmp_path, "again.jsonl")
    validate_batch(work, batch)
    with db.transaction(Role.PROMOTE) as tx:
        tx.execute("select intake.f_release_batch(%(id)s)", {"id": batch.batch_id})
    jobs = rows(
        admin,
        """insert into public.linkedin_refresh_jobs (person_unique_id, linkedin_url, status, load_id)
        select distinct on (p.unique_id) p.unique_id, coalesce(p.linkedin_url, 'x'), 'running', coalesce(l.duplicate_of, l.load_id)
        from intake.raw_loads as l
        cross join marketing.people_master as p
        left join intake.validated_people as v on v.load_id = coalesce(l.duplicate_of, l.load_id)
        left join marketing.person_key as k on k.kind = 'linkedin_slug' and k.value = v.linkedin_slug
        left join intake.person_member as c on c.load_id = k.load_id and c.part = k.part
        where l.batch_id = %s and (p.unique_id = public.barton_id('02', c.person_no) or v.load_id is null)
        order by p.unique_id, v.load_id nulls last returning job_id""",
        batch.batch_id,
    )
    report = follow(db, [row["job_id"] for row in jobs])
    assert report["jobs"] == len(jobs) > 0
    assert value(admin, "select count(*) from public.linkedin_refresh_jobs where status = 'running'") == 0
    assert value(admin, "select count(*) from marketing.people_intelligence where intelligence_id > %s", noted_before) > 0


def _items(work: Any, source: str) -> list[Any]:
    document = json.loads((SAMPLES / Path(work.sources[source].path).name).read_text()) if _is_json(work, source) else []
    return list(document["items"]) if isinstance(document, dict) and "items" in document else []


def _is_json(work: Any, source: str) -> bool:
    return str(work.sources[source].path).endswith(".json")


def _elsewhere(item: Any) -> Any:
    """The same profile with every title replaced."""
    text = json.dumps(item)
    for title in ("Chief Executive Officer", "CFO", "Chief Financial Officer", "CEO"):
        text = text.replace(f'"{title}"', '"VP Finance"')
    return json.loads(text)
