"""Commands about money: `outreach costs`, and below it budgets, calls without an answer, paying once more.

Belongs here: their options and tables. Does not belong here: reading and deciding (`stages.costs`, `credits`,
`money`, `pull_apify`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli import restored
from outreach_pipeline.cli.options import Json, command, group, open_workspace, plain_number, read_batch
from outreach_pipeline.cli.terminal import hint, moment, number, out, plural, print_json, table, text
from outreach_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_pipeline.stages.costs import CostReport, CostRow, ProviderCosts


def _month(value: str | date) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no month; write it as 2026-11.") from None


def _by(value: str) -> str:
    if value not in ("source", "day", "actor"):
        raise typer.BadParameter(f"{value!r} is none of source, day, actor.")
    return value


def _amount(text: str) -> Decimal | None:
    value = plain_number(text)
    if value == "none":
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise typer.BadParameter(f"{value!r} is no amount; write it as 20 or 12.50, or none to remove it.") from None
    if not amount.is_finite() or not 0 <= amount < 10**8:
        raise typer.BadParameter(f"{value!r} is no amount that a budget can have; it lies between 0 and 100,000,000.")
    return amount


def _word(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(words)}.")
        return value

    return read


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    costs_app = group(
        app,
        "costs",
        "Show what was reserved and spent, what came of it, and what is left.",
        more=(
            "Apify in US dollars, Apollo in credits, by source, day (UTC) or actor. A cost stands where it was "
            "reserved. `reserved` is held on top of `spent` until a bill settles. `per item` is what was spent by "
            "what landed, `per slot` by the slots whose occupant is known through it: their assignment or a field "
            "of their record came from such a batch. The forecast is a straight line through the days so far, today "
            "included; bills that are final and those that are open are shown apart. Whoever has used 80 % of a cap "
            "is near it. Spends nothing."
        ),
        examples=["costs", "costs --by actor --month 2026-11 --json", "costs budget apify day 20", "costs doubtful"],
        callback=costs,
    )
    command(
        costs_app,
        "budget",
        "Show the caps, or set one in the database.",
        more=(
            "A budget in the database holds for every machine, beside the caps of the settings: the tighter one "
            "counts. For Apify in US dollars per run, day and month; for Apollo in credits per batch (run), day "
            "and month (UTC). `none` removes it. What is reserved already stays reserved."
        ),
        examples=["costs budget", "costs budget apify day 20", "costs budget apollo month none"],
    )(budget)
    command(
        costs_app,
        "doubtful",
        "List what may have been charged without anybody knowing.",
        more=(
            "Calls to Apollo and to verifiers without an answer: their reserved credits count as spent, and they are "
            "not sent again until somebody decides; time alone decides nothing. Runs at Apify: a start whose run "
            "nobody has seen for an hour, or a run without a bill for a day. Compare with the vendor's own page."
        ),
        examples=["costs doubtful", "costs doubtful --json"],
    )(doubtful)
    command(
        costs_app,
        "decide",
        "Say whether calls without an answer were charged.",
        more=(
            "Either way they may be sent again from now on, and the next run of their batch does it; what was not "
            "charged is given back to the caps."
        ),
        examples=["costs decide 17 charged", "costs decide 17 18 19 not-charged"],
    )(decide)
    command(
        costs_app,
        "allow",
        "Let a batch of Apify be paid for once more.",
        more=(
            "A batch has one paid run, ever. When that run was refused, broke, or its dataset expired, this lets "
            "the next pull start another; the run before keeps its cost and what it gave. Only for runs that are over."
        ),
        examples=["costs allow '2026-11-06|leads'"],
    )(allow)
    restored.register(costs_app)


def costs(
    context: typer.Context,
    month: Annotated[
        date | None,
        typer.Option("--month", parser=_month, metavar="YYYY-MM", help="The month (UTC); without it, this one."),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", parser=_by, metavar="WHAT", help="source, day or actor (Apollo: its endpoint).")
    ] = "source",
    as_json: Json = False,
) -> None:
    """Print `costs`."""
    if context.invoked_subcommand is not None:
        return
    from outreach_pipeline.stages.costs import read_costs
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        report = read_costs(workspace, month=month, by=by)  # type: ignore[arg-type]
    if as_json:
        print_json({**asdict(report), "near": report.near})
        return
    _show(report)


def _show(report: CostReport) -> None:
    console = out()
    if report.rows:
        numbers = ("calls", "reserved", "spent", "items", "per item", "slots", "per slot")
        shown = table(report.by, *numbers, "", numbers=numbers)
        for row in report.rows:
            shown.add_row(text(row.key), *_cells(row), f"[dim]{row.unit}[/]")
        console.print(shown)
    else:
        console.print(f"Nothing was reserved or spent in {report.month:%Y-%m}.")
    console.print()
    for provider in report.providers:
        console.print(_sentence(provider))
    console.print()
    show_caps(report)
    for words in report.near:
        console.print(f"[yellow]{text(words)}.[/]")
    hint("Caps are set with `outreach costs budget`, or in the settings; the tighter one counts.")


def _cells(row: CostRow) -> list[str]:
    return [
        number(row.calls), _money(row.reserved), _money(row.spent), number(row.items), _money(row.per_item, exact=True),
        number(row.slots), _money(row.per_slot, exact=True),
    ]  # fmt: skip


def _money(amount: Decimal | None, *, exact: bool = False) -> str:
    """Two digits for sums; for what one item costs, which is often less than a cent, as many as it takes."""
    if amount is None:
        return "[dim]-[/]"
    if exact and 0 < amount < 1:
        return f"{amount:.5f}"
    return "[dim]·[/]" if amount == 0 else f"{amount:,.2f}"


def _sentence(provider: ProviderCosts) -> str:
    forecast = provider.forecast
    ahead = (
        f"month ends at {forecast.total:,.2f} ({forecast.settled:,.2f} by settled bills, {forecast.open:,.2f} by open "
        f"ones; day {forecast.days_so_far} of {forecast.days_in_month})"
    )
    beyond = ", [red]beyond its cap[/]" if forecast.passes_cap else ""
    return (
        f"[bold]{provider.provider}[/] {provider.unit}: {provider.spent:,.2f} spent, {provider.reserved:,.2f} "
        f"reserved; {ahead}{beyond}"
    )


def show_caps(report: CostReport) -> None:
    """The caps of both providers: what settings and database say, and what is left of the tighter one."""
    numbers = ("setting", "database", "holds", "committed", "left")
    shown = table("cap", *numbers, "", numbers=numbers)
    for provider in report.providers:
        for cap in provider.caps:
            left = _cap(cap.left)
            shown.add_row(
                f"{provider.provider} per {cap.period}", _cap(cap.setting), _cap(cap.database), _cap(cap.in_force),
                _cap(cap.committed), f"[yellow]{left}[/]" if cap.is_near else left, f"[dim]{provider.unit}[/]",
            )  # fmt: skip
    out().print(shown)


def _cap(amount: Decimal | None) -> str:
    return "[dim]-[/]" if amount is None else f"{amount:,.2f}"


def budget(
    provider: Annotated[
        str | None, typer.Argument(metavar="[PROVIDER]", help="apify, apollo, or a source that verifies.")
    ] = None,
    period: Annotated[
        str | None, typer.Argument(parser=_word("run", "day", "month"), metavar="[run|day|month]", help="Of what.")
    ] = None,
    amount: Annotated[
        str | None, typer.Argument(metavar="[AMOUNT|none]", help="USD or credits; none removes it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run `costs budget`."""
    from outreach_pipeline.stages.costs import read_costs
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.money import paid_providers, set_budget

    if provider is not None and (period is None or amount is None):
        raise typer.BadParameter("a budget needs provider, period and amount: `outreach costs budget apify day 20`.")
    most = None if amount is None else _amount(amount)
    workspace = open_workspace()
    if provider is not None and provider not in (known := paid_providers(workspace)):
        raise typer.BadParameter(f"{provider!r} is paid nothing; one of: {', '.join(known)}.")
    with explained(workspace):
        if provider is not None and period is not None and amount is not None:
            set_budget(workspace.database, provider, period, most)
        report = read_costs(workspace)
    if as_json:
        lines = [(each, cap) for each in report.providers for cap in each.caps]
        print_json([{"provider": each.provider, "unit": each.unit, **asdict(cap)} for each, cap in lines])
        return
    show_caps(report)


