"""Two nights of the whole flow against the sandbox, through the real clients, scored by the truth.

The second night pulls no profile: whoever holds a seat is asked about by the refresh loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from outreach_pipeline.cli.refresh import refresh_due
from outreach_pipeline.database.connect import Database
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.configure import sources_toml
from outreach_pipeline.sandbox.score.compare import Score, score
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace, no_progress
from tests.conftest import Server

COMPANIES = 60
Admin = psycopg.Connection[dict[str, Any]]


def play(there: Workspace, sandbox: Sandbox, night: int) -> Score:
    """One night of all sources, and its score; from the second on LinkedIn is asked about single people."""
    day = sandbox.world.day(night)
    sandbox.set_night(night)
    nightly = [name for name, config in there.sources.items() if config.nightly]
    if night > 1:
        _ask_the_due(there, day)
        nightly.remove("profiles")
    for name in nightly:
        batch = Batch(day, name)
        land_batch(there, batch)
        validate_batch(there, batch)
        promote_batch(there, batch)
    assign_slots(there)
    if night > 1:
        _ask_the_due(there, day)  # also those whom the night seated on old evidence
    previous = sandbox.truth(night - 1) if night > 1 else None
    return score(there.database, sandbox.truth(night), previous=previous)


def _ask_the_due(there: Workspace, day: date) -> None:
    _, failures, _ = refresh_due(there, day, None, no_progress, wait=True)
    assert failures == []


@dataclass(frozen=True)
class Nights:
    """What one world came to: the scores of both nights, and of the second once more; what was paid after each of the two."""

    sandbox: Sandbox
    admin: Admin
    first: Score
    second: Score
    again: Score
    spent: dict[str, dict[str, Any]]
    spent_again: dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=[2, 4, 11])
def nights(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A world is played once; each promise about it is a test."""
    folder = tmp_path_factory.mktemp("world")
    name = server.create(server.template)
    database = Database(server.url(name, login="outreach_app"))
    try:
        with (
            Sandbox(companies=COMPANIES, seed=request.param, timing=Timing(0.02, 0.1, 0.1), files=folder / "files") as sandbox,
            psycopg.connect(server.url(name), autocommit=True, row_factory=dict_row) as admin,
        ):
            there = _workspace(folder, database, sandbox)
            first, second = play(there, sandbox, 1), play(there, sandbox, 2)
            spent = _spent(sandbox)
            again = play(there, sandbox, 2)
            yield Nights(sandbox, admin, first, second, again, spent, _spent(sandbox))
    finally:
        database.close()
        server.drop(name)


@pytest.mark.slow
def test_nobody_is_merged_sent_away_or_written_to_wrongly(nights: Nights) -> None:
    for night in (nights.first, nights.second, nights.again):
        assert (night.companies.merged, night.people.merged) == (0, 0), night.lines()
        assert night.companies.share == 1.0, night.lines()
        assert (night.places.wrong_left, night.addresses.wrong) == (0, 0), night.lines()
        assert all(miss.cause for miss in night.misses)


@pytest.mark.slow
def test_what_is_noticed_has_happened(nights: Nights) -> None:
    second = nights.second
    assert second.left is not None
    assert second.left.true > 3
    assert second.left.precision >= 0.95
    noticed, right = (sum(getattr(moves, name) for moves in second.moves.values()) for name in ("noticed", "right"))
    assert noticed > 5
    assert right / noticed >= 0.9, second.lines()


@pytest.mark.slow
def test_a_second_time_costs_nothing_and_changes_nothing(nights: Nights) -> None:
    waves = _what_was_asked(nights.admin, nights.sandbox)
    assert nights.spent["apify"]["runs"] == 7 + waves
    assert nights.spent["apollo"]["enriched_again"] == 0
    assert nights.again.lines() == nights.second.lines()
    assert nights.spent_again == nights.spent


@pytest.mark.slow
def test_everybody_is_known_and_nearly_every_move_noticed(nights: Nights, request: pytest.FixtureRequest) -> None:
    """A change of little evidence waits for a decision."""
    if nights.sandbox.world.seed == 11:
        # Four of seventeen movers of this world leave the former entry open: they hold two seats until somebody closes it.
        request.applymarker(pytest.mark.xfail(strict=True, reason="Who leaves the former entry open is not told from a side job."))
    first, second = nights.first, nights.second
    assert (first.people.share, first.slots.share) == (1.0, 1.0), first.lines()
    assert min(second.people.share, second.slots.share) >= 0.99, second.lines()
    true, right = (sum(getattr(moves, name) for moves in second.moves.values()) for name in ("true", "right"))
    assert true > 10
    assert right / true >= 0.8, second.lines()


def _what_was_asked(admin: Admin, sandbox: Sandbox) -> int:
    """Whoever holds a seat was asked about once, the closed profiles among them are told from the others: the runs."""
    jobs = admin.execute(
        "select j.status, j.outcome, j.linkedin_url from public.linkedin_refresh_jobs as j"
    ).fetchall()
    assert len(jobs) > 100
    assert len({job["linkedin_url"] for job in jobs}) == len(jobs)
    assert {job["status"] for job in jobs} == {"completed"}
    gone = {person.slug for person in sandbox.world.people if person.profile_gone_on(2)}
    assert {job["linkedin_url"].rpartition("/")[2] in gone for job in jobs if job["outcome"] == "gone"} == {True}
    runs = admin.execute("select spent_usd, reserved_usd from public.actor_runs where purpose like 'refresh:%'").fetchall()
    assert all(0 < run["spent_usd"] < run["reserved_usd"] for run in runs)
    return len(runs)


def _spent(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {name: dict(part, calls=None) for name, part in sandbox.ledger().items()}


def _workspace(tmp_path: Path, db: Database, sandbox: Sandbox) -> Workspace:
    file = tmp_path / "sources.toml"
    file.write_text(sources_toml(tmp_path / "files", COMPANIES, refresh=True), encoding="utf-8")
    settings = Settings(
        _env_file=None, home=tmp_path, sources=file, apify_url=sandbox.apify_url, pause_secs=0.02,
        apify_token=sandbox.apify_token, apollo_url=sandbox.apollo_url, apollo_api_key=sandbox.apollo_key,
        apollo_credits_per_day=Decimal(5000), refresh_ceo_days=2, refresh_cfo_days=2, refresh_hr_days=2,
        refresh_urgent_days=2,
    )  # type: ignore[call-arg, arg-type]  # fmt: skip
    return Workspace(settings, db)
