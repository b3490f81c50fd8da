"""A paid run of many items, pulled over HTTP and landed: `python -m benchmarks.pull [--items N] [--url URL]`.

Belongs here: items per second of the same bytes read plainly, pulled (Apify's client, a page at a time) and landed, and
how much the process grows. Does not belong here: the stages behind landing (`spine`), refreshes (`refresh`).

The Apify of this measurement is the sandbox's server in a process of its own, so that what grows is the pull. Plain
reading is one request for the whole dataset, thrown away as it comes: what the server and the loopback take.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import resource
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.items import leads
from benchmarks.spine import timed
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.sandbox.http import HttpServer
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

BATCH = Batch(date(2026, 11, 20), "leads")
TOKEN = "apify_api_benchmark"
SOURCES = """
[sources.leads]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
max_total_charge_usd = 1000
"""
_BLOCK = 1 << 20


def serve(items: int, here: Connection) -> None:
    """Serve an account whose every run gives so many leads, until the other end says stop."""
    rows = list(leads(items))
    server = HttpServer(ApifyService(lambda *_: rows, TOKEN, timing=Timing(0.01, 0.05, 0.0)), 0)
    server.start()
    here.send((server.url, sum(map(len, rows))))
    here.recv()
    server.stop()


def peak_mb() -> float:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url: str, apify_url: str, items: int) -> dict[str, float]:
    """Seconds of the pull with landing, of reading the same dataset plainly, and MB by which the pull grew."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "sources.toml"
        sources.write_text(SOURCES, encoding="utf-8")
        settings = Settings(
            _env_file=None, sources=sources, apify_token=TOKEN, apify_url=apify_url, pause_secs=0.05,
            apify_usd_per_day=10_000, apify_usd_per_month=10_000, apify_usd_per_run=None,
        )  # fmt: skip
        workspace = Workspace(settings, Database(url))
        before = peak_mb()
        started = time.perf_counter()
        report = land_batch(workspace, BATCH)
        seconds = time.perf_counter() - started
        assert (report.items, report.verdict) == (items, "complete"), report
        grown = peak_mb() - before
    plain = timed(lambda: read_plainly(apify_url))
    return {"pull and land": seconds, "plain reading": plain, "grows by MB": grown}


def read_plainly(apify_url: str) -> None:
    """The items of the last run, in one answer."""
    asked = urllib.request.Request(
        f"{apify_url}/v2/actors/code_crafter~leads-finder/runs?limit=1", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        dataset = answer.read().split(b'"defaultDatasetId":"', 1)[1].split(b'"', 1)[0].decode()
    asked.full_url = f"{apify_url}/v2/datasets/{dataset}/items?format=jsonl"
    with urllib.request.urlopen(asked, timeout=600) as answer:
        while answer.read(_BLOCK):
            pass


def with_server(items: int, work: Callable[[str, int], None]) -> None:
    """Call `work` with the URL of a server in a process of its own, and with the bytes of its items."""
    here, there = mp.Pipe()
    process = mp.get_context("spawn").Process(target=serve, args=(items, there), daemon=True)
    process.start()
    try:
        work(*here.recv())
    finally:
        here.send("stop")
        process.join()


def main() -> None:
    """Migrate an empty database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--url", help="an empty database to use, as a login that may create roles")
    options = parser.parse_args()
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as home:
        Path(home).chmod(0o755)
        server = None if options.url else get_server(Path(home) / "postgres")
        migrate(server.admin_url() if server else options.url)
        url = server.app_url() if server else options.url

        def work(apify_url: str, size: int) -> None:
            found.update(measure(url, apify_url, options.items), size=size)

        with_server(options.items, work)
        if server:
            server.stop()
    print(f"{options.items:,} items, {found['size'] / 1e6:.0f} MB")
    print(f"{'':16}{'seconds':>9}{'items/s':>10}{'x plain':>9}")
    for name in ("plain reading", "pull and land"):
        seconds = found[name]
        print(f"{name:16}{seconds:9.2f}{options.items / seconds:10,.0f}{seconds / found['plain reading']:9.1f}")
    print(f"the pull made the process grow by {found['grows by MB']:.0f} MB, to {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
