"""One team at Apollo: its key, its plan, its credits and windows.

Belongs here: who may ask how often and what is left. Does not belong here: endpoints (`service`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outreach_pipeline.sandbox.apollo.limits import Limits, Windows
from outreach_pipeline.sandbox.apollo.search import ApolloSearch
from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.http import Answer, Request, Service, json_answer

UPGRADE = "Please upgrade your plan from https://app.apollo.io/#/settings/plans/upgrade."


@dataclass(frozen=True, slots=True)
class Plan:
    """What the key may do. A search that needs a master key answers 403 without one; so does the older
    search.

    credits     to spend; when they are gone, charged calls answer 422
    """

    master_key: bool = True
    older_search: bool = True
    credits: float = 100_000.0


class ApolloAccount(Service):
    """The team; a subclass adds endpoints. `search` gives the view of the night in force."""

    def __init__(
        self,
        search: Callable[[], ApolloSearch],
        key: str,
        *,
        limits: Limits | None = None,
        plan: Plan | None = None,
    ) -> None:
        super().__init__("apollo")
        self.search = search
        self.key = key
        self.plan = plan or Plan()
        self.windows = Windows(limits or Limits())
        self.credits_used = 0.0
        self.enriched: dict[str, int] = {}
        self._credits_lock = threading.Lock()

    def normal(self, path: str) -> str:
        """/api/v1/people/match and /v1/people/match are /people/match."""
        for prefix in ("/api/v1/", "/v1/"):
            if path.startswith(prefix):
                return "/" + path.removeprefix(prefix)
        return path

    def refuse(self, status: int, fault: Fault | None, request: Request) -> Answer:
        """Apollo's error of that status."""
        endpoint = "api/v1" + self.normal(request.path)
        if status == 401:
            return Answer(b"Invalid access credentials.", 401, "text/plain; charset=utf-8")
        if status == 403:
            body = {
                "error": f"{endpoint} is not accessible with this api_key",
                "error_code": "API_INACCESSIBLE",
            }
            return json_answer(body, 403)
        if status == 429:
            return self._too_many(endpoint, fault.window if fault else "minute")
        if status in (502, 504):
            return Answer(b"<html>Bad gateway</html>", status, "text/html")
        texts = {404: "Not found", 422: "Unprocessable", 500: "Internal server error", 400: "Bad request"}
        return json_answer({"error": texts.get(status, f"Status {status}")}, status)

    def admit(self, request: Request) -> Answer | None:
        """401 without the key, 422 for a key in query or body, 429 when a window is full."""
        if "api_key" in request.query or b'"api_key"' in request.body:
            message = "API key must be passed in the X-Api-Key header for security reasons"
            return json_answer({"error": message}, 422)
        path = self.normal(request.path)
        if path == "/auth/health":
            return None
        if request.headers.get("x-api-key") != self.key:
            return self.refuse(401, None, request)
        full = self.windows.enter(path)
        return self._too_many("api/v1" + path, full) if full else None

    def answer(self, request: Request) -> Answer:
        """As any service, with the headers of the windows."""
        answer = super().answer(request)
        if answer.status == 200 and not request.path.startswith("/sandbox/"):
            answer.headers |= self.windows.headers(self.normal(request.path))
        return answer

    def _too_many(self, endpoint: str, window: str) -> Answer:
        limit = self.windows.limits.of(window)
        most = f"{limit} times per {window}"
        text = f"The maximum number of api calls allowed for {endpoint} is {most}. {UPGRADE}"
        body: dict[str, Any] = {"message": text}
        if window != "minute":
            body["error_details"] = {"code": "USAGE.RATE_LIMIT.API_RATE_LIMIT_EXCEEDED"}
        return json_answer(body, 429, self.windows.headers("/" + endpoint.removeprefix("api/v1/")))

    def charge(self, amount: float) -> bool:
        """Take credits; False when there are not enough, and nothing was taken."""
        with self._credits_lock:
            if self.credits_used + amount > self.plan.credits:
                return False
            self.credits_used += amount
            return True
