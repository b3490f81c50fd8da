"""What is wrong now: one finder for each kind of fault that a rule can watch.

Belongs here: reading the ledgers and saying in a sentence what was found. Does not belong here: whether it was told
already and telling it (`alerts`), judging a batch (`checks`), noting that a run stopped (`unfinished`).

What is said leaves the house (a chat, a mail). So it holds sources of sources.toml, days, counts and ERR ids: no text
of an error, which may name a file, and no batch id of another program, which may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from outreach_pipeline.database.connect import Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.alert_rules import AlertRule
from outreach_pipeline.stages.arrival import late_sources
from outreach_pipeline.stages.costs import read_caps, unit_of
from outreach_pipeline.stages.credits import doubtful_calls
from outreach_pipeline.stages.money import plain
from outreach_pipeline.stages.nightly import night_of
from outreach_pipeline.stages.unfinished import INTERRUPTED, OPEN, read_unfinished
from outreach_pipeline.stages.workspace import INGESTED, Workspace

_ELSEWHERE = "another program"
_LATELY = timedelta(days=7)
"""What a batch older than this shows is no news."""
_SOON = timedelta(hours=1)
_NIGHTS, _FEWEST_NIGHTS = 7, 3
_HELD = "rejected data"
"""The kind of stop of a batch that its checks hold."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `key` tells it from others of its rule; `source` is one of sources.toml, or None."""

    rule: str
    key: str
    said: str
    next_step: str
    day: date | None = None
    source: str | None = None
    error_id: str | None = None


Finder = Callable[[Workspace, AlertRule, datetime], Iterable[Fault]]


def find_faults(workspace: Workspace, rules: Iterable[AlertRule], now: datetime) -> list[Fault]:
    """What the rules that are on find, each fault with its line of the error log where there is one."""
    found = [fault for rule in rules if rule.is_on for fault in FINDERS[rule.watches](workspace, rule, now)]
    batches = sorted({fault.key for fault in found})
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("alerts").error_of_batches, {"batches": batches})
    known = {row["batch_id"]: row["error_id"] for row in rows}
    return [replace(fault, error_id=fault.error_id or known.get(fault.key)) for fault in found]


def _named(workspace: Workspace, source: str) -> str | None:
    """The source if it is one of ours; others bear whatever name another program gave them."""
    return source if source in workspace.sources or source == INGESTED else None


def _of_batch(workspace: Workspace, rule: AlertRule, row: Mapping[str, Any], said: str) -> Fault:
    source = _named(workspace, row["source"])
    step = rule.command(day=row["day"], source=source) if source else f"outreach status --day {row['day']}"
    return Fault(rule.name, row["batch_id"], f"{source or _ELSEWHERE}, {row['day']}: {said}", step, row["day"], source)


def _rows(workspace: Workspace, name: str, params: Mapping[str, Any] | None = None) -> list[Row]:
    with workspace.database.transaction(Role.READ) as tx:
        return tx.fetch_all(load_queries("alerts")[name], params or {})


