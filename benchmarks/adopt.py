"""Moving in at size: `python -m benchmarks.adopt [--companies 100000] [--people 200000]`.

Belongs here: a database with the seed's schema and so many rows, some of them dirty, and how long each step of
`outreach adopt` takes. Does not belong here: what has to come of the rows (`tests/end_to_end/test_adopt.py`).

The promise is "in minutes"; the machine is noisy, so plain COPY of the same rows as JSON is measured beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.adopt import TABLES, AdoptReport, adopt
from outreach_pipeline.stages.adopt_plan import plan_adoption
from outreach_pipeline.stages.workspace import ASIDE, Workspace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "end_to_end"))
import seed_world

ROWS = Path(__file__).with_suffix(".sql")


def build(url: str, companies: int, people: int) -> None:
    """The seed's schema with its rows in an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(seed_world.SCHEMA)
        filled = ROWS.read_text(encoding="utf-8")
        filled = filled.replace("%(companies)s", str(companies)).replace("%(people)s", str(people))
        for statement in filled.split(";\n"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[call-overload]


def plain_copy(url: str) -> float:
    """Seconds of COPY of all those rows, as JSON, into a table without an index."""
    started = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table public.base_copy (raw_data jsonb)")
        for table in TABLES.values():
            connection.execute(f"insert into public.base_copy select to_jsonb(t) from {table} as t")  # type: ignore[call-overload]
        connection.execute("drop table public.base_copy")
    return time.perf_counter() - started


class _Clock:
    """Adds up the seconds of each piece of work that the progress names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._what = time.perf_counter(), ""

    def __call__(self, what: str, done: int, total: int | None) -> None:  # noqa: ARG002 - the protocol's
        what, now = what.partition(ASIDE)[0], time.perf_counter()
        # What passes before a piece is first heard of belongs to it.
        self.seconds[what] = self.seconds.get(what, 0.0) + now - self._last
        if what != self._what:
            print(f"  {what} …", flush=True)
        self._last, self._what = now, what


def measure(admin_url: str, app_url: str, folder: Path) -> tuple[AdoptReport, dict[str, float]]:
    """Adopt, and seconds by piece of work."""
    settings = Settings(
        _env_file=None, migration_url=admin_url, database_url=app_url, app_password="outreach-bench", home=folder
    )  # type: ignore[arg-type]
    workspace = Workspace(settings, Database(app_url))
    started = time.perf_counter()
    plan = plan_adoption(workspace)
    planned = time.perf_counter() - started
    print(f"plan: {planned:.1f} s, {sum(table.rows or 0 for table in plan.tables):,} rows", flush=True)
    clock = _Clock()
    started = time.perf_counter()
    report = adopt(workspace, progress=clock)
    return report, {"plan": planned, **clock.seconds, "adopt": time.perf_counter() - started}


def server_cpu(home: Path) -> float:
    """CPU seconds of the server so far: its processes, and those that have ended. It counts on a busy machine too."""
    postmaster = (home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, rest = stat.parent.name, stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            # Of the postmaster also what its children took that have ended.
            if postmaster in (pid, rest[1]):
                ticks += sum(map(int, rest[11:15] if pid == postmaster else rest[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def functions(url: str) -> list[str]:
    """The dozen functions of ours that took longest by themselves."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select schemaname || '.' || funcname, calls, self_time / 1000 from pg_stat_user_functions"
            " order by 3 desc limit 12"
        ).fetchall()
    return [f"{name:45}{spent:9.1f} s {calls:>9,} calls" for name, calls, spent in found]


def main() -> None:
    """Run on a fresh embedded server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=200_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outreach-bench-")))
        home.chmod(0o755)
        server = get_server(home / "postgres")
        stack.callback(server.stop)
        with psycopg.connect(server.admin_url(), autocommit=True) as connection:
            connection.execute("create database bench_adopt")
            connection.execute("alter database bench_adopt set track_functions = 'all'")
        admin = make_conninfo(server.admin_url(), dbname="bench_adopt")
        app = make_conninfo(server.admin_url(), dbname="bench_adopt", user="outreach_app", password="outreach-bench")
        build(admin, options.companies, options.people)
        base = plain_copy(admin)
        size = f"{options.companies:,} companies, {options.people:,} people"
        print(f"{size}; plain copy of the rows: {base:.1f} s", flush=True)
        began = server_cpu(home), time.process_time()
        report, seconds = measure(admin, app, home)
        cpu = f"{server_cpu(home) - began[0]:.0f} s of the server, {time.process_time() - began[1]:.0f} s of the client"
        dearest = functions(admin)
    for what, spent in seconds.items():
        print(f"{what:45}{spent:9.1f} s {spent / base:8.1f} x")
    print(report.loads, report.ids, sep="\n")
    print("functions that took longest, by themselves:", *dearest, sep="\n")
    print(f"CPU: {cpu}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
