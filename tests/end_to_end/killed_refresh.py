"""Refreshes people and dies at a chosen commit: run as a program of its own by the test of kills.

Usage: killed_refresh.py DATABASE_URL SETTINGS_JSON LAST_KILL PERSON_ID... For each n from 1 on, two of the people are asked
for; a child refreshes them and is killed just before its n-th commit; then it is done again by a process that lives.
(Just after a commit is just before the next one, but for calls in between, of which only the start of a run counts.) Prints one JSON line per child: [n, its exit code]. Stops after the first child that
came through, or at LAST_KILL. With `plan` as LAST_KILL nobody dies: three processes plan at once, and one line has the waves of each.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import OutreachError, TransientError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.refresh_due import ask_refresh, plan_refresh, requested_waves
from outreach_pipeline.stages.refresh_results import finish_refresh
from outreach_pipeline.stages.refresh_run import poll_waves, start_refresh
from outreach_pipeline.stages.refresh_status import read_refresh
from outreach_pipeline.stages.workspace import Workspace
from tests.end_to_end.killed import Mortal, be_ready
from tests.end_to_end.refresh_world import LOOK


def turn(work: Workspace) -> None:
    """Everything there is to do, until nothing is open: what the sensors and jobs do."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for asked in requested_waves(work):
            try:
                start_refresh(work, asked.wave_id)
            except TransientError:
                time.sleep(0.2)
        for asked in poll_waves(work):
            finish_refresh(work, asked.wave_id)
        is_idle = all(row["state"] in ("closed", "failed") for row in read_refresh(work).waves)
        if is_idle and plan_refresh(work, day=LOOK).wave_id is None:
            return
        time.sleep(0.02)


def die(url: str, settings: Settings, dies_at: int) -> int:
    """The same in a child that dies; its exit code: 0 through, 9 killed, 1 an error of ours."""
    child = os.fork()
    if child == 0:
        database = Mortal(url)
        database.dies_at = dies_at
        try:
            turn(Workspace(settings, database))
        except OutreachError as error:
            print(error, file=sys.stderr)
            os._exit(1)
        except BaseException as error:  # a child must not run the parent's code
            print(repr(error), file=sys.stderr)
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def plan_at_once(url: str, settings: Settings, daemons: int = 3) -> list[list[int]]:
    """Plan waves of two in several processes that begin together; the waves of each."""
    context = multiprocessing.get_context("fork")  # the parent has no threads, and a fork imports nothing
    together, found = context.Barrier(daemons), context.SimpleQueue()

    def plan() -> None:
        work = Workspace(settings, Database(url))
        together.wait(60)
        waves = [plan_refresh(work, day=LOOK, limit=2).wave_id for _ in range(8)]
        found.put([wave for wave in waves if wave is not None])

    children = [context.Process(target=plan) for _ in range(daemons)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
        if child.exitcode != 0:
            raise SystemExit(f"a daemon ended with {child.exitcode}")
    return [found.get() for _ in children]


def main() -> None:
    """See the module."""
    url, given, last, *people = sys.argv[1:]
    be_ready()
    if last == "plan":
        print(json.dumps(plan_at_once(url, Settings(_env_file=None, **json.loads(given)))))
        return
    settings = Settings(_env_file=None, **json.loads(given))
    work = Workspace(settings, Database(url))
    for number in range(1, int(last) + 1):
        two = people[2 * number - 2 : 2 * number]
        if not two:
            return
        ask_refresh(work, two)
        work.database.close()
        code = die(url, settings, 2 * number - 1)
        print(json.dumps([number, code]), flush=True)
        # In a child as well: the HTTP client has threads, which do not come along into the next fork.
        if die(url, settings, 0):
            raise SystemExit(f"what a process killed at {number} had left could not be finished")
        if code == 0:
            return


if __name__ == "__main__":
    main()
