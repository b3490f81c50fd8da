"""Barton IDs that items state: which are accepted, which are refused and why, and that ids never change.

Belongs here: validation of stated ids and the guards of the database. Does not belong here: what a stated id unites
(`test_identity`), moving a whole database in (`test_adopt`).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
RETURNED = "ready_export"
FREE_COMPANY, FREE_PERSON, FREE_SLOT = "04.04.01.25.12345.678", "04.04.02.25.54321.234", "04.04.05.25.98765.432"


def row(**fields: Any) -> dict[str, Any]:
    return {
        "company_name": "Quillworks", "domain": "quill.example", "website_url": "https://quill.example",
        "first_name": "Ada", "last_name": "Quill", "title": "CEO", "email": "ada@quill.example", **fields,
    }  # fmt: skip


@pytest.fixture
def work(db: Database, tmp_path: Path) -> Workspace:
    sources = tmp_path / "sources.toml"
    sources.write_text('[sources.ready_export]\nkind = "files"\npath = "none/*.csv"\nshape = "ready_export"\n')
    return workspace(db, sources=sources)


def play(work: Workspace, folder: Path, *items: dict[str, Any], day: int = 0, promote: bool = True) -> None:
    batch = Batch(DAY + timedelta(days=day - 30), RETURNED)
    land_items(work, batch, items, folder, f"{day}.jsonl")
    digest(work, batch) if promote else validate_batch(work, batch)


def refused(admin: Admin) -> list[tuple[str, str, str, str]]:
    found = rows(admin, "select column_name, check_name, reason, outcome from intake.validation_failed order by load_id, column_name")
    return [tuple(r.values()) for r in found if r["check_name"] == "barton_id"]


def test_a_free_id_is_kept_and_never_given_to_somebody_else(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    ids = {
        "company_unique_id": FREE_COMPANY, "person_unique_id": FREE_PERSON, "company_slot_unique_id": FREE_SLOT,
    }  # fmt: skip
    play(work, tmp_path, row(**ids), promote=False)
    assert refused(admin) == []
    assert value(admin, "select stated_id from intake.validated_companies") == FREE_COMPANY
    found = rows(admin, "select stated_id, stated_slot_id from intake.validated_people")
    assert found == [{"stated_id": FREE_PERSON, "stated_slot_id": FREE_SLOT}]
    for entity, stated in (("company", FREE_COMPANY), ("person", FREE_PERSON), ("company_slot", FREE_SLOT)):
        assert value(admin, "select public.generate_barton_id(%s)", entity) > stated


def test_new_ids_pass_over_those_that_are_stated_where_there_is_no_room_above_them(
    work: Workspace, admin: Admin, tmp_path: Path
) -> None:
    # The sequence does not begin above these, or it would soon be at its end; one day it comes there.
    high = {
        "company_unique_id": "04.04.01.99.00000.002", "person_unique_id": "04.04.02.99.00000.002",
        "company_slot_unique_id": "04.04.05.99.00000.002",
    }  # fmt: skip
    play(work, tmp_path, row(**high))
    stranger = {"company_name": "Fernhold", "domain": "fernhold.example", "website_url": "https://fernhold.example"}
    for entity in ("company", "person", "slot"):
        assert value(admin, f"select last_value from marketing.{entity}_number_seq") < 9_000_000_000
        admin.execute(f"select setval('marketing.{entity}_number_seq', 9900000000)")
    play(work, tmp_path, row(**stranger, first_name="Ben", last_name="Oak", email="ben@fernhold.example"), day=1)
    play(work, tmp_path, row(first_name="Cara", last_name="Elm", email="cara@quill.example", title="CFO"), day=2)
    made = rows(admin, "select unique_id, company_unique_id from marketing.people_master order by 1")
    assert [r["unique_id"] for r in made] == [f"04.04.02.99.00000.{n}" for n in ("001", "002", "003")]
    slots = rows(admin, "select company_slot_unique_id as id from marketing.company_slot")
    assert len(slots) == 6
    assert high["company_slot_unique_id"] not in [slot["id"] for slot in slots]
    for entity, code in (("company", "01"), ("company_slot", "05")):
        assert value(admin, "select public.generate_barton_id(%s)", entity) > f"04.04.{code}.99.00000.002"


@pytest.mark.parametrize(
    ("column", "text", "stated_as", "reason"),
    [
        ("company_unique_id", "04.04.01.25.12345", "barton_id", "not_a_barton_id"),
        ("company_unique_id", FREE_PERSON, "barton_id", "other_entity"),
        ("person_unique_id", FREE_COMPANY, "barton_id", "other_entity"),
        ("person_unique_id", "04.04.02.00.00000.000", "barton_id", "not_a_barton_id"),
        ("company_slot_unique_id", FREE_COMPANY, "slot_barton_id", "other_entity"),
    ],
)
def test_an_id_of_another_form_or_entity_costs_the_id_only(
    work: Workspace, admin: Admin, tmp_path: Path, column: str, text: str, stated_as: str, reason: str
) -> None:
    play(work, tmp_path, row(**{column: text}))
    assert refused(admin) == [(stated_as, "barton_id", reason, "dropped")]
    assert value(admin, "select status from intake.raw_loads") == "promoted"


def test_an_id_of_somebody_else_is_refused(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    play(work, tmp_path, row())
    ids = rows(
        admin,
        "select company_unique_id, unique_id as person_unique_id, company_slot_unique_id from marketing.people_master",
    )[0]
    stranger = row(
        company_name="Fernhold", domain="fernhold.example", website_url="https://fernhold.example", first_name="Ben",
        last_name="Oak", email="ben@fernhold.example",
    )  # fmt: skip
    play(work, tmp_path, stranger | ids, stranger | {"company_slot_unique_id": ids["company_slot_unique_id"]}, day=1)
    assert [r[:3] for r in refused(admin)] == [
        ("barton_id", "barton_id", "of_somebody_else"), ("barton_id", "barton_id", "of_somebody_else"),
    ]  # fmt: skip
    # Corrections do not make somebody else of them: one word of the name, the domain are enough.
    play(work, tmp_path, row(last_name="Quill-Oak", email="ada@new.example", company_name="Quill", **ids), day=2)
    assert len(refused(admin)) == 2
    # A slot of another company than the one that the item states.
    other = value(admin, "select company_unique_id from marketing.company_master where company_unique_id <> %s", ids["company_unique_id"])
    play(work, tmp_path, stranger | {**ids, "person_unique_id": None, "company_unique_id": other, "title": "CFO"}, day=3)
    assert refused(admin)[2:] == [("slot_barton_id", "barton_id", "of_somebody_else", "dropped")]


def test_two_rows_that_state_one_free_id_and_share_nothing_do_not_both_have_it(
    work: Workspace, admin: Admin, tmp_path: Path
) -> None:
    ben = row(first_name="Ben", last_name="Oak", email="ben@quill.example", title="CFO")
    play(work, tmp_path, row(person_unique_id=FREE_PERSON), ben | {"person_unique_id": FREE_PERSON}, promote=False)
    assert refused(admin) == [("barton_id", "barton_id", "of_somebody_else", "dropped")]
    assert value(admin, "select first_name from intake.validated_people where stated_id = %s", FREE_PERSON) == "Ada"


def test_a_retired_id_is_refused_but_a_replay_of_whom_it_was_accepted_for_is_not(
    work: Workspace, admin: Admin, tmp_path: Path
) -> None:
    play(work, tmp_path, row(person_unique_id=FREE_PERSON), promote=False)
    admin.execute("insert into marketing.retired_id (barton_id) values (%s)", (FREE_PERSON,))
    play(work, tmp_path, row(person_unique_id=FREE_PERSON, title="CFO"), day=1, promote=False)
    assert refused(admin) == [("barton_id", "barton_id", "retired", "dropped")]
    replay(work, ReplayFilter(load_ids=(value(admin, "select min(load_id) from intake.raw_loads"),)))
    assert value(admin, "select count(*) from intake.validated_people where stated_id = %s", FREE_PERSON) == 1


def test_whatever_takes_a_row_away_its_id_stays_on_record(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    play(work, tmp_path, row())
    person = value(admin, "select unique_id from marketing.people_master")
    admin.execute("update marketing.company_slot set person_unique_id = null, is_filled = false")
    admin.execute("delete from marketing.slot_assignment_history")
    admin.execute("delete from marketing.people_master")
    assert rows(admin, "select barton_id from marketing.retired_id") == [{"barton_id": person}]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("marketing.company_master", "company_unique_id"),
        ("marketing.people_master", "unique_id"),
        ("marketing.company_slot", "company_slot_unique_id"),
    ],
)
def test_an_id_never_changes_whoever_tries(
    work: Workspace, admin: Admin, tmp_path: Path, table: str, column: str
) -> None:
    play(work, tmp_path, row())
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changes"):
        admin.execute(f"update {table} set {column} = overlay({column} placing '9' from 10 for 1)")
    # Triggers are passed over when a replication is replayed; these are not.
    admin.execute("set session_replication_role = replica")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changes"):
        admin.execute(f"update {table} set {column} = overlay({column} placing '9' from 10 for 1)")
    admin.execute("reset session_replication_role")
    admin.execute(f"update {table} set {column} = {column}")


@pytest.mark.parametrize("email", [".a@x.example", "a..b@x.example", "a.@x.example"])
def test_misplaced_dots_are_no_address(work: Workspace, admin: Admin, tmp_path: Path, email: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("insert into vault.contacts (email, source) values (%s, 'x')", (email,))
    play(work, tmp_path, row())
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("update marketing.people_master set email = %s", (email,))
