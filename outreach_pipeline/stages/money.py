"""Money: the ledgers that paid sources write to before and after they spend, and what is left of the caps.

Belongs here: reserving, settling and counting, as database transactions. Does not belong here: calling a
vendor (`sources`), the arithmetic of caps (`sql/functions/public.f_*`, where it holds for every process).

Design law 8: no paid call without a reservation in the database first. Every method of a ledger commits
before it returns, so that a process killed right after it leaves the truth behind.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Database, Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import BudgetError
from outreach_pipeline.stages.workspace import ASIDE, Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be committed per day, month (UTC) and run, in the provider's unit; None is no cap."""

    day: Decimal | None
    month: Decimal | None
    run: Decimal | None = None

    def of(self, period: str) -> Decimal | None:
        """The cap of "run", "day" or "month"."""
        return {"run": self.run, "day": self.day, "month": self.month}[period]


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be committed today and this month; None where there is no cap."""

    today: Decimal | None
    this_month: Decimal | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a batch has cost: US dollars at Apify, credits at Apollo. `is_final`: none of it can still change.

    `reserved_usd` is what is held on top of it until the bill settles.
    """

    usd: Decimal
    credits: Decimal
    is_final: bool
    reserved_usd: Decimal = Decimal(0)


def spent_on(database: Database, batch: Batch) -> Spent:
    """What a batch has cost so far; credits of calls whose answer was lost count as reserved."""
    with database.transaction(Role.INGEST) as tx:
        row = tx.fetch_one(load_queries("money").spent_on, {"batch_id": batch.batch_id})
    if row is None:
        return Spent(Decimal(0), Decimal(0), True)
    return Spent(row["usd"], row["credits"], row["is_final"], row["reserved_usd"])


class Meter:
    """What a batch has cost, for progress: read from the ledger at most once a second."""

    def __init__(self, database: Database, batch: Batch) -> None:
        self._database, self._batch = database, batch
        self._read_at, self._text = float("-inf"), ""

    def text(self) -> str:
        """`" · 0.42 USD spent, 2.08 reserved"`, or credits; empty for what costs nothing."""
        if time.monotonic() - self._read_at >= 1.0:
            spent = spent_on(self._database, self._batch)
            self._read_at = time.monotonic()
            said = []
            if spent.usd or spent.reserved_usd:
                said.append(f"{spent.usd:.2f} USD spent, {spent.reserved_usd:.2f} reserved")
            if spent.credits:
                said.append(f"{plain(spent.credits)} credits")
            self._text = "".join(f"{ASIDE}{each}" for each in said)
        return self._text


def apify_caps(settings: Settings) -> Caps:
    """The caps that the settings put on Apify, in US dollars; budgets in the database hold beside them."""
    return Caps(settings.apify_usd_per_day, settings.apify_usd_per_month, settings.apify_usd_per_run)


def caps_in_force(database: Database, provider: str, caps: Caps) -> Caps:
    """The caps that hold: of those of the settings and the budgets in the database the tighter ones."""
    given = {"provider": provider, "run": caps.run, "day": caps.day, "month": caps.month}
    with database.transaction(Role.INGEST) as tx:
        row = tx.fetch_row(load_queries("money").caps_in_force, given)
    return Caps(row["day"], row["month"], row["run"])


def apify_left(database: Database, caps: Caps) -> Left:
    """US dollars left of our own caps on Apify (the account's own limit is Apify's to tell)."""
    with database.transaction(Role.INGEST) as tx:
        row = tx.fetch_row(load_queries("money").apify_committed, {"day": caps.day, "month": caps.month})
    return left_of(row)


def left_of(row: Row) -> Left:
    """What the caps in force (columns day_cap, month_cap) leave of what is committed (today, this_month)."""
    return Left(
        None if row["day_cap"] is None else row["day_cap"] - row["today"],
        None if row["month_cap"] is None else row["month_cap"] - row["this_month"],
    )


def over_cap(provider: str, over: str, wanted: Decimal, committed: str, caps: Caps, unit: str) -> BudgetError:
    """The error for a reservation that does not fit; `caps` are those in force. `over`: run, day, month, or restore."""
    if over == "restore":
        return BudgetError(
            f"{provider}: this database was restored, or is a copy, and does not know what was paid since.",
            next_step="Nothing was spent. `outreach costs restored` shows what is known, and takes the answer.",
        )
    cap = f"{provider}: {wanted} {unit} would pass the cap of {plain(caps.of(over))} per {over}"
    raise_it = "raise the cap (`outreach costs` shows which one holds: a setting or `outreach costs budget`)"
    if over == "run":
        return BudgetError(f"{cap}.", next_step=f"Nothing was spent. Lower max_total_charge_usd, or {raise_it}.")
    when = "after midnight UTC" if over == "day" else "next month"
    error = BudgetError(
        f"{cap}; {committed} are committed.", next_step=f"Nothing was spent. Run it again {when}, or {raise_it}."
    )
    error.not_before = _reset_at(over, datetime.now(UTC).date())
    return error


def _reset_at(period: str, today: date) -> datetime:
    """When the cap of a day or a month counts from nothing again."""
    then = today + timedelta(days=1)
    if period == "month":
        then = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(then, datetime.min.time(), UTC)


def plain(amount: Decimal | None) -> str:
    """An amount without the zeros that its column adds."""
    return "none" if amount is None else f"{amount.normalize():f}"


def paid_providers(workspace: Workspace) -> tuple[str, ...]:
    """Who is paid: Apify, Apollo, and the sources that verify addresses for credits of their own."""
    verifiers = (each for each in workspace.sources.values() if each.kind == "verify" and each.provider != "dns")
    return ("apify", "apollo", *(each.name for each in verifiers))


def set_budget(database: Database, provider: str, period: str, amount: Decimal | None) -> None:
    """Set the budget of a provider ("apify", "apollo") per "run", "day" or "month" in the database; None
    removes it. The settings hold beside it: the tighter one counts.
    """
    with database.transaction(Role.INGEST) as tx:
        tx.execute(load_queries("money").set_budget, {"provider": provider, "period": period, "amount": amount})
