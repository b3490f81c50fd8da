"""The sandbox's Apollo over HTTP: keys, paging ceilings, credits, windows, the oddities of its answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from outreach_pipeline.sandbox.apollo.limits import Limits
from outreach_pipeline.sandbox.apollo.service import Plan
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.sandbox.world.world import World

WORLD = World(2, 120)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(world=WORLD) as running:
        yield running


class Caller:
    """One key at one server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = httpx.Client(
            base_url=f"{sandbox.apollo_url}/api/v1/",
            headers={"x-api-key": sandbox.apollo_key},
            trust_env=False,
        )

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.client.post(path, json=body or {})

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(path, params=query)


@pytest.fixture
def apollo(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox)
    yield caller
    caller.client.close()


def test_keys(sandbox: Sandbox, apollo: Caller) -> None:
    assert apollo.get("auth/health").json() == {"healthy": True, "is_logged_in": True}
    with httpx.Client(base_url=f"{sandbox.apollo_url}/api/v1/", trust_env=False) as stranger:
        health = stranger.get("auth/health")
        assert (health.status_code, health.json()["is_logged_in"]) == (200, False)
        refused = stranger.post("mixed_people/api_search", json={})
        assert (refused.status_code, refused.text) == (401, "Invalid access credentials.")
        assert refused.headers["content-type"].startswith("text/plain")
        in_body = stranger.post("mixed_people/api_search", json={"api_key": sandbox.apollo_key})
        in_query = stranger.post(f"mixed_people/api_search?api_key={sandbox.apollo_key}", json={})
        assert in_body.status_code == in_query.status_code == 422


def test_search_pages_and_their_ceilings(apollo: Caller) -> None:
    pages, page = [], 1
    while people := apollo.post("mixed_people/api_search", {"page": page, "per_page": 200}).json()["people"]:
        pages.append(people)
        page += 1
    first = apollo.post("mixed_people/api_search", {"per_page": 100}).json()
    assert set(first) == {"total_entries", "people"}  # no pagination object
    assert [len(p) for p in pages[:-1]] == [100] * (len(pages) - 1)  # 200 is silently 100
    assert sum(map(len, pages)) == first["total_entries"] > 200
    assert len({row["id"] for rows in pages for row in rows}) == first["total_entries"]
    beyond = apollo.post("mixed_people/api_search", {"page": 501})
    assert beyond.status_code == 422
    assert "500" in beyond.json()["error"]


def test_filters_split_a_search(apollo: Caller) -> None:
    total = apollo.post("mixed_people/api_search").json()["total_entries"]
    parts = [
        apollo.post("mixed_people/api_search", {"organization_num_employees_ranges": [size]}).json()[
            "total_entries"
        ]
        for size in ("1,50", "51,200", "201,1000000")
    ]
    assert sum(parts) == total
    assert all(parts)
    company = WORLD.companies[0]
    body = {"q_organization_domains_list": [company.domain], "per_page": 100}
    found = apollo.post("mixed_people/api_search", body).json()["people"]
    assert {row["organization"]["name"] for row in found} <= {company.name}


def test_the_older_search_splits_contacts_from_people_and_may_be_refused(
    sandbox: Sandbox, apollo: Caller
) -> None:
    answer = apollo.post("mixed_people/search", {"per_page": 100}).json()
    assert answer["pagination"]["total_entries"] == len(sandbox._search().people({}))
    assert answer["contacts"]
    assert all(row["id"] != row["person_id"] for row in answer["contacts"])
    assert len(answer["contacts"]) + len(answer["people"]) == 100
    assert any(row["email"] == "email_not_unlocked@domain.com" for row in answer["people"])
    sandbox.apollo.plan = Plan(master_key=False, older_search=False)
    for path in ("mixed_people/search", "mixed_people/api_search", "usage_stats/api_usage_stats"):
        refused = apollo.post(path)
        assert (refused.status_code, refused.json()["error_code"]) == (403, "API_INACCESSIBLE")


def test_bulk_match_promises_neither_order_nor_length(sandbox: Sandbox, apollo: Caller) -> None:
    known = [sight.person for sight in sandbox._search().people({})[:6]]
    details = [{"id": person.apollo_id} for person in known]
    details += [{"id": f"{n:024x}"} for n in range(1, 5)]
    answer = apollo.post("people/bulk_match", {"details": details}).json()
    rows = [row for row in answer["matches"] if row is not None]
    assert {row["id"] for row in rows} == {person.apollo_id for person in known}
    assert len(answer["matches"]) == 8  # two of the four missing are null, two are not there
    assert (answer["unique_enriched_records"], answer["missing_records"]) == (6, 4)
    assert answer["credits_consumed"] == sandbox.ledger()["apollo"]["credits"]
    assert apollo.post("people/bulk_match", {"details": details * 2}).status_code == 422
    nobody = apollo.post("people/bulk_match", {"details": [{"id": "f" * 24}]}).json()
    assert (nobody["status"], nobody["matches"], nobody["credits_consumed"]) == ("success", [None], 0)


def test_credits_are_fractional_counted_again_and_come_to_an_end(sandbox: Sandbox, apollo: Caller) -> None:
    sights = sandbox._search().people({})
    locked = next(s.person for s in sights if s.person.number % 7 == 3)
    body = {"details": [{"id": locked.apollo_id}]}
    assert apollo.post("people/bulk_match", body).json()["credits_consumed"] == 0.5
    apollo.post("people/bulk_match", body)
    ledger = sandbox.ledger()["apollo"]
    assert (ledger["credits"], ledger["enriched"], ledger["enriched_again"]) == (1.0, 1, 1)
    sandbox.apollo.plan = Plan(credits=1.0)
    broke = apollo.post("people/match", {"id": locked.apollo_id})
    assert broke.status_code == 422
    assert "insufficient credits" in broke.json()["error"]
    assert sandbox.ledger()["apollo"]["credits"] == 1.0


