"""Several machines on one: the daemon and Celery workers of deploy/dagster.yaml, each a process with a home of its own.

Belongs here: starting, watching and killing them, and the backfill that they work on. Does not belong here: assertions.
RabbitMQ and Redis are those of this machine; the queue has a name of its own and is deleted at the end.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import yaml
from dagster._core.execution.backfill import PartitionBackfill
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from outreach_pipeline.orchestration.ui import environment
from outreach_pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
BROKER = "amqp://guest:guest@127.0.0.1:5672//"
RESULTS = "redis://127.0.0.1:6379/9"
LEASES = "select run_id, batch_id, held_by from intake.run_lease"


def missing() -> str:
    """Why no fleet can be started here; "" when one can."""
    if not (find_spec("dagster_celery") and find_spec("dagster_postgres")):
        return "the extra `deploy` is not installed: pip install --require-hashes --no-deps -r deploy/constraints.txt"
    import kombu
    import redis

    try:
        with kombu.Connection(BROKER, connect_timeout=3) as broker:
            broker.connect()
    except OSError:
        return "no RabbitMQ at 127.0.0.1:5672 that lets guest in"
    try:
        redis.Redis.from_url(RESULTS, socket_connect_timeout=3).ping()
    except redis.RedisError:
        return "no Redis at 127.0.0.1:6379"
    return ""


def sqlalchemy_url(url: str) -> str:
    """A libpq URL as Dagster's storage wants it; a socket's folder goes into the query."""
    parts = conninfo_to_dict(url)
    return URL.create(
        "postgresql+psycopg2", username=str(parts.get("user")), password=parts.get("password"),
        database=str(parts["dbname"]), query={key: str(parts[key]) for key in ("host", "port") if parts.get(key)},
    ).render_as_string(hide_password=False)  # fmt: skip


@dataclass
class Worker:
    """A worker and its children: one process group."""

    process: subprocess.Popen[bytes]

    def signal(self, number: int) -> None:
        """Send it to the whole group, as the end of a machine would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def owns(self, held_by: str) -> bool:
        """Whether a lease is held by one of its processes."""
        with suppress(ProcessLookupError):
            return os.getpgid(int(held_by.rpartition(":")[2])) == self.process.pid
        return False


@dataclass
class Fleet:
    """Homes under `folder`; Dagster's storage in the database `storage` (libpq)."""

    folder: Path
    settings: Settings
    storage: str
    paid_at_once: int = 0
    """Instead of what dagster.yaml allows per provider and source; 0: as it stands there."""
    queue: str = field(default_factory=lambda: f"outreach-test-{secrets.token_hex(4)}")
    workers: list[Worker] = field(default_factory=list)
    _all: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def env(self, name: str) -> dict[str, str]:
        """The environment of a machine, whose home is made."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        document: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8"))
        document["run_launcher"]["config"]["default_queue"] = self.queue
        for limit in document["concurrency"]["runs"]["tag_concurrency_limits"]:
            limit["limit"] = self.paid_at_once or limit["limit"]
        (home / "dagster.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        return {
            **environment(self.settings), "DAGSTER_HOME": str(home), "DAGSTER_PG_URL": sqlalchemy_url(self.storage),
            "CELERY_BROKER_URL": BROKER, "CELERY_RESULT_URL": RESULTS,
        }  # fmt: skip

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        env = self.env(name)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self._all.append(process)
        return process

    def start_daemon(self) -> None:
        """Dagster's daemon: backfills, queue, sensors, run monitoring and retries."""
        self._start("daemon", "dagster._daemon", "run", "-w", str(ROOT / "workspace.yaml"), "--log-level", "warning")

    def start_worker(self, runs: int = 2) -> Worker:
        """A worker that executes so many runs at once."""
        name = f"worker{len(self.workers) + 1}"
        worker = Worker(self._start(
            name, "celery", "-A", "outreach_pipeline.orchestration.worker", "worker", "-Q", self.queue,
            "--concurrency", str(runs), "-n", f"{name}-{self.queue}@%h", "--loglevel", "WARNING",
        ))  # fmt: skip
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        """End whatever is left, and take the queue away."""
        import kombu

        for process in self._all:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with kombu.Connection(BROKER) as broker:
            broker.channel().queue_delete(self.queue)

    def said(self) -> str:
        """The ends of the logs, for whoever asks why it failed."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)


@contextmanager
def fleet(
    folder: Path, settings: Settings, storage: str, *, paid_at_once: int = 0
) -> Iterator[tuple[Fleet, dg.DagsterInstance]]:
    """A fleet without workers, and the instance that it shares. The environment of this process becomes a machine's."""
    found = Fleet(folder, settings, storage, paid_at_once)
    before = dict(os.environ)
    os.environ.update({k: v for k, v in found.env("here").items() if k.startswith(("DAGSTER_", "CELERY_"))})
    try:
        with dg.DagsterInstance.get() as instance:
            # Before the processes: several at once would make the tables at the same time.
            instance.get_runs_count()
            try:
                yield found, instance
            finally:
                found.stop()
    finally:
        os.environ.clear()
        os.environ.update(before)


def backfill(instance: dg.DagsterInstance, defs: dg.Definitions, keys: Sequence[str], assets: Sequence[str]) -> str:
    """Ask for a backfill of these partitions, as the page does; its id."""
    request = PartitionBackfill.from_asset_partitions(
        backfill_id="by_hand", asset_graph=defs.get_repository_def().asset_graph, partition_names=list(keys),
        asset_selection=[dg.AssetKey(name.split(".")) for name in assets], backfill_timestamp=time.time(), tags={},
        dynamic_partitions_store=instance, all_partitions=False, title=None, description=None, run_config=None,
    )  # fmt: skip
    instance.add_backfill(request)
    return request.backfill_id


def kill_in_the_middle(
    found: Fleet, admin: psycopg.Connection[dict[str, Any]], runs: int, marks: Sequence[str], patience: float
) -> set[str]:
    """SIGKILL a whole worker once it has so many runs, each of a source named in `marks` among them; its batches.

    Not within a call that is charged: whether that was charged nobody could know, and somebody has to decide it
    (`outreach costs decide`). So it is stopped first, looked at, and let go on if it stands in one.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        for worker in found.workers:
            leases = admin.execute(LEASES).fetchall()
            if not _is_it(worker, leases, runs, marks):
                continue
            worker.signal(signal.SIGSTOP)
            # What it had sent before reaches the server first.
            time.sleep(0.5)
            mine = [one["batch_id"] for one in admin.execute(LEASES).fetchall() if worker.owns(one["held_by"])]
            in_doubt = admin.execute(
                "select 1 from public.credit_ledger where state = 'reserved' and batch_id = any(%s)", (mine,)
            ).fetchall()
            if len(mine) >= runs and not in_doubt and _is_it(worker, admin.execute(LEASES).fetchall(), runs, marks):
                worker.signal(signal.SIGKILL)
                worker.process.wait()
                return set(mine)
            worker.signal(signal.SIGCONT)
        time.sleep(0.1)
    raise AssertionError(f"no worker had {runs} runs within {patience:.0f} s\n{found.said()}")


def _is_it(worker: Worker, leases: Sequence[dict[str, Any]], runs: int, marks: Sequence[str]) -> bool:
    sources = [str(one["batch_id"]).partition("|")[2] for one in leases if worker.owns(one["held_by"])]
    return len(sources) >= runs and set(marks) <= set(sources)
