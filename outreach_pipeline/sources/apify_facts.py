"""What is asked of Apify to start a run, what we keep of one, and how both look in JSON.

Belongs here: `RunOrder`, `RunFacts`, and reading answers with a run or a list of runs in them. Does not belong here:
asking (`apify_api`), what a status means (`apify_errors`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.apify_errors import Words


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What to start."""

    actor: str
    # Some actors want a cookie or a key in their input.
    run_input: dict[str, Any] = field(repr=False)
    max_total_charge_usd: Decimal
    max_items: int | None = None
    build: str | None = None
    memory_mbytes: int | None = None
    timeout_secs: int | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What we keep of a run. `usd` is what it has cost so far and grows for some minutes after the end.

    An empty `status`: the run is known by its id only, nobody has looked at it yet. `origin` is what started it
    (API, SCHEDULER, WEB ...), empty where Apify does not say.
    """

    run_id: str
    status: str
    dataset_id: str
    store_id: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    usd: Decimal | None = None
    compute_units: Decimal | None = None
    message: str = ""
    events: tuple[tuple[str, int], ...] = ()
    origin: str = ""

    @classmethod
    def known(cls, run_id: str, started_at: datetime | None = None) -> RunFacts:
        """A run that the ledger knows and nobody has looked at yet."""
        return cls(run_id, "", "", "", started_at)


def body_of(order: RunOrder) -> bytes:
    """The input as it is sent; ConfigurationError when it cannot be written as JSON."""
    try:
        return json.dumps(order.run_input, ensure_ascii=False, allow_nan=False, default=str).encode()
    except ValueError:
        problem = ConfigurationError(
            f"The input for {order.actor} cannot be written as JSON.",
            next_step="Correct `input` of the source in sources.toml. Nothing was started.",
        )
    raise problem


def data_of(body: bytes) -> Any:
    """What an answer holds in its envelope; ValueError when it has none."""
    answer = orjson.loads(body)
    if not isinstance(answer, dict) or "data" not in answer:
        raise ValueError("an answer without data")
    return answer["data"]


def items_of(page: Any) -> list[Any]:
    """The items of a page of a list; ValueError when it is none."""
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise ValueError("a page without a list")  # noqa: TRY004 - as for any other answer that is none
    return list(page["items"])


def facts_of(run: Any, words: Words) -> RunFacts:
    """Our view of a run, whole or as lists show it; `words` takes in what the actor says.

    Raises:
        ValueError: it is none.

    """
    if not isinstance(run, dict) or not all(isinstance(run.get(key), str) for key in ("id", "status")):
        raise ValueError("a run without id or status")
    stats, meta, events = (_table(run, key) for key in ("stats", "meta", "chargedEventCounts"))
    return RunFacts(
        run_id=run["id"], status=run["status"], dataset_id=str(run.get("defaultDatasetId") or ""),
        store_id=str(run.get("defaultKeyValueStoreId") or ""), started_at=_moment(run.get("startedAt")),
        finished_at=_moment(run.get("finishedAt")), usd=_number(run.get("usageTotalUsd")),
        compute_units=_number(stats.get("computeUnits")), message=words(run.get("statusMessage")),
        events=tuple(sorted((str(name), int(n)) for name, n in events.items() if isinstance(n, int))),
        origin=str(meta.get("origin") or ""),
    )  # fmt: skip


def _table(run: dict[str, Any], key: str) -> dict[str, Any]:
    value = run.get(key)
    return value if isinstance(value, dict) else {}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _number(value: Any) -> Decimal | None:
    # Through text: 0.00005 as a binary double would come out as 0.000050000000000000002.
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        raise ValueError("a number that is none") from None