def doubtful(as_json: Json = False) -> None:
    """Print `costs doubtful`."""
    from outreach_pipeline.stages.costs import unit_of
    from outreach_pipeline.stages.credits import doubtful_calls
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        calls = doubtful_calls(workspace)
    if as_json:
        print_json(calls)
        return
    if not calls:
        out().print("Every paid call has its answer, every run its bill.")
        return
    numbers = ("call", "reserved", "asked about")
    shown = table("call", "provider", "batch", "endpoint", "state", *numbers[1:], "sent", numbers=numbers)
    for call in calls:
        shown.add_row(
            "·" if call["call_id"] is None else str(call["call_id"]), text(call["provider"]), text(call["batch_id"]),
            text(call["endpoint"]), call["state"], f"{_cap(call['reserved'])} {unit_of(call['provider'])}",
            number(call["subjects"] or 0), moment(call["reserved_at"]),
        )  # fmt: skip
    out().print(shown)
    if any(call["call_id"] for call in calls):
        hint("Look at the vendor's usage page, then: `outreach costs decide CALL... charged` or `... not-charged`.")
    if any(call["state"] == "lost start" for call in calls):
        hint(
            "A lost start: run its batch again, which looks for the run. If Apify's console has none and it is not "
            "found: `outreach costs allow 'DAY|SOURCE'`."
        )
    if any(call["state"] == "no bill" for call in calls):
        hint("A run without a bill: the sensor `apify_bills` settles it; is Dagster's daemon running?")


