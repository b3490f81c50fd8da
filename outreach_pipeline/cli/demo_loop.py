"""What the demo tells of the refresh loop: who was asked again, what changed, what it cost, whom to call and write to.

Belongs here: printing. Does not belong here: running the loop (`demo`), the rest of the story (`demo_story`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.cli.demo_story import heading, rows, short
from outreach_pipeline.cli.export import left_out
from outreach_pipeline.cli.terminal import number, out, plural, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.export import ExportReport
    from outreach_pipeline.stages.signals import Score
    from outreach_pipeline.stages.workspace import Workspace

_KINDS = {
    "job_change": "changed jobs", "left_company": "left their company", "promotion": "promoted",
    "role_change": "took another role", "title_change": "another title, same role", "name_change": "another name",
    "location_change": "another place", "profile_renamed": "another LinkedIn address", "profile_gone": "profile closed",
}  # fmt: skip


ASKED = "LinkedIn is asked again about those who hold a slot, many in one run"


def refreshed(workspace: Workspace, title: str, told: int) -> None:
    """One line per paid run: who was asked, what came of it, what it cost. `told`: the first runs, told before."""
    waves = rows(workspace, "waves")[told:]
    if not waves:
        return
    heading(title)
    counts = ("asked", "unchanged", "changed", "gone", "unanswered")
    shown = table("run", *counts, "reserved", "paid", numbers=(*counts, "reserved", "paid"))
    for wave in waves:
        name = text(f"{wave['wave_id']} {wave['run_status'] or wave['state']}")
        money = (_usd(wave[key]) for key in ("reserved_usd", "spent_usd"))
        shown.add_row(name, *(number(wave[key]) for key in counts), *money)
    out().print(shown)


def changes(workspace: Workspace, day: date) -> None:
    """What changed about people on that day, by kind."""
    found = rows(workspace, "changes", night=datetime.combine(day, time(), UTC))
    if not found:
        return
    heading("What has changed in people's lives, each with its evidence (one of each kind)")
    shown = table("people", "what", "was", "is now", numbers=("people",))
    for row in found:
        what = _KINDS.get(row["intelligence_type"], row["intelligence_type"])
        what = what if row["state"] == "applied" else f"{what} ({row['state']})"
        shown.add_row(number(row["people"]), text(what), *(_value(row[key]) for key in ("previous_value", "new_value")))
    out().print(shown)
    waiting = sum(row["people"] for row in found if row["state"] == "proposed")
    if waiting:
        out().print(f"  {plural(waiting, 'change')} of little evidence: proposed, `outreach changes` decides")


def hottest(scores: Sequence[Score]) -> None:
    """The most urgent companies, each with what makes it so."""
    heading("Why call now: the hottest companies, their points and what they are made of")
    for score in scores:
        band = f" {score.band}" if score.band else ""
        out().print(f"  [bold]{score.score:>3.0f}[/]{band}  {text(score.company_name)}")
        for reason in score.reasons[:3]:
            out().print(f"       [dim]{reason.points:>3.0f}[/]  {short(reason.sentence, 86)}")
    if not scores:
        out().print("  no company has a signal")


def ready(report: ExportReport) -> None:
    """The ready list: its size, and why the other slots are not on it."""
    heading("Who may be written to now, and why the others may not")
    file = os.path.relpath(report.file)
    out().print(f"  {plural(report.ready, 'person', 'people')} in {text(file)}; nothing is ever sent from here")
    out().print(left_out(report.left_out))


def _value(value: str | None) -> str:
    return short(value and value.removeprefix("https://www.linkedin.com/in/"), 28)


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return "[dim]-[/]"
    return f"${amount:.2f}" if amount == 0 or amount >= Decimal("0.01") else "<$0.01"
