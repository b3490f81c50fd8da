"""Random commands in random order over the real database: after every step the laws of the design hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.brute.engine import Engine
from tests.conftest import Server
from tests.operating.laws import LAWS, broken
from tests.operating.machine import Operations

BOUNDED = settings(
    max_examples=10, stateful_step_count=14, deadline=None, derandomize=True, database=None, print_blob=False,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""`python -m tests.operating.run` looks for longer."""


@pytest.fixture(scope="module")
def engine(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    name = server.create(server.template)
    made = Engine(server.url(name), server.url(name, login="outreach_app"), tmp_path_factory.mktemp("operating"))
    yield made
    made.close()
    server.drop(name)


@pytest.mark.timeout(900)
def test_whatever_is_done_the_laws_hold(engine: Engine) -> None:
    Operations.engine = engine
    run_state_machine_as_test(Operations, settings=BOUNDED)


def test_a_broken_law_is_seen(engine: Engine) -> None:
    """A failed load without a reason, a contact that is active in spite of its suppression."""
    engine.fresh()
    assert broken(engine.admin) == {}
    engine.admin.execute("insert into intake.raw_loads (batch_id, source, raw_data, status) values ('b', 's', '{}', 'failed')")
    engine.admin.execute("insert into vault.contacts (email, source) values ('ada@alpha.example', 's')")
    engine.admin.execute("insert into vault.suppression (kind, value, reason) values ('email', 'ada@alpha.example', 'bounced')")
    assert set(broken(engine.admin)) == {"what failed says why", "no suppressed contact is active"}
    assert len(LAWS) == 13
