"""Campaigns: making them, moving them from draft to completed, claiming people, and what came of each.

Belongs here: their rules, and the calls of the functions that decide. Does not belong here: who is ready
(`marketing.outreach_ready`), claiming (`marketing.f_claim_people`), files (`export`), targets (`push`). Nothing is
sent.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from outreach_pipeline.database.connect import Role, Row
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.stages.workspace import Workspace

_NAME = re.compile(r"[\w][\w .-]{0,79}")
SLOT_TYPES = ("CEO", "CFO", "HR")


class Campaign(NamedTuple):
    """A campaign as it stands."""

    campaign_id: str
    name: str
    status: str
    campaign_type: str
    template_id: str
    rule: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What came of a campaign: its row of `marketing.campaign_result`, its audit log, the same by reason and slot, and
    what a reply and a booking cost (US dollars of verification and refresh, as far as they are known; None without
    any). Rows of `by_reason` and `by_slot` have `name`, the counts, `cost_per_reply` and `cost_per_booking`.
    """

    result: Row
    audit: Sequence[Row]
    by_reason: Sequence[Row]
    by_slot: Sequence[Row]
    cost_usd: Decimal
    cost_per_reply: Decimal | None
    cost_per_booking: Decimal | None


def create_campaign(
    workspace: Workspace,
    name: str,
    *,
    template: str,
    size: int,
    band: str | None = None,
    reason: str | None = None,
    slot_types: Sequence[str] = (),
    min_score: float | None = None,
) -> str:
    """Make a campaign in draft; its id.

    Raises ConfigurationError: the name is taken or no name, the template or a slot type does not exist.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a campaign.", next_step="Use letters, digits, blank, - and _."
        )
    unknown = [each for each in slot_types if each not in SLOT_TYPES]
    if unknown:
        raise ConfigurationError(f"There is no slot {unknown[0]!r}.", next_step=f"Use {', '.join(SLOT_TYPES)}.")
    queries = load_queries("campaigns")
    rule = {
        "band": band, "reason": reason, "slot_types": list(slot_types) or None, "min_score": min_score, "size": size,
    }  # fmt: skip
    given = {key: value for key, value in rule.items() if value is not None}
    with workspace.database.transaction(Role.REFRESH) as tx:
        if tx.fetch_one(queries.find_campaign, {"name": name}):
            raise ConfigurationError(f"There is a campaign {name!r} already.", next_step="Choose another name.")
        known = [row["template_id"] for row in tx.fetch_all(queries.templates)]
        if template not in known:
            raise ConfigurationError(
                f"There is no template {template!r}.", next_step=f"Use one of: {', '.join(known)}."
            )
        campaign_id: str = tx.fetch_value(
            queries.create_campaign,
            {"name": name, "template_id": template, "rule": orjson.dumps(given).decode(), "by": operator()},
        )
    return campaign_id


def find_campaign(workspace: Workspace, name: str) -> Campaign:
    """The campaign of a name or id; ConfigurationError when there is none."""
    with workspace.database.transaction(Role.REFRESH) as tx:
        row = tx.fetch_one(load_queries("campaigns").find_campaign, {"name": name})
    if row is None:
        raise ConfigurationError(f"There is no campaign {name!r}.", next_step="`outreach campaign list` shows them.")
    return Campaign(**row)


_MOVES = {"draft": ("active",), "active": ("paused", "completed"), "paused": ("active", "completed")}


def move_campaign(workspace: Workspace, name: str, status: str) -> Campaign:
    """Take a campaign to "active", "paused" or "completed"; where it is already, nothing happens.

    Raises ConfigurationError when that step is not allowed.
    """
    campaign = find_campaign(workspace, name)
    if status != campaign.status and status not in _MOVES.get(campaign.status, ()):
        raise ConfigurationError(
            f"Campaign {campaign.name} is {campaign.status}, and cannot become {status}.",
            next_step="`outreach campaign show` tells what was done to it.",
        )
    given = {"campaign_id": campaign.campaign_id, "status": status, "by": operator()}
    with workspace.database.transaction(Role.REFRESH) as tx:
        tx.execute(load_queries("campaigns").move_campaign, given)
    return campaign._replace(status=status)


def claim(workspace: Workspace, name: str) -> int:
    """Claim people for an active campaign until it has its size, in one transaction; how many are new.

    Raises ConfigurationError when it is not active.
    """
    campaign = find_campaign(workspace, name)
    if campaign.status != "active":
        raise ConfigurationError(
            f"Campaign {campaign.name} is {campaign.status}: only an active one claims people.",
            next_step=f"`outreach campaign start '{campaign.name}'`.",
        )
    given = {"campaign_id": campaign.campaign_id, "by": operator()}
    with workspace.database.transaction(Role.REFRESH) as tx:
        claimed: int = tx.fetch_value(load_queries("campaigns").claim_people, given)
    return claimed


def read_campaigns(workspace: Workspace) -> list[Row]:
    """All campaigns with what came of them."""
    with workspace.database.transaction(Role.READ) as tx:
        return tx.fetch_all(load_queries("campaigns").campaigns)


def read_campaign(workspace: Workspace, name: str) -> CampaignReport:
    """One campaign: what came of it, by reason and slot, what it cost, and what was done to it."""
    given = {"campaign_id": find_campaign(workspace, name).campaign_id}
    queries = load_queries("campaigns")
    with workspace.database.transaction(Role.READ) as tx:
        result = tx.fetch_row(queries.campaign, given)
        audit = tx.fetch_all(queries.audit, given)
        groups = tx.fetch_all(queries.by_group, given)
        cost = Decimal(tx.fetch_row(queries.costs, {**given, **_prices(workspace)})["usd"])
    by_kind = _by_kind(groups, cost, result["claimed"])
    per = _per(cost, result)
    return CampaignReport(result, audit, by_kind["reason"], by_kind["slot"], cost, *per)


class CampaignsReport(NamedTuple):
    """What came of all campaigns: a row each (counts, `cost_usd`, `cost_per_reply`, `cost_per_booking`), and the same
    by reason and by slot over all of them.
    """

    campaigns: list[Row]
    by_reason: list[Row]
    by_slot: list[Row]


def read_results(workspace: Workspace) -> CampaignsReport:
    """All campaigns: claimed, sent, delivered, replied, booked, won, and what a reply and a booking cost."""
    queries, given = load_queries("campaigns"), {"campaign_id": None}
    with workspace.database.transaction(Role.READ) as tx:
        rows = tx.fetch_all(queries.campaigns)
        groups = tx.fetch_all(queries.by_group, given)
        costs = {row["campaign_id"]: row["usd"] for row in tx.fetch_all(queries.costs, {**given, **_prices(workspace)})}
    by_kind = _by_kind(groups, sum(costs.values(), Decimal(0)), sum(row["claimed"] for row in rows))
    told = [_priced(row, costs[row["campaign_id"]]) for row in rows]
    return CampaignsReport(told, by_kind["reason"], by_kind["slot"])


def _by_kind(groups: Sequence[Row], cost: Decimal, claimed: int) -> dict[str, list[Row]]:
    """The rows of reasons and of slots, each with its share of the cost by the people claimed."""
    shares = [_priced(row, cost * row["claimed"] / max(claimed, 1)) for row in groups]
    return {kind: [row for row in shares if row["kind"] == kind] for kind in ("reason", "slot")}


def _priced(row: Row, cost: Decimal) -> Row:
    reply, booking = _per(cost, row)
    return {**row, "cost_usd": round(cost, 2), "cost_per_reply": reply, "cost_per_booking": booking}


def _per(cost: Decimal, row: Row) -> tuple[Decimal | None, Decimal | None]:
    """What a reply and a booking cost; None without any."""
    reply, booking = (round(cost / row[each], 2) if row[each] else None for each in ("replied", "booked"))
    return reply, booking


def _prices(workspace: Workspace) -> dict[str, Any]:
    """What a credit of each verifier costs, in US dollars; runs at Apify are counted there."""
    from outreach_pipeline.stages.verify import prices

    known = prices(workspace, with_actors=False)
    return {"providers": list(known), "prices": list(known.values())}


def operator() -> str:
    """Who does it, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"  # a container without a user of that number
