"""`outreach alerts`: what is wrong and who was told.

Belongs here: its options and what it says. Does not belong here: looking for faults (`stages.alert_finders`), telling
(`stages.alerts`).
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, group, open_workspace
from outreach_pipeline.cli.terminal import hint, moment, out, plural, print_json, table, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.stages.alert_rules import AlertRule
    from outreach_pipeline.stages.alerts import AlertIncident

FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    below = group(
        app,
        "alerts",
        "What is wrong now, and who was told of it.",
        more=(
            "Rules look for failed, held, partial, late and stuck batches, failed runs, caps that are near, doubt over "
            "money, falling reach, and sources whose rejects or keys changed. Each fault is told once, over the "
            "channels of OUTREACH_ALERT_URLS, and again only if it comes back. The morning does it by itself."
        ),
        examples=["alerts", "alerts --all --json", "alerts send", "alerts test", "alerts rules"],
        callback=listing,
    )
    command(
        below,
        "send",
        "Look now, and tell what nobody was told yet.",
        more="What every morning does. A channel that is away is tried again the next time.",
        examples=["alerts send", "alerts send --json"],
    )(send)
    command(
        below,
        "test",
        "Send a test message to each channel.",
        more="It says which channel took it. Addresses hold secrets and are never shown.",
        examples=["alerts test"],
    )(try_channels)
    command(
        below,
        "rules",
        "The rules, or change one.",
        more="A tag sends what a rule finds only to the channels of that tag, and to those without one.",
        examples=["alerts rules", "alerts rules cap_near --threshold 90", "alerts rules keys_changed --off"],
    )(rules)


def listing(
    context: typer.Context,
    closed_too: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: Json = False,
) -> None:
    """Print `alerts`, unless a command below it was asked for."""
    if context.invoked_subcommand is not None:
        return
    from outreach_pipeline.stages.alerts import read_incidents
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        found = read_incidents(workspace, closed_too=closed_too)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    _show(found)
    if not workspace.settings.alert_urls:
        hint("Nobody is told: set OUTREACH_ALERT_URLS (docs/operators-guide.md).")


def _show(found: Sequence[AlertIncident]) -> None:
    if not found:
        out().print("Nothing is wrong that a rule looks for. `outreach alerts send` looks again.")
        return
    shown = table(
        "rule", "since", "told", "what", "next", prose=("what", "next"), keys=("rule", "since"), spare=("told",)
    )
    for each in found:
        told = moment(each.sent_at) if each.sent_at else "not yet"
        state = f"over {moment(each.closed_at)}" if each.closed_at else told
        said = f"{each.said} {each.error_id}" if each.error_id else each.said
        shown.add_row(text(each.rule), moment(each.opened_at), state, text(said), text(each.next_step))
    out().print(shown)


def send(as_json: Json = False) -> None:
    """Run `alerts send`."""
    from outreach_pipeline.stages.alerts import look_and_tell
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        report = look_and_tell(workspace)
    if as_json:
        print_json(asdict(report))
        return
    out().print(
        f"{plural(report.open, 'fault')} open: {report.opened:,} new, {report.closed:,} over. "
        f"Told now: {report.sent:,}; not told yet: {report.unsent:,}."
    )
    if report.note:
        hint(report.note)
    elif report.unsent:
        hint("A channel did not take it; it is tried again the next time. `outreach alerts test` shows which.")


def try_channels(as_json: Json = False) -> int:
    """Run `alerts test`; 1 when a channel did not take it."""
    from outreach_pipeline.stages.alerts import send_test

    found = send_test(open_workspace())
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            word = "[green]took it[/]" if each.took_it else "[red]did not take it[/]"
            out().print(f"Channel {text(each.channel)} {word}.")
        if not all(each.took_it for each in found):
            hint("Check its address in OUTREACH_ALERT_URLS, and whether this machine reaches the service.")
    return 0 if all(each.took_it for each in found) else FAILED


def rules(
    name: Annotated[str | None, typer.Argument(metavar="RULE", help="The rule to change.")] = None,
    is_on: Annotated[bool | None, typer.Option("--on/--off", help="Switch it.")] = None,
    threshold: Annotated[float | None, typer.Option("--threshold", min=0, help="From when on it is told.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help='Tell the channels of this tag; "" tells all.')] = None,
    as_json: Json = False,
) -> None:
    """Run `alerts rules`."""
    from outreach_pipeline.stages.alert_rules import change_rule, read_rules
    from outreach_pipeline.stages.migrations import explained

    changes = {"is_on": is_on, "threshold": threshold, "tag": tag}
    if name is None and any(value is not None for value in changes.values()):
        raise typer.BadParameter("Name the rule to change.")
    workspace = open_workspace()
    with explained(workspace):
        given = None if threshold is None else Decimal(str(threshold))
        found = (
            read_rules(workspace)
            if name is None
            else change_rule(workspace, name, is_on=is_on, threshold=given, tag=tag)
        )
    if as_json:
        print_json([asdict(each) for each in found])
        return
    _show_rules(found)


def _show_rules(found: Sequence[AlertRule]) -> None:
    shown = table("rule", "on", "from", "tag", "what", prose=("what",), spare=("tag",))
    for each in found:
        begin = "" if each.threshold is None else f"{each.threshold.normalize():f} {each.unit}"
        shown.add_row(text(each.name), "yes" if each.is_on else "no", begin, text(each.tag), text(each.description))
    out().print(shown)
