"""Makes a failing world small: steps, items and fields go as long as the same law is broken.

Belongs here: the greedy search. Does not belong here: judging (`laws`). (Hypothesis has its own way; this one is for worlds
that the command found.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

from tests.brute.worlds import Step, World


def shrink(world: World, fails: Callable[[World], bool], *, seconds: float) -> World:
    """The smallest world found in that time for which `fails` holds."""
    until = monotonic() + seconds
    moved = True
    while moved:
        moved = False
        for smaller in _smaller(world):
            if monotonic() > until:
                return world
            if fails(smaller):
                world, moved = smaller, True
                break
    return world


def _smaller(world: World) -> Iterator[World]:
    steps = world.steps
    if world.wrong:
        yield replace(world, wrong=())
    for n in range(len(steps)):
        if len(steps) > 1:
            yield replace(world, steps=steps[:n] + steps[n + 1 :])
    for n, step in enumerate(steps):
        for m in range(len(step.items)):
            if len(step.items) > 1:
                yield _with(world, n, replace(step, items=step.items[:m] + step.items[m + 1 :]))
    for n, step in enumerate(steps):
        for m, item in enumerate(step.items):
            for key in item:
                less = {k: v for k, v in item.items() if k != key}
                if less:
                    yield _with(world, n, replace(step, items=(*step.items[:m], less, *step.items[m + 1 :])))


def _with(world: World, n: int, step: Step) -> World:
    return replace(world, steps=(*world.steps[:n], step, *world.steps[n + 1 :]))
