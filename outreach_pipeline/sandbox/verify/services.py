"""ZeroBounce's and MillionVerifier's HTTP, as far as a pipeline uses it.

Belongs here: endpoints, envelopes, what is charged. Does not belong here: what is true (`mailboxes`), connections
(`http`).

Beside the faults of every sandbox server, a test may set `half` (so many of the next answers hold every second address
only) and `refuses` (the key is not accepted: status 200 with an error in it, as both do).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import threading
from collections.abc import Mapping
from typing import Any

from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.http import Answer, Request, Service, json_answer
from outreach_pipeline.sandbox.verify.mailboxes import MILLIONVERIFIER, ZEROBOUNCE, Mailboxes

VERIFY_KEY = "sandbox-verifier-key"
_FILE_NAME = re.compile(rb'filename="([^"]*)"')


class _Verifier(Service):
    """What both have: a key, a balance, and the addresses that were paid for, once per charge."""

    def __init__(self, name: str, mailboxes: Mailboxes, balance: int = 100_000) -> None:
        super().__init__(name)
        self.mailboxes, self.credits = mailboxes, balance
        self.charged: list[str] = []
        self.half = 0
        self.refuses = False
        self._lock = threading.Lock()

    def refuse(self, status: int, fault: Fault | None, _request: Request) -> Answer:
        """The status, with a Retry-After of the fault's seconds when it is 429."""
        after = {"Retry-After": str(fault.seconds)} if fault is not None and status == 429 else {}
        return json_answer({"error": f"status {status}"}, status, after)

    def charge(self, address: str, *, free: bool) -> None:
        """Take a credit for an address, unless its answer costs nothing."""
        with self._lock:
            if not free:
                self.credits -= 1
                self.charged.append(address)

    def answered(self, rows: list[Any]) -> list[Any]:
        """The rows that the answer holds: all, or every second one."""
        if self.half:
            self.half -= 1
            return rows[::2]
        return rows


class ZeroBounceService(_Verifier):
    """ZeroBounce API v2."""

    def __init__(self, mailboxes: Mailboxes, balance: int = 100_000) -> None:
        super().__init__("zerobounce", mailboxes, balance)
        self.route("POST", "/v2/validatebatch", self._batch)
        self.route("GET", "/v2/getcredits", self._balance)

    def _batch(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = request.json()
        if self.refuses or body.get("api_key") != VERIFY_KEY:
            words = "Invalid API Key or your account ran out of credits"
            return json_answer({"email_batch": [], "errors": [{"error": words, "email_address": "all"}]})
        wanted = [each["email_address"] for each in body["email_batch"]]
        return json_answer({"email_batch": self.answered([self._row(each) for each in wanted]), "errors": []})

    def _row(self, address: str) -> dict[str, Any]:
        status, below = ZEROBOUNCE[self.mailboxes.truth(address)]
        self.charge(address, free=status == "unknown")
        return {
            "address": address, "status": status, "sub_status": below, "free_email": False, "did_you_mean": None,
            "account": address.partition("@")[0], "domain": address.partition("@")[2], "mx_found": "true",
            "mx_record": f"mx.{address.partition('@')[2]}", "processed_at": "2026-11-21 02:00:00.000",
        }  # fmt: skip

    def _balance(self, request: Request, _found: Mapping[str, str]) -> Answer:
        known = not self.refuses and request.query.get("api_key") == VERIFY_KEY
        return json_answer({"Credits": str(self.credits if known else -1)})


class MillionVerifierService(_Verifier):
    """MillionVerifier's single API v3 and bulk API v2. `polls`: how often a file is still in progress."""

    def __init__(self, mailboxes: Mailboxes, balance: int = 100_000, polls: int = 1) -> None:
        super().__init__("millionverifier", mailboxes, balance)
        self.polls = polls
        self._files: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self.route("GET", "/api/v3", self._single)
        self.route("GET", "/api/v3/credits", self._balance)
        self.route("POST", "/bulkapi/v2/upload", self._upload)
        self.route("GET", "/bulkapi/v2/filelist", self._list)
        self.route("GET", "/bulkapi/v2/fileinfo", self._info)
        self.route("GET", "/bulkapi/v2/download", self._download)

    def _is_known(self, request: Request) -> bool:
        given = request.query.get("api") or request.query.get("key")
        return not self.refuses and given == VERIFY_KEY

    def _single(self, request: Request, _found: Mapping[str, str]) -> Answer:
        address = request.query.get("email", "")
        if not self._is_known(request):
            return json_answer(
                {
                    "email": address, "quality": "", "result": "error", "resultcode": 4, "subresult": "",
                    "credits": 0, "executiontime": 0, "error": "invalid_api_key", "livemode": False,
                }
            )  # fmt: skip
        return json_answer(self._row(address))

    def _row(self, address: str) -> dict[str, Any]:
        result, code, below = MILLIONVERIFIER[self.mailboxes.truth(address)]
        self.charge(address, free=result in ("unknown", "catch_all"))
        return {
            "email": address, "quality": "good" if code == 1 else "bad", "result": result, "resultcode": code,
            "subresult": below, "free": False, "role": False, "didyoumean": "", "credits": self.credits,
            "executiontime": 1, "error": "", "livemode": True,
        }  # fmt: skip

    def _balance(self, request: Request, _found: Mapping[str, str]) -> Answer:
        if not self._is_known(request):
            return json_answer({"error": "invalid_api_key"})
        return json_answer({"credits": self.credits})

    def _upload(self, request: Request, _found: Mapping[str, str]) -> Answer:
        if not self._is_known(request):
            return json_answer({"error": "apikey not found"})
        name = _FILE_NAME.search(request.body)
        content = request.body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0].decode()
        number = str(next(self._numbers))
        rows = [self._row(each) for each in content.split("\n") if each]
        self._files[number] = {"name": name[1].decode() if name else "", "rows": rows, "polls": self.polls}
        return json_answer({"file_id": number, "file_name": self._files[number]["name"], "status": "in_progress"})

    def _list(self, request: Request, _found: Mapping[str, str]) -> Answer:
        wanted = request.query.get("name", "")
        files = [
            {"file_id": number, "file_name": file["name"], "status": "finished"}
            for number, file in self._files.items() if wanted in file["name"]
        ]  # fmt: skip
        return json_answer({"files": files, "total": len(files)})

    def _info(self, request: Request, _found: Mapping[str, str]) -> Answer:
        file = self._files.get(request.query.get("file_id", ""))
        if file is None:
            return json_answer({"error": "file not found"})
        file["polls"] -= 1
        return json_answer({"status": "in_progress" if file["polls"] >= 0 else "finished", "percent": 100})

    def _download(self, request: Request, _found: Mapping[str, str]) -> Answer:
        file = self._files.get(request.query.get("file_id", ""), {"rows": []})
        text = io.StringIO()
        writer = csv.DictWriter(text, ["email", "quality", "result", "free", "role"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.answered(file["rows"]))
        return Answer(text.getvalue().encode(), content_type="application/octet-stream")
