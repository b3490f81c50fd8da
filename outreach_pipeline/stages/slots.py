"""Slots: who holds the CEO, CFO and HR seat of each company whose people or company changed.

Belongs here: emptying the queue that promotion fills. Does not belong here: the rule (`marketing.f_slot_standing`),
reading titles (`rules.titles`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Progress, Workspace, no_progress


@dataclass(frozen=True, slots=True)
class SlotReport:
    """Companies looked at, and slots that changed hands."""

    companies: int = 0
    assigned: int = 0
    displaced: int = 0
    vacated: int = 0


def assign_slots(workspace: Workspace, *, progress: Progress = no_progress) -> SlotReport:
    """Decide the slots of all queued companies, in chunks that commit one by one."""
    report = SlotReport()
    progress("slots", 0, None)
    while True:
        with workspace.database.transaction(Role.PROMOTE) as tx:
            row = tx.fetch_one(load_queries("promote").assign_slots, {"limit": workspace.settings.chunk_loads})
        if row is None or not row["companies"]:
            return report
        report = replace(
            report,
            companies=report.companies + row["companies"],
            assigned=report.assigned + row["assigned"],
            displaced=report.displaced + row["displaced"],
            vacated=report.vacated + row["vacated"],
        )
        progress("slots", report.companies, None)
