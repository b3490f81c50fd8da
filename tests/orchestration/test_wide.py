"""After the night: signals and the ready list are counted, stale seats and held batches are pointed out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg
from batches import ACCEPT, MONDAY, TUESDAY, Batches, Rows, lead, leads, materialized

from outreach_pipeline.orchestration.schedule import MORNING
from outreach_pipeline.orchestration.specs import FORMED, FORMED_IN_BATCH, FRESHNESS, HELD, UNFINISHED
from outreach_pipeline.stages.freshness import next_due, read_slot_freshness
from outreach_pipeline.stages.standing import check_promoted

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _morning(batches: Batches) -> dg.ExecuteInProcessResult:
    job = batches.defs().resolve_job_def(MORNING)
    return job.execute_in_process(run_config=QUIET, raise_on_error=False)


def _checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {found.check_name: found for found in result.get_asset_check_evaluations()}


def _seen(rows: Rows, days: int, where: str = "true") -> None:
    rows(
        f"update marketing.company_slot set last_refreshed_at = now() - make_interval(days => {days})"
        f" where is_filled and {where} returning 1"
    )


def test_standing_checks_are_no_part_of_a_batch(batches: Batches) -> None:
    batches.write(MONDAY, leads(1))
    assert not {FRESHNESS, HELD, UNFINISHED} & set(_checks(batches.run(MONDAY)))


def test_an_empty_database_has_a_morning_too(batches: Batches) -> None:
    result = _morning(batches)
    assert result.success
    assert all(found.passed for found in _checks(result).values())
    assert materialized(result)["marketing.outreach_ready"]["dagster/row_count"] == 0


def test_the_ready_list_says_who_is_left_out(batches: Batches) -> None:
    batches.write(MONDAY, leads(5))
    batches.run(MONDAY)
    shown = materialized(_morning(batches))
    ready = shown["marketing.outreach_ready"]
    assert ready["slots"] == 15
    assert ready["dagster/row_count"] + ready["left out"] == 15
    assert "| vacant | 10 |" in ready["standing"]
    assert shown["bit.signal"]["dagster/row_count"] == 0


def test_freshness_is_measured_against_the_cadence_of_the_slot_type(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, [*leads(10), *[lead(n, job_title="Chief Financial Officer") for n in range(10, 20)]])
    batches.run(MONDAY)
    _seen(rows, 1)
    found = _checks(_morning(batches))[FRESHNESS]
    assert found.passed
    assert "0 of 20 occupants" in (found.description or "")
    _seen(rows, 31, "slot_type = 'CFO'")
    found = _checks(_morning(batches))[FRESHNESS]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert not found.blocking
    assert "CFO 10 of 10 (100%)" in (found.description or "")
    assert "CEO" not in (found.description or "")
    assert found.metadata["stale"].value == 10
    # A longer cadence for the same seats, and they are fresh.
    patient = Batches(batches.folder, batches.settings.model_copy(update={"refresh_cfo_days": 60}), batches.database)
    assert _checks(_morning(patient))[FRESHNESS].passed


def test_a_few_stale_seats_do_not_warn(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(20))
    batches.run(MONDAY)
    _seen(rows, 1)
    rows(
        "update marketing.company_slot set last_refreshed_at = null where company_slot_unique_id in"
        " (select company_slot_unique_id from marketing.company_slot where is_filled limit 2) returning 1"
    )
    ceo = next(one for one in read_slot_freshness(batches.workspace) if one.slot_type == "CEO")
    assert (ceo.filled, ceo.stale, ceo.very_stale) == (20, 2, 2)
    assert _checks(_morning(batches))[FRESHNESS].passed


def test_no_value_of_a_person_is_in_the_checks(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(5))
    batches.run(MONDAY)
    _seen(rows, 400)
    told = str(_morning(batches).all_events)
    for row in rows("select full_name, email, linkedin_url from marketing.people_master"):
        assert not any(str(value) in told for value in row.values())


def test_a_held_batch_warns_every_morning_until_it_is_decided(batches: Batches) -> None:
    batches.write(MONDAY, leads(25))
    batches.run(MONDAY)
    batches.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    assert not batches.run(TUESDAY).success
    for _ in range(2):
        result = _morning(batches)
        assert result.success, "it warns, and holds back nobody"
        found = _checks(result)[HELD]
        assert not found.passed
        assert found.description == "1 held, the oldest 2026-11-17|leads."
        assert "| `2026-11-17 leads` |" in found.metadata["batches"].value
    batches.run(TUESDAY, config=ACCEPT)
    assert _checks(_morning(batches))[HELD].passed


def test_when_the_next_one_comes_due(batches: Batches, rows: Rows) -> None:
    assert next_due(batches.workspace) is None
    batches.write(MONDAY, leads(2))
    batches.run(MONDAY)
    seen = datetime(2026, 11, 16, 12, tzinfo=UTC)
    rows("update marketing.people_master set looked_at = %s returning 1", seen)
    assert next_due(batches.workspace, now=seen) == seen + timedelta(days=30)
    assert next_due(batches.workspace, now=seen + timedelta(days=31)) is None


def test_a_broken_id_address_or_reference_fails_its_check_until_it_is_mended(
    batches: Batches, rows: Rows, admin: psycopg.Connection[Any]
) -> None:
    batches.write(MONDAY, leads(3))
    batches.run(MONDAY)
    names = set(FORMED.values())
    good = _checks(_morning(batches))
    assert {name for name in names if good[name].passed} == names
    # Somebody took the guards away.
    for table, guard in (
        ("company_master", "company_master_company_unique_id_format"), ("people_master", "people_master_email_format"),
    ):  # fmt: skip
        admin.execute(f"alter table marketing.{table} drop constraint {guard}")  # type: ignore[arg-type]
    rows("insert into marketing.company_master (company_unique_id, company_name, website_url, source_system, promoted_from_intake_at) values ('CMP-1', 'x', 'https://x.example', 'x', now()) returning 1")
    rows("update marketing.people_master set email = 'a..b@x.example' where unique_id like '%%.001' returning 1")
    bad = _checks(_morning(batches))
    assert {name for name in names if not bad[name].passed} == {"company_master_is_well_formed", "people_master_is_well_formed"}
    assert bad["company_master_is_well_formed"].description == "1 fail barton_id of company_unique_id."
    assert bad["people_master_is_well_formed"].description == "1 fail email_address of email."
    assert "a..b" not in str(bad["people_master_is_well_formed"].metadata)
    # Of a batch only what it is about is looked at.
    one = check_promoted(batches.workspace, "people_master", [f"{MONDAY}|leads"])
    assert ([(fault.check, fault.rows) for fault in one.faults], one.rows) == ([("email_address", 1)], 3)
    assert check_promoted(batches.workspace, "company_master", [f"{MONDAY}|leads"]).faults == ()
    assert check_promoted(batches.workspace, "company_slot", [f"{TUESDAY}|leads"]).rows == 0
    # Something new is said of the person, so that their master is written anew.
    batches.write(TUESDAY, [lead(0, city="Bern")])
    run = _checks(batches.run(TUESDAY))
    assert {name for name in FORMED_IN_BATCH.values() if run[name].passed} == set(FORMED_IN_BATCH.values())
    assert run["batch_company_slot_is_well_formed"].metadata["rows"].value == 3
    rows("delete from marketing.company_master where company_unique_id = 'CMP-1' returning 1")
    rows("update marketing.people_master set email = 'a.b@x.example' where email like 'a..%%' returning 1")
    assert all(_checks(_morning(batches))[name].passed for name in names)
