"""Live targets: reading and writing records at a CRM or sequencer over HTTP.

Belongs here: the words of each vendor, its batches and its errors. Does not belong here: which fields may be written
and what was written before (`stages.push`).

====================== ================ =================================================================
answer                 ours             because
====================== ================ =================================================================
429                    waited for       Retry-After, or some seconds; four times at most
5xx, silence           TransientError   it may have been written: the next push reads before it writes
401, 403               ConfigurationError the key
207, an error of a row a note           that row is refused, the others are written
other 4xx              ConfigurationError a field that the account does not have, for example
====================== ================ =================================================================
"""

from __future__ import annotations

import time
import tomllib
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx2
from pydantic import BaseModel, ConfigDict, Field

from outreach_pipeline.errors import ConfigurationError, TransientError

_FILE = Path(__file__).with_name("live.toml")
_WAITS = 4


class LiveTarget(BaseModel):
    """One live target, as data."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    url: str
    key: str
    most: int = Field(ge=1)
    fields: Mapping[str, str]


class Record(NamedTuple):
    """A record there: its id, and its fields by their names, as text."""

    their_id: str
    fields: dict[str, str]


class Change(NamedTuple):
    """What is to be written: a record to make (no id) or fields to change."""

    email: str
    their_id: str | None
    fields: dict[str, str]


class Written(NamedTuple):
    """What became of a change: the id, or why it was refused."""

    their_id: str | None
    note: str = ""


class TargetApi(Protocol):
    """What every live target can do."""

    def read(self, emails: Sequence[str]) -> dict[str, Record]:
        """The records of these addresses that are there."""

    def write(self, changes: Sequence[Change]) -> dict[str, Written]:
        """Write; by address what became of each."""

    def remove(self, their_ids: Sequence[str]) -> None:
        """Take records out; one that is not there is no error."""


def load_targets(file: Path = _FILE) -> dict[str, LiveTarget]:
    """The live targets by name."""
    return {name: LiveTarget(**table) for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items()}


class _Http:
    """One HTTP client with a bearer token."""

    def __init__(
        self, target: LiveTarget, key: str, url: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        if not key:
            raise ConfigurationError(
                f"There is no key for {target.title}.",
                next_step=f"Set {target.key} in the environment. Nothing was written.",
            )
        self._target, self._key, self._url, self._sleep = target, key, url or target.url, sleep

    @cached_property
    def _client(self) -> httpx2.Client:
        client = httpx2.Client(
            base_url=self._url.rstrip("/"), headers={"authorization": f"Bearer {self._key}"},
            timeout=httpx2.Timeout(60.0, connect=10.0),
        )  # fmt: skip
        weakref.finalize(self, client.close)
        return client

    def call(self, method: str, path: str, body: Any = None, *, fine: tuple[int, ...] = ()) -> Any:
        """The answer as JSON; statuses of `fine` beside 2xx are answers too."""
        title = self._target.title
        for attempt in range(_WAITS + 1):
            try:
                response = self._client.request(method, path, json=body)
            except httpx2.HTTPError as error:
                raise TransientError(
                    f"{title} did not answer ({type(error).__name__}).",
                    next_step="Push again: what is there is read first, and nothing is written twice.",
                ) from None
            if response.status_code != 429 or attempt == _WAITS:
                break
            self._sleep(_seconds(response.headers.get("retry-after")))
        if response.status_code in (401, 403):
            raise ConfigurationError(f"{title} does not accept the key.", next_step=f"Check {self._target.key}.")
        if response.status_code == 429 or response.status_code >= 500:
            raise TransientError(f"{title} answered {response.status_code}.", next_step="Push again later.")
        if response.status_code >= 400 and response.status_code not in fine:
            raise ConfigurationError(
                f"{title} refused a call with {response.status_code}.",
                next_step="Check that the account has every field of the target (docs/campaigns.md).",
            )
        return response.json() if response.content else {}


class HubSpot(_Http):
    """HubSpot CRM objects v3, contacts, found by their address."""

    def read(self, emails: Sequence[str]) -> dict[str, Record]:
        """See `TargetApi.read`; addresses that are not there come as errors of a 207."""
        body = {
            "idProperty": "email", "properties": list(self._target.fields), "inputs": [{"id": email} for email in
            emails],
        }  # fmt: skip
        said = self.call("POST", "/crm/v3/objects/contacts/batch/read", body)
        return {
            str(row["properties"].get("email") or "").lower(): Record(str(row["id"]), _texts(row["properties"]))
            for row in said.get("results", ())
        }

    def write(self, changes: Sequence[Change]) -> dict[str, Written]:
        """See `TargetApi.write`: one upsert by address, so that a record made in between is no second one."""
        inputs = [{"id": each.email, "idProperty": "email", "properties": each.fields} for each in changes]
        said = self.call("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": inputs})
        done = {
            str(row["properties"].get("email") or "").lower(): Written(str(row["id"]))
            for row in said.get("results", ())
        }
        notes = {
            str(name).lower(): str(error.get("category", "refused"))
            for error in said.get("errors", ())
            for name in error.get("context", {}).get("id", ())
        }
        return {each.email: done.get(each.email, Written(None, notes.get(each.email, "refused"))) for each in changes}

    def remove(self, their_ids: Sequence[str]) -> None:
        """See `TargetApi.remove`."""
        self.call("POST", "/crm/v3/objects/contacts/batch/archive", {"inputs": [{"id": each} for each in their_ids]})


class Instantly(_Http):
    """Instantly API v2, leads of one campaign there."""

    campaign = ""

    def read(self, emails: Sequence[str]) -> dict[str, Record]:
        """See `TargetApi.read`."""
        found: dict[str, Record] = {}
        after: str | None = None
        while True:
            body = {"campaign": self.campaign, "contacts": list(emails), "limit": 100}
            said = self.call("POST", "/api/v2/leads/list", body | ({"starting_after": after} if after else {}))
            for row in said.get("items", ()):
                fields = {
                    **(row.get("payload") or {}),
                    **{key: value for key, value in row.items() if key != "payload"},
                }
                found[str(row.get("email") or "").lower()] = Record(str(row["id"]), _texts(fields))
            after = said.get("next_starting_after")
            if not after:
                return found

    def write(self, changes: Sequence[Change]) -> dict[str, Written]:
        """See `TargetApi.write`: new leads in one call, changes one by one."""
        done = {}
        new = [each for each in changes if each.their_id is None]
        if new:
            body = {
                "campaign_id": self.campaign,
                "skip_if_in_campaign": True,
                "leads": [_lead(each.fields) for each in new],
            }
            said = self.call("POST", "/api/v2/leads/add", body)
            made = {str(row["email"]).lower(): Written(str(row["id"])) for row in said.get("created_leads", ())}
            done = {each.email: made.get(each.email, Written(None, "not taken")) for each in new}
        for each in changes:
            if each.their_id is not None:
                self.call("PATCH", f"/api/v2/leads/{each.their_id}", _lead(each.fields))
                done[each.email] = Written(each.their_id)
        return done

    def remove(self, their_ids: Sequence[str]) -> None:
        """See `TargetApi.remove`."""
        for each in their_ids:
            self.call("DELETE", f"/api/v2/leads/{each}", fine=(404,))


_OWN = frozenset({"email", "first_name", "last_name", "company_name", "website", "phone", "personalization"})


def _lead(fields: Mapping[str, str]) -> dict[str, Any]:
    """A lead with its own fields, and the others as variables."""
    own = {name: value for name, value in fields.items() if name in _OWN}
    return own | {"custom_variables": {name: value for name, value in fields.items() if name not in _OWN}}


def _texts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def _seconds(told: str | None) -> float:
    try:
        return min(max(float(told or ""), 0.05), 60.0)
    except ValueError:
        return 10.0
