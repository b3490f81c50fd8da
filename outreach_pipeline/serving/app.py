"""The two addresses that other programs post to, and one that says whether all is well.

Belongs here: from a request to a stage and from what it says to an answer. Does not belong here: landing
(`stages.receive`), runs (`stages.ended_runs`), limits of a body (`bodies`), tokens (`tokens`).

Answers and the log carry counts, ids and reasons, never an item. Whoever is not allowed is told nothing else: not
whether there is such a source, nor what else is wrong with the request.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

import anyio.to_thread
import orjson
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from outreach_pipeline.errors import OutreachError, RejectedDataError, TransientError
from outreach_pipeline.serving.bodies import read_body
from outreach_pipeline.serving.tokens import Tokens
from outreach_pipeline.stages.ended_runs import Look, look_at_run
from outreach_pipeline.stages.migrations import schema_state
from outreach_pipeline.stages.receive import KeyReusedError, receive
from outreach_pipeline.stages.workspace import Workspace

log = logging.getLogger(__name__)
AT_ONCE = 4
"""Bodies that are landed at once; others wait their turn. Each takes a connection to the database."""
_OVER = frozenset({"ACTOR.RUN.SUCCEEDED", "ACTOR.RUN.FAILED", "ACTOR.RUN.ABORTED", "ACTOR.RUN.TIMED_OUT"})
_Found = TypeVar("_Found")


def make_app(workspace: Workspace, tokens: Tokens) -> Starlette:
    """The application. `tokens` are read once: a new one takes a new start."""
    desk = _Desk(workspace, tokens)
    return Starlette(
        routes=[
            Route("/ingest/{source}", desk.ingest, methods=["POST"]),
            Route("/apify/{source}", desk.run_ended, methods=["POST"]),
            Route("/health", desk.health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _told},
    )


class _Desk:
    """Answers requests; what a stage does runs in a thread."""

    def __init__(self, workspace: Workspace, tokens: Tokens) -> None:
        self._workspace, self._tokens, self._turns = workspace, tokens, CapacityLimiter(AT_ONCE)

    async def ingest(self, request: Request) -> Response:
        return await self._answer(request, self._land)

    async def run_ended(self, request: Request) -> Response:
        return await self._answer(request, self._look)

    async def health(self, _: Request) -> Response:
        try:
            await self._work(schema_state)
        except OutreachError:
            return _json({"status": "the database is away"}, 503)
        return _json({"status": "ok"})

    async def _answer(self, request: Request, do: Callable[[Request, str, bytes], Awaitable[Response]]) -> Response:
        source, settings = request.path_params["source"], self._workspace.settings
        # Before a byte of the body is read.
        if not self._tokens.allow(source, request.headers.get("authorization", "")):
            raise HTTPException(401, "Not allowed.", {"WWW-Authenticate": "Bearer"})
        try:
            body = await read_body(request, settings.serve_max_bytes, settings.serve_body_secs)
            return await do(request, source, body)
        except ClientDisconnect:
            log.warning("source=%s: the caller went away in the middle; nothing was landed", source)
            return Response(status_code=400)
        except OutreachError as error:
            return _refused(source, error)

    async def _land(self, request: Request, source: str, body: bytes) -> Response:
        receipt = await self._work(receive, source, body, key=request.headers.get("idempotency-key", ""))
        log.info(
            "source=%s: %s landed, %s duplicates, %s failed%s", source, receipt.landed, receipt.duplicates,
            receipt.failed, " (known already)" if receipt.replayed else "",
        )  # fmt: skip
        reasons = [{"position": position, "reason": reason} for position, reason in receipt.reasons]
        return _json({**asdict(receipt), "reasons": reasons}, 200 if receipt.replayed else 201)

    async def _look(self, _: Request, source: str, body: bytes) -> Response:
        event, run_id = _event(body)
        if event not in _OVER:
            return _json(asdict(Look("nothing")))
        look = await self._work(look_at_run, source, run_id)
        log.info("source=%s: a run has ended, %s", source, look.state)
        return _json(asdict(look), 202 if look.state != "nothing" else 200)

    async def _work(self, function: Callable[..., _Found], *given: Any, **named: Any) -> _Found:
        call = functools.partial(function, self._workspace, *given, **named)
        return await anyio.to_thread.run_sync(call, limiter=self._turns)


def _event(body: bytes) -> tuple[str, str]:
    """What Apify says has happened, and to which run; RejectedDataError for another body."""
    try:
        found = orjson.loads(body)
        data, resource = found.get("eventData") or {}, found.get("resource") or {}
        event, run_id = found["eventType"], data.get("actorRunId") or resource.get("id") or ""
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        event, run_id = None, None
    if not isinstance(event, str) or not isinstance(run_id, str):
        raise RejectedDataError(
            "This is no message of an Apify webhook.", next_step="Leave its payload template as it is."
        )
    return event, run_id


def _refused(source: str, error: OutreachError) -> Response:
    if isinstance(error, TransientError):
        log.warning("source=%s: try again (%s)", source, type(error).__name__)
        return _json({"error": "Try again in a moment; nothing was landed."}, 503, {"Retry-After": "30"})
    status = 422 if isinstance(error, KeyReusedError) else 400
    if not isinstance(error, RejectedDataError | KeyReusedError) and getattr(error, "sqlstate", None) is not None:
        # Nobody outside is told of our tables.
        log.error("source=%s: %s", source, error)
        return _json({"error": "It could not be landed; the log says why."}, 500)
    return _json({"error": str(error)}, status)


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    # Of a body that was not read the rest is still on its way: the connection is of no use any more.
    closes = {"Connection": "close"} if error.status_code in (401, 408, 413, 415) else {}
    return _json({"error": error.detail}, error.status_code, {**(error.headers or {}), **closes})


def _json(told: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(told), status, headers, media_type="application/json")
