"""Alerts: each fault is told once, closed when it is over, and told again only if it comes back.

Belongs here: opening and closing incidents, telling them, remembering who was told. Does not belong here: what is wrong
(`alert_finders`), the services (`targets.channels`).

An incident is marked after its channel took it: killed in between, it is told once more and never lost. A channel that
is away leaves it unsent, and the next time it is tried again; the night does not fail for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.alert_finders import find_faults
from outreach_pipeline.stages.alert_rules import read_rules
from outreach_pipeline.stages.nightly import note_night
from outreach_pipeline.stages.workspace import Workspace
from outreach_pipeline.targets.channels import Channel, open_channels

MANY, MOST_LINES = 3, 20
"""More new faults of one rule than this are one message, which names so many of them."""
SETTING = "OUTREACH_ALERT_URLS"


@dataclass(frozen=True, slots=True)
class AlertIncident:
    """One fault as it was found. `sent_at` is None until each of its channels took it, `closed_at` until it is over."""

    incident_id: int
    rule: str
    day: date | None
    source: str | None
    said: str
    next_step: str
    error_id: str | None
    opened_at: datetime
    seen_at: datetime
    sent_at: datetime | None
    attempts: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What one look came to: incidents opened, closed and open now; told now, and still unsent."""

    opened: int
    closed: int
    open: int
    sent: int
    unsent: int
    channels: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """What became of a test message at one channel."""

    channel: str
    took_it: bool


def look_and_tell(workspace: Workspace, *, now: datetime | None = None, count: bool = True) -> AlertReport:
    """Look for faults, open and close incidents, and tell what nobody was told; with `count` the numbers of the night
    are kept first, which takes a second or more where the ready list is long.

    Never fails for a channel. Raises TransientError when the database is gone.
    """
    moment = now or datetime.now(UTC)
    if count:
        note_night(workspace, moment)
    opened, closed, still = _look(workspace, moment)
    channels, note = _channels(workspace)
    sent, unsent = _tell(workspace, channels)
    return AlertReport(opened, closed, still, sent, unsent, len(channels), note)


def read_incidents(workspace: Workspace, *, closed_too: bool = False, limit: int = 200) -> list[AlertIncident]:
    """Open incidents, the newest first; with `closed_too` those that are over after them."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("alerts").incidents, {"closed_too": closed_too, "limit": limit})
    return [AlertIncident(**row) for row in rows]


def send_test(workspace: Workspace) -> list[ChannelTest]:
    """Send a test message to each channel. ConfigurationError when none is set."""
    channels = _configured(workspace)
    if not channels:
        raise ConfigurationError(
            "Nobody is told: no channel is set.",
            next_step=f"Set {SETTING} to addresses of apprise, for example slack://… or mailto://…",
        )
    body = "This is a test of `outreach alerts test`. Nothing is wrong."
    return [ChannelTest(channel.title, channel.send("outreach: a test", body)) for channel in channels]


def _configured(workspace: Workspace) -> Sequence[Channel]:
    urls = workspace.settings.alert_urls
    return open_channels(urls.get_secret_value() if urls else "")


def _channels(workspace: Workspace) -> tuple[Sequence[Channel], str]:
    """The channels, or none and why: a wrong address must not fail the morning."""
    try:
        channels = _configured(workspace)
    except ConfigurationError as error:
        return (), f"{error.message} {error.next_step}"
    return channels, "" if channels else f"Nobody is told: {SETTING} is not set."


def _look(workspace: Workspace, now: datetime) -> tuple[int, int, int]:
    queries = load_queries("alerts")
    found = find_faults(workspace, read_rules(workspace), now)
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(queries.lock)
        opened = 0
        for each in found:
            row = {name: getattr(each, name) for name in each.__slots__}
            opened += bool(tx.fetch_value(queries.open_incident, {**row, "now": now}))
        keys = {"rules": [each.rule for each in found], "keys": [each.key for each in found], "now": now}
        closed = tx.execute(queries.close_incidents, keys)
    return opened, closed, len({(each.rule, each.key) for each in found})


def _tell(workspace: Workspace, channels: Sequence[Channel]) -> tuple[int, int]:
    """Tell each incident to each of its channels that was not told yet; how many are told now and how many are not."""
    queries, sent = load_queries("alerts"), 0
    if not channels:
        return 0, sum(each.sent_at is None for each in read_incidents(workspace))
    with workspace.database.transaction(Role.REFRESH) as tx:
        taken = tx.fetch_all(queries.take_unsent)
    for rows in _messages(taken):
        title, body = _text(rows)
        first = rows[0]
        mine = [channel for channel in channels if channel.takes(first["tag"])]
        told = [channel.mark for channel in mine if channel.mark in first["sent_to"] or channel.send(title, body)]
        is_done = bool(mine) and len(told) == len(mine)
        sent += len(rows) if is_done else 0
        with workspace.database.transaction(Role.REFRESH) as tx:
            ids = sorted(row["incident_id"] for row in rows)
            marks = sorted({*first["sent_to"], *told})
            tx.execute(queries.mark_sent, {"incident_ids": ids, "sent_to": marks, "is_done": is_done})
    return sent, len(taken) - sent


def _messages(taken: Sequence[Row]) -> list[list[Row]]:
    """What is told together: many faults of one rule, told to the same so far (a whole night that did not begin), are
    one message; a few are one each.
    """
    alike: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for row in sorted(taken, key=lambda row: int(row["incident_id"])):
        alike.setdefault((row["rule"], tuple(row["sent_to"])), []).append(row)
    return [
        message for rows in alike.values() for message in ([rows] if len(rows) > MANY else [[row] for row in rows])
    ]


def _text(rows: Sequence[Row]) -> tuple[str, str]:
    """Title and body: what, since when, its ERR id, what to do."""
    title = f"outreach: {rows[0]['rule'].replace('_', ' ')}"
    if len(rows) == 1:
        (row,) = rows
        lines = [row["said"], f"Since {row['opened_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC."]
        lines += [f"In the error log: {row['error_id']}."] if row["error_id"] else []
        return title, "\n".join([*lines, f"Next: {row['next_step']}"])
    lines = [f"{row['said']} {row['error_id'] or ''}".strip() for row in rows[:MOST_LINES]]
    lines += [f"And {len(rows) - MOST_LINES:,} more."] if len(rows) > MOST_LINES else []
    return f"{title} ({len(rows):,})", "\n".join([*lines, "Next: outreach alerts"])
