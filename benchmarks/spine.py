"""The stages against plain COPY: `make bench` or `python -m benchmarks.spine [--sizes 20000 100000 ...] [--url URL]`.

Belongs here: timing each stage in one process, each size on a database of its own, beside the base that everybody
knows: COPY of the same bytes into a table of one jsonb column without any index. Does not belong here: what the items
look like (`items`).

Three nights: the first; the same file again a day later; a day on which every record says something else. Machines are
noisy, so only the ratios of one run mean something; the base is measured before and after, and the mean counts. A
losing number is printed like any other.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

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
STAGES = ("land", "validate", "promote", "slots")
NIGHTS = ("first", "repeated", "changed")
TARGETS = {
    ("first", "land"): 1.9, ("first", "promote + slots"): 9, ("repeated", "promote + slots"): 4,
    ("changed", "promote + slots"): 12,
}  # fmt: skip
"""Times plain COPY at 100,000 items; what is not named has no target of its own."""
MOST_GROWTH = 1.35
"""By this factor the cost of an item may be higher at the largest size than at the smallest."""


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
    """Seconds by night and stage (`first promote`), of plain COPY, and by how many MB the process grew (`MB`)."""
    workspace = Workspace(Settings(_env_file=None), Database(url))
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        same, other = Path(folder) / "leads.jsonl", Path(folder) / "changed.jsonl"
        for file, is_changed in ((same, False), (other, True)):
            with file.open("wb") as out:
                out.writelines(item + b"\n" for item in leads(items, is_changed=is_changed))
        base = plain_copy(admin_url, same)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for n, night in enumerate(NIGHTS):
            batch, file = Batch(DAY + timedelta(days=n), SOURCE), other if night == "changed" else same
            for stage, work in (
                ("land", lambda batch=batch, file=file: land_file(workspace, batch, file)),
                ("validate", lambda batch=batch: validate_batch(workspace, batch)),
                ("promote", lambda batch=batch: promote_batch(workspace, batch)),
                ("slots", lambda: assign_slots(workspace)),
            ):
                seconds[f"{night} {stage}"] = timed(work)
                print(f"  {items:>9,}  {night} {stage}: {seconds[f'{night} {stage}']:.1f} s", flush=True)
        seconds["MB"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        seconds["plain COPY"] = (base + plain_copy(admin_url, same)) / 2
    return seconds


def rows_of(seconds: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    """The rows of the table: night, what, seconds."""
    for night in NIGHTS:
        spent = {stage: seconds[f"{night} {stage}"] for stage in STAGES}
        yield from ((night, stage, spent[stage]) for stage in STAGES)
        yield night, "promote + slots", spent["promote"] + spent["slots"]
        yield night, "all", sum(spent.values())


def report(found: dict[int, dict[str, float]]) -> None:
    """Print the table: microseconds an item and times plain COPY at each size, how much an item grows, the targets."""
    sizes = list(found)
    base = {size: found[size]["plain COPY"] for size in sizes}
    print("\nmicroseconds an item (times plain COPY); items of 1.2 KB, a tenth of them repeated")
    print(f"{'':26}" + "".join(f"{size:>18,}" for size in sizes) + "   growth  target")
    print(f"{'plain COPY':26}" + "".join(f"{base[size] / size * 1e6:>18.1f}" for size in sizes))
    for night, what, _ in rows_of(found[sizes[0]]):
        spent = {size: next(s for n, w, s in rows_of(found[size]) if (n, w) == (night, what)) for size in sizes}
        each = {size: spent[size] / size * 1e6 for size in sizes}
        cells = "".join(f"{each[size]:>9.1f} ({spent[size] / base[size]:5.2f})" for size in sizes)
        growth = each[sizes[-1]] / each[sizes[0]] if len(sizes) > 1 else 1.0
        told = _verdict(night, what, growth, spent, base)
        print(f"{night + ' ' + what:26}{cells:>{18 * len(sizes)}}{growth:>9.2f}  {told}")
    print("memory grew by " + ", ".join(f"{found[size]['MB']:.0f} MB at {size:,}" for size in sizes))


def _verdict(night: str, what: str, growth: float, spent: dict[int, float], base: dict[int, float]) -> str:
    told = []
    if (target := TARGETS.get((night, what))) is not None and 100_000 in spent:
        told.append(f"<= {target} x COPY at 100,000 {'met' if spent[100_000] / base[100_000] <= target else 'MISSED'}")
    if what == "all" and len(spent) > 1:
        told.append(f"growth <= {MOST_GROWTH} {'met' if growth <= MOST_GROWTH else 'MISSED'}")
    return "; ".join(told)


@contextmanager
def databases(url: str | None) -> Iterator[Callable[[int], tuple[str, str]]]:
    """A function that makes a migrated database for a size: its URL for the pipeline and for a superuser."""
    if url:
        migrate(url)
        yield lambda _: (url, url)
        return
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as home:
        Path(home).chmod(0o755)
        server = get_server(Path(home) / "postgres")

        def fresh(size: int) -> tuple[str, str]:
            with psycopg.connect(server.admin_url(), autocommit=True) as connection:
                connection.execute(f"create database bench_{size}")
            here = {"dbname": f"bench_{size}"}
            app, admin = (make_conninfo(one, **here) for one in (server.app_url(), server.admin_url()))
            migrate(admin)
            return app, admin

        yield fresh
        server.stop()


def main() -> None:
    """Run on a fresh embedded server, or with one size on the (empty) database of --url."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000], help="1,000,000 takes about an hour")
    parser.add_argument("--url", help="URL of an empty database, as a superuser; default: a fresh embedded server")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with databases(options.url) as fresh:
        found = {size: measure(*fresh(size), size) for size in options.sizes}
    if options.json:
        print(json.dumps(found))
    else:
        report(found)


if __name__ == "__main__":
    main()
