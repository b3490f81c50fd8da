"""Commands that only look: status, rejections, explain, reviews.

Belongs here: their options. Does not belong here: reading (`stages`), larger views (`explain_view`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outreach_pipeline.cli.find import show_found
from outreach_pipeline.cli.options import (
    BatchId,
    Check,
    Column,
    Day,
    Json,
    OneSource,
    command,
    open_workspace,
)
from outreach_pipeline.cli.terminal import hint, number, out, plural, print_json, table, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_pipeline.stages.status import StatusReport
    from outreach_pipeline.stages.unfinished import Unfinished
    from outreach_pipeline.stages.workspace import Workspace


def _outcome(value: str) -> str:
    if value not in ("rejected", "dropped", "noted"):
        raise typer.BadParameter(f"{value!r} is none of rejected, dropped, noted.")
    return value


_STATES = {
    "done": "green", "held": "yellow", "partial": "yellow", "open": "cyan", "landed": "cyan", "interrupted": "red",
    "empty": "dim", "read before": "dim",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    command(
        app,
        "status",
        "Show what landed and what became of it, batch by batch.",
        more=(
            "Below stand the companies, people and filled slots of the whole database. Landed is always "
            "the sum of pending, promoted, failed and duplicate; `waiting` is the part of pending that "
            "waits for its company, a name or a website. A batch is `partial` when its source did not give all; below "
            "stands why. A batch whose last run did not get to its end has a line "
            "of its own: why, when it goes on by itself, what to do."
        ),
        examples=["status", "status --day yesterday", "status --source companies_csv --json"],
    )(status)
    command(
        app,
        "rejections",
        "Show what was refused, left out or repaired, and why.",
        more=(
            "First in groups, then load by load. Outcomes: rejected (the load failed for it), dropped "
            "(only this "
            "field was left out), noted (repaired or doubtful). Names and addresses are not shown unless "
            "--show-text asks for the item as it came."
        ),
        examples=[
            "rejections",
            "rejections --batch '2022-06-30|companies_csv' --outcome rejected",
            "rejections --column email --limit 5 --show-text",
        ],
    )(rejections)
    command(
        app,
        "reviews",
        "List what needs a decision: names, companies and people that may be one; and decide it.",
        more=(
            "A name that could be several companies, or none for certain, is merged with nothing: it waits here with "
            "its candidates. --accept says which company the name means, --dismiss that it is none of those known. "
            "Two companies or people that may be one stand here with what speaks for and against it: --same makes them "
            "one, --dismiss keeps them two. --merge and --part do the same with any two ids. What waited for the "
            "answer is promoted at once; a decision outlives every replay and can be made again."
        ),
        examples=[
            "reviews", "reviews --json", "reviews 12 --accept 04.04.01.00.00000.007", "reviews 12 --dismiss",
            "reviews 13 --same", "reviews --part 04.04.02.00.00000.001 04.04.02.00.00000.002",
        ],
    )(reviews)
    command(
        app,
        "explain",
        "Explain a company, a person or a slot: where does each field come from?",
        more=(
            "For each field: its value, the load it came from, when that was observed, and what lost, with the "
            "reason. For a person also how the title reads, for a slot who competes for it and who held it when. An id "
            "that was merged away leads to the surviving one. A name, an address, a number or a domain does as well "
            "where it means one of them; where it means several they are listed with their ids."
        ),
        examples=["explain 04.04.01.00.00000.001", "explain ada@acmepumps.com", "explain acmepumps.com --json"],
    )(explain)


def status(day: Day = None, source: OneSource = None, as_json: Json = False) -> None:
    """Print `status`."""
    from outreach_pipeline.stages.arrival import late_sources
    from outreach_pipeline.stages.known import refuse_unknown
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.status import read_status
    from outreach_pipeline.stages.unfinished import read_unfinished

    workspace = open_workspace()
    with explained(workspace):
        refuse_unknown(workspace, source=source)
        report = read_status(workspace, day=day, source=source)
        unfinished = read_unfinished(workspace, day=day, source=source)
        late = [
            one for one in late_sources(workspace, datetime.now(UTC))
            if day in (None, one.day) and source in (None, one.source)
        ]  # fmt: skip
    if as_json:
        told = {"unfinished": [asdict(one) for one in unfinished], "late": [asdict(one) for one in late]}
        print_json({**status_document(report), **told})
        return
    _show_status(report, day, source)
    _show_unfinished(unfinished)
    for one in late:
        out().print(f"\n[red]{text(one.sentence)}[/]\n{text(one.next_step)}")


def status_document(report: StatusReport) -> dict[str, object]:
    """The JSON of `status`: {"total": {...}, "batches": [...]}, counts flat in both."""
    masters = ("people", "companies", "contacts", "slots", "filled_slots", "open_reviews")
    return {
        "total": {**asdict(report.total), **{name: getattr(report, name) for name in masters}},
        "batches": [
            {
                "batch_id": batch.batch_id, "source": batch.source, "day": batch.day, "state": batch.state,
                "note": batch.note, **asdict(batch.loads), "released_at": batch.released_at,
                "last_landed_at": batch.last_landed_at,
            }
            for batch in report.batches
        ],
    }  # fmt: skip


def _show_status(report: StatusReport, day: date | None, source: str | None) -> None:
    console = out()
    counts = ("landed", "promoted", "failed", "duplicate", "pending", "waiting")
    if report.batches:
        shown = table("batch", "state", *counts, numbers=counts, keys=("batch", "state"))
        for batch in report.batches:
            colour = _STATES.get(batch.state, "white")
            cells = [number(getattr(batch.loads, name)) for name in counts]
            if batch.loads.failed:
                cells[2] = f"[red]{cells[2]}[/]"
            shown.add_row(text(batch.batch_id), f"[{colour}]{batch.state}[/]", *cells)
        if len(report.batches) > 1:
            shown.add_row(
                "[bold]total[/]", "", *(f"[bold]{number(getattr(report.total, n))}[/]" for n in counts)
            )
        console.print(shown)
        for batch in report.batches:
            if batch.note and batch.state != "read before":
                console.print(f"[yellow]{text(batch.batch_id)}[/] is partial: {text(batch.note)}")
        console.print()
    else:
        which = f"{f' of {text(source)}' if source else ''}{f' on {day}' if day else ''}"
        console.print(f"No batch{which} has landed.")
    share = f" ({report.filled_slots / report.slots:.0%})" if report.slots else ""
    console.print(
        f"{plural(report.companies, 'company', 'companies')}   {plural(report.people, 'person', 'people')}   "
        f"{plural(report.contacts, 'contact')}   [bold]{report.filled_slots:,}[/] of {report.slots:,} "
        f"slots filled{share}"
    )
    _hint_status(report)


def _show_unfinished(batches: Sequence[Unfinished]) -> None:
    """One line per batch that stopped, all of them: one that waits hides none that failed."""
    if not batches:
        return
    heads = ("unfinished", "day", "why", "goes on", "what to do")
    shown = table(*heads, keys=heads[:2], prose=heads[2:])
    for one in batches:
        shown.add_row(text(one.source), f"{one.day}", text(one.why), text(one.goes_on), text(one.to_do))
    out().print()
    out().print(shown)


def _hint_status(report: StatusReport) -> None:
    if not report.batches:
        hint("Begin with `outreach land FILE --source S`; `outreach sources` lists the sources.")
    if any(batch.state == "held" for batch in report.batches):
        hint(
            "A held batch failed its checks: `outreach rejections --batch ...`, then `outreach run "
            "--accept-checks`."
        )
    if any(batch.state in {"open", "landed", "interrupted"} for batch in report.batches):
        hint("Open loads are taken up by `outreach run --day D --source S`.")
    if report.total.failed:
        hint("Why loads failed: `outreach rejections`. After a correction: `outreach replay`.")
    if report.open_reviews:
        needs = "review needs" if report.open_reviews == 1 else "reviews need"
        hint(f"{report.open_reviews:,} {needs} a decision: `outreach reviews`.")


def rejections(
    batch: BatchId = None,
    column: Column = None,
    check: Check = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", parser=_outcome, metavar="OUTCOME", help="rejected, dropped or noted."),
    ] = None,
    load: Annotated[int | None, typer.Option("--load", min=1, metavar="ID", help="Only this load.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, max=10_000, help="Groups to show, and loads; 0: all groups, no loads.")
    ] = 20,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show the item as it came: a person's data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print `rejections`."""
    from outreach_pipeline.cli.rejections_view import show_rejections
    from outreach_pipeline.stages.known import refuse_unknown
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.rejections import RejectionFilter, read_rejections

    workspace = open_workspace()
    which = RejectionFilter(batch, column, check, outcome, load)
    with explained(workspace):
        refuse_unknown(workspace, batch_id=batch, column=column, check=check, load_id=load)
        report = read_rejections(workspace, which, limit=limit, with_text=show_text)
    groups = report.groups[:limit] if limit else report.groups
    if as_json:
        rows = [asdict(row) for row in report.rows]
        if not show_text:
            rows = [{name: value for name, value in row.items() if name != "text"} for row in rows]
        print_json(
            {"total": report.total, "kinds": len(report.groups), "groups": list(map(asdict, groups)), "rows": rows}
        )
        return
    show_rejections(report, groups, which, show_text=show_text)


