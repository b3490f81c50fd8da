"""`outreach campaign`: making campaigns, claiming people for them, and what came of it.

Belongs here: its options and what it says. Does not belong here: the work (`stages.campaigns`, `stages.export`).
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.options import Json, command, group, open_workspace
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the campaign.")]
_COUNTS = ("claimed", "sent", "delivered", "replied", "booked", "won")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    room = group(
        app,
        "campaign",
        "Campaigns: who is claimed, and what came of it.",
        more=(
            "A campaign claims people of the ready list by a rule, in one transaction; from then on nobody else is "
            "given them. They leave as a file in the format of a sequencer or CRM. Nothing is sent from here; what "
            "the sequencer reports comes back as a source (docs/outcomes.md)."
        ),
        examples=[
            "campaign create spring --template BIT_SIGNAL_001 --size 50",
            "campaign start spring",
            "campaign export spring spring.csv --format instantly",
            "campaign show spring",
        ],
        callback=campaigns,
    )
    for name, summary, more, example, run in (
        (
            "create", "Make a campaign in draft.", "Nobody is claimed yet.",
            "campaign create spring --band hot --size 20", create,
        ),
        (
            "start", "Set a campaign going: it claims people up to its size.",
            "Started again it fills up what is missing. Two that are started at once never claim the same person.",
            "campaign start spring", start,
        ),
        ("pause", "Claim nobody any more, for now.", "Who was claimed stays claimed.", "campaign pause spring", pause),
        (
            "complete", "End a campaign.", "Steps that are still pending are skipped.",
            "campaign complete spring", complete,
        ),
        ("list", "All campaigns with what came of them.", "Counted in people.", "campaign list --json", list_),
        (
            "show", "One campaign: results, by reason and slot, cost, and what was done to it.",
            "Cost is the campaign's share of what verification and refresh have cost.", "campaign show spring", show,
        ),
        (
            "export", "Write whom a campaign claimed, in the format of a sequencer or CRM.",
            "Whoever was suppressed or bounced since is left out. The same people every time.",
            "campaign export spring spring.csv --format hubspot", export,
        ),
        (
            "push", "Bring HubSpot or Instantly in line with whom a campaign claimed.",
            "A field that somebody changed there is never overwritten; a second run writes nothing; --dry-run tells.",
            "campaign push spring --to hubspot --dry-run", push,
        ),
    ):  # fmt: skip
        command(room, name, summary, more=more, examples=[example])(run)


def campaigns(context: typer.Context, as_json: Json = False) -> None:
    """Run `campaign`: the list, unless a command below it is asked for."""
    if context.invoked_subcommand is None:
        list_(as_json)


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you call it.")],
    size: Annotated[int, typer.Option("--size", min=1, help="So many people at most.")],
    template: Annotated[str, typer.Option("--template", help="Whose steps it takes.")] = "PLE_INTRO_001",
    band: Annotated[str | None, typer.Option("--band", help="Only companies of this band: hot, warm, cold.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only with this reason to call, as in `signals`.")
    ] = None,
    slot: Annotated[list[str] | None, typer.Option("--slot", help="Only CEO, CFO or HR; may be repeated.")] = None,
    min_score: Annotated[
        float | None, typer.Option("--min-score", min=0, max=100, help="At least so many points; else the template's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `campaign create`."""
    from outreach_pipeline.stages.campaigns import create_campaign

    campaign_id = create_campaign(
        open_workspace(), name, template=template, size=size, band=band, reason=reason, slot_types=slot or (),
        min_score=min_score,
    )  # fmt: skip
    if as_json:
        print_json({"campaign_id": campaign_id, "name": name, "status": "draft"})
        return
    out().print(f"Campaign {text(name)} is a draft, with the id {campaign_id}.")
    hint(f"Next: `outreach campaign start '{name}'`.")


def start(name: Name, as_json: Json = False) -> None:
    """Run `campaign start`."""
    from outreach_pipeline.stages.campaigns import claim, move_campaign

    workspace = open_workspace()
    campaign = move_campaign(workspace, name, "active")
    claimed = claim(workspace, name)
    if as_json:
        print_json({"campaign_id": campaign.campaign_id, "status": "active", "claimed": claimed})
        return
    out().print(f"Campaign {text(campaign.name)} is active and has claimed {plural(claimed, 'person', 'people')}.")
    hint(f"Next: `outreach campaign export '{campaign.name}' FILE --format instantly`.")


def pause(name: Name, as_json: Json = False) -> None:
    """Run `campaign pause`."""
    _move(name, "paused", as_json=as_json)


def complete(name: Name, as_json: Json = False) -> None:
    """Run `campaign complete`."""
    _move(name, "completed", as_json=as_json)


