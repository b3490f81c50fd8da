"""Money: the ledgers that paid sources write to before and after they spend, and what is left of the caps.

Belongs here: reserving, settling and counting, as database transactions. Does not belong here: calling a
vendor (`sources`), the arithmetic of caps (`sql/functions/public.f_*`, where it holds for every process).

Design law 8: no paid call without a reservation in the database first. Every method of a ledger commits
before it returns, so that a process killed right after it leaves the truth behind.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Database, Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import BudgetError, PermanentError
from outreach_pipeline.stages.workspace import ASIDE, Batch, Progress, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.sources.apify_api import RunFacts
    from outreach_pipeline.sources.apify_ledger import Intent


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
    """The error for a reservation that does not fit; `caps` are those in force."""
    cap = f"{provider}: {wanted} {unit} would pass the cap of {plain(caps.of(over))} per {over}"
    raise_it = "raise the cap (`outreach costs` shows which one holds)"
    if over == "run":
        return BudgetError(f"{cap}.", next_step=f"Nothing was spent. Lower max_total_charge_usd, or {raise_it}.")
    when = "after midnight UTC" if over == "day" else "next month"
    return BudgetError(
        f"{cap}; {committed} are committed.", next_step=f"Nothing was spent. Run it again {when}, or {raise_it}."
    )


def plain(amount: Decimal | None) -> str:
    """An amount without the zeros that its column adds."""
    return "none" if amount is None else f"{amount.normalize():f}"


def set_budget(database: Database, provider: str, period: str, amount: Decimal | None) -> None:
    """Set the budget of a provider ("apify", "apollo") per "run", "day" or "month" in the database; None
    removes it. The settings hold beside it: the tighter one counts.
    """
    with database.transaction(Role.INGEST) as tx:
        tx.execute(load_queries("money").set_budget, {"provider": provider, "period": period, "amount": amount})


class DatabaseRunLedger:
    """`sources.apify.RunLedger` over `public.actor_runs`, for one batch and purpose."""

    def __init__(
        self,
        database: Database,
        batch: Batch,
        actor: str,
        caps: Caps,
        *,
        claim_secs: float,
        purpose: str = "pull",
        progress: Progress = no_progress,
        runs: Mapping[str, int] | None = None,
    ) -> None:
        """`runs`: runs that are known already, by their row (for reading them apart from their start)."""
        self._database, self._batch, self._actor, self._caps = database, batch, actor, caps
        self._claim_secs, self._purpose, self._progress = claim_secs, purpose, progress
        self._rows: dict[str, int] = dict(runs or {})
        self._row: int | None = None
        self._usd = Decimal(0)
        self._queries = load_queries("apify")

    def intend(self, usd: Decimal) -> Intent:
        """See `RunLedger.intend`; BudgetError when a cap would be passed."""
        from outreach_pipeline.sources.apify_ledger import Intent

        self._usd = usd
        with self._database.transaction(Role.INGEST) as tx:
            row = tx.fetch_one(
                self._queries.intend_run,
                {
                    "batch_id": self._batch.batch_id, "purpose": self._purpose, "source": self._batch.source,
                    "actor": self._actor, "usd": usd, "run_cap": self._caps.run, **self._terms(),
                },
            )  # fmt: skip
        row = self._checked(row)
        self._row = row["actor_run_id"]
        if row["run_id"] is not None:
            self._rows[row["run_id"]] = row["actor_run_id"]
        return Intent(row["tag"], row["intent_at"], row["may_start"], row["run_id"], row["dataset_id"])

    def claim(self) -> datetime | None:
        """See `RunLedger.claim`; BudgetError when the reservation no longer fits the caps of today."""
        with self._database.transaction(Role.INGEST) as tx:
            row = tx.fetch_one(self._queries.claim_start, {"actor_run_id": self._row, **self._terms()})
        row = self._checked(row)
        if row["claimed"]:
            return None
        # No time to wait for: the run became known, or was refused, since we looked. Come back at once.
        until: datetime | None = row["wait_until"]
        return until or datetime.now(UTC)

    def _terms(self) -> dict[str, object]:
        return {"day_cap": self._caps.day, "month_cap": self._caps.month, "claim": self._claim_secs}

    def _checked(self, row: Row | None) -> Row:
        if row is None:
            raise PermanentError("The ledger of runs gave no answer.", next_step="Run `outreach migrate`.")
        if row["over"] is not None:
            caps = caps_in_force(self._database, "apify", self._caps)
            raise over_cap("Apify", row["over"], self._usd, plain(row["committed"]), caps, "US dollars")
        return row

    def free(self, *, refused: bool, note: str) -> None:
        """See `RunLedger.free`."""
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(self._queries.free_intent, {"actor_run_id": self._row, "refused": refused, "note": note})

    def note(self, run: RunFacts, *, found_by: str) -> None:
        """See `RunLedger.note`."""
        row = self._rows.setdefault(run.run_id, self._row or 0)
        self._watch(run)
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(self._queries.note_run, note_parameters(row, run, found_by=found_by, settled=False))

    def adopt(self, run: RunFacts) -> bool:
        """See `RunLedger.adopt`."""
        with self._database.transaction(Role.INGEST) as tx:
            row = tx.fetch_value(
                self._queries.adopt_run,
                {
                    "batch_id": self._batch.batch_id, "source": self._batch.source, "actor": self._actor,
                    "run_id": run.run_id,
                },
            )  # fmt: skip
        if row is None:
            return False
        self._rows[run.run_id] = row
        return True

    def elsewhere(self, run_ids: list[str]) -> set[str]:
        """See `RunLedger.elsewhere`."""
        with self._database.transaction(Role.INGEST) as tx:
            rows = tx.fetch_all(self._queries.known_elsewhere, {"run_ids": run_ids, "batch_id": self._batch.batch_id})
        return {row["run_id"] for row in rows}

    def usage(self, run: RunFacts, *, data_items: int, error_items: int, note: str) -> None:
        """See `RunLedger.usage`."""
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(
                self._queries.log_usage,
                usage_parameters(self._actor, run, self._batch.batch_id, data_items, error_items, note or None),
            )

    def watching(self, run: RunFacts) -> None:
        """See `RunLedger.watching`."""
        self._watch(run)

    def _watch(self, run: RunFacts) -> None:
        """One bar for a run: its status and how long it has been going."""
        from outreach_pipeline.sources.apify_errors import run_meaning

        until = run.finished_at or datetime.now(UTC)
        seconds = f", {max(0, round((until - run.started_at).total_seconds()))} s" if run.started_at else ""
        is_over = run_meaning(run.status).over
        self._progress(f"run {run.run_id}{ASIDE}{run.status}{seconds}", int(is_over), 1 if is_over else None)


def note_parameters(actor_run_id: int, run: RunFacts, *, found_by: str | None, settled: bool) -> dict[str, object]:
    """Parameters of the query `note_run`."""
    from outreach_pipeline.sources.apify_errors import run_meaning

    return {
        "actor_run_id": actor_run_id, "run_id": run.run_id, "dataset_id": run.dataset_id or None,
        "status": run.status, "ended": run_meaning(run.status).over, "started_at": run.started_at,
        "finished_at": run.finished_at, "usd": run.usd, "settled": settled, "found_by": found_by,
        "note": None,
    }  # fmt: skip


def usage_parameters(
    actor: str,
    run: RunFacts,
    batch_id: str,
    data_items: int | None,
    error_items: int | None,
    message: str | None,
) -> dict[str, object]:
    """Parameters of the query `log_usage`; None leaves what an earlier line said."""
    metadata = {"batch_id": batch_id, "charged_events": dict(run.events)}
    return {
        "actor": actor, "run_id": run.run_id, "status": run.status, "started_at": run.started_at,
        "finished_at": run.finished_at, "compute_units": run.compute_units, "usd": run.usd,
        "data_items": data_items, "error_items": error_items, "message": message,
        "metadata": json.dumps(metadata),
    }  # fmt: skip
