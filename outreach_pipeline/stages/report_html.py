"""Small pieces of HTML: elements, tables and plots, in which every text is escaped.

Belongs here: escaping, elements, SVG. Does not belong here: what the report says (`report_page`).

Only an `Html` is taken as it is; whatever else is put into an element is text, and is escaped. So a company named like
a tag is shown as it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape


class Html(str):
    """Text that is HTML already. Made here only."""

    __slots__ = ()


def el(name: str, *parts: object, **attributes: object) -> Html:
    """An element with parts inside; `class_` and `data_label` are written as class and data-label. None is left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{said}>{join(parts)}</{name}>")


def join(parts: Iterable[object]) -> Html:
    """Parts one after the other, escaped unless they are HTML."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts if part is not None))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[str] = ()) -> Html:
    """A table; on a narrow screen each row becomes a block in which every cell names its column."""
    right = set(numbers)
    kind = {head: "n" if head in right else None for head in heads}
    top = el("thead", el("tr", *(el("th", head, class_=kind[head], scope="col") for head in heads)))

    def cell(head: str, said: object) -> Html:
        return el("td", el("span", said), class_=kind[head], data_label=head)

    body = [el("tr", *(cell(head, said) for head, said in zip(heads, row, strict=True))) for row in rows]
    return el("div", el("table", top, el("tbody", *body)), class_="scroll")


def bar(share: float, *, kind: str = "a", title: str = "") -> Html:
    """A bar of a share (0 to 1) of its cell's width."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    back = el("rect", class_="track", x=0, y=0, width="100%", height=8, rx=4)
    front = el("rect", class_=f"fill-{kind}", x=0, y=0, width=f"{width}%", height=8, rx=4) if width else None
    return el("svg", back, front, class_="bar", role="img", aria_label=title or f"{width:.0f} percent", height=8)


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 320, 150, 34, 40, 12, 22


def lines(title: str, series: Mapping[str, Mapping[date, float]]) -> Html:
    """A plot of shares (0 to 1) over days, a line for each series (two at most), with its last value beside it."""
    days = sorted({day for values in series.values() for day in values})
    if not days:
        return Html("")
    first, span = days[0], max((days[-1] - days[0]).days, 1)
    inner = _WIDTH - _LEFT - _RIGHT

    def x(day: date) -> float:
        # One night alone stands in the middle of nothing: at the right, where its number is.
        return _LEFT + inner * ((day - first).days / span if len(days) > 1 else 1.0)

    def y(share: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)

    parts: list[Html] = []
    for share in (0.0, 0.5, 1.0):
        parts.append(el("line", class_="grid", x1=_LEFT, x2=_LEFT + inner, y1=y(share), y2=y(share)))
        parts.append(el("text", f"{share:.0%}", class_="axis", x=_LEFT - 6, y=y(share) + 3, text_anchor="end"))
    for kind, (name, values) in zip("ab", series.items(), strict=False):
        at = sorted(values)
        points = " ".join(f"{x(day):.1f},{y(values[day]):.1f}" for day in at)
        if len(at) > 1:
            parts.append(el("polyline", class_=f"line-{kind}", points=points))
        parts += [
            el("circle", el("title", f"{name}, {day}: {values[day]:.0%}"), class_=f"fill-{kind}", cx=round(x(day), 1),
               cy=round(y(values[day]), 1), r=3 if day == at[-1] else 1.8)
            for day in at
        ]  # fmt: skip
        last = at[-1]
        parts.append(
            el("text", f"{values[last]:.0%}", class_="value", x=_LEFT + inner + 6, y=y(values[last]) + 4)
        )
    ends = {days[0], days[-1]}
    parts += [
        el("text", f"{day:%d %b}", class_="axis", x=x(day), y=_HEIGHT - 6,
           text_anchor="end" if day == days[-1] else "start")
        for day in sorted(ends)
    ]  # fmt: skip
    return el("svg", *parts, class_="plot", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=title)
