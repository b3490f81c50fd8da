"""Moving in: a database that has the seed's schema already becomes ours, without losing a row, an id or a caller.

Belongs here: the order of the steps, each of which commits and can be taken up again, and the rows as pages to land.
Does not belong here: renaming and dropping (`database.adoption`), what a plan says (`adopt_plan`), the stages.

The old schemas step aside by renames, ours are made, and the old rows enter through the pipeline: landed verbatim as
batches of sources of their own, validated, promoted by everybody's rules. What the pipeline has no words for (old raw
loads, the ids of slots, the history of contacts) is taken over beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from outreach_pipeline.database.adoption import (
    ASIDE,
    Adoption,
    Old,
    as_array,
    blocks_of,
    relations,
)
from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import Entity
from outreach_pipeline.sources.pages import Cursor, Page, RawItem
from outreach_pipeline.stages.adopt_ids import IdMap, items_of, settle_ids
from outreach_pipeline.stages.ingested import check_all, promote_all
from outreach_pipeline.stages.land import land_from
from outreach_pipeline.stages.migrations import admin_url, migrate_workspace
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Progress, Workspace, no_progress

TABLES = {
    "adopted_companies": "marketing.company_master",
    "adopted_people": "marketing.people_master",
    "adopted_slots": "marketing.company_slot",
    "adopted_contacts": "vault.contacts",
}
"""Sources of old rows and the tables they come from, in the order in which they enter."""
LOADS, SLOTS, CONTACTS = "intake.raw_loads", "marketing.company_slot", "vault.contacts"
BLOCKS = 24
"""Blocks of an old table per page: 500 to 1,500 rows of the usual width."""


@dataclass(frozen=True, slots=True)
class AdoptReport:
    """What became of the old rows. `loads` by source and state; `ids` by entity: stated, kept, merged, not_made."""

    day: date
    old_loads: int
    loads: dict[str, dict[str, int]] = field(default_factory=dict)
    ids: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _OldRows:
    """An old table as a source: pages of blocks, the number of the next block as the cursor."""

    name: str
    shape: str
    old: Old
    table: str
    ids: IdMap

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002 - the protocol's
        """The rows from the cursor on; the table stands still, so a block is the same when asked again."""
        start, total = int(str(cursor.get("block", 0))), blocks_of(self.old, self.table)
        for first in range(start, total, BLOCKS):
            until = min(first + BLOCKS, total)
            items = tuple(RawItem(item) for item in items_of(self.old, self.table, first, until, self.ids))
            yield Page(items, (), {"block": until}, is_last=until == total)
        if start >= total:
            yield Page((), (), {"block": total}, is_last=True)


def adopt(workspace: Workspace, *, source_url: str | None = None, progress: Progress = no_progress) -> AdoptReport:
    """Move in; run again after a kill it goes on where it stopped, and after its end it changes nothing.

    `source_url`: another server's database, which is only read. Raises ConfigurationError when there is nothing to
    adopt or the login may not rename, TransientError when a lock could not be had: run it again.
    """
    adoption = Adoption(admin_url(workspace.settings))
    old = _step_aside(adoption, source_url, progress)
    migrate_workspace(workspace.settings)
    adoption.bring_back()
    day = date.fromisoformat(adoption.state("day"))
    there = {f"{row['schema'].removeprefix(old.prefix)}.{row['name']}" for row in relations(old) if row["kind"] == "r"}
    queries = load_queries("adopt")
    ids = settle_ids(adoption, old, there)
    forms = {"company": Entity.COMPANY.pattern, "slot": Entity.SLOT.pattern}
    _each_page(adoption, old, SLOTS, queries.reserve_slots, forms, there, progress, ids=ids)
    _each_page(adoption, old, LOADS, queries.adopt_loads, {}, there, progress)
    batches = [Batch(day, name, f"{day}|{name}") for name, table in TABLES.items() if table in there]
    for batch in batches:
        rows = _OldRows(batch.source, batch.source, old, TABLES[batch.source], ids)
        land_from(workspace, batch, rows, progress=progress)
    for batch in [*batches, *_pending(workspace)]:
        validate_batch(workspace, batch, progress=progress)
        check_all(workspace, batch, accept=True)
        promote_all(workspace, batch, accept_checks=True, progress=progress)
    assign_slots(workspace, progress=progress)
    _each_page(adoption, old, CONTACTS, queries.settle_contacts, {}, there, progress)
    _each_page(adoption, old, CONTACTS, queries.suppress_contacts, {}, there, progress, key="suppressed")
    adoption.keep("done", True)
    return read_report(workspace, adoption)


def undo(workspace: Workspace) -> int:
    """Put the old schemas back; the number of names that came back.

    Raises ConfigurationError when nothing was adopted, or when something else has landed since.
    """
    adoption = _begun(workspace)
    landed = adoption.landed_since(tuple(TABLES))
    if landed:
        raise ConfigurationError(
            f"{landed:,} other loads have landed since; undoing would lose them.",
            next_step="Keep the new database, or export what landed first.",
        )
    return adoption.undo()


def finish(workspace: Workspace) -> list[str]:
    """Drop the old schemas for good; their names. ConfigurationError when the move has not come to its end."""
    adoption = _begun(workspace)
    if not adoption.state("done"):
        raise ConfigurationError("The move has not come to its end.", next_step="Run `outreach adopt` again first.")
    return adoption.finish()


def read_report(workspace: Workspace, adoption: Adoption) -> AdoptReport:
    """What became of the rows, as the database says it now."""
    queries = load_queries("adopt")
    with workspace.database.transaction(Role.READ) as tx:
        loads: dict[str, dict[str, int]] = {}
        for row in tx.fetch_all(queries.outcome, {"sources": list(TABLES)}):
            loads.setdefault(row["source"], {})[row["status"]] = row["loads"]
        ids = {row.pop("entity"): row for row in tx.fetch_all(queries.kept_ids)}
        old_loads = tx.fetch_value(queries.old_loads)
    return AdoptReport(date.fromisoformat(adoption.state("day")), old_loads, loads, ids)


def _begun(workspace: Workspace) -> Adoption:
    adoption = Adoption(admin_url(workspace.settings))
    if not adoption.has_begun():
        raise ConfigurationError(
            "No database was adopted here.", next_step="`outreach adopt --plan` shows what could be."
        )
    return adoption


def _step_aside(adoption: Adoption, source_url: str | None, progress: Progress) -> Old:
    if not adoption.has_begun():
        if adoption.is_ours() and source_url is None:
            raise ConfigurationError(
                "This database is ours already: there is nothing to adopt.",
                next_step="`outreach migrate` upgrades it; --from URL reads the rows of another database.",
            )
        progress("step aside", adoption.step_aside(), None)
    if adoption.state("day") is None:
        adoption.keep("day", datetime.now(UTC).date().isoformat())
    if source_url is not None:
        return Old(Database(source_url, application_name="outreach_adopt"))
    return Old(adoption.database, ASIDE)


def _each_page(  # noqa: PLR0913 - what is read, what is run, how far it is
    adoption: Adoption,
    old: Old,
    table: str,
    query: Any,
    params: dict[str, str],
    there: set[str],
    progress: Progress,
    *,
    key: str = "",
    ids: IdMap | None = None,
) -> None:
    """Run a statement as the owner over the rows of an old table, page by page, cursor and page in one transaction."""
    if table not in there:
        return
    key = key or f"{table} {'settled' if table == CONTACTS else 'taken over'}"
    first, total = adoption.state(key) or 0, blocks_of(old, table)
    while first < total:
        until = min(first + BLOCKS, total)
        rows = items_of(old, table, first, until, ids or {})
        if rows:
            adoption.write(query, {"rows": as_array(rows), **params}, key, until)
        first = until
        progress(key, first, total)


def _pending(workspace: Workspace) -> list[Batch]:
    """Batches of old loads that nobody had promoted there: they are read by our rules now."""
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("adopt").pending_batches)
    return [Batch(row["day"], row["source"], row["batch_id"]) for row in rows]
