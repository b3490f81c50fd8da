"""Makes a failing world small: steps, items and fields go as long as the same law is broken.

Belongs here: the greedy search. Does not belong here: judging (`laws`). (Hypothesis has its own way; this one is for worlds
that the command found.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

from tests.brute.worlds import World


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
    if world.wrong:
        yield replace(world, wrong=())
    steps = world.steps
    if len(steps) > 1:
        yield from (replace(world, steps=steps[:n] + steps[n + 1 :]) for n in range(len(steps)))
    for n, step in enumerate(steps):
        if len(step.items) > 1:
            for m in range(len(step.items)):
                yield _with(world, n, step.items[:m] + step.items[m + 1 :])
    for n, step in enumerate(steps):
        for m, item in enumerate(step.items):
            yield from (_with(world, n, (*step.items[:m], less, *step.items[m + 1 :])) for less in _less(item))


def _less(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The item without one of its fields, at any depth."""
    for key, value in item.items():
        if len(item) > 1:
            yield {k: v for k, v in item.items() if k != key}
        if isinstance(value, dict):
            yield from ({**item, key: less} for less in _less(value))
        elif isinstance(value, list):
            for n, element in enumerate(value):
                if isinstance(element, dict):
                    yield from ({**item, key: [*value[:n], less, *value[n + 1 :]]} for less in _less(element))


def _with(world: World, n: int, items: tuple[dict[str, Any], ...]) -> World:
    step = replace(world.steps[n], items=items)
    return replace(world, steps=(*world.steps[:n], step, *world.steps[n + 1 :]))
