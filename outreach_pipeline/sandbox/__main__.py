"""`python -m outreach_pipeline.sandbox`: the sandbox alone, until it is interrupted.

Belongs here: the command line and what it prints. Does not belong here: the servers (`server`), the
configuration it prints (`configure`).
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.configure import dotenv, first_day_of, next_steps, refuse_own, sources_toml
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.stages.new_file import write_whole

Say = Callable[[str], object]


def serve_forever(  # noqa: PLR0913 - all by keyword
    *,
    port: int = 8700,
    companies: int = 200,
    seed: int = 1,
    night: int = 1,
    first_day: date | None = None,
    folder: Path = Path("sandbox"),
    run_seconds: float = 2.0,
    say: Say = print,
    until: threading.Event | None = None,
) -> None:
    """Serve Apify on `port` and Apollo on the next one (0: two free ones) until interrupted or `until` is
    set.

    Writes sources.toml, .env and the files of the file sources (each night until the one in force) into
    `folder`, and says what to do with them. OSError when a port is taken, ConfigurationError when `folder` holds a
    configuration of somebody's own; nothing is written then.
    """
    refuse_own(folder)
    # Before any port is taken, and nothing is made yet: a port that is taken leaves no folder behind.
    above = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    ports = (port, port + 1 if port else 0)
    timing = Timing(ready=run_seconds / 10, running=run_seconds)
    folder = folder.resolve()
    sandbox = Sandbox(
        companies=companies,
        seed=seed,
        first_day=first_day or first_day_of(night),
        ports=ports,
        timing=timing,
        files=folder / "files",
    )
    for one in range(2, night + 1):
        sandbox.set_night(one)
    sources = folder / "sources.toml"
    write_whole(sources, sources_toml(folder / "files", companies, refresh=True))
    write_whole(folder / ".env", dotenv(sandbox, sources))
    with sandbox:
        say(f"Apify   {sandbox.apify_url}   token {sandbox.apify_token}")
        say(f"Apollo  {sandbox.apollo_url}   key {sandbox.apollo_key}")
        say(f"World   {companies} companies, seed {seed}, night {night} = {sandbox.world.day(night)}")
        say(next_steps(sandbox, folder, night))
        say("Stop with Ctrl-C.")
        try:
            (until or threading.Event()).wait()
        except KeyboardInterrupt:
            say("Stopped.")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m outreach_pipeline.sandbox",
        description="A synthetic world behind servers that speak Apify's and Apollo's HTTP, on this machine.",
    )
    parser.add_argument("--port", type=int, default=8700, help="Apify's; Apollo takes the next. 0: free ones")
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--night", type=int, default=1, help="1 is the first day; later nights have moves")
    parser.add_argument("--first-day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path("sandbox"), help="for .env, sources.toml, files")
    parser.add_argument("--run-seconds", type=float, default=2.0, help="how long an actor run takes")
    given = parser.parse_args(arguments)
    try:
        serve_forever(
            port=given.port, companies=given.companies, seed=given.seed, night=given.night,
            first_day=given.first_day, folder=given.folder, run_seconds=given.run_seconds,
        )  # fmt: skip
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot start: {error.strerror}. Choose another --port.\n")
        return 1
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
