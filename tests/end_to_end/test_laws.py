"""The laws of the design that the spine has to keep, each with a test that breaks when the code does."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Transaction
from outreach_pipeline.stages.land import land_batch, land_file
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import (
    DAY,
    digest,
    dump,
    exact,
    land_items,
    masters,
    rows,
    run,
    samples,
    value,
    workspace,
)

Admin = psycopg.Connection[Any]
LEADS = "apify_leads_finder"


def lead(**fields: Any) -> dict[str, Any]:
    """A lead of Ada, chief executive of a company of her own."""
    return {
        "first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "email": "ada@quillworks.example",
        "company_name": "Quillworks", "company_website": "https://quillworks.example", **fields,
    }  # fmt: skip


@pytest.fixture(scope="module")
def after_a_night(server: Server) -> Iterator[str]:
    """A template in which every sample source has landed and gone through once."""
    name = server.create(server.template)
    database = Database(server.url(name, login="outreach_app"))
    work = workspace(database)
    run(work, samples(work))
    database.close()
    yield name
    server.drop(name)


@pytest.fixture
def database_name(request: pytest.FixtureRequest, server: Server) -> Iterator[str]:
    """A database of this test alone: a night old where the test asks for `landed`, else empty."""
    old = "landed" in request.fixturenames
    name = server.create(request.getfixturevalue("after_a_night") if old else server.template)
    yield name
    server.drop(name)


@pytest.fixture
def landed(db: Database) -> list[Batch]:
    """The batches of the night that the database has behind it."""
    return samples(workspace(db))


@pytest.fixture(scope="module")
def nights(shared_db: Database) -> list[Batch]:
    """Two nights of every sample source."""
    work = workspace(shared_db)
    return samples(work) + samples(work, DAY + timedelta(days=1))


@pytest.fixture(scope="module")
def in_order(shared_db: Database, shared_look: Admin, nights: list[Batch]) -> dict[str, list[str]]:
    """The masters of both nights as they came: what every other order is compared with."""
    # Refetched, because a file that was read on one day is otherwise not read again on the other.
    run(workspace(shared_db), nights, refetch=True)
    return masters(shared_look)


def test_conservation_every_load_is_in_one_state_and_failures_say_why(
    db: Database, admin: Admin, tmp_path: Path, landed: list[Batch]
) -> None:
    work = workspace(db)
    poison = [
        b'{"a": 1',
        b'{"a": 1, "a": 2}',
        b"NaN",
        b"3",
        b'"text"',
        b"null",
        orjson.dumps(lead()),
        orjson.dumps(lead()),
    ]
    report = land_items(work, Batch(DAY, LEADS), poison, tmp_path)
    digest(work, Batch(DAY, LEADS))
    assert report.items == len(poison)
    for batch in rows(
        admin,
        "select batch_id, count(*) as landed, sum((status in ('pending','promoted','failed','duplicate'))::int) as known from intake.raw_loads group by batch_id",
    ):
        assert batch["landed"] == batch["known"]
    pulled = value(admin, "select sum(items) from intake.pull")
    assert pulled == value(admin, "select count(*) from intake.raw_loads"), "an item got lost between source and table"
    unexplained = rows(
        admin,
        """select load_id from intake.raw_loads as l where status = 'failed' and not exists (
        select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected')""",
    )
    assert unexplained == []
    assert (
        value(
            admin, "select count(*) from intake.raw_loads where status = 'failed' and batch_id = %s", f"{DAY}|{LEADS}"
        )
        >= 6
    )


def test_idempotence_a_second_run_touches_nothing(db: Database, admin: Admin, landed: list[Batch]) -> None:
    work = workspace(db)
    before = exact(admin)
    assert before["marketing.people_master"]
    run(work, landed)
    for batch in landed:
        digest(work, batch)
    assert exact(admin) == before


