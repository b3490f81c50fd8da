"""What `outreach demo` does: the whole pipeline, two nights long, against a synthetic world that knows the truth.

Belongs here: the order of the demonstration. Does not belong here: its words and tables (`demo_story`), any work of
the pipeline (the demo calls what `migrate` and `run` call), the world (`sandbox`).
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import typer

from outreach_pipeline.cli import demo_loop as loop
from outreach_pipeline.cli import demo_reach as reach
from outreach_pipeline.cli import demo_story as story
from outreach_pipeline.cli.execute import DONE, PARTIAL, Outcome, run_batches
from outreach_pipeline.cli.options import yesterday
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import out
from outreach_pipeline.stages.new_file import write_whole

if TYPE_CHECKING:
    from outreach_pipeline.sandbox.server import Sandbox
    from outreach_pipeline.sandbox.verify.servers import VerifierServers
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.stages.workspace import Workspace


_SIZE, _COMPANIES = "companies", 120


def play(companies: int) -> None:
    """Play the demo with so many companies; ends the command with exit code 1 when a night does not end well."""
    from outreach_pipeline.sandbox.configure import SOURCES
    from outreach_pipeline.sandbox.demo_home import claim_home, left_alone

    started = monotonic()
    home = claim_home(os.environ)
    story.opening(left_alone(os.environ))
    write_whole(home / _SIZE, f"{companies}\n")
    with open_world(home, companies) as sandbox, reach.verifiers(sandbox) as servers:
        workspace = demo_workspace(home, sandbox, companies, servers)
        story.prepared(workspace, _migrate(workspace))
        first, second = sandbox.world.day(1), sandbox.world.day(2)
        nightly = [source.name for source in SOURCES]
        samples = [name for name, config in workspace.sources.items() if config.nightly and name not in nightly]
        _night(workspace, first, samples, "The sample items of every shape")
        _night(workspace, first, nightly, f"The first night of a world of {companies} companies", sandbox, 1)
        # LinkedIn is not asked for all profiles again: the loop asks about those who hold a seat, and nobody else; and
        # after the night about whom it seated on old evidence.
        sandbox.set_night(2)
        _refresh(workspace, second, sandbox)
        others = [name for name in nightly if name != "profiles"]
        _incident(workspace, second, sandbox)
        _night(workspace, second, others, "The second night: people have changed jobs", sandbox, 2)
        _refresh(workspace, second, sandbox, "Whom the night seated on old evidence is asked about as well")
        loop.changes(workspace, second)
        story.moves(workspace, second)
        reach.verified(workspace)
        _call_now(workspace, home)
        reach.campaign(workspace, sandbox, home, second)
        story.refusals(workspace)
        story.result(workspace, sandbox)
    story.next_steps(workspace, monotonic() - started)


def open_world(home: Path, companies: int) -> Sandbox:
    """The world of the demo in its home, not yet served."""
    from outreach_pipeline.sandbox.apify.runs import Timing
    from outreach_pipeline.sandbox.server import Sandbox

    return Sandbox(
        companies=companies, seed=1, first_day=_first_day(home), timing=Timing(0.05, 0.3, 0.1), files=home / "files"
    )


def world_size(home: Path) -> int:
    """How many companies the world of the last demo had; those of older versions did not say."""
    kept = home / _SIZE
    return int(kept.read_text(encoding="ascii")) if kept.exists() else _COMPANIES


def _first_day(home: Path) -> date:
    """The day before yesterday, for what is old is no reason to call; later runs find the day of the first again."""
    kept = home / "first-day"
    if not kept.exists():
        write_whole(kept, f"{yesterday() - timedelta(days=1)}\n")
    return date.fromisoformat(kept.read_text(encoding="ascii").strip())


def _refresh(workspace: Workspace, day: date, sandbox: Sandbox, title: str = loop.ASKED) -> None:
    """What `outreach refresh run --day DAY --wait` does: ask about everybody who is due. Then the bills settle."""
    from outreach_pipeline.cli.refresh import refresh_due
    from outreach_pipeline.stages.pull_apify import settle_bills

    started = monotonic()
    shown = story.rows(workspace, "waves") if title != loop.ASKED else []
    settle_bills(workspace, after_secs=0)  # those of the night before
    with progress_bars() as progress:
        _, failures, reports = refresh_due(workspace, day, None, progress, wait=True)
    sleep(sandbox.apify.timing.settle)
    settle_bills(workspace, after_secs=0)
    loop.refreshed(workspace, f"{title} ({day}, {monotonic() - started:.0f} s)", len(shown))
    for sentence in (*failures, *(report.note for report in reports if report.state == "landed")):
        out().print(f"  [red]{sentence}[/]")
    if failures:
        raise typer.Exit(1)


def _incident(workspace: Workspace, day: date, sandbox: Sandbox) -> None:
    """One source fails before the night, as sources do: it is logged, costs nothing, and simply runs with the night."""
    from outreach_pipeline.stages.status import read_status

    source = "places"
    if any((row.day, row.source) == (day, source) for row in read_status(workspace).batches):
        return
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "status_403")
    with progress_bars() as progress:
        outcomes = list(run_batches(workspace, day, [source], progress=progress))
    story.incident(outcomes)


def _call_now(workspace: Workspace, home: Path) -> None:
    """What the schedule of the morning and `outreach export` do, once the bills of the second night are settled."""
    from outreach_pipeline.orchestration.morning import run_morning
    from outreach_pipeline.stages.export import export_ready
    from outreach_pipeline.stages.pull_apify import settle_bills
    from outreach_pipeline.stages.signals import read_scores

    settle_bills(workspace, after_secs=0)
    run_morning(workspace)
    loop.hottest(read_scores(workspace, limit=5).scores)
    loop.ready(export_ready(workspace, home / "ready.csv", force=True))


def _migrate(workspace: Workspace) -> tuple[str, ...]:
    from outreach_pipeline.stages.migrations import migrate_workspace

    return migrate_workspace(workspace.settings).applied


def demo_workspace(home: Path, sandbox: Sandbox, companies: int, servers: VerifierServers) -> Workspace:
    """The shipped samples and the sandbox's sources, on an embedded database: never on a configured one."""
    from outreach_pipeline.sandbox.configure import sources_toml
    from outreach_pipeline.settings import SAMPLE_SOURCES
    from outreach_pipeline.stages.workspace import Workspace

    samples = SAMPLE_SOURCES.read_text(encoding="utf-8").replace('path = "', f'path = "{SAMPLE_SOURCES.parent}/')
    sources = home / "sources.toml"
    parts = (
        samples, sources_toml(home / "files", companies, refresh=True), servers.sources_toml(),
        reach.sources_toml(home / "files"),
    )  # fmt: skip
    write_whole(sources, "\n".join(parts))
    return Workspace(_settings(home, sources, sandbox, servers))


