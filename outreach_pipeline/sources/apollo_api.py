"""The calls we make to Apollo, over one HTTP client: sending, waiting for a minute's window, reading answers.

Belongs here: HTTP and the table of answers. Does not belong here: which call is next (`apollo`), what refusals mean
(`apollo_errors`).

====================== ================== ===================================================================
answer                 ours               because
====================== ================== ===================================================================
4xx                    `apollo_errors`    key, plan, money, query, or refused for now; not charged
429 minute             waited for         the window is fixed, so it is over within a minute; thrice at most
429 hour, day          WindowFullError    the pull stops cleanly and goes on at its cursor next time
5xx, 408, 499          LostAnswerError    a call that costs credits may have been charged
silence, half          LostAnswerError    as well
200, not as expected   LostAnswerError    HTML, another API's answer, an error inside: it may have been charged
connection refused     TransientError     nothing was sent
====================== ================== ===================================================================
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import orjson

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.sources.apify_api import never_proxy_loopback
from outreach_pipeline.sources.apollo_errors import IN_DOUBT, is_about_money, refusal
from outreach_pipeline.sources.apollo_limits import Full, full_window

if TYPE_CHECKING:
    from pydantic import SecretStr

_FREE_TRIES = 4
_MINUTE_WAITS = 3
LATER = "Run it again later; the pull goes on where it stopped."
_ENTIRE = "/api/v1"


class LostAnswerError(TransientError):
    """The call was sent and its answer is lost or useless: if it costs credits, it may have been charged."""


class WindowFullError(TransientError):
    """The hour's or the day's calls are used up, or the minute's again and again; `not_before` says until when."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its bytes, and what they say."""

    body: bytes = field(repr=False)
    data: dict[str, Any] = field(repr=False)


class ApolloApi:
    """Apollo as one key sees it. The HTTP client is built once, at the first call."""

    def __init__(
        self,
        key: SecretStr | None,
        url: str,
        *,
        minute_secs: float = 61.0,
        pause_secs: float = 2.0,
        timeout_secs: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        waiting: Callable[[str, int, int], None] = lambda _endpoint, _done, _total: None,
    ) -> None:
        self._key, self._url = key, url.rstrip("/")
        self._minute, self._pause, self._timeout, self._sleep = minute_secs, pause_secs, timeout_secs, sleep
        self._waiting = waiting
        never_proxy_loopback(url)

    def __repr__(self) -> str:
        return f"ApolloApi({urlsplit(self._url).hostname})"

    @cached_property
    def _client(self) -> httpx2.Client:
        if self._key is None or not self._key.get_secret_value():
            raise ConfigurationError(
                "There is no key for Apollo.",
                next_step="Set OUTREACH_APOLLO_API_KEY in the environment or in .env.",
            )
        base = self._url if self._url.endswith(_ENTIRE) else f"{self._url}{_ENTIRE}"
        client = httpx2.Client(
            base_url=f"{base}/",
            headers={
                "x-api-key": self._key.get_secret_value(),
                "accept": "application/json",
                "cache-control": "no-cache",
            },
            timeout=httpx2.Timeout(self._timeout, connect=10.0),
        )
        # Its connections end with this object, not when the collector finds them.
        weakref.finalize(self, client.close)
        return client

    def call(self, method: str, endpoint: str, body: Mapping[str, Any], *, charged: bool) -> Reply:
        """Make one call. Only a call that is not `charged` is repeated after a lost answer.

        Raises:
            LostAnswerError, WindowFullError, and what the table above says.

        """
        waits = 0
        for attempt in range(1, 1_000):
            try:
                response = self._send(method, endpoint, body)
            except LostAnswerError:
                if charged or attempt - waits >= _FREE_TRIES:
                    raise
                self._sleep(self._pause * 2 ** (attempt - waits - 1))
                continue
            if response.status_code == 429 and not is_about_money(response.text):
                self._wait_or_stop(endpoint, response, waits)
                waits += 1
                continue
            return self._reply(endpoint, response)
        raise AssertionError("unreachable: tries and waits are bounded")

    def _send(self, method: str, endpoint: str, body: Mapping[str, Any]) -> httpx2.Response:
        given: dict[str, Any] = {"params": dict(body)} if method == "GET" else {"json": dict(body)}
        try:
            response = self._client.request(method, endpoint, **given)
        except (
            httpx2.ConnectError,
            httpx2.ConnectTimeout,
            httpx2.PoolTimeout,
            httpx2.UnsupportedProtocol,
        ) as error:
            raise TransientError(
                f"Apollo could not be reached ({type(error).__name__}) for {endpoint}.", next_step=LATER
            ) from None
        except httpx2.HTTPError as error:
            raise LostAnswerError(
                f"The answer of Apollo to {endpoint} was lost ({type(error).__name__}).", next_step=LATER
            ) from None
        if response.status_code >= 500 or response.status_code in IN_DOUBT:
            raise LostAnswerError(f"Apollo answered {response.status_code} to {endpoint}.", next_step=LATER)
        return response

    def _wait_or_stop(self, endpoint: str, response: httpx2.Response, waits: int) -> None:
        full = full_window(response.text, response.headers)
        if not full.is_short or waits >= _MINUTE_WAITS:
            raise _full(endpoint, full)
        wait = self._minute if full.seconds is None else max(full.seconds, self._pause)
        seconds = max(1, round(wait))
        self._waiting(endpoint, 0, seconds)
        self._sleep(wait)
        self._waiting(endpoint, seconds, seconds)

    def _reply(self, endpoint: str, response: httpx2.Response) -> Reply:
        if response.status_code >= 400:
            raise refusal(endpoint, response.status_code, response.text)
        try:
            data = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise LostAnswerError(f"The answer of Apollo to {endpoint} is no JSON.", next_step=LATER) from None
        return Reply(response.content, data if isinstance(data, dict) else {})

    def health(self) -> bool:
        """Whether the key is accepted: Apollo answers 200 to any key, the body tells."""
        return self.call("GET", "auth/health", {}, charged=False).data.get("is_logged_in") is True


def _full(endpoint: str, full: Full) -> WindowFullError:
    error = WindowFullError(
        f"Apollo's calls per {full.window} are used up for {endpoint}.",
        next_step=f"Run it again in the next {full.window}; the pull goes on where it stopped.",
    )
    error.not_before = full.over_at(datetime.now(UTC))
    return error
