"""The asset of campaigns: its tables say what `outreach campaign show` says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg

from outreach_pipeline.database.connect import Database
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.specs import CAMPAIGNS
from outreach_pipeline.stages.campaigns import read_campaign

sys.path.append(str(Path(__file__).parents[1] / "end_to_end"))
from test_outcomes import EVENTS, Loop, booked, deal, event

COUNTS = {"claimed": 3, "sent": 3, "delivered": 2, "replied": 1, "booked": 1, "won": 1}


def materialized(loop: Loop) -> dict[str, Any]:
    assets = [
        each for each in build_defs(workspace=loop.work).resolve_asset_graph().assets_defs if CAMPAIGNS.key in each.keys
    ]
    with dg.DagsterInstance.ephemeral() as instance:
        found = dg.materialize(assets, instance=instance)
    (told,) = found.get_asset_materialization_events()
    return {name: value.value for name, value in told.materialization.metadata.items()}


def test_its_tables_say_what_the_command_says(tmp_path: Path, db: Database, admin: psycopg.Connection[Any]) -> None:
    loop = Loop(tmp_path, db, admin)
    # Bob's bounce is told of twice, and a bounce of somebody whom nothing was sent to is no delivery less.
    loop.land("instantly", [*EVENTS, event("email_bounced", "bob@firm1.example", number="again", hours=1)])
    loop.land("calendly", [booked("ada@firm0.example")])
    loop.land("deals", [deal("ada@firm0.example")])
    told = materialized(loop)
    report = read_campaign(loop.work, "spring")
    assert {name: told[name] for name in COUNTS} == COUNTS
    assert {name: report.result[name] for name in COUNTS} == COUNTS
    (slot,) = report.by_slot
    assert {name: slot[name] for name in COUNTS} == COUNTS
    assert "| CFO | 3 | 3 | 2 | 1 | 1 | 1 | $0.00 | $0.00 |" in told["by slot"]
    assert "spring" in told["campaigns"]
    assert sum(row["claimed"] for row in report.by_reason) >= 3


def test_a_bounce_without_what_was_sent_is_no_negative_delivery(
    tmp_path: Path, db: Database, admin: psycopg.Connection[Any]
) -> None:
    loop = Loop(tmp_path, db, admin)
    loop.land("instantly", [event("email_bounced", "bob@firm1.example")])
    result = read_campaign(loop.work, "spring").result
    assert (result["sent"], result["delivered"], result["bounced"]) == (0, 0, 1)
