"""Verification killed at every commit: nobody is paid for twice, and run again it ends like an undisturbed one.

Each child that dies is followed by the next on the same database: what one left behind the next has to cope with.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from verify_world import Verified, verified_world

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.verify import verify_addresses

Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def world(tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Verified]:
    with verified_world(tmp_path, db, monkeypatch) as made:
        yield made


def killed(world: Verified, url: str, first: int, last: int, **settings: Any) -> list[list[int]]:
    """Children killed at their n-th commits, one after the other."""
    program = [sys.executable, str(Path(__file__).with_name("killed_verify.py")), url]
    given = json.dumps(world.settings(chunk_loads=100, apollo_lease_secs=1, **settings))
    done = subprocess.run(
        [*program, given, str(first), str(last)], capture_output=True, text=True, timeout=540, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def people(world: Verified) -> list[str]:
    """As many as there are kills, each with another truth."""
    emails = world.people(*(f"{name}.firm{number}" for number in range(20) for name in ("ada", "bob", "cy")))
    for email in emails:
        if email.startswith("bob"):
            world.mailboxes.addresses[email] = "dead"
        if email.startswith("cy"):
            world.mailboxes.addresses[email] = "unknown"
    return emails


@pytest.mark.timeout(600)
@pytest.mark.parametrize("order", ["zerobounce", "million_bulk"])
def test_nobody_is_paid_for_twice_over_all_kill_points(
    world: Verified, database_url: str, admin: Admin, order: str
) -> None:
    emails = people(world)
    codes = dict(killed(world, database_url, 1, 80, verify_order=order))
    assert set(codes.values()) == {0, 9}
    assert len(codes) > 20
    verify_addresses(world.work(verify_order=order))
    charged = world.first.charged, world.second.charged
    assert [len(each) for each in charged] == [len(set(each)) for each in charged], "somebody was paid for twice"
    row = admin.execute("select sum(coalesce(spent, reserved)) as spent from public.credit_ledger").fetchone()
    assert row is not None
    assert row["spent"] >= sum(map(len, charged)), "something that was paid for is in no ledger"
    in_doubt = {
        row["email"]
        for row in admin.execute(
            "select unnest(subjects) as email from public.credit_ledger where state in ('reserved', 'doubtful')"
        )
    }
    told = {row["email"] for row in admin.execute("select email from intake.validated_addresses")}
    assert told | in_doubt == set(emails)
    if "bulk" in order:
        # A file is asked about by its name: in doubt is only who was never sent.
        assert in_doubt.isdisjoint(charged[1])
    pending = admin.execute("select count(*) as n from intake.raw_loads where status = 'pending'").fetchone()
    assert pending == {"n": 0}