def reviews(
    review: Annotated[int | None, typer.Argument(metavar="[REVIEW]", help="The one to decide.")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="COMPANY_ID", help="The name means this company.")
    ] = None,
    same: Annotated[bool, typer.Option("--same", help="The two of this review are one.")] = False,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="It is none of the candidates; the two are two.")] = False,
    merge: Annotated[
        tuple[str, str] | None, typer.Option("--merge", metavar="ID ID", help="These two ids are one, review or not.")
    ] = None,
    part: Annotated[
        tuple[str, str] | None,
        typer.Option("--part", metavar="ID ID", help="These two ids are two, whatever was found."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows to show.")] = 50,
    as_json: Json = False,
) -> None:
    """Print `reviews`, or decide one."""
    from outreach_pipeline.cli.rejections_view import show_reviews
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.status import read_reviews

    if (review is not None) != (dismiss or same or accept is not None) or dismiss + same + (accept is not None) > 1:
        raise typer.BadParameter(
            "Decide one with --accept COMPANY_ID, --same or --dismiss: `outreach reviews 12 --dismiss`."
        )
    workspace = open_workspace()
    if merge or part:
        _decide_pair(workspace, merge or part or ("", ""), same=merge is not None, as_json=as_json)
        return
    if review is not None:
        with explained(workspace):
            rows = read_reviews(workspace, limit=10_000).rows
            is_pair = any(row.review_id == review and row.entity != "name" for row in rows)
        if same or is_pair:
            _decide_pair(workspace, review, same=same, as_json=as_json)
        else:
            _decide(workspace, review, accept, as_json=as_json)
        return
    with explained(workspace):
        report = read_reviews(workspace, limit=limit)
    if as_json:
        print_json(asdict(report))
        return
    show_reviews(report)


def _decide_pair(workspace: Workspace, which: int | tuple[str, str], *, same: bool, as_json: bool) -> None:
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.review import decide_pair

    with explained(workspace):
        report = decide_pair(workspace, which, same=same)
    if as_json:
        print_json(asdict(report))
        return
    said = "one" if report.same else "two"
    out().print(
        f"{report.first_id} and {report.second_id} are {said}, whatever is found later; "
        f"{plural(report.slots_changed, 'slot')} changed hands."
    )


def _decide(workspace: Workspace, review: int, accept: str | None, *, as_json: bool) -> None:
    from outreach_pipeline.stages.migrations import explained
    from outreach_pipeline.stages.review import decide_review

    with explained(workspace):
        report = decide_review(workspace, review, accept)
    if as_json:
        print_json(asdict(report))
        return
    done = f"means {accept}" if accept else "is none of the known companies"
    out().print(
        f"The name of review {review} {done}: {plural(report.loads, 'load')} promoted again, "
        f"{plural(report.people_created, 'person', 'people')} found, {plural(report.slots_filled, 'slot')} filled."
    )


def explain(
    wanted: Annotated[
        str,
        typer.Argument(metavar="WHO", help="Barton ID (04.04.01 company, .02 person, .05 slot), or what `find` takes."),
    ],
    as_json: Json = False,
) -> None:
    """Run `explain`."""
    from outreach_pipeline.cli.explain_view import show_explanation
    from outreach_pipeline.stages.explain import explain as read_explanation
    from outreach_pipeline.stages.find import one_or_several
    from outreach_pipeline.stages.migrations import explained

    workspace = open_workspace()
    with explained(workspace):
        several = one_or_several(workspace, wanted)
        found = read_explanation(workspace, several) if isinstance(several, str) else None
    if isinstance(several, tuple):
        if as_json:
            print_json([asdict(each) for each in several])
        else:
            show_found(several)
            out().print(f"\n{len(several)} are known as {text(wanted)}: which? `outreach explain ID`.")
        raise typer.Exit(2)
    if as_json:
        print_json(found)
    elif found is not None:
        show_explanation(found)
