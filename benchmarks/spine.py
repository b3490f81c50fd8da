"""The stages against plain COPY: `make bench` or `python -m benchmarks.spine [--items N] [--url URL]`.

Belongs here: timing each stage in one process on one database, beside the base that everybody knows: COPY of the same
bytes into a table of one jsonb column without any index. Does not belong here: what the items look like (`items`).

Machines are noisy, so only the ratios of one run mean something; the base is measured before and after, and the mean
counts. A losing number is printed like any other.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg

from benchmarks.items import leads
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

SOURCE = "apify_leads_finder"
DAY = date(2026, 11, 20)
# docs: facts of the project's performance study, row 1, 6, 7 and 9; None where a row has no target of its own.
TARGETS = {"land": 1.9, "validate": None, "promote + slots": 4.7, "second run, all": None}


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def plain_copy(url: str, file: Path) -> float:
    """Seconds of COPY of the file's lines into an unindexed jsonb table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists base_copy; create table base_copy (raw_data jsonb)")

        def load() -> None:
            with connection.cursor().copy(
                r"copy base_copy from stdin with (format csv, quote e'\x01', delimiter e'\x02')"
            ) as copy, file.open("rb") as lines:
                while block := lines.read(65_536):
                    copy.write(block)

        seconds = timed(load)
        connection.execute("drop table base_copy")
    return seconds


def measure(url: str, admin_url: str, items: int) -> dict[str, float]:
    """Seconds by stage, for a first run and for the same items again a day later."""
    workspace = Workspace(Settings(_env_file=None), Database(url))
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "leads.jsonl"
        with file.open("wb") as out:
            out.writelines(item + b"\n" for item in leads(items))
        base = plain_copy(admin_url, file)
        for name, batch in (("first", Batch(DAY, SOURCE)), ("second", Batch(DAY + timedelta(days=1), SOURCE))):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            seconds[f"{name} land"] = timed(lambda batch=batch: land_file(workspace, batch, file))
            if name == "first":
                seconds["land grows by MB"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            seconds[f"{name} validate"] = timed(lambda batch=batch: validate_batch(workspace, batch))
            seconds[f"{name} promote"] = timed(lambda batch=batch: promote_batch(workspace, batch))
            seconds[f"{name} slots"] = timed(lambda: assign_slots(workspace))
        seconds["plain COPY"] = (base + plain_copy(admin_url, file)) / 2
    return seconds


def report(items: int, seconds: dict[str, float]) -> None:
    """Print the table: seconds, items per second, times plain COPY, target."""
    base = seconds["plain COPY"]
    rows = {
        "plain COPY": base,
        "land": seconds["first land"],
        "validate": seconds["first validate"],
        "promote": seconds["first promote"],
        "slots": seconds["first slots"],
        "promote + slots": seconds["first promote"] + seconds["first slots"],
        "first run, all": sum(seconds[f"first {stage}"] for stage in ("land", "validate", "promote", "slots")),
        "second run, all": sum(seconds[f"second {stage}"] for stage in ("land", "validate", "promote", "slots")),
    }
    print(f"{items:,} items of 1.2 KB, a tenth of them repeated")
    print(f"{'stage':18}{'seconds':>9}{'items/s':>10}{'x COPY':>8}  target")
    for name, value in rows.items():
        target = TARGETS.get(name)
        verdict = "" if target is None else f"<= {target}  {'met' if value / base <= target else 'MISSED'}"
        print(f"{name:18}{value:9.2f}{items / value:10,.0f}{value / base:8.2f}  {verdict}")
    ratio = rows["second run, all"] / rows["first run, all"]
    print(f"second run / first run: {ratio:.2f} (target <= 0.40, {'met' if ratio <= 0.4 else 'MISSED'})")
    print(f"landing made the process grow by {seconds['land grows by MB']:.0f} MB")


def main() -> None:
    """Run on a fresh embedded server, or on the (empty) database of --url."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--url", help="URL of an empty database, as a superuser; default: a fresh embedded server")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as home:
        Path(home).chmod(0o755)
        server = None if options.url else get_server(Path(home) / "postgres")
        admin_url = options.url or server.admin_url()
        migrate(admin_url)
        seconds = measure(options.url or server.app_url(), admin_url, options.items)
        if server:
            server.stop()
    if options.json:
        print(json.dumps({"items": options.items, "seconds": seconds}))
    else:
        report(options.items, seconds)


if __name__ == "__main__":
    main()
