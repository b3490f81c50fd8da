"""First uses of new homes by four processes at once: `python first_use.py FOLDER TRIES`; prints what went wrong.

Belongs here: the processes of test_first_use. They are forked from one that has loaded Dagster, so that they really come
at once. Does not belong here: assertions.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.dagster_home import state_problem


def use(home: Path, all_there: Barrier) -> None:
    all_there.wait()
    with open_instance(Settings(_env_file=None, home=home)) as instance:
        instance.get_runs()


def main(folder: Path, tries: int) -> None:
    fork = multiprocessing.get_context("fork")
    for number in range(tries):
        home, all_there = folder / f"home{number}", fork.Barrier(4)
        processes = [fork.Process(target=use, args=(home, all_there)) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        failed = sum(process.exitcode != 0 for process in processes)
        if failed or state_problem(home / "dagster"):
            print(f"try {number}: {failed} of 4 failed; {state_problem(home / 'dagster')}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
