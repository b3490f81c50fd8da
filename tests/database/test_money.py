"""Reservations hold their caps whatever happens at once; what was not spent comes back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import PermanentDatabaseError
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import BudgetError
from outreach_pipeline.sources.apify_facts import RunFacts
from outreach_pipeline.stages.money import Caps, apify_left
from outreach_pipeline.stages.run_ledger import DatabaseRunLedger
from outreach_pipeline.stages.workspace import Batch

DAY = date(2026, 11, 20)


def ledger(db: Database, number: int, *, day: str | None = "10", month: str | None = "100") -> DatabaseRunLedger:
    caps = Caps(None if day is None else Decimal(day), None if month is None else Decimal(month))
    return DatabaseRunLedger(db, Batch(DAY + timedelta(days=number), "leads"), "a/b", caps, claim_secs=60)


def facts(status: str = "SUCCEEDED", usd: str = "0.4", run_id: str = "R1") -> RunFacts:
    return RunFacts(run_id, status, "D1", "K1", datetime.now(UTC), datetime.now(UTC), Decimal(usd))


def test_thirty_at_once_reserve_up_to_the_cap_and_not_a_cent_more(db: Database, admin: Any) -> None:
    """3 x 3.30 fit into 10; the thirty threads start together."""
    together = threading.Barrier(30)

    def reserve(number: int) -> bool:
        together.wait()
        try:
            return ledger(db, number).intend(Decimal("3.30")).may_start
        except BudgetError:
            return False

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(reserve, range(30))) == 3
    assert admin.execute("select sum(reserved_usd) as s from public.actor_runs").fetchone() == {"s": Decimal("9.9")}


def test_thirty_at_once_for_one_batch_get_one_start(db: Database, admin: Any) -> None:
    together = threading.Barrier(30)

    def intend(_: int) -> tuple[bool, str]:
        together.wait()
        intent = ledger(db, 0).intend(Decimal(1))
        return intent.may_start, intent.tag

    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(intend, range(30)))
    assert sum(may_start for may_start, _ in found) == 1
    assert len({tag for _, tag in found}) == 1


def test_thirty_at_once_claim_a_lost_start_once(db: Database, admin: Any) -> None:
    first = ledger(db, 0)
    first.intend(Decimal(1))
    assert not first.claim(Decimal(1)).may_start
    admin.execute("update public.actor_runs set claimed_until = now() - interval '1 second'")
    together = threading.Barrier(30)

    def claim(_: int) -> bool:
        mine = ledger(db, 0)
        mine.intend(Decimal(1))
        together.wait()
        return mine.claim(Decimal(1)).may_start

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(claim, range(30))) == 1


def test_who_comes_too_late_to_claim_does_not_start(db: Database, admin: Any) -> None:
    """Between looking for the run and claiming its start, the first process wrote down that it runs."""
    slow, quick = ledger(db, 0), ledger(db, 0)
    slow.intend(Decimal(1))
    quick.intend(Decimal(1))
    quick.note(facts("RUNNING"), found_by="start")
    late = slow.claim(Decimal(1))
    assert (late.may_start, late.run_id) == (False, "R1")


def test_what_a_run_did_not_use_comes_back_when_its_bill_has_settled(db: Database) -> None:
    caps = Caps(Decimal(10), Decimal(100))
    book = ledger(db, 0)
    book.intend(Decimal(8))
    book.note(facts("RUNNING", "0.1"), found_by="start")
    assert apify_left(db, caps).today == 2
    book.note(facts(), found_by="start")
    assert apify_left(db, caps).today == 2  # ended, not settled: the bill may still grow
    with db.transaction(Role.INGEST) as tx:
        tx.execute(
            "select public.f_note_run(actor_run_id, 'R1', null, 'SUCCEEDED', true, null, null, 0.00005, true,"
            " null, null) from public.actor_runs"
        )
    assert apify_left(db, caps).today == Decimal("9.99995")


def test_a_start_that_was_refused_costs_nothing(db: Database) -> None:
    book = ledger(db, 0)
    book.intend(Decimal(8))
    book.free(refused=True, note="402")
    assert apify_left(db, Caps(Decimal(10), None)).today == 10
    assert book.intend(Decimal(8)).may_start


def test_a_bill_above_its_reservation_counts_in_full(db: Database) -> None:
    book = ledger(db, 0)
    book.intend(Decimal(1))
    book.note(facts(usd="1.75"), found_by="start")
    assert apify_left(db, Caps(Decimal(10), None)).today == Decimal("8.25")


def test_yesterday_counts_for_the_month_only(db: Database, admin: Any) -> None:
    ledger(db, 0).intend(Decimal(8))
    admin.execute("update public.actor_runs set reserved_at = date_trunc('day', now(), 'UTC') - interval '1 second'")
    left = apify_left(db, Caps(Decimal(10), Decimal(10)))
    same_month = (datetime.now(UTC) - timedelta(days=1)).month == datetime.now(UTC).month
    assert (left.today, left.this_month) == (10, 2 if same_month else 10)
    if same_month:
        with pytest.raises(BudgetError, match="per month") as caught:
            ledger(db, 1, month="10").intend(Decimal(3))
        opens = caught.value.not_before
        assert opens is not None
        assert (opens.day, opens.hour, (opens - timedelta(seconds=1)).month) == (1, 0, datetime.now(UTC).month)


def test_an_old_intent_has_to_fit_the_caps_of_the_day_it_is_started(db: Database, admin: Any) -> None:
    book = ledger(db, 0)
    book.intend(Decimal(8))
    admin.execute("update public.actor_runs set reserved_at = now() - interval '40 days', claimed_until = null")
    ledger(db, 1).intend(Decimal(5))
    with pytest.raises(BudgetError, match="per day") as caught:
        book.claim(Decimal(8))
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert caught.value.not_before == datetime.combine(tomorrow, datetime.min.time(), UTC), "the batch goes on then"
    roomy = ledger(db, 0, day="20")
    roomy.intend(Decimal(8))
    assert roomy.claim(Decimal(8)).may_start
    assert apify_left(db, Caps(Decimal(20), None)).today == 7


def test_a_known_run_is_never_replaced_by_another(db: Database) -> None:
    book = ledger(db, 0)
    book.intend(Decimal(1))
    book.note(facts(run_id="R1"), found_by="start")
    with pytest.raises(PermanentDatabaseError, match="stands for another run"):
        book.note(facts(run_id="R2"), found_by="tag")
    other = ledger(db, 1)
    assert not other.adopt(facts(run_id="R1"))
    assert other.holders(["R1", "R9"]) == {"R1": (book.batch_id, True)}


def reserve_credits(
    db: Database, key: str, subjects: list[str], *, day: int = 25, days: int = 3
) -> tuple[str, int | None]:
    with db.transaction(Role.INGEST) as tx:
        row = tx.fetch_one(
            load_queries("apollo").reserve_credits,
            {
                "batch_id": "2026-11-20|matches", "source": "matches", "endpoint": "people/bulk_match", "call_key": key,
                "subjects": subjects, "amount": 10, "day_cap": day, "month_cap": 1000, "batch_cap": 1000,
                "days": days, "asked": len(subjects),
            },
        )  # fmt: skip
    assert row is not None
    return row["verdict"], row["call_id"]


def test_thirty_at_once_reserve_credits_up_to_the_cap(db: Database, admin: Any) -> None:
    together = threading.Barrier(30)

    def reserve(number: int) -> str:
        together.wait()
        return reserve_credits(db, f"call {number}", [f"s{number}"])[0]

    with ThreadPoolExecutor(30) as pool:
        verdicts = list(pool.map(reserve, range(30)))
    assert (verdicts.count("go"), verdicts.count("day")) == (2, 28)
    assert admin.execute("select sum(reserved) as s from public.credit_ledger").fetchone() == {"s": Decimal(20)}


def test_thirty_at_once_ask_about_the_same_people_once(db: Database) -> None:
    together = threading.Barrier(30)

    def reserve(number: int) -> str:
        together.wait()
        return reserve_credits(db, f"call {number}", ["ada", f"s{number}"], day=10_000)[0]

    with ThreadPoolExecutor(30) as pool:
        verdicts = list(pool.map(reserve, range(30)))
    assert (verdicts.count("go"), verdicts.count("doubtful")) == (1, 29)


def test_a_call_is_settled_once_and_released_credits_come_back(db: Database, admin: Any) -> None:
    _, call = reserve_credits(db, "a", ["ada", "bob"])
    queries = load_queries("apollo")
    for spent in ("7.5", "99"):
        with db.transaction(Role.INGEST) as tx:
            tx.execute(
                queries.settle_credits,
                {"call_id": call, "spent": Decimal(spent), "subjects": ["ada", "bob"], "found": [True, False]},
            )
    assert admin.execute("select public.f_credits_committed('apollo', '-infinity') as c").fetchone() == {
        "c": Decimal("7.5")
    }
    assert admin.execute("select count(*) as n from public.enrichment where was_found").fetchone() == {"n": 1}
    _, other = reserve_credits(db, "b", ["eve"])
    with db.transaction(Role.INGEST) as tx:
        tx.execute(queries.close_credits, {"call_id": other, "state": "released", "note": "429"})
    assert admin.execute("select public.f_credits_committed('apollo', '-infinity') as c").fetchone() == {
        "c": Decimal("7.5")
    }
    assert reserve_credits(db, "b", ["eve"])[0] == "go"
    assert reserve_credits(db, "b", ["eve"])[0] == "doubtful"


@pytest.mark.parametrize("table", ["actor_runs", "credit_ledger", "enrichment", "actor_usage_log"])
@pytest.mark.parametrize("role", [Role.INGEST, Role.REFRESH, Role.READ])
def test_nobody_writes_money_past_the_functions(db: Database, role: Role, table: str) -> None:
    with db.transaction(role) as tx:
        tx.fetch_all(f"select * from public.{table}")
    for change in (f"delete from public.{table}", f"update public.{table} set created_at = now()"):
        with pytest.raises(PermanentDatabaseError, match="42501"), db.transaction(role) as tx:
            tx.execute(change)


def test_money_has_at_least_six_decimals(admin: Any) -> None:
    rows = admin.execute(
        "select c.table_name, c.column_name, c.numeric_scale from information_schema.columns as c"
        " where c.table_name in ('actor_runs', 'credit_ledger', 'actor_usage_log')"
        " and c.data_type = 'numeric' and c.column_name <> 'compute_units'"
    ).fetchall()
    assert len(rows) == 5
    assert all(row["numeric_scale"] >= 6 for row in rows)
