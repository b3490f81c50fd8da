"""Two nights of the whole flow against the sandbox, through the real clients, scored by the truth."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.apify_runs import Timing
from outreach_pipeline.sandbox.configure import sources_toml
from outreach_pipeline.sandbox.score import Score, score
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

COMPANIES = 60


def play(there: Workspace, sandbox: Sandbox, night: int) -> Score:
    """One night of all sources, and its score."""
    sandbox.set_night(night)
    for name in there.sources:
        batch = Batch(sandbox.world.day(night), name)
        land_batch(there, batch)
        validate_batch(there, batch)
        promote_batch(there, batch)
    assign_slots(there)
    previous = sandbox.truth(night - 1) if night > 1 else None
    return score(there.database, sandbox.truth(night), previous=previous)


@pytest.mark.slow
def test_two_nights_are_known_and_a_second_time_costs_nothing(tmp_path: Path, db: Database) -> None:
    with Sandbox(
        companies=COMPANIES, seed=11, timing=Timing(0.02, 0.1, 0.1), files=tmp_path / "files"
    ) as sandbox:
        file = tmp_path / "sources.toml"
        file.write_text(sources_toml(tmp_path / "files", COMPANIES), encoding="utf-8")
        settings = Settings(
            _env_file=None, home=tmp_path, sources=file, apify_url=sandbox.apify_url, pause_secs=0.02,
            apify_token=sandbox.apify_token, apollo_url=sandbox.apollo_url, apollo_api_key=sandbox.apollo_key,
            apollo_credits_per_day=Decimal(5000),
        )  # type: ignore[call-arg, arg-type]  # fmt: skip
        there = Workspace(settings, db)
        first = play(there, sandbox, 1)
        assert (first.companies.merged, first.people.merged) == (0, 0)
        assert (first.companies.share, first.people.share, first.slots.share) == (1.0, 1.0, 1.0)
        second = play(there, sandbox, 2)
        assert (second.companies.merged, second.people.merged) == (0, 0)
        assert second.companies.share == 1.0
        assert min(second.people.share, second.slots.share) >= 0.99, second.lines()
        assert second.left is not None
        assert second.left.true > 3
        assert second.left.precision >= 0.95
        assert all(miss.cause for miss in second.misses)
        spent = {name: dict(part, calls=None) for name, part in sandbox.ledger().items()}
        assert spent["apify"]["runs"] == 8
        assert spent["apollo"]["enriched_again"] == 0
        play(there, sandbox, 2)
        assert {name: dict(part, calls=None) for name, part in sandbox.ledger().items()} == spent
