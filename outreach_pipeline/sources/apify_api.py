"""The calls we make to Apify, through apify-client: start, watch, find and list runs, read dataset pages.

Belongs here: the two clients (one that never retries, for starts), our own small view of a run, the ways
round traps of the typed client. Does not belong here: when to call (`apify`), what errors mean
(`apify_errors`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from outreach_pipeline.errors import ConfigurationError, PermanentError
from outreach_pipeline.sources.apify_errors import sentence, translate_start, translated

if TYPE_CHECKING:
    from apify_client import ApifyClient
    from apify_client._models import Run, RunListItem
    from apify_client.http_clients import HttpClient
    from pydantic import SecretStr

_LIST_PAGE = 100
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnknownRunError(PermanentError):
    """Apify has no such run (any more), or the token belongs to another account."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What we keep of a run. `usd` is what it has cost so far and grows for some minutes after the end."""

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


def never_proxy_loopback(url: str) -> None:
    """Keep a local server out of HTTP_PROXY: apify-client would send even 127.0.0.1 through it."""
    host = urlsplit(url).hostname or ""
    if host not in _LOOPBACK:
        return
    for name in ("NO_PROXY", "no_proxy"):
        known = [part for part in os.environ.get(name, "").split(",") if part]
        if host not in known:
            os.environ[name] = ",".join([*known, host])


