"""The ledger of paid Apify runs: what `sources` remembers of them, kept in `public.actor_runs`.

Belongs here: `RunLedger` as database transactions, and what the queries of runs and of the usage log are given. Does
not belong here: when it is called (`sources.apify_start`), the arithmetic of caps (`sql/functions/public.f_*`), bills
(`pull_apify`).

Every method commits before it returns, so that a process killed right after it leaves the truth behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, LiteralString

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import PermanentError
from outreach_pipeline.stages.money import Caps, caps_in_force, over_cap, plain
from outreach_pipeline.stages.workspace import ASIDE, Batch, Progress, no_progress

if TYPE_CHECKING:
    from outreach_pipeline.sources.apify_facts import RunFacts
    from outreach_pipeline.sources.apify_ledger import Holder, Intent


class DatabaseRunLedger:
    """`sources.apify_ledger.RunLedger` over `public.actor_runs`, for one batch and purpose."""

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
        self._attempt = 0
        self._started = actor
        self._queries = load_queries("apify")

    @property
    def batch_id(self) -> str:
        """See `RunLedger.batch_id`."""
        return self._batch.batch_id

    def intend(self, usd: Decimal) -> Intent:
        """See `RunLedger.intend`; BudgetError when a cap would be passed."""
        return self._intent(
            self._queries.intend_run,
            {"batch_id": self._batch.batch_id, "purpose": self._purpose, "source": self._batch.source}, usd,
        )  # fmt: skip

    def claim(self, usd: Decimal) -> Intent:
        """See `RunLedger.claim`; BudgetError when the reservation does not fit the caps of today."""
        return self._intent(self._queries.claim_start, {"actor_run_id": self._row}, usd)

    def _intent(self, query: LiteralString, which: dict[str, object], usd: Decimal) -> Intent:
        from outreach_pipeline.sources.apify_ledger import Intent

        # From before we asked: neither the database's clock nor a sleep on the way makes a claim of ours longer.
        until = datetime.now(UTC) + timedelta(seconds=self._claim_secs)
        terms = {
            "actor": self._actor, "usd": usd, "claim": self._claim_secs, "run_cap": self._caps.run,
            "day_cap": self._caps.day, "month_cap": self._caps.month,
        }  # fmt: skip
        with self._database.transaction(Role.INGEST) as tx:
            row = tx.fetch_one(query, {**which, **terms})
        if row is None:
            raise PermanentError("The ledger of runs gave no answer.", next_step="Run `outreach migrate`.")
        if row["over"] is not None:
            caps = caps_in_force(self._database, "apify", self._caps)
            raise over_cap("Apify", row["over"], usd, plain(row["committed"]), caps, "US dollars")
        self._row, self._attempt = row["actor_run_id"], row["attempt"]
        # What was started before may have been another actor than sources.toml names now.
        self._started = self._actor if row["may_start"] else row["actor"]
        if row["run_id"] is not None:
            self._rows[row["run_id"]] = row["actor_run_id"]
        return Intent(
            tag=row["tag"], actor=row["actor"], intended_at=row["intent_at"], tried_at=row["reserved_at"],
            may_start=row["may_start"], until=until if row["may_start"] else row["claimed_until"], run_id=row["run_id"],
        )  # fmt: skip

    def free(self, *, refused: bool, note: str) -> None:
        """See `RunLedger.free`."""
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(
                self._queries.free_intent,
                {"actor_run_id": self._row, "attempt": self._attempt, "refused": refused, "note": note},
            )

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

    def holders(self, run_ids: list[str]) -> dict[str, Holder]:
        """See `RunLedger.holders`."""
        from outreach_pipeline.sources.apify_ledger import Holder

        with self._database.transaction(Role.INGEST) as tx:
            rows = tx.fetch_all(self._queries.known_runs, {"run_ids": run_ids, "actor_run_id": self._row})
        return {row["run_id"]: Holder(row["batch_id"], row["was_started"]) for row in rows}

    def open_tags(self, tags: list[str]) -> set[str]:
        """See `RunLedger.open_tags`."""
        with self._database.transaction(Role.INGEST) as tx:
            rows = tx.fetch_all(self._queries.open_tags, {"tags": tags})
        return {row["tag"] for row in rows}

    def usage(self, run: RunFacts, *, data_items: int, error_items: int, note: str) -> None:
        """See `RunLedger.usage`."""
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(
                self._queries.log_usage,
                usage_parameters(self._started, run, self._batch.batch_id, data_items, error_items, note or None),
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
