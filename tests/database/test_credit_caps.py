"""Credits reserved before a call: the month and the batch have caps of their own, whatever the day still allows.

Belongs here: caps that `test_money` reaches with the day only. Does not belong here: many writers at once.
"""

from __future__ import annotations

from typing import Any

import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries


def reserve(db: Database, key: str, **caps: int) -> str:
    """Reserve ten credits for a call of its own; returns the verdict."""
    with db.transaction(Role.INGEST) as tx:
        row = tx.fetch_one(
            load_queries("apollo").reserve_credits,
            {
                "batch_id": "2026-11-20|matches", "source": "matches", "endpoint": "people/bulk_match", "call_key": key,
                "subjects": [key], "amount": 10, "day_cap": 1000, "month_cap": 1000, "batch_cap": 1000, "days": 90, "asked": 1,
                **caps,
            },
        )  # fmt: skip
    assert row is not None
    return str(row["verdict"])


@pytest.mark.parametrize("period", ["day", "month", "batch"])
def test_each_cap_holds_alone_and_to_the_last_credit(db: Database, admin: Any, period: str) -> None:
    cap = {f"{period}_cap": 20}
    assert [reserve(db, key, **cap) for key in "abc"] == ["go", "go", period]
    assert admin.execute("select sum(reserved) as s from public.credit_ledger").fetchone() == {"s": 20}
