"""Budgets: the tighter of setting and database holds, for fifty processes at once, to the last cent."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import budget_processes
import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import PermanentDatabaseError
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import BudgetError
from outreach_pipeline.sources.apify_facts import RunFacts
from outreach_pipeline.stages.money import Caps, apify_left, caps_in_force, set_budget
from outreach_pipeline.stages.run_ledger import DatabaseRunLedger
from outreach_pipeline.stages.workspace import Batch

DAY = date(2026, 11, 20)
FIFTY = 50


def at_once(work: Callable[..., None], url: str, usd: str) -> Counter[str]:
    """Fifty processes that start together; what each of them put."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["outreach_pipeline.stages.run_ledger", "outreach_pipeline.sources.apify_errors"])
    together, outcomes = processes.Barrier(FIFTY), processes.Queue()
    running = [processes.Process(target=work, args=(url, n, usd, together, outcomes)) for n in range(FIFTY)]
    for process in running:
        process.start()
    found = Counter(outcomes.get(timeout=90) for _ in running)
    for process in running:
        process.join(30)
        assert process.exitcode == 0
    return found


def ledger(db: Database, number: int, **caps: str) -> DatabaseRunLedger:
    given = Caps(*(Decimal(caps[name]) if name in caps else None for name in ("day", "month", "run")))
    return DatabaseRunLedger(db, Batch(DAY + timedelta(days=number), "leads"), "a/b", given, claim_secs=60)


def test_fifty_processes_at_the_cap_never_go_one_cent_over(db: Database, database_url: str, admin: Any) -> None:
    """7.03 fits 14 times into 99.99, and 98.42 is what the database may then say; each process tries three times."""
    set_budget(db, "apify", "day", Decimal("99.99"))
    found = at_once(budget_processes.reserve_usd, database_url, "7.03")
    assert sum(int(text) * count for text, count in found.items()) == 14
    assert admin.execute("select sum(reserved_usd) as s from public.actor_runs").fetchone() == {"s": Decimal("98.42")}


def test_what_settles_low_is_there_for_the_next_of_fifty(db: Database, database_url: str, admin: Any) -> None:
    """Of 5.00 each settles at 0.50: all bills together stay below the cap, and more than two fit because of it."""
    set_budget(db, "apify", "day", Decimal(12))
    found = at_once(budget_processes.reserve_and_settle, database_url, "5")
    spent = admin.execute("select sum(spent_usd) as s from public.actor_runs").fetchone()["s"]
    assert found["settled"] >= 2
    assert found["settled"] + found["over"] == FIFTY
    assert spent == found["settled"] * Decimal("0.5") <= 12
    # Whatever came too late comes through now: every bill is settled, so only what was spent counts.
    left = apify_left(db, Caps(None, None)).today
    assert left == 12 - spent
    if left >= 5:
        assert ledger(db, 900).intend(Decimal(5)).may_start


@pytest.mark.parametrize(("setting", "database", "holds"), [("5", "9", "5"), ("9", "5", "5"), (None, "5", "5")])
def test_the_tighter_of_setting_and_database_holds(
    db: Database, setting: str | None, database: str, holds: str
) -> None:
    set_budget(db, "apify", "day", Decimal(database))
    caps = Caps(None if setting is None else Decimal(setting), None)
    assert caps_in_force(db, "apify", caps).day == Decimal(holds)
    assert apify_left(db, caps).today == Decimal(holds)
    given = {} if setting is None else {"day": setting}
    with pytest.raises(BudgetError, match=f"cap of {holds} per day"):
        ledger(db, 0, **given).intend(Decimal(holds) + Decimal("0.000001"))
    assert ledger(db, 0, **given).intend(Decimal(holds)).may_start


def test_a_run_has_a_cap_of_its_own_in_either_place(db: Database) -> None:
    with pytest.raises(BudgetError, match="cap of 2 per run"):
        ledger(db, 0, run="2").intend(Decimal("2.01"))
    set_budget(db, "apify", "run", Decimal("1.5"))
    with pytest.raises(BudgetError, match=r"cap of 1\.5 per run"):
        ledger(db, 0, run="2").intend(Decimal("1.51"))
    assert ledger(db, 0, run="2").intend(Decimal("1.5")).may_start


def test_a_budget_that_was_lowered_holds_for_a_start_that_was_lost_before(db: Database, admin: Any) -> None:
    book = ledger(db, 0)
    book.intend(Decimal(8))
    admin.execute("update public.actor_runs set claimed_until = null")
    set_budget(db, "apify", "day", Decimal(5))
    with pytest.raises(BudgetError, match="per day"):
        book.claim(Decimal(8))
    set_budget(db, "apify", "day", None)
    assert book.claim(Decimal(8)).may_start


def test_a_refund_frees_the_budget_of_the_month(db: Database, admin: Any) -> None:
    set_budget(db, "apify", "month", Decimal(10))
    book = ledger(db, 0)
    book.intend(Decimal(8))
    with pytest.raises(BudgetError, match="per month"):
        ledger(db, 1).intend(Decimal(8))
    book.free(refused=True, note="402")
    second = ledger(db, 1)
    second.intend(Decimal(8))
    second.note(RunFacts("R", "SUCCEEDED", "D", "K", None, None, Decimal("0.5")), found_by="start")
    with pytest.raises(BudgetError):
        ledger(db, 2).intend(Decimal(8))
    admin.execute("update public.actor_runs set settled_at = now() where run_id = 'R'")
    assert ledger(db, 2).intend(Decimal(8)).may_start


@pytest.mark.parametrize("period", ["run", "day", "month"])
def test_credits_have_budgets_too(db: Database, period: str) -> None:
    set_budget(db, "apollo", period, Decimal(20))
    given = {
        "batch_id": "2026-11-20|matches", "source": "matches", "endpoint": "people/bulk_match", "amount": 10,
        "day_cap": 1000, "month_cap": 1000, "batch_cap": 1000, "days": 90, "asked": 1,
    }  # fmt: skip
    verdicts = []
    for key in "abc":
        with db.transaction(Role.INGEST) as tx:
            row = tx.fetch_row(load_queries("apollo").reserve_credits, {**given, "call_key": key, "subjects": [key]})
        verdicts.append(row["verdict"])
    assert verdicts == ["go", "go", "batch" if period == "run" else period]


@pytest.mark.parametrize("role", [Role.INGEST, Role.REFRESH, Role.READ])
def test_a_budget_is_set_through_its_function_only(db: Database, role: Role) -> None:
    with db.transaction(role) as tx:
        tx.fetch_all("select * from public.budget")
    with pytest.raises(PermanentDatabaseError, match="42501"), db.transaction(role) as tx:
        tx.execute("delete from public.budget")


@pytest.mark.parametrize(("provider", "period"), [("apify", "year"), ("Else Where", "day")])
def test_budgets_of_unknown_words_are_refused(db: Database, provider: str, period: str) -> None:
    with pytest.raises(PermanentDatabaseError):
        set_budget(db, provider, period, Decimal(1))
