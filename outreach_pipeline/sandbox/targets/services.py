"""HubSpot's contacts (CRM objects v3) and Instantly's leads (API v2), as far as a push uses them.

Belongs here: endpoints, envelopes, errors of single rows. Does not belong here: connections and faults
(`sandbox.http`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.http import Answer, Request, Service, json_answer

TARGET_KEY = "sandbox-target-key"
_CONTACTS = "/crm/v3/objects/contacts/batch"


class _Target(Service):
    """What both have: a key, records by number, and a count of writes."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.records: dict[str, dict[str, Any]] = {}
        self.writes = 0
        self._numbers = itertools.count(101)

    def admit(self, request: Request) -> Answer | None:
        """401 without the key."""
        given = request.headers.get("authorization")
        return (
            None
            if given == f"Bearer {TARGET_KEY}"
            else json_answer({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
        )

    def refuse(self, status: int, fault: Fault | None, _request: Request) -> Answer:
        """The status; 429 says when to come back."""
        after = {"Retry-After": str(fault.seconds)} if fault is not None and status == 429 else {}
        return json_answer({"status": "error", "message": f"status {status}"}, status, after)

    def by_email(self, email: str) -> str | None:
        """The number of the record with this address."""
        return next((number for number, each in self.records.items() if each["email"] == email.lower()), None)

    def make(self, fields: dict[str, Any]) -> str:
        """A new record."""
        number = str(next(self._numbers))
        self.records[number] = {**fields, "email": str(fields["email"]).lower()}
        return number


class HubSpotService(_Target):
    """Batches of 100 at most; `rejects` are addresses that an upsert refuses, in a 207."""

    def __init__(self) -> None:
        super().__init__("hubspot")
        self.rejects: set[str] = set()
        self.route("POST", f"{_CONTACTS}/read", self._read)
        self.route("POST", f"{_CONTACTS}/upsert", self._upsert)
        self.route("POST", f"{_CONTACTS}/archive", self._archive)

    def _read(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = request.json()
        if len(body["inputs"]) > 100:
            return self.refuse(400, None, request)
        found, missing = [], []
        for each in body["inputs"]:
            number = self.by_email(each["id"])
            if number is None:
                missing.append(each["id"])
            else:
                properties = {name: self.records[number].get(name) for name in ("email", *body["properties"])}
                found.append({"id": number, "properties": properties})
        answer: dict[str, Any] = {"status": "COMPLETE", "results": found}
        if missing:
            errors = [{"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": missing}}]
            return json_answer(answer | {"numErrors": 1, "errors": errors}, 207)
        return json_answer(answer)

    def _upsert(self, request: Request, _found: Mapping[str, str]) -> Answer:
        inputs = request.json()["inputs"]
        if len(inputs) > 100:
            return self.refuse(400, None, request)
        results, errors = [], []
        for each in inputs:
            if each["id"] in self.rejects:
                errors.append({"status": "error", "category": "VALIDATION_ERROR", "context": {"id": [each["id"]]}})
                continue
            number = self.by_email(each["id"])
            new = number is None
            if number is None:
                number = self.make({**each["properties"], "email": each["id"]})
            else:
                self.records[number] |= each["properties"]
            self.writes += 1
            results.append({"id": number, "new": new, "properties": dict(self.records[number])})
        answer: dict[str, Any] = {"status": "COMPLETE", "results": results}
        return json_answer(
            answer | ({"numErrors": len(errors), "errors": errors} if errors else {}), 207 if errors else 200
        )

    def _archive(self, request: Request, _found: Mapping[str, str]) -> Answer:
        for each in request.json()["inputs"]:
            self.records.pop(each["id"], None)
        return Answer(status=204)


class InstantlyService(_Target):
    """Leads of campaigns; custom variables come back as `payload`."""

    def __init__(self) -> None:
        super().__init__("instantly")
        self.route("POST", "/api/v2/leads/list", self._list)
        self.route("POST", "/api/v2/leads/add", self._add)
        self.route("PATCH", "/api/v2/leads/{number}", self._patch)
        self.route("DELETE", "/api/v2/leads/{number}", self._delete)

    def _list(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = request.json()
        wanted = {each.lower() for each in body.get("contacts", ())}
        items = [
            {"id": number, **each}
            for number, each in self.records.items()
            if each["campaign"] == body["campaign"] and (not wanted or each["email"] in wanted)
        ]
        return json_answer({"items": items})

    def _add(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = request.json()
        created = []
        for place, lead in enumerate(body["leads"]):
            if self.by_email(lead["email"]) is not None and body.get("skip_if_in_campaign"):
                continue
            number = self.make({**_flat(lead), "campaign": body["campaign_id"]})
            self.writes += 1
            created.append({"index": place, "id": number, "email": lead["email"]})
        return json_answer({"status": "success", "created_leads": created, "leads_uploaded": len(created)})

    def _patch(self, request: Request, found: Mapping[str, str]) -> Answer:
        if found["number"] not in self.records:
            return self.refuse(404, None, request)
        changed = _flat(request.json())
        record = self.records[found["number"]]
        record["payload"] = {**record.get("payload", {}), **changed.pop("payload", {})}
        record |= changed
        self.writes += 1
        return json_answer({"id": found["number"], **record})

    def _delete(self, request: Request, found: Mapping[str, str]) -> Answer:
        if self.records.pop(found["number"], None) is None:
            return self.refuse(404, None, request)
        return json_answer({"id": found["number"]})


def _flat(lead: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in lead.items() if name != "custom_variables"}
    return own | ({"payload": dict(lead["custom_variables"])} if lead.get("custom_variables") else {})