def _move(name: str, status: str, *, as_json: bool) -> None:
    from outreach_pipeline.stages.campaigns import move_campaign

    campaign = move_campaign(open_workspace(), name, status)
    if as_json:
        print_json({"campaign_id": campaign.campaign_id, "status": status})
        return
    out().print(f"Campaign {text(campaign.name)} is {status}.")


def list_(as_json: Json = False) -> None:
    """Run `campaign list`."""
    from outreach_pipeline.stages.campaigns import read_campaigns

    rows = read_campaigns(open_workspace())
    if as_json:
        print_json(rows)
        return
    if not rows:
        out().print("There is no campaign.")
        return
    shown = table("campaign", "status", *_COUNTS, numbers=_COUNTS)
    for row in rows:
        shown.add_row(
            text(row["name"] or row["campaign_id"]), text(row["status"]), *(number(row[each]) for each in _COUNTS)
        )
    out().print(shown)


def show(name: Name, as_json: Json = False) -> None:
    """Run `campaign show`."""
    from outreach_pipeline.stages.campaigns import read_campaign

    report = read_campaign(open_workspace(), name)
    if as_json:
        print_json(asdict(report))
        return
    result = report.result
    out().print(f"[bold]{text(result['name'])}[/] {result['campaign_id']} is {result['status']}.")
    counts = table(*_COUNTS, "bounced", "unsubscribed", numbers=(*_COUNTS, "bounced", "unsubscribed"))
    counts.add_row(*(number(result[each]) for each in (*_COUNTS, "bounced", "unsubscribed")))
    out().print(counts)
    costs = ("per reply", "per booking")
    for label, rows in (("reason", report.by_reason), ("slot", report.by_slot)):
        shown = table(label, *_COUNTS, *costs, numbers=(*_COUNTS, *costs))
        for row in rows:
            paid = (row[key] for key in ("cost_per_reply", "cost_per_booking"))
            shown.add_row(
                text(row["name"]), *(number(row[each]) for each in _COUNTS),
                *("[dim]-[/]" if usd is None else f"${usd}" for usd in paid),
            )  # fmt: skip
        out().print(shown)
    per = ", ".join(
        f"${cost} a {what}"
        for what, cost in (("reply", report.cost_per_reply), ("booking", report.cost_per_booking))
        if cost
    )
    out().print(f"Its share of what it cost to know them: ${report.cost_usd}" + (f"; {per}." if per else "."))
    for row in report.audit:
        hint(f"{row['created_at']:%Y-%m-%d %H:%M} {row['action']} by {row['initiated_by']}")


def export(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    format_: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="csv, hubspot, salesforce, instantly, smartlead or lemlist."),
    ] = "csv",
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_json: Json = False,
) -> None:
    """Run `campaign export`."""
    from outreach_pipeline.stages.campaign_file import export_campaign

    report = export_campaign(open_workspace(), name, file, format_, force=force)
    if as_json:
        print_json(asdict(report))
        return
    out().print(f"{plural(report.rows, 'person', 'people')} written to {text(report.file)} for {text(report.title)}.")
    if report.left_out:
        out().print(
            f"{plural(report.left_out, 'person is', 'people are')} left out: they must not be written to any more."
        )
    hint(f"Line {report.audit_id} of the audit log says who took it. Treat the file as what it is: people's data.")


def push(
    name: Name,
    to: Annotated[str, typer.Option("--to", metavar="TARGET", help="hubspot or instantly.")],
    mode: Annotated[str, typer.Option("--mode", metavar="MODE", help="upsert, update or create.")] = "upsert",
    their_campaign: Annotated[str, typer.Option("--their-campaign", metavar="ID", help="Instantly's campaign.")] = "",
    url: Annotated[str, typer.Option("--url", hidden=True, help="Where the target is.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Run `campaign push`."""
    from outreach_pipeline.stages.push import MODES, push_campaign

    chosen = next((each for each in MODES if each == mode), None)
    if chosen is None:
        raise typer.BadParameter(f"There is no mode {mode!r}; modes are {', '.join(MODES)}.")
    with progress_bars() as progress:
        report = push_campaign(
            open_workspace(), name, to, mode=chosen, their_campaign=their_campaign, url=url, dry_run=dry_run,
            progress=progress,
        )  # fmt: skip
    if as_json:
        print_json(asdict(report))
        return
    would = "would be " if dry_run else ""
    out().print(
        f"{text(report.target)}: {report.created:,} {would}made, {report.updated:,} {would}changed, "
        f"{report.unchanged:,} as they should be, {report.refused:,} refused, {report.removed:,} {would}taken out."
    )
    if report.fields_kept:
        out().print(f"{plural(report.fields_kept, 'field')} that somebody changed there {would}left alone.")
    for person, field, what in report.differences:
        hint(f"{person} {field} {what}")
