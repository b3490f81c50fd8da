"""What landing shows of a paid source: money, whether the bill is final, and that not everything came."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from batches import materialized

from outreach_pipeline.orchestration import metadata as md
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.stages.money import Spent
from tests.end_to_end.paid_world import BATCH, RUNS, apify, workspace

LANDED = "intake.raw_loads"


def _land(tmp_path: Path, database_url: str, url: str) -> tuple[dict[str, Any], str]:
    pipeline = Pipeline(workspace(tmp_path, database_url, url))
    job = build_defs(pipeline=pipeline, also=[BATCH]).resolve_job_def("nightly")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            partition_key=BATCH.batch_id, asset_selection=[dg.AssetKey(LANDED.split("."))], instance=instance,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}, raise_on_error=False,
        )  # fmt: skip
        assert result.success
        said = [e.user_message for e in instance.all_logs(result.run_id) if e.level >= 30]
    return materialized(result)[LANDED], " ".join(said)


def test_landing_shows_what_it_has_cost(tmp_path: Path, database_url: str) -> None:
    with apify() as (service, url):
        shown, warned = _land(tmp_path, database_url, url)
        [run] = service.runs.all()
        assert shown["US dollars"] == pytest.approx(float(run.final_cost))
        assert shown["bill"] == "may still change"
        assert (shown["items read"], shown["pages"]) == (7, 4)
        assert "credits" not in shown
        assert "verdict" not in shown
        assert not warned


def test_a_partial_landing_warns_with_its_reason(tmp_path: Path, database_url: str) -> None:
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "partial_then_fail")
        shown, warned = _land(tmp_path, database_url, url)
        assert shown["verdict"].startswith("⚠ **partial**: ")
        assert "is partial" in warned
        assert shown["items read"] < 7


def test_files_cost_nothing_and_say_nothing_of_money() -> None:
    assert md.money_of(Spent(Decimal(0), Decimal(0), is_final=True)) == {}
    assert set(md.money_of(Spent(Decimal(0), Decimal(3), is_final=True))) == {"credits", "bill"}
    assert md.money_of(Spent(Decimal(0), Decimal(0), is_final=False))["bill"].value == "may still change"
