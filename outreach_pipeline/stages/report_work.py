"""The parts of the morning report about work and money: what came in, quality, budgets, decisions, faults.

Belongs here: these sections and their sentences. Does not belong here: the page and its other parts (`report_page`).
"""

from __future__ import annotations

from decimal import Decimal

from outreach_pipeline.stages.alerts import MANY, AlertIncident
from outreach_pipeline.stages.costs import CapLine
from outreach_pipeline.stages.report import MorningReport, Rejects
from outreach_pipeline.stages.report_html import Html, bar, el, table

_WORST = 4


def section(title: str, note: str, *parts: object) -> Html:
    """A part of the page: its title, a sentence, and what it shows."""
    return el("section", el("h2", title), el("p", note, class_="note") if note else None, *parts)


def came_in(report: MorningReport) -> Html:
    """Items of the night, by source."""
    batches = sorted(report.batches, key=lambda batch: (-batch.loads.landed, batch.source))
    shown = [batch for batch in batches if batch.loads.landed]
    if not shown:
        return section("What came in", f"Nothing came in for {report.day}.")
    most = shown[0].loads.landed
    rows = [
        (
            batch.source, f"{batch.loads.landed:,}",
            bar(batch.loads.landed / most, title=f"{batch.loads.landed:,} items"),
            f"{batch.loads.promoted:,}", f"{batch.loads.duplicate:,}", f"{batch.loads.failed:,}",
            batch.state if batch.state == "done" else el("b", batch.state, class_="bad"),
        )
        for batch in shown
    ]  # fmt: skip
    heads = ("Source", "Items", "", "Taken up", "Nothing new", "Refused", "State")
    silent = [batch.source for batch in batches if not batch.loads.landed]
    note = f"By source. Nothing came from {', '.join(silent)}." if silent else "By source, the largest first."
    return section("What came in", note, table(heads, rows, numbers=("Items", "Taken up", "Nothing new", "Refused")))


def quality(report: MorningReport) -> Html:
    """Share of refused loads by source, and the checks that did it."""
    rows = []
    for batch in sorted(report.batches, key=lambda batch: (-batch.loads.failed, batch.source)):
        mine = [each for each in report.rejects if each.source == batch.source]
        judged = batch.loads.landed - batch.loads.duplicate
        if not mine or not judged:
            continue
        said = [_refusal(each) for each in mine[:_WORST]]
        said += [f"and {len(mine) - _WORST} more"] if len(mine) > _WORST else []
        share = batch.loads.failed / judged
        rows.append(
            (batch.source, f"{batch.loads.failed:,} of {judged:,}",
             bar(share, kind="bad", title=f"{share:.0%} refused") if batch.loads.failed else "",
             el("ul", *(el("li", each) for each in said)))
        )  # fmt: skip
    if not rows:
        return section("Data quality, by source", "No check refused or left out anything.")
    note = "How many new items were refused whole, and the checks that refused an item or left out a field."
    return section(
        "Data quality, by source", note, table(("Source", "Refused", "", "By which check"), rows, numbers=("Refused",))
    )


def _refusal(each: Rejects) -> str:
    """`27 fields left out: person (promotable)`."""
    what = each.column.strip("()").replace("_", " ")
    kind = "refused" if each.outcome == "rejected" else "field left out" if each.loads == 1 else "fields left out"
    return f"{each.loads:,} {kind}: {what} ({each.check.replace('_', ' ')})"


def money(report: MorningReport) -> Html:
    """What was spent this month and today, against the caps, and where the month ends."""
    rows = []
    for provider in report.money:
        for cap in provider.caps:
            if cap.committed is None:
                continue
            share = float(cap.committed / cap.in_force) if cap.in_force else 0.0
            rows.append((
                f"{provider.provider}, {'today' if cap.period == 'day' else 'this month'}",
                _amount(cap.committed, provider.unit), _of(cap, provider.unit),
                bar(share, kind="bad" if cap.is_near else "a", title=f"{share:.0%} of the cap"), f"{share:.0%}",
                _amount(provider.forecast.total, provider.unit) if cap.period == "month" else "",
            ))  # fmt: skip
    heads = ("Budget", "Committed", "Cap", "", "Used", "Month ends at")
    near = sorted({provider.provider for provider in report.money for cap in provider.caps if cap.is_near})
    note = f"Near a cap: {', '.join(near)}." if near else "Nobody is near a cap."
    shown = table(heads, rows, numbers=("Committed", "Cap", "Used", "Month ends at"))
    return section("Money against budgets", note, shown)


def _amount(value: Decimal, unit: str) -> str:
    return f"${value:,.2f}" if unit == "USD" else f"{value:,.0f} {unit}"


def _of(cap: CapLine, unit: str) -> str:
    return "no cap" if cap.in_force is None else _amount(cap.in_force, unit)


def waiting(report: MorningReport) -> Html:
    """What a person has to decide, with the command."""
    if not report.waiting:
        return section("What waits for a decision", "Nothing.")
    rows = [(f"{each.count:,}", each.what, el("code", each.command)) for each in report.waiting]
    return section("What waits for a decision", "", table(("How many", "What", "Command"), rows))


def faults(report: MorningReport) -> Html | None:
    """What is wrong now; nothing on a quiet night."""
    if not report.faults:
        return None
    alike: dict[str, list[AlertIncident]] = {}
    for each in report.faults:
        alike.setdefault(each.rule, []).append(each)
    rows: list[tuple[object, ...]] = []
    for rule, found in alike.items():
        name = rule.replace("_", " ")
        if len(found) > MANY:
            sources = ", ".join(sorted({each.source for each in found if each.source}))
            rows.append((f"{name} ({len(found):,})", sources or found[0].said, el("code", "outreach alerts")))
            continue
        rows += [(name, f"{each.said} {each.error_id or ''}".strip(), el("code", each.next_step)) for each in found]
    return section("What is wrong now", "", table(("Fault", "What", "Next step"), rows))
