"""The sample items of every shape hold five people and four companies; that is what must come out of them.

The truth is `tests/data/shapes/entities_truth.json` (invented people, reserved domains).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from tests.end_to_end.pipeline import rows, run, samples, value, workspace

TRUTH = json.loads((Path(__file__).parents[1] / "data" / "shapes" / "entities_truth.json").read_text())
Admin = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def landed(shared_db: Database, shared_look: Admin) -> Admin:
    """All samples, landed once: the tests only look at what became of them."""
    work = workspace(shared_db)
    run(work, samples(work))
    return shared_look


def test_the_four_companies_are_one_master_each(landed: Admin) -> None:
    masters = rows(landed, "select company_name, domain, company_unique_id from marketing.company_master")
    assert sorted(m["domain"] for m in masters) == sorted(c["domain"] for c in TRUTH["companies"].values())
    for truth in TRUTH["companies"].values():
        (master,) = [m for m in masters if m["domain"] == truth["domain"]]
        assert master["company_name"].strip() in truth["names"]
        known = value(
            landed,
            "select public.barton_id('01', company_no) from marketing.company_key where kind = 'linkedin_id' and value = %s",
            truth["linkedin_id"],
        )
        # C3's only record with a LinkedIn number has a Facebook page for a website: nothing says that it is this company.
        assert known in (master["company_unique_id"], None) or truth["domain"] == "tidepool-dental.example"


def test_the_four_placeable_people_are_one_master_each(landed: Admin) -> None:
    masters = rows(
        landed,
        """select p.full_name, p.linkedin_url, c.domain, s.slot_type, s.person_unique_id = p.unique_id as holds
        from marketing.people_master as p
        inner join marketing.company_master as c using (company_unique_id)
        inner join marketing.company_slot as s using (company_slot_unique_id)""",
    )
    found = {m["linkedin_url"].rsplit("/", 1)[1]: m for m in masters}
    expected = {person["linkedin_slug"]: person for person in TRUTH["people"].values() if person["role"]}
    assert set(found) == set(expected)
    for slug, person in expected.items():
        company = TRUTH["companies"][person["company"][:2]]
        assert (found[slug]["full_name"], found[slug]["domain"], found[slug]["slot_type"], found[slug]["holds"]) == (
            person["name"], company["domain"], person["role"], True,
        )  # fmt: skip


def test_somebody_with_neither_role_nor_address_is_a_rejection(landed: Admin) -> None:
    reasons = rows(
        landed,
        """select f.check_name from intake.validation_failed as f inner join intake.raw_loads as l using (load_id)
        where l.raw_data ->> 'publicIdentifier' = %s and f.outcome = 'rejected'""",
        TRUTH["people"]["P5"]["linkedin_slug"],
    )
    assert [r["check_name"] for r in reasons] == ["promotable"]


def test_every_source_that_saw_them_stands_in_the_records_behind_a_master(landed: Admin) -> None:
    sources = rows(
        landed,
        """select distinct v.source
        from marketing.people_master as p
        inner join intake.person_member as m on public.barton_id('02', m.person_no) = p.unique_id
        inner join intake.validated_people as v on v.load_id = m.load_id and v.part = m.part
        where p.full_name = 'Ada Quill'""",
    )
    assert {s["source"] for s in sources} >= {
        "apify_dev_fusion_profiles", "apify_harvestapi_profiles", "apify_apimaestro_profiles", "apify_leads_finder",
        "apify_apollo_scraper", "apollo_people_match", "apollo_people_search", "apollo_contacts",
    }  # fmt: skip


def test_every_field_of_a_master_names_the_load_it_came_from(landed: Admin) -> None:
    person = rows(landed, "select * from marketing.people_master where full_name = 'Ada Quill'")[0]
    loads = {r["load_id"] for r in rows(landed, "select load_id from intake.raw_loads where status = 'promoted'")}
    for field in ("first_name", "title", "email", "work_phone_e164", "linkedin_url", "company_unique_id"):
        assert person[field] is not None
        assert person["provenance"][field] in loads


def test_error_rows_and_refusals_are_never_people(landed: Admin) -> None:
    assert (
        value(
            landed,
            "select count(*) from intake.validation_failed where check_name in ('refusal', 'not_found', 'error', 'notice')",
        )
        >= 8
    )
    assert value(landed, "select count(*) from marketing.people_master") == 4


def test_the_locked_placeholder_is_no_address(landed: Admin) -> None:
    assert value(landed, "select count(*) from vault.contacts where email like 'email_not_unlocked%%'") == 0
    assert (
        value(landed, "select count(*) from intake.validation_failed where reason like '%%locked_placeholder%%'") >= 2
    )


def test_an_address_at_a_former_employer_is_not_how_to_reach_somebody(landed: Admin) -> None:
    """Marlow left Quillfern: those addresses stay in the vault, and the master at Bramblewick has none of them."""
    marlow = rows(landed, "select email from marketing.people_master where full_name = 'Marlow Pike'")[0]
    assert marlow["email"] is None
    assert value(landed, "select count(*) from vault.contacts where name = 'Marlow Pike'") == 2