def test_refetching_the_same_content_changes_no_master(db: Database, admin: Admin, landed: list[Batch]) -> None:
    before = masters(admin)
    assert before["people"]
    run(workspace(db), landed, refetch=True)
    assert masters(admin) == before
    assert value(admin, "select count(*) from intake.raw_loads where status = 'duplicate'") > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_of_batches_and_size_of_chunks_do_not_matter(
    server: Server, in_order: dict[str, list[str]], nights: list[Batch], seed: int
) -> None:
    other = server.create(server.template)
    try:
        database = Database(server.url(other, login="outreach_app"))
        shuffled = list(nights)
        random.Random(seed).shuffle(shuffled)
        # Chunks as small as the settings allow are larger than a sample; a page of two items splits batches instead.
        run(workspace(database, page_items=2), shuffled, refetch=True)
        with psycopg.connect(server.url(other), row_factory=psycopg.rows.dict_row) as look:
            assert masters(look) == in_order
        database.close()
    finally:
        server.drop(other)


def test_a_week_in_any_order_ends_with_what_was_seen_last(server: Server, tmp_path: Path) -> None:
    """Seen as A on Monday, B on Tuesday and A again on Wednesday, it is A: a duplicate is still an observation."""
    monday = date(2026, 11, 2)
    week = [(monday, "CFO"), (monday + timedelta(days=1), "CEO"), (monday + timedelta(days=2), "CFO")]
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 2, 1]):
        name = server.create(server.template)
        database = Database(server.url(name, login="outreach_app"))
        try:
            for n in order:
                day, title = week[n]
                work = workspace(database)
                land_items(work, Batch(day, LEADS), [lead(job_title=title)], tmp_path, f"{title}{n}.jsonl")
                digest(work, Batch(day, LEADS))
            with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row) as look:
                assert value(look, "select title from marketing.people_master") == "CFO", order
                held = rows(look, "select slot_type, is_filled from marketing.company_slot order by slot_type")
                assert [slot["slot_type"] for slot in held if slot["is_filled"]] == ["CFO"], order
                # One contradicting day between two observations of the same content is no change of jobs.
                events = rows(look, "select slot_type, event from marketing.slot_assignment_history")
                assert events == [{"slot_type": "CFO", "event": "ASSIGN"}], order
        finally:
            database.close()
            server.drop(name)


