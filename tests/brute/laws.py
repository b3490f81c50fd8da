"""The laws that hold for every world, and the check of one world against all of them.

Belongs here: which runs of a world must be equal. Does not belong here: how a world is run (`engine`), what is equal
(`snapshot`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.brute.engine import Engine, Plan
from tests.brute.identity import Founders
from tests.brute.snapshot import Snapshot, differences, exact, snapshot
from tests.brute.worlds import World

# Parts of a snapshot that are compared unless the caller names others.
PARTS = (
    "companies", "people", "company_slot", "slot_assignment_history", "contacts", "loads", "rejections", "reviews",
    "people_intelligence", "company_intelligence", "signal",
)  # fmt: skip
_CONSERVED = """select l.load_id from intake.raw_loads as l where l.status not in ('pending', 'promoted', 'failed', 'duplicate')
    or (l.status = 'failed' and not exists (
        select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected'))"""
_SLOTS = """select c.company_unique_id from marketing.company_master as c left join marketing.company_slot as s
    using (company_unique_id) group by 1 having count(s.slot_type) <> 3"""


@dataclass(frozen=True, slots=True)
class Finding:
    """A law that does not hold for a world: how it was run, and what differs."""

    law: str
    plan: str
    what: dict[str, Any] = field(default_factory=dict)


def check(engine: Engine, world: World, rng: random.Random, *, orders: int = 4, parts: tuple[str, ...] = PARTS) -> Iterator[Finding]:
    """All laws for one world; `orders` is how many other orders of its batches are tried."""

    def only(found: Snapshot) -> Snapshot:
        return {part: found[part] for part in parts if part in found}

    whole = Plan()
    work = engine.play(world, whole)
    base = only(snapshot(engine.admin))
    yield from _invariants(engine, whole)
    yield from _again(engine, lambda: engine.again(world, work))
    for plan in plans(world, rng, orders):
        engine.play(world, plan)
        if found := differences(base, only(snapshot(engine.admin))):
            yield Finding(_law(plan), str(plan), found)
    yield from _identity(engine, world, rng)
    yield from _replays(engine, world, rng, base, only)


def plans(world: World, rng: random.Random, orders: int) -> Iterator[Plan]:
    """Other ways to run the world that must give the same: sizes of chunks and pages, then other orders."""
    yield Plan(chunk=1)
    yield Plan(apart=True)
    if len(world.steps) > 1:
        yield Plan(late=True, chunk=rng.choice((1, 2, 3, 10_000)))
    for order in world.orders(rng, orders):
        yield Plan(order=order, chunk=rng.choice((1, 2, 3, 10_000, 10_000)), page=rng.choice((0, 0, 2)), late=rng.random() < 0.2)


def _law(plan: Plan) -> str:
    if plan.order is not None:
        return "order of batches"
    return "late digestion" if plan.late else "size of chunks"


def _invariants(engine: Engine, plan: Plan) -> Iterator[Finding]:
    for law, query in (("conservation", _CONSERVED), ("three slots", _SLOTS)):
        if broken := engine.admin.execute(query).fetchall():  # type: ignore[call-overload]
            yield Finding(law, str(plan), {"rows": [str(row) for row in broken]})


def _again(engine: Engine, run: Callable[[], object]) -> Iterator[Finding]:
    before = exact(engine.admin)
    run()
    if found := differences(before, exact(engine.admin)):
        yield Finding("run twice is run once", "again", found)


def _identity(engine: Engine, world: World, rng: random.Random) -> Iterator[Finding]:
    order = next(iter(world.orders(rng, 1)), None)
    for plan in (Plan(apart=True), Plan(apart=True, order=order)):
        founders = Founders(engine.admin)
        engine.play(world, plan, founders.look)
        if founders.wrong:
            yield Finding("an id names its founder", str(plan), {"ids": founders.wrong})


def _replays(
    engine: Engine, world: World, rng: random.Random, base: Snapshot, only: Callable[[Snapshot], Snapshot]
) -> Iterator[Finding]:
    """What a corrected shape must undo; without one, that a replay of everything changes nothing."""
    for plain in (False, True) if world.wrong else (False,):
        plan = Plan(wrong=world.wrong, chunk=rng.choice((2, 10_000)))
        work = engine.play(world, plan)
        founders = Founders(engine.admin)
        founders.look()
        right = engine.workspace((), plan.chunk)
        before = exact(engine.admin) if not world.wrong else None
        engine.replay(right, plain=plain)
        law = "plain replay equals fresh" if plain else "replay equals fresh"
        if found := differences(base, only(snapshot(engine.admin))):
            yield Finding(law, str(plan), found)
        if before is not None and (found := differences(before, exact(engine.admin))):
            yield Finding("replay of what is right touches nothing", str(plan), found)
        founders.look()
        if founders.wrong:
            yield Finding("an id names its founder", f"{law}: {plan}", {"ids": founders.wrong})
        del work


def first(engine: Engine, world: World, seed: int, law: str | None = None, **options: Any) -> Finding | None:
    """The first finding (of that law), with the choices of that seed."""
    for finding in check(engine, world, random.Random(seed), **options):
        if law in {None, finding.law}:
            return finding
    return None


def without(world: World, **changes: Any) -> World:
    """The world with fields replaced."""
    return replace(world, **changes)
