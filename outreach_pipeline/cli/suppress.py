"""Commands about people who want nothing of us: suppress, forget.

Belongs here: their options, the question before an erasure, printing. Does not belong here: who is meant and what
follows (`stages.suppress`).
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import err, hint, moment, number, out, plural, print_json, table, text
from outreach_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from outreach_pipeline.stages.suppress import ForgetReport, SuppressReport

_MOST_LINES_TOLD = 10
_FILES_STAY = (
    "Files on your disk, backups and exports are not in the database: delete what speaks of them there yourself. "
    "If the item comes again, it is refused."
)


def _until(value: str | date) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no day; write it as 2027-01-31.") from None


Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[list|lift] WHO...", help="Addresses, domains, LinkedIn profiles, ids of people."),
]
Reason = Annotated[
    str | None,
    typer.Option("--reason", help="unsubscribed, bounced, complaint, legal, customer or other, which is the default."),
]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=_until, metavar="DAY", help="Ends at 00:00 UTC of that day; without it, never."),
]
ListFile = Annotated[
    Path | None, typer.Option("--file", exists=True, dir_okay=False, metavar="LIST.CSV", help="Many at once.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="How many entries `list` shows.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "suppress",
        "Keep somebody from being written to, looked up or exported.",
        more=(
            "Takes addresses, domains (with all below them), LinkedIn profiles and people's ids, or with --file a CSV "
            "list headed value, reason, until. The contacts follow at once: unsubscribed (also for a complaint), "
            "bounced, or inactive. A bounce speaks of the address only: its owner is looked up again. "
            "Each reason stands for itself: a bounce with an end takes nothing from an opt-out without one, and what "
            "somebody asked for (unsubscribed, complaint, legal) is never shortened by saying it again. "
            "`suppress list` shows the entries, `suppress lift WHO` ends them (of several reasons the one named) and "
            "gives the contacts their status back."
        ),
        examples=[
            "suppress ada@acme.com --reason unsubscribed",
            "suppress acme.com --reason customer --until 2027-06-30",
            "suppress --file unsubscribed.csv --reason unsubscribed",
            "suppress list --json",
            "suppress lift ada@acme.com --reason bounced",
        ],
    )(suppress)
    command(
        app,
        "forget",
        "Erase a person everywhere, raw items included, for good.",
        more=(
            "Takes an address, a LinkedIn profile or a person's id. Shows what would go and asks; then erases it in "
            "one transaction: records, contacts, raw items, rejections, slots held, changes, refresh jobs, texts of "
            "messages. "
            "Keyed hashes stay, by which the next pull recognises the person and refuses the item. "
            "The address of a function (info@) is nobody's: it is suppressed, and nobody is erased. "
            "There is no way back. Files on your disk and backups are yours to clean."
        ),
        examples=["forget ada@acme.com --dry-run", "forget 04.04.02.00.00000.017", "forget ada@acme.com --yes --json"],
    )(forget)


def suppress(
    words: Words = None,
    reason: Reason = None,
    until: Until = None,
    file: ListFile = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Print or do `suppress`."""
    verb, who = ("", words or [])
    if who and who[0] in ("list", "lift"):
        verb, who = who[0], who[1:]
    if verb == "list" and who:
        raise typer.BadParameter("`outreach suppress list` takes no names; it lists all.")
    if verb == "list":
        _list(limit, as_json)
    elif not who and file is None:
        raise ConfigurationError("Nobody was named.", next_step="See `outreach suppress --help`.")
    elif verb == "lift":
        _lift(who, reason, as_json)
    else:
        _add(who, reason or "other", until, file, as_json)


def _add(who: list[str], reason: str, until: date | None, file: Path | None, as_json: bool) -> None:
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.suppress import suppress as add
    from outreach_pipeline.stages.suppress import suppress_list

    workspace = open_workspace()
    with explained(workspace), progress_bars() as progress:
        reports = [add(workspace, who, reason=reason, until=until)] if who else []
        if file is not None:
            reports.append(suppress_list(workspace, file, reason=reason, until=until, progress=progress))
    if as_json:
        print_json([asdict(report) for report in reports] if len(reports) > 1 else asdict(reports[0]))
    else:
        for report in reports:
            _show_added(report)
    if any(report.refused for report in reports):
        raise typer.Exit(1)