def test_no_invention_what_a_source_does_not_say_is_null(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    land_items(work, Batch(DAY, LEADS), [lead(email=None)], tmp_path)
    digest(work, Batch(DAY, LEADS))
    company = rows(admin, "select * from marketing.company_master")[0]
    person = rows(admin, "select * from marketing.people_master")[0]
    silent_company = (
        "industry",
        "employee_count",
        "company_phone",
        "address_street",
        "address_country",
        "founded_year",
        "keywords",
    )
    silent_person = (
        "email",
        "work_phone_e164",
        "personal_phone_e164",
        "linkedin_url",
        "seniority",
        "department",
        "country",
        "bio",
    )
    assert {name: company[name] for name in silent_company} == dict.fromkeys(silent_company)
    assert {name: person[name] for name in silent_person} == dict.fromkeys(silent_person)
    assert value(admin, "select count(*) from vault.contacts") == 0


def test_no_silence_what_is_left_out_or_repaired_is_on_record(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    items = [
        orjson.dumps(
            lead(
                mobile_number="555-0100",
                company_founded_year="1492",
                company_website="https://https://quillworks.example",
            )
        ),
        rb'{"first_name":"Nul\u0000l","last_name":"Quill","job_title":"CFO","company_name":"Quillworks","company_website":"quillworks.example"}',
        b'{"cut": "off',
    ]
    land_items(work, Batch(DAY, LEADS), items, tmp_path)
    digest(work, Batch(DAY, LEADS))
    found = {
        (r["column_name"], r["check_name"], r["outcome"]) for r in rows(admin, "select * from intake.validation_failed")
    }
    assert {
        ("personal_phone", "e164", "dropped"), ("founded_year", "year", "dropped"), ("website_url", "repaired", "noted"),
        ("(item)", "repaired", "noted"), ("(item)", "storable_json", "rejected"),
    } <= found  # fmt: skip
    assert (
        value(admin, "select raw_text from intake.validation_failed where check_name = 'storable_json'")
        == '{"cut": "off'
    )


def test_statements_grow_with_chunks_never_with_rows(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    original = Transaction.__dict__["execute"], Transaction.__dict__["fetch_all"], Transaction.__dict__["fetch_one"]

    def counting(method: Any) -> Any:
        def wrapper(self: Transaction, *args: Any, **kwargs: Any) -> Any:
            nonlocal counted
            counted += 1
            return method(self, *args, **kwargs)

        return wrapper

    for name, method in zip(("execute", "fetch_all", "fetch_one"), original, strict=True):
        monkeypatch.setattr(Transaction, name, counting(method))
    counts = []
    # The first round only stores what the title says, which the others find.
    for n, size in enumerate((20, 20, 800)):
        work = workspace(db)
        batch = Batch(DAY + timedelta(days=n), LEADS)
        items = [
            lead(
                first_name=f"Ada{n}x{i}",
                email=f"a{n}x{i}@quill{i}.example",
                company_website=f"https://quill{i}.example",
            )
            for i in range(size)
        ]
        counted = 0
        land_items(work, batch, items, tmp_path, f"{n}.jsonl")
        digest(work, batch)
        counts.append(counted)
    assert counts[1] == counts[2], "forty times the rows in the same number of chunks took more statements"


def _run_and_die(url: str, commits: int) -> int:
    """Run the batches in a process of its own that dies right after its n-th commit; its exit status (9: killed)."""
    child = os.fork()
    if child == 0:
        left = commits
        database = Database(url)
        ended = Database._end

        def end(self: Database, connection: Any, *, commit: bool) -> None:
            nonlocal left
            ended(self, connection, commit=commit)
            left -= commit
            if left == 0:
                os._exit(9)

        try:
            Database._end = end  # type: ignore[method-assign]
            run(workspace(database, page_items=3), [Batch(DAY, source) for source in KILLED_SOURCES])
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


KILLED_SOURCES = (LEADS, "apify_harvestapi_profiles", "apollo_people_match")


@pytest.mark.slow
def test_killed_after_any_commit_and_run_again_ends_as_undisturbed(server: Server, db: Database, admin: Admin) -> None:
    run(workspace(db), [Batch(DAY, source) for source in KILLED_SOURCES])
    name = server.create(server.template)
    try:
        # The n-th attempt dies after its n-th commit, so between them every commit is once the last.
        statuses = []
        while not statuses or statuses[-1] == 9:
            statuses.append(_run_and_die(server.url(name, login="outreach_app"), len(statuses) + 1))
        assert statuses[-1] == 0
        assert len(statuses) > 10
        with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row) as look:
            assert dump(look) == dump(admin)
    finally:
        server.drop(name)


def test_a_batch_that_landed_is_not_read_again(db: Database) -> None:
    work = workspace(db)
    batch = Batch(DAY, LEADS)
    assert land_batch(work, batch).items == 5
    assert land_batch(work, batch).already
    # A file that nobody replaced says nothing new on the next day.
    assert land_batch(work, Batch(DAY + timedelta(days=1), LEADS)).items == 0


def test_a_file_landed_by_hand_is_not_read_again_by_the_nightly_pull(db: Database) -> None:
    work = workspace(db)
    batch = Batch(DAY, LEADS)
    land_file(work, batch, work.sources_folder / work.sources[LEADS].path)
    report = land_batch(work, batch)
    assert (report.items, report.duplicates) == (0, 0)


def test_poison_costs_only_itself(db: Database, admin: Admin, tmp_path: Path) -> None:
    deep = b'{"a":' * 200 + b"1" + b"}" * 200
    large = orjson.dumps(lead(bio="x" * 5_000_000, email="large@quillworks.example"))
    surrogate = b'{"first_name":"Lone","last_name":"Quill","email":"lone@quillworks.example","job_title":"CFO \\ud800"}'
    bad = [deep, b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"cut": "of', b"\xff\xfe"]
    good = [orjson.dumps(lead(email=f"good{n}@quillworks.example", first_name=f"Good{n}x")) for n in range(5)]
    land_items(
        work := workspace(db), batch := Batch(DAY, LEADS), [good[0], *bad, *good[1:], large, surrogate], tmp_path
    )
    digest(work, batch)
    kept = {row["email"] for row in rows(admin, "select email from vault.contacts")}
    assert kept == {f"good{n}@quillworks.example" for n in range(5)} | {
        "large@quillworks.example",
        "lone@quillworks.example",
    }
    assert value(admin, "select count(*) from intake.raw_loads where status = 'failed'") == len(bad)
    assert (
        value(admin, "select count(*) from intake.validation_failed where check_name = 'storable_json'") == len(bad) - 1
    )
