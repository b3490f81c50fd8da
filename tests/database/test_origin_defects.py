"""The sixteen defects of the schema that this one descends from, each with a test that would have caught it.

Numbers are those of the study of the origin ("Defects to not reproduce"); the wording is ours.
"""

from __future__ import annotations

import threading
from typing import Any

import orjson
import psycopg
import pytest

from outreach_pipeline.database.connect import Database, JsonbArray, Role
from outreach_pipeline.database.errors import PermanentDatabaseError

Admin = psycopg.Connection[Any]
BATCH = "2026-11-21|test"


def ingest(db: Database, items: list[dict[str, Any]], batch: str = BATCH, source: str = "test") -> dict[str, Any]:
    """Land items through the seed's function; its one row."""
    with db.transaction(Role.INGEST) as tx:
        return tx.fetch_row(
            "select * from intake.f_ingest_json(%s, %s, %s)",
            (JsonbArray([orjson.dumps(item) for item in items]), source, batch),
        )


def validated(admin: Admin, batch: str = BATCH, **fields: Any) -> None:
    """Make validated people of a batch's loads, as validation would, and release the batch."""
    columns = {"first_name": "Ada", "last_name": "Quill", **fields}
    names = ", ".join(columns)
    admin.execute(
        f"""insert into intake.validated_people
            (load_id, part, batch_id, source, source_rank, content_hash, first_observed_at, last_observed_at, email, {names})
        select l.load_id, 0, l.batch_id, l.source, 50, l.content_hash, b.observed_at, b.observed_at,
            lower(l.raw_data ->> 'email'), {", ".join(["%s"] * len(columns))}
        from intake.raw_loads as l inner join intake.batch as b using (batch_id)
        where l.batch_id = %s and l.status = 'pending'""",
        (*columns.values(), batch),
    )
    admin.execute("update intake.batch set released_at = now() where batch_id = %s", (batch,))


def promote(db: Database, load_ids: list[int] | None = None) -> dict[str, Any]:
    """The seed's promotion function; its one row."""
    with db.transaction(Role.PROMOTE) as tx:
        return tx.fetch_row("select * from vault.f_promote_contacts(%s)", (load_ids,))


def ids(admin: Admin) -> list[int]:
    return [row["load_id"] for row in admin.execute("select load_id from intake.raw_loads order by 1").fetchall()]


def one(admin: Admin, query: str, *params: Any) -> Any:
    row = admin.execute(query, params or None).fetchone()  # type: ignore[arg-type]
    return next(iter(row.values())) if row else None


def test_01_insert_policies_carry_with_check(admin: Admin) -> None:
    found = admin.execute(
        "select polrelid::regclass::text as place, pg_get_expr(polwithcheck, polrelid) as checked from pg_policy where polcmd = 'a'"
    ).fetchall()
    assert {row["place"]: row["checked"] for row in found} == {"intake.raw_loads": "false", "vault.contacts": "false"}


def test_02_ingest_works_and_says_what_it_did(db: Database) -> None:
    row = ingest(db, [{"email": "a@x.example"}, {"email": "b@x.example"}, {"email": "a@x.example"}])
    assert (row["status"], row["landed_count"], row["duplicate_count"]) == ("ok", 3, 1)


def test_03_nobody_but_its_role_may_execute_a_definer_function_and_temp_comes_last(admin: Admin) -> None:
    found = admin.execute(
        """select p.oid::regprocedure::text as name, p.proconfig, has_function_privilege('public', p.oid, 'execute') as open
        from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname in ('intake', 'vault', 'marketing', 'bit', 'public')"""
    ).fetchall()
    assert len(found) > 5
    for row in found:
        assert not row["open"], row["name"]
        assert any(setting.endswith("pg_temp") for setting in row["proconfig"]), row["name"]


def test_04_no_login_owns_the_tables_or_passes_row_security(admin: Admin) -> None:
    owner = one(admin, "select relowner::regrole::text from pg_class where oid = 'intake.raw_loads'::regclass")
    role = admin.execute(
        "select rolcanlogin, rolbypassrls, rolsuper from pg_roles where rolname = %s", (owner,)
    ).fetchone()
    assert role == {"rolcanlogin": False, "rolbypassrls": False, "rolsuper": False}
    assert not one(admin, "select pg_has_role('outreach_app', %s, 'member')", owner)


