"""One account at Apify: its token, its money, and the start of runs.

Belongs here: who may ask, what a start costs, which run a start becomes. Does not belong here: reading runs
and items (`service`), bodies (`answers`), states (`runs`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach_pipeline.sandbox.apify import answers
from outreach_pipeline.sandbox.apify.actors import ActorKind, find_actor
from outreach_pipeline.sandbox.apify.misbehave import (
    FAILING,
    OTHERS,
    lingering,
    message,
    not_found_places,
    shaped,
    with_others,
)
from outreach_pipeline.sandbox.apify.query import decimal, input_object, integer, not_found
from outreach_pipeline.sandbox.apify.runs import Run, Runs, Timing, affordable, utc_now
from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.http import Answer, Request, Service, json_answer

ItemsOf = Callable[[ActorKind, Mapping[str, Any]], Sequence[bytes]]
"""Gives the items of a run as JSON bytes; raises ValueError when the input is not valid."""

_MAX_WAIT = 60


class ApifyAccount(Service):
    """The account; a subclass adds what can be read."""

    def __init__(
        self,
        items_of: ItemsOf,
        token: str,
        *,
        timing: Timing | None = None,
        monthly_limit_usd: float = 1000.0,
    ) -> None:
        super().__init__("apify")
        self.items_of = items_of
        self.token = token
        self.timing = timing or Timing()
        self.monthly_limit_usd = monthly_limit_usd
        self.runs = Runs()
        self.route("POST", "/v2/actors/{actor}/runs", self._start)

    def normal(self, path: str) -> str:
        """/v2/acts/... is /v2/actors/..., and user%2Fname is user~name."""
        if path.startswith("/v2/acts/"):
            path = "/v2/actors/" + path.removeprefix("/v2/acts/")
        return path.replace("%2F", "~").replace("%7E", "~")

    def refuse(self, status: int, fault: Fault | None, request: Request) -> Answer:
        """Apify's error of that status; 502 and 504 come from a proxy and are HTML."""
        if status in (502, 504):
            return Answer(b"<html><body>Bad Gateway</body></html>", status, "text/html")
        if fault is not None and fault.kind == "expired_dataset":
            return json_answer(answers.error(404, "record-not-found", "Dataset was not found"), 404)
        if fault is None and status == 404:
            text = f"{request.method} {request.path} does not exist"
            return json_answer(answers.error(404, "page-not-found", text), 404)
        return json_answer(answers.error(status), status)

    def admit(self, request: Request) -> Answer | None:
        """401 without the token."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.query.get(
            "token", ""
        )
        return None if given == self.token else json_answer(answers.error(401), 401)

    @property
    def charged_usd(self) -> Decimal:
        """What all runs cost, as the bill will say once it is settled."""
        return sum((run.final_cost for run in self.runs.all()), Decimal(0))

    def _start(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        if kind is None:
            return not_found("Actor was not found")
        refusal = self._check_money(kind, request.query)
        if refusal is not None:
            return refusal
        try:
            given = input_object(request)
            items = self.items_of(kind, given)
        except ValueError as error:
            return json_answer(answers.error(400, "invalid-input", str(error)), 400)
        fault = self.faults.take(f"POST /v2/actors/{found['actor'].replace('/', '~')}/runs", of_runs=True)
        if fault is not None and fault.kind in OTHERS:
            everybody = self.items_of(kind, {**given, **{key: ["all"] for key in kind.selects}})
            items = with_others(fault.kind, kind.shape, items, everybody)
        run = self.add_run(
            kind, request.body, items, query=request.query, fault=fault,
            input_type=request.headers.get("content-type"),
            user_agent=request.headers.get("user-agent"),
        )  # fmt: skip
        self._wait(run, request.query)
        return json_answer({"data": answers.run_object(run)}, 201)

    def add_run(  # noqa: PLR0913 - all but three by keyword
        self, kind: ActorKind, body: bytes, items: Sequence[bytes], *, query: Mapping[str, str] | None = None,
        fault: Fault | None = None, input_type: str | None = None, user_agent: str | None = None,
        started_at: datetime | None = None, origin: str = "API", task: str | None = None,
    ) -> Run:  # fmt: skip
        """Start a run. With `started_at` it is one that an outside schedule started then; it has ended
        since.
        """
        options = query or {}
        cap = decimal(options.get("maxTotalChargeUsd"))
        behaviour = fault.kind if fault is not None else ""
        items, charged = shaped(items, behaviour)
        end = fault.end if fault is not None and behaviour in FAILING else "SUCCEEDED"
        paid = affordable(kind, len(items), cap)
        note = None if paid == len(items) else "The charge limit of the run was reached."
        begin = time.monotonic() - (
            0 if started_at is None else self.timing.ready + self.timing.running + 3600
        )

        def make(number: int) -> Run:
            return Run(
                number, kind, body or b"{}", input_type or "application/json", items[:paid],
                started_at or utc_now(),
                begin, self.timing, end, behaviour == "never_ends", charged, cap,
                integer(options.get("maxItems")),
                integer(options.get("timeout")) or (0 if behaviour == "never_ends" else 3600),
                integer(options.get("memory")) or 1024, origin, user_agent, note or message(end, paid),
                lingering(fault), not_found_places(kind.event, items[:paid]), task,
            )  # fmt: skip

        return self.runs.add(make)

    def _check_money(self, kind: ActorKind, query: Mapping[str, str]) -> Answer | None:
        text = query.get("maxTotalChargeUsd")
        cap = decimal(text)
        if text is not None and (cap is None or cap <= 0):
            return json_answer(
                answers.error(
                    400, "max-total-charge-usd-must-be-greater-than-zero", "It must be greater than 0"
                ),
                400,
            )
        if cap is not None and cap < kind.minimum:
            text = f"The minimum for this Actor is {kind.minimum} USD"
            return json_answer(answers.error(400, "max-total-charge-usd-below-minimum", text), 400)
        if float(self.charged_usd) >= self.monthly_limit_usd:
            return json_answer(answers.error(402), 402)
        return None

    def _wait(self, run: Run, query: Mapping[str, str]) -> None:
        """Hold the answer until the run ends, at most as long as asked for and never above a minute."""
        deadline = time.monotonic() + min(float(query.get("waitForFinish") or 0), _MAX_WAIT)
        while not run.is_terminal and time.monotonic() < deadline:
            time.sleep(0.02)
