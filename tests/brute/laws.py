"""The laws that hold for every world, and the check of one world against all of them.

Belongs here: which runs of a world must be equal. Does not belong here: how a world is run (`engine`), what is equal
(`snapshot`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.brute.engine import Engine, Plan
from tests.brute.identity import Founders
from tests.brute.snapshot import Snapshot, differences, exact, snapshot
from tests.brute.worlds import World

# Parts of a snapshot that are compared unless the caller names others.
PARTS = (
    "companies", "people", "company_slot", "slot_assignment_history", "contacts", "loads", "rejections", "reviews", "shared_values",
    "people_intelligence", "company_intelligence", "signal",
)  # fmt: skip
# What was told at the time. A correction takes back what it makes untrue (`marketing.f_withdraw_changes`), and does not tell
# afterwards what would have been noticed: nobody acted on that. So a replay is compared without these.
TOLD = ("people_intelligence", "signal")
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


def check(
    engine: Engine, world: World, rng: random.Random, *, orders: int = 4, parts: tuple[str, ...] = PARTS
) -> Iterator[Finding]:
    """All laws for one world; `orders` is how many other orders of its batches are tried."""
    base = _straight(engine, world, parts)
    yield from _repeated(engine, world, base, parts)
    for plan in plans(world, rng, orders):
        yield from compared(engine, world, plan, base, parts=parts)
    if world.wrong:
        for plain in (False, True):
            yield from replayed(engine, world, base, plain=plain, chunk=rng.choice((2, 10_000)), parts=parts)


def plans(world: World, rng: random.Random, orders: int) -> Iterator[Plan]:
    """Other ways to run the world that must give the same: sizes of chunks and pages, then other orders."""
    yield Plan(chunk=1)
    yield Plan(apart=True)
    if len(world.steps) > 1:
        yield Plan(late=True, chunk=rng.choice((1, 2, 3, 10_000)))
    for order in world.orders(rng, orders):
        yield Plan(
            order=order,
            chunk=rng.choice((1, 2, 3, 10_000, 10_000)),
            page=rng.choice((0, 0, 2)),
            late=rng.random() < 0.2,
        )


def _law(plan: Plan) -> str:
    if plan.order is not None:
        return "order of batches"
    return "late digestion" if plan.late else "size of chunks"


def _only(found: Snapshot, parts: tuple[str, ...]) -> Snapshot:
    return {part: found[part] for part in parts}


def compared(
    engine: Engine, world: World, plan: Plan, base: Snapshot | None = None, *, parts: tuple[str, ...] = PARTS
) -> Iterator[Finding]:
    """The world run by the plan gives what it gives in its own order, all at once (`base`, run here unless given)."""
    base = base or _straight(engine, world, parts)
    founders = Founders(engine.admin)
    engine.play(world, plan, founders.look)
    if found := differences(base, _only(snapshot(engine.admin), parts)):
        yield Finding(_law(plan), str(plan), found)
    if founders.wrong:
        yield Finding("an id names its founder", str(plan), {"ids": founders.wrong})
    yield from _invariants(engine, plan)


def _straight(engine: Engine, world: World, parts: tuple[str, ...]) -> Snapshot:
    engine.play(world, Plan())
    return _only(snapshot(engine.admin), parts)


def _invariants(engine: Engine, plan: Plan) -> Iterator[Finding]:
    for law, query in (("conservation", _CONSERVED), ("three slots", _SLOTS)):
        if broken := engine.admin.execute(query).fetchall():  # type: ignore[call-overload]
            yield Finding(law, str(plan), {"rows": [str(row) for row in broken]})


def repeated(engine: Engine, world: World, *, parts: tuple[str, ...] = PARTS) -> Iterator[Finding]:
    """Batches run again touch no row; a replay of all loads by the same shapes changes nothing that can be compared."""
    yield from _repeated(engine, world, _straight(engine, world, parts), parts)


def _repeated(engine: Engine, world: World, base: Snapshot, parts: tuple[str, ...]) -> Iterator[Finding]:
    yield from _invariants(engine, Plan())
    work = engine.workspace((), 10_000)
    before = exact(engine.admin)
    engine.again(world, work)
    if found := differences(before, exact(engine.admin)):
        yield Finding("run twice is run once", "again", found)
    engine.replay(work, plain=False)
    if found := differences(base, _only(snapshot(engine.admin), parts)):
        yield Finding("replay of what is right changes nothing", "replay", found)


def identity_of(engine: Engine, world: World, plan: Plan) -> Iterator[Finding]:
    """Whatever happens after an id was given, it stands for a cluster that has a record of its founding."""
    founders = Founders(engine.admin)
    engine.play(world, plan, founders.look)
    if founders.wrong:
        yield Finding("an id names its founder", str(plan), {"ids": founders.wrong})


def replayed(
    engine: Engine,
    world: World,
    base: Snapshot | None = None,
    *,
    plain: bool,
    chunk: int = 10_000,
    parts: tuple[str, ...] = PARTS,
) -> Iterator[Finding]:
    """The world read by its wrong shapes, corrected and replayed, gives what the right shapes give at once."""
    parts = tuple(part for part in parts if part not in TOLD)
    base = _only(base, parts) if base else _straight(engine, world, parts)
    plan = Plan(wrong=world.wrong, chunk=chunk)
    engine.play(world, plan)
    founders = Founders(engine.admin)
    founders.look()
    engine.replay(engine.workspace((), chunk), plain=plain)
    law = "plain replay equals fresh" if plain else "replay equals fresh"
    if found := differences(base, _only(snapshot(engine.admin), parts)):
        yield Finding(law, str(plan), found)
    founders.look()
    if founders.wrong:
        yield Finding("an id names its founder", f"{law}: {plan}", {"ids": founders.wrong})


def first(engine: Engine, world: World, seed: int, law: str | None = None, **options: Any) -> Finding | None:
    """The first finding (of that law), with the choices of that seed."""
    for finding in check(engine, world, random.Random(seed), **options):
        if law in {None, finding.law}:
            return finding
    return None