class ApifyApi:
    """Apify as one token sees it. Made cheaply; the clients are built at the first call (about a second)."""

    def __init__(self, token: SecretStr | None, url: str, *, pause_secs: float = 2.0) -> None:
        self._token = token
        self._url = url
        self._pause = pause_secs
        never_proxy_loopback(url)

    def __repr__(self) -> str:
        return f"ApifyApi({urlsplit(self._url).hostname})"

    @cached_property
    def _reads(self) -> ApifyClient:
        return self._client(self._http)

    @cached_property
    def _starts(self) -> ApifyClient:
        # POST start is retried by the client like everything else; a connection dropped after the server
        # accepted it would start, and bill, a second run.
        return self._client(self._transport(max_retries=0))

    @cached_property
    def _http(self) -> HttpClient:
        return self._transport(max_retries=4)

    def _transport(self, max_retries: int) -> HttpClient:
        from apify_client.http_clients import ImpitHttpClient

        return ImpitHttpClient(
            token=self._secret(), max_retries=max_retries,
            min_delay_between_retries=timedelta(seconds=min(self._pause / 4, 1.0)),
        )  # fmt: skip

    def _client(self, transport: HttpClient) -> ApifyClient:
        from apify_client import ApifyClient

        return ApifyClient.with_custom_http_client(self._secret(), api_url=self._url, http_client=transport)

    def _secret(self) -> str:
        if self._token is None or not self._token.get_secret_value():
            raise ConfigurationError(
                "There is no token for Apify.",
                next_step="Set OUTREACH_APIFY_TOKEN in the environment or in .env.",
            )
        return self._token.get_secret_value()

    def start(self, order: RunOrder, *, timeout_secs: float) -> RunFacts:
        """Start a run: exactly one POST, never repeated, always with a ceiling on what it may charge.

        Raises:
            NeverSentError: nothing was sent. StartUnknownError: nobody knows. Others: Apify said no.

        """
        what = f"starting the actor {order.actor}"
        client = self._starts.actor(order.actor)
        try:
            run = client.start(
                run_input=order.run_input, build=order.build, max_items=order.max_items,
                max_total_charge_usd=order.max_total_charge_usd, memory_mbytes=order.memory_mbytes,
                run_timeout=timedelta(seconds=order.timeout_secs) if order.timeout_secs else None,
                timeout=timedelta(seconds=timeout_secs),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - every failure is asked the same question
            # Whatever went wrong after the POST (a transport error, half an answer, a model that does not
            # fit), the one question is whether a run may exist.
            raise translate_start(error, what) from None
        return facts_of(run)

    def run(self, run_id: str) -> RunFacts:
        """Look at a run."""
        with translated(f"looking at run {run_id}"):
            run = self._reads.run(run_id).get(timeout="medium")
        return self._existing(run, run_id)

    def knows_run(self, run_id: str) -> bool:
        """Whether Apify (still) has this run; runs are forgotten after the retention of the plan."""
        with translated(f"looking for run {run_id}"):
            return self._reads.run(run_id).get(timeout="medium") is not None

    def wait(self, run_id: str, seconds: float) -> RunFacts:
        """Wait for a run at most so long (whole seconds); it may still be going afterwards."""
        with translated(f"waiting for run {run_id}"):
            run = self._reads.run(run_id).wait_for_finish(
                wait_duration=timedelta(seconds=seconds), timeout=timedelta(seconds=max(30.0, seconds + 30.0))
            )
        return self._existing(run, run_id)

    def _existing(self, run: Run | None, run_id: str) -> RunFacts:
        if run is None:
            raise UnknownRunError(
                f"Apify knows no run {run_id}.",
                next_step="Check that OUTREACH_APIFY_TOKEN belongs to the account that started it.",
            )
        return facts_of(run)

    def runs_of(
        self, actor: str, since: datetime, until: datetime | None, *, task: str | None = None
    ) -> Iterator[RunFacts]:
        """Runs of an actor (or of one task) started in a stretch of time, oldest first."""
        offset = 0
        while True:
            page = self._run_page(actor, since, until, task, offset)
            yield from page
            if len(page) < _LIST_PAGE:
                return
            offset += len(page)

    def _run_page(
        self, actor: str, since: datetime, until: datetime | None, task: str | None, offset: int
    ) -> list[RunFacts]:
        from pydantic import ValidationError

        runs = (self._reads.task(task) if task else self._reads.actor(actor)).runs()
        with translated(f"listing runs of {task or actor}"):
            try:
                page = runs.list(
                    limit=_LIST_PAGE,
                    offset=offset,
                    started_after=since,
                    started_before=until,
                    timeout="medium",
                )
                return [_facts_of_list_item(item) for item in page.items]
            except ValidationError:
                # One run without usageTotalUsd refuses the whole page in apify-client 3.4: read it plainly.
                return self._plain_run_page(actor, since, until, task, offset)

    def _plain_run_page(
        self, actor: str, since: datetime, until: datetime | None, task: str | None, offset: int
    ) -> list[RunFacts]:
        where = f"actor-tasks/{_path(task)}" if task else f"actors/{_path(actor)}"
        parameters = {"limit": _LIST_PAGE, "offset": offset, "startedAfter": _iso(since)}
        if until is not None:
            parameters["startedBefore"] = _iso(until)
        # apify-client's own pipeline (token, retries, proxies), without its models.
        response = self._http.call(
            url=f"{self._base_url}/{where}/runs", method="GET", params=parameters, timeout="medium"
        )
        items = orjson.loads(response.content)["data"]["items"]
        return [_facts_of_plain(item) for item in items]

    @property
    def _base_url(self) -> str:
        base = self._url.rstrip("/")
        return base if base.endswith("/v2") else f"{base}/v2"

    def input_of(self, run: RunFacts) -> dict[str, Any] | None:
        """The input that a run was started with; None where it is gone or no object."""
        with translated(f"reading the input of run {run.run_id}"):
            record = self._reads.key_value_store(run.store_id).get_record("INPUT")
        value = record.get("value") if record else None
        return value if isinstance(value, dict) else None

    def dataset_page(self, dataset_id: str, offset: int, limit: int) -> bytes:
        """Rows of a dataset as JSON Lines, verbatim (no `clean`, which would drop rows after counting them).

        Raises:
            PermanentError: the dataset does not exist (any more).

        """
        with translated(f"reading dataset {dataset_id}"):
            return self._reads.dataset(dataset_id).get_items_as_bytes(item_format="jsonl", offset=offset, limit=limit)

    def dataset_rows(self, dataset_id: str) -> int | None:
        """How many rows a dataset says it has; lags seconds behind. None when it does not exist."""
        with translated(f"looking at dataset {dataset_id}"):
            dataset = self._reads.dataset(dataset_id).get(timeout="medium")
        return None if dataset is None else int(dataset.item_count)

    def has_actor(self, actor: str) -> bool:
        """Whether the actor exists for this token."""
        with translated(f"looking for the actor {actor}"):
            return self._reads.actor(actor).get(timeout="medium") is not None

    def usage_left(self) -> Decimal | None:
        """US dollars left of the account's own monthly limit; None where it has none. Tells a wrong token
        too.
        """
        with translated("asking for the account's limits"):
            limits = self._reads.user("me").limits(timeout="medium")
        if limits is None:
            return None
        ceiling = getattr(limits.limits, "max_monthly_usage_usd", None)
        used = getattr(limits.current, "monthly_usage_usd", None)
        return None if ceiling is None or used is None else Decimal(str(ceiling)) - Decimal(str(used))


def facts_of(run: Run) -> RunFacts:
    """Our view of a typed run."""
    units = getattr(run.stats, "compute_units", None)
    return RunFacts(
        run_id=run.id, status=str(getattr(run.status, "value", run.status)),
        dataset_id=run.default_dataset_id,
        store_id=run.default_key_value_store_id, started_at=run.started_at, finished_at=run.finished_at,
        usd=_money(run.usage_total_usd), compute_units=_money(units), message=sentence(run.status_message),
        events=tuple(sorted((run.charged_event_counts or {}).items())),
    )  # fmt: skip


def _facts_of_list_item(item: RunListItem) -> RunFacts:
    return RunFacts(
        run_id=item.id, status=str(getattr(item.status, "value", item.status)),
        dataset_id=item.default_dataset_id,
        store_id=item.default_key_value_store_id, started_at=item.started_at, finished_at=item.finished_at,
        usd=_money(item.usage_total_usd),
    )  # fmt: skip


def _facts_of_plain(item: dict[str, Any]) -> RunFacts:
    def moment(name: str) -> datetime | None:
        value = item.get(name)
        return datetime.fromisoformat(value) if isinstance(value, str) else None

    return RunFacts(
        run_id=str(item["id"]), status=str(item.get("status", "")),
        dataset_id=str(item.get("defaultDatasetId", "")),
        store_id=str(item.get("defaultKeyValueStoreId", "")), started_at=moment("startedAt"),
        finished_at=moment("finishedAt"), usd=_money(item.get("usageTotalUsd")),
    )  # fmt: skip


def _money(value: float | None) -> Decimal | None:
    # Through text: 0.00005 as a binary double would come out as 0.000050000000000000002.
    return None if value is None else Decimal(str(value))


def _path(name: str) -> str:
    return name.replace("/", "~")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
