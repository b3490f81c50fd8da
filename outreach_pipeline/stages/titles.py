"""Title readings in the database: each distinct title is read once per version of the rules.

Belongs here: keeping `marketing.title_reading` and `title_role` in line with the rules. Does not belong here: reading
a title (`rules.titles`), who holds a slot (`marketing.f_assign_slots`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from outreach_pipeline.database.connect import Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.rules.titles import TitleReading, read_title

if TYPE_CHECKING:
    from outreach_pipeline.rules.titles import TitleRules


def store_readings(tx: Transaction, rules: TitleRules, titles: pd.Series[str]) -> pd.Series[bool]:
    """Read the titles of a chunk and store what is new; returns for each row whether it names a slot role."""
    readings = {title: read_title(title, rules) for title in titles.dropna().unique()}
    known = {
        row["title"]
        for row in tx.fetch_all(
            load_queries("validate").read_titles, {"titles": list(readings), "version": rules.version}
        )
    }
    write_readings(tx, rules, {title: reading for title, reading in readings.items() if title not in known})
    return titles.isin([title for title, reading in readings.items() if reading.roles])


def write_readings(tx: Transaction, rules: TitleRules, readings: dict[str, TitleReading]) -> None:
    """Store readings in place of earlier ones of the same titles."""
    if not readings:
        return
    queries = load_queries("validate")
    titles = sorted(readings)
    tx.execute(
        queries.store_title_readings,
        {
            "titles": titles, "version": rules.version,
            "roles": [readings[t].roles[0].role if readings[t].roles else None for t in titles],
            "guards": [readings[t].guard for t in titles],
        },
    )  # fmt: skip
    tx.execute(queries.forget_title_roles, {"titles": titles})
    rows = [(title, role) for title in titles for role in readings[title].roles]
    tx.execute(
        queries.store_title_roles,
        {
            "titles": [title for title, _ in rows], "roles": [role.role for _, role in rows],
            "points": [role.points for _, role in rows], "confidences": [role.confidence for _, role in rows],
            "reasons": [role.reason for _, role in rows], "companies": [role.company for _, role in rows],
        },
    )  # fmt: skip