def test_match_by_every_identity(sandbox: Sandbox, apollo: Caller) -> None:
    sight = next(s for s in sandbox._search().people({}) if s.company is not None)
    person, company = sight.person, sight.company
    assert company is not None
    for details in (
        {"id": person.apollo_id},
        {"linkedin_url": f"http://www.linkedin.com/in/{person.slug}/"},
        {"email": person.email_at(company).upper()},
        {"first_name": person.first, "last_name": person.last, "domain": company.domain},
        {"name": person.name, "organization_name": company.name},
    ):
        assert apollo.post("people/match", details).json()["person"]["id"] == person.apollo_id, details
    assert apollo.post("people/match", {"email": "nobody@nowhere.example"}).json() == {"person": None}
    assert (
        apollo.post("people/match", {"id": person.apollo_id, "reveal_phone_number": True}).status_code == 422
    )


def test_companies_accounts_and_enrichment(sandbox: Sandbox, apollo: Caller) -> None:
    answer = apollo.post("mixed_companies/search", {"per_page": 100}).json()
    assert answer["accounts"]
    assert answer["organizations"]
    assert all(row["organization_id"] != row["id"] and row["domain"] for row in answer["accounts"])
    assert sandbox.ledger()["apollo"]["credits"] == 1.0
    assert apollo.post("mixed_companies/search", {"per_page": 100, "page": 9}).json()["organizations"] == []
    assert sandbox.ledger()["apollo"]["credits"] == 1.0  # a page without results is free
    domain = WORLD.companies[0].domain
    assert (
        apollo.get("organizations/enrich", domain=domain).json()["organization"]["primary_domain"] == domain
    )
    unknown = [apollo.get("organizations/enrich", domain=d).json() for d in ("ab.example", "abc.example")]
    assert {json.dumps(u) for u in unknown} == {"{}", '{"organization": null}'}
    assert apollo.get("organizations/enrich").status_code == 422
    bulk = apollo.post("organizations/bulk_enrich", {"domains": [domain, "ab.example"]}).json()
    assert (bulk["unique_enriched_records"], bulk["missing_records"], len(bulk["organizations"])) == (1, 1, 1)


def test_contacts_run_from_the_latest_update_back(apollo: Caller) -> None:
    rows = apollo.post("contacts/search", {"per_page": 100, "sort_by_field": "contact_updated_at"}).json()[
        "contacts"
    ]
    assert rows
    assert [r["updated_at"] for r in rows] == sorted((r["updated_at"] for r in rows), reverse=True)


@pytest.mark.parametrize(
    ("window", "limits"), [("minute", Limits(minute=2)), ("hour", Limits(hour=2)), ("day", Limits(day=2))]
)
def test_windows(window: str, limits: Limits) -> None:
    with Sandbox(world=WORLD, limits=limits) as sandbox:
        apollo = Caller(sandbox)
        ok = [apollo.post("people/match", {"id": "0" * 24}).status_code for _ in range(2)]
        full = apollo.post("people/match", {"id": "0" * 24})
        assert (ok, full.status_code) == ([200, 200], 429)
        assert f"is 2 times per {window}" in full.json()["message"]
        assert ("error_details" in full.json()) == (window != "minute")
        assert full.headers["x-minute-usage"] == "2"
        assert apollo.post("mixed_people/api_search").status_code == 200  # windows are per endpoint
        usage = apollo.post("usage_stats/api_usage_stats").json()
        assert usage['["api/v1/people", "match"]'][window] == {"limit": 2, "consumed": 2, "left_over": 0}
        apollo.client.close()


def test_faults(sandbox: Sandbox, apollo: Caller) -> None:
    faults = sandbox.apollo.faults
    faults.add("POST /people/match", "status_429", window="day")
    assert "per day" in apollo.post("people/match").json()["message"]
    faults.add("POST /people/match", "status_502")
    assert apollo.post("people/match").headers["content-type"].startswith("text/html")
    faults.add("POST /people/bulk_match", "drop_after_accept")
    person = sandbox._search().people({})[0].person
    with pytest.raises(httpx.TransportError):
        apollo.post("people/bulk_match", {"details": [{"id": person.apollo_id}]})
    assert sandbox.ledger()["apollo"]["enriched"] == 1  # charged, though nobody heard the answer
    faults.add("POST /mixed_people/api_search", "half_page")
    with pytest.raises(httpx.TransportError):
        apollo.post("mixed_people/api_search", {"per_page": 100})
    assert apollo.post("mixed_people/api_search").status_code == 200


def test_a_move_is_seen_on_the_second_night() -> None:
    world = World(2, 120)
    with Sandbox(world=world) as sandbox:
        apollo = Caller(sandbox)
        moved = [world.people[m.person] for m in world.night(2) if m.kind == "moved"]
        seen = set()
        for person in moved:
            employers = []
            for night in (1, 2):
                sandbox.set_night(night)
                found = apollo.post("people/match", {"id": person.apollo_id}).json()["person"]
                employers.append(found["organization_id"] if found else None)
            if None not in employers:
                seen.add(employers[0] != employers[1])
        assert True in seen
        apollo.client.close()
