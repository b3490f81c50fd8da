"""The real command line on a real database: what the tests of single commands share.

Belongs here: running a command line, small files to land. Does not belong here: assertions.
"""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.cli.main import main
from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.stages.checks import hold_or_release
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.slots import assign_slots
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch

COMPANY_COLUMNS = (
    "company_name", "website", "ceo_name", "ticker", "industry_or_sector", "city", "state", "employees",
)  # fmt: skip
ACME = ("Acme Pumps", "www.acmepumps.com", "Ada Lovelace", "ACME", "Pumps", "Springfield", "IL", "1200")
BOLT = ("Bolt Works", "boltworks.com", "Grace Hopper", "BOLT", "Screws", "Boston", "MA", "80")
WITHOUT_NAME = ("Cog Mills", "cogmills.com", "n/a", "COG", "Gears", "Salem", "MA", "12")


@dataclass(frozen=True)
class Ran:
    """What a command line printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout, which holds one JSON document and nothing else."""
        return json.loads(self.out)


def hear_ctrl_c() -> None:
    """For `preexec_fn`. A shell's background jobs ignore Ctrl+C, and all that they start does: a suite that runs in one too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class CommandLine:
    """Runs commands in this process, on the database of the test."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self.folder = folder

    def __call__(self, *arguments: str) -> Ran:
        """Run; whatever it ends with."""
        self._capsys.readouterr()
        code = main(arguments)
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    def fine(self, *arguments: str) -> Ran:
        """Run what has to end well."""
        ran = self(*arguments)
        assert ran.code == 0, ran.err or ran.out
        return ran

    def companies(self, *rows: Sequence[str], name: str = "companies.csv") -> str:
        """A file for the source companies_csv."""
        return self._csv(name, COMPANY_COLUMNS, rows)

    def officers(self, *rows: Sequence[str], name: str = "officers.csv") -> str:
        """A file for the source officers_csv: company_name, person, title, year."""
        return self._csv(name, ("company_name", "person", "title", "year"), rows)

    def run(self, source: str, day: str) -> None:
        """The stages of `outreach run` without Dagster's bookkeeping (0.1 s instead of 1.5)."""
        workspace, batch = open_workspace(), Batch(date.fromisoformat(day), source)
        validate_batch(workspace, batch)
        if not hold_or_release(workspace, batch).held:
            promote_batch(workspace, batch)
            assign_slots(workspace)

    def take_in(self, file: str, source: str, day: str) -> None:
        """Land and run."""
        self.fine("land", file, "--source", source, "--day", day)
        self.run(source, day)

    def _csv(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return str(path)
