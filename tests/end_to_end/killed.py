"""Lands a batch and dies at a chosen commit: run as a program of its own by the tests of kills.

Usage: killed.py DATABASE_URL SETTINGS_JSON FIRST_DAY LAST_KILL. For each n from 1 on, a child lands the batch
of the n-th day and is killed at its n-th commit, odd numbers just before it, even ones just after. Prints one
JSON line per child: [n, whether it was killed]. Stops after the first child that came through, or at
LAST_KILL.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pandera.pandas as pandera

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.records.shape import load_shapes
from outreach_pipeline.rules.titles import load_rules
from outreach_pipeline.settings import SHIPPED_SHAPES, Settings
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

# What is imported when it is used: a second of each child's life, when the parent has not done so before it forks.
_LATE = ("apify_client", "dns.resolver", "dns.rdtypes.ANY.MX", "dns.rdtypes.IN", "httpx2", "httpcore2", "pyarrow.pandas_compat")


def be_ready() -> None:
    """Import and read what a child may use, so that its life costs no more than its work."""
    for package in ("outreach_pipeline.sources", "outreach_pipeline.records", "outreach_pipeline.stages"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(module.name)
    for name in _LATE:
        importlib.import_module(name)
    # What is read once in a process, too. And pandera finds its checks, and Hypothesis where there is one, at the first look.
    load_shapes(SHIPPED_SHAPES)
    load_rules()
    pandera.DataFrameSchema({"a": pandera.Column(str)}).validate(pd.DataFrame({"a": ["b"]}))


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
    be_ready()
    for number in range(1, int(last) + 1):
        batch = Batch(date.fromisoformat(first) + timedelta(days=number), source)
        code = land(url, json.loads(settings), batch, number)
        print(json.dumps([number, code]), flush=True)
        if code == 0:
            return


if __name__ == "__main__":
    main()
