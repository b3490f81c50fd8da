"""`outreach sandbox`: the local servers that speak Apify's and Apollo's APIs, alone, to point one's own set-up at.

Belongs here: the command. Does not belong here: the servers and their world (`sandbox`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.options import command
from outreach_pipeline.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app, "sandbox", "Serve an invented Apify and an invented Apollo on this machine.",
        more="""Writes a .env and a sources.toml that point the pipeline at it, with a database of its own, into a
            folder, and prints what to type in another shell, so that a
            configuration can be tried without a key, a network or a bill: eleven nightly sources, and linkedin_refresh,
            by which `outreach refresh` looks single people up again (some have moved, some profiles are gone). Faults
            can be asked for over HTTP. Runs until it is interrupted.""",
        examples=["sandbox", "sandbox --companies 1000 --port 8700", "sandbox --night 2 --folder /tmp/world"],
    )(sandbox)


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65534, help="Apify's port; Apollo's is the next.")] = 8700,
    companies: Annotated[int, typer.Option("--companies", min=1, help="Companies of the world.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another world.")] = 1,
    night: Annotated[int, typer.Option("--night", min=1, help="People change jobs from night to night.")] = 1,
    folder: Annotated[Path, typer.Option("--folder", help="Where .env, sources.toml and files go.")] = Path("sandbox"),
) -> None:
    """Run `sandbox`."""
    from outreach_pipeline.sandbox.__main__ import serve_forever

    try:
        serve_forever(port=port, companies=companies, seed=seed, night=night, folder=folder, say=typer.echo)
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} or {port + 1} cannot be had ({error.strerror}).", next_step="Choose another with --port."
        ) from None
