"""Credits: the ledger of calls to Apollo, whom to ask about, and deciding calls whose answer was lost.

Belongs here: reserving, settling, releasing, doubting, as database transactions. Does not belong here:
calling Apollo (`sources.apollo`), the arithmetic of caps (`sql/functions/public.f_reserve_credits.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Database, Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import TransientError
from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.rules.subjects import company_subject, own_email, person_subject
from outreach_pipeline.stages.money import Caps, Left, caps_in_force, left_of, over_cap, plain
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.sources.apollo_paid import Reservation, Subject
    from outreach_pipeline.sources.pages import Settlement
    from outreach_pipeline.sources.registry import ApolloConfig
    from outreach_pipeline.stages.lease import Lease


def apollo_caps(settings: Settings) -> Caps:
    """The caps that the settings put on Apollo, in credits; budgets in the database hold beside them."""
    return Caps(settings.apollo_credits_per_day, settings.apollo_credits_per_month)


def apollo_left(database: Database, caps: Caps) -> Left:
    """Credits left of our own caps on Apollo."""
    with database.transaction(Role.INGEST) as tx:
        row = tx.fetch_row(load_queries("money").apollo_committed, {"day": caps.day, "month": caps.month})
    return left_of(row)


def settle_calls(tx: Transaction, settlements: Sequence[Settlement]) -> None:
    """Write what calls cost, in the transaction that lands what they brought."""
    for settlement in settlements:
        tx.execute(
            load_queries("apollo").settle_credits,
            {
                "call_id": settlement.call_id, "spent": settlement.spent,
                "subjects": [subject for subject, _ in settlement.asked],
                "found": [was_found for _, was_found in settlement.asked],
            },
        )  # fmt: skip


def doubtful_calls(workspace: Workspace) -> list[Row]:
    """What may have been charged without anybody knowing, at Apollo, verifiers and Apify: call_id (None for a run),
    provider, batch_id, endpoint (a run's actor), reserved (credits; US dollars at Apify), state, ...
    """
    with workspace.database.transaction(Role.INGEST) as tx:
        return tx.fetch_all(load_queries("money").doubtful_calls)


def decide_calls(workspace: Workspace, call_ids: Sequence[int], *, charged: bool, note: str = "") -> int:
    """Somebody looked at Apollo's usage page: the calls were charged, or were not. They may be sent again
    from now on.

    Returns how many were open.
    """
    with workspace.database.transaction(Role.INGEST) as tx:
        decided = tx.fetch_value(
            load_queries("apollo").decide_credits,
            {"call_ids": list(call_ids), "charged": charged, "note": note or "decided by hand"},
        )
    return int(decided)


class DatabaseCreditLedger:
    """`sources.apollo_paid.CreditLedger` over `public.credit_ledger`, for one batch."""

    def __init__(
        self, workspace: Workspace, batch: Batch, config: ApolloConfig, lease: Lease | None = None
    ) -> None:
        self._lease = lease
        self._workspace, self._batch, self._config = workspace, batch, config
        self._database = workspace.database
        self._caps = apollo_caps(workspace.settings)
        self._queries = load_queries("apollo")

    def reserve(
        self, endpoint: str, call_key: str, amount: Decimal, subjects: list[str], asked: int
    ) -> Reservation:
        """See `CreditLedger.reserve`; BudgetError when a cap would be passed."""
        from outreach_pipeline.sources.apollo_paid import Reservation

        with self._database.transaction(Role.INGEST) as tx:
            if self._lease is not None:
                self._lease.renew(tx)
            row = tx.fetch_one(
                self._queries.reserve_credits,
                {
                    "batch_id": self._batch.batch_id, "source": self._batch.source, "endpoint": endpoint,
                    "call_key": call_key, "subjects": subjects, "amount": amount, "day_cap": self._caps.day,
                    "month_cap": self._caps.month, "batch_cap": self._config.max_credits,
                    "days": self._workspace.settings.enrich_after_days, "asked": asked,
                },
            )  # fmt: skip
        verdict = row["verdict"] if row else "doubtful"
        if row and verdict in ("day", "month", "restore"):
            caps = caps_in_force(self._database, "apollo", self._caps)
            raise over_cap("Apollo", verdict, amount, plain(row["committed"]), caps, "credits")
        why_not = {"go": "", "batch": "ration"}.get(verdict, "doubtful")
        return Reservation(row["call_id"] if row and not why_not else None, why_not)

    def release(self, call_id: int, note: str) -> None:
        """See `CreditLedger.release`."""
        self._close(call_id, "released", note)

    def doubt(self, call_id: int, note: str) -> None:
        """See `CreditLedger.doubt`."""
        self._close(call_id, "doubtful", note)

    def _close(self, call_id: int, state: str, note: str) -> None:
        with self._database.transaction(Role.INGEST) as tx:
            tx.execute(self._queries.close_credits, {"call_id": call_id, "state": state, "note": note})

    def subjects(self, kind: str, fixed: tuple[str, ...], limit: int) -> list[Subject]:
        """See `CreditLedger.subjects`; those of another source's items come newest first."""
        with self._database.transaction(Role.INGEST) as tx:
            if fixed:
                return self._new(tx, [_subject(kind, text) for text in fixed], set())[:limit]
            given = {
                "source": self._config.subjects_from, "kind": kind, **self._days(),
                "until": datetime.combine(self._batch.day, time(), UTC),
            }  # fmt: skip
            found: list[Subject] = []
            taken: set[str] = set()
            for chunk in tx.stream(self._queries.enrichment_subjects, given):
                rows = [row for row in chunk if kind != "person" or self._fills_a_role(row["title"])]
                named = [_subject(kind, row["subject"], row["linkedin_url"], row["email"]) for row in rows]
                found += self._new(tx, named, taken)
                if len(found) >= limit:
                    break
        return found[:limit]

    def _days(self) -> dict[str, int]:
        settings = self._workspace.settings
        return {"days": settings.enrich_after_days, "not_found_days": settings.ask_again_after_days}

    def _new(self, tx: Transaction, subjects: Sequence[Subject], taken: set[str]) -> list[Subject]:
        """Those of whom no name was asked about lately, each once; their names are added to `taken`."""
        names = list({name for subject in subjects for name in subject.names})
        rows = tx.fetch_all(self._queries.asked_lately, {"subjects": names, **self._days()})
        taken.update(row["subject"] for row in rows)
        new = []
        for subject in subjects:
            if taken.isdisjoint(subject.names):
                new.append(subject)
            taken.update(subject.names)
        return new

    def _fills_a_role(self, title: str | None) -> bool:
        from outreach_pipeline.rules.titles import read_title

        return not self._config.roles_only or bool(read_title(title, self._workspace.title_rules).roles)

    def open_subjects(self) -> int:
        """See `CreditLedger.open_subjects`."""
        with self._database.transaction(Role.INGEST) as tx:
            return int(tx.fetch_value(self._queries.open_subjects, {"batch_id": self._batch.batch_id}))

    def await_subjects(self, kind: str) -> None:
        """See `CreditLedger.await_subjects`. Only a search is waited for: files come by hand, or never."""
        from outreach_pipeline.sources.registry import ApolloConfig

        named_by = self._config.subjects_from
        if named_by is None or not isinstance(self._workspace.source(named_by), ApolloConfig):
            return
        search = Batch(self._batch.day, named_by)
        with self._database.transaction(Role.INGEST) as tx:
            status = tx.fetch_value(self._queries.search_status, {"batch_id": search.batch_id})
        if status == "running" or (status is None and not self.subjects(kind, (), 1)):
            raise TransientError(
                f"Batch {self._batch.batch_id} asks about whom {search.batch_id} finds, which has not landed.",
                next_step=f"Nothing was spent. Land {search.batch_id} first, then run this again.",
            )

def _subject(kind: str, text: str, profile: str | None = None, email: str | None = None) -> Subject:
    """A subject by the name to ask by, with what else is known of them."""
    from outreach_pipeline.sources.apollo_paid import Subject

    if kind != "person":
        return Subject(company_subject(text), (company_subject(text),))
    others = (read_profile(profile).url, own_email(email or ""))
    ask = person_subject(text)
    return Subject(ask, tuple(dict.fromkeys((ask, *(name for name in others if name)))))
