"""A person who asks to be forgotten is in no table afterwards, nobody else is touched, and no pull brings them back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError, PermanentError
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.erased_world import (
    ADA_MAIL,
    ADA_SLUG,
    LEADS,
    TRACES,
    fill,
    lead,
    namesake,
    reference,
    traces,
    unreadable,
)
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, rows, run, samples, value, workspace

Admin = psycopg.Connection[Any]
# Everything of everybody else that must be the same before and after, ids included.
OTHERS = {
    "people": "select to_jsonb(p) - 'updated_at' as row from marketing.people_master as p where unique_id <> %(ada)s",
    "companies": "select to_jsonb(c) - '{updated_at,provenance}'::text[] as row from marketing.company_master as c",
    "contacts": "select to_jsonb(c) - 'updated_at' as row from vault.contacts as c where email <> %(mail)s",
    "slots": """select to_jsonb(s) - 'updated_at' as row from marketing.company_slot as s
        where person_unique_id is distinct from %(ada)s and company_unique_id <> %(company)s""",
    "records": """select to_jsonb(v) - 'updated_at' as row from intake.validated_people as v
        inner join intake.person_member as m using (load_id, part)
        where public.barton_id('02', m.person_no) <> %(ada)s""",
    "members": "select to_jsonb(m) as row from intake.person_member as m where public.barton_id('02', m.person_no) <> %(ada)s",
}  # fmt: skip


# Where the name of the other Ada Quill stands, who has nothing to do with it.
NAMESAKE = {
    "intake.validated_people.name_key", "marketing.people_master.full_name", "vault.contacts.name",
}  # fmt: skip


def others(admin: Admin, about: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: sorted(str(row["row"]) for row in admin.execute(query, about).fetchall())
        for name, query in OTHERS.items()
    }


def conserved(admin: Admin) -> None:
    """Law 1: every load in one state, every failed one with a reason."""
    assert value(
        admin,
        """select count(*) from intake.raw_loads as l where status = 'failed' and not exists (
        select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected')""",
    ) == 0


