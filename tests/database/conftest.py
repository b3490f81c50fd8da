"""Fixtures of the database tests: an empty database, one to look at, and rows to start from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from outreach_pipeline.database.connect import Database

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


@pytest.fixture(scope="module")
def shared(server: Any, look: Admin) -> Iterator[Database]:
    """The same database as the pipeline's login sees it, for tests that leave nothing behind."""
    database = Database(server.url(look.info.dbname, login="outreach_app"))
    yield database
    database.close()


@pytest.fixture
def scratch(look: Admin) -> Iterator[Admin]:
    """A transaction on the shared database, rolled back: a clone takes 0.3 s on a slow disk, this nothing."""
    with look.transaction(force_rollback=True):
        yield look


@pytest.fixture
def connection(look: Admin) -> Iterator[Admin]:
    """A superuser's connection with an empty table of loads, which shapes are tried on."""
    look.execute("CREATE TEMP TABLE loads (load_id bigint, raw_data jsonb)")
    yield look
    look.execute("DROP TABLE pg_temp.loads")


@pytest.fixture
def person(scratch: Admin) -> str:
    """A company with one slot and a person who competes for it: the examples of the seed (in `scratch`)."""
    scratch.execute(
        "insert into marketing.company_master (company_unique_id, company_name, website_url, source_system,"
        " promoted_from_intake_at) values (%s, 'Acme', 'https://acme.test', 'test', now())",
        (COMPANY,),
    )
    scratch.execute(
        "insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)"
        " values (%s, %s, 'CEO')",
        (SLOT, COMPANY),
    )
    scratch.execute(
        "insert into marketing.people_master (unique_id, company_unique_id, company_slot_unique_id,"
        " first_name, last_name, source_system, promoted_from_intake_at)"
        " values (%s, %s, %s, 'Ada', 'Lovelace', 'test', now())",
        (PERSON, COMPANY, SLOT),
    )
    return PERSON
