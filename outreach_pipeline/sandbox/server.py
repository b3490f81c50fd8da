"""Both servers together: what demo, tests and the command `outreach sandbox` start.

Belongs here: starting and stopping, the ledger of what was paid, which items a run gets. Does not belong here: the
answers of either API (`apify_server`, `apollo_server`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from outreach_pipeline.sandbox.apify_actors import ActorKind
from outreach_pipeline.sandbox.apify_runs import Timing
from outreach_pipeline.sandbox.apify_server import ApifyService
from outreach_pipeline.sandbox.http import Answer, HttpServer, Request, Service, json_answer

APIFY_TOKEN = "sandbox-apify-token"  # noqa: S105 - a token for a server on this machine
APOLLO_KEY = "sandbox-apollo-key"


class Sandbox:
    """A world behind two servers on 127.0.0.1; also a context manager.

    `items_of` replaces the world's items (for benchmarks): it gets the actor and the input, and gives JSON bytes.
    """

    def __init__(self, items_of: Any = None, *, timing: Timing | None = None, apify_port: int = 0) -> None:
        self.apify = ApifyService(items_of or self._items_of, APIFY_TOKEN, timing=timing)
        self.apify.route("GET", "/sandbox/ledger", self._ledger_answer)
        self._servers = [HttpServer(self.apify, apify_port)]

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

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    @property
    def apify_url(self) -> str:
        """For `ApifyClient(api_url=...)`."""
        return self._servers[0].url

    def ledger(self) -> dict[str, Any]:
        """What was started and charged so far: {"apify": {"runs", "usd", "by_actor", "calls"}}."""
        runs = self.apify.runs.all()
        by_actor: dict[str, int] = {}
        for run in runs:
            by_actor[run.kind.name] = by_actor.get(run.kind.name, 0) + 1
        return {
            "apify": {
                "runs": len(runs), "usd": float(self.apify.charged_usd), "by_actor": by_actor,
                "calls": self.apify.calls(),
            }
        }  # fmt: skip

    def _ledger_answer(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        return json_answer(self.ledger())

    def _items_of(self, _kind: ActorKind, _given: Mapping[str, Any]) -> Sequence[bytes]:
        return [json.dumps({"error": "no world yet"}).encode()]


__all__ = ["APIFY_TOKEN", "APOLLO_KEY", "Sandbox", "Service"]
