"""Who may do what: tried as each role, through the login that the pipeline uses, never as the owner."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import DatabaseError, PermanentDatabaseError

Admin = psycopg.Connection[dict[str, Any]]

WRITES = {
    "intake.raw_loads": [
        "insert into intake.raw_loads (batch_id, source, raw_data) values ('b', 's', '{}')",
        "update intake.raw_loads set status = 'promoted'",
        "delete from intake.raw_loads",
        "truncate intake.raw_loads cascade",
    ],
    "vault.contacts": [
        "insert into vault.contacts (email, source) values ('a@b.test', 's')",
        "update vault.contacts set status = 'inactive'",
        "delete from vault.contacts",
        "truncate vault.contacts cascade",
    ],
}
STATEMENTS = [statement for statements in WRITES.values() for statement in statements]
WHO = [*Role, None]


@pytest.mark.parametrize("role", WHO, ids=str)
def test_nobody_writes_the_protected_tables(shared: Database, role: Role | None) -> None:
    for statement in STATEMENTS:
        with pytest.raises(PermanentDatabaseError) as caught, shared.transaction(role) as tx:
            tx.execute(statement)
        assert caught.value.sqlstate == "42501", statement


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_policies_hold_even_where_a_grant_slipped_in(db: Database, admin: Admin, role: Role) -> None:
    """The second wall: row security refuses what a mistaken grant would allow (but TRUNCATE)."""
    admin.execute("insert into intake.raw_loads (batch_id, source, raw_data) values ('b', 's', '{}')")
    admin.execute("insert into vault.contacts (email, source) values ('a@b.test', 's')")
    for table in WRITES:
        admin.execute(f"grant select, insert, update, delete on {table} to {role.value}")
    admin.execute(f"grant usage on all sequences in schema intake, vault to {role.value}")
    for insert, update, delete, _ in WRITES.values():
        with pytest.raises(PermanentDatabaseError) as caught, db.transaction(role) as tx:
            tx.execute(insert)
        assert caught.value.sqlstate == "42501"
        with db.transaction(role) as tx:
            assert tx.execute(update) == 0
            assert tx.execute(delete) == 0
    assert admin.execute("select count(*) as n from intake.raw_loads").fetchone() == {"n": 1}


@pytest.mark.parametrize("statement", ["set role outreach_owner", "set role postgres", "create schema mine"])
def test_the_login_becomes_no_more_than_the_narrow_roles(shared: Database, statement: Any) -> None:
    with pytest.raises(DatabaseError), shared.transaction(None) as tx:
        tx.execute(statement)


@pytest.mark.parametrize("schema", ["bit", "company", "intake", "marketing", "people", "public", "vault"])
@pytest.mark.parametrize("role", WHO, ids=str)
def test_nobody_creates_in_the_schemas(shared: Database, role: Role | None, schema: str) -> None:
    with pytest.raises(DatabaseError), shared.transaction(role) as tx:
        tx.execute(f"create table {schema}.mine (id int)")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.INGEST, Role.PROMOTE])
def test_the_seeds_roles_see_the_last_hundred_but_not_through_the_login(
    db: Database, admin: Admin, role: Role
) -> None:
    admin.execute(
        "insert into intake.raw_loads (batch_id, source, raw_data)"
        " select 'b', 's', jsonb_build_object('email', 'u' || i || '@b.test', 'first_name', 'A', 'last_name',"
        " 'B', 'organization', jsonb_build_object('name', 'Acme')) from generate_series(1, 105) as i"
    )
    with db.transaction(role) as tx:
        rows = tx.fetch_all("select * from intake.latest_100")
    assert len(rows) == 100
    assert rows[0]["email"] == "u105@b.test"
    assert (rows[0]["name"], rows[0]["company"]) == ("A B", "Acme")
    with pytest.raises(PermanentDatabaseError), db.transaction(None) as tx:
        tx.fetch_all("select * from intake.latest_100")


def test_ingest_does_not_read_the_loads_themselves(shared: Database) -> None:
    with pytest.raises(PermanentDatabaseError), shared.transaction(Role.INGEST) as tx:
        tx.fetch_all("select 1 from intake.raw_loads")


@pytest.mark.parametrize(
    "call, allowed",
    [
        ("intake.f_ingest_json(jsonb[], text, text)", Role.INGEST),
        ("vault.f_promote_contacts(bigint[])", Role.PROMOTE),
    ],
)
def test_each_definer_function_of_the_seed_has_one_caller(look: Admin, call: str, allowed: Role) -> None:
    may = {
        role.value
        for role in Role
        for row in look.execute("select has_function_privilege(%s, %s, 'EXECUTE') as may", (role.value, call))
        if row["may"]
    }
    assert may == {allowed.value}


def test_nobody_takes_ids_or_calls_helpers_that_are_not_theirs(shared: Database) -> None:
    for role in Role:
        with pytest.raises(PermanentDatabaseError), shared.transaction(role) as tx:
            tx.fetch_value("select public.generate_barton_id('company')")


def test_an_audit_line_names_the_role_not_the_owner(db: Database, admin: Admin) -> None:
    with db.transaction(Role.INGEST) as tx:
        audit_id = tx.fetch_value("select intake.log_operation('ingest', 'b', 3, '{}')")
    row = admin.execute("select user_name from intake.audit_log where audit_id = %s", (audit_id,)).fetchone()
    assert row == {"user_name": "mcp_ingest"}
