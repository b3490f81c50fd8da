"""Promote: released records to contacts and masters, chunk by chunk, each with its change of state in one
transaction.

Belongs here: releasing a batch, the chunk loop, adding up. Does not belong here: identity and survivorship,
which are decided in SQL over all records (`sql/functions`), and who holds a slot (`slots`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import RejectedDataError
from outreach_pipeline.stages.review import suggest_matches
from outreach_pipeline.stages.workspace import ASIDE, Batch, Progress, Workspace, no_progress

# Nothing of a promotion passes through this process, and a company is written anew for each chunk that touches it: in
# chunks of 10,000 the companies of 100,000 people were written ten times.
_CHUNKS_AT_ONCE = 5
HELD_NEXT_STEP = "Correct the shape or the source and replay the batch, or promote it with accept_checks."


@dataclass(frozen=True, slots=True)
class PromoteReport:
    """What a promotion wrote. Created and changed rows; `loads` that left pending."""

    batch_id: str
    loads: int = 0
    contacts_created: int = 0
    contacts_changed: int = 0
    companies_created: int = 0
    companies_changed: int = 0
    people_created: int = 0
    people_changed: int = 0
    reviews_opened: int = 0


def promote_batch(
    workspace: Workspace, batch: Batch, *, accept_checks: bool = False, progress: Progress = no_progress
) -> PromoteReport:
    """Promote what is due of a batch whose checks have passed; what is unchanged is not touched.

    Raises RejectedDataError when its checks hold the batch and `accept_checks` does not let it through, and
    TransientError when the database was busy or gone: run it again, done chunks stay done.
    """
    queries = load_queries("promote")
    with workspace.database.transaction(Role.PROMOTE) as tx:
        if not accept_checks:
            _refuse_held(
                batch,
                [r["description"] for r in tx.fetch_all(queries.held_for, {"batch_id": batch.batch_id})],
            )
        tx.execute(queries.release_batch, {"batch_id": batch.batch_id, "accept": accept_checks})
    with workspace.database.transaction(Role.PROMOTE) as tx:
        due = [row["load_id"] for row in tx.fetch_all(queries.due_loads, {"batch_id": batch.batch_id})]
    report = PromoteReport(batch.batch_id)
    size = workspace.settings.chunk_loads * _CHUNKS_AT_ONCE
    progress("promote", 0, len(due))
    for start in range(0, len(due), size):
        chunk = {"load_ids": due[start : start + size]}
        at_once = f"of {len(chunk['load_ids']):,} loads at once"
        with workspace.database.transaction(Role.PROMOTE) as tx:
            # The bar stands still meanwhile: one statement decides for all of them. So it says what is being done.
            progress(f"promote{ASIDE}companies, people {at_once}", start, len(due))
            masters = tx.fetch_one(queries.promote_masters, chunk) or {}
            progress(f"promote{ASIDE}contacts {at_once}", start, len(due))
            contacts = tx.fetch_one(queries.promote_contacts, chunk) or {}
            tx.execute(queries.promote_outcomes, chunk)
        report = replace(
            report,
            loads=report.loads + len(chunk["load_ids"]),
            contacts_created=report.contacts_created + contacts["promoted_count"],
            contacts_changed=report.contacts_changed + contacts["updated_count"],
            companies_created=report.companies_created + masters["companies_created"],
            companies_changed=report.companies_changed + masters["companies_changed"],
            people_created=report.people_created + masters["people_created"],
            people_changed=report.people_changed + masters["people_changed"],
        )
        progress("promote", min(start + size, len(due)), len(due))
    if due:
        progress(f"promote{ASIDE}names that may be one", len(due), len(due))
    opened = suggest_matches(workspace, batch)
    progress("promote", len(due), len(due))
    return replace(report, reviews_opened=opened)


def _refuse_held(batch: Batch, reasons: list[str]) -> None:
    # The database refuses as well (f_release_batch); here the operator gets the sentences of the checks.
    if reasons:
        raise RejectedDataError(
            f"Batch {batch.batch_id} is held: {' '.join(reasons)}", next_step=HELD_NEXT_STEP
        )
