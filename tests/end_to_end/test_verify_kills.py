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
    done = subprocess.run(  # noqa: S603 - a program of ours
        [*program, given, str(first), str(last)], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def leases_are_over(admin: Admin) -> None:
    admin.execute("update intake.pull set held_by = null, held_until = null")


def test_nobody_is_paid_for_twice_over_all_kill_points(world: Verified, database_url: str, admin: Admin) -> None:
    emails = world.people("ada.ok", "bob.dead", "cy.slow", "dan.gone")
    world.mailboxes.addresses |= {"bob@dead.example": "dead", "cy@slow.example": "unknown"}
    world.mailboxes.domains["gone.example"] = "null_mx"
    deaths = 0
    for number in range(1, 80):
        leases_are_over(admin)
        ((_, code),) = killed(world, database_url, number, number)
        assert code in (0, 9)
        deaths += code == 9
        if code == 0:
            break
    assert deaths > 10
    verify_addresses(world.work())
    for service in (world.first, world.second):
        assert len(service.charged) == len(set(service.charged)), "somebody was paid for twice"
    spent = admin.execute("select coalesce(sum(coalesce(spent, reserved)), 0) as c from public.credit_ledger").fetchone()
    assert spent is not None
    assert spent["c"] >= len(world.first.charged) + len(world.second.charged), "something paid for is in no ledger"
    in_doubt = {
        row["email"]
        for row in admin.execute(
            "select unnest(subjects) as email from public.credit_ledger where state in ('reserved', 'doubtful')"
        )
    }
    told = {row["email"] for row in admin.execute("select email from intake.validated_addresses")}
    assert told | in_doubt == set(emails)
    assert admin.execute("select count(*) as n from intake.raw_loads where status = 'pending'").fetchone() == {"n": 0}


def test_a_file_left_by_a_dead_process_is_found_and_read(world: Verified, database_url: str, admin: Admin) -> None:
    emails = world.people("ada.ok", "bob.dead")
    world.mailboxes.addresses["bob@dead.example"] = "dead"
    order = {"verify_order": "mail_domains,million_bulk"}
    for number in range(1, 60):
        leases_are_over(admin)
        ((_, code),) = killed(world, database_url, number, number, **order)
        if code == 0:
            break
    assert sorted(world.second.charged) == sorted(emails)
    told = {row["email"] for row in admin.execute("select email from intake.validated_addresses")}
    assert told == set(emails)
    assert {row["state"] for row in admin.execute("select state from public.credit_ledger where spent > 0")} == {"settled"}
