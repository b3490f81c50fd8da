"""What each of fifty processes does at once: reserve money through the ledger that the pipeline uses.

Belongs here: functions that a fresh process can import by name. Does not belong here: expectations.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

    from outreach_pipeline.database.connect import Database

DAY = date(2026, 11, 20)


def _connected(url: str) -> Database:
    """A database that has connected already, so that what follows happens at once and not one by one."""
    from outreach_pipeline.database.connect import Database, Role

    database = Database(url)
    with database.transaction(Role.INGEST) as tx:
        tx.execute("select 1")
    return database


def reserve_usd(url: str, number: int, usd: str, together: Barrier, outcomes: Queue[str]) -> None:
    """Intend runs for batches of its own until the cap says no; put how many were allowed."""
    from outreach_pipeline.errors import BudgetError
    from outreach_pipeline.stages.money import Caps
    from outreach_pipeline.stages.run_ledger import DatabaseRunLedger
    from outreach_pipeline.stages.workspace import Batch

    database = _connected(url)
    allowed = 0
    together.wait(60)
    for turn in range(3):
        batch = Batch(DAY + timedelta(days=number * 10 + turn), "leads")
        ledger = DatabaseRunLedger(database, batch, "a/b", Caps(Decimal(500), None), claim_secs=60)
        try:
            allowed += ledger.intend(Decimal(usd)).may_start
        except BudgetError:
            break
    database.close()
    outcomes.put(str(allowed))


def reserve_and_settle(url: str, number: int, usd: str, together: Barrier, outcomes: Queue[str]) -> None:
    """Intend one run, and settle its bill at a tenth at once: what it did not use may be taken by another."""
    from outreach_pipeline.database.connect import Role
    from outreach_pipeline.database.queries import load_queries
    from outreach_pipeline.errors import BudgetError
    from outreach_pipeline.sources.apify_facts import RunFacts
    from outreach_pipeline.stages.money import Caps
    from outreach_pipeline.stages.run_ledger import DatabaseRunLedger, note_parameters
    from outreach_pipeline.stages.workspace import Batch

    database = _connected(url)
    ledger = DatabaseRunLedger(
        database, Batch(DAY + timedelta(days=number), "leads"), "a/b", Caps(Decimal(500), None), claim_secs=60
    )
    together.wait(60)
    try:
        ledger.intend(Decimal(usd))
    except BudgetError:
        outcomes.put("over")
        return
    now = datetime.now(UTC)
    run = RunFacts(f"R{number}", "SUCCEEDED", "D", "K", now, now, Decimal(usd) / 10)
    ledger.note(run, found_by="start")
    with database.transaction(Role.INGEST) as tx:
        row = tx.fetch_value("select actor_run_id from public.actor_runs where run_id = %s", [run.run_id])
        tx.execute(load_queries("apify").note_run, note_parameters(row, run, found_by=None, settled=True))
    database.close()
    outcomes.put("settled")
