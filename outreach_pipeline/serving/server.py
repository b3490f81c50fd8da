"""Runs the server until it is interrupted.

Belongs here: uvicorn and its limits. Does not belong here: what is served (`app`).
"""

from __future__ import annotations

import signal
from contextlib import suppress

import uvicorn

from outreach_pipeline.serving.app import make_app
from outreach_pipeline.serving.tokens import Tokens
from outreach_pipeline.sources.actor_input import known_variables
from outreach_pipeline.stages.workspace import Workspace

CONNECTIONS = 64
"""Callers at once; the next one is told 503. So many bodies of the greatest length are the most that memory holds."""


def configuration(workspace: Workspace, tokens: Tokens, *, host: str, port: int) -> uvicorn.Config:
    """How it runs: no access log (paths are logged by the application, without anybody's address)."""
    return uvicorn.Config(
        make_app(workspace, tokens), host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=CONNECTIONS, timeout_keep_alive=5, timeout_graceful_shutdown=10,
        lifespan="off", ws="none",
    )  # fmt: skip


def read_tokens() -> Tokens:
    """The tokens as the environment and `.env` have them; raises as `Tokens` does."""
    return Tokens(known_variables())


def serve(workspace: Workspace, tokens: Tokens, *, host: str, port: int) -> bool:
    """Serve until Ctrl+C or SIGTERM, which lets what is under way end. False when it could not listen."""
    server = uvicorn.Server(configuration(workspace, tokens, host=host, port=port))
    # uvicorn ends in order and then sends itself the signal once more: to be stopped is no failure.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.default_int_handler)
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    return server.started