def decide(
    calls: Annotated[list[int], typer.Argument(metavar="CALL...", help="Numbers from `outreach costs doubtful`.")],
    verdict: Annotated[
        str, typer.Argument(parser=_word("charged", "not-charged"), metavar="charged|not-charged", help="What it was.")
    ],
    as_json: Json = False,
) -> None:
    """Run `costs decide`."""
    from outreach_pipeline.stages.credits import decide_calls
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        decided = decide_calls(workspace, calls, charged=verdict == "charged")
    if as_json:
        print_json({"decided": decided, "asked": len(set(calls)), "verdict": verdict})
    else:
        out().print(f"{plural(decided, 'call')} decided as {verdict}.")
    if decided < len(set(calls)):
        raise ConfigurationError(
            f"{plural(len(set(calls)) - decided, 'call')} of those named had been decided before, or never existed.",
            next_step="`outreach costs doubtful` lists those that are open.",
        )


def allow(
    batch: Annotated[
        str, typer.Argument(parser=read_batch, metavar="DAY|SOURCE", help="The batch, in quotes.")
    ],
    as_json: Json = False,
) -> None:
    """Run `costs allow`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.pull_apify import allow_another_run
    from outreach_pipeline.stages.workspace import Batch

    workspace = open_workspace()
    which = Batch.parse(batch)
    with explained(workspace):
        allowed = allow_another_run(workspace, which)
    if not allowed:
        raise ConfigurationError(
            f"Batch {which.batch_id} has no paid run that is over, and no lost start whose claim has run out.",
            next_step="A run that still goes is picked up by the next pull; one that was refused needs no leave.",
        )
    if as_json:
        print_json({"batch_id": which.batch_id, "allowed": allowed})
        return
    out().print(f"The next pull of {text(which.batch_id)} may start, and pay for, another run.")
    hint(f"Next: `outreach run --day {which.day} --source {which.source}`.")
