"""Further tests of the design's laws: each was written because breaking the code on purpose broke no test.

Belongs here: laws of the whole spine that one small change of a stage or a function could break. Does not belong
here: the rules of single values, the laws that `test_laws` holds already.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import TransientError
from outreach_pipeline.stages.workspace import Batch
from tests.conftest import Server
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, masters, rows, run, samples, value, workspace

Admin = psycopg.Connection[Any]
LEADS = "apify_leads_finder"
# Two sources of the same items that differ in nothing but their rank.
SOURCES = """
[sources.better]
kind = "files"
shape = "leads_finder"
rank = 10

[sources.worse]
kind = "files"
shape = "leads_finder"
rank = 90
"""


def lead(**fields: Any) -> dict[str, Any]:
    """A lead of Ada, chief executive of a company of her own."""
    return {
        "first_name": "Ada", "last_name": "Quill", "job_title": "CEO", "email": "ada@quillworks.example",
        "company_name": "Quillworks", "company_website": "https://quillworks.example", **fields,
    }  # fmt: skip


def test_deciding_again_what_is_decided_writes_nothing(db: Database, admin: Admin) -> None:
    """Law 2 in SQL: a second run of a batch finds nothing due, so here every load is decided again by force."""
    work = workspace(db)
    run(work, samples(work))
    before = exact(admin)
    chunk = {"load_ids": [row["load_id"] for row in rows(admin, "select load_id from intake.raw_loads order by 1")]}
    queries = load_queries("promote")
    with db.transaction(Role.PROMOTE) as tx:
        written = tx.fetch_one(queries.promote_masters, chunk), tx.fetch_one(queries.promote_contacts, chunk)
    masters, contacts = written
    assert masters is not None
    assert contacts is not None
    # Loads are counted as promoted when they leave pending, which all of them had done before.
    assert set(masters.values()) == {0}
    assert (contacts["promoted_count"], contacts["updated_count"]) == (0, 0)
    assert exact(admin) == before


def test_two_profiles_that_share_an_address_stay_two_people(db: Database, admin: Admin, tmp_path: Path) -> None:
    """An address that a couple shares is weaker than two LinkedIn profiles, in one batch and over two."""
    work = workspace(db)
    one, two = (f"https://www.linkedin.com/in/{slug}" for slug in ("ada-quill", "adam-quill"))
    together = [lead(linkedin=one), lead(linkedin=two, first_name="Adam", job_title="CFO")]
    land_items(work, Batch(DAY, LEADS), together, tmp_path)
    digest(work, Batch(DAY, LEADS))
    later = Batch(DAY + timedelta(days=1), LEADS)
    land_items(work, later, [lead(linkedin=two, first_name="Adam", job_title="Chief Financial Officer")], tmp_path)
    digest(work, later)
    found = rows(admin, "select first_name, linkedin_url from marketing.people_master order by first_name")
    assert found == [{"first_name": "Ada", "linkedin_url": one}, {"first_name": "Adam", "linkedin_url": two}]


def test_a_national_number_without_a_country_is_of_no_country(db: Database, admin: Admin, tmp_path: Path) -> None:
    """Law 6: a number that would be a good one in the United States is not read as one of there."""
    work = workspace(db)
    number = "(650) 253-0000"
    land_items(work, Batch(DAY, LEADS), [lead(mobile_number=number, company_phone=number)], tmp_path)
    digest(work, Batch(DAY, LEADS))
    assert value(admin, "select personal_phone_e164 from marketing.people_master") is None
    assert value(admin, "select company_phone from marketing.company_master") is None
    refused = rows(
        admin, "select column_name, reason from intake.validation_failed where outcome = 'dropped' order by 1"
    )
    assert refused == [
        {"column_name": "personal_phone", "reason": "no_region"}, {"column_name": "phone", "reason": "no_region"},
    ]  # fmt: skip


def test_no_reason_repeats_what_it_refuses(db: Database, admin: Admin, tmp_path: Path) -> None:
    """Law 10: a rejection names the problem; the value stays in the load, where the roles that may can look."""
    work = workspace(db)
    secret = "zanzibar"
    item = lead(
        email=f"{secret}@@x", personal_email=f"{secret} at x", mobile_number=f"{secret}-555", company_phone=f"+{secret}",
        company_website=f"https://{secret} .x", linkedin=f"https://www.facebook.com/{secret}",
        company_linkedin=f"https://x.example/{secret}", company_size=f"{secret} people", company_founded_year=secret,
        last_name=f"{secret}@x.example",
    )  # fmt: skip
    land_items(work, Batch(DAY, LEADS), [item, lead()], tmp_path)
    digest(work, Batch(DAY, LEADS))
    refused = rows(admin, "select * from intake.validation_failed where outcome in ('dropped', 'rejected')")
    assert {row["column_name"] for row in refused} >= {
        "email", "personal_phone", "phone", "website_url", "linkedin_url", "employee_count", "founded_year", "last_name",
    }  # fmt: skip
    assert [row for row in refused if secret in str(row)] == []


def test_ids_come_from_their_sequences(db: Database, admin: Admin, tmp_path: Path) -> None:
    """Law 5: a number once given is never given again, also when no row shows any more that it was."""
    sequences = {
        "company_number_seq": "select min(public.barton_number(company_unique_id)) from marketing.company_master",
        "person_number_seq": "select min(public.barton_number(unique_id)) from marketing.people_master",
        "slot_number_seq": "select min(public.barton_number(company_slot_unique_id)) from marketing.company_slot",
    }
    for sequence in sequences:
        admin.execute("select setval(%s, 7000)", (f"marketing.{sequence}",))
    work = workspace(db)
    land_items(work, Batch(DAY, LEADS), [lead()], tmp_path)
    digest(work, Batch(DAY, LEADS))
    assert {sequence: value(admin, query) > 7000 for sequence, query in sequences.items()} == dict.fromkeys(
        sequences, True
    )


@pytest.mark.parametrize("first", ["better", "worse"])
def test_what_changes_in_life_is_the_newest_and_what_does_not_is_the_better_sources(
    db: Database, admin: Admin, tmp_path: Path, first: str
) -> None:
    """The policy of each field, with the better source a month older than the worse one, in both orders of arrival."""
    (tmp_path / "sources.toml").write_text(SOURCES)
    work = workspace(db, sources=tmp_path / "sources.toml")
    profile = "https://www.linkedin.com/in/ada-quill"
    told = {
        "better": lead(
            linkedin=profile, last_name="Quill-Best", job_title="CFO", mobile_number="+16502530000", headline="old hand",
            company_name="Quillworks", industry="Ropes", company_size=10, company_phone="+16502530001",
            company_founded_year=1990, email="old@quillworks.example", city="Bern",
        ),
        "worse": lead(
            linkedin=profile, last_name="Quill-Last", job_title="CEO", mobile_number="+16502530002", headline="new hand",
            company_name="Quillworks International", industry="Knots", company_size=20, company_phone="+16502530003",
            company_founded_year=1991, email="new@quillworks.example", city="Basel",
        ),
    }  # fmt: skip
    days = {"better": DAY - timedelta(days=30), "worse": DAY}
    for source in (first, "worse" if first == "better" else "better"):
        batch = Batch(days[source], source)
        land_items(work, batch, [told[source]], tmp_path, f"{source}.jsonl")
        digest(work, batch)
    person = rows(admin, "select last_name, bio, title, email, personal_phone_e164, city from marketing.people_master")
    assert person == [{
        "last_name": "Quill-Best", "bio": "old hand",
        "title": "CEO", "email": "new@quillworks.example", "personal_phone_e164": "+16502530002", "city": "Basel",
    }]  # fmt: skip
    company = rows(
        admin,
        "select company_name, industry, founded_year, employee_count, company_phone from marketing.company_master",
    )
    assert company == [{
        "company_name": "Quillworks", "industry": "Ropes", "founded_year": 1990,
        "employee_count": 20, "company_phone": "+16502530003",
    }]  # fmt: skip


@pytest.mark.parametrize("at_once", [True, False])
def test_the_order_within_a_batch_decides_no_tie(
    server: Server, db: Database, admin: Admin, tmp_path: Path, at_once: bool
) -> None:
    """Law 4: of one source and one day, content decides between records that are not of one subject (of one subject the last row
    corrects those before it). Six people who seek the same seat of one company.
    """
    items = [
        lead(
            first_name=name, email=f"{name.lower()}@quillworks.example", job_title="CEO", headline=f"{name} {n}",
            city=f"Town {n}", mobile_number=f"+1650253000{n}",
        )
        for n, name in enumerate(("Ada", "Bea", "Cyd", "Dan", "Eve", "Fay"))
    ]  # fmt: skip
    other = server.create(server.template)
    try:
        database = Database(server.url(other, login="outreach_app"))
        # At once or in halves, whatever is numbered as it comes is numbered the other way about.
        for target, order in ((db, items), (database, items[::-1])):
            work = workspace(target)
            halves = [order] if at_once else [order[:3], order[3:]]
            for n, half in enumerate(halves):
                land_items(work, Batch(DAY, LEADS), half, tmp_path, f"{n}.jsonl")
                digest(work, Batch(DAY, LEADS))
        with psycopg.connect(server.url(other), row_factory=psycopg.rows.dict_row) as look:
            assert masters(look) == masters(admin)
        database.close()
    finally:
        server.drop(other)


def decide(db: Database, function: str) -> object:
    """Call a promotion that waits no longer than a fifth of a second for its turn."""
    with db.transaction(Role.PROMOTE) as tx:
        tx.execute("set local lock_timeout = '200ms'")
        return tx.fetch_one(f"select * from {function}('{{1}}'::bigint[])")  # type: ignore[arg-type]


@pytest.mark.parametrize("function", ["marketing.f_promote_masters", "vault.f_promote_contacts"])
def test_promotions_take_turns(db: Database, admin: Admin, function: str) -> None:
    """Two at once could each found the same company; the second waits, here in vain for somebody who never ends."""
    lock = "select pg_advisory_lock(hashtextextended('marketing.promote', 0))"
    admin.execute(lock)
    with pytest.raises(TransientError):
        decide(db, function)
    admin.execute(lock.replace("_lock", "_unlock"))
    assert decide(db, function) is not None
