"""`outreach serve`: the optional server that other programs, and Apify, post to.

Belongs here: its options and what it says. Does not belong here: the server (`serving`).
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from outreach_pipeline.cli.options import command, open_workspace
from outreach_pipeline.cli.terminal import err, text
from outreach_pipeline.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    command(
        app,
        "serve",
        "Take in what other programs post, and Apify's word that a run has ended.",
        more=(
            "Optional: whatever it takes in also comes by polling, only later. POST /ingest/SOURCE takes an object, "
            "an array, or one item a line; POST /apify/SOURCE is the address of an Apify webhook. Each source needs a "
            "token of its own (of web_form: OUTREACH_SERVE_TOKEN_WEB_FORM), sent as `Authorization: Bearer ...`. "
            "Nothing is paid by a call. Put a proxy with TLS in front of it; docs/callers.md has the answers and the "
            "limits."
        ),
        examples=["serve", "serve --host 0.0.0.0 --port 8080"],
    )(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8321,
) -> None:
    """Run `serve`."""
    from outreach_pipeline.serving.server import read_tokens
    from outreach_pipeline.serving.server import serve as run
    from outreach_pipeline.stages.migrations import explained, not_migrated, schema_state

    workspace, tokens = open_workspace(), read_tokens()
    with explained(workspace):
        state = schema_state(workspace)
    if state.pending:
        raise not_migrated(f"The database lacks {', '.join(state.pending)}.")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("outreach_pipeline.serving").setLevel(logging.INFO)
    err().print(f"Listening on http://{host}:{port} for {text(', '.join(tokens.sources))}. Ctrl+C ends it.")
    if not run(workspace, tokens, host=host, port=port):
        raise ConfigurationError(
            f"It cannot listen on {host}:{port}.", next_step=f"Choose another port: outreach serve --port {port + 1}."
        )
