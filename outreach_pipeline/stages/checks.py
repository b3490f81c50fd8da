"""Checks: whether a batch as a whole may be promoted; a batch that changed its nature is held the same night.

Belongs here: counting a batch, asking the rules, writing the verdict to `intake.batch.check_results`. Does
not belong here: the rules and their sentences (`check_rules`), the refusal itself
(`intake.f_release_batch`, so that nobody gets around it), single loads (`validate`).

What is stored holds words, counts and the names of columns and keys, no value of any item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.extract import ERROR_KEYS, shape_queries
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages import check_rules
from outreach_pipeline.stages.check_rules import HALF, HISTORY, CheckResult, KeyCounts, Measures
from outreach_pipeline.stages.shape_paths import unmet_in_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.records.shape import Shape

__all__ = ["CHECK_NAMES", "CheckReport", "CheckResult", "hold_or_release"]

CHECK_NAMES = ("reject_share", "column_shares", "unseen_keys", "missing_keys", "unmet_paths")
WARNING_CHECKS = frozenset({"unmet_paths"})
"""These hold nothing."""

_NEW_ITEMS = (
    "select load_id, raw_data from intake.raw_loads where batch_id = %(batch_id)s and status <> 'duplicate'"
)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The verdict on a batch. `passed`: every check that holds passed; `accepted`: some did not, and an operator lets
    it through.
    """

    batch_id: str
    passed: bool
    results: tuple[CheckResult, ...]
    accepted: bool = False

    @property
    def held(self) -> bool:
        """Whether nothing of the batch may be promoted."""
        return not (self.passed or self.accepted)

    @property
    def failing(self) -> tuple[CheckResult, ...]:
        """The checks that did not pass and hold the batch."""
        return tuple(result for result in self.results if not result.passed and not result.warns)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the checks tell that hold nothing."""
        return tuple(result.description for result in self.results if not result.passed and result.warns)

    @property
    def sentence(self) -> str:
        """What to tell the operator."""
        if self.passed:
            return f"Batch {self.batch_id} passed its {len(self.results)} checks."
        state = "accepted by an operator" if self.accepted else "held"
        return f"Batch {self.batch_id} is {state}: {' '.join(result.description for result in self.failing)}"


def hold_or_release(workspace: Workspace, batch: Batch, *, accept: bool = False) -> CheckReport:
    """Check a validated batch and write the verdict; with `accept` a failing batch is let through.

    An acceptance holds for the checks it was given for: run again, the batch is not held for the same checks.
    Raises ConfigurationError for an unknown source or shape, TransientError when the database was busy.
    """
    queries = load_queries("checks")
    with workspace.database.transaction(Role.VALIDATE) as tx:
        results, measures = _check(tx, workspace, batch)
        stored = tx.fetch_value(queries.stored_results, {"batch_id": batch.batch_id}) or {}
        failing = {result.name for result in results if not result.passed and not result.warns}
        known = set(stored.get("accepted_checks", ()))
        accepted = bool(failing) and (accept or failing <= known)
        report = CheckReport(batch.batch_id, not failing, results, accepted)
        document = {
            "held": report.held,
            "accepted_checks": sorted(failing | known) if accepted else sorted(known),
            "results": [asdict(result) for result in results],
            "measures": asdict(measures),
        }
        tx.execute(queries.store_results, {"batch_id": batch.batch_id, "results": json.dumps(document)})
    return report


def _check(tx: Transaction, workspace: Workspace, batch: Batch) -> tuple[tuple[CheckResult, ...], Measures]:
    config = workspace.source_of(batch)
    shape = workspace.shape_of(config)
    past = _past(tx, batch)
    now, keys = _measure(tx, batch, shape, past)
    items, unmet = unmet_in_batch(tx, shape, batch.batch_id)
    now = replace(now, unmet=tuple(sorted({one.path for one in unmet})))
    history = list(past.values())
    return (
        check_rules.reject_share(now, history, config.max_reject_share, batch.source),
        check_rules.column_shares(now, history),
        check_rules.unseen_keys(now, keys, history, config.max_unseen_key_share),
        check_rules.missing_keys(now, keys),
        check_rules.unmet_paths(items, unmet, history),
    ), now


def _past(tx: Transaction, batch: Batch) -> dict[str, Measures]:
    """What was counted in the last released batches of the source, by batch id."""
    rows = tx.fetch_all(
        load_queries("checks").released_before,
        {"batch_id": batch.batch_id, "source": batch.source, "limit": HISTORY},
    )
    return {row["batch_id"]: _measures(row["measures"]) for row in rows if row["measures"]}


def _measures(stored: Mapping[str, Any]) -> Measures:
    return Measures(
        loads=stored.get("loads", 0), failed=stored.get("failed", 0), items=stored.get("items", 0),
        columns=stored.get("columns", {}), checks=stored.get("checks", {}),
        unmet=tuple(stored.get("unmet", ())),
    )  # fmt: skip


def _measure(
    tx: Transaction, batch: Batch, shape: Shape, past: Mapping[str, Measures]
) -> tuple[Measures, KeyCounts]:
    queries = load_queries("checks")
    where = {"batch_id": batch.batch_id, "source": batch.source}
    loads = tx.fetch_one(queries.measure_loads, where) or {}
    columns = tx.fetch_all(queries.measure_columns, where)
    counted = tx.fetch_one(queries.count_keys, {**where, "known": [*ERROR_KEYS, *shape.known_keys()]}) or {}
    expected = tx.fetch_one(shape_queries(shape, _NEW_ITEMS).missing_keys, where) or {}
    now = Measures(
        loads=loads["loads"],
        failed=loads["failed"],
        items=counted["items"],
        columns={row["column_name"]: row["loads"] for row in columns},
        checks={row["column_name"]: row["check_name"] for row in columns},
    )
    keys = KeyCounts(
        unseen_items=counted["unseen_items"],
        unseen_keys=tuple(counted["unseen_keys"]),
        missing=expected["missing"],
        good_items=expected["items"],
    )
    return now, replace(keys, vanished=_vanished(tx, where, past, shape.volatile))


def _vanished(
    tx: Transaction, where: Mapping[str, str], past: Mapping[str, Measures], volatile: Sequence[str]
) -> dict[str, float]:
    """Keys that more than half of the earlier items had and none has now, with that share."""
    total = sum(one.items for one in past.values())
    if total < check_rules.MIN_LOADS:
        return {}
    rows = tx.fetch_all(load_queries("checks").usual_keys, {**where, "earlier": list(past)})
    return {
        row["key"]: row["items"] / total
        for row in rows
        if row["items_now"] == 0 and row["items"] / total > HALF and row["key"] not in volatile
    }
