"""Batches to run: a small sources.toml, files of items that change their nature, and the job over them.

Belongs here: what the tests of this folder share. Does not belong here: assertions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.pipeline import Pipeline
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace

SOURCES = """
[sources.leads]
kind = "files"
shape = "leads_finder"
path = "leads/{day}.json"
nightly = true

[sources.more_leads]
kind = "files"
shape = "leads_finder"
path = "more/{day}.json"
nightly = true

[sources.by_hand]
kind = "files"
shape = "company_list_csv"
"""

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
FAMILY_NAMES = (
    "Abara", "Brandt", "Castell", "Dorval", "Eklund", "Fairbank", "Galloway", "Hofer", "Ibarra", "Janssen",
    "Kessler", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quintero", "Rossi", "Santoro", "Thorne",
    "Ulrich",
    "Vasquez", "Whitlock", "Xenakis", "Yamada", "Zeller", "Ashdown", "Birch", "Calder", "Dunmore",
)  # fmt: skip


def lead(number: int, **changes: object) -> dict[str, object]:
    """A lead as the actor gives it: the chief executive of a company of their own."""
    family = FAMILY_NAMES[number % len(FAMILY_NAMES)]
    stem = f"{family.lower()}{number}works"
    item: dict[str, object] = {
        "first_name": "Ada",
        "last_name": family,
        "full_name": f"Ada {family}",
        "email": f"ada.{family.lower()}@{stem}.com",
        "job_title": "Chief Executive Officer",
        "linkedin": f"https://www.linkedin.com/in/ada-{family.lower()}-{number}",
        "city": "Boston",
        "company_name": f"{family} {number} Works",
        "company_domain": f"{stem}.com",
        "company_website": f"https://www.{stem}.com",
        "company_size": 40 + number,
    }
    item.update(changes)
    return {key: value for key, value in item.items() if value is not None}


def leads(count: int, **changes: object) -> list[dict[str, object]]:
    """So many different leads, each with the same changes; None takes a key away."""
    return [lead(number, **changes) for number in range(count)]


@dataclass
class Batches:
    """Sources in a folder, a database, and the definitions over both."""

    folder: Path
    settings: Settings
    database: Database
    workspace: Workspace = field(init=False)

    def __post_init__(self) -> None:
        self.workspace = Workspace(self.settings, self.database)

    def write(self, day: date, items: Sequence[dict[str, object]], folder: str = "leads") -> None:
        """Put the file of a day into the folder of a source."""
        path = self.folder / folder / f"{day.isoformat()}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(items), encoding="utf-8")

    def defs(self, **parts: Any) -> dg.Definitions:
        """The definitions over this database."""
        return build_defs(pipeline=Pipeline(self.workspace, **parts))

    def run(
        self,
        day: date,
        source: str = "leads",
        *,
        only: Iterable[str] = (),
        config: dict[str, Any] | None = None,
        instance: dg.DagsterInstance | None = None,
        tags: dict[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """The nightly job for one batch; with `only` some of its assets, by `schema.table`."""
        job = self.defs().resolve_job_def(NIGHTLY)
        return job.execute_in_process(
            partition_key=f"{day.isoformat()}|{source}",
            asset_selection=[dg.AssetKey(name.split(".")) for name in only] or None,
            run_config={"ops": config or {}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            instance=instance,
            tags=tags,
            raise_on_error=False,
        )


ACCEPT = {"validate": {"config": {"accept_checks": True}}}

Rows = Callable[..., list[dict[str, Any]]]


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The evaluations of a run by name."""
    return {found.check_name: found for found in result.get_asset_check_evaluations()}


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Metadata of a run's materializations of tables by `schema.table`."""
    return {
        ".".join(event.asset_key.path): {
            name: value.value
            for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key and event.asset_key.path[0] != "source"
    }


def problem_text(result: dg.ExecuteInProcessResult) -> str:
    """What the failed step says."""
    told = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    return " ".join(one.description or "" for one in told if one)
