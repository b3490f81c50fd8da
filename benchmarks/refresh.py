"""The refresh loop with many people due: `python -m benchmarks.refresh [--people N] [--url URL]`.

Belongs here: timing each step of one wave (planning, starting, landing, matching, following, closing) against a
database of so many people, a tenth of whom have another title, and counting the statements of each step. Does not
belong here: the sandbox's world (`outreach_pipeline.sandbox`), the nightly stages (`spine`).

The Apify of this measurement is the sandbox's server on this machine: what an actor takes is not measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.spine import timed
from outreach_pipeline.database.connect import Database, Transaction
from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.apify.service import ApifyService
from outreach_pipeline.sandbox.http import HttpServer
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages import refresh_results
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.refresh_due import plan_refresh
from outreach_pipeline.stages.refresh_run import poll_waves, start_refresh
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

KNOWN, LOOK = date(2026, 9, 1), date(2026, 11, 20)
SOURCES = """
[sources.known]
kind = "files"
shape = "leads_finder"

[sources.profiles]
kind = "apify"
mode = "refresh"
shape = "harvestapi_profile"
rank = 10
actor = "harvestapi/linkedin-profile-scraper"
subjects_field = "queries"
usd_per_item = 0.004
usd_per_run = 0.00005
max_total_charge_usd = 100
max_subjects = 10000
"""
_LETTERS = "abcdefghij"


def _name(number: int) -> str:
    return "Q" + "".join(_LETTERS[int(digit)] for digit in f"{number:05d}") + "son"


def _lead(number: int) -> dict[str, Any]:
    return {
        "first_name": "Ada", "last_name": _name(number), "job_title": ("CEO", "CFO", "HR Director")[number % 3],
        "company_name": f"Firm {number // 3}", "company_domain": f"firm{number // 3}.example",
        "company_linkedin": f"https://www.linkedin.com/company/firm-{number // 3}",
        "email": f"ada{number}@firm{number // 3}.example", "linkedin": f"https://www.linkedin.com/in/ada-nr{number}",
    }  # fmt: skip


def _profile(number: int) -> bytes:
    title = "Head of Sales" if number % 10 == 0 else str(_lead(number)["job_title"])
    job = {
        "position": title, "companyName": f"Firm {number // 3}", "companyUniversalName": f"firm-{number // 3}",
        "startDate": {"year": 2020, "text": "2020"}, "endDate": {"text": "Present"},
    }  # fmt: skip
    slug = f"ada-nr{number}"
    row = {
        "id": f"ACoAAB{number:033d}", "publicIdentifier": slug, "linkedinUrl": f"https://www.linkedin.com/in/{slug}",
        "firstName": "Ada", "lastName": _name(number), "experience": [job], "currentPosition": [job],
        "about": "Runs things. " * 60, "originalQuery": {"query": f"https://www.linkedin.com/in/{slug}"},
    }  # fmt: skip
    return json.dumps(row).encode()


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the statements that pass while the block runs."""
    number = [0]
    originals = {name: getattr(Transaction, name) for name in ("execute", "fetch_all", "fetch_one", "copy_in")}

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            number[0] += 1
            return original(*arguments, **options)

        return call

    for name, original in originals.items():
        setattr(Transaction, name, counting(original))
    try:
        yield number
    finally:
        for name, original in originals.items():
            setattr(Transaction, name, original)


def measure(url: str, people: int) -> dict[str, tuple[float, int]]:
    """Seconds and statements by step."""
    steps: dict[str, tuple[float, int]] = {}

    def step(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            with counted() as number:
                started = time.perf_counter()
                result = work(*arguments, **options)
                steps[name] = (time.perf_counter() - started, number[0])
            return result

        return call

    def items(_: Any, given: Mapping[str, Any]) -> list[bytes]:
        return [_profile(int(query.rsplit("nr", 1)[-1])) for query in given["queries"]]

    service = ApifyService(items, "apify_api_benchmark", timing=Timing(0.01, 0.05, 0.0))
    server = HttpServer(service, 0)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        sources, file = Path(folder) / "sources.toml", Path(folder) / "known.jsonl"
        sources.write_text(SOURCES)
        file.write_text("".join(json.dumps(_lead(number)) + "\n" for number in range(people)))
        settings = Settings(
            _env_file=None, sources=sources, apify_token="apify_api_benchmark", apify_url=server.url, pause_secs=0.05,
            apify_usd_per_day=1000, apify_usd_per_month=1000, apify_usd_per_run=None,
        )  # fmt: skip
        work, known = Workspace(settings, Database(url)), Batch(KNOWN, "known")
        land_file(work, known, file)
        validate_batch(work, known)
        promote_batch(work, known)
        assign_slots(work)
        plan = step("plan", plan_refresh)(work, day=LOOK)
        step("start", start_refresh)(work, plan.wave_id)
        while not poll_waves(work):
            time.sleep(0.05)
        for name in ("_land", "validate_batch", "_match", "_follow", "_close"):
            setattr(refresh_results, name, step(name.strip("_").split("_")[0], getattr(refresh_results, name)))
        report = refresh_results.finish_refresh(work, plan.wave_id)
        assert report.unchanged + report.changed == plan.jobs == people, report
        again = step("plan, nobody due", plan_refresh)(work, day=LOOK)
        assert again.verdict == "nobody"
    server.stop()
    return steps


def main() -> None:
    """Migrate an empty database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--url", help="an empty database to use, as a login that may create roles")
    arguments = parser.parse_args()
    steps: dict[str, tuple[float, int]] = {}
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as home:
        Path(home).chmod(0o755)
        server = None if arguments.url else get_server(Path(home) / "postgres")
        admin_url, url = (server.admin_url(), server.app_url()) if server else (arguments.url, arguments.url)
        migrate(admin_url)
        total = timed(lambda: steps.update(measure(url, arguments.people)))
        if server:
            server.stop()
    print(f"{arguments.people:,} people due")
    print(f"{'step':<20}{'seconds':>10}{'us/person':>12}{'statements':>12}")
    for name, (seconds, statements) in steps.items():
        print(f"{name:<20}{seconds:>10.2f}{seconds / arguments.people * 1e6:>12.0f}{statements:>12}")
    print(f"all, with the night before: {total:.0f} s")


if __name__ == "__main__":
    main()
