"""Which run at Apify is the one whose start was lost: by its tag, or by input and time, under the actor of then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paid_world import (
    ACTOR,
    BATCH,
    RUNS,
    SOURCE,
    Admin,
    LaggingList,
    apify,
    claims_are_over,
    gateway_gives_up,
    landed,
    lead,
    one,
    run_rows,
    workspace,
)

from outreach_pipeline.errors import BudgetError, ConfigurationError, PermanentError, TransientError
from outreach_pipeline.sandbox.apify.actors import ActorKind, find_actor
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apify import allow_another_run, check_apify

ALL = [f"ada{n}@firm{n}.example" for n in range(7)]
UNTAGGED = SOURCE + 'tag_field = ""\n'


def kind_of(actor: str = ACTOR) -> ActorKind:
    kind = find_actor(actor)
    assert kind is not None
    return kind


def test_without_a_tag_a_lost_run_is_found_by_its_input(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        there = workspace(tmp_path, database_url, url, UNTAGGED)
        assert land_batch(there, BATCH).items == 7
        (run,) = service.runs.all()
        assert run.input == b'{"fetch_count": 100}'
        assert [row["found_by"] for row in run_rows(admin)] == ["tag"]


def test_a_lost_run_is_found_among_many_without_reading_them_all(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        for n in range(250):
            at = datetime.now(UTC) - timedelta(seconds=400) + timedelta(seconds=n)
            service.add_run(kind_of(), b"{}", [], started_at=at)
        service.add_run(kind_of(), b"{}", [], started_at=datetime.now(UTC) + timedelta(hours=1))
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        assert land_batch(there, BATCH).items == 7
        assert sum(number for call, number in service.calls().items() if "records/INPUT" in call) <= 3


def test_a_lost_run_of_another_actor_is_found_when_sources_toml_has_changed(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        gateway_gives_up(service)
        runs = LaggingList(service)
        with pytest.raises(TransientError):
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        claims_are_over(admin)
        runs.shows = True
        there = workspace(tmp_path, database_url, url, SOURCE.replace(ACTOR, "compass/crawler-google-places"))
        assert land_batch(there, BATCH).items == 7
        assert [run.kind for run in service.runs.all()] == [kind_of()]
        assert [row["actor"] for row in run_rows(admin)] == [ACTOR]
        assert one(admin, "select actor_id from public.actor_usage_log") == ACTOR


def test_what_is_started_after_a_claim_is_what_sources_toml_says_now(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    other = "compass/crawler-google-places"
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        claims_are_over(admin)
        assert land_batch(workspace(tmp_path, database_url, url, SOURCE.replace(ACTOR, other)), BATCH).items == 7
        assert [run.kind for run in service.runs.all()] == [kind_of(other)]
        assert [row["actor"] for row in run_rows(admin)] == [other]


def test_a_lost_run_of_an_actor_that_apify_does_not_list_is_not_replaced(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        claims_are_over(admin)
        admin.execute("update public.actor_runs set actor = 'gone/away'")
        with pytest.raises(ConfigurationError, match="A start of gone/away was sent") as caught:
            land_batch(workspace(tmp_path, database_url, url), BATCH)
        assert 'actor = "gone/away"' in caught.value.next_step
        assert not service.runs.all()


@pytest.mark.parametrize("origin", ["API", "WEB"])
def test_without_a_tag_a_run_of_somebody_else_is_not_taken(
    tmp_path: Path, database_url: str, admin: Admin, origin: str
) -> None:
    """The same input, a minute before by a script, or just now by hand."""
    before = timedelta(minutes=1) if origin == "API" else timedelta(0)
    with apify() as (service, url):
        at = datetime.now(UTC) - before
        service.add_run(kind_of(), b'{"fetch_count": 100}', [lead(99)], started_at=at, origin=origin)
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        assert land_batch(workspace(tmp_path, database_url, url, UNTAGGED), BATCH).items == 7
        assert landed(admin) == ALL


def test_without_a_tag_the_run_before_is_not_taken_for_the_one_that_was_allowed(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, UNTAGGED)
        service.faults.add(f"POST {RUNS}", "refusal")
        with pytest.raises(PermanentError):
            land_batch(there, BATCH)
        assert allow_another_run(there, BATCH)
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError, match="no run is seen yet"):
            land_batch(there, BATCH)
        claims_are_over(admin)
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 2


def test_without_a_tag_a_run_from_before_a_refused_start_was_wanted_again_is_not_taken(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, UNTAGGED)
        service.faults.add(f"POST {RUNS}", "status_402")
        with pytest.raises(BudgetError):
            land_batch(there, BATCH)
        admin.execute("update public.actor_runs set intent_at = now() - interval '2 hours'")
        at = datetime.now(UTC) - timedelta(hours=1)
        service.add_run(kind_of(), b'{"fetch_count": 100}', [lead(99)], started_at=at)
        service.faults.add(f"POST {RUNS}", "drop_after_accept")
        assert land_batch(there, BATCH).items == 7
        assert landed(admin) == ALL


def test_a_run_of_ours_that_another_batch_has_is_not_replaced(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """As databases may hold it in which an adopting source took a lost start."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        gateway_gives_up(service)
        runs = LaggingList(service)
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        run = service.runs.all()[0].id
        admin.execute("select public.f_adopt_run('2026-11-20|outside', 'outside', %s, %s)", [ACTOR, run])
        runs.shows = True
        claims_are_over(admin)
        with pytest.raises(PermanentError, match=r"batch 2026-11-20\|outside has it"):
            land_batch(there, BATCH)
        assert len(service.runs.all()) == 1


def test_the_doctor_tells_of_starts_that_nobody_has_seen(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"POST {RUNS}", "drop_before")
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        assert not any("nobody has seen" in said for _, said, _ in check_apify(there))
        admin.execute("update public.actor_runs set reserved_at = now() - interval '2 days'")
        assert any("nobody has seen: 1" in said for _, said, _ in check_apify(there))
