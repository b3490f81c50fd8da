"""The command `outreach demo`.

Belongs here: its options and help. Does not belong here: what it does (`demo_nights`, imported only when it runs: the
driver of the database takes half the time of `outreach --help`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_pipeline.cli.options import command


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "demo",
        "Watch the whole pipeline work for two nights on an invented world.",
        more="""Needs nothing: an embedded PostgreSQL and local servers that speak Apify's and Apollo's APIs, in a
            folder of its own (.outreach/demo, whatever database and keys are configured). It takes the sample items of
            every shape, then two nights of eleven sources; on the second, people have changed jobs. The world knows the
            truth, so the demo ends by scoring itself. Run it again: nothing is spent, nothing changes.""",
        examples=["demo", "demo --companies 500", "demo && make ui"],
    )(demo)


def demo(
    companies: Annotated[int, typer.Option("--companies", min=20, max=5000, help="Companies of the world.")] = 120,
) -> None:
    """Run `demo`."""
    from outreach_pipeline.cli.demo_nights import play

    play(companies)
