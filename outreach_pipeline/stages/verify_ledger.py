"""The ledger of calls to a verifier: `public.credit_ledger` as `sources.verifiers` sees it.

Belongs here: reserving, releasing, doubting, who is due, as database transactions. Does not belong here: asking
(`sources.verifiers`), the order of verifiers and their ceilings (`verify`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.money import Caps, caps_in_force, over_cap, plain
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.sources.apollo_paid import Reservation
    from outreach_pipeline.sources.verifiers.paid import OpenFile
    from outreach_pipeline.stages.lease import Lease


@dataclass(frozen=True, slots=True)
class DatabaseVerifyLedger:
    """`sources.verifiers.paid.VerifyLedger` for one batch. `place` is the verifier's place in the order, from 1;
    `before` are those asked before it; `ration` is what this batch may cost, in credits.
    """

    workspace: Workspace
    batch: Batch
    place: int
    before: tuple[str, ...]
    ration: Decimal | None
    lease: Lease
    about: str = "addresses"

    def due(self, limit: int) -> list[str]:
        """See `VerifyLedger.due`."""
        settings = self.workspace.settings
        given = {
            "provider": self.batch.source, "place": self.place, "before": list(self.before), "limit": limit,
            "days": settings.verify_after_days, "unknown_days": settings.verify_unknown_days,
        }  # fmt: skip
        queries = load_queries("verify")
        query = queries.due_profiles if self.about == "profiles" else queries.due_addresses
        with self.workspace.database.transaction(Role.REFRESH) as tx:
            return [row["subject"] for row in tx.fetch_all(query, given)]

    def reserve(self, tag: str, emails: Sequence[str], amount: Decimal) -> Reservation:
        """See `VerifyLedger.reserve`."""
        from outreach_pipeline.sources.apollo_paid import Reservation

        caps = verify_caps(self.workspace)
        given = {
            "provider": self.batch.source, "batch_id": self.batch.batch_id, "source": self.batch.source,
            "call_key": tag, "subjects": list(emails), "asked": len(emails), "amount": amount, "day_cap": caps.day,
            "month_cap": caps.month, "batch_cap": self.ration, "days": self.workspace.settings.verify_after_days,
        }  # fmt: skip
        with self.workspace.database.transaction(Role.INGEST) as tx:
            self.lease.renew(tx)
            row = tx.fetch_row(load_queries("verify").reserve_call, given)
        if row["verdict"] in ("day", "month", "restore"):
            held = caps_in_force(self.workspace.database, self.batch.source, caps)
            raise over_cap(self.batch.source, row["verdict"], amount, plain(row["committed"]), held, "credits")
        why_not = {"go": "", "batch": "ration"}.get(row["verdict"], "doubtful")
        return Reservation(None if why_not else row["call_id"], why_not)

    def release(self, call_id: int, note: str) -> None:
        """See `VerifyLedger.release`."""
        self._close(call_id, "released", note)

    def doubt(self, call_id: int, note: str) -> None:
        """See `VerifyLedger.doubt`."""
        self._close(call_id, "doubtful", note)

    def _close(self, call_id: int, state: str, note: str) -> None:
        with self.workspace.database.transaction(Role.INGEST) as tx:
            tx.execute(load_queries("apollo").close_credits, {"call_id": call_id, "state": state, "note": note})

    def open_files(self) -> list[OpenFile]:
        """See `VerifyLedger.open_files`."""
        from outreach_pipeline.sources.verifiers.paid import OpenFile

        given = {"provider": self.batch.source, "batch_id": self.batch.batch_id}
        with self.workspace.database.transaction(Role.INGEST) as tx:
            rows = tx.fetch_all(load_queries("verify").open_files, given)
        return [
            OpenFile(row["call_id"], row["tag"], tuple(row["subjects"]), row["state"] == "doubtful", row["batch_id"])
            for row in rows
        ]

    def new_tag(self) -> str:
        """See `VerifyLedger.new_tag`."""
        return f"outreach-{secrets.token_hex(8)}"


def verify_caps(workspace: Workspace) -> Caps:
    """The caps that the settings put on each verifier, in its credits; budgets in the database hold beside them."""
    return Caps(workspace.settings.verify_credits_per_day, workspace.settings.verify_credits_per_month)
