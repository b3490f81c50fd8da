"""`python -m tests.brute.run --seconds 600 --seed 1`: random worlds until the time is over; what differs, made small.

Belongs here: the command. Does not belong here: the laws (`laws`). Exit status 1 when something differed.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
from collections import Counter
from pathlib import Path
from time import monotonic

from tests.brute.engine import Engine, own_engine
from tests.brute.generator import Seeded
from tests.brute.generator import world as make_world
from tests.brute.laws import PARTS, Finding, check, first
from tests.brute.shrink import shrink
from tests.brute.worlds import World
from tests.emptied import quick


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="the first world; the next one has the next number")
    parser.add_argument("--orders", type=int, default=4, help="other orders tried per world")
    parser.add_argument("--folder", type=Path, default=Path("brute-worlds"), help="where failing worlds are written")
    parser.add_argument("--shrink", type=float, default=60, help="seconds to spend on making one failing world small")
    parser.add_argument("--most", type=int, default=2, help="worlds kept per law and part; others are counted only")
    parser.add_argument("--parts", default=",".join(PARTS), help="parts of the result that are compared")
    parser.add_argument("--not", dest="left_out", default="", help="laws that are not looked at, separated by commas")
    parser.add_argument("--world", type=Path, help="check this one world (a file that was written before)")
    options = parser.parse_args()
    parts = tuple(options.parts.split(","))
    with own_engine() as engine, quick():
        gc.collect()
        gc.freeze()
        if options.world:
            return _one(engine, options.world, parts)
        return _many(engine, options, parts)


def _many(engine: Engine, options: argparse.Namespace, parts: tuple[str, ...]) -> int:
    until, seed, worlds = monotonic() + options.seconds, options.seed, 0
    kinds: Counter[str] = Counter()
    broken = 0
    while monotonic() < until:
        world = make_world(Seeded(seed))
        left_out = set(options.left_out.split(","))
        found = list(check(engine, world, random.Random(seed), orders=options.orders, parts=parts))
        found = [finding for finding in found if finding.law not in left_out]
        worlds += 1
        broken += bool(found)
        for kind, finding in {_kind(finding): finding for finding in found}.items():
            kinds[kind] += 1
            if kinds[kind] <= options.most:
                _keep(engine, world, seed, finding, options, parts)
        seed += 1
    print(f"{worlds} worlds, {engine.runs} runs, {broken} worlds with differences", flush=True)
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    return 1 if broken else 0


def _kind(finding: Finding) -> str:
    return f"{finding.law}: {', '.join(finding.what)}"


def _keep(
    engine: Engine, world: World, seed: int, finding: Finding, options: argparse.Namespace, parts: tuple[str, ...]
) -> None:
    def fails(smaller: World) -> bool:
        again = first(engine, smaller, seed, finding.law, orders=options.orders, parts=parts)
        return again is not None and set(again.what) & set(finding.what) != set()

    small = shrink(world, fails, seconds=options.shrink)
    shown = first(engine, small, seed, finding.law, orders=options.orders, parts=parts) or finding
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / f"{finding.law.replace(' ', '-')}-{seed}.json"
    data = {"seed": seed, "law": shown.law, "plan": shown.plan, "what": shown.what, "world": small.to_json()}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False))
    print(f"\n{_kind(shown)}\n  {shown.plan}\n  written to {path} ({small.size} items)", flush=True)


def _one(engine: Engine, path: Path, parts: tuple[str, ...]) -> int:
    data = json.loads(path.read_text())
    found = list(
        check(engine, World.from_json(data["world"]), random.Random(data.get("seed", 0)), orders=24, parts=parts)
    )
    for finding in found:
        print(
            json.dumps({"law": finding.law, "plan": finding.plan, "what": finding.what}, indent=1, ensure_ascii=False)
        )
    print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
