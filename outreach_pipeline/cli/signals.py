"""`outreach signals`: whom to call now and why, and below it taking signals up and the rules that weigh them.

Belongs here: options, sentences and tables. Does not belong here: reading and changing (`stages.signals`).
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach_pipeline.cli.options import Json, command, group, open_workspace, plain_number
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, moment, number, out, plural, print_json, table, text

if TYPE_CHECKING:
    from outreach_pipeline.stages.signals import RuleBook, Score, ScoreReport

BAND_COLOURS = {"hot": "red", "warm": "yellow", "cold": "blue"}


def _number(text: str | Decimal) -> Decimal:
    value = plain_number(text)
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise typer.BadParameter(f"{value!r} is no number.") from None
    if not found.is_finite() or not 0 <= found <= 100:
        raise typer.BadParameter(f"{value!r} is not between 0 and 100.")
    return found


Company = Annotated[
    str | None, typer.Option("--company", metavar="ID", help="This company, with its bands so far.")
]
Band = Annotated[str | None, typer.Option("--band", metavar="BAND", help="Only this band: hot, warm, cold.")]
Version = Annotated[int | None, typer.Option("--version", min=1, help="This version; else the one in force.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; it stays with the version.")]
Days = Annotated[int | None, typer.Option("--decay-days", min=1, max=3650, help="Until nothing is left.")]
Weight = Annotated[
    Decimal | None, typer.Option("--weight", parser=_number, metavar="POINTS", help="On the first day, 0 to 100.")
]
AtMost = Annotated[int | None, typer.Option("--at-most", min=1, max=1000, help="So many of the reason count.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    signals_app = group(
        app,
        "signals",
        "Show which companies to call now, and why.",
        more=(
            "A signal is a reason to call: a leader came or went, money was raised, a contract ends. It is worth its "
            "weight on its first day and melts from then on; its quality (confidence) counts too. The points of a "
            "company's signals add up to its score, a hundred at most, and the score gives the band. Weights, days, "
            "bands and limits are rows, with versions: `outreach signals rules`."
        ),
        examples=["signals", "signals --band hot --limit 5", "signals --company 04.04.01.00.00000.001 --json"],
        callback=signals,
    )
    command(
        signals_app,
        "process",
        "Take up new signals and follow the bands of all companies.",
        more="Does what the night does: each signal once, whoever else does so too. A change of band is an event.",
        examples=["signals process"],
    )(process)
    _register_rules(signals_app)


def _register_rules(signals_app: typer.Typer) -> None:
    """Add the commands about what a reason is worth."""
    command(
        signals_app,
        "rules",
        "Show what raises a signal, what it weighs, and the bands.",
        more="Of the version in force, or of an older one: bands in the past say which version they went by.",
        examples=["signals rules", "signals rules --version 1 --json"],
    )(rules)
    command(
        signals_app,
        "weigh",
        "Change what a reason weighs.",
        more="Makes the next version of the rules, in force at once; what is not named stays. Older versions stay too.",
        examples=[
            "signals weigh funding --weight 60 --note 'Money buys'",
            "signals weigh exec_movement left --decay-days 180 --note 'Slots are refilled sooner'",
        ],
    )(weigh)
    command(
        signals_app,
        "learn",
        "Propose weights from the deals that were won.",
        more=(
            "How many of the companies with each reason were won within a year, against all of them; of few companies "
            "it is drawn towards the rate of all. Nothing changes by itself: read the evidence, then weigh."
        ),
        examples=["signals learn", "signals learn --json"],
    )(learn)
    command(
        signals_app,
        "band",
        "Change from which score on a company is in a band.",
        more="Makes the next version of the rules, in force at once.",
        examples=["signals band hot 75 --note 'More calls per week'"],
    )(band)
    command(
        signals_app,
        "limit",
        "Change how many signals a day count, of a company or of a source.",
        more=(
            "A kill switch: when a source repeats itself or has changed its shape, what is beyond the limit of a day "
            "is held. It is seen here and counts for nothing, until the limit is raised."
        ),
        examples=["signals limit company 50", "signals limit source 10000"],
    )(limit)


def signals(
    context: typer.Context,
    company: Company = None,
    band: Band = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Companies to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Print `signals`."""
    if context.invoked_subcommand is not None:
        return
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.signals import read_rules, read_scores

    workspace = open_workspace()
    with explained(workspace):
        if band is not None and band not in (known := [row["band"] for row in read_rules(workspace).bands]):
            raise typer.BadParameter(f"There is no band {band!r}; bands are {', '.join(known)}.")
        report = read_scores(workspace, company, limit, band=band)
    if as_json:
        print_json(asdict(report))
        return
    _show(report)


