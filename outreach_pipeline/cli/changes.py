"""`outreach changes`: what changed in people's lives, and below it deciding proposals and the policy.

Belongs here: options and tables. Does not belong here: reading and deciding (`stages.changes`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, group, open_workspace, read_day
from outreach_pipeline.cli.terminal import hint, moment, out, plural, print_json, table, text
from outreach_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.stages.changes import Change, ChangeFilter, ChangesReport, Decided, Policy

_COLOURS = {"applied": "green", "proposed": "yellow", "dismissed": "dim", "ignored": "dim"}
Ids = Annotated[
    list[int], typer.Argument(min=1, metavar="ID...", help="Ids of changes, as `outreach changes` lists them.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    changes_app = group(
        app,
        "changes",
        "Show who moved, rose, left or was renamed, and decide what waits.",
        more=(
            "Every change is noted with its evidence and confidence, whichever source showed it. What a refreshed "
            "profile shows passes the policy of its kind first: applied, proposed (it waits here) or ignored. A "
            "profile is taken whole: its changes are decided together."
        ),
        examples=[
            "changes", "changes --state proposed", "changes --company 04.04.01.00.00000.001 --json",
            "changes apply 17 18", "changes policy name_change apply",
        ],
        callback=changes,
    )  # fmt: skip
    command(
        changes_app,
        "apply",
        "Apply proposed changes.",
        more=(
            "Does in one transaction what applying at once would have done: masters, slots of both companies, events, "
            "signals. Where a later observation says otherwise, it says so and the change is dismissed. A dismissed "
            "or ignored change can be applied too."
        ),
        examples=["changes apply 17", "changes apply 17 18 --json"],
    )(apply)
    command(
        changes_app,
        "dismiss",
        "Dismiss proposed changes.",
        more="Their loads fail with a rejection that says so; replayed, they are proposed again.",
        examples=["changes dismiss 17", "changes dismiss 17 18"],
    )(dismiss)
    command(
        changes_app,
        "policy",
        "Show what happens to each kind of change, or set it.",
        more=(
            "apply: from the given confidence on, below it the change is proposed; propose: always asked; ignore: its "
            "load fails with a rejection, which can be replayed once the policy says otherwise. What is proposed "
            "already stays proposed."
        ),
        examples=[
            "changes policy", "changes policy job_change apply --min-confidence 0.8",
            "changes policy title_change ignore",
        ],
    )(policy)  # fmt: skip


def changes(
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="proposed, applied, dismissed or ignored.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Such as job_change or left_company.")
    ] = None,
    since: Annotated[
        date | None,
        typer.Option("--since", parser=read_day, metavar="DAY", help="Observed on this day (UTC) or later."),
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="ID", help="Of this person.")] = None,
    company: Annotated[str | None, typer.Option("--company", metavar="ID", help="That touch this company.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Changes to show.")] = 50,
    as_json: Json = False,
) -> None:
    """Print `changes`."""
    if context.invoked_subcommand is not None:
        return
    from outreach_pipeline.stages.changes import KINDS, STATES, ChangeFilter, read_changes
    from outreach_pipeline.stages.known import refuse_unknown
    from outreach_pipeline.stages.migrations import explained

    _refuse_unknown(state, STATES, "state")
    _refuse_unknown(kind, KINDS, "kind of change")
    workspace = open_workspace()
    which = ChangeFilter(state, kind, since, person, company)
    with explained(workspace):
        report = read_changes(workspace, which, limit=limit)
        if not report.changes:
            refuse_unknown(workspace, person=person, company=company)
    if as_json:
        print_json({"total": report.total, "changes": [asdict(change) for change in report.changes]})
        return
    _show(report, which)


def apply(ids: Ids, as_json: Json = False) -> None:
    """Run `changes apply`."""
    from outreach_pipeline.stages.changes import apply_changes

    _show_decided(apply_changes(open_workspace(), ids), as_json)


def dismiss(ids: Ids, as_json: Json = False) -> None:
    """Run `changes dismiss`."""
    from outreach_pipeline.stages.changes import dismiss_changes

    _show_decided(dismiss_changes(open_workspace(), ids), as_json)


def policy(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="The kind of change.")] = None,
    wanted: Annotated[str | None, typer.Argument(metavar="[POLICY]", help="apply, propose or ignore.")] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", metavar="X", help="0 to 1: apply from here on, propose below.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `changes policy`."""
    from outreach_pipeline.stages.changes import read_policies, set_policy

    if kind is not None and wanted is None and min_confidence is None:
        raise ConfigurationError(
            "What is to happen to such changes?",
            next_step=f"Write `outreach changes policy {kind} apply`, or propose, or ignore.",
        )
    workspace = open_workspace()
    if kind is None:
        found = read_policies(workspace)
    else:
        found = set_policy(workspace, kind, wanted, min_confidence=min_confidence)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    _show_policies(found)


