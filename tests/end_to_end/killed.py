"""Lands a batch and dies at a chosen commit: run as a program of its own by the tests of kills.

Usage: killed.py DATABASE_URL SETTINGS_JSON FIRST_DAY LAST_KILL. For each n from 1 on, a child lands the batch
of the n-th day and is killed at its n-th commit, odd numbers just before it, even ones just after. Prints one
JSON line per child: [n, whether it was killed]. Stops after the first child that came through, or at
LAST_KILL.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta
from typing import Any

import outreach_pipeline.sources.apify_api  # noqa: F401 - imported before the forks, so that each costs little
from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace


class Mortal(Database):
    """A database whose process dies at a commit."""

    dies_at = 0
    commits = 0

    def _end(self, connection: Any, *, commit: bool) -> None:
        if commit:
            self.commits += 1
        dies = commit and self.commits == (self.dies_at + 1) // 2
        if dies and self.dies_at % 2:
            os._exit(9)
        super()._end(connection, commit=commit)
        if dies:
            os._exit(9)


def land(url: str, settings: dict[str, Any], batch: Batch, dies_at: int) -> int:
    """Land in a child; its exit code: 0 through, 9 killed, 1 an error of ours."""
    child = os.fork()
    if child == 0:
        database = Mortal(url)
        database.dies_at = dies_at
        try:
            land_batch(Workspace(Settings(_env_file=None, **settings), database), batch)
        except OutreachError as error:
            print(error, file=sys.stderr)
            os._exit(1)
        except BaseException as error:  # a child must not run the parent's code
            print(repr(error), file=sys.stderr)
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """See the module."""
    url, settings, first, source, last = sys.argv[1:6]
    for number in range(1, int(last) + 1):
        batch = Batch(date.fromisoformat(first) + timedelta(days=number), source)
        code = land(url, json.loads(settings), batch, number)
        print(json.dumps([number, code]), flush=True)
        if code == 0:
            return


if __name__ == "__main__":
    main()
