"""How rejections and open reviews look in a terminal.

Belongs here: their tables. Does not belong here: reading them (`stages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outreach_pipeline.cli.terminal import hint, number, out, plural, table, text
from outreach_pipeline.records.words import reason_in_words

if TYPE_CHECKING:
    from outreach_pipeline.stages.rejections import RejectionFilter, RejectionGroup, RejectionReport
    from outreach_pipeline.stages.status import Review, ReviewReport

_COLOURS = {"rejected": "red", "dropped": "yellow", "noted": "dim"}
_DONE = {"rejected": "refused", "dropped": "left out", "noted": "repaired"}


def show_rejections(
    report: RejectionReport, groups: Sequence[RejectionGroup], which: RejectionFilter, *, show_text: bool
) -> None:
    """The groups, then the rows of a report, and how many more there are; `which` is what was asked for."""
    console = out()
    if not groups:
        console.print(f"Nothing was {_DONE.get(which.outcome or '', 'refused, left out or repaired')}{_told(which)}.")
        return
    shown = table(
        "outcome", "column", "check", "reason", "rejections", "loads", numbers=("rejections", "loads"),
        prose=("reason",), keys=("outcome", "column", "check"),
    )  # fmt: skip
    for group in groups:
        shown.add_row(
            f"[{_COLOURS[group.outcome]}]{group.outcome}[/]", text(group.column_name), text(group.check_name),
            text(reason_in_words(group.reason)), number(group.rejections), number(group.loads),
        )  # fmt: skip
    console.print(shown)
    if report.rows:
        console.print()
        _show_rows(report, show_text=show_text)
    if len(groups) < len(report.groups) or 0 < len(report.rows) < report.total:
        console.print(
            f"[dim]{len(groups):,} of {plural(len(report.groups), 'group')}, {len(report.rows):,} of "
            f"{plural(report.total, 'rejection')}; more with --limit.[/]"
        )
    if not show_text:
        hint("The items themselves: --show-text (a person's data). Once corrected: `outreach replay`.")


def _told(which: RejectionFilter) -> str:
    """The filter in words, with a blank before."""
    parts = [
        f"of load {which.load_id}" if which.load_id else "", f"of {text(which.batch_id)}" if which.batch_id else "",
        f"in the column {text(which.column)}" if which.column else "",
        f"by the check {text(which.check)}" if which.check else "",
    ]  # fmt: skip
    return "".join(f" {part}" for part in parts if part)


def _show_rows(report: RejectionReport, *, show_text: bool) -> None:
    rows = table("load", "batch", "column", "check", "outcome", "load is", numbers=("load",), keys=("load", "batch"))
    for row in report.rows:
        rows.add_row(
            str(row.load_id), text(row.batch_id), text(row.column_name), text(row.check_name),
            f"[{_COLOURS[row.outcome]}]{row.outcome}[/]", text(row.load_status),
        )  # fmt: skip
    out().print(rows)
    if not show_text:
        return
    for load_id, item in {row.load_id: row.text for row in report.rows}.items():
        shown = item or ""
        out().print(
            f"\n[dim]load {load_id}[/]\n{text(shown[:2_000])}{'[dim] ...[/]' if len(shown) > 2_000 else ''}"
        )


def show_reviews(report: ReviewReport) -> None:
    """Open reviews with their candidates and what speaks for and against."""
    if not report.rows:
        out().print("Nothing waits for a decision.")
        return
    shown = table(
        "review", "name", "location", "candidates", "reason", numbers=("review",), prose=("reason",),
        keys=("review", "name"),
    )  # fmt: skip
    for row in report.rows:
        place = ", ".join(part for part in (row.place_city, row.place_country) if part)
        names = [f"{candidate.company_unique_id} {candidate.company_name}" for candidate in row.candidates]
        shown.add_row(
            str(row.review_id), text(row.company_name), text(place or None), text("\n".join(names) or None),
            text(_reason(row)),
        )  # fmt: skip
    out().print(shown)
    if len(report.rows) < report.open:
        hint(f"{len(report.rows):,} of {report.open:,}; more with --limit.")
    hint(
        "`outreach explain ID` shows a candidate, `outreach reviews REVIEW --accept ID` (a name), --same (a pair) or "
        "--dismiss decides; an item with its domain or LinkedIn page settles a name by itself."
    )


def _reason(row: Review) -> str:
    told = [row.reason]
    if row.speaks_for:
        told.append(f"for: {', '.join(row.speaks_for)}")
    if row.speaks_against:
        told.append(f"against: {', '.join(row.speaks_against)}")
    return "; ".join(told)
