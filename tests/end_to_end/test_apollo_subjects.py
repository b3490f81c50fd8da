"""Somebody who was asked about by one name is not asked, and paid for, again by another."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import DAY, PEOPLE, Admin, apollo, apollo_workspace, one

from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch

ENRICHED = '[sources.{}]\nkind = "apollo"\nshape = "{}"\nendpoint = "{}"\nmax_credits = 100\n{} = {}\n'


def people_of(name: str, subjects: list[str]) -> str:
    """A source that enriches the given people."""
    return ENRICHED.format(name, "apollo_people_match", "people/bulk_match", "subjects", json.dumps(subjects))


def asked(admin: Admin) -> int:
    """How many were asked about, over all calls."""
    return int(one(admin, "select coalesce(sum(asked), 0) from public.credit_ledger"))


def linked(sandbox: Any) -> tuple[Any, dict[str, Any]]:
    """Somebody whose item holds an id, a LinkedIn address and an e-mail address, with that item."""
    search = sandbox.apollo.search()
    for sight in search.people({}):
        item = search.person(sight)
        if item["linkedin_url"] and sight.company is not None and item["email"] == sight.person.email_at(sight.company):
            return sight.person, item
    raise AssertionError("nobody in the world has all three names")


def test_two_spellings_of_a_name_are_one_subject(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        person, item = linked(sandbox)
        profiles = [f"https://www.linkedin.com/in/{person.slug}", f"http://de.linkedin.com/in/{person.slug.upper()}/?trk=a"]
        source = people_of("twice", profiles) + people_of("mails", [item["email"].upper(), f"mailto:{item['email']}"])
        land_batch(apollo_workspace(tmp_path, database_url, sandbox, source), Batch(DAY, "twice"))
        assert (asked(admin), set(sandbox.apollo.enriched.values())) == (1, {1})


def test_two_spellings_of_a_domain_are_one_subject(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        domain = next(company.domain for company in sandbox.world.companies if not company.outside)
        spelled = json.dumps([domain, f"www.{domain}", domain.upper(), f"https://{domain}/"])
        source = ENRICHED.format("firms", "apollo_organization", "organizations/bulk_enrich", "domains", spelled)
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, source), Batch(DAY, "firms"))
        assert (asked(admin), report.items, sandbox.apollo.credits_used) == (1, 1, 1)


@pytest.mark.parametrize("first", ["id", "linkedin_url", "email"])
@pytest.mark.parametrize("then", ["id", "linkedin_url", "email"])
def test_asked_by_one_name_is_asked_by_all(
    tmp_path: Path, database_url: str, admin: Admin, first: str, then: str
) -> None:
    with apollo(companies=12) as sandbox:
        _, item = linked(sandbox)
        source = people_of("first", [item[first]]) + people_of("second", [item[then]])
        there = apollo_workspace(tmp_path, database_url, sandbox, source)
        assert land_batch(there, Batch(DAY, "first")).items == 1
        again = land_batch(there, Batch(DAY + timedelta(days=1), "second"))
        assert (again.items, asked(admin), sandbox.apollo.enriched[item["id"]]) == (0, 1, 1)
        admin.execute("update public.enrichment set enriched_at = now() - interval '91 days'")
        assert land_batch(there, Batch(DAY + timedelta(days=2), "second")).items == 1


def test_whom_a_search_names_is_not_asked_about_who_was_asked_by_another_name(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    """Not even where Apollo did not find them: all names of the search's item are remembered."""
    older = PEOPLE.replace("mixed_people/api_search", "mixed_people/search").replace(
        "apollo_people_search", "apollo_people_match"
    )
    with apollo(companies=12) as sandbox:
        _, item = linked(sandbox)
        there = apollo_workspace(tmp_path, database_url, sandbox, older + people_of("byhand", [item["linkedin_url"]]))
        land_batch(there, Batch(DAY, "byhand"))
        # Of the first answer only the name is kept that was asked by: the id is known from the search alone.
        admin.execute("delete from public.enrichment where subject not like 'https://www.linkedin.com/in/%'")
        land_batch(there, Batch(DAY, "people"))
        land_batch(there, Batch(DAY, "matches"))
        assert sandbox.apollo.enriched[item["id"]] == 1
        assert max(sandbox.apollo.enriched.values()) == 1


def test_every_name_is_erased(tmp_path: Path, database_url: str, admin: Admin) -> None:
    names = ["65b1c0ffee65b1c0ffee65b1", "https://www.linkedin.com/in/ada-quill", "ada@firm.example", "eve@firm.example"]
    admin.execute(
        "insert into public.credit_ledger (provider, batch_id, source, endpoint, call_key, subjects, asked, reserved,"
        " reserved_at) values ('apollo', 'b', 's', 'e', 'k', %s, 2, 2, now())",
        (names,),
    )
    admin.execute(
        "insert into public.enrichment (provider, subject, call_id, enriched_at, was_found)"
        " select 'apollo', n, c.call_id, now(), true from public.credit_ledger as c, unnest(%s::text[]) as n",
        (names,),
    )
    with admin.transaction():
        admin.execute("create temp table forgotten_key (kind text, value text) on commit drop")
        admin.execute(
            "insert into forgotten_key values ('vendor_id', 'apollo:65b1c0ffee65b1c0ffee65b1'),"
            " ('linkedin_slug', 'ada-quill'), ('email', 'ada@firm.example'), ('name', 'ada quill@domain:firm.example')"
        )
        admin.execute("create temp table forgotten_person (person_no bigint) on commit drop")
        admin.execute("create temp table forgotten_contact (contact_id bigint) on commit drop")
        admin.execute("select vault.f_erase_references()")
    assert one(admin, "select array_agg(subject) from public.enrichment") == ["eve@firm.example"]
    assert one(admin, "select subjects from public.credit_ledger") == ["[erased]"] * 3 + ["eve@firm.example"]
