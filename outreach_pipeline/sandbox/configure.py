"""The configuration that points the pipeline at a sandbox: .env and sources.toml, and what to type with them.

Belongs here: their text. Does not belong here: starting servers (`server`), reading the files (`settings`,
`sources`).
"""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sandbox.server import APIFY_TOKEN, Sandbox
from outreach_pipeline.sandbox.world.world import FIRST_DAY


@dataclass(frozen=True, slots=True)
class DemoSource:
    """One source of the demo: its table in sources.toml.

    `file` is what `Renderer.write_files` calls it, for files. `usd` is what a run may charge per company of the world,
    about one and a half times what it will.
    """

    name: str
    shape: str
    rank: int
    kind: str
    text: str
    file: str = ""
    usd: float = 0.0


def _apify(name: str, shape: str, rank: int, actor: str, run_input: str, usd: float) -> DemoSource:
    text = f'actor = "{actor}"\ninput = {run_input}\nwait_secs = 120\n'
    return DemoSource(name, shape, rank, "apify", text, usd=usd)


def _apollo(
    name: str, shape: str, rank: int, endpoint: str, query: str, most_credits: int, subjects: str = ""
) -> DemoSource:
    text = f'endpoint = "{endpoint}"\nquery = {query}\nmax_credits = {most_credits}\n'
    text += f'subjects_from = "{subjects}"\nafter = ["{subjects}"]\n' if subjects else ""
    return DemoSource(name, shape, rank, "apollo", text)


SOURCES = (
    _apify(
        "profiles", "harvestapi_profile", 10, "harvestapi/linkedin-profile-scraper",
        '{ queries = ["all"], profileScraperMode = "Profile details no email ($4 per 1k)" }', 0.025,
    ),
    _apify(
        "company_pages", "harvestapi_company", 20, "harvestapi/linkedin-company", '{ companies = ["all"] }',
        0.006
    ),
    _apify("leads", "leads_finder", 60, "code_crafter/leads-finder", "{ fetch_count = 20000 }", 0.010),
    _apify(
        "places", "google_places", 50, "compass/crawler-google-places",
        "{ maxCrawledPlacesPerSearch = 2000 }", 0.001,
    ),
    _apollo(
        "apollo_search", "apollo_people_search", 45, "mixed_people/api_search", "{}", 0
    ),
    _apollo("apollo_match", "apollo_people_match", 30, "people/bulk_match", "{}", 20_000, "apollo_search"),
    _apollo(
        "apollo_companies", "apollo_organization", 34, "mixed_companies/search", "{}", 200
    ),
    DemoSource("company_list", "company_list_csv", 70, "files", "", "companies.csv"),
    DemoSource("officers", "officer_list_csv", 72, "files", "", "officers.csv"),
    DemoSource("contacts", "apollo_contacts", 32, "files", "", "contacts.jsonl"),
    DemoSource("news", "company_news", 40, "files", "", "news.jsonl"),
)  # fmt: skip
"""The sources of the demo: Apify profiles, company pages, leads, places; Apollo people, companies; files."""


REFRESH = """[sources.linkedin_refresh]
kind = "apify"
mode = "refresh"
shape = "harvestapi_profile"
rank = 5
actor = "harvestapi/linkedin-profile-scraper"
input = { profileScraperMode = "Profile details no email ($4 per 1k)" }
subjects_field = "queries"
usd_per_item = 0.004
usd_per_run = 0.00005
max_subjects = 200
max_total_charge_usd = 2.0
min_total_charge_usd = 0.005
"""
"""The source by which single profiles are looked at again; never nightly."""


def sources_toml(files: Path | None = None, companies: int = 200, *, refresh: bool = False) -> str:
    """The sources.toml of the demo, with caps for a world of so many companies.

    `files` is the folder under which each day has a folder of its own; without it file sources are left out.
    `match` asks about those whom `search` has landed, so it comes after that one. `refresh` adds the source of the
    refresh loop.
    """
    tables = []
    for source in SOURCES:
        if source.kind == "files" and files is None:
            continue
        if source.usd:
            text = f"{source.text}max_total_charge_usd = {max(0.5, round(source.usd * companies, 2))}\n"
        else:
            text = source.text or f'path = "{files}/{{day}}/{source.file}"\n'
        head = f'[sources.{source.name}]\nkind = "{source.kind}"\nshape = "{source.shape}"\n'
        tables.append(f"{head}rank = {source.rank}\nnightly = true\n{text}")
    return "\n".join([*tables, REFRESH] if refresh else tables)


