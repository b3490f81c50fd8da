"""`outreach costs restored`: what was paid is in doubt after a restore, and how the doubt ends.

Belongs here: its options, what it prints. Does not belong here: looking and answering (`stages.restored`), backup and
restore themselves (`cli.backup`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.options import Json, command, open_workspace, plain_number
from outreach_pipeline.cli.progress import progress_bars
from outreach_pipeline.cli.terminal import hint, moment, out, plural, print_json, table, text
from outreach_pipeline.errors import ConfigurationError, OutreachError

if TYPE_CHECKING:
    from outreach_pipeline.stages.restored import Doubt, Look
    from outreach_pipeline.stages.workspace import Workspace


def register(costs: typer.Typer) -> None:
    """Add the command below `outreach costs`."""
    command(
        costs,
        "restored",
        "After a restore: what may have been paid that the database does not know, and the answer.",
        more=(
            "A database that was restored, or copied, does not know what was paid since. Until somebody answers, "
            "nothing is paid to that provider: reading, landing and everything else goes on. Alone it shows the "
            "providers in doubt and what Apify knows. With apify it takes the runs found there into the ledger (their "
            "batches read them instead of paying for new ones) and ends the doubt. Apollo and verifiers tell nobody "
            "which calls they were paid for: look at their usage page and say how many credits, 0 for none. --since "
            "says that the database went back by other means than `outreach restore` (a physical backup, a branch or "
            "a point in time at Neon)."
        ),
        examples=[
            "costs restored", "costs restored apify", "costs restored apollo --paid 120",
            "costs restored --since 2026-11-27T03:00",
        ],
    )(restored)  # fmt: skip


def _moment(value: str | datetime) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no moment; write it as 2026-11-27T03:00 (UTC).") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > datetime.now(UTC):
        raise typer.BadParameter(f"{value} is not over yet.")
    return found


def _credits(value: str | Decimal) -> Decimal:
    if isinstance(value, Decimal):
        return value
    try:
        amount = Decimal(plain_number(value))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or not 0 <= amount < 10**8:
        raise typer.BadParameter(f"{value!r} is no number of credits.")
    return amount


def restored(
    provider: Annotated[
        str | None, typer.Argument(metavar="[PROVIDER]", help="apify, apollo, or a source that verifies.")
    ] = None,
    paid: Annotated[
        Decimal | None,
        typer.Option("--paid", parser=_credits, metavar="CREDITS", help="Charged since that moment; 0 for none."),
    ] = None,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="With apify: do not ask Apify; what ran may be paid for again.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option("--since", parser=_moment, metavar="MOMENT", help="The database went back to then (UTC)."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What to remember of the answer.")] = "",
    as_json: Json = False,
) -> None:
    """Run `costs restored`."""
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.restored import mark_restored, read_doubts

    workspace = open_workspace()
    with explained(workspace):
        if since is not None:
            mark_restored(workspace, since)
        doubts = read_doubts(workspace)
        if provider is None:
            _show(workspace, doubts, as_json=as_json)
        else:
            _answer(workspace, doubts, provider, paid, note, unseen=unseen, as_json=as_json)


def _answer(
    workspace: Workspace, doubts: list[Doubt], provider: str, paid: Decimal | None, note: str, *, unseen: bool,
    as_json: bool,
) -> None:  # fmt: skip
    from outreach_pipeline.stages.restored import adopt_runs, answer, look_at_apify

    open_for = [doubt for doubt in doubts if doubt.provider == provider]
    if not open_for:
        raise ConfigurationError(
            f"Nothing is in doubt about {provider}.", next_step="`outreach costs restored` shows what is."
        )
    if provider != "apify" and paid is None:
        raise typer.BadParameter(f"say how many credits {provider} charged since: --paid 120, or --paid 0.")
    if provider == "apify" and paid is not None:
        raise typer.BadParameter("Apify tells its runs itself; leave --paid out.")
    taken = 0
    if provider == "apify" and not unseen:
        with progress_bars() as progress:
            look = look_at_apify(workspace, min(each.known_until for each in open_for), progress)
        taken = adopt_runs(workspace, look.lost)
    answer(workspace, provider, paid or Decimal(0), note)
    if as_json:
        print_json({"provider": provider, "adopted": taken, "paid": paid})
        return
    booked = f"{plural(taken, 'run')} taken into the ledger; " if provider == "apify" else f"{paid:f} credits booked; "
    out().print(f"{booked}{text(provider)} may be paid again.")
    hint("Batches that stopped at this go on by themselves; `outreach run --day DAY --source NAME` does it now.")


def _show(workspace: Workspace, doubts: list[Doubt], *, as_json: bool) -> None:
    look, trouble = _look(workspace, doubts)
    if as_json:
        print_json({"doubts": [asdict(each) for each in doubts], "apify": look and asdict(look), "trouble": trouble})
        return
    if not doubts:
        out().print("Nothing is in doubt: whatever was paid is in the ledgers.")
        return
    words = {"restore": "outreach restore", "copy": "it is a copy, or was restored", "operator": "somebody said so"}
    shown = table("provider", "known until", "noticed", "how")
    for each in doubts:
        shown.add_row(text(each.provider), moment(each.known_until), moment(each.noticed_at), words[each.noticed_by])
    out().print(shown)
    if look is not None:
        _show_runs(look)
    if trouble:
        out().print(f"[yellow]Apify cannot be asked now: {text(trouble)}[/]")
    hint("Answer for each: `outreach costs restored apify`, `outreach costs restored apollo --paid CREDITS`.")


def _look(workspace: Workspace, doubts: list[Doubt]) -> tuple[Look | None, str]:
    from outreach_pipeline.stages.restored import look_at_apify

    since = [each.known_until for each in doubts if each.provider == "apify"]
    if not since:
        return None, ""
    try:
        with progress_bars() as progress:
            return look_at_apify(workspace, min(since), progress), ""
    except OutreachError as error:
        return None, str(error)


def _show_runs(look: Look) -> None:
    if not look.lost:
        out().print("Apify knows no run of ours that the ledger lacks.")
    else:
        shown = table("run", "actor", "status", "started", "USD", "batch", numbers=("USD",))
        for run in look.lost:
            cost = "[dim]-[/]" if run.usd is None else f"{run.usd:.2f}"
            shown.add_row(
                text(run.run_id), text(run.actor), text(run.status), moment(run.started_at), cost,
                text(run.batch_id or "-"),
            )  # fmt: skip
        out().print(shown)
    if look.untagged:
        of_whom = "of other programs, or of a source without `tag_field`"
        hint(f"{plural(look.untagged, 'run')} without a tag of ours: {of_whom}.")
