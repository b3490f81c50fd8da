"""`outreach sandbox`: the local servers alone, to point one's own set-up at; and `sandbox score`, which plays worlds.

Belongs here: the commands. Does not belong here: the servers and their world (`sandbox`), what is scored
(`sandbox.score`), the lines of a score (`sandbox_score`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from outreach_pipeline.cli.options import Json, command, group
from outreach_pipeline.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    below = group(
        app, "sandbox", "Serve an invented Apify and an invented Apollo on this machine.",
        more="""Writes a .env and a sources.toml that point the pipeline at it, with a database of its own, into a
            folder, and prints what to type in another shell, so that a
            configuration can be tried without a key, a network or a bill: eleven nightly sources, and linkedin_refresh,
            by which `outreach refresh` looks single people up again (some have moved, some profiles are gone). Faults
            can be asked for over HTTP. Runs until it is interrupted.""",
        examples=["sandbox", "sandbox --companies 1000 --port 8700", "sandbox --night 2 --folder /tmp/world"],
        callback=sandbox,
    )  # fmt: skip
    command(
        below, "score", "Play invented worlds through the pipeline, and score what came of them.",
        more="""Each seed is a world that knows the truth: side jobs, shared mailboxes, groups on one domain, namesakes,
            reused addresses, decorated names, dead mailboxes. Its items go as files straight through the stages, on a
            throw-away database. The third night sends the lists of the first once more: nothing may come undone.
            Every miss is told with its cause and the keys of the truth.""",
        examples=["sandbox score", "sandbox score --seeds 1-10 --nights 3", "sandbox score --seeds 4 --json"],
    )(score)


def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", min=0, max=65534, help="Apify's port; Apollo's is the next.")] = 8700,
    companies: Annotated[int, typer.Option("--companies", min=1, help="Companies of the world.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another world.")] = 1,
    night: Annotated[int, typer.Option("--night", min=1, help="People change jobs from night to night.")] = 1,
    folder: Annotated[Path, typer.Option("--folder", help="Where .env, sources.toml and files go.")] = Path("sandbox"),
) -> None:
    """Run `sandbox`."""
    if context.invoked_subcommand is not None:
        return
    from outreach_pipeline.sandbox.__main__ import serve_forever

    try:
        serve_forever(port=port, companies=companies, seed=seed, night=night, folder=folder, say=typer.echo)
    except OSError as error:
        if error.filename is not None:
            raise ConfigurationError(
                f"The sandbox cannot write its files into {folder} ({error.strerror}).",
                next_step="Choose a folder of your own with --folder.",
            ) from None
        raise ConfigurationError(
            f"Port {port} or {port + 1} cannot be had ({error.strerror}).", next_step="Choose another with --port."
        ) from None


def _read_seeds(value: str) -> range:
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", value.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not first <= last < first + 1000:
        raise typer.BadParameter(f"{value!r} is no range of at most a thousand seeds; write it as 3 or 1-10.")
    return range(first, last + 1)


def score(
    seeds: Annotated[str, typer.Option("--seeds", metavar="N-N", help="One seed, or from-to.")] = "1",
    companies: Annotated[int, typer.Option("--companies", min=5, max=5000, help="Companies of each world.")] = 60,
    nights: Annotated[int, typer.Option("--nights", min=1, max=3, help="Nights of each world.")] = 3,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Misses to print; 0: all.")] = 40,
    as_json: Json = False,
) -> None:
    """Run `sandbox score`."""
    from outreach_pipeline.cli import sandbox_score as words
    from outreach_pipeline.cli.progress import progress_bars
    from outreach_pipeline.cli.terminal import print_json
    from outreach_pipeline.sandbox.score.play import Arena, Played, play_world

    wanted, played = _read_seeds(seeds), list[Played]()
    with Arena() as arena, progress_bars() as progress:
        for number, seed in enumerate(wanted, 1):
            played.append(play_world(arena, seed, companies, nights))
            progress("worlds", number, len(wanted))
    if as_json:
        print_json([one.as_json() for one in played])
    else:
        words.told(played, limit)
