"""Apify's HTTP API v2 as far as a pipeline uses it: actors, runs, datasets, records, limits and usage.

Belongs here: what can be read, by which parameters. Does not belong here: starting and paying
(`account`), bodies (`answers`), states (`runs`), items (`render`).

Both spellings of paths are served: /v2/actors/... (client 3.x) and /v2/acts/... (older clients, most
examples).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from outreach_pipeline.sandbox.apify import answers
from outreach_pipeline.sandbox.apify.account import ApifyAccount, ItemsOf
from outreach_pipeline.sandbox.apify.actors import find_actor
from outreach_pipeline.sandbox.apify.query import flag, integer, moment, not_found, selected
from outreach_pipeline.sandbox.apify.runs import Run, Timing
from outreach_pipeline.sandbox.http import Answer, Request, json_answer

_NO_LIMIT = 999_999_999_999
_LAG = 0.5
"""Seconds in which the metadata of a dataset do not know its last items yet."""

__all__ = ["ApifyService", "ItemsOf", "Timing"]


class ApifyService(ApifyAccount):
    """One account at Apify, with everything that can be asked. `items_of` gives the items of a run."""

    def __init__(self, items_of: ItemsOf, token: str, **options: Any) -> None:
        super().__init__(items_of, token, **options)
        for prefix in ("/v2/actor-runs/{run}/dataset", "/v2/datasets/{run}"):
            self.route("GET", prefix, self._dataset)
            self.route("GET", f"{prefix}/items", self._items)
        self.route("GET", "/v2/actors/{actor}", self._actor)
        self.route("GET", "/v2/actors/{actor}/runs", self._list)
        self.route("GET", "/v2/actors/{actor}/runs/last", self._last)
        self.route("GET", "/v2/actor-tasks/{task}/runs", self._list)
        self.route("GET", "/v2/actor-runs", self._list)
        self.route("GET", "/v2/actor-runs/{run}", self._run)
        self.route("POST", "/v2/actor-runs/{run}/abort", self._abort)
        self.route("GET", "/v2/actor-runs/{run}/log", self._log)
        self.route("GET", "/v2/logs/{run}", self._log)
        self.route("GET", "/v2/key-value-stores/{run}", self._store)
        self.route("GET", "/v2/key-value-stores/{run}/records/{key}", self._record)
        self.route("GET", "/v2/users/me/limits", self._limits)
        self.route("GET", "/v2/users/me/usage/monthly", self._monthly)

    def _run_of(self, found: Mapping[str, str]) -> Run | None:
        return self.runs.find(found["run"])

    def _run(self, request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or found["run"] != run.id:
            return not_found("Actor run was not found")
        self._wait(run, request.query)
        return json_answer({"data": answers.run_object(run)})

    def _list(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"]) if "actor" in found else None
        if "actor" in found and kind is None:
            return not_found("Actor was not found")
        task = found["task"].replace("~", "/") if "task" in found else None
        if task is not None and all(run.task != task for run in self.runs.all()):
            return not_found("Actor task was not found")
        query = request.query
        wanted = set(query["status"].split(",")) if query.get("status") else None
        after, before = moment(query.get("startedAfter")), moment(query.get("startedBefore"))
        runs = [
            run
            for run in self.runs.all()
            if (kind is None or run.kind is kind)
            and (task is None or run.task == task)
            and (wanted is None or run.status in wanted)
            and (after is None or run.started_at >= after)
            and (before is None or run.started_at <= before)
        ]
        desc = flag(query.get("desc"))
        limit = min(integer(query.get("limit")) or 1000, 1000)
        shown = [answers.run_short(run) for run in (reversed(runs) if desc else runs)]
        if self.faults.take(f"GET {self.normal(request.path)}", of_runs=True):
            shown = [{k: v for k, v in row.items() if k != "usageTotalUsd"} for row in shown]
        return json_answer(answers.page(shown, integer(query.get("offset")) or 0, limit, desc=desc))

    def _last(self, request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        wanted = request.query.get("status")
        runs = [r for r in self.runs.all() if r.kind is kind and (not wanted or r.status == wanted)]
        return (
            json_answer({"data": answers.run_object(runs[-1])})
            if runs
            else not_found("Actor run was not found")
        )

    def _abort(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None:
            return not_found("Actor run was not found")
        run.abort()
        return json_answer({"data": answers.run_object(run)})

    def _log(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None:
            return not_found("Log was not found")
        text = f"{answers.moment(run.started_at)} ACTOR: Starting.\n{run.message or ''}\n"
        return Answer(text.encode(), content_type="text/plain; charset=utf-8")

    def _dataset(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or run.expired:
            return not_found("Dataset was not found")
        lags = run.is_terminal and run.seconds + _LAG > time.monotonic() - run.begin
        count = run.available - (run.available // 10 + 1 if lags and run.available else 0)
        return json_answer({"data": answers.dataset_object(run, max(count, 0))})

    def _items(self, request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or run.expired:
            return not_found("Dataset was not found")
        query = request.query
        form = query.get("format", "json")
        if form not in ("json", "jsonl"):
            return json_answer(
                answers.error(400, "invalid-parameter", "The sandbox serves json and jsonl"), 400
            )
        offset, total, desc = integer(query.get("offset")) or 0, run.available, flag(query.get("desc"))
        limit = integer(query.get("limit"))
        if desc:
            stop = max(total - offset, 0)
            scanned = list(run.items[max(stop - limit, 0) if limit is not None else 0 : stop])[::-1]
        else:
            scanned = list(run.items[offset : total if limit is None else min(offset + limit, total)])
        shown = selected(scanned, query)
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
            not_found("Store was not found")
            if run is None
            else json_answer({"data": answers.store_object(run)})
        )

    def _record(self, _request: Request, found: Mapping[str, str]) -> Answer:
        run = self._run_of(found)
        if run is None or found["key"] != "INPUT":
            return not_found("Record was not found")
        return Answer(run.input, content_type=run.input_type)

    def _actor(self, _request: Request, found: Mapping[str, str]) -> Answer:
        kind = find_actor(found["actor"])
        return (
            not_found("Actor was not found")
            if kind is None
            else json_answer({"data": answers.actor_object(kind)})
        )

    def _limits(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        active = sum(not run.is_terminal for run in self.runs.all())
        return json_answer({"data": answers.limits(float(self.charged_usd), self.monthly_limit_usd, active)})

    def _monthly(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        events = sum(sum(run.events.values()) for run in self.runs.all())
        return json_answer({"data": answers.monthly_usage(float(self.charged_usd), events)})
