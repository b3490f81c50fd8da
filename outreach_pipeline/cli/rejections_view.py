"""How rejections and open reviews look in a terminal.

Belongs here: their tables. Does not belong here: reading them (`stages`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_pipeline.cli.terminal import hint, number, out, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.rejections import RejectionReport
    from outreach_pipeline.stages.status import ReviewReport

_COLOURS = {"rejected": "red", "dropped": "yellow", "noted": "dim"}


def show_rejections(report: RejectionReport, *, show_text: bool) -> None:
    """Groups, then rows."""
    console = out()
    if not report.groups:
        console.print("Nothing was refused, left out or repaired.")
        return
    groups = table(
        "outcome", "column", "check", "reason", "rejections", "loads", numbers=("rejections", "loads"),
        prose=("reason",), keys=("outcome", "column", "check"),
    )  # fmt: skip
    for group in report.groups:
        groups.add_row(
            f"[{_COLOURS[group.outcome]}]{group.outcome}[/]", text(group.column_name), text(group.check_name),
            text(group.reason), number(group.rejections), number(group.loads),
        )  # fmt: skip
    console.print(groups)
    if report.rows:
        console.print()
        _show_rows(report, show_text=show_text)
    if len(report.rows) < report.total:
        hint(
            f"{len(report.rows):,} of {report.total:,} rows; more with --limit, fewer kinds with --column "
            f"or --check."
        )
    if not show_text:
        hint("The items themselves: --show-text (a person's data). Once corrected: `outreach replay`.")


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
    """Open names with their candidates."""
    if not report.rows:
        out().print("No company name waits for a decision.")
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
            text(row.reason),
        )  # fmt: skip
    out().print(shown)
    if len(report.rows) < report.open:
        hint(f"{len(report.rows):,} of {report.open:,}; more with --limit.")
    hint(
        "`outreach explain ID` shows a candidate, `outreach reviews REVIEW --accept ID` decides; an item with its "
        "domain or LinkedIn page settles a name by itself."
    )
