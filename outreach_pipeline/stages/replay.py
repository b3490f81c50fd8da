"""Replay: rejected loads and outdated title readings once more, through the rules as they are now.

Belongs here: choosing loads, putting them in line, taking their batches through validation, checks,
promotion and slots. Does not belong here: those stages, the rules.

A load keeps its id, and what was promoted is never taken away. Putting in line and working it off are
separate transactions: a killed replay leaves its loads in line, and the next replay or run works them off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.titles import TitleReading, read_title
from outreach_pipeline.stages.ingested import find_batch
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress, shape_fingerprint

_TITLES_PER_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class ReplayFilter:
    """Which loads: these ids, or those whose rejections match (None: any). Empty: every load that failed, and all of
    the batches that another shape has read than their source has now.
    """

    load_ids: tuple[int, ...] = ()
    batch_id: str | None = None
    column: str | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What became of the loads put in line (`queued`), and of titles read by older rules.

    queued = promoted + failed + waiting. `held` are batches whose checks stop them before promotion.
    """

    queued: int = 0
    promoted: int = 0
    failed: int = 0
    waiting: int = 0
    kept_as_text: int = 0
    titles_read: int = 0
    titles_changed: int = 0
    slots_changed: int = 0
    batches: tuple[str, ...] = ()
    held: tuple[str, ...] = field(default=())


def replay(workspace: Workspace, which: ReplayFilter, *, progress: Progress = no_progress) -> ReplayReport:
    """Put the chosen loads back through the rules and take every batch touched to its slots.

    Raises ConfigurationError for a load id that does not exist, TransientError when the database was busy.
    """
    kept = _refuse_unknown(workspace, which.load_ids)
    _queue(workspace, _chosen(workspace, which), progress)
    outdated = _read_by_another_shape(workspace) if which == ReplayFilter() else []
    if outdated:
        _queue(workspace, _all_of(workspace, outdated), progress)
    with workspace.database.transaction(Role.VALIDATE) as tx:
        lined_up = {
            row["batch_id"]: row["load_ids"] for row in tx.fetch_all(load_queries("replay").queued_batches)
        }
    report = _read_outdated_titles(workspace, progress)
    with workspace.database.transaction(Role.VALIDATE) as tx:
        marked = {row["batch_id"] for row in tx.fetch_all(load_queries("replay").batches_to_promote)}
    batches = tuple(sorted({*lined_up, *marked}))
    report = _work_off(workspace, replace(report, batches=batches, kept_as_text=kept), frozenset(outdated), progress)
    return _count(workspace, report, [load_id for ids in lined_up.values() for load_id in ids])


def _refuse_unknown(workspace: Workspace, load_ids: Sequence[int]) -> int:
    """How many of the ids are kept as text only, which no rule can read."""
    if not load_ids:
        return 0
    with workspace.database.transaction(Role.VALIDATE) as tx:
        known = {
            row["load_id"]: row
            for row in tx.fetch_all(load_queries("replay").known_loads, {"load_ids": list(load_ids)})
        }
    missing = [str(load_id) for load_id in load_ids if load_id not in known]
    if missing:
        raise ConfigurationError(
            f"There is no load {', '.join(missing[:5])}.", next_step="`outreach rejections` lists load ids."
        )
    duplicates = [str(load_id) for load_id, row in known.items() if row["status"] == "duplicate"]
    if duplicates:
        raise ConfigurationError(
            f"Load {', '.join(duplicates[:5])} repeats an earlier load and is not judged itself.",
            next_step="Replay the load that it repeats (raw_loads.duplicate_of).",
        )
    return sum(row["kept_as_text"] for row in known.values())


def _read_by_another_shape(workspace: Workspace) -> list[str]:
    """Batches whose items another shape has read than their source has now; of sources that are known."""
    with workspace.database.transaction(Role.VALIDATE) as tx:
        rows = tx.fetch_all(load_queries("replay").read_batches)
    known = {source: shape_fingerprint(workspace, source) for source in {row["source"] for row in rows}}
    return [row["batch_id"] for row in rows if known[row["source"]] not in {None, row["read_by"]}]


def _all_of(workspace: Workspace, batch_ids: list[str]) -> Iterable[list[int]]:
    after = 0
    while True:
        where = {"batch_ids": batch_ids, "after": after, "limit": workspace.settings.chunk_loads}
        with workspace.database.transaction(Role.VALIDATE) as tx:
            rows = tx.fetch_all(load_queries("replay").loads_of_batches, where)
        if not rows:
            return
        after = rows[-1]["load_id"]
        yield [row["load_id"] for row in rows]


