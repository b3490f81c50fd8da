"""The state machine for as long as one wants: `python -m tests.operating.run --minutes 30`.

Belongs here: the command. A sequence that breaks a law is printed shrunk, as Hypothesis does it.
"""

from __future__ import annotations

import argparse
import random
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.brute.engine import own_engine
from tests.operating.machine import Operations


def main() -> None:
    """Run until the time is over; says how many sequences and steps it tried."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--steps", type=int, default=20, help="commands in a sequence")
    options = parser.parse_args()
    until, tried = time.monotonic() + options.minutes * 60, 0
    with own_engine() as engine:
        Operations.engine = engine
        while time.monotonic() < until:
            random.seed(time.time_ns())
            run_state_machine_as_test(
                Operations,
                settings=settings(
                    max_examples=20, stateful_step_count=options.steps, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
            tried += 20
            print(f"{tried} sequences of up to {options.steps} commands, {engine.runs} databases: no law broken", flush=True)


if __name__ == "__main__":
    main()
