"""A night with one, two and three workers: `python -m benchmarks.workers [--sources N] [--delay SECONDS]`.

Belongs here: the wall time of the same night (paid sources that take their time at the vendor, all due at once) on
fleets of different size, each in an empty database. Does not belong here: what a stage costs (`spine`), starting a
fleet (`tests.orchestration.fleet`), a worker that dies (`tests/orchestration/test_workers.py`).

All workers share this machine: what is measured is waiting that overlaps, not more processors. Needs RabbitMQ, Redis
and the extra `deploy`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import psycopg
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from outreach_pipeline.database.embedded import EmbeddedServer
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.orchestration.build import build_defs
from outreach_pipeline.orchestration.schedule import NIGHTLY
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.workspace import Workspace
from tests.orchestration.fleet import Fleet, backfill, fleet, missing

PASSWORD = "outreach-bench"
DAY = date(2026, 11, 20)
SOURCE = """
[sources.leads_{number}]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 5
input = {{ fetch_count = 500 }}
wait_secs = 600
"""


def settings_of(folder: Path, url: str, sandbox: Sandbox, sources: int) -> Settings:
    """So many sources of the sandbox. No night and no morning begins while it runs."""
    file, hour = folder / "sources.toml", datetime.now(UTC).hour
    file.write_text("".join(SOURCE.format(number=number) for number in range(sources)), encoding="utf-8")
    return Settings(
        _env_file=None, database_url=SecretStr(url), sources=file, home=folder / "home",
        first_day=str(DAY - timedelta(days=3)), apify_token=SecretStr(sandbox.apify_token), apify_url=sandbox.apify_url,
        apify_usd_per_day=Decimal(1000), apify_usd_per_month=Decimal(1000), nightly_hour=hour,
        morning_hour=(hour - 1) % 24,
    )  # fmt: skip


def night(folder: Path, server: EmbeddedServer, workers: int, sources: int, delay: float) -> float:
    """Seconds from the first run that starts to the last that ends."""
    name = f"night_{workers}"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as admin:
        for database in (name, f"{name}_dagster"):
            admin.execute(f"create database {database}")  # type: ignore[call-overload]
    migrate(server.url(database=name), app_password=PASSWORD)
    url = make_conninfo(server.url(database=name), user="outreach_app", password=PASSWORD)
    folder.mkdir()
    with Sandbox(companies=60, timing=Timing(ready=0.1, running=delay, settle=0.0)) as sandbox:
        settings = settings_of(folder, url, sandbox, sources)
        with fleet(folder, settings, server.url(database=f"{name}_dagster"), paid_at_once=sources) as (found, instance):
            return _measured(found, instance, settings, workers, sources)


def _measured(found: Fleet, instance: dg.DagsterInstance, settings: Settings, workers: int, sources: int) -> float:
    for _ in range(workers):
        found.start_worker(runs=1)
    found.start_daemon()
    defs = build_defs(workspace=Workspace(settings))
    tables = [".".join(key.path) for key in defs.resolve_job_def(NIGHTLY).asset_layer.executable_asset_keys]
    # Workers that still start would count as the night's time.
    time.sleep(30)
    backfill(instance, defs, [f"{DAY}|leads_{number}" for number in range(sources)], tables)
    until = time.monotonic() + 900
    while time.monotonic() < until:
        records = instance.get_run_records()
        if len(records) == sources and all(record.dagster_run.is_finished for record in records):
            break
        time.sleep(0.5)
    else:
        sys.exit(f"the night did not end\n{found.said()}")
    if any(record.dagster_run.status is not dg.DagsterRunStatus.SUCCESS for record in records):
        sys.exit(f"a batch failed\n{found.said()}")
    return max(one.end_time or 0.0 for one in records) - min(one.start_time or 0.0 for one in records)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=6)
    parser.add_argument("--delay", type=float, default=30.0, help="seconds that each source takes at its vendor")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 3])
    arguments = parser.parse_args()
    if why := missing():
        sys.exit(why)
    print(f"{arguments.sources} sources, each {arguments.delay:.0f} s at its vendor, one run at a time per worker")
    print(f"{'workers':<10}{'seconds':>10}{'of one':>10}")
    first = 0.0
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as home:
        Path(home).chmod(0o755)
        server = EmbeddedServer(Path(home) / "postgres")
        try:
            for workers in arguments.workers:
                seconds = night(Path(home) / f"fleet{workers}", server, workers, arguments.sources, arguments.delay)
                first = first or seconds
                print(f"{workers:<10}{seconds:>10.0f}{seconds / first:>10.2f}", flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