def _show(report: ScoreReport) -> None:
    console = out()
    for score in report.scores:
        _show_score(score)
    if not report.scores:
        who = f"{report.company_name} has no" if report.company_name else "No company has a"
        console.print(f"{text(who)} reason to be called now.")
    if report.history:
        shown = table("band", "score", "rules", "since", "until", numbers=("score", "rules"))
        for span in report.history:
            shown.add_row(
                _band(span.band), f"{span.score:.0f}", str(span.version), moment(span.since), moment(span.until)
            )
        console.print(shown)
    elif report.company_unique_id is None and report.bands:
        counts = ", ".join(f"{count:,} {_band(name)}" for name, count in report.bands.items())
        console.print(f"Companies with signals: {counts}.")
    if report.held:
        told = ", ".join(f"{count:,} by the limit of a {scope}" for scope, count in report.held.items())
        console.print(f"[yellow]Held: {told}.[/] Raise it with `outreach signals limit`, if they are real.")
    if report.company_unique_id is None and report.scores:
        hint("One company with its history: --company ID. Who can be written to: `outreach export FILE`.")


def _show_score(score: Score) -> None:
    capped = f" (of {score.points:.1f} points)" if score.points > score.score else ""
    out().print(
        f"[bold]{text(score.company_name)}[/] [dim]{score.company_unique_id}[/]  {_band(score.band)} "
        f"[bold]{score.score:.1f}[/]{capped}"
    )
    shown = table("points", "why", "when", "how", numbers=("points",), prose=("why", "how"), keys=("points", "why"))
    for reason in score.reasons:
        source = f", {reason.source}" if reason.source else ""
        how = f"{reason.weight:.0f} x {1 - reason.age_days / reason.decay_days:.0%} x quality {reason.quality:.0f}"
        shown.add_row(f"{reason.points:.1f}", text(reason.sentence), moment(reason.observed_at), text(f"{how}{source}"))
    out().print(shown)
    out().print()


def _band(name: str | None) -> str:
    return f"[{BAND_COLOURS.get(name or '', 'dim')}]{text(name or 'no band')}[/]"


