"""When a record was true: what the item says of it, else the day of its batch.

Belongs here: reading stated times. Does not belong here: observations by duplicates (`stages.observe`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from outreach_pipeline.records.reading import Notes, texts_of

_TOLERANCE = timedelta(days=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def read_time(text: str) -> str | None:
    """A stated time (ISO 8601, date or date and time; no zone means UTC) in UTC; None when it is none.

    Times before 1990 and more than a day ahead of us are none either, and what is ahead by less is now: a clock that is
    wrong would otherwise win every comparison of ages, for ever.
    """
    try:
        time = datetime.fromisoformat(text.strip())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    now = datetime.now(UTC)
    if not _EARLIEST <= time <= now + _TOLERANCE:
        return None
    return min(time, now).isoformat()


def stated_times(column: pd.Series[str]) -> pd.Series[str]:
    """Each distinct text of a column as a time in UTC, missing where it is none."""
    return texts_of(column, read_time)


def observation_times(records: pd.DataFrame, facts: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Add first_observed_at, last_observed_at, is_stated_time and content_hash to records.

    `facts` has load_id, observed_at (of the batch) and content_hash. A stated time that cannot be read is dropped.
    """
    by_load = facts.set_index("load_id")
    stated = stated_times(records["observed_at"])
    unreadable = records["observed_at"].notna() & stated.isna()
    notes.add(records.loc[unreadable], "observed_at", "timestamp", "not a time between 1990 and now", "dropped")
    times = stated.fillna(records["load_id"].map(by_load["observed_at"]).astype("str"))
    return records.drop(columns="observed_at").assign(
        first_observed_at=times,
        last_observed_at=times,
        is_stated_time=stated.notna().map({True: "true", False: "false"}),
        content_hash=records["load_id"].map(by_load["content_hash"]),
    )
