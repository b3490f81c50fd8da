"""A batch through the job: what is materialized, what the page shows, and what running it again does."""

from __future__ import annotations

import json

import dagster as dg
import pytest
from batches import MONDAY, TUESDAY, Batches, Rows, lead, leads, materialized

from outreach_pipeline.orchestration.specs import TABLES

STATE = """
select
    (select jsonb_agg(to_jsonb(m) order by unique_id) from marketing.people_master as m) as people,
    (select jsonb_agg(to_jsonb(c) order by company_unique_id) from marketing.company_master c) as companies,
    (select jsonb_agg(to_jsonb(s) order by company_slot_unique_id) from marketing.company_slot as s) as slots,
    (select jsonb_agg(to_jsonb(v) order by v.contact_id) from vault.contacts as v) as contacts,
    (select jsonb_agg(to_jsonb(b) order by b.batch_id) from intake.batch as b) as batches,
    (select jsonb_agg(to_jsonb(k) order by k.key) from intake.source_key as k) as keys,
    (select jsonb_agg(to_jsonb(l) order by l.load_id) from intake.raw_loads as l) as loads
"""


def test_one_run_takes_a_batch_from_its_file_to_filled_slots(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(25))
    result = batches.run(MONDAY)
    assert result.success
    assert set(materialized(result)) == {table.name for table in TABLES}
    assert rows("select count(*) as n from marketing.company_slot where is_filled")[0]["n"] == 25
    assert {row["status"] for row in rows("select status from intake.raw_loads")} == {"promoted"}


def test_a_small_batch_does_not_hide_the_rows_of_the_table(batches: Batches) -> None:
    batches.write(MONDAY, leads(25))
    batches.run(MONDAY)
    batches.write(TUESDAY, leads(26)[25:])
    shown = materialized(batches.run(TUESDAY))["intake.raw_loads"]
    assert (shown["dagster/partition_row_count"], shown["dagster/row_count"]) == (1, 26)


def test_a_materialization_shows_counts_rates_and_seconds(batches: Batches) -> None:
    batches.write(
        MONDAY, [*leads(25), lead(25, email="none", linkedin=None, full_name=None, first_name=None)]
    )
    shown = materialized(batches.run(MONDAY))
    assert shown["intake.raw_loads"]["dagster/partition_row_count"] == 26
    assert shown["intake.raw_loads"]["items read"] == 26
    assert shown["intake.raw_loads"]["items per second"] > 0
    assert shown["intake.validated_people"]["dagster/partition_row_count"] == 25
    assert shown["intake.validation_failed"]["fields left out"] >= 1
    assert "| `" in shown["intake.validation_failed"]["most frequent"]
    assert "█" in shown["intake.validation_failed"]["states"]
    assert shown["vault.contacts"]["contacts created"] == 25
    assert shown["marketing.people_master"]["dagster/row_count"] == 25
    assert shown["marketing.company_slot"]["slots assigned"] == 25
    assert all("seconds" in metadata for metadata in shown.values())


def test_materializing_a_partition_again_changes_nothing(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(25))
    batches.run(MONDAY)
    before = rows(STATE)
    again = batches.run(MONDAY)
    assert again.success
    assert rows(STATE) == before
    assert materialized(again)["intake.raw_loads"]["items read"] == 0


def test_a_batch_is_read_again_only_with_refetch(batches: Batches, rows: Rows) -> None:
    batches.write(MONDAY, leads(3))
    batches.run(MONDAY)
    batches.write(MONDAY, leads(5))
    batches.run(MONDAY)
    assert rows("select count(*) as n from intake.raw_loads")[0]["n"] == 3
    batches.run(MONDAY, config={"land": {"config": {"refetch": True}}})
    assert rows("select count(*) as n from intake.raw_loads where status = 'promoted'")[0]["n"] == 5


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_asset_can_be_materialized_alone(batches: Batches, table: str) -> None:
    batches.write(MONDAY, leads(3))
    assert batches.run(MONDAY).success
    alone = batches.run(MONDAY, only=[table])
    assert alone.success
    assert set(materialized(alone)) == {table}


def test_every_asset_can_be_materialized_alone_before_anything_else_ran(batches: Batches) -> None:
    for table in reversed(TABLES):
        assert batches.run(TUESDAY, "by_hand", only=[table.name]).success


def test_a_step_without_a_partition_says_that_it_needs_one(batches: Batches) -> None:
    defs = batches.defs()
    job = defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey(["intake", "raw_loads"])],
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert not result.success
    failed = next(event for event in result.all_events if event.is_step_failure)
    assert "needs a batch" in (failed.step_failure_data.user_failure_data.description or "")


def test_no_event_and_no_check_result_holds_a_persons_data(batches: Batches, rows: Rows) -> None:
    """Law 10: also for a batch full of rejections, held, with an address as a key."""
    batches.write(MONDAY, leads(25))
    odd = {f"ada{number}.secret@private.example": "x" for number in range(3)}
    batches.write(
        TUESDAY, [lead(n, email="broken@@secret.example", company_size="many", **odd) for n in range(30, 60)]
    )
    with dg.DagsterInstance.ephemeral() as instance:
        for day in (MONDAY, TUESDAY):
            result = batches.run(day, instance=instance)
            written = "\n".join(str(entry.to_json()) for entry in instance.all_logs(result.run_id))
            told = written + json.dumps([dict(row) for row in rows("select check_results from intake.batch")])
            people = rows("select raw_data from intake.raw_loads")
            assert people
            for row in people:
                item = row["raw_data"]
                for key in ("full_name", "email", "linkedin", "last_name", "company_domain"):
                    assert str(item[key]) not in told, key
            assert "secret" not in told


def test_an_idempotent_rerun_draws_no_zeros_over_the_last_real_numbers(batches: Batches) -> None:
    batches.write(MONDAY, leads(25))
    with dg.DagsterInstance.ephemeral() as instance:
        first = materialized(batches.run(MONDAY, instance=instance))
        again = [materialized(batches.run(MONDAY, instance=instance)) for _ in range(2)]
    for shown in again:
        for table, numbers in first.items():
            assert "nothing new" not in numbers
            assert shown[table]["nothing new"].startswith("There was nothing to do")
            counts = {name: value for name, value in numbers.items() if type(value) is int}
            assert {name: shown[table][name] for name in counts} == counts, table
    assert again[1]["intake.raw_loads"]["items read"] == 25
    assert again[1]["marketing.company_slot"]["slots assigned"] == 25