def test_05_promoting_everything_takes_a_thousand_at_a_time(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": f"p{n}@x.example"} for n in range(1_100)])
    validated(admin)
    assert promote(db, None)["promoted_count"] == 1_000
    assert promote(db, [])["promoted_count"] == 100


def test_06_a_load_without_address_is_not_promoted_and_not_taken_again_and_again(db: Database, admin: Admin) -> None:
    ingest(db, [{"name": "nobody"}])
    validated(admin)
    assert promote(db, ids(admin))["failed_count"] == 1
    assert promote(db, None) | {"message": ""} == {
        "promoted_count": 0,
        "updated_count": 0,
        "failed_count": 0,
        "message": "",
        "waiting_count": 0,
        "already_count": 0,
    }


def test_07_empty_never_overwrites_a_value(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": "a@x.example", "v": 1}])
    validated(admin, title="CEO", work_phone_e164="+13045550142")
    promote(db)
    ingest(db, [{"email": "a@x.example", "v": 2}], "2026-11-22|test")
    validated(admin, "2026-11-22|test", title=None)
    promote(db)
    contact = admin.execute("select title, phone from vault.contacts").fetchone()
    assert contact == {"title": "CEO", "phone": "+13045550142"}


def test_08_an_address_is_one_contact_in_any_case(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": "U1@x.example"}, {"email": "u1@X.example"}])
    validated(admin)
    promote(db)
    assert one(admin, "select array_agg(email) from vault.contacts") == ["u1@x.example"]
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("insert into vault.contacts (email, source) values ('U2@x.example', 'test')")


def test_09_a_contact_keeps_its_source_and_its_tags(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": "a@x.example", "source": "something else"}])
    validated(admin)
    promote(db)
    admin.execute("update vault.contacts set tags = '[\"vip\"]'")
    ingest(db, [{"email": "a@x.example", "v": 2}], "2026-11-22|test")
    validated(admin, "2026-11-22|test", title="CFO")
    promote(db)
    assert admin.execute("select source, tags from vault.contacts").fetchone() == {"source": "test", "tags": ["vip"]}


def test_10_every_operation_is_audited_under_the_name_of_its_role(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": "a@x.example"}])
    validated(admin)
    promote(db)
    found = admin.execute("select operation, user_name from intake.audit_log order by audit_id").fetchall()
    assert found == [
        {"operation": "land", "user_name": "mcp_ingest"}, {"operation": "promote_contacts", "user_name": "mcp_promote"},
    ]  # fmt: skip


def test_11_a_changed_record_is_an_update_and_only_equal_content_a_duplicate(db: Database, admin: Admin) -> None:
    ingest(db, [{"email": "a@x.example", "title": "CFO"}])
    assert ingest(db, [{"title": "CFO", "email": "a@x.example"}])["duplicate_count"] == 1
    assert ingest(db, [{"email": "a@x.example", "title": "CEO"}])["duplicate_count"] == 0
    assert one(admin, "select count(*) from intake.raw_loads where status = 'pending'") == 2


def test_12_two_promoters_and_the_same_address_twice_make_one_contact(
    db: Database, admin: Admin, database_url: str
) -> None:
    ingest(db, [{"email": "same@x.example", "n": n} for n in range(50)])
    validated(admin)
    failures: list[BaseException] = []

    def run() -> None:
        mine = Database(database_url)
        try:
            promote(mine, ids_of)
        except BaseException as error:
            failures.append(error)
        finally:
            mine.close()

    ids_of = ids(admin)
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert one(admin, "select count(*) from vault.contacts") == 1


def test_13_checks_accept_the_ids_that_the_generator_makes(admin: Admin) -> None:
    for entity, table, column in (
        ("company", "marketing.company_master", "company_unique_id"),
        ("person", "marketing.people_master", "unique_id"),
        ("company_slot", "marketing.company_slot", "company_slot_unique_id"),
    ):
        made = one(admin, "select public.generate_barton_id(%s)", entity)
        definition = one(
            admin,
            "select string_agg(pg_get_constraintdef(oid), ' ') from pg_constraint where conrelid = %s::regclass and contype = 'c'",
            table,
        )
        assert r"\\d" not in definition, "a doubled backslash refuses every id"
        code = {"company": "01", "person": "02", "company_slot": "05"}[entity]
        assert made.startswith(f"04.04.{code}."), column


def test_14_the_key_of_people_is_called_unique_id(admin: Admin) -> None:
    key = one(
        admin,
        """select a.attname from pg_index as i inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = 'marketing.people_master'::regclass and i.indisprimary""",
    )
    assert key == "unique_id"


def test_15_a_second_chief_executive_is_stored_and_references_the_slot_they_compete_for(
    admin: Admin, company: str
) -> None:
    slot = one(admin, "select company_slot_unique_id from marketing.company_slot where slot_type = 'CEO'")
    for first_name in ("Ada", "Ben"):
        admin.execute(
            """insert into marketing.people_master
            (unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, source_system, promoted_from_intake_at)
            values (public.generate_barton_id('person'), %s, %s, %s, 'Quill', 'test', now())""",
            (company, slot, first_name),
        )
    assert one(admin, "select count(*) from marketing.people_master where company_slot_unique_id = %s", slot) == 2


def test_16_slot_and_person_may_name_each_other_within_a_transaction(admin: Admin, company: str) -> None:
    slot = one(admin, "select company_slot_unique_id from marketing.company_slot where slot_type = 'CFO'")
    person = one(admin, "select public.generate_barton_id('person')")
    with admin.transaction():
        admin.execute(
            "update marketing.company_slot set person_unique_id = %s, is_filled = true where company_slot_unique_id = %s",
            (person, slot),
        )
        admin.execute(
            """insert into marketing.people_master
            (unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, source_system, promoted_from_intake_at)
            values (%s, %s, %s, 'Ada', 'Quill', 'test', now())""",
            (person, company, slot),
        )
    assert one(admin, "select person_unique_id from marketing.company_slot where slot_type = 'CFO'") == person


@pytest.fixture
def company(admin: Admin) -> str:
    """A company with its three slots."""
    made: str = one(admin, "select public.generate_barton_id('company')")
    admin.execute(
        """insert into marketing.company_master (company_unique_id, company_name, website_url, source_system, promoted_from_intake_at)
        values (%s, 'Quillworks', 'https://quillworks.example', 'test', now())""",
        (made,),
    )
    admin.execute(
        """insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)
        select public.generate_barton_id('company_slot'), %s, t from unnest(array['CEO', 'CFO', 'HR']) as t""",
        (made,),
    )
    return made


def test_direct_writes_are_refused_to_every_role(db: Database) -> None:
    for role in Role:
        for table in ("intake.raw_loads", "vault.contacts"):
            with pytest.raises(PermanentDatabaseError), db.transaction(role) as tx:
                tx.execute(f"delete from {table}")  # type: ignore[arg-type]
