"""Partitions that mean something: from the first batch on, of sources that have batches, and always those of batches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from batches import MONDAY, Batches, leads
from pydantic import SecretStr

from outreach_pipeline.database.connect import Database
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.ui import environment
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.extent import Extent, read_extent
from outreach_pipeline.stages.workspace import Workspace

VERIFIER = '''
[sources.domains]
kind = "verify"
shape = "mail_domain"
provider = "dns"
'''


@pytest.fixture
def unset(batches: Batches, database_url: str) -> Batches:
    """The same, without a first day in the settings and with a verifier that was never asked."""
    with (batches.folder / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(VERIFIER)
    settings = Settings(
        _env_file=None, database_url=SecretStr(database_url), home=batches.folder / "home",
        sources=batches.folder / "sources.toml",
    )  # fmt: skip
    return Batches(batches.folder, settings, batches.database)


def keys(batches: Batches) -> list[str]:
    graph = batches.defs().resolve_asset_graph()
    found = graph.get(dg.AssetKey(["intake", "raw_loads"])).partitions_def
    assert found
    return list(found.get_partition_keys(current_time=datetime(2026, 11, 18, 3, tzinfo=UTC)))


def test_days_begin_with_the_first_batch_and_its_partition_is_there(unset: Batches) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert unset.workspace.extent == Extent(yesterday, ("leads", "more_leads", "by_hand"))
    unset.write(MONDAY, leads(2))
    (found,) = run_batches(unset.settings, MONDAY, ["leads"], workspace=unset.workspace)
    assert found.succeeded, "a day before all others can be run"
    unset.workspace = Workspace(unset.settings, unset.database)
    assert unset.workspace.extent.first_day == MONDAY
    assert keys(unset) == [
        f"{MONDAY + timedelta(days=n)}|{source}"
        for n in range(3) for source in ("by_hand", "ingested", "leads", "more_leads")
    ]  # fmt: skip
    assert unset.run(MONDAY).success


def test_the_setting_counts_where_it_is_set(batches: Batches) -> None:
    batches.write(MONDAY, leads(1))
    assert batches.run(MONDAY).success
    assert read_extent(batches.workspace).first_day == date(2026, 11, 1)


def test_without_the_database_the_setting_is_what_is_known(unset: Batches, tmp_path: Path) -> None:
    away = Database("postgresql://nobody@127.0.0.1:9/none", connect_timeout=1, connect_attempts=1)
    extent = read_extent(Workspace(unset.settings, away))
    assert (extent.first_day, "domains" in extent.sources) == (date(2019, 1, 1), True)
    # An embedded server that does not run is not started to be asked.
    home = tmp_path / "nothing"
    embedded = Settings(_env_file=None, home=home, sources=unset.settings.sources)
    assert read_extent(Workspace(embedded)).first_day == date(2019, 1, 1)
    assert not home.exists()


def test_the_page_is_not_told_a_first_day_that_nobody_has_set(unset: Batches, batches: Batches) -> None:
    assert "OUTREACH_FIRST_DAY" not in environment(unset.settings)
    assert environment(batches.settings)["OUTREACH_FIRST_DAY"] == "2026-11-01"
