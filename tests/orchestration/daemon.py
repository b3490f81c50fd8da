"""Dagster's own daemons over a real instance and a real code server, one iteration at a time.

Belongs here: the instance, the workspace and the iterations that tests share. Does not belong here: assertions. Runs
that the queue lets go are not started: they stay `starting`, so that a test sees how many go at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from batches import Batches
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.remote_representation.grpc_server_registry import GrpcServerRegistry
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon
from dagster._grpc.constants import GrpcServerCommand

from outreach_pipeline.orchestration.ui import environment

NO_LAUNCH = {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}
_LOG = logging.getLogger("tests.daemon")


@contextmanager
def daemon(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, folder: Path, config: str, *, storage: bool = False
) -> Iterator[WorkspaceProcessContext]:
    """An instance of this dagster.yaml (nothing is launched) with our code location loaded.

    State is in SQLite, unless `storage`: then where the configuration says.
    """
    document = {**yaml.safe_load(config), "run_launcher": NO_LAUNCH}
    if not storage:
        document.pop("storage", None)
    folder.mkdir(exist_ok=True)
    (folder / "dagster.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    for name, value in environment(batches.settings).items():
        if name.startswith("OUTREACH_"):
            monkeypatch.setenv(name, value)
    target = ModuleTarget("outreach_pipeline.definitions", None, str(Path(__file__).parents[2]), "outreach_pipeline")
    with (
        dg.DagsterInstance.from_config(str(folder)) as instance,
        # Waits for the code server's process to end: pytest would find one that nobody waited for.
        GrpcServerRegistry(
            instance.get_ref(), server_command=GrpcServerCommand.API_GRPC, heartbeat_ttl=60, startup_timeout=120,
            wait_for_processes_on_shutdown=True,
        ) as servers,
        WorkspaceProcessContext(instance, target, grpc_server_registry=servers) as context,
    ):
        yield context


def backfill(context: WorkspaceProcessContext, keys: Sequence[str], assets: Sequence[str]) -> list[dg.DagsterRun]:
    """Backfill these partitions as the page does, and let the backfill daemon make and queue the runs."""
    graph = context.create_request_context().asset_graph
    request = PartitionBackfill.from_asset_partitions(
        backfill_id="by_hand", asset_graph=graph, partition_names=list(keys),
        asset_selection=[dg.AssetKey(name.split(".")) for name in assets], backfill_timestamp=time.time(), tags={},
        dynamic_partitions_store=context.instance, all_partitions=False, title=None, description=None, run_config=None,
    )  # fmt: skip
    context.instance.add_backfill(request)
    for _ in range(10):
        errors = [error for error in execute_backfill_iteration(context, _LOG) if error]
        assert not errors, errors
        runs = list(context.instance.get_runs())
        if len(runs) == len(keys):
            return runs
    pytest.fail(f"the backfill made {len(runs)} of {len(keys)} runs")


def dequeue(context: WorkspaceProcessContext) -> None:
    """Let the queue's daemon look once."""
    daemon: Any = QueuedRunCoordinatorDaemon(interval_seconds=1)
    with daemon:
        list(daemon.run_iteration(context))


def going(instance: dg.DagsterInstance) -> list[str]:
    """The partitions of the runs that the queue has let go."""
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
    return sorted(run.tags["dagster/partition"] for run in instance.get_runs(started))
