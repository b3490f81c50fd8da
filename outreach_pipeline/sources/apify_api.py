"""The calls we make to Apify, through apify-client: start, watch, find and list runs, read dataset pages.

Belongs here: the two clients (one that never retries, for starts), the gate that an account's words pass
before they are ours (`words`). Does not belong here: what runs look like in JSON (`apify_facts`), when to call
(`apify`, `apify_start`), what errors mean (`apify_errors`).

Runs are read plainly, through the client's own pipeline (token, retries, proxies) but without its models:
one run without usageTotalUsd, or with a pricing model that is newer than the client, would refuse the answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from outreach_pipeline.errors import ConfigurationError, PermanentError
from outreach_pipeline.sources.actor_input import Secrets
from outreach_pipeline.sources.apify_errors import code_only, sentence, translate_start, translated
from outreach_pipeline.sources.apify_facts import RunFacts, RunOrder, body_of, data_of, facts_of, items_of

if TYPE_CHECKING:
    from apify_client import ApifyClient
    from apify_client.http_clients import HttpClient
    from pydantic import SecretStr

_LIST_PAGE = 100
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnknownRunError(PermanentError):
    """Apify has no such run (any more), or the token belongs to another account."""


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

    def __init__(
        self, token: SecretStr | None, url: str, *, pause_secs: float = 2.0, secrets: Secrets | None = None,
        quotes: bool = True,
    ) -> None:  # fmt: skip
        """`secrets`: what no word of the vendor may bring back into an error, a note or the database.

        `quotes`: whether its words may be repeated at all; who asks about people has them come back in the answers.
        """
        self._token = token
        self._url = url
        self._pause = pause_secs
        self.secrets = secrets or Secrets()
        self._quotes = quotes
        never_proxy_loopback(url)

    def __repr__(self) -> str:
        return f"ApifyApi({urlsplit(self._url).hostname})"

    def words(self, text: object) -> str:
        """Somebody else's text as part of a sentence of ours: without secrets, bounded, on one line."""
        if not self._quotes:
            return code_only(text) if text else ""
        # Before anything is cut off: half a secret is not found any more.
        return sentence(self.secrets.hide(str(text))) if text else ""

    def _translated(self, what: str) -> AbstractContextManager[None]:
        return translated(what, self.words)

    def connect(self) -> None:
        """Build the clients now, which takes a second: nothing slow must lie between a claim and its start.

        Raises:
            ConfigurationError: there is no token.

        """
        _ = self._reads, self._starts

    @cached_property
    def _reads(self) -> ApifyClient:
        from apify_client import ApifyClient

        return ApifyClient.with_custom_http_client(self._secret(), api_url=self._url, http_client=self._http)

    @cached_property
    def _starts(self) -> HttpClient:
        # POST start is retried by the client like everything else; a connection dropped after the server
        # accepted it would start, and bill, a second run.
        return self._transport(max_retries=0)

    @cached_property
    def _http(self) -> HttpClient:
        return self._transport(max_retries=4)

    def _transport(self, max_retries: int) -> HttpClient:
        from apify_client.http_clients import ImpitHttpClient

        return ImpitHttpClient(
            token=self._secret(), max_retries=max_retries,
            min_delay_between_retries=timedelta(seconds=min(self._pause / 4, 1.0)),
        )  # fmt: skip

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
        where = f"{self._base_url}/actors/{_path(order.actor)}/runs"
        options = {
            "maxTotalChargeUsd": f"{order.max_total_charge_usd:f}", "maxItems": order.max_items, "build": order.build,
            "memory": order.memory_mbytes, "timeout": order.timeout_secs,
        }  # fmt: skip
        try:
            response = self._starts.call(
                # Not in a variable of its own: tracebacks may show those, and this one holds the secrets.
                method="POST", url=where, data=body_of(order), timeout=timedelta(seconds=timeout_secs),
                headers={"content-type": "application/json; charset=utf-8"},
                params={name: value for name, value in options.items() if value is not None},
            )  # fmt: skip
            return facts_of(data_of(response.content), self.words)
        except Exception as error:  # noqa: BLE001 - every failure is asked the same question
            # Whatever went wrong after the POST (a transport error, half an answer, one that is not
            # understood), the one question is whether a run may exist.
            problem = translate_start(error, f"starting the actor {order.actor}", self.words)
        # Not inside the except: the original would stay behind as its context, with the input in its frames.
        raise problem

    def run(self, run_id: str) -> RunFacts:
        """Look at a run.

        Raises:
            UnknownRunError: Apify has none of that id, or not any more.

        """
        return self._run(run_id, 0.0)

    def wait(self, run_id: str, seconds: float) -> RunFacts:
        """Wait for a run at most so long (whole seconds, at most 60); it may still be going afterwards.

        Raises as `run` does.
        """
        return self._run(run_id, seconds)

    def _run(self, run_id: str, seconds: float) -> RunFacts:
        from apify_client.errors import NotFoundError

        wait = {"waitForFinish": int(seconds)} if seconds >= 1 else {}
        with self._translated(f"looking at run {run_id}"):
            try:
                return facts_of(self._read(f"actor-runs/{run_id}", wait, 30 + seconds), self.words)
            except NotFoundError as error:
                if error.type is None:
                    raise  # a gateway's page, which says nothing of runs
        raise UnknownRunError(
            f"Apify knows no run {run_id}.",
            next_step="Check that OUTREACH_APIFY_TOKEN belongs to the account that started it.",
        )

    def runs_of(
        self, actor: str, since: datetime, until: datetime | None, *, task: str | None = None
    ) -> Iterator[RunFacts]:
        """Runs of an actor (or of one task) started in a stretch of time, oldest first."""
        where = f"actor-tasks/{_path(task)}/runs" if task else f"actors/{_path(actor)}/runs"
        parameters: dict[str, Any] = {"limit": _LIST_PAGE, "startedAfter": _iso(since)}
        if until is not None:
            parameters["startedBefore"] = _iso(until)
        offset = 0
        while True:
            with self._translated(f"listing runs of {task or actor}"):
                found = self._read(where, {**parameters, "offset": offset}, 30)
                page = [facts_of(item, self.words) for item in items_of(found)]
            yield from page
            if len(page) < _LIST_PAGE:
                return
            offset += len(page)

    def _read(self, path: str, parameters: dict[str, Any], timeout_secs: float) -> Any:
        response = self._http.call(
            method="GET", url=f"{self._base_url}/{path}", params=parameters, timeout=timedelta(seconds=timeout_secs)
        )
        return data_of(response.content)

    @property
    def _base_url(self) -> str:
        base = self._url.rstrip("/")
        return base if base.endswith("/v2") else f"{base}/v2"

    def input_of(self, run: RunFacts) -> dict[str, Any] | None:
        """The input that a run was started with; None where it is gone or no object."""
        with self._translated(f"reading the input of run {run.run_id}"):
            record = self._reads.key_value_store(run.store_id).get_record("INPUT")
        value = record.get("value") if record else None
        return value if isinstance(value, dict) else None

    def dataset_page(self, dataset_id: str, offset: int, limit: int) -> bytes:
        """Rows of a dataset as JSON Lines, verbatim (no `clean`, which would drop rows after counting them).

        Raises:
            PermanentError: the dataset does not exist (any more).

        """
        with self._translated(f"reading dataset {dataset_id}"):
            return self._reads.dataset(dataset_id).get_items_as_bytes(item_format="jsonl", offset=offset, limit=limit)

    def dataset_rows(self, dataset_id: str) -> int | None:
        """How many rows a dataset says it has; lags seconds behind. None when it does not exist."""
        with self._translated(f"looking at dataset {dataset_id}"):
            dataset = self._reads.dataset(dataset_id).get(timeout="medium")
        return None if dataset is None else int(dataset.item_count)

    def has_actor(self, actor: str) -> bool:
        """Whether the actor exists for this token."""
        with self._translated(f"looking for the actor {actor}"):
            return self._reads.actor(actor).get(timeout="medium") is not None

    def usage_left(self) -> Decimal | None:
        """US dollars left of the account's own monthly limit; None where it has none. Tells a wrong token
        too.
        """
        from apify_client.errors import NotFoundError

        with self._translated("asking for the account's limits"):
            try:
                limits = self._reads.user("me").limits(timeout="medium")
            except NotFoundError:
                # The table takes a 404 for an actor that is gone; there is none in this question.
                raise PermanentError(
                    "Apify does not tell this token the limits of its account (404).",
                    next_step="Check OUTREACH_APIFY_URL, and that the token may read the account.",
                ) from None
        ceiling = getattr(limits.limits, "max_monthly_usage_usd", None)
        used = getattr(limits.current, "monthly_usage_usd", None)
        return None if ceiling is None or used is None else Decimal(str(ceiling)) - Decimal(str(used))


def _path(name: str) -> str:
    return name.replace("/", "~")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
