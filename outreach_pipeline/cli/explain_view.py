"""How an explanation looks in a terminal: fields with their origin, the values that lost beneath, slots,
history.

Belongs here: layout. Does not belong here: what is explained (`stages.explain`).
"""

from __future__ import annotations

from typing import Any

from outreach_pipeline.cli.terminal import hint, moment, out, table, text

Json = dict[str, Any]

_MOST_LOST = 3
_LONGEST = 44


def show_explanation(found: Json) -> None:
    """Print the document of `stages.explain`."""
    console = out()
    if "asked_for" in found:
        console.print(f"[yellow]{found['asked_for']} was merged into {found['id']}.[/]")
    console.print(_headline(found))
    if found["entity"] != "slot":
        console.print()
        _show_fields(found["fields"])
    for name, show in (
        ("title", _show_title), ("slots", _show_slots), ("standing", _show_standing),
        ("candidates", _show_candidates), ("history", _show_history), ("loop", _show_loop), ("sources", _show_sources),
    ):  # fmt: skip
        if found.get(name):
            console.print()
            show(found[name])
    hint(
        "All of it, long texts uncut: --json. The items themselves: `outreach rejections --load ID "
        "--show-text`."
    )


def _headline(found: Json) -> str:
    at = (
        f" at {text(found['company']['name'])} [dim]{found['company']['id']}[/]" if "company" in found else ""
    )
    if found["entity"] == "slot":
        return f"[bold]{found['slot_type']} slot[/] [dim]{found['id']}[/]{at}"
    return f"[bold]{text(found['name'])}[/] [dim]{found['entity']} {found['id']}[/]{at}"


def _show_fields(fields: dict[str, Json]) -> None:
    shown = table(
        "field", "value", "source", "load", "observed", numbers=("load",), prose=("value",), keys=("field", "value")
    )
    for name, field in fields.items():
        if field["value"] is None and not field["lost"]:
            continue
        _add(shown, text(name), field)
        for other in field["lost"][:_MOST_LOST]:
            _add(shown, "  lost", other, struck=True)
        if len(field["lost"]) > _MOST_LOST:
            shown.add_row("", f"[dim]... and {len(field['lost']) - _MOST_LOST:,} more values[/]")
    out().print(shown)


def _add(shown: Any, name: str, stated: Json, *, struck: bool = False) -> None:
    stated_value = stated["value"]
    # A year and an id are no amounts; a headcount is one.
    is_amount = isinstance(stated_value, int) and not isinstance(stated_value, bool) and stated_value > 9_999
    value = f"{stated_value:,}" if is_amount else text(_short(stated_value))
    why = f"\n  {text(stated['why'])}" if struck else ""
    cells = [
        f"{value}{why}",
        text(stated["source"]),
        str(stated["load_id"] or "-"),
    ]
    cells.append(moment(stated["observed_at"]))
    shown.add_row(*(f"[dim]{cell}[/]" if struck else cell for cell in (name, *cells)))


def _short(value: Any) -> Any:
    whole = ", ".join(map(str, value)) if isinstance(value, list) else value
    if isinstance(whole, str) and len(whole) > 2 * _LONGEST:
        return whole[: 2 * _LONGEST - 4].rstrip() + " ..."
    return whole


def _show_title(reading: Json) -> None:
    console = out()
    console.print(f"[dim]The title reads[/] (rules {text(reading['rules_version'])})")
    for role in reading["roles"]:
        console.print(
            f"  [bold]{role['role']}[/]  {role['points']} points, confidence "
            f"{float(role['confidence']):.2f}: "
            f"{text(role['reason'])}"
        )
    if not reading["roles"]:
        console.print("  no slot role")
    if reading["guard"]:
        console.print(f"  refused: {text(reading['guard'])}")


def _show_slots(slots: list[Json]) -> None:
    shown = table("slot", "occupant", "title", "since", "seen", prose=("title",), keys=("slot",))
    for slot in slots:
        which = f"{slot['slot_type']}\n[dim]{slot['company_slot_unique_id']}[/]"
        if slot["person_unique_id"] is None:
            shown.add_row(which, "[dim]vacant[/]")
            continue
        shown.add_row(
            which, f"{text(slot['person_name'])}\n[dim]{slot['person_unique_id']}[/]",
            text(_short(slot["title"])), moment(slot["filled_at"]), moment(slot["last_refreshed_at"]),
        )  # fmt: skip
    out().print(shown)


def _show_standing(standing: list[Json]) -> None:
    for each in standing:
        if each["is_holder"]:
            out().print(f"Occupant of the [bold]{each['slot_type']}[/] slot: {text(each['reason'])}")
        elif each["place"]:
            out().print(
                f"Candidate no. {each['place']} for the [bold]{each['slot_type']}[/] slot: {text(each['why'])}"
            )
        else:
            out().print(
                f"No candidate for the [bold]{each['slot_type']}[/] slot any more: {text(each['why'])}"
            )


def _show_candidates(candidates: list[Json]) -> None:
    shown = table(
        "no.", "candidate", "title", "points", "seen", "load", numbers=("no.", "points", "load"), prose=("title",),
        keys=("no.", "candidate"),
    )  # fmt: skip
    for each in candidates:
        why = f"\n[dim]{text(each['why'] or each['reason'])}[/]"
        shown.add_row(
            str(each["place"] or "-"), f"{text(each['person_name'])}\n[dim]{each['person_unique_id']}[/]",
            text(_short(each["title"])) + why, text(each["points"]), moment(each["observed_at"]),
            str(each["load_id"] or "-"),
        )  # fmt: skip
    out().print(shown)


def _show_history(history: list[Json]) -> None:
    whose = "slot" if "slot_type" in history[0] else "who"
    shown = table(
        "day", "event", whose, "why", "load", numbers=("load",), prose=(whose, "why"), keys=("day", "event", whose)
    )
    colours = {"ASSIGN": "green", "DISPLACE": "yellow", "VACATE": "red"}
    for event in history:
        who = (
            f"{event['slot_type']} {event['company_name']}" if "slot_type" in event else event["person_name"]
        )
        shown.add_row(
            moment(event["effective_at"]), f"[{colours[event['event']]}]{event['event'].lower()}[/]",
            text(who or event.get("person_unique_id")),
            f"{text(_short(event['title']))}\n[dim]{text(event['reason'])}[/]",
            str(event["load_id"] or "-"),
        )  # fmt: skip
    out().print(shown)


def _show_loop(loop: list[Json]) -> None:
    """From the first word of the address to the last answer."""
    shown = table("when", "what", "detail", "source", "load", numbers=("load",), prose=("detail",))
    for each in loop:
        shown.add_row(
            moment(each["at"]), text(each["what"]), text(each["detail"]), text(each["source"]),
            str(each["load_id"] or "-"),
        )  # fmt: skip
    out().print(shown)


def _show_sources(sources: list[Json]) -> None:
    shown = table("source", "rank", "records", "first seen", "last seen", numbers=("rank", "records"))
    for each in sources:
        shown.add_row(
            text(each["source"]), str(each["rank"]), f"{each['records']:,}",
            moment(each["first_observed_at"]), moment(each["last_observed_at"]),
        )  # fmt: skip
    out().print(shown)
