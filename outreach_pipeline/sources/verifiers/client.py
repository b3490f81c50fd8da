"""Calls to a paid verifier over one HTTP client: filling in a call, reading its answer, working a file.

Belongs here: HTTP and the table of answers. Does not belong here: whom to ask about (`paid`), money.

========================== ================= ==========================================================
answer                     ours              because
========================== ================= ==========================================================
connection refused         TransientError    nothing was sent
429                        waited for        once a call per `wait_secs`; thrice, then TransientError
other 4xx                  ConfigurationError key, plan, or a call that it does not understand: not charged
200 that is an error       by `errors`       account: ConfigurationError; later: TransientError
5xx, 408, silence, half    LostAnswerError   it may have been charged
200, not as expected       LostAnswerError   as well
========================== ================= ==========================================================

A file that was received is asked about by its name, so a lost receipt is only lost when it is not found.
"""

from __future__ import annotations

import csv
import io
import logging
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
import orjson

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.sources.actor_input import known_variables
from outreach_pipeline.sources.apify_api import never_proxy_loopback
from outreach_pipeline.sources.apollo_api import LostAnswerError
from outreach_pipeline.sources.verifiers.provider import Ask, Provider

_WAITS = 3
_LATER = "Run it again later; nothing is paid twice."


class Said(NamedTuple):
    """What the verifier said of one address, verbatim, and whether it costs nothing."""

    email: str
    answer: dict[str, Any]
    is_free: bool