def _settings(home: Path, sources: Path, sandbox: Sandbox, servers: VerifierServers) -> Settings:
    from outreach_pipeline.sandbox.verify.servers import ORDER
    from outreach_pipeline.settings import Settings

    return Settings(
        _env_file=None, database_url=None, migration_url=None, shapes=None, home=home, sources=sources,
        apify_url=sandbox.apify_url, apify_token=sandbox.apify_token, apollo_url=sandbox.apollo_url,
        apollo_api_key=sandbox.apollo_key, apify_usd_per_day=Decimal(500), apify_usd_per_month=Decimal(1000),
        apollo_credits_per_day=Decimal(50_000), apollo_credits_per_month=Decimal(100_000), pause_secs=0.05,
        refresh_ceo_days=2, refresh_cfo_days=2, refresh_hr_days=2, refresh_urgent_days=2, refresh_open_waves=20,
        dns_resolver=servers.dns.address, verify_order=ORDER,
    )  # fmt: skip


def _night(
    workspace: Workspace, day: date, sources: list[str], title: str, sandbox: Sandbox | None = None, night: int = 1
) -> None:
    """Run the sources of one night, tell what came of it, and end with exit code 1 if any did not end well."""
    from outreach_pipeline.stages.status import read_status

    if sandbox is not None:
        sandbox.set_night(night)
    before = read_status(workspace)
    started = monotonic()
    with progress_bars() as progress:
        outcomes: list[Outcome] = list(run_batches(workspace, day, sources, progress=progress))
    story.night(workspace, day, sources, title, before, monotonic() - started)
    failed = [outcome for outcome in outcomes if outcome.state not in {DONE, PARTIAL}]
    for outcome in failed:
        out().print(f"  [red]{outcome.batch_id}: {outcome.message}[/] {outcome.next_step}")
    if failed:
        raise typer.Exit(1)
