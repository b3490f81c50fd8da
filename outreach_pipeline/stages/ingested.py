"""Loads that other programs ingest by SQL: the batches of a day that are not ours, and which wait for a run.

Belongs here: from a partition to its batches and from a batch id to its batch, adding up their reports. Does not belong
here: landing (`intake.f_ingest_json`), what a stage does with a batch, asking for a run (`orchestration`).

Another program names its source and batch as it likes. Whatever landed on a day under a source or batch id that
sources.toml does not know is the partition `day|ingested`; each of its batches passes every stage under its own id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError, RejectedDataError
from outreach_pipeline.stages.workspace import INGESTED, Batch, Progress, Workspace, no_progress

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from outreach_pipeline.stages.checks import CheckReport
    from outreach_pipeline.stages.promote import PromoteReport

    Report = TypeVar("Report", bound=DataclassInstance)
else:
    Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A partition with loads that no run has looked at; the highest load id tells one such state from the next."""

    batch: Batch
    loads: int
    last_load_id: int


def read_waiting(workspace: Workspace, limit: int = 1000) -> list[Waiting]:
    """Partitions that wait for a run, the oldest day first."""
    asked = {
        "sources": list(workspace.sources), "ingested": INGESTED, "limit": limit,
        "first_day": workspace.extent.first_day,
    }  # fmt: skip
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("ingested").waiting, asked)
    return [Waiting(Batch(row["day"], row["source"]), row["loads"], row["last_load_id"]) for row in rows]


def batches_of(workspace: Workspace, batch: Batch) -> list[Batch]:
    """The batch itself; for a partition of ingested loads, the batches of other programs that landed that day."""
    if batch.source != INGESTED or batch.given:
        return [batch]
    asked = {"sources": list(workspace.sources), "ingested": INGESTED, "day": batch.day}
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("ingested").members, asked)
    return [Batch(batch.day, row["source"], row["batch_id"]) for row in rows] or [batch]


def find_batch(workspace: Workspace, batch_id: str) -> Batch:
    """The batch of an id, whoever gave it; ConfigurationError when it is neither day|source nor known."""
    try:
        batch = Batch.parse(batch_id)
        if batch.source in workspace.sources or batch.source == INGESTED:
            return batch
    except ConfigurationError as error:
        problem: ConfigurationError | None = error
    else:
        problem = None
    with workspace.database.transaction(Role.READ) as tx:
        row = tx.fetch_one(load_queries("ingested").batch, {"batch_id": batch_id})
    if row is not None:
        return Batch(row["day"], row["source"], batch_id)
    if problem is not None:
        raise problem
    return batch


def for_each(workspace: Workspace, batch: Batch, work: Callable[[Batch], Report]) -> Report:
    """Do it for each batch of a partition and add the reports up."""
    return added_up([work(one) for one in batches_of(workspace, batch)], batch.batch_id)


def added_up(reports: Sequence[Report], batch_id: str) -> Report:
    """One report of several of a kind: numbers added, `batch_id` replaced, anything else as in the first."""
    total = reports[0]
    for report in reports[1:]:
        numbers = (f.name for f in fields(report) if type(getattr(report, f.name)) is int)
        total = replace(total, **{name: getattr(total, name) + getattr(report, name) for name in numbers})
    named = any(f.name == "batch_id" for f in fields(total))
    return replace(total, batch_id=batch_id) if named else total


def check_all(workspace: Workspace, batch: Batch, *, accept: bool = False) -> CheckReport:
    """The verdict on each batch of a partition, as one: held when all of them are.

    A batch that is held among others holds back itself only; what it failed is shown all the same.
    """
    from outreach_pipeline.stages.checks import hold_or_release

    verdicts = [hold_or_release(workspace, one, accept=accept) for one in batches_of(workspace, batch)]
    if len(verdicts) == 1:
        return replace(verdicts[0], batch_id=batch.batch_id)
    results = []
    for same in zip(*(verdict.results for verdict in verdicts), strict=True):
        failing = [result for result in same if not result.passed]
        said = " ".join(result.description for result in failing)
        results.append(replace(failing[0], description=said) if failing else same[0])
    return replace(
        verdicts[0], batch_id=batch.batch_id, results=tuple(results),
        passed=all(verdict.passed for verdict in verdicts), accepted=any(not verdict.held for verdict in verdicts),
    )  # fmt: skip


def promote_all(
    workspace: Workspace, batch: Batch, *, accept_checks: bool = False, progress: Progress = no_progress
) -> PromoteReport:
    """Promote each batch of a partition; of several, those that their checks hold are left out.

    Raises RejectedDataError when all are held.
    """
    from outreach_pipeline.stages.promote import promote_batch

    reports, held = [], []
    for one in batches_of(workspace, batch):
        try:
            reports.append(promote_batch(workspace, one, accept_checks=accept_checks, progress=progress))
        except RejectedDataError as error:
            held.append(error)
    if not reports:
        raise held[0]
    return added_up(reports, batch.batch_id)
