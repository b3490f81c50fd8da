"""deploy/dagster.yaml as it is, storage included: Dagster starts on PostgreSQL with it, runs, queues and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from batches import MONDAY, Batches, leads
from daemon import backfill, daemon, dequeue, going
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from outreach_pipeline.orchestration.providers import ProviderQueue
from tests.conftest import Server

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
pytestmark = pytest.mark.skipif(
    find_spec("dagster_postgres") is None,
    reason="the extra `deploy` is not installed: pip install --require-hashes --no-deps -r deploy/constraints.txt",
)


@pytest.fixture
def dagster_url(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database for Dagster's own tables, named as the configuration wants it."""
    name = server.create()
    parts = conninfo_to_dict(server.url(name))
    # A socket's folder goes into the query, as libpq has it.
    url = URL.create(
        "postgresql+psycopg2", username=parts.get("user"), password=parts.get("password"), database=name,
        query={key: str(parts[key]) for key in ("host", "port") if parts.get(key)},
    ).render_as_string(hide_password=False)  # fmt: skip
    monkeypatch.setenv("DAGSTER_PG_URL", url)
    # Nothing is launched here (test_workers does): the launcher only reads them.
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
    monkeypatch.setenv("CELERY_RESULT_URL", "redis://127.0.0.1:6379/9")
    yield server.url(name)
    server.drop(name)


def test_dagster_starts_runs_and_remembers_on_postgresql(
    batches: Batches, dagster_url: str, tmp_path: Path
) -> None:
    home = tmp_path / "instance"
    home.mkdir()
    (home / "dagster.yaml").write_bytes((DEPLOY / "dagster.yaml").read_bytes())
    batches.write(MONDAY, leads(3))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.run_coordinator, ProviderQueue)
        launcher: Any = instance.run_launcher
        assert launcher.backend.startswith("redis://")
        conf = launcher.celery.conf
        assert conf.task_acks_late
        assert (conf.worker_prefetch_multiplier, conf.worker_max_tasks_per_child) == (1, 1)
        result = batches.run(MONDAY, instance=instance)
        assert result.success
    # Opened anew, as another process would.
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.SUCCESS
        raw = dg.AssetKey(["intake", "raw_loads"])
        assert instance.get_materialized_partitions(raw) == {"2026-11-16|leads"}
    with psycopg.connect(dagster_url) as connection:
        found = connection.execute("select count(*) from event_logs where run_id = %s", (result.run_id,)).fetchone()
        assert found
        assert found[0] > 20


def test_a_run_that_celery_does_not_know_is_not_failed_for_it(batches: Batches) -> None:
    """As after a Redis that lost its data, and for `outreach run`; a task that failed is failed."""
    from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

    from outreach_pipeline.orchestration.celery_launcher import LeasedCeleryLauncher

    job = batches.defs().resolve_job_def("nightly")
    launcher: Any = LeasedCeleryLauncher(default_queue="none", broker="memory://", backend="cache+memory://")
    with dg.DagsterInstance.ephemeral() as instance:
        launcher.register_instance(instance)
        by_hand, unknown, failed = (
            instance.create_run_for_job(job, tags={DAGSTER_CELERY_TASK_ID_TAG: task} if task else {})
            for task in ("", "unheard-of", "failed")
        )
        launcher.celery.backend.store_result("failed", RuntimeError("lost"), "FAILURE")
        states = [launcher.check_run_worker_health(run).status.name for run in (by_hand, unknown, failed)]
        assert states == ["RUNNING", "RUNNING", "FAILED"]
        assert launcher.terminate(by_hand.run_id) is False


def test_the_queue_lets_runs_go_on_postgresql(
    batches: Batches, dagster_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = (DEPLOY / "dagster.yaml").read_text(encoding="utf-8")
    with daemon(batches, monkeypatch, tmp_path / "instance", config, storage=True) as context:
        backfill(context, ["2026-11-16|leads", "2026-11-17|leads", "2026-11-18|leads"], ["intake.raw_loads"])
        dequeue(context)
        # Two of one source at a time.
        assert going(context.instance) == ["2026-11-16|leads", "2026-11-17|leads"]
    with psycopg.connect(dagster_url) as connection:
        assert connection.execute("select count(*) from runs").fetchone() == (3,)
