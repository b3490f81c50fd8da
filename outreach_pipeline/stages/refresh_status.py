"""Refresh, how it stands: jobs, waves, breakers, what is due next.

Belongs here: reading it for people. Does not belong here: planning (`refresh_due`), money in detail (`costs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.refresh_due import refresh_sources
from outreach_pipeline.stages.workspace import Workspace

WAVES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RefreshStatus:
    """How the loop stands. `jobs`: number by status, reason, outcome; `waves`: the open ones and the last; `breakers`:
    of every actor that was counted. `waiting` jobs are in no wave yet, `due_now` of them could be. `not_asked` people
    are in the negative cache until `first_again` at the earliest.
    """

    sources: list[str]
    jobs: list[Row]
    waves: list[Row]
    breakers: list[Row]
    waiting: int
    due_now: int
    next_due: datetime | None
    not_asked: int
    first_again: datetime | None

    @property
    def open_breakers(self) -> list[Row]:
        """Actors that are left alone at this moment."""
        return [row for row in self.breakers if row["is_open"]]


def read_refresh(workspace: Workspace) -> RefreshStatus:
    """Read how the loop stands; costs nothing."""
    queries = load_queries("refresh")
    with workspace.database.transaction(Role.READ) as tx:
        due = tx.fetch_row(queries.next_due)
        cached = tx.fetch_row(queries.not_asked_again)
        return RefreshStatus(
            sources=[config.name for config in refresh_sources(workspace)],
            jobs=tx.fetch_all(queries.jobs_by_state),
            waves=tx.fetch_all(queries.latest_waves, {"limit": WAVES_SHOWN}),
            breakers=tx.fetch_all(queries.breakers),
            waiting=due["waiting"], due_now=due["due_now"], next_due=due["next_due"],
            not_asked=cached["people"], first_again=cached["first_again"],
        )  # fmt: skip


def close_breaker(workspace: Workspace, actor: str) -> bool:
    """Let an actor be asked again at once; whether its breaker was open. ConfigurationError for an unknown actor."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        known = [row["actor"] for row in tx.fetch_all(load_queries("refresh").breakers)]
        if actor not in known:
            raise ConfigurationError(
                f"No run of {actor} was ever counted.",
                next_step=f"Known actors: {', '.join(known) or 'none yet'}; see `outreach refresh status`.",
            )
        return bool(tx.fetch_value(load_queries("refresh").close_breaker, {"actor": actor}))


def check_refresh(workspace: Workspace) -> list[tuple[str, str, str]]:
    """What `outreach doctor` says about the loop: (status ok | warning | problem | off, what was found, what to do)."""
    status = read_refresh(workspace)
    if not status.sources:
        return [("off", 'No source refreshes people (mode = "refresh").', "")]
    findings: list[tuple[str, str, str]] = []
    for row in status.open_breakers:
        until = f"{row['open_until']:%Y-%m-%d %H:%M} UTC"
        said = f"The breaker of {row['actor']} is open until {until}: {row['last_failure']}"
        findings.append(("problem", said, f"Look after it, then `outreach refresh close-breaker {row['actor']}`."))
    held = [row["wave_id"] for row in status.waves if row["state"] == "landed" and row["note"]]
    if held:
        step = "See `outreach refresh status`: an operator lets it through."
        findings.append(("warning", f"Held refresh waves: {', '.join(map(str, held))}.", step))
    return findings or [("ok", f"People are refreshed by {', '.join(status.sources)}; no breaker is open.", "")]
