"""What goes wrong with the sandbox's Apify as it does with the real one, seen by the real client."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError

from outreach_pipeline.sandbox.server import Sandbox
from tests.end_to_end.apify_world import ACTOR, CAP, QUICK, call, start


def test_drop_after_accept_leaves_a_paid_run_and_drop_before_none(
    sandbox: Sandbox, client: ApifyClient
) -> None:
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "drop_before")
    with pytest.raises(Exception):  # noqa: B017 - impit's own, which is no ApifyClientError
        start(client)
    assert sandbox.ledger()["apify"]["runs"] == 0
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "drop_after_accept")
    with pytest.raises(Exception):  # noqa: B017
        start(client)
    assert sandbox.ledger()["apify"]["runs"] == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 429, 500])
def test_statuses_carry_the_vendors_words(sandbox: Sandbox, client: ApifyClient, status: int) -> None:
    sandbox.apify.faults.add("POST /v2/actors/*/runs", f"status_{status}")
    with pytest.raises(ApifyApiError) as error:
        start(client)
    assert error.value.status_code == status
    assert error.value.type
    assert sandbox.ledger()["apify"]["runs"] == 0


def test_half_a_page_is_not_taken_for_a_whole(sandbox: Sandbox, client: ApifyClient) -> None:
    run = client.run(start(client).id).wait_for_finish(wait_duration=timedelta(seconds=5))
    assert run is not None
    sandbox.apify.faults.add("GET /v2/datasets/*/items", "half_page")
    with pytest.raises(Exception):  # noqa: B017
        client.dataset(run.default_dataset_id).get_items_as_bytes(item_format="jsonl")
    assert client.dataset(run.default_dataset_id).get_items_as_bytes(item_format="jsonl")


def test_runs_that_refuse_never_end_or_fail_half_way(sandbox: Sandbox, client: ApifyClient) -> None:
    everything = len(sandbox.renderer.items("harvestapi_profile"))
    for kind in ("refusal", "partial_then_fail", "half_missing"):
        sandbox.apify.faults.add("POST /v2/actors/*/runs", kind)
    ended = [
        client.run(start(client).id).wait_for_finish(wait_duration=timedelta(seconds=5)) for _ in range(3)
    ]
    assert [run.status for run in ended if run] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    counts = [client.dataset(run.default_dataset_id).list_items().total for run in ended if run]
    assert counts == [1, everything // 2, (everything + 1) // 2]
    assert ended[0] is not None
    assert set(client.dataset(ended[0].default_dataset_id).list_items().items[0]) == {"error"}
    assert (ended[0].charged_event_counts or {})["profile"] == 0
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "never_ends")
    running = start(client)
    assert client.run(running.id).wait_for_finish(wait_duration=timedelta(seconds=1)).status == "RUNNING"  # type: ignore[union-attr]
    assert client.run(running.id).abort().status == "ABORTED"


def test_a_list_without_usage_is_refused_by_the_clients_model(sandbox: Sandbox, client: ApifyClient) -> None:
    start(client)
    sandbox.apify.faults.add("GET /v2/actor-runs", "list_without_usage")
    with pytest.raises(ValueError, match="usage"):  # pydantic's
        client.runs().list()
    assert len(client.runs().list().items) == 1


def test_the_short_mode_gives_ids_that_lead_nowhere(sandbox: Sandbox, client: ApifyClient) -> None:
    order = {"queries": [sandbox.world.people[0].slug], "profileScraperMode": "Short ($1 per 1k)"}
    run = client.actor(ACTOR).call(run_input=order, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    row = client.dataset(run.default_dataset_id).list_items().items[0]
    assert row["id"].startswith("ACwAA")
    assert "publicIdentifier" not in row


def test_a_changed_slug_still_leads_to_the_person(sandbox: Sandbox, client: ApifyClient) -> None:
    # Somebody else may have taken the address that was given up: then the old one leads to them.
    kept = sandbox.world.by_slug(2)
    person = next(p for p in sandbox.world.people if p.slug_on(2) != p.slug and kept[p.slug] is p)
    sandbox.set_night(2)
    order = {"queries": [person.slug, person.slug_on(2)]}
    run = client.actor(ACTOR).call(run_input=order, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    rows = client.dataset(run.default_dataset_id).list_items().items
    assert {(row["id"], row["publicIdentifier"]) for row in rows} == {(person.member_id, person.slug_on(2))}


def test_a_run_may_answer_with_strangers(sandbox: Sandbox, client: ApifyClient) -> None:
    slug = sandbox.world.people[0].slug
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "strangers")
    run = client.actor(ACTOR).call(run_input={"queries": [slug]}, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    rows = client.dataset(run.default_dataset_id).list_items().items
    assert len(rows) == 1
    assert rows[0].get("publicIdentifier") != slug


def rows_of(client: ApifyClient, slugs: list[str], actor: str = ACTOR, key: str = "queries") -> list[dict[str, Any]]:
    run = client.actor(actor).call(run_input={key: slugs}, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    return client.dataset(run.default_dataset_id).list_items().items


def test_strangers_beside_the_asked_impostors_and_people_who_are_gone(sandbox: Sandbox, client: ApifyClient) -> None:
    slugs = [person.slug for person in sandbox.world.people[:4]]
    for kind in ("strangers_too", "impostors", "gone"):
        sandbox.apify.faults.add("POST /v2/actors/*/runs", kind)
    beside, impostors, half = (rows_of(client, slugs) for _ in range(3))
    assert [row["publicIdentifier"] for row in beside[:4]] == slugs
    assert len(beside) == 8
    assert not {row["publicIdentifier"] for row in beside[4:]} & set(slugs)
    assert [row["originalQuery"]["query"] for row in impostors] == slugs
    assert not {row["publicIdentifier"] for row in impostors} & set(slugs)
    assert [row["status"] for row in half] == [200, 404, 200, 404]
    assert [row["originalQuery"]["query"] for row in half] == slugs
    assert [row.get("error") for row in half] == [None, "Profile not found"] * 2


@pytest.mark.parametrize(("end", "before"), [("ABORTED", "ABORTING"), ("TIMED-OUT", "TIMING-OUT")])
def test_runs_that_take_their_time_to_end(sandbox: Sandbox, client: ApifyClient, end: str, before: str) -> None:
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "ends_slowly", end=end, seconds=0.6)
    run = start(client)
    time.sleep(QUICK.ready + QUICK.running + 0.1)
    status, answer, _ = call(sandbox, "GET", f"/v2/actor-runs/{run.id}")
    assert (status, answer["data"]["status"], answer["data"]["finishedAt"]) == (200, before, None)
    ended = client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=5))
    assert ended is not None
    assert ended.status == end
    assert client.dataset(run.default_dataset_id).list_items().total == len(
        sandbox.renderer.items("harvestapi_profile")
    ) // 2


def test_a_status_that_nobody_has_heard_of(sandbox: Sandbox, client: ApifyClient) -> None:
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "unknown_status", seconds=0.5)
    run = start(client)
    time.sleep(QUICK.ready + QUICK.running + 0.05)
    found = client.run(run.id).get()
    assert found is not None
    assert found.status == "HIBERNATING"
    time.sleep(0.6)
    assert client.run(run.id).get().status == "SUCCEEDED"  # type: ignore[union-attr]


def test_a_profile_that_was_closed_is_not_found_from_the_second_night_on(
    sandbox: Sandbox, client: ApifyClient
) -> None:
    sandbox.world.night(2)
    gone = next(p for p in sandbox.world.people if p.profile_gone_on(2))
    fusion = "dev_fusion/Linkedin-Profile-Scraper"
    url = f"https://www.linkedin.com/in/{gone.slug}"
    assert rows_of(client, [gone.slug])[0]["publicIdentifier"] == gone.slug
    assert rows_of(client, [url], fusion, "profileUrls")[0]["publicIdentifier"] == gone.slug
    sandbox.set_night(2)
    (row,) = rows_of(client, [url])
    assert (row["status"], row["element"], row["originalQuery"]) == (404, None, {"query": url})
    assert rows_of(client, [url], fusion, "profileUrls") == [
        {"linkedinUrl": url, "error": "Profile not found or is private"}
    ]
    assert gone.slug not in {row.get("publicIdentifier") for row in rows_of(client, ["all"])}
    assert sandbox.ledger()["apify"]["runs"] == 5


def test_an_expired_dataset_and_faults_over_http(sandbox: Sandbox, client: ApifyClient) -> None:
    run = start(client)
    order = {"pattern": "GET /v2/datasets/*/items", "kind": "expired_dataset"}
    assert call(sandbox, "POST", "/sandbox/faults", order)[0] == 201
    with pytest.raises(ApifyApiError) as error:
        client.dataset(run.default_dataset_id).list_items()
    assert (error.value.status_code, error.value.type) == (404, "record-not-found")
    _, listing, _ = call(sandbox, "GET", "/sandbox/faults")
    assert listing[0]["struck"] == 1
    assert call(sandbox, "POST", "/sandbox/faults", {"pattern": "/x", "kind": "nonsense"})[0] == 400
    _, ledger, _ = call(sandbox, "GET", "/sandbox/ledger")
    assert ledger["apify"]["runs"] == 1