def _show_added(report: SuppressReport) -> None:
    out().print(
        f"{plural(report.added, 'suppression')} added, {report.changed:,} changed;"
        f" {plural(report.contacts, 'contact')} changed status."
    )
    for line, why in report.refused[:_MOST_LINES_TOLD]:
        err().print(f"Line {line:,} was left out: {text(why)}")
    if len(report.refused) > _MOST_LINES_TOLD:
        err().print(f"{plural(len(report.refused), 'line')} were left out in all; --json lists them.")


def _lift(who: list[str], reason: str | None, as_json: bool) -> None:
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.suppress import lift

    workspace = open_workspace()
    with explained(workspace):
        report = lift(workspace, who, reason=reason)
    if as_json:
        print_json(asdict(report))
        return
    out().print(f"{plural(report.lifted, 'suppression')} lifted; {plural(report.contacts, 'contact')} changed status.")
    if not report.lifted:
        hint("`outreach suppress list` shows what is suppressed; write it as it stands there.")


def _list(limit: int, as_json: bool) -> None:
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.suppress import read_suppressions

    workspace = open_workspace()
    with explained(workspace):
        report = read_suppressions(workspace, limit=limit)
    if as_json:
        print_json(asdict(report))
        return
    console = out()
    if report.rows:
        shown = table("kind", "who", "reason", "until", "since")
        for row in report.rows:
            end = "for ever" if row.until is None else f"{moment(row.until)}{' (over)' if row.is_over else ''}"
            shown.add_row(row.kind, text(row.value), row.reason, end, moment(row.created_at))
        console.print(shown)
    console.print(
        f"{plural(report.in_force, 'suppression')} in force, {report.over:,} over; they reach"
        f" {plural(report.people, 'person', 'people')} and {plural(report.contacts, 'contact')}."
        f" {plural(report.erasures, 'person was', 'people were')} erased."
    )


def forget(
    who: Annotated[str, typer.Argument(metavar="EMAIL|LINKEDIN_URL|PERSON_ID", help="Who is to be forgotten.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go; nothing is erased.")] = False,
    as_json: Json = False,
) -> None:
    """Ask, then do `forget`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.suppress import forget as erase

    workspace = open_workspace()
    with explained(workspace):
        if dry_run or not yes:
            planned = erase(workspace, who, dry_run=True)
            if dry_run:
                _show_erased(planned, as_json)
                return
            if not sys.stdin.isatty():
                raise ConfigurationError(
                    "Nobody can be asked here.", next_step="Say --yes, or look first with --dry-run."
                )
            _show_erased(planned, as_json=False, on_stderr=True)
            if planned.is_shared:
                typer.confirm("Suppress this address?", abort=True, err=True)
            elif not planned.already:
                typer.confirm("Erase this for good?", abort=True, err=True)
        report = erase(workspace, who)
    _show_erased(report, as_json)
    if not as_json and not report.is_shared:
        err().print(_FILES_STAY, soft_wrap=True)


def _show_erased(report: ForgetReport, as_json: bool, *, on_stderr: bool = False) -> None:
    if as_json:
        print_json(asdict(report))
        return
    console: Any = err() if on_stderr else out()
    if report.is_shared:
        done = "would be" if report.is_dry_run else "is"
        console.print(
            f"That is the address of a function, not of a person: it {done} suppressed for good, nobody is erased.",
            soft_wrap=True,
        )
        if report.person_ids:
            have = "has" if len(report.person_ids) == 1 else "have"
            console.print(f"{', '.join(report.person_ids)} {have} it. To erase somebody: `outreach forget PERSON_ID`.")
        return
    if report.already:
        console.print("Nothing is known of them: they were forgotten before.")
        return
    would = "would be" if report.is_dry_run else "were"
    if not report.people and not report.records:
        are = "would be" if report.is_dry_run else "are"
        console.print(f"No person of that name is known here; they {are} remembered as somebody never to take in.")
    shown = table("what", "rows", numbers=("rows",))
    shown.add_row("raw items redacted", number(report.loads))
    shown.add_row("records of the person", number(report.records))
    for name, rows in report.rows.items():
        shown.add_row(text(name), number(rows))
    for name, rows in report.mentions.items():
        shown.add_row(f"{text(name)}, mentions", number(rows))
    console.print(shown)
    kept = plural(report.keys, "keyed hash", "keyed hashes")
    console.print(f"{', '.join(report.person_ids) or 'The person'}: {kept} {would} kept.")
