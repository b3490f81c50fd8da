"""Who may suppress and erase, what nobody may read, and that the hash is the one of the standard."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import PermanentDatabaseError

Admin = psycopg.Connection[dict[str, Any]]
TABLES = ("vault.suppression", "vault.erasure", "vault.erased_key", "vault.erasure_secret")


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_nobody_writes_the_tables_and_nobody_reads_hashes_or_key(shared: Database, role: Role | None) -> None:
    for table in TABLES:
        refused = [f"insert into {table} default values", f"update {table} set updated_at = now()", f"delete from {table}"]
        if table in TABLES[2:] or role is not Role.READ:
            refused.append(f"select 1 from {table}")
        for statement in refused:
            with pytest.raises(PermanentDatabaseError) as caught, shared.transaction(role) as tx:
                tx.execute(statement)
            assert caught.value.sqlstate == "42501", statement


@pytest.mark.parametrize(
    "call, allowed",
    [
        ("vault.f_suppress(text[], text[], text[], timestamptz[])", {"mcp_promote"}),
        ("vault.f_lift(text[], text[], text)", {"mcp_promote"}),
        ("vault.f_forget(text, text)", {"mcp_promote"}),
        ("vault.f_refuse_erased(bigint[])", {"outreach_validate"}),
        ("vault.f_take_out_erased(bigint[])", set()),
        ("vault.f_redact_records()", set()),
        ("vault.f_scrub(boolean)", set()),
        ("vault.f_find_person(text, text)", set()),
        ("vault.hmac_sha256(bytea, bytea, text)", set()),
    ],
)
def test_each_function_has_its_one_caller(look: Admin, call: str, allowed: set[str]) -> None:
    may = {
        role.value
        for role in Role
        for row in look.execute("select has_function_privilege(%s, %s, 'EXECUTE') as may", (role.value, call))
        if row["may"]
    }
    assert may == allowed


def test_the_hash_is_hmac_sha256_and_its_key_is_random(look: Admin, server: Any) -> None:
    pads = look.execute("select inner_pad, outer_pad from vault.erasure_secret").fetchone()
    assert pads is not None
    inner, outer = bytes(pads["inner_pad"]), bytes(pads["outer_pad"])
    key = bytes(byte ^ 0x36 for byte in inner)
    assert bytes(byte ^ 0x5C for byte in outer) == key
    assert key[32:] == bytes(32)
    assert len(set(key[:32])) > 16, "drawn, not constant"
    for message in ("email:ada@acme.example", "linkedin_slug:josé", "", "x" * 1000):
        row = look.execute("select vault.hmac_sha256(%s, %s, %s) as h", (inner, outer, message)).fetchone()
        assert row is not None
        assert bytes(row["h"]) == hmac.new(key, message.encode(), hashlib.sha256).digest()


@pytest.mark.parametrize(
    "text, keys",
    [
        ('{"a": "Ask Ada.Q@Acme.example!"}', {("email", "ada.q@acme.example")}),
        ('{"u": "https://de.linkedin.com/in/Ada-Q/?x=1"}', {("linkedin_slug", "ada-q")}),
        ('{"u": "urn:li:fsd_profile:ACoAAB12345678901234567890"}', {("linkedin_member_id", "ACoAAB12345678901234567890")}),
        ('["urn:li:member:0042"]', {("linkedin_number", "42")}),
        ("nothing of anybody", set()),
    ],
)
def test_identities_are_found_in_any_text(look: Admin, text: str, keys: set[tuple[str, str]]) -> None:
    found = look.execute("select kind, value from vault.f_text_keys(%s)", (text,)).fetchall()
    assert {(row["kind"], row["value"]) for row in found} == keys
