"""The laws of order, chunks, repetition, replay and identity on random small worlds, a bounded number of them.

`python -m tests.brute.run` tries more, for as long as one likes. What it found is kept in `found/`, one world a file.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.brute.engine import Engine, Plan
from tests.brute.generator import worlds
from tests.brute.laws import check, compared, identity_of, plans, repeated, replayed
from tests.brute.worlds import World
from tests.conftest import Server
from tests.emptied import quick

FOUND = sorted((Path(__file__).parent / "found").glob("*.json"))
# Two or three runs an example, 0.3 to 0.6 s each.
BOUNDED = settings(
    max_examples=12, deadline=None, derandomize=True, database=None, print_blob=False,
    phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    name = server.create(server.template)
    made = Engine(server.url(name), server.url(name, login="outreach_app"), tmp_path_factory.mktemp("brute"))
    with quick():
        yield made
    made.close()
    server.drop(name)


@pytest.mark.timeout(900)
@BOUNDED
@given(world=worlds(may_be_wrong=False), seed=st.integers(0, 999))
def test_batches_in_any_order_and_size_give_the_same(engine: Engine, world: World, seed: int) -> None:
    plan = random.Random(seed).choice(list(plans(world, random.Random(seed), 4)))
    assert list(compared(engine, world, plan)) == []


@pytest.mark.timeout(900)
@BOUNDED
@given(world=worlds(may_be_wrong=False))
def test_what_is_run_or_replayed_again_touches_nothing(engine: Engine, world: World) -> None:
    assert list(repeated(engine, world)) == []


@pytest.mark.timeout(900)
@BOUNDED
@given(world=worlds(must_be_wrong=True))
def test_a_replay_after_a_correction_equals_a_fresh_run(engine: Engine, world: World) -> None:
    assert list(replayed(engine, world, plain=True)) == []


@pytest.mark.timeout(900)
@BOUNDED
@given(world=worlds(may_be_wrong=False))
def test_an_id_never_names_another_than_its_founder(engine: Engine, world: World) -> None:
    assert list(identity_of(engine, world, Plan(apart=True))) == []


_OPEN = {
    "a-change-that-is-heard-of-late": "Known: a change is noted when a master changes, so not where the old word is heard of after the new one.",
}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.xfail(strict=True, reason=_OPEN[path.stem])] if path.stem in _OPEN else [])
        for path in FOUND
    ],
)
def test_what_once_came_out_wrong(engine: Engine, path: Path) -> None:
    """Every law on a world that broke one, made small when it was found."""
    kept = json.loads(path.read_text())
    world = World.from_json(kept["world"])
    assert list(check(engine, world, random.Random(kept["seed"]), orders=6)) == []
