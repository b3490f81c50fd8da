"""Verifies addresses one at a time and dies at a chosen commit: run as a program of its own by the tests of kills.

Usage: killed_verify.py DATABASE_URL SETTINGS_JSON FIRST LAST. For each n from FIRST to LAST a child verifies and is killed
at its n-th commit, odd numbers just before it, even ones just after. Prints one JSON line per child: [n, exit code]. Stops
after the first child that came through.
"""

from __future__ import annotations

import json
import os
import sys

from killed import Mortal, be_ready

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.verify import verify_addresses
from outreach_pipeline.stages.workspace import Workspace


def main() -> None:
    """See the module."""
    url, settings, first, last = sys.argv[1:5]
    be_ready()
    for number in range(int(first), int(last) + 1):
        with Database(url).transaction(Role.INGEST) as tx:
            # What its lease would do after its time.
            tx.execute("update intake.pull set held_by = null, held_until = null")
        child = os.fork()
        if child == 0:
            database = Mortal(url)
            database.dies_at = number
            try:
                verify_addresses(Workspace(Settings(_env_file=None, **json.loads(settings)), database), limit=1)
            except BaseException as error:  # a child must not run the parent's code
                print(repr(error), file=sys.stderr)
                os._exit(2)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([number, code]), flush=True)
        if code == 0:
            return


main()
