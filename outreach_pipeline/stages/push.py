"""Push: a campaign's people to a live target, field by field, and never over somebody's hand.

Belongs here: what is written and what is kept, the memory of what we wrote, taking out who must not be written to. Does
not belong here: HTTP (`targets.live`), who is claimed (`campaigns`).

A field is ours to write while it reads there as we last wrote it, or is empty and was never written. Whatever else it
reads, a person wrote, and it stays. What is there is read before anything is written, so a push that was killed, or
whose answer was lost, is simply repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.actor_input import known_variables
from outreach_pipeline.sources.apify_api import never_proxy_loopback
from outreach_pipeline.stages.campaigns import find_campaign
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress
from outreach_pipeline.targets.live import (
    Change,
    HubSpot,
    Instantly,
    LiveTarget,
    Record,
    TargetApi,
    Written,
    load_targets,
)

Mode = Literal["upsert", "update", "create"]
MODES: tuple[Mode, ...] = ("upsert", "update", "create")


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did, or would do (`dry_run`): people by what became of them, fields kept because a person changed
    them there, and for a dry run each difference (id, field, whether it is made or changed; never a value).
    """

    target: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    removed: int = 0
    fields_kept: int = 0
    dry_run: bool = False
    differences: tuple[tuple[str, str, str], ...] = ()


def push_campaign(
    workspace: Workspace,
    name: str,
    target: str,
    *,
    mode: Mode = "upsert",
    their_campaign: str = "",
    url: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> PushReport:
    """Bring a target in line with the people of a campaign; a second time nothing is written.

    Raises ConfigurationError (no such campaign or target, key, a field the account lacks), TransientError (push again).
    """
    campaign = find_campaign(workspace, name)
    known = load_targets()
    if target not in known:
        raise ConfigurationError(f"There is no live target {target!r}.", next_step=f"Use one of: {', '.join(known)}.")
    live = known[target]
    api = _open(live, target, url, their_campaign)
    queries = load_queries("campaigns")
    with workspace.database.transaction(Role.READ) as tx:
        people = tx.fetch_all(
            queries.people_of_campaign, {"campaign_id": campaign.campaign_id, "campaign_name": campaign.name}
        )
        memory = {row["person_unique_id"]: row for row in tx.fetch_all(queries.target_records, {"target": target})}
    report = _Report(live, target, mode, dry_run)
    for start in range(0, len(people), live.most):
        _chunk(workspace, api, people[start : start + live.most], memory, report)
        progress("push", min(start + live.most, len(people)), len(people))
    removed = _remove(workspace, api, target, live, dry_run=dry_run)
    return report.done(removed)


class _Report:
    """Counts as they come, with what the chunks need to know."""

    def __init__(self, live: LiveTarget, target: str, mode: Mode, dry_run: bool) -> None:
        self.live, self.target, self.mode, self.dry_run = live, target, mode, dry_run
        self.created = self.updated = self.unchanged = self.refused = self.kept = 0
        self.differences: list[tuple[str, str, str]] = []

    def done(self, removed: int) -> PushReport:
        return PushReport(
            self.target, self.created, self.updated, self.unchanged, self.refused, removed, self.kept, self.dry_run,
            tuple(self.differences),
        )  # fmt: skip


def _open(live: LiveTarget, target: str, url: str, their_campaign: str) -> TargetApi:
    never_proxy_loopback(url or live.url)
    key = known_variables().get(live.key, "")
    if target == "hubspot":
        return HubSpot(live, key, url)
    if not their_campaign:
        raise ConfigurationError(
            f"{live.title} keeps leads in campaigns of its own.", next_step="Name it with --their-campaign ID."
        )
    opened = Instantly(live, key, url)
    opened.campaign = their_campaign
    return opened


def _chunk(
    workspace: Workspace, api: TargetApi, people: Sequence[Row], memory: Mapping[str, Row], report: _Report
) -> None:
    there = api.read([person["email"] for person in people])
    changes: dict[str, Change] = {}
    known: dict[str, tuple[str | None, dict[str, str]]] = {}
    for person in people:
        who, record = person["person_unique_id"], there.get(person["email"])
        last = memory[who]["fields"] if who in memory else {}
        wanted = {name: str(person[source] or "") for name, source in report.live.fields.items()}
        wanted = {name: value for name, value in wanted.items() if value}
        fields, settled, kept = _difference(wanted, record, last)
        report.kept += kept
        if (record is None and report.mode == "update") or (record is not None and report.mode == "create"):
            report.unchanged += 1
            continue
        known[who] = (record.their_id if record else None, settled)
        if fields:
            changes[who] = Change(person["email"], record.their_id if record else None, fields)
            report.differences += (
                [(who, name, "changed" if record else "made") for name in fields] if report.dry_run else []
            )
        else:
            report.unchanged += 1
    report.created += sum(each.their_id is None for each in changes.values())
    report.updated += sum(each.their_id is not None for each in changes.values())
    if report.dry_run:
        return
    _keep(workspace, report.target, {who: each for who, each in known.items() if who not in changes}, memory)
    if changes:
        with workspace.database.transaction(Role.REFRESH) as tx:
            tx.execute(load_queries("campaigns").begin_write, {"target": report.target, "people": list(changes)})
        done = api.write(list(changes.values()))
        refused = _end(workspace, report.target, changes, known, done)
        report.refused += refused
        report.created -= refused


def _difference(
    wanted: Mapping[str, str], record: Record | None, last: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str], int]:
    """The fields to write, those that are ours there already, and how many a person has changed."""
    if record is None:
        return dict(wanted), {}, 0
    fields, settled, kept = {}, {}, 0
    for name, value in wanted.items():
        now = record.fields.get(name, "").strip()
        if now == value.strip():
            settled[name] = value
        elif (name in last and now == str(last[name]).strip()) or (name not in last and not now):
            fields[name] = value
        else:
            kept += 1
    return fields, settled, kept


