"""Costs: what a month has cost by day, source or actor, what came of it, and who is near a cap.

Belongs here: reading the ledgers, dividing, the forecast. Does not belong here: reserving and settling
(`money`, `credits`), the arithmetic of caps (`sql/functions/public.f_*`), tables (`cli.costs`).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from outreach_pipeline.database.connect import Role, Row, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.stages.credits import apollo_caps
from outreach_pipeline.stages.money import Caps, apify_caps, paid_providers
from outreach_pipeline.stages.verify_ledger import verify_caps
from outreach_pipeline.stages.workspace import Workspace

By = Literal["source", "day", "actor"]
PERIODS = ("run", "day", "month")
NEAR = Decimal("0.8")
"""Whoever has committed this share of a cap is near it."""
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class CapLine:
    """One cap, in the provider's unit: what the settings and the database say, and what holds (the tighter).

    `committed` and `left` are those of today or this month (UTC); a cap per run has neither.
    """

    period: str
    setting: Decimal | None
    database: Decimal | None
    in_force: Decimal | None
    committed: Decimal | None
    left: Decimal | None
    is_near: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the month ends if its other days cost what its days so far did: a straight line.

    `settled`: of bills that are final; `open`: of what is reserved or may still change, which falls as bills
    settle. `total` is both. `passes_cap`: beyond the cap per month.
    """

    settled: Decimal
    open: Decimal
    total: Decimal
    days_so_far: int
    days_in_month: int
    passes_cap: bool


@dataclass(frozen=True, slots=True)
class ProviderCosts:
    """A provider in the month: `spent` so far, and `reserved` on top of it by bills that are open."""

    provider: str
    unit: str
    spent: Decimal
    reserved: Decimal
    caps: tuple[CapLine, ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class CostRow:
    """One day, source or actor. `per_item` and `per_slot` are what was spent by what landed, and by the
    slots whose occupant is known through it; None where there is none.
    """

    key: str
    provider: str
    unit: str
    calls: int
    reserved: Decimal
    spent: Decimal
    items: int
    per_item: Decimal | None
    slots: int
    per_slot: Decimal | None


@dataclass(frozen=True, slots=True)
class CostReport:
    """A month of costs; `month` is its first day."""

    month: date
    by: str
    providers: tuple[ProviderCosts, ...]
    rows: tuple[CostRow, ...]

    @property
    def near(self) -> tuple[str, ...]:
        """Whoever is near a cap, in words."""
        return tuple(
            f"{provider.provider} has {cap.committed / cap.in_force:.0%} of its cap per {cap.period}"
            for provider in self.providers
            for cap in provider.caps
            if cap.is_near and cap.committed is not None and cap.in_force
        )


def read_costs(
    workspace: Workspace, *, month: date | None = None, by: By = "source", now: datetime | None = None
) -> CostReport:
    """The costs of a month (None: this one), in one consistent view. Months and days are those of UTC.

    A cost belongs to the moment when it was reserved, as it does for the caps.
    """
    moment = now or datetime.now(UTC)
    first = (month or moment.date()).replace(day=1)
    length = monthrange(first.year, first.month)[1]
    since = datetime(first.year, first.month, 1, tzinfo=UTC)
    queries = load_queries("costs")
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        given = {"since": since, "until": since + timedelta(days=length), "by": by}
        found = tx.fetch_all(queries.costs, given)
        held = _read_caps(tx, workspace, {row["provider"] for row in found})
    days = min(length, max(0, (moment.date() - first).days + 1))
    providers = []
    for name, caps in held.items():
        mine = [row for row in found if row["provider"] == name]
        sums = {key: sum((row[key] for row in mine), Decimal(0)) for key in ("spent", "reserved", "settled")}
        forecast = _forecast(sums, days, length, caps[-1].in_force)
        providers.append(ProviderCosts(name, unit_of(name), sums["spent"], sums["reserved"], caps, forecast))
    return CostReport(first, by, tuple(providers), tuple(_row(row) for row in found))


def unit_of(provider: str) -> str:
    """What a provider is paid in."""
    return "USD" if provider == "apify" else "credits"


def read_caps(workspace: Workspace) -> dict[str, tuple[CapLine, ...]]:
    """The caps of whoever is paid, by provider, in one quick look."""
    with workspace.database.transaction(Role.READ, repeatable_read=True) as tx:
        return _read_caps(tx, workspace, ())


def _read_caps(tx: Transaction, workspace: Workspace, known: Iterable[str]) -> dict[str, tuple[CapLine, ...]]:
    """Of those that sources.toml names, and of others that the ledger knows."""
    configured = paid_providers(workspace)
    names = (*configured, *sorted(set(known) - set(configured)))
    rows = tx.fetch_all(load_queries("costs").committed, {"providers": list(names)})
    committed = {row["provider"]: row for row in rows}
    set_here = tx.fetch_all(load_queries("money").budgets)
    budgets = {(row["provider"], row["period"]): row["amount"] for row in set_here}
    settings = {"apify": apify_caps(workspace.settings), "apollo": apollo_caps(workspace.settings)}
    others = verify_caps(workspace)
    return {name: _caps(name, settings.get(name, others), budgets, committed[name]) for name in names}


def _row(row: Row) -> CostRow:
    def per(count: int) -> Decimal | None:
        return (row["spent"] / count).quantize(_MICRO) if count else None

    return CostRow(
        row["key"], row["provider"], unit_of(row["provider"]), row["calls"], row["reserved"], row["spent"],
        row["items"], per(row["items"]), row["slots"], per(row["slots"]),
    )  # fmt: skip


_Budgets = dict[tuple[str, str], Decimal]


def _caps(provider: str, settings: Caps, budgets: _Budgets, committed: Row) -> tuple[CapLine, ...]:
    lines = []
    for period in PERIODS:
        setting, database = settings.of(period), budgets.get((provider, period))
        in_force = min((cap for cap in (setting, database) if cap is not None), default=None)
        used = committed.get(period)
        left = None if in_force is None or used is None else in_force - used
        is_near = left is not None and used is not None and in_force is not None and used >= NEAR * in_force
        lines.append(CapLine(period, setting, database, in_force, used, left, is_near))
    return tuple(lines)


def _forecast(sums: dict[str, Decimal], days: int, length: int, cap: Decimal | None) -> Forecast:
    """Days so far are whole ones, today included: the nights of this pipeline are over early in the day."""
    share = Decimal(length) / days if days else Decimal(0)
    settled = (sums["settled"] * share).quantize(_MICRO)
    still = ((sums["spent"] + sums["reserved"] - sums["settled"]) * share).quantize(_MICRO)
    total = settled + still
    return Forecast(settled, still, total, days, length, cap is not None and total > cap)