def process(as_json: Json = False) -> None:
    """Run `signals process`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.signals import process_signals

    workspace = open_workspace()
    with explained(workspace), progress_bars() as progress:
        report = process_signals(workspace, progress=progress)
    if as_json:
        print_json(asdict(report))
        return
    companies = plural(report.companies, "company", "companies")
    out().print(
        f"{plural(report.processed, 'signal')} of {companies} taken up; "
        f"{plural(report.bands_changed, 'company', 'companies')} changed bands."
    )
    if report.held:
        out().print(f"[yellow]{plural(report.held, 'signal')} held by a limit:[/] see `outreach signals`.")


def rules(
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Print `signals rules`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.signals import read_rules

    workspace = open_workspace()
    with explained(workspace):
        book = read_rules(workspace, version)
    if as_json:
        print_json(asdict(book))
        return
    _show_rules(book)


def _show_rules(book: RuleBook) -> None:
    console = out()
    head = next(row for row in book.versions if row["version"] == book.version)
    console.print(
        f"[bold]Version {book.version}[/] since {moment(head['valid_from'])}: {text(head['note'])}\n"
        f"Quality below {head['min_quality']:.0f} does not count; a score is {head['score_cap']:.0f} at most. Bands: "
        + ", ".join(f"{_band(row['band'])} from {row['min_score']:.0f}" for row in book.bands)
        + "."
    )
    weights = table(
        "reason", "variant", "weight", "days", "at most", "what", numbers=("weight", "days", "at most"),
        prose=("what",), keys=("reason", "variant"),
    )  # fmt: skip
    for row in book.weights:
        weights.add_row(
            text(row["reason"]), text(row["variant"] or None), f"{row['weight']:.0f}", str(row["decay_days"]),
            str(row["at_most"]), text(row["description"]),
        )  # fmt: skip
    console.print(weights)
    console.print()
    raised = table(
        "from", "condition", "raises", "quality", "once in days", numbers=("quality", "once in days"),
        prose=("condition",), keys=("from", "condition"),
    )  # fmt: skip
    for row in book.rules:
        raised.add_row(
            text(row["origin"]), text(_condition(row)), text(" ".join(filter(None, (row["reason"], row["variant"])))),
            f"{row['quality']:.0f}", str(row["dedupe_days"]),
        )  # fmt: skip
    console.print(raised)
    console.print()
    for row in book.limits:
        console.print(f"At most {number(row['max_per_day'])} signals a day of one {row['scope']}.")
    if len(book.versions) > 1:
        hint(f"{len(book.versions)} versions: {', '.join(str(row['version']) for row in book.versions)}.")


def _condition(row: dict[str, Any]) -> str:
    parts = [row["intelligence_type"] or "any kind"]
    parts += [f"about {row['topic']}"] if row["topic"] else []
    parts += [f"whoever {row['side']}"] if row["side"] else []
    parts += [row["slot_type"]] if row["slot_type"] else []
    parts += [f"within {row['within_days']} days"] if row["within_days"] else []
    return ", ".join(parts)


def weigh(
    reason: Annotated[str, typer.Argument(metavar="REASON", help="As `outreach signals rules` lists it.")],
    note: Note,
    variant: Annotated[str, typer.Argument(metavar="[VARIANT]", help="Such as left, joined, promoted.")] = "",
    weight: Weight = None,
    decay_days: Days = None,
    at_most: AtMost = None,
    description: Annotated[
        str | None, typer.Option("--description", help="What to tell; {seat} stands for CEO, CFO or head of HR.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `signals weigh`."""
    from outreach_pipeline.stages.signals import change_rules

    row = {"reason": reason, "variant": variant, "weight": weight, "decay_days": decay_days, "at_most": at_most,
           "description": description}  # fmt: skip
    if all(row[name] is None for name in ("weight", "decay_days", "at_most", "description")):
        raise typer.BadParameter("Name what changes: --weight, --decay-days, --at-most or --description.")
    _say_version(change_rules(open_workspace(), note, weights=[row]), as_json)


def band(
    name: Annotated[str, typer.Argument(metavar="BAND", help="hot, warm or cold.")],
    min_score: Annotated[Decimal, typer.Argument(parser=_number, metavar="SCORE", help="0 to 100.")],
    note: Note,
    as_json: Json = False,
) -> None:
    """Run `signals band`."""
    from outreach_pipeline.stages.signals import change_rules

    _say_version(change_rules(open_workspace(), note, bands={name: min_score}), as_json)


def _say_version(version: int, as_json: bool) -> None:
    if as_json:
        print_json({"version": version})
        return
    out().print(f"The rules are version {version} now.")
    hint("Bands follow with the next night, or now: `outreach signals process`.")


def limit(
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="company or source.")],
    max_per_day: Annotated[int, typer.Argument(min=0, max=10**9, metavar="N", help="Signals a day.")],
    as_json: Json = False,
) -> None:
    """Run `signals limit`."""
    from outreach_pipeline.stages.signals import set_limit

    if scope not in ("company", "source"):
        raise typer.BadParameter(f"{scope!r} is none of company, source.")
    held = set_limit(open_workspace(), scope, max_per_day)
    if as_json:
        print_json({"scope": scope, "max_per_day": max_per_day, "held": held})
        return
    out().print(f"At most {max_per_day:,} signals a day of one {scope}; {plural(held, 'signal')} held now.")


def learn(as_json: Json = False) -> None:
    """Print `signals learn`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.signals_learn import learn as lessons_of

    workspace = open_workspace()
    with explained(workspace):
        lessons = lessons_of(workspace)
    if as_json:
        print_json([asdict(each) for each in lessons])
        return
    shown = table(
        "reason", "signals", "companies", "won", "rate", "weight", "proposed",
        numbers=("signals", "companies", "won", "rate", "weight", "proposed"),
    )  # fmt: skip
    for each in lessons:
        proposed = "[dim]-[/]" if each.proposed is None else f"{each.proposed:,.0f}"
        shown.add_row(
            text(each.reason), number(each.signals), number(each.companies), number(each.closed_won),
            f"{each.rate:.1%}", f"{each.weight:,.0f}", proposed,
        )  # fmt: skip
    out().print(shown)
    hint("A proposal needs 20 companies and a deal. To follow one: `outreach signals weigh REASON --weight N`.")
