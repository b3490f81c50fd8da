"""Apify's HTTP API v2 as far as a pipeline uses it: actors, runs, datasets, records, limits and usage.

Belongs here: routes, their parameters, keys and money rules. Does not belong here: bodies (`apify_answers`),
states (`apify_runs`), items (`render`).

Both spellings of paths are served: /v2/actors/... (client 3.x) and /v2/acts/... (older clients, most
examples).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach_pipeline.sandbox import apify_answers as answers
from outreach_pipeline.sandbox.apify_actors import ActorKind, find_actor
from outreach_pipeline.sandbox.apify_runs import Run, Runs, Timing, affordable, utc_now
from outreach_pipeline.sandbox.faults import Fault
from outreach_pipeline.sandbox.http import Answer, Request, Service, json_answer

ItemsOf = Callable[[ActorKind, Mapping[str, Any]], Sequence[bytes]]
"""Gives the items of a run as JSON bytes; raises ValueError when the input is not valid."""

REFUSAL = (
    "❌ Users on the free Apify plan can run the actor through the UI and not via other methods. "
    "Please subscribe to any plan to use the API."
)
_MAX_WAIT = 60
_NO_LIMIT = 999_999_999_999
_LAG = 0.5
"""Seconds in which the metadata of a dataset do not know its last items yet."""


class ApifyService(Service):
    """One account at Apify."""

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
        for prefix in ("/v2/actor-runs/{run}/dataset", "/v2/datasets/{run}"):
            self.route("GET", prefix, self._dataset)
            self.route("GET", f"{prefix}/items", self._items)
        self.route("GET", "/v2/actors/{actor}", self._actor)
        self.route("POST", "/v2/actors/{actor}/runs", self._start)
        self.route("GET", "/v2/actors/{actor}/runs", self._list)
        self.route("GET", "/v2/actors/{actor}/runs/last", self._last)
        self.route("GET", "/v2/actor-runs", self._list)
        self.route("GET", "/v2/actor-runs/{run}", self._run)
        self.route("POST", "/v2/actor-runs/{run}/abort", self._abort)
        self.route("GET", "/v2/actor-runs/{run}/log", self._log)
        self.route("GET", "/v2/logs/{run}", self._log)
        self.route("GET", "/v2/key-value-stores/{run}", self._store)
        self.route("GET", "/v2/key-value-stores/{run}/records/{key}", self._record)
        self.route("GET", "/v2/users/me/limits", self._limits)
        self.route("GET", "/v2/users/me/usage/monthly", self._monthly)

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
            message = f"{request.method} {request.path} does not exist"
            return json_answer(answers.error(404, "page-not-found", message), 404)
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

    # -------------------------------------------------------------------------------------------------
    # starting
    def _start(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        if kind is None:
            return _not_found("Actor was not found")
        refusal = self._check_money(kind, request.query)
        if refusal is not None:
            return refusal
        try:
            given = _input_object(request)
            items = self.items_of(kind, given)
        except ValueError as error:
            return json_answer(answers.error(400, "invalid-input", str(error)), 400)
        fault = self.faults.take(f"POST /v2/actors/{found['actor'].replace('/', '~')}/runs", of_runs=True)
        if fault is not None and fault.kind == "strangers":
            items = self._strangers(kind, given, items)
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
        started_at: datetime | None = None, origin: str = "API",
    ) -> Run:  # fmt: skip
        """Start a run. With `started_at` it is one that an outside schedule started then; it has ended
        since.
        """
        options = query or {}
        cap = _decimal(options.get("maxTotalChargeUsd"))
        behaviour = fault.kind if fault is not None else ""
        items, charged = _shaped(items, behaviour)
        end = fault.end if fault is not None and behaviour == "partial_then_fail" else "SUCCEEDED"
        paid = affordable(kind, len(items), cap)
        message = None if paid == len(items) else "The charge limit of the run was reached."
        begin = time.monotonic() - (
            0 if started_at is None else self.timing.ready + self.timing.running + 3600
        )

        def make(number: int) -> Run:
            return Run(
                number, kind, body or b"{}", input_type or "application/json", items[:paid],
                started_at or utc_now(),
                begin, self.timing, end, behaviour == "never_ends", charged, cap,
                _integer(options.get("maxItems")),
                _integer(options.get("timeout")) or (0 if behaviour == "never_ends" else 3600),
                _integer(options.get("memory")) or 1024, origin, user_agent, message or _message(end, paid),
            )  # fmt: skip

        return self.runs.add(make)

    def _strangers(
        self, kind: ActorKind, given: Mapping[str, Any], items: Sequence[bytes]
    ) -> Sequence[bytes]:
        """As many items of others, none of those asked for."""
        everybody = self.items_of(kind, {**given, **{key: ["all"] for key in kind.selects}})
        wanted = set(items)
        return [item for item in everybody if item not in wanted][: len(items)]

    def _check_money(self, kind: ActorKind, query: Mapping[str, str]) -> Answer | None:
        text = query.get("maxTotalChargeUsd")
        cap = _decimal(text)
        if text is not None and (cap is None or cap <= 0):
            return json_answer(
                answers.error(
                    400, "max-total-charge-usd-must-be-greater-than-zero", "It must be greater than 0"
                ),
                400,
            )
        if cap is not None and cap < kind.minimum:
            message = f"The minimum for this Actor is {kind.minimum} USD"
            return json_answer(answers.error(400, "max-total-charge-usd-below-minimum", message), 400)
        if float(self.charged_usd) >= self.monthly_limit_usd:
            return json_answer(answers.error(402), 402)
        return None

    # ---------------------------------------------------------------------------------------------------
    # reading
    def _run_of(self, found: Mapping[str, str]) -> Run | None:
        return self.runs.find(found["run"])

    def _run(self, request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or found["run"] != run.id:
            return _not_found("Actor run was not found")
        self._wait(run, request.query)
        return json_answer({"data": answers.run_object(run)})

    def _wait(self, run: Run, query: Mapping[str, str]) -> None:
        """Hold the answer until the run ends, at most as long as asked for and never above a minute."""
        deadline = time.monotonic() + min(float(query.get("waitForFinish") or 0), _MAX_WAIT)
        while not run.is_terminal and time.monotonic() < deadline:
            time.sleep(0.02)

    def _list(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"]) if "actor" in found else None
        if "actor" in found and kind is None:
            return _not_found("Actor was not found")
        query = request.query
        wanted = set(query["status"].split(",")) if query.get("status") else None
        after, before = _moment(query.get("startedAfter")), _moment(query.get("startedBefore"))
        runs = [
            run
            for run in self.runs.all()
            if (kind is None or run.kind is kind)
            and (wanted is None or run.status in wanted)
            and (after is None or run.started_at >= after)
            and (before is None or run.started_at <= before)
        ]
        desc = _flag(query.get("desc"))
        limit = min(_integer(query.get("limit")) or 1000, 1000)
        shown = [answers.run_short(run) for run in (reversed(runs) if desc else runs)]
        if self.faults.take(f"GET {self.normal(request.path)}", of_runs=True):
            shown = [{k: v for k, v in row.items() if k != "usageTotalUsd"} for row in shown]
        return json_answer(answers.page(shown, _integer(query.get("offset")) or 0, limit, desc=desc))

    def _last(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        wanted = request.query.get("status")
        runs = [r for r in self.runs.all() if r.kind is kind and (not wanted or r.status == wanted)]
        return (
            json_answer({"data": answers.run_object(runs[-1])})
            if runs
            else _not_found("Actor run was not found")
        )

    def _abort(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None:
            return _not_found("Actor run was not found")
        run.abort()
        return json_answer({"data": answers.run_object(run)})

    def _log(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None:
            return _not_found("Log was not found")
        text = f"{answers.moment(run.started_at)} ACTOR: Starting.\n{run.message or ''}\n"
        return Answer(text.encode(), content_type="text/plain; charset=utf-8")

    def _dataset(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or run.expired:
            return _not_found("Dataset was not found")
        lags = run.is_terminal and run.seconds + _LAG > time.monotonic() - run.begin
        count = run.available - (run.available // 10 + 1 if lags and run.available else 0)
        return json_answer({"data": answers.dataset_object(run, max(count, 0))})

    def _items(self, request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or run.expired:
            return _not_found("Dataset was not found")
        query = request.query
        form = query.get("format", "json")
        if form not in ("json", "jsonl"):
            return json_answer(
                answers.error(400, "invalid-parameter", "The sandbox serves json and jsonl"), 400
            )
        offset, total, desc = _integer(query.get("offset")) or 0, run.available, _flag(query.get("desc"))
        limit = _integer(query.get("limit"))
        if desc:
            stop = max(total - offset, 0)
            scanned = list(run.items[max(stop - limit, 0) if limit is not None else 0 : stop])[::-1]
        else:
            scanned = list(run.items[offset : total if limit is None else min(offset + limit, total)])
        shown = _selected(scanned, query)
        body = b"\n".join(shown) if form == "jsonl" else b"[" + b",".join(shown) + b"]"
        content_type = (
            "application/jsonl; charset=utf-8" if form == "jsonl" else "application/json; charset=utf-8"
        )
        names = {
            "Total": total,
            "Offset": offset,
            "Count": len(shown),
            "Limit": _NO_LIMIT if limit is None else limit,
        }
        headers = {f"X-Apify-Pagination-{name}": str(value) for name, value in names.items()}
        return Answer(body, 200, content_type, {**headers, "X-Apify-Pagination-Desc": str(desc).lower()})

    def _store(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        return (
            _not_found("Store was not found")
            if run is None
            else json_answer({"data": answers.store_object(run)})
        )

    def _record(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or found["key"] != "INPUT":
            return _not_found("Record was not found")
        return Answer(run.input, content_type=run.input_type)

    def _actor(self, _request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        return (
            _not_found("Actor was not found")
            if kind is None
            else json_answer({"data": answers.actor_object(kind)})
        )

    def _limits(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        active = sum(not run.is_terminal for run in self.runs.all())
        return json_answer({"data": answers.limits(float(self.charged_usd), self.monthly_limit_usd, active)})

    def _monthly(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        events = sum(sum(run.events.values()) for run in self.runs.all())
        return json_answer({"data": answers.monthly_usage(float(self.charged_usd), events)})


def _input_object(request: Request) -> dict[str, Any]:
    given = request.json()
    if not isinstance(given, dict):
        raise ValueError("Input is not valid: it must be an object")  # noqa: TRY004 - one answer for both
    return given


def _shaped(items: Sequence[bytes], behaviour: str) -> tuple[Sequence[bytes], int | None]:
    """The items a behaving or misbehaving run leaves behind, and how many are charged (None: all)."""
    if behaviour == "refusal":
        return [json.dumps({"error": REFUSAL}, ensure_ascii=False).encode()], 0
    if behaviour == "partial_then_fail":
        return items[: len(items) // 2], None
    if behaviour == "half_missing":
        return items[::2], None
    return items, None


def _message(end: str, items: int) -> str | None:
    usual = {
        "SUCCEEDED": f"Finished! {items} items.",
        "FAILED": "Actor failed",
        "ABORTED": "Actor was aborted",
    }
    return usual.get(end, "The Actor run timed out. You can resurrect it with a longer timeout to continue.")


def _selected(items: list[bytes], query: Mapping[str, str]) -> list[bytes]:
    """`clean` and `skipEmpty` drop empty items, after paging as at Apify; `fields` and `omit` thin them
    out.
    """
    if _flag(query.get("clean")) or _flag(query.get("skipEmpty")):
        items = [item for item in items if item != b"{}"]
    wanted, omitted = query.get("fields"), query.get("omit")
    if not wanted and not omitted:
        return items
    keep, drop = (wanted or "").split(","), (omitted or "").split(",")
    thin = [
        {k: v for k, v in json.loads(item).items() if (not wanted or k in keep) and k not in drop}
        for item in items
    ]
    return [json.dumps(item, ensure_ascii=False).encode() for item in thin]


def _not_found(message: str) -> Answer:
    return json_answer(answers.error(404, "record-not-found", message), 404)


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdigit() else None


def _flag(text: str | None) -> bool:
    return text in ("1", "true", "True")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
