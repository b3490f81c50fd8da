"""Refresh, who is due: people are picked in SQL and put into waves; waves that wait for a job are named.

Belongs here: from settings and sources.toml to one plan, and its words. Does not belong here: the choice itself
(`public.f_plan_refresh`), runs (`refresh_run`), what came back (`refresh_results`). Nothing here pays or reserves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.money import apify_caps
from outreach_pipeline.stages.workspace import Batch, Workspace

if TYPE_CHECKING:
    from outreach_pipeline.sources.registry import ApifyConfig

NOBODY, BREAKER, WAVES, BUDGET, PLANNED = "nobody", "breaker", "waves", "budget", "planned"
WAVES_AT_ONCE = 50
"""Waves that one call of `requested_waves` names at most."""


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What one plan did: a wave with its jobs, or the reason why there is none.

    `verdict`: planned, nobody, breaker, waves, budget. `reasons`: jobs by reason. `sentence`: for the operator.
    """

    verdict: str
    sentence: str
    wave_id: int | None = None
    batch_id: str = ""
    jobs: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaveRequest:
    """A wave that a job has to take up. `requests` belongs into the key of the run request: it is raised when a request
    was lost.
    """

    wave_id: int
    requests: int


def refresh_sources(workspace: Workspace) -> list[ApifyConfig]:
    """The sources that look people up again, in the order of sources.toml: the first is used, the others stand in."""
    from outreach_pipeline.sources.registry import ApifyConfig

    return [c for c in workspace.sources.values() if isinstance(c, ApifyConfig) and c.mode == "refresh"]


def plan_refresh(
    workspace: Workspace, *, day: date | None = None, limit: int | None = None, now: datetime | None = None
) -> PlanReport:
    """Plan one wave of people who are due, for the first source whose actor is not left alone. Costs nothing.

    `day` (UTC) is the batch that the results will land in, today by default; with a day cadences count back from
    its end. `limit`: at most so many people. `now`: the moment by which retries are due. Raises TransientError when
    the database was busy; without a refresh source the verdict is `nobody`.
    """
    sources = refresh_sources(workspace)
    if not sources:
        return PlanReport(NOBODY, 'No source has mode = "refresh"; see sources.toml.')
    moment = now or datetime.now(UTC)
    seen_at = datetime.combine(day, time(), UTC) + timedelta(days=1) if day else moment
    report = PlanReport(NOBODY, "")
    for config in sources:
        report = _plan(workspace, config, Batch(day or moment.date(), config.name), limit, moment, seen_at)
        if report.verdict != BREAKER:
            return report
    return report


def _plan(
    workspace: Workspace, config: ApifyConfig, batch: Batch, limit: int | None, now: datetime, seen_at: datetime
) -> PlanReport:
    settings, caps = workspace.settings, apify_caps(workspace.settings)
    size = config.max_subjects if limit is None else max(0, min(limit, config.max_subjects))
    with workspace.database.transaction(Role.REFRESH) as tx:
        row = tx.fetch_row(
            load_queries("refresh").plan,
            {
                "source": config.name, "actor": config.actor, "batch_id": batch.batch_id, "limit": size,
                "usd_per_item": config.usd_per_item, "usd_per_run": config.usd_per_run,
                "usd_at_least": config.min_total_charge_usd, "max_usd": _least(config.max_total_charge_usd, caps.run),
                "day_cap": caps.day, "month_cap": caps.month, "ceo_days": settings.refresh_ceo_days,
                "cfo_days": settings.refresh_cfo_days, "hr_days": settings.refresh_hr_days,
                "urgent_days": settings.refresh_urgent_days, "open_waves": settings.refresh_open_waves, "now": now,
                "seen_at": seen_at,
            },
        )  # fmt: skip
    verdict, jobs = row["verdict"], row["jobs"]
    people = "1 person" if jobs == 1 else f"{jobs:,} people"
    sentence = _SENTENCES[verdict].format(actor=config.actor, people=people, wave=row["wave_id"])
    return PlanReport(verdict, sentence, row["wave_id"], batch.batch_id if jobs else "", jobs, row["reasons"] or {})


def _least(*amounts: Decimal | None) -> Decimal | None:
    return min((amount for amount in amounts if amount is not None), default=None)


_SENTENCES = {
    PLANNED: "Wave {wave} asks {actor} about {people}.",
    NOBODY: "Nobody is due.",
    BREAKER: "{actor} failed three times in a row and is left alone; see `outreach refresh status`.",
    WAVES: "As many waves of {actor} are under way as may be; see `outreach refresh status`.",
    BUDGET: "The caps leave no money for another wave; see `outreach costs`.",
}


def requested_waves(workspace: Workspace, limit: int = WAVES_AT_ONCE) -> list[WaveRequest]:
    """Waves that wait for `start_refresh`, oldest first. Name the step and `requests` in the key of the run request."""
    return wave_requests(workspace, "start", limit)


def wave_requests(workspace: Workspace, step: str, limit: int) -> list[WaveRequest]:
    """Waves that wait for a step (start, finish); a request that led to nothing for a while is made anew."""
    values = {"step": step, "limit": limit, "again": workspace.settings.refresh_again_secs}
    with workspace.database.transaction(Role.REFRESH) as tx:
        rows = tx.fetch_all(load_queries("refresh").request, values)
    return [WaveRequest(row["wave_id"], row["requests"]) for row in rows]


def ask_refresh(workspace: Workspace, people: Sequence[str]) -> dict[str, str]:
    """Ask for people by hand; they are first in the next wave. Person id to what became of it: asked, live (a job waits
    or runs already), unknown, suppressed, no_profile.
    """
    with workspace.database.transaction(Role.REFRESH) as tx:
        rows = tx.fetch_all(load_queries("refresh").ask, {"people": list(people)})
    return {row["person_unique_id"]: row["said"] for row in rows}


def refresh_source(workspace: Workspace, name: str) -> ApifyConfig:
    """The source of a wave; ConfigurationError when sources.toml has it no longer, or not for refreshing."""
    from outreach_pipeline.sources.registry import ApifyConfig

    config = workspace.source(name)
    if not isinstance(config, ApifyConfig) or config.mode != "refresh":
        raise ConfigurationError(
            f"Source {name} does not refresh people any more, but a wave of it is under way.",
            next_step='Give it back mode = "refresh" until `outreach refresh status` shows no open wave of it.',
        )
    return config
