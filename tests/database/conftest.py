"""Fixtures of the database tests: rows to start from, and subprocesses that share a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parents[2]
COMPANY = "04.04.01.25.12345.678"
SLOT = "04.04.05.25.98765.432"
PERSON = "04.04.02.25.54321.234"

Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def empty_url(server: Any) -> Iterator[str]:
    """URL of a superuser in a database without any schema of ours."""
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="module")
def look(server: Any) -> Iterator[Admin]:
    """A superuser's read-only connection to the template's twin, shared by tests that only look."""
    name = server.create(server.template)
    with psycopg.connect(server.url(name), autocommit=True, row_factory=dict_row) as connection:
        yield connection
    server.drop(name)


@pytest.fixture
def person(admin: Admin) -> str:
    """A company with one slot and a person who competes for it: the examples of the seed."""
    admin.execute(
        "insert into marketing.company_master (company_unique_id, company_name, website_url, source_system,"
        " promoted_from_intake_at) values (%s, 'Acme', 'https://acme.test', 'test', now())",
        (COMPANY,),
    )
    admin.execute(
        "insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)"
        " values (%s, %s, 'CEO')",
        (SLOT, COMPANY),
    )
    admin.execute(
        "insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id, first_name,"
        " last_name, source_system, promoted_from_intake_at) values (%s, %s, %s, 'Ada', 'Lovelace', 'test', now())",
        (PERSON, COMPANY, SLOT),
    )
    return PERSON


def start_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A fresh interpreter running `code` in the checkout."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], timeout: float = 60) -> str:
    """The output of a process that has to end well."""
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, errors
    return output