def _refuse_unknown(value: str | None, known: Sequence[str], what: str) -> None:
    if value is not None and value not in known:
        raise ConfigurationError(f"{value!r} is no {what}.", next_step=f"Write one of: {', '.join(known)}.")


def _show(report: ChangesReport, which: ChangeFilter) -> None:
    console = out()
    if not report.changes:
        console.print(f"No change{_told(which)} was noted.")
        hint("Changes are noted when a later record says something else: `outreach run`, `outreach refresh`.")
        return
    shown = table(
        "id", "what", "who", "before", "after", "seen", "sure", "state", numbers=("id", "sure"),
        prose=("before", "after"), keys=("id", "what", "who"),
    )  # fmt: skip
    for change in report.changes:
        state = f"[{_COLOURS[change.state]}]{change.state}[/]"
        if change.state == "proposed" and change.policy != "propose":
            state += f"[dim], policy now: {change.policy}[/]"
        shown.add_row(
            str(change.intelligence_id), change.intelligence_type.replace("_", " "), text(change.person),
            text(change.previous_value or change.company), _after(change),
            moment(change.observed_at or change.detected_at)[:10],
            "-" if change.confidence is None else f"{change.confidence:.2f}", state,
        )  # fmt: skip
    console.print(shown)
    total = sum(report.total.values())
    by_state = ", ".join(f"{count:,} {name}" for name, count in sorted(report.total.items()))
    console.print(f"\n{plural(total, 'change')}: {by_state}")
    if report.total.get("proposed"):
        hint("Decide with `outreach changes apply ID...` or `outreach changes dismiss ID...`.")


def _told(which: ChangeFilter) -> str:
    """The filter in words, with a blank before."""
    parts = [
        f"of the kind {which.kind}" if which.kind else "", f"of {text(which.person)}" if which.person else "",
        f"at {text(which.company)}" if which.company else "", f"since {which.since}" if which.since else "",
        f"that is {which.state}" if which.state else "",
    ]  # fmt: skip
    return "".join(f" {part}" for part in parts if part)


def _after(change: Change) -> str:
    title = change.title_after or ""
    if change.intelligence_type == "left_company" and change.new_value is None:
        return "[dim]no employer named[/]"
    return text(", ".join(part for part in (change.new_value, title) if part) or None)


def _show_decided(decided: Sequence[Decided], as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in decided])
        return
    shown = table("id", "what", "state", "note", numbers=("id",), prose=("note",))
    for each in decided:
        shown.add_row(
            str(each.intelligence_id), each.intelligence_type.replace("_", " "),
            f"[{_COLOURS[each.state]}]{each.state}[/]", text(each.note or ""),
        )  # fmt: skip
    out().print(shown)


def _show_policies(policies: Sequence[Policy]) -> None:
    shown = table("kind", "policy", "from", "waiting", "what it is", numbers=("from", "waiting"), prose=("what it is",))
    for each in policies:
        least = f"{each.min_confidence:.2f}" if each.policy == "apply" and each.min_confidence else "-"
        shown.add_row(
            each.intelligence_type, each.policy, least, str(each.proposed) if each.proposed else "-",
            text(each.description),
        )  # fmt: skip
    out().print(shown)
