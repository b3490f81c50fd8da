"""Learning from deals: what each reason to call has been worth, and the weight that it would deserve.

Belongs here: the proposal and its evidence. Does not belong here: counting (`bit.f_measure_signals`), weights in force
(`signals`). Nothing changes by itself: a proposal is read by somebody, who makes a new version of the rules.

The rate of a reason is how many of the companies that had it were won within a year; of few companies it is drawn
towards the rate of all (as if 20 more had come out like all). The proposed weight is the present one times how much
better than all it does, by half at most in either direction, and none at all before 20 companies.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.workspace import Workspace

_PRIOR = 20
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Lesson:
    """One reason: its evidence, its weight now, and the one proposed (None: too little evidence, or no deal at all)."""

    reason: str
    signals: int
    companies: int
    closed_won: int
    rate: float
    weight: Decimal
    proposed: Decimal | None


def learn(workspace: Workspace) -> list[Lesson]:
    """What the signals of the last two years came to, the best reason first; counts anew before."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("signals_learn").measure)
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(load_queries("signals_learn").performance)
    companies, won = sum(row["companies"] for row in rows), sum(row["closed_won"] for row in rows)
    base = won / companies if companies else 0.0
    lessons = []
    for row in rows:
        rate = (row["closed_won"] + _PRIOR * base) / (row["companies"] + _PRIOR)
        proposed = None
        if base and row["companies"] >= _LEAST:
            factor = min(max(rate / base, 0.5), 1.5)
            proposed = min(Decimal(str(round(float(row["weight"]) * factor))), Decimal(100))
        lessons.append(
            Lesson(
                row["reason"],
                row["signals"],
                row["companies"],
                row["closed_won"],
                round(rate, 4),
                row["weight"],
                proposed,
            )
        )
    return sorted(lessons, key=lambda each: (-each.rate, each.reason))