def _failed(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    for one in read_unfinished(workspace):
        # What goes on by itself within the hour for the first time is worth waiting for.
        soon = one.in_vain == 1 and one.goes_on_at and now - _SOON < one.goes_on_at < now + _SOON
        if one.kind not in (OPEN, INTERRUPTED, _HELD) and not soon:
            row = {"batch_id": one.batch_id, "source": one.source, "day": one.day}
            kind = "its process died" if one.kind == "died" else f"a failure of kind {one.kind}"
            yield _of_batch(workspace, rule, row, f"its run failed ({kind}). It goes on {one.goes_on}.")


def _held(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:  # noqa: ARG001 - a finder's form
    for row in _rows(workspace, "held"):
        yield _of_batch(workspace, rule, row, f"held by its checks, {row['loads']:,} loads wait.")


def _partial(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    for row in _rows(workspace, "partial", {"since": now - timedelta(days=float(rule.threshold or 7))}):
        yield _of_batch(workspace, rule, row, f"the source did not give all; {row['items']:,} items came.")


def _late(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    """One fault a source, however many days it is away: its key is the source, so it is told once. A source that
    promises its file by an hour is late from that hour on.
    """
    promised = {one.source: one for one in late_sources(workspace, now)}
    for one in promised.values():
        step = rule.command(day=one.day, source=one.source)
        yield Fault(rule.name, one.source, one.sentence, step, one.day, one.source)
    began = timedelta(hours=workspace.settings.nightly_hour + float(rule.threshold or 0))
    day = (now - began).date() - timedelta(days=1)
    nightly = [
        name for name, config in workspace.sources.items()
        if config.nightly and not getattr(config, "expected_by", None)
    ]  # fmt: skip
    stopped = {one.source for one in read_unfinished(workspace, day=day)}
    for row in _rows(workspace, "landed", {"sources": nightly, "day": day}):
        if row["has_landed"] or row["source"] in stopped:
            continue
        last = f"the last one is of {row['last_day']}" if row["last_day"] else "there has never been one"
        said = f"{row['source']}, {day}: no batch has landed; {last}."
        step = rule.command(day=day, source=row["source"])
        yield Fault(rule.name, row["source"], said, step, day, row["source"])


def _stuck(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    told = {one.batch_id for one in read_unfinished(workspace) if one.kind != INTERRUPTED}
    hours = rule.threshold or Decimal(6)
    for row in _rows(workspace, "stuck", {"since": now - timedelta(hours=float(hours))}):
        if row["batch_id"] not in told:
            said = f"unfinished, and nothing has moved for {plain(hours)} hours; {row['loads']:,} loads wait."
            yield _of_batch(workspace, rule, row, said)


def _failed_runs(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    since = now - timedelta(hours=float(rule.threshold or 24))
    for row in _rows(workspace, "failed_runs", {"since": since}):
        kind = row["error_type"].replace("_", " ")
        times = "once" if row["errors"] == 1 else f"{row['errors']:,} times"
        said = f"{row['what']} failed {times} (a failure of kind {kind})."
        yield Fault(rule.name, f"{row['what']}|{kind}", said, rule.command(), error_id=row["error_id"])


def _cap_near(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    share = (rule.threshold or Decimal(80)) / 100
    marks = {"day": f"{now:%Y-%m-%d}", "month": f"{now:%Y-%m}"}
    for provider, caps in read_caps(workspace).items():
        for cap in caps:
            if cap.in_force and cap.committed is not None and cap.committed >= share * cap.in_force:
                said = (
                    f"{provider} has committed {cap.committed / cap.in_force:.0%} of its cap per {cap.period}: "
                    f"{plain(cap.committed)} of {plain(cap.in_force)} {unit_of(provider)}."
                )
                key = f"{provider}|{cap.period}|{marks[cap.period]}"
                yield Fault(rule.name, key, said, rule.command(provider=provider), now.date())


def _doubt(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:  # noqa: ARG001
    by_batch: dict[str, list[Row]] = {}
    for row in doubtful_calls(workspace):
        by_batch.setdefault(row["batch_id"], []).append(row)
    for batch_id, rows in sorted(by_batch.items()):
        day, _, source = batch_id.partition("|")
        whose = _named(workspace, source) or _ELSEWHERE
        said = f"{whose}, {day}: {'; '.join(_in_doubt(rows, state) for state in sorted({_kind(row) for row in rows}))}."
        yield Fault(rule.name, batch_id, said, rule.command(), source=_named(workspace, source))


def _kind(row: Row) -> str:
    return row["state"] if row["provider"] == "apify" else "call"


def _in_doubt(rows: Iterable[Row], kind: str) -> str:
    alike = [row for row in rows if _kind(row) == kind]
    told = f"{plain(sum((row['reserved'] for row in alike), Decimal(0)))} {unit_of(alike[0]['provider'])} are reserved"
    one = len(alike) == 1
    if kind == "call":
        calls = "1 call" if one else f"{len(alike):,} calls"
        return f"{calls} to {alike[0]['provider']} may have been charged without an answer, {told}"
    runs = "1 run" if one else f"{len(alike):,} runs"
    if kind == "lost start":
        return f"{runs} may have been started at Apify and nobody has seen it, {told}"
    return f"{runs} at Apify had no bill for a day or more, {told}"


def _reach(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    with workspace.database.transaction(Role.READ) as tx:
        day = night_of(tx, workspace, now)
        ready = _number(tx, "ready", day + timedelta(days=1), 1)
        before = _number(tx, "ready", day, _NIGHTS)
    if not ready or len(before) < _FEWEST_NIGHTS:
        return
    usual = median(before)
    if usual and ready[0] < usual * (1 - (rule.threshold or Decimal(20)) / 100):
        said = (
            f"{int(ready[0]):,} people are ready to be written to; the median of the {len(before)} nights before is "
            f"{int(usual):,}."
        )
        yield Fault(rule.name, "ready", said, rule.command(day=day), day)


def _number(tx: Transaction, name: str, day: date, limit: int) -> list[Decimal]:
    rows = tx.fetch_all(load_queries("alerts").nights_before, {"name": name, "day": day, "limit": limit})
    return [row["value"] for row in rows]


def _checked(workspace: Workspace, now: datetime) -> Iterable[tuple[Row, dict[str, dict[str, Any]]]]:
    """The newest batch of each source, with what its checks counted, by check."""
    for row in _rows(workspace, "newest_batches", {"since": now - _LATELY}):
        yield row, {one["name"]: one["values"] for one in row["results"]}


def _rejects(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    for row, counted in _checked(workspace, now):
        values = counted.get("reject_share", {})
        share, usual = values.get("share"), values.get("usual")
        if usual is not None and share - usual > float(rule.threshold or 10) / 100:
            said = f"{values['failed']:,} of {values['loads']:,} loads failed ({share:.0%}); usual are {usual:.0%}."
            yield _of_batch(workspace, rule, row, said)


def _keys(workspace: Workspace, rule: AlertRule, now: datetime) -> Iterable[Fault]:
    for row, counted in _checked(workspace, now):
        values = counted.get("unseen_keys", {})
        if values.get("keys") and values["share"] * 100 >= float(rule.threshold or 1):
            number = len(values["keys"])
            keys = "a key" if number == 1 else f"{number} keys"
            said = f"{values['unseen_items']:,} of {values['items']:,} items carry {keys} never seen before."
            yield _of_batch(workspace, rule, row, said)


FINDERS: Mapping[str, Finder] = {
    "failed_batch": _failed, "held_batch": _held, "partial_batch": _partial, "late_batch": _late,
    "stuck_batch": _stuck, "failed_run": _failed_runs, "cap_near": _cap_near, "money_doubt": _doubt,
    "reach_falling": _reach, "rejects_rose": _rejects, "keys_changed": _keys,
}  # fmt: skip