def files_toml(files: Path) -> str:
    """The same sources, all of them files in a folder per day under `files`, named after the source."""
    return "\n".join(
        f'[sources.{s.name}]\nkind = "files"\nshape = "{s.shape}"\nrank = {s.rank}\nnightly = true\n'
        f'path = "{files}/{{day}}/{s.name}.{"csv" if s.file.endswith(".csv") else "jsonl"}"\n'
        for s in SOURCES
    )


def first_day_of(night: int) -> date:
    """The first day of a world whose nights up to this one are over, as `outreach run` wants it."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return min(FIRST_DAY, yesterday - timedelta(days=night - 1))


def refuse_own(folder: Path) -> None:
    """ConfigurationError where `folder` holds a .env or sources.toml that no sandbox has written."""
    env = folder / ".env"
    if env.exists() and f"OUTREACH_APIFY_TOKEN={APIFY_TOKEN}" in env.read_text(encoding="utf-8", errors="replace"):
        return
    own = [file.name for file in (env, folder / "sources.toml") if file.exists()]
    if own:
        raise ConfigurationError(
            f"{folder} holds {' and '.join(own)} of your own.", next_step="Choose another folder with --folder."
        )


def dotenv(sandbox: Sandbox, sources: Path) -> str:
    """The .env that points to the sandbox, with a database of its own beside it and caps that its world does not pass.

    What is empty takes back what the shell may have set: nobody's own database is written to.
    """
    files, home = shlex.quote(str(sources)), shlex.quote(str(sources.parent / "home"))
    return (
        f"OUTREACH_HOME={home}\n"
        "OUTREACH_DATABASE_URL=\n"
        "OUTREACH_MIGRATION_URL=\n"
        "OUTREACH_SHAPES=\n"
        f"OUTREACH_FIRST_DAY={sandbox.world.day(1)}\n"
        "DAGSTER_HOME=\n"
        f"OUTREACH_SOURCES={files}\n"
        f"OUTREACH_APIFY_URL={sandbox.apify_url}\n"
        f"OUTREACH_APIFY_TOKEN={sandbox.apify_token}\n"
        "OUTREACH_APIFY_USD_PER_RUN=200\n"
        "OUTREACH_APIFY_USD_PER_DAY=200\n"
        "OUTREACH_APIFY_USD_PER_MONTH=1000\n"
        f"OUTREACH_APOLLO_URL={sandbox.apollo_url}\n"
        f"OUTREACH_APOLLO_API_KEY={sandbox.apollo_key}\n"
        "OUTREACH_APOLLO_CREDITS_PER_DAY=20000\n"
        "OUTREACH_APOLLO_CREDITS_PER_MONTH=100000\n"
        "NO_PROXY=127.0.0.1,localhost\n"
    )


def next_steps(sandbox: Sandbox, folder: Path, night: int) -> str:
    """What to paste into another shell, wherever it stands; and what can be asked of the servers."""
    command = "outreach" if shutil.which("outreach") else shlex.quote(str(Path(sys.executable).with_name("outreach")))
    curl = f"curl -sS {sandbox.apify_url}/sandbox"
    steps = [
        f"set -a; . {shlex.quote(str(folder / '.env'))}; set +a",
        f"{command} migrate",
        f"{command} run --day {sandbox.world.day(night)}",
        f"{command} status",
    ]
    asks = {
        "Next night": f"{curl}/night -X POST -d '{{\"night\": {night + 1}}}'",
        "What was paid": f"{curl}/ledger",
        "A fault": f'{curl}/faults -X POST -d \'{{"pattern": "POST /v2/actors/*/runs", "kind": "status_500"}}\'',
    }
    return "\n".join(
        [f"\nWritten: {folder}/.env, sources.toml, files. In another shell:\n", *(f"  {step}" for step in steps), ""]
        + [f"{what + ':':<15}{ask}" for what, ask in asks.items()]
    )