def _queue(workspace: Workspace, chosen: Iterable[list[int]], progress: Progress) -> None:
    queries = load_queries("replay")
    queued = 0
    for load_ids in chosen:
        with workspace.database.transaction(Role.VALIDATE) as tx:
            queued += tx.fetch_value(queries.queue_replay, {"load_ids": load_ids})
        progress("in line", queued, None)


def _chosen(workspace: Workspace, which: ReplayFilter) -> Iterable[list[int]]:
    """Ids in chunks: the given ones, or those that match, read page by page."""
    size = workspace.settings.chunk_loads
    if which.load_ids:
        ids = sorted(set(which.load_ids))
        yield from (ids[start : start + size] for start in range(0, len(ids), size))
        return
    after = 0
    where = {"batch_id": which.batch_id, "column": which.column, "check": which.check, "limit": size}
    while True:
        with workspace.database.transaction(Role.VALIDATE) as tx:
            rows = tx.fetch_all(load_queries("replay").choose_loads, {**where, "after": after})
        if not rows:
            return
        after = rows[-1]["load_id"]
        yield [row["load_id"] for row in rows]


def _read_outdated_titles(workspace: Workspace, progress: Progress) -> ReplayReport:
    """Read titles of older rules again, and mark the people whose title now says something else."""
    report = ReplayReport()
    rules = workspace.title_rules
    while True:
        with workspace.database.transaction(Role.VALIDATE) as tx:
            wanted = {"version": rules.version, "limit": _TITLES_PER_CHUNK}
            titles = [row["title"] for row in tx.fetch_all(load_queries("validate").outdated_titles, wanted)]
            if not titles:
                return report
            changed = _reread(tx, workspace, titles)
            if changed:
                tx.execute(load_queries("replay").mark_titles, {"titles": changed})
        report = replace(
            report,
            titles_read=report.titles_read + len(titles),
            titles_changed=report.titles_changed + len(changed),
        )
        progress("titles", report.titles_read, None)


def _reread(tx: Transaction, workspace: Workspace, titles: list[str]) -> list[str]:
    from outreach_pipeline.stages.titles import write_readings

    before: dict[str, set[tuple[object, ...]]] = {title: set() for title in titles}
    for row in tx.fetch_all(load_queries("replay").title_roles, {"titles": titles}):
        if row["role"] is not None:
            before[row["title"]].add((row["role"], row["points"], round(row["confidence"], 3)))
    readings = {title: read_title(title, workspace.title_rules) for title in titles}
    write_readings(tx, workspace.title_rules, readings)
    return [title for title in titles if _said(readings[title]) != before[title]]


def _said(reading: TitleReading) -> set[tuple[object, ...]]:
    return {(role.role, role.points, round(role.confidence, 3)) for role in reading.roles}


def _work_off(
    workspace: Workspace, report: ReplayReport, whole: frozenset[str], progress: Progress
) -> ReplayReport:
    """`whole` are batches of which every load is in line."""
    from outreach_pipeline.stages.checks import hold_or_release
    from outreach_pipeline.stages.promote import promote_batch
    from outreach_pipeline.stages.slots import assign_slots
    from outreach_pipeline.stages.validate import validate_batch

    held = []
    for done, batch_id in enumerate(report.batches):
        batch = find_batch(workspace, batch_id)
        progress("batches", done, len(report.batches))
        validate_batch(workspace, batch, progress=progress, anew=batch_id in whole)
        if hold_or_release(workspace, batch).held:
            held.append(batch_id)
        else:
            promote_batch(workspace, batch, progress=progress)
    slots = assign_slots(workspace, progress=progress)
    changed = slots.assigned + slots.displaced + slots.vacated
    return replace(report, held=tuple(held), slots_changed=changed)


def _count(workspace: Workspace, report: ReplayReport, load_ids: list[int]) -> ReplayReport:
    with workspace.database.transaction(Role.VALIDATE) as tx:
        rows = tx.fetch_all(load_queries("replay").states, {"load_ids": load_ids})
    states = {row["status"]: row["loads"] for row in rows}
    return replace(
        report,
        queued=len(load_ids),
        promoted=states.get("promoted", 0),
        failed=states.get("failed", 0),
        waiting=states.get("pending", 0),
    )
