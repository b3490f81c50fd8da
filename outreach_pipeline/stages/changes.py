"""Changes in people's lives: what was noticed, what waits for a decision, and the policy that decides.

Belongs here: reading them, deciding proposals, changing the policy. Does not belong here: noticing
(`marketing.f_note_changes`), what follows (`marketing.f_follow_refresh`), looking at profiles (`refresh_run`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from outreach_pipeline.database.connect import Role, Transaction
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.barton_id import Entity, is_barton_id
from outreach_pipeline.stages.workspace import Workspace

KINDS = (
    "job_change", "left_company", "promotion", "role_change", "title_change", "name_change", "location_change",
    "profile_renamed", "profile_gone",
)  # fmt: skip
STATES = ("proposed", "applied", "dismissed", "ignored")
POLICIES = ("apply", "propose", "ignore")


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes; None: any. `since` is the day (UTC) from which they were observed, ids are Barton IDs."""

    state: str | None = None
    kind: str | None = None
    since: date | None = None
    person: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with names. `policy` is what the policy as it is now says of it: apply, propose or ignore."""

    intelligence_id: int
    intelligence_type: str
    state: str
    confidence: Decimal | None
    observed_at: datetime | None
    detected_at: datetime | None
    decided_at: datetime | None
    load_id: int | None
    previous_value: str | None
    new_value: str | None
    person_unique_id: str
    person: str
    company_unique_id: str | None
    company: str | None
    new_company_unique_id: str | None
    new_company: str | None
    reason: str | None
    role_before: str | None
    role_after: str | None
    title_after: str | None
    policy: str


@dataclass(frozen=True, slots=True)
class ChangesReport:
    """The newest changes first, and how many there are in each state (more than `changes` where that was limited)."""

    changes: tuple[Change, ...]
    total: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a change; `note` where that is not what was asked for."""

    intelligence_id: int
    intelligence_type: str
    state: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to changes of a kind that a refreshed profile shows; `proposed` wait for a decision now."""

    intelligence_type: str
    policy: str
    min_confidence: Decimal
    description: str
    proposed: int


def read_changes(workspace: Workspace, which: ChangeFilter, *, limit: int = 50) -> ChangesReport:
    """The changes that match, the newest first. An id that was merged away leads to the surviving one.

    Raises ConfigurationError for an id that is no person's or company's.
    """
    queries = load_queries("changes")
    with workspace.database.transaction(Role.READ) as tx:
        where = {
            **asdict(which),
            "person": _surviving(tx, which.person, Entity.PERSON),
            "company": _surviving(tx, which.company, Entity.COMPANY),
        }
        found = tx.fetch_all(queries.changes, {**where, "limit": limit})
        counted = tx.fetch_all(queries.count_changes, where)
    return ChangesReport(tuple(Change(**row) for row in found), {row["state"]: row["changes"] for row in counted})


def apply_changes(workspace: Workspace, ids: Sequence[int]) -> list[Decided]:
    """Apply changes, and with each the others that the same look at the profile showed, in one transaction.

    A change that the world has overtaken is dismissed and says so. Raises ConfigurationError for an unknown id,
    TransientError when the database was busy.
    """
    return _decide(workspace, ids, "apply")


def dismiss_changes(workspace: Workspace, ids: Sequence[int]) -> list[Decided]:
    """Dismiss proposals: their loads fail with a rejection that can be replayed. Errors as for `apply_changes`."""
    return _decide(workspace, ids, "dismiss")


def read_policies(workspace: Workspace) -> list[Policy]:
    """The policy of every kind of change."""
    with workspace.database.transaction(Role.READ) as tx:
        return [Policy(**row) for row in tx.fetch_all(load_queries("changes").policies)]


def set_policy(
    workspace: Workspace, kind: str, policy: str | None = None, *, min_confidence: float | None = None
) -> list[Policy]:
    """Change the policy of a kind (None: leave as it is) and return all; what is proposed already stays proposed.

    Raises ConfigurationError for an unknown kind or policy, or a confidence outside of 0 to 1.
    """
    if policy is not None and policy not in POLICIES:
        raise ConfigurationError(f"{policy!r} is no policy.", next_step=f"Write one of: {', '.join(POLICIES)}.")
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise ConfigurationError("A confidence lies between 0 and 1.", next_step="Write for example 0.7.")
    with workspace.database.transaction(Role.REFRESH) as tx:
        given = {"kind": kind, "policy": policy, "min_confidence": min_confidence}
        if not tx.execute(load_queries("changes").set_policy, given):
            raise ConfigurationError(
                f"{kind!r} is no kind of change.", next_step=f"Write one of: {', '.join(KINDS)}."
            )
    return read_policies(workspace)


def _decide(workspace: Workspace, ids: Sequence[int], decision: str) -> list[Decided]:
    queries = load_queries("changes")
    with workspace.database.transaction(Role.READ) as tx:
        known = {row["intelligence_id"] for row in tx.fetch_all(queries.known_changes, {"ids": list(ids)})}
    missing = [str(each) for each in ids if each not in known]
    if missing:
        raise ConfigurationError(
            f"There is no change {', '.join(missing[:5])}.", next_step="`outreach changes` lists them with their ids."
        )
    with workspace.database.transaction(Role.REFRESH) as tx:
        rows = tx.fetch_all(queries.decide, {"ids": list(ids), "decision": decision})
    return [Decided(**row) for row in rows]


def _surviving(tx: Transaction, barton_id: str | None, entity: Entity) -> str | None:
    if barton_id is None:
        return None
    if not is_barton_id(barton_id, entity):
        raise ConfigurationError(
            f"{barton_id!r} is no id of a {entity.name.lower()}.",
            next_step=f"It looks like 04.04.{entity.value}.00.00000.001.",
        )
    survivor: str | None = tx.fetch_value(load_queries("changes").surviving, {"id": barton_id})
    return survivor or barton_id
