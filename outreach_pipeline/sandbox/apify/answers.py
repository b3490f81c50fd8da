"""JSON bodies of Apify's API v2, as its OpenAPI document describes them.

Belongs here: the form of answers. Does not belong here: routes (`service`), states and costs
(`runs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from outreach_pipeline.sandbox.apify.actors import ActorKind
from outreach_pipeline.sandbox.apify.runs import Run

USER_ID = "SANDBOXUSER000001"
_SINCE = "2026-01-01T00:00:00.000Z"
_ERRORS = {
    400: ("invalid-input", "Input is not valid"),
    401: ("user-or-token-not-found", "User was not found or authentication token is not valid"),
    402: ("not-enough-usage-to-run-paid-actor", "By launching this job you will exceed your remaining usage"),
    403: (
        "actor-is-not-rented",
        "You must rent a paid Actor in order to run it after its free trial has expired",
    ),
    404: ("record-not-found", "The requested record was not found"),
    408: ("run-timeout-exceeded", "Actor run exceeded the timeout of 300 seconds for this API endpoint"),
    409: ("name-not-unique", "The name is not unique"),
    429: ("rate-limit-exceeded", "You have exceeded the rate limit of 60 requests per second"),
    500: ("internal-server-error", "Unexpected error"),
}


def moment(value: datetime | None) -> str | None:
    """2026-11-20T10:00:00.000Z."""
    if value is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def error(status: int, kind: str | None = None, message: str | None = None) -> dict[str, Any]:
    """The body of an error; kind and message default to the usual ones of the status."""
    usual_kind, usual_message = _ERRORS.get(status, _ERRORS[500])
    return {"error": {"type": kind or usual_kind, "message": message or usual_message}}


def run_object(run: Run) -> dict[str, Any]:
    """The whole run, as GET /v2/actor-runs/{id} and the start answer it, without the envelope."""
    return {
        **_identity(run),
        "statusMessage": run.message if run.is_terminal else None,
        "isStatusMessageTerminal": True if run.is_terminal and run.message else None,
        "pricingInfo": pricing(run.kind),
        "stats": _stats(run),
        "chargedEventCounts": run.events,
        "options": {
            "build": "latest", "timeoutSecs": run.timeout_secs, "memoryMbytes": run.memory_mbytes,
            "diskMbytes": run.memory_mbytes * 2, "maxItems": run.max_items,
            "maxTotalChargeUsd": None if run.cap is None else float(run.cap),
        },
        "exitCode": {"SUCCEEDED": 0, "FAILED": 1}.get(run.status),
        "generalAccess": "FOLLOW_USER_SETTING",
        "containerUrl": "https://sandbox.runs.example.com",
        "isContainerServerReady": False,
        "platformUsageBillingModel": "DEVELOPER",
    }  # fmt: skip


def run_short(run: Run) -> dict[str, Any]:
    """A run as lists show it: without stats, options and charged events, but with usageTotalUsd."""
    return _identity(run)


def _task_id(run: Run) -> str | None:
    return None if run.task is None else f"SANDBOXTSK{crc32(run.task.encode()) % 10**7:07d}"


def _identity(run: Run) -> dict[str, Any]:
    return {
        "id": run.id, "actId": run.kind.act_id, "userId": USER_ID, "actorTaskId": _task_id(run),
        "status": run.status,
        "startedAt": moment(run.started_at), "finishedAt": moment(run.finished_at),
        "buildId": "SANDBOXBLD0000001",
        "buildNumber": "0.0.36", "meta": {"origin": run.origin, "userAgent": run.user_agent},
        "usageTotalUsd": float(run.cost), "defaultKeyValueStoreId": run.store_id,
        "defaultDatasetId": run.dataset_id, "defaultRequestQueueId": run.queue_id,
    }  # fmt: skip


def _stats(run: Run) -> dict[str, Any]:
    stats: dict[str, Any] = {
        "inputBodyLen": len(run.input), "migrationCount": 0, "rebootCount": 0, "restartCount": 0,
        "resurrectCount": 0, "computeUnits": round(run.seconds * run.memory_mbytes / 1024 / 3600, 7),
    }  # fmt: skip
    if run.is_terminal:
        stats |= {
            "durationMillis": int(run.seconds * 1000),
            "runTimeSecs": round(run.seconds, 3),
            "metamorph": 0,
        }
    return stats


def pricing(kind: ActorKind) -> dict[str, Any]:
    """Pay per event: the start and one event per item."""

    def event(title: str, price: Decimal) -> dict[str, Any]:
        return {
            "eventTitle": title,
            "eventDescription": f"One {title.lower()}",
            "eventPriceUsd": float(price),
        }

    return {
        "pricingModel": "PAY_PER_EVENT", "apifyMarginPercentage": 0.2, "createdAt": _SINCE,
        "startedAt": _SINCE,
        "pricingPerEvent": {
            "actorChargeEvents": {
                kind.event: event(kind.event.title(), kind.price),
                "apify-actor-start": event("Start", kind.start_price)
            }
        },
        "minimalMaxTotalChargeUsd": float(kind.minimum),
    }  # fmt: skip


def actor_object(kind: ActorKind) -> dict[str, Any]:
    """The actor, as GET /v2/actors/{id} answers it."""
    username, name = kind.name.split("~")
    return {
        "id": kind.act_id, "userId": "SANDBOXUSER000002", "name": name, "username": username, "title": name,
        "description": f"Invented items of the shape {kind.shape}", "isPublic": True, "createdAt": _SINCE,
        "modifiedAt": _SINCE, "stats": {"totalBuilds": 36, "totalRuns": 1, "totalUsers": 1},
        "versions": [{"versionNumber": "0.0", "sourceType": "SOURCE_FILES", "envVars": None,
            "buildTag": "latest"}],
        "pricingInfos": [pricing(kind)], "isDeprecated": False,
        "defaultRunOptions": {"build": "latest", "timeoutSecs": 3600, "memoryMbytes": 1024},
        "exampleRunInput": None, "taggedBuilds": None,
    }  # fmt: skip


def page(items: Sequence[dict[str, Any]], offset: int, limit: int, *, desc: bool) -> dict[str, Any]:
    """One page of a list, in its envelope."""
    shown = list(items[offset : offset + limit])
    return {
        "data": {
            "total": len(items), "offset": offset, "limit": limit, "count": len(shown), "desc": desc,
            "items": shown
        }
    }  # fmt: skip


def dataset_object(run: Run, item_count: int) -> dict[str, Any]:
    """The metadata of a dataset; `item_count` may lag."""
    changed = moment(run.finished_at or run.started_at)
    return {
        "id": run.dataset_id, "name": None, "userId": USER_ID, "createdAt": moment(run.started_at),
        "modifiedAt": changed, "accessedAt": changed, "itemCount": item_count, "cleanItemCount": item_count,
        "actId": run.kind.act_id, "actRunId": run.id, "fields": None, "schema": None,
        "consoleUrl": f"https://console.apify.com/storage/datasets/{run.dataset_id}",
        "generalAccess": "FOLLOW_USER_SETTING",
        "stats": {"readCount": 0, "writeCount": item_count,
            "storageBytes": sum(map(len, run.items[:item_count]))},
    }  # fmt: skip


def store_object(run: Run) -> dict[str, Any]:
    """The metadata of a key-value store."""
    changed = moment(run.started_at)
    return {
        "id": run.store_id, "name": None, "userId": USER_ID, "createdAt": changed, "modifiedAt": changed,
        "accessedAt": changed, "actId": run.kind.act_id, "actRunId": run.id,
        "consoleUrl": f"https://console.apify.com/storage/key-value-stores/{run.store_id}",
        "keysPublicUrl": f"https://api.apify.com/v2/key-value-stores/{run.store_id}/keys",
        "generalAccess": "FOLLOW_USER_SETTING",
        "stats": {"readCount": 0, "writeCount": 1, "deleteCount": 0, "listCount": 0,
            "storageBytes": len(run.input)},
    }  # fmt: skip


def limits(used_usd: float, limit_usd: float, active: int) -> dict[str, Any]:
    """GET /v2/users/me/limits."""
    start, end = _cycle()
    return {
        "monthlyUsageCycle": {"startAt": start, "endAt": end},
        "limits": {
            "maxMonthlyUsageUsd": limit_usd, "maxMonthlyActorComputeUnits": 1000,
            "maxMonthlyExternalDataTransferGbytes": 20, "maxMonthlyProxySerps": 50000,
            "maxMonthlyResidentialProxyGbytes": 10, "maxActorMemoryGbytes": 32, "maxActorCount": 100,
            "maxActorTaskCount": 1000, "maxScheduleCount": 100, "maxConcurrentActorJobs": 32,
            "maxTeamAccountSeatCount": 1, "dataRetentionDays": 14,
        },
        "current": {
            "monthlyUsageUsd": used_usd, "monthlyActorComputeUnits": 0.5,
            "monthlyExternalDataTransferGbytes": 0.1, "monthlyProxySerps": 0,
            "monthlyResidentialProxyGbytes": 0,
            "actorMemoryGbytes": float(active), "actorCount": 0, "actorTaskCount": 0, "scheduleCount": 0,
            "activeActorJobCount": active, "teamAccountSeatCount": 1,
        },
    }  # fmt: skip


def monthly_usage(used_usd: float, events: int) -> dict[str, Any]:
    """GET /v2/users/me/usage/monthly."""
    start, end = _cycle()
    usage = {"PAID_ACTORS_PER_EVENT": {"quantity": events, "baseAmountUsd": used_usd}}
    today = moment(datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0))
    return {
        "usageCycle": {"startAt": start, "endAt": end},
        "monthlyServiceUsage": usage,
        "dailyServiceUsages": [{"date": today, "serviceUsage": usage, "totalUsageCreditsUsd": used_usd}],
        "totalUsageCreditsUsdBeforeVolumeDiscount": used_usd,
        "totalUsageCreditsUsdAfterVolumeDiscount": used_usd,
    }


def _cycle() -> tuple[str | None, str | None]:
    first = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return moment(first), moment(following - timedelta(milliseconds=1))