@pytest.fixture(scope="module")
def filled(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The filled database, from which those of the tests are cloned."""
    name = server.create(server.template)
    database = Database(server.url(name, login="outreach_app"))
    fill(workspace(database), tmp_path_factory.mktemp("filled"))
    database.close()
    with psycopg.connect(server.url(name), autocommit=True, row_factory=psycopg.rows.dict_row) as admin:
        reference(admin, value(admin, "select unique_id from marketing.people_master where email = %s", ADA_MAIL))
    yield name
    server.drop(name)


@pytest.fixture
def database_name(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test alone: filled for those that ask for the `world`, else empty."""
    wanted = "world" in request.fixturenames
    name = server.create(request.getfixturevalue("filled") if wanted else server.template)
    yield name
    server.drop(name)


@pytest.fixture
def world(db: Database, admin: Admin) -> Any:
    """The workspace of the filled database, and what is known of Ada."""
    record = rows(admin, "select * from marketing.people_master where email = %s", ADA_MAIL)[0]
    members = rows(
        admin,
        "select distinct linkedin_member_id as id from intake.validated_people"
        " where linkedin_slug = %s and linkedin_member_id is not null", ADA_SLUG,
    )  # fmt: skip
    phones = [record[name] for name in ("work_phone_e164", "personal_phone_e164") if record[name]]
    words = [*TRACES, *(row["id"] for row in members), *phones, record["bio"][:30], "Hello"]
    assert len(words) > 5
    assert len(traces(admin, words)) > 20, "the search finds what is there"
    about = {"ada": record["unique_id"], "mail": ADA_MAIL, "company": record["company_unique_id"], "words": words}
    return workspace(db), about


def test_forgotten_everywhere_nobody_else_touched_and_no_pull_brings_them_back(
    world: Any, admin: Admin, tmp_path: Path
) -> None:
    work, about = world
    words = about["words"]
    before = others(admin, about)
    loads = value(admin, "select count(*) from intake.raw_loads")

    report = forget(work, ADA_MAIL.title())

    assert (report.people, report.person_ids) == (1, (about["ada"],))
    assert traces(admin, words) == []
    assert {hit.partition(":")[0] for hit in traces(admin, ["Ada Quill"])} == NAMESAKE
    assert others(admin, about) == before
    assert value(admin, "select count(*) from intake.raw_loads") == loads, "the loads stay, without their items"
    bio = value(admin, "select raw_data ->> 'bio' from intake.raw_loads where raw_data ->> 'first_name' = 'Ola'")
    assert bio == "Works with [erased].", "an item of somebody else loses the mention and nothing more"
    messages = rows(admin, "select subject, body, person_unique_id, contact_id from marketing.message_log")
    assert [set(row.values()) for row in messages] == [{None}, {None}], "a message stays as a number"
    conserved(admin)

    # Everything once more, the files of the operator and the vendors' answers as they were: by each source's shape.
    later = DAY + timedelta(days=7)
    run(work, samples(work, later), refetch=True)
    land_items(work, Batch(later, LEADS), [*unreadable(), *unreadable(), lead(), namesake()], tmp_path, "later.jsonl")
    digest(work, Batch(later, LEADS))
    digest(work, Batch(DAY + timedelta(days=3), LEADS))
    replay(work, ReplayFilter())
    refused = rows(
        admin,
        "select l.status, l.raw_data, l.content_hash, f.column_name, f.outcome, l.source from intake.raw_loads as l"
        " inner join intake.validation_failed as f using (load_id) where f.check_name = 'erased'"
        " and l.batch_id like %s", f"{later}%",
    )  # fmt: skip
    assert len({row["source"] for row in refused}) >= 8, "in every shape that knows her"
    assert {(r["status"], str(r["raw_data"]), r["content_hash"], r["column_name"], r["outcome"]) for r in refused} == {
        ("failed", "{'erased': True}", None, "person", "rejected")
    }
    assert traces(admin, words) == []
    assert {hit.partition(":")[0] for hit in traces(admin, ["Ada Quill"])} == NAMESAKE
    again = others(admin, about)
    assert [len(again[name]) for name in ("people", "companies", "contacts")] == [
        len(before[name]) for name in ("people", "companies", "contacts")
    ]
    conserved(admin)


def test_a_dry_run_counts_what_it_would_do_and_does_nothing(world: Any, admin: Admin) -> None:
    work, about = world
    before = exact(admin)
    wanted = forget(work, about["ada"], dry_run=True)
    assert exact(admin) == before
    done = forget(work, f"https://www.linkedin.com/in/{ADA_SLUG}/")
    assert (wanted.loads, wanted.records, wanted.rows, wanted.mentions) == (
        done.loads, done.records, done.rows, done.mentions,
    )  # fmt: skip
    assert wanted.is_dry_run
    assert wanted.loads > 10


def test_forgotten_twice_is_forgotten_once(world: Any, admin: Admin) -> None:
    work, about = world
    forget(work, ADA_MAIL)
    before = exact(admin)
    for name in (ADA_MAIL, about["ada"], f"linkedin.com/in/{ADA_SLUG}"):
        assert forget(work, name).already
    assert exact(admin) == before
    assert value(admin, "select count(*) from vault.erasure") == 1


def test_ids_of_the_erased_are_never_given_again(world: Any, admin: Admin, tmp_path: Path) -> None:
    work, about = world
    forget(work, ADA_MAIL)
    batch = Batch(DAY + timedelta(days=9), LEADS)
    land_items(work, batch, [lead(first_name="Nia", last_name="New", job_title="CEO", email="nia@bramblewick.example")], tmp_path)
    digest(work, batch)
    given = {row["unique_id"] for row in rows(admin, "select unique_id from marketing.people_master")}
    assert about["ada"] not in given
    assert value(admin, "select count(*) from marketing.people_master where first_name = 'Nia'") == 1


def test_by_name_at_the_company_only_who_would_have_been_taken_for_them(
    world: Any, admin: Admin, tmp_path: Path
) -> None:
    """Without a profile of their own, the same name at the same company is the same person, as in promotion."""
    work, _ = world
    forget(work, ADA_MAIL)
    batch = Batch(DAY + timedelta(days=9), LEADS)
    name = {"first_name": "Ada", "last_name": "Quill", "job_title": "CEO"}
    land_items(
        work, batch,
        [
            lead(**name, email=None),
            lead(**name, email="aq2@bramblewick.example"),
            lead(**name, email="aq3@bramblewick.example", linkedin="https://www.linkedin.com/in/another-ada-quill"),
            lead(**name, email="ada@thirdquill.example", company_name="Thirdquill", company_website="thirdquill.example"),
        ],
        tmp_path,
    )  # fmt: skip
    digest(work, batch)
    stayed = {row["email"] for row in rows(admin, "select email from vault.contacts where name = 'Ada Quill'")}
    assert stayed == {"ada@otherquill.example", "aq3@bramblewick.example", "ada@thirdquill.example"}
    erased = value(
        admin, "select count(*) from intake.validation_failed where check_name = 'erased' and batch_id = %s", batch.batch_id
    )
    assert erased == 2
    conserved(admin)


def test_an_address_of_several_people_is_not_guessed(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    batch = Batch(DAY, LEADS)
    two = [
        lead(first_name=name, last_name="Berg", job_title="CFO", email="info@bramblewick.example",
             linkedin=f"https://www.linkedin.com/in/{name}-berg-synthetic")
        for name in ("uma", "ola")
    ]  # fmt: skip
    land_items(work, batch, two, tmp_path)
    digest(work, batch)
    ids = [row["unique_id"] for row in rows(admin, "select unique_id from marketing.people_master order by 1")]
    planned = forget(work, "info@bramblewick.example", dry_run=True)
    assert (planned.is_shared, list(planned.person_ids)) == (True, ids)
    assert value(admin, "select count(*) from vault.suppression") == 0
    report = forget(work, "Info@Bramblewick.example")
    assert (report.is_shared, report.people, list(report.person_ids)) == (True, 0, ids)
    assert value(admin, "select count(*) from vault.erasure") == 0
    assert rows(admin, "select status from vault.contacts") == [{"status": "inactive"}]
    assert value(admin, "select count(*) from marketing.company_master") == 1

    gone = value(admin, "select unique_id from marketing.people_master where first_name = 'Uma'")
    forget(work, gone)
    contact = rows(admin, "select email, name from vault.contacts")
    assert contact == [{"email": "info@bramblewick.example", "name": "Ola Berg"}], "a shared address stays the others'"
    again = Batch(DAY + timedelta(days=1), LEADS)
    land_items(work, again, [{**item, "seen": 2} for item in two], tmp_path, "again.jsonl")
    digest(work, again)
    assert [r["first_name"] for r in rows(admin, "select first_name from marketing.people_master")] == ["Ola"]


def test_a_person_s_address_that_two_have_is_asked_about(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    two = [
        lead(first_name=name, job_title="CFO", email="berg@bramblewick.example", linkedin=f"https://www.linkedin.com/in/{name}-berg-synthetic")
        for name in ("uma", "ola")
    ]  # fmt: skip
    land_items(work, Batch(DAY, LEADS), two, tmp_path)
    digest(work, Batch(DAY, LEADS))
    ids = [row["unique_id"] for row in rows(admin, "select unique_id from marketing.people_master order by 1")]
    assert len(ids) == 2
    with pytest.raises(ConfigurationError, match="2 people") as caught:
        forget(work, "berg@bramblewick.example")
    assert all(each in caught.value.next_step for each in ids)
    assert value(admin, "select count(*) from vault.erasure") == 0


def test_two_people_in_one_item_are_parted(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    path = tmp_path / "officers.csv"
    path.write_text("company_name,person,title,year\nBramblewick,Uma Berg and Ola Berg,Co-CEO,2026\n")
    land_items(work, Batch(DAY, LEADS), [lead(job_title="CEO", email=None, first_name="Kim")], tmp_path)
    digest(work, Batch(DAY, LEADS))
    batch = Batch(DAY, "officers_csv")
    land_file(work, batch, path)
    digest(work, batch)
    names = {row["first_name"]: row["unique_id"] for row in rows(admin, "select * from marketing.people_master")}
    assert {"Uma", "Ola"} <= set(names)
    forget(work, names["Uma"])
    left = {row["first_name"] for row in rows(admin, "select first_name from marketing.people_master")}
    assert left == {"Ola", "Kim"}
    load = rows(admin, "select status, raw_data from intake.raw_loads where batch_id = %s", batch.batch_id)
    assert load == [{"status": "promoted", "raw_data": {"erased": True}}]
    assert traces(admin, ["Uma"]) == []


def _forget_and_die(url: str) -> int:
    """Erase in a process that dies just before the commit; its exit status."""
    child = os.fork()
    if child == 0:
        database = Database(url)
        Database._end = lambda *_, **__: os._exit(9)  # type: ignore[method-assign]
        try:
            forget(workspace(database), ADA_MAIL)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_before_the_commit_nothing_is_erased_and_then_all(
    world: Any, admin: Admin, database_url: str
) -> None:
    work, about = world
    before = exact(admin)
    assert _forget_and_die(database_url) == 9
    assert exact(admin) == before
    forget(work, ADA_MAIL)
    assert traces(admin, about["words"]) == []


@pytest.mark.parametrize("text", ["acme.com", "qwertz", "04.04.01.00.00000.001", "https://www.linkedin.com/company/acme"])
def test_what_names_no_person_is_refused_without_repeating_it(db: Database, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        forget(workspace(db), text)
    assert text not in str(caught.value)


def test_an_id_that_nobody_had_is_said_to_be_wrong(db: Database) -> None:
    with pytest.raises(PermanentError, match="There is no person"):
        forget(workspace(db), "04.04.02.00.00000.999")


def test_somebody_unknown_is_remembered_and_never_enters(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    report = forget(work, "uma.berg@bramblewick.example")
    assert (report.people, report.keys, report.already) == (0, 1, False)
    land_items(work, Batch(DAY, LEADS), [lead(), lead(first_name="Ola", email="ola@bramblewick.example")], tmp_path)
    digest(work, Batch(DAY, LEADS))
    assert [row["name"] for row in rows(admin, "select name from vault.contacts")] == ["Ola Berg"]
    assert traces(admin, ["uma.berg"]) == []
