"""Paid runs are bounded per provider, however they were asked for; files go on meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from batches import MONDAY, Batches
from daemon import backfill, daemon, dequeue, going

from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.providers import PROVIDER_TAG, kind_of_source, provider_tags
from outreach_pipeline.stages.dagster_home import CONFIG

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = (ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
PAID = """
[sources.paid]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 1

[sources.paid_too]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 1

[sources.searched]
kind = "apollo"
shape = "apollo_people_search"
endpoint = "mixed_people/api_search"
max_credits = 0
"""
LOADS = ("intake.raw_loads",)


@pytest.fixture
def paid(batches: Batches) -> Batches:
    """Two sources at Apify and one at Apollo beside the files."""
    sources = batches.folder / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8") + PAID, encoding="utf-8")
    return Batches(batches.folder, batches.settings, batches.database)


@pytest.mark.parametrize("config", [CONFIG, DEPLOY], ids=["local", "deploy"])
def test_of_a_backfill_two_runs_per_provider_go_at_once_while_files_go_on(
    paid: Batches, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str
) -> None:
    days = ("2026-11-16", "2026-11-17", "2026-11-18")
    wanted = [f"2026-11-16|{source}" for source in ("paid", "paid_too", "leads", "more_leads")]
    wanted += ["2026-11-17|paid", *(f"{day}|searched" for day in days)]
    with daemon(paid, monkeypatch, tmp_path / "instance", config) as context:
        runs = backfill(context, wanted, LOADS)
        providers = {run.tags["dagster/partition"]: run.tags.get(PROVIDER_TAG) for run in runs}
        assert providers["2026-11-16|paid"] == "apify"
        assert providers["2026-11-17|searched"] == "apollo"
        assert providers["2026-11-16|leads"] is None
        for _ in range(3):
            dequeue(context)
        first = going(context.instance)
        assert {key for key in first if "leads" in key} == {"2026-11-16|leads", "2026-11-16|more_leads"}
        assert len([key for key in first if "|paid" in key]) == 2
        assert len([key for key in first if "|searched" in key]) == 2

        # One that ends makes room for the next, of its own provider.
        ended = next(run for run in context.instance.get_runs() if run.tags["dagster/partition"] == first[-1])
        assert ended.tags[PROVIDER_TAG] == "apollo"
        context.instance.report_run_failed(ended)
        dequeue(context)
        assert len([key for key in going(context.instance) if "|searched" in key]) == 2
        assert len([key for key in going(context.instance) if "|paid" in key]) == 2


def test_a_source_that_sources_toml_does_not_name_is_limited_too(
    paid: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_SOURCES", str(paid.folder / "sources.toml"))
    assert kind_of_source("paid") == "apify"
    assert provider_tags(kind_of_source("leads")) == {}
    assert provider_tags(kind_of_source("gone")) == {PROVIDER_TAG: "unknown"}
    monkeypatch.setenv("OUTREACH_SOURCES", str(paid.folder / "not_there.toml"))
    assert provider_tags(kind_of_source("paid")) == {PROVIDER_TAG: "unknown"}


def test_a_run_of_the_command_line_counts_as_well(paid: Batches) -> None:
    (outcome,) = run_batches(paid.settings, MONDAY, ["paid"], workspace=paid.workspace)
    with open_instance(paid.settings) as instance:
        run = instance.get_run_by_id(outcome.run_id)
        assert run is not None
        assert run.tags[PROVIDER_TAG] == "apify"
