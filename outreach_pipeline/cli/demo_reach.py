"""The part of the demo that closes the loop: addresses verified, a campaign claimed, what came back.

Belongs here: its order and its words. Does not belong here: any work of the pipeline, the sequencer
(`sandbox.targets`).
"""

from __future__ import annotations

import csv
import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from outreach_pipeline.cli import demo_story as story
from outreach_pipeline.cli.execute import run_batches
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import number, out, plural, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from outreach_pipeline.sandbox.server import Sandbox
    from outreach_pipeline.sandbox.verify.servers import VerifierServers
    from outreach_pipeline.sandbox.world.addresses import TrueAddress
    from outreach_pipeline.stages.workspace import Workspace

CAMPAIGN = "demo"
REPORTERS = {"sequencer": "instantly_event", "calendar": "calendly_event", "deals": "hubspot_deal"}


@contextmanager
def verifiers(sandbox: Sandbox) -> Iterator[VerifierServers]:
    """Two verifiers and a DNS server that know the world, and their keys for as long as they are there."""
    from outreach_pipeline.sandbox.verify.mailboxes import mailboxes_of
    from outreach_pipeline.sandbox.verify.servers import KEYS, VerifierServers

    before = {name: os.environ.get(name) for name in KEYS}
    os.environ.update(KEYS)
    try:
        with VerifierServers(mailboxes_of(_addresses(sandbox), {})) as servers:
            yield servers
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _addresses(sandbox: Sandbox) -> Callable[[], Mapping[str, TrueAddress]]:
    """The true addresses of the night in force; they are asked for once per address, and worked out once per night."""
    known: dict[int, Mapping[str, TrueAddress]] = {}

    def of_the_night() -> Mapping[str, TrueAddress]:
        if sandbox.night not in known:
            known[sandbox.night] = sandbox.truth().addresses
        return known[sandbox.night]

    return of_the_night


def sources_toml(files: Path) -> str:
    """The sources of what comes back: each a file of the day."""
    return "\n".join(
        f'[sources.{name}]\nkind = "files"\nshape = "{shape}"\npath = "{files}/outcomes/{{day}}/{name}.jsonl"\n'
        for name, shape in REPORTERS.items()
    )


def verified(workspace: Workspace) -> None:
    """What `outreach verify` does."""
    from outreach_pipeline.stages.verify import verify_addresses

    story.heading("The addresses of those who hold a slot are verified, before anybody is written to")
    with progress_bars() as progress:
        report = verify_addresses(workspace, progress=progress)
    shown = table("verifier", "addresses", "credits", numbers=("addresses", "credits"))
    for step in report.steps:
        shown.add_row(text(step.source), number(step.verified), f"{step.credits.normalize():f}")
        if step.note:
            out().print(f"  [red]{text(step.note)}[/]")
    out().print(shown)
    held = sum(report.after.values())
    before, after = report.before.get("ready", 0), report.after.get("ready", 0)
    out().print(f"  of {held:,} held slots {before:,} could be written to, now {after:,} ({after / max(held, 1):.0%})")


def campaign(workspace: Workspace, sandbox: Sandbox, home: Path, day: date) -> None:
    """A campaign claims people, a sequencer writes to them, and what it reports comes back as sources."""
    from outreach_pipeline.sandbox.targets.sequencer import play
    from outreach_pipeline.sandbox.verify.mailboxes import mailboxes_of
    from outreach_pipeline.stages.campaign_file import export_campaign
    from outreach_pipeline.stages.campaigns import claim, create_campaign, move_campaign, read_campaign, read_campaigns

    story.heading("A campaign claims them; a sequencer of the world writes, and reports what came of it")
    if CAMPAIGN not in {row["name"] for row in read_campaigns(workspace)}:
        create_campaign(workspace, CAMPAIGN, template="PLE_INTRO_001", size=80, min_score=0)
        move_campaign(workspace, CAMPAIGN, "active")
        claim(workspace, CAMPAIGN)
    file = home / "campaign.csv"
    folder = home / "files" / "outcomes" / str(day)
    if not folder.exists():
        export_campaign(workspace, CAMPAIGN, file, "instantly", force=True)
        with file.open(encoding="utf-8", newline="") as rows:
            emails = [row["email"] for row in csv.DictReader(rows)]
        truth = mailboxes_of(_addresses(sandbox), {}).truth
        play(emails, CAMPAIGN, datetime.combine(day, time(9), UTC), truth).write(folder)
    with progress_bars() as progress:
        for outcome in run_batches(workspace, day, list(REPORTERS), progress=progress):
            if outcome.message:
                out().print(f"  [red]{outcome.batch_id}: {text(outcome.message)}[/]")
    result = read_campaign(workspace, CAMPAIGN)
    counts = ("claimed", "sent", "delivered", "bounced", "replied", "booked", "won")
    shown = table(*counts, "per reply", "per booking", numbers=(*counts, "per reply", "per booking"))
    costs = [
        f"${each}" if each is not None else "[dim]-[/]" for each in (result.cost_per_reply, result.cost_per_booking)
    ]
    shown.add_row(*(number(result.result[each]) for each in counts), *costs)
    out().print(shown)
    parts = f"{plural(len(result.by_reason), 'reason')}, {plural(len(result.by_slot), 'slot')}"
    out().print(f"  by {parts}: `outreach campaign show {CAMPAIGN}`")