def _keep(
    workspace: Workspace,
    target: str,
    known: Mapping[str, tuple[str | None, dict[str, str]]],
    memory: Mapping[str, Row],
) -> None:
    """Remember records that are as they should be and that we did not know of, or not whether we wrote them."""
    new = {
        who: each for who, each in known.items()
        if each[0] is not None and (who not in memory or memory[who]["state"] != "written")
    }  # fmt: skip
    if not new:
        return
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("campaigns").begin_write, {"target": target, "people": list(new)})
        _write_memory(tx, target, {who: (each[0], each[1], "written", None) for who, each in new.items()})


def _end(
    workspace: Workspace,
    target: str,
    changes: Mapping[str, Change],
    known: Mapping[str, tuple[str | None, dict[str, str]]],
    done: Mapping[str, Written],
) -> int:
    """Remember what was written; how many were refused."""
    rows = {}
    for who, change in changes.items():
        written = done.get(change.email, Written(None, "no word of it"))
        state = "written" if written.their_id else "refused"
        rows[who] = (written.their_id, {**known[who][1], **change.fields}, state, written.note or None)
    with workspace.database.transaction(Role.REFRESH) as tx:
        _write_memory(tx, target, rows)
    return sum(state == "refused" for _, _, state, _ in rows.values())


def _write_memory(
    tx: object, target: str, rows: Mapping[str, tuple[str | None, dict[str, str], str, str | None]]
) -> None:
    from outreach_pipeline.database.connect import JsonbArray, Transaction

    assert isinstance(tx, Transaction)  # noqa: S101 - for the type checker
    tx.execute(
        load_queries("campaigns").end_write,
        {
            "target": target, "people": list(rows), "their_ids": [each[0] for each in rows.values()],
            "fields": JsonbArray([orjson.dumps(each[1]) for each in rows.values()]),
            "states": [each[2] for each in rows.values()], "notes": [each[3] for each in rows.values()],
        },
    )  # fmt: skip


def _remove(workspace: Workspace, api: TargetApi, target: str, live: LiveTarget, *, dry_run: bool) -> int:
    """Take out who was suppressed or erased since: their record there is ours to take out, we had put it there."""
    queries = load_queries("campaigns")
    with workspace.database.transaction(Role.READ) as tx:
        gone = tx.fetch_all(queries.to_remove, {"target": target})
    for start in range(0, 0 if dry_run else len(gone), live.most):
        some = gone[start : start + live.most]
        api.remove([row["their_id"] for row in some])
        with workspace.database.transaction(Role.REFRESH) as tx:
            tx.execute(queries.removed, {"ids": [row["target_record_id"] for row in some]})
    return len(gone)
