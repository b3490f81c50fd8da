"""The morning report as one HTML file: no script, nothing to fetch, on a phone, a screen or paper, light or dark.

Belongs here: which parts stand where, and their sentences. Does not belong here: reading the database (`report`),
elements and plots (`report_html`), the parts about work and money (`report_work`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from pathlib import Path

from outreach_pipeline.stages import report_work
from outreach_pipeline.stages.report import MorningReport, Move
from outreach_pipeline.stages.report_html import Html, bar, el, lines, table
from outreach_pipeline.stages.signals import Score

_CSS = Path(__file__).with_name("report.css")
# Should anything ever slip through the escaping, it still may neither run nor fetch.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SLOTS = ("CEO", "CFO", "HR")
_KINDS = {
    "job_change": "went to", "left_company": "left", "promotion": "rose", "role_change": "has another role",
}  # fmt: skip
_ROLES = {"HR": "head of HR"}
_REASONS = 3


def render(report: MorningReport) -> str:
    """The page, as text."""
    day = report.day.strftime("%A, %d %B %Y").replace(" 0", " ")
    head = el(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        el("title", f"Morning report, {report.day}"),
        el("style", Html(_CSS.read_text(encoding="utf-8"))),
    )
    made = f"{report.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    body = el(
        "body",
        el("header", el("h1", f"Morning report: {day}"), el("p", _headline(report))),
        _tiles(report),
        report_work.faults(report),
        _moves(report),
        _calls(report),
        _reach(report),
        report_work.came_in(report),
        report_work.quality(report),
        report_work.money(report),
        report_work.waiting(report),
        el("footer", f"Made {made}. It names people: keep it as you keep the list itself."),
    )
    return f'<!DOCTYPE html>\n<html lang="en">{head}{body}</html>\n'


def _headline(report: MorningReport) -> str:
    new = sum(batch.loads.landed - batch.loads.duplicate for batch in report.batches)
    sources = len({batch.source for batch in report.batches if batch.loads.landed})
    moved = len(report.moves)
    people = "Nobody moved" if not moved else "1 person moved" if moved == 1 else f"{moved:,} people moved"
    waiting = sum(each.count for each in report.waiting)
    decide = f"{waiting:,} things wait for a decision"
    if waiting <= 1:
        decide = f"{'1 thing' if waiting else 'nothing'} waits for a decision"
    return (
        f"{new:,} new items came from {sources:,} {'source' if sources == 1 else 'sources'}. {people}, "
        f"{report.ready.get('ready', 0):,} people can be written to now, and {decide}."
    )


def _before(report: MorningReport, name: str) -> int | None:
    """The number of the night before, where it was kept."""
    days = [day for day in report.nights if day < report.day and name in report.nights[day]]
    return report.nights[days[-1]][name] if days else None


def _since(report: MorningReport, now: int, before: int | None) -> Html:
    if report.day not in report.nights:
        return el("span", "now; that night was not counted", class_="more soft")
    if before is None:
        return el("span", "first night counted", class_="more soft")
    step = now - before
    kind = "good" if step > 0 else "bad" if step < 0 else "soft"
    return el("span", f"{step:+,} since the night before" if step else "as the night before", class_=f"more {kind}")


def _tiles(report: MorningReport) -> Html:
    filled = sum(one for one, _ in report.slots.values())
    slots = sum(every for _, every in report.slots.values())
    before = [_before(report, f"filled:{kind}") for kind in report.slots]
    then = None if not before or None in before else sum(one for one in before if one is not None)
    ready = report.ready.get("ready", 0)
    landed = sum(batch.loads.landed for batch in report.batches)
    same = sum(batch.loads.duplicate for batch in report.batches)
    waiting = sum(each.count for each in report.waiting)
    decide = el("span", "commands at the end", class_="more soft") if waiting else ""
    found = (
        ("ready to be written to", f"{ready:,}", _since(report, ready, _before(report, "ready"))),
        (f"of {slots:,} slots filled", f"{filled:,}", _since(report, filled, then)),
        ("items came in", f"{landed:,}", el("span", f"{same:,} said nothing new", class_="more soft")),
        ("people moved", f"{len(report.moves):,}", el("span", _others(report), class_="more soft")),
        ("wait for a decision", f"{waiting:,}", decide),
    )
    tiles = []
    for what, number, more in found:
        tiles.append(el("div", el("b", number), el("div", what, class_="what"), more, class_="tile"))
    return el("div", *tiles, class_="tiles")


def _others(report: MorningReport) -> str:
    others = sum(count for kind, count in report.changed.items() if kind not in _KINDS)
    return f"{others:,} other changes" if others else "no other changes"


def _moves(report: MorningReport) -> Html:
    if not report.moves:
        return report_work.section("Who moved", "Nobody whom we know changed their job, as far as the night showed.")
    rows = [(move.person, _what(move), _matters(move), _band(move.band, move.score)) for move in report.moves]
    note = "Those who held or took a CEO, CFO or HR seat come first, the most urgent company on top."
    shown = table(("Who", "What", "Why it matters", "Company"), rows)
    return report_work.section("Who moved, and why it matters", note, shown)


def _what(move: Move) -> str:
    title = f" ({move.title_after})" if move.title_after else ""
    if move.kind in ("job_change", "left_company"):
        to = f" for {move.new_company}" if move.new_company else ""
        said = f"left {move.company or 'their company'}{to}{title}"
    else:
        said = f"{_KINDS[move.kind]} at {move.company or 'their company'}{title}"
    return f"{said}, in doubt" if move.state == "proposed" else said


def _matters(move: Move) -> str | Html:
    """What became of the seats, from what the slots say now."""
    said = []
    before, after = (_ROLES.get(role or "", role) for role in (move.role_before, move.role_after))
    if move.state == "proposed":
        said_by = el("code", f"outreach changes apply {move.intelligence_id}")
        return el("span", "Nothing follows until it is decided: ", said_by)
    if move.role_before and move.is_vacant:
        said.append(f"The {move.role_before} seat at {move.company} is free")
    elif before and move.has_successor:
        said.append(f"{move.company} has a new {before}: {move.successor}")
    if after and move.holds_new:
        said.append(f"Now the {after} of {move.new_company or move.company}")
    # Many a company's name ends in a dot of its own.
    return " ".join(f"{each.removesuffix('.')}." for each in said) or "Held no seat that we look after."


def _band(band: str | None, score: object) -> Html:
    if band is None:
        return el("span", "no signal", class_="soft")
    return el("span", f"{band} {score:.0f}", class_=f"band {band}")


def _calls(report: MorningReport) -> Html:
    if not report.calls:
        return report_work.section("Whom to call now", "No company has a reason to be called right now.")
    rows = [(call.company_name, _band(call.band, call.score), _reasons(call)) for call in report.calls]
    note = "The companies with the strongest reasons, as they stand now."
    return report_work.section("Whom to call now", note, table(("Company", "Urgency", "Why"), rows))


def _reasons(call: Score) -> Html:
    said = list(dict.fromkeys(reason.sentence for reason in call.reasons))
    more = [f"and {len(said) - _REASONS} more"] if len(said) > _REASONS else []
    return el("ul", *(el("li", each) for each in (*said[:_REASONS], *more)))


def _reach(report: MorningReport) -> Html:
    plots = [_plot(report, kind) for kind in _kinds(report.slots)]
    key = el(
        "p",
        el("span", el("i", class_="a"), "slots filled", class_="key"),
        el("span", el("i", class_="b"), "ready to be written to", class_="key"),
    )
    others = {standing: count for standing, count in report.ready.items() if standing != "ready"}
    most = max(others.values(), default=1)
    left_out = [
        (standing.replace("_", " "), f"{count:,}", bar(count / most, title=f"{count:,} slots"))
        for standing, count in others.items()
    ]
    title = "Why others are not written to"
    why = (el("h3", title), table(("Because", "Slots", ""), left_out, numbers=("Slots",))) if left_out else ()
    first = min(report.nights, default=report.day)
    nights = len(report.nights)
    note = f"Share of all companies' slots, over {nights:,} {'night' if nights == 1 else 'nights'} since {first}."
    if not nights:
        note = "No night was counted until then: these are the slots of now."
    shown = (key, el("div", *plots, class_="plots"), el("div", *why, class_="half"))
    return report_work.section("Reach and fill, by slot", note, *shown)


def _kinds(slots: Iterable[str]) -> list[str]:
    return sorted(slots, key=lambda kind: (_SLOTS.index(kind) if kind in _SLOTS else len(_SLOTS), kind))


def _plot(report: MorningReport, kind: str) -> Html:
    filled, slots = report.slots[kind]

    def shares(name: str) -> dict[date, float]:
        return {
            day: numbers[f"{name}:{kind}"] / numbers[f"slots:{kind}"]
            for day, numbers in report.nights.items()
            if numbers.get(f"slots:{kind}") and f"{name}:{kind}" in numbers
        }

    plot = lines(f"{kind}: filled and ready, by night", {"filled": shares("filled"), "ready": shares("ready")})
    return el("div", el("h3", f"{kind}: {filled:,} of {slots:,} filled"), plot)

