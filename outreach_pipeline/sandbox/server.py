"""Both servers together: what demo, tests and the command `outreach sandbox` start.

Belongs here: starting and stopping, the night in force, the ledger of what was paid, which items a run gets.
Does not belong here: the answers of either API (`apify.service`, `apollo.service`).

    with Sandbox(companies=200, seed=1) as sandbox:
        ApifyClient(sandbox.apify_token, api_url=sandbox.apify_url)
        sandbox.apify.faults.add("POST /v2/actors/*/runs", "drop_after_accept")
        sandbox.set_night(2)
        sandbox.ledger()

The same over HTTP, on both servers: GET /sandbox/ledger, POST /sandbox/night {"night": 2}, POST
/sandbox/faults
{"pattern", "kind", "times", "after"}, DELETE /sandbox/faults, GET /sandbox/truth?night=2.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from outreach_pipeline.sandbox.apify.actors import ActorKind, find_actor
from outreach_pipeline.sandbox.apify.runs import Run, Timing
from outreach_pipeline.sandbox.apify.selection import select_items
from outreach_pipeline.sandbox.apify.service import ApifyService, ItemsOf
from outreach_pipeline.sandbox.apollo.limits import Limits
from outreach_pipeline.sandbox.apollo.search import ApolloSearch
from outreach_pipeline.sandbox.apollo.service import ApolloService, Plan
from outreach_pipeline.sandbox.http import Answer, HttpServer, Request, Service, json_answer
from outreach_pipeline.sandbox.render.renderer import Renderer
from outreach_pipeline.sandbox.world.truth import Truth, truth_of
from outreach_pipeline.sandbox.world.world import FIRST_DAY, World

APIFY_TOKEN = "sandbox-apify-token"  # noqa: S105 - a token for a server on this machine
APOLLO_KEY = "sandbox-apollo-key"


class Sandbox:
    """A world behind two servers on 127.0.0.1; a context manager.

    companies, seed, first_day, night   the world, and the night it is in
    items_of                            replaces the world's items (benchmarks): (actor, input) -> JSON bytes
    timing                              how long runs take and bills need to settle
    limits, plan                        Apollo's windows, what its key may do, its credits
    ports                               of Apify and Apollo; 0 takes a free one
    monthly_limit_usd                   what the Apify account may spend
    files                               where each night's files are written, in a folder named after its day
    """

    def __init__(  # noqa: PLR0913 - all by keyword
        self,
        *,
        companies: int = 200,
        seed: int = 1,
        night: int = 1,
        first_day: date = FIRST_DAY,
        world: World | None = None,
        items_of: ItemsOf | None = None,
        timing: Timing | None = None,
        limits: Limits | None = None,
        plan: Plan | None = None,
        ports: tuple[int, int] = (0, 0),
        monthly_limit_usd: float = 1000.0,
        files: Path | None = None,
    ) -> None:
        self.world = world or World(seed, companies, first_day=first_day)
        self.renderer = Renderer(self.world)
        self._night = night
        self._files = files
        self._searches: dict[int, ApolloSearch] = {}
        self._lock = threading.RLock()
        self.apify = ApifyService(
            items_of or self._items_of, APIFY_TOKEN, timing=timing, monthly_limit_usd=monthly_limit_usd
        )
        self.apollo = ApolloService(self._search, APOLLO_KEY, limits=limits, plan=plan)
        for service in (self.apify, self.apollo):
            self._add_routes(service)
        # Before the files of the night: a port that is taken leaves nothing behind.
        self._servers = self._bind(ports)
        self.set_night(night)

    def _bind(self, ports: tuple[int, int]) -> tuple[HttpServer, HttpServer]:
        first = HttpServer(self.apify, ports[0])
        try:
            return first, HttpServer(self.apollo, ports[1])
        except OSError:
            first.stop()
            raise

    # ------------------------------------------------------------------------------------------------- life
    def start(self) -> Sandbox:
        """Serve in background threads."""
        for server in self._servers:
            server.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the ports."""
        for server in self._servers:
            server.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def apify_url(self) -> str:
        """For `ApifyClient(api_url=...)`; the client appends /v2."""
        return self._servers[0].url

    @property
    def apollo_url(self) -> str:
        """For OUTREACH_APOLLO_URL; the paths begin with /api/v1."""
        return self._servers[1].url

    @property
    def apify_token(self) -> str:
        """The token that the server accepts."""
        return APIFY_TOKEN

    @property
    def apollo_key(self) -> str:
        """The key that the server accepts."""
        return APOLLO_KEY

    # ------------------------------------------------------------------------------------------------- nights
    @property
    def night(self) -> int:
        """The night in force: runs started and searches asked now see the world of that night."""
        return self._night

    def set_night(self, night: int) -> None:
        """Let it become that night, and write its files."""
        with self._lock:
            self.world.night(night)
            self._night = night
            if self._files is not None:
                self.renderer.write_files(self._files / str(self.world.day(night)), night)

    def truth(self, night: int | None = None) -> Truth:
        """What is true on a night (default: the one in force)."""
        with self._lock:
            return truth_of(self.world, night or self._night, self.renderer.coverage)

    # -------------------------------------------------------------------------------------------------- money
    def ledger(self) -> dict[str, Any]:
        """What was started, charged and asked so far.

        {"apify": {"runs", "usd", "by_actor": {actor: runs}, "calls": {"METHOD path": n}},
        "apollo": {"credits", "enriched": people enriched, "enriched_again": those asked more than once,
        "calls"}}
        """
        by_actor: dict[str, int] = {}
        for run in self.apify.runs.all():
            by_actor[run.kind.name] = by_actor.get(run.kind.name, 0) + 1
        enriched = self.apollo.enriched
        return {
            "apify": {
                "runs": sum(by_actor.values()), "usd": float(self.apify.charged_usd), "by_actor": by_actor,
                "calls": self.apify.calls(),
            },
            "apollo": {
                "credits": self.apollo.credits_used, "enriched": len(enriched),
                "enriched_again": sum(times > 1 for times in enriched.values()), "calls": self.apollo.calls(),
            },
        }  # fmt: skip

    def schedule_run(
        self,
        actor: str,
        run_input: Mapping[str, Any],
        started_at: datetime,
        *,
        max_total_charge_usd: str | None = None,
    ) -> Run:
        """A run that an outside schedule started at that moment, and that has ended since. KeyError: no such
        actor.
        """
        kind = find_actor(actor)
        if kind is None:
            raise KeyError(actor)
        query = {"maxTotalChargeUsd": max_total_charge_usd} if max_total_charge_usd else {}
        return self.apify.add_run(
            kind, json.dumps(run_input).encode(), self.apify.items_of(kind, run_input), query=query,
            started_at=started_at, origin="SCHEDULER",
        )  # fmt: skip

    @property
    def paid_usd(self) -> Decimal:
        """What the Apify account paid."""
        return self.apify.charged_usd

    # ---------------------------------------------------------------------------------------------------
    # inner
    def _items_of(self, kind: ActorKind, run_input: Mapping[str, Any]) -> Sequence[bytes]:
        return select_items(self.renderer, kind, run_input, self._night)

    def _search(self) -> ApolloSearch:
        with self._lock:
            if self._night not in self._searches:
                self._searches[self._night] = ApolloSearch(self.renderer, self._night)
            return self._searches[self._night]

    def _add_routes(self, service: Service) -> None:
        service.route("GET", "/sandbox/ledger", lambda _request, _found: json_answer(self.ledger()))
        service.route("POST", "/sandbox/night", self._night_answer)
        service.route("GET", "/sandbox/truth", self._truth_answer)

    def _night_answer(self, request: Request, _found: Mapping[str, str]) -> Answer:
        self.set_night(int(request.json()["night"]))
        return json_answer({"night": self._night})

    def _truth_answer(self, request: Request, _found: Mapping[str, str]) -> Answer:
        return json_answer(self.truth(int(request.query.get("night") or self._night)).as_json())