@dataclass(eq=False)
class VerifierClient:
    """One verifier as our key sees it."""

    provider: Provider
    url: str = ""
    pause_secs: float = 2.0
    poll_tries: int = 200
    sleep: Callable[[float], None] = time.sleep

    def verify(self, emails: Sequence[str]) -> list[Said]:
        """Ask about some addresses; those that the answer leaves out are not in the list.

        Raises LostAnswerError when it may have been charged, other errors when it was surely not.
        """
        return self._said(self._call(emails, ""), emails)

    def send_file(self, emails: Sequence[str], tag: str) -> str:
        """Send some addresses as a file of that name; its number. Errors as for `verify`."""
        receipt = at(self._call(emails, tag), self._ask.id)
        if not receipt:
            raise LostAnswerError(f"{self.provider.title} gave no receipt for a file.", next_step=_LATER)
        return str(receipt)

    def find(self, tag: str, batch_id: str = "") -> str | None:  # noqa: ARG002 - names are unique over all batches
        """The number of the file that was sent under this name; None when the verifier has none."""
        find = self.provider.find
        if find is None:
            return None
        listed = at(self._read(find.path, tag=tag), find.items)
        rows = listed if isinstance(listed, list) else []
        return next((str(row[find.id]) for row in rows if tag in str(row.get(find.name, ""))), None)

    def collect(self, file_id: str, emails: Sequence[str]) -> list[Said]:
        """Wait for a file and read its result. A file that failed brought nothing, and may have been charged."""
        poll, fetch = self.provider.poll, self.provider.fetch
        if poll is None or fetch is None:
            raise ConfigurationError(f"{self.provider.title} takes no files.", next_step="Add [poll] and [fetch].")
        for attempt in range(self.poll_tries):
            status = str(at(self._read(poll.path, id=file_id), poll.status))
            if status in poll.done:
                text = self._get(fetch.path, id=file_id).text
                return self._said([dict(row) for row in csv.DictReader(io.StringIO(text))], emails)
            if status in poll.failed:
                raise LostAnswerError(f"{self.provider.title} gave up a file ({status}).", next_step=_LATER)
            self.sleep(min(self.pause_secs * 2 ** min(attempt, 4), 30.0))
        raise TransientError(f"{self.provider.title} is not done with a file yet.", next_step="Run it again later.")

    def balance(self) -> str | None:
        """Credits that the account has left, as the verifier says; None where it does not. Costs nothing."""
        asked = self.provider.balance
        if asked is None:
            return None
        said = self._read(asked.path)
        self._check(said)
        return str(at(said, asked.at))

    # ----------------------------------------------------------------------------------------------------- one call
    def _call(self, emails: Sequence[str], tag: str) -> Any:
        ask = self._ask
        given: dict[str, Any] = {}
        if ask.file:
            given["files"] = {ask.file: (f"{tag}.txt", "\n".join(emails).encode(), "text/plain")}
        elif ask.body is not None:
            given["json"] = filled(ask.body, emails, {"key": self._key, "tag": tag})
        url = self._path(ask.path, email=emails[0], tag=tag)
        for waits in range(_WAITS + 1):
            response = self._sent(ask.method, url, given)
            if response.status_code != 429:
                break
            if waits == _WAITS:
                raise TransientError(f"{self.provider.title} takes no more calls for now.", next_step=_LATER)
            self.sleep(_wait(response, self.provider.wait_secs))
        said = self._json(response)
        self._check(said)
        return said

    def _read(self, path: str, **names: str) -> Any:
        return self._json(self._get(path, **names))

    def _get(self, path: str, **names: str) -> httpx2.Response:
        """A call that costs nothing is made again after a lost answer."""
        for attempt in range(_WAITS + 1):
            try:
                response = self._sent("GET", self._path(path, **names), {})
            except LostAnswerError:
                if attempt == _WAITS:
                    raise
                self.sleep(self.pause_secs * 2**attempt)
                continue
            if response.status_code != 429:
                return response
            self.sleep(_wait(response, self.provider.wait_secs))
        raise TransientError(f"{self.provider.title} takes no more calls for now.", next_step=_LATER)

    def _sent(self, method: str, url: str, given: dict[str, Any]) -> httpx2.Response:
        title = self.provider.title
        try:
            response = self._client.request(method, url, **given)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol) as error:
            raise TransientError(f"{title} could not be reached ({type(error).__name__}).", next_step=_LATER) from None
        except httpx2.HTTPError as error:
            raise LostAnswerError(
                f"The answer of {title} was lost ({type(error).__name__}).", next_step=_LATER
            ) from None
        if response.status_code >= 500 or response.status_code in (408, 499):
            raise LostAnswerError(f"{title} answered {response.status_code}.", next_step=_LATER)
        if response.status_code >= 400 and response.status_code != 429:
            raise self._refused(f"it answered {response.status_code}")
        return response

    def _json(self, response: httpx2.Response) -> Any:
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise LostAnswerError(f"The answer of {self.provider.title} is no JSON.", next_step=_LATER) from None

    def _check(self, said: Any) -> None:
        for slip in self.provider.answer.errors:
            text = at(said, slip.at)
            if not isinstance(text, str) or not text or slip.has.lower() not in text.lower():
                continue
            if slip.means == "later":
                raise TransientError(f"{self.provider.title} could not look just now.", next_step=_LATER)
            raise self._refused("it names the key or the balance")

    def _refused(self, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.provider.title} refused the call: {why}.",
            next_step=f"Check {self.provider.key} and the account's credits (`outreach doctor`). Nothing was charged.",
        )

    def _said(self, said: Any, emails: Sequence[str]) -> list[Said]:
        """What the answer holds of those who were asked about; an answer about strangers is left out."""
        reading = self.provider.answer
        found = at(said, reading.items) if reading.items else said
        rows = found if isinstance(found, list) else [found]
        wanted = set(emails)
        by_email = {str(row.get(reading.email) or "").strip().lower(): row for row in rows if isinstance(row, dict)}
        if not wanted & by_email.keys():
            raise LostAnswerError(f"The answer of {self.provider.title} names nobody asked about.", next_step=_LATER)
        return [
            Said(email, by_email[email], str(by_email[email].get(reading.word)).lower() in self.provider.free_words)
            for email in emails
            if email in by_email
        ]

    # ----------------------------------------------------------------------------------------------- what is filled in
    @property
    def _ask(self) -> Ask:
        assert self.provider.ask is not None  # noqa: S101 - a provider has it or an actor, and then another client
        return self.provider.ask

    @property
    def _key(self) -> str:
        key = known_variables().get(self.provider.key, "")
        if not key:
            raise ConfigurationError(
                f"There is no key for {self.provider.title}.",
                next_step=f"Set {self.provider.key} in the environment or in .env. Nothing was spent.",
            )
        return key

    def _path(self, path: str, **names: str) -> str:
        filled = path.replace("{key}", quote(self._key, safe=""))
        for name, value in names.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        return filled

    @cached_property
    def _client(self) -> httpx2.Client:
        base = (self.url or self.provider.url).rstrip("/")
        never_proxy_loopback(base)
        # It logs every address that it calls, and these hold the key and somebody's address.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        client = httpx2.Client(base_url=base, timeout=httpx2.Timeout(self.provider.timeout_secs, connect=10.0))
        weakref.finalize(self, client.close)
        return client


def at(said: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    for step in path.split("."):
        if isinstance(said, Mapping):
            said = said.get(step)
        elif isinstance(said, list) and step.isdigit() and int(step) < len(said):
            said = said[int(step)]
        else:
            return None
    return said


def filled(value: Any, subjects: Sequence[str], names: Mapping[str, str], place: str = "{email}") -> Any:
    """A body with its names filled in; the element of a list that holds `place` is repeated for each subject."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value.replace(place, subjects[0]) if len(subjects) == 1 else value
    if isinstance(value, Mapping):
        return {key: filled(each, subjects, names, place) for key, each in value.items()}
    if isinstance(value, list | tuple):
        if place in str(value):
            return [filled(each, [subject], names, place) for subject in subjects for each in value]
        return [filled(each, subjects, names, place) for each in value]
    return value


def _wait(response: httpx2.Response, usual: float) -> float:
    try:
        return min(max(float(response.headers.get("retry-after", "")), 0.05), 120.0)
    except ValueError:
        return usual
