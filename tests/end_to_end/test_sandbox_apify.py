"""The sandbox's Apify, operation by operation: accepted by the real client's own models."""

from __future__ import annotations

import gzip
import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError, InvalidRequestError, UnauthorizedError

from outreach_pipeline.sandbox.server import APIFY_TOKEN, Sandbox
from tests.end_to_end.apify_world import ACTOR, ALL, CAP, QUICK, call


def test_a_run_from_start_to_settled_bill(sandbox: Sandbox, client: ApifyClient) -> None:
    run = client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=CAP)
    assert run.status in ("READY", "RUNNING")
    assert run.options.max_total_charge_usd == 50
    ended = client.run(run.id).wait_for_finish(wait_duration=timedelta(seconds=5))
    assert ended is not None
    assert ended.status == "SUCCEEDED"
    items = client.dataset(run.default_dataset_id).list_items()
    assert items.total == items.count == len(sandbox.renderer.items("harvestapi_profile"))
    first = ended.usage_total_usd
    time.sleep(QUICK.settle + 0.05)
    settled = client.run(run.id).get()
    assert settled is not None
    assert first is not None
    assert settled.usage_total_usd is not None
    assert first < settled.usage_total_usd == pytest.approx(float(sandbox.paid_usd))
    found = sum("error" not in item for item in items.items)
    assert settled.charged_event_counts == {"apify-actor-start": 1, "profile": found}
    assert found < items.total  # nothing is charged for a profile that was not found
    assert sandbox.ledger()["apify"]["runs"] == 1


def test_pages_of_items_join_to_all_items(client: ApifyClient) -> None:
    run = client.actor(ACTOR).call(run_input=ALL, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    dataset = client.dataset(run.default_dataset_id)
    everything = list(dataset.iterate_items())
    pages = [dataset.list_items(offset=start, limit=50) for start in range(0, len(everything), 50)]
    assert [item for page in pages for item in page.items] == everything
    assert dataset.list_items(desc=True, limit=3).items == everything[::-1][:3]
    assert dataset.list_items(offset=10_000).count == 0
    lines = dataset.get_items_as_bytes(item_format="jsonl", limit=4).splitlines()
    assert [json.loads(line) for line in lines] == everything[:4]
    assert set(dataset.list_items(fields=["id"], limit=1, clean=True).items[0]) <= {"id"}
    found = dataset.get()
    assert found is not None
    assert found.act_run_id == run.id


def test_lists_limits_usage_records_and_actors(sandbox: Sandbox, client: ApifyClient) -> None:
    began = datetime.now(UTC)
    runs = [client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=CAP) for _ in range(3)]
    assert [r.id for r in client.runs().list(started_after=began - timedelta(seconds=1)).items] == [
        r.id for r in runs
    ]
    assert client.runs().list(started_after=began + timedelta(hours=1)).items == []
    assert [r.id for r in client.runs().list(limit=1, offset=1, desc=True).items] == [runs[1].id]
    client.run(runs[0].id).wait_for_finish(wait_duration=timedelta(seconds=5))
    time.sleep(QUICK.running)
    assert len(client.actor(ACTOR).runs().list(status=["SUCCEEDED", "FAILED"]).items) == 3
    assert client.actor("code_crafter/leads-finder").runs().list().items == []
    record = client.key_value_store(runs[0].default_key_value_store_id).get_record("INPUT")
    assert record is not None
    assert record["value"] == ALL
    assert client.key_value_store(runs[0].default_key_value_store_id).get_record("OUTPUT") is None
    limits = client.user().limits()
    assert limits is not None
    assert limits.limits.max_monthly_usage_usd == 1000
    assert limits.current.monthly_usage_usd == pytest.approx(float(sandbox.paid_usd))
    assert client.user().monthly_usage() is not None
    actor = client.actor(ACTOR).get()
    assert actor is not None
    assert actor.name == "linkedin-profile-scraper"
    assert client.actor("nobody/nothing").get() is None


def test_money_rules(sandbox: Sandbox, client: ApifyClient) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=Decimal("0.001"))
    assert refused.value.type == "max-total-charge-usd-below-minimum"
    run = client.actor(ACTOR).call(run_input=ALL, max_total_charge_usd=Decimal("0.05"), logger=None)
    assert run is not None
    assert (
        client.dataset(run.default_dataset_id).list_items().total == 12
    )  # 0.00005 + 12 * 0.004 fit, 13 do not
    assert sandbox.paid_usd == Decimal("0.04805")
    sandbox.apify.monthly_limit_usd = 0.01
    with pytest.raises(ApifyApiError) as broke:
        client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=CAP)
    assert (broke.value.status_code, broke.value.type) == (402, "not-enough-usage-to-run-paid-actor")
    assert sandbox.ledger()["apify"]["runs"] == 1


def test_bad_input_and_bad_token(sandbox: Sandbox, client: ApifyClient) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        client.actor(ACTOR).start(run_input={"queries": []}, max_total_charge_usd=CAP)
    assert refused.value.type == "invalid-input"
    with pytest.raises(UnauthorizedError):
        ApifyClient("wrong", api_url=sandbox.apify_url, max_retries=0).user().limits()
    assert sandbox.ledger()["apify"]["runs"] == 0


def test_profiles_are_looked_up_by_any_address(sandbox: Sandbox, client: ApifyClient) -> None:
    world = sandbox.world
    a, b, c = world.people[:3]
    queries = [
        f"https://de.linkedin.com/in/{a.slug}?trk=x",
        b.slug,
        c.member_id,
        "https://www.linkedin.com/in/nobody-here",
    ]
    run = client.actor(ACTOR).call(run_input={"queries": queries}, max_total_charge_usd=CAP, logger=None)
    assert run is not None
    rows = client.dataset(run.default_dataset_id).list_items().items
    assert [row.get("publicIdentifier") for row in rows] == [a.slug, b.slug, c.slug, None]
    assert rows[3]["status"] == 404
    assert [row["originalQuery"]["query"] for row in rows] == queries


def test_both_spellings_of_paths_and_a_gzipped_body(sandbox: Sandbox) -> None:
    status, answer, _ = call(sandbox, "POST", "/v2/acts/harvestapi~linkedin-profile-scraper/runs", ALL)
    assert status == 201
    request = urllib.request.Request(
        f"{sandbox.apify_url}/v2/actors/harvestapi~linkedin-profile-scraper/runs?maxTotalChargeUsd=5&waitForFinish=3",
        data=gzip.compress(json.dumps(ALL).encode()),
        headers={"authorization": f"Bearer {APIFY_TOKEN}", "content-encoding": "gzip"},
    )
    with urllib.request.urlopen(request) as reply:
        run = json.loads(reply.read())["data"]
    assert run["status"] == "SUCCEEDED"
    assert run["actId"] == answer["data"]["actId"]
    assert sandbox.ledger()["apify"]["by_actor"] == {"harvestapi~linkedin-profile-scraper": 2}


def test_a_run_of_an_outside_schedule(sandbox: Sandbox, client: ApifyClient) -> None:
    then = datetime(2026, 11, 20, 3, tzinfo=UTC)
    run = sandbox.schedule_run(ACTOR, ALL, then)
    found = client.runs().list(started_after=then, started_before=then + timedelta(hours=1)).items
    assert [r.id for r in found] == [run.id]
    assert found[0].status == "SUCCEEDED"
    assert found[0].usage_total_usd == pytest.approx(float(run.final_cost))


def test_the_night_in_force_decides_what_a_run_sees(sandbox: Sandbox, client: ApifyClient) -> None:
    mover = next(m for m in sandbox.world.night(2) if m.kind == "moved")
    slug = sandbox.world.people[mover.person].slug
    seen = []
    for night in (1, 2):
        assert call(sandbox, "POST", "/sandbox/night", {"night": night})[0] == 200
        run = client.actor(ACTOR).call(run_input={"queries": [slug]}, max_total_charge_usd=CAP, logger=None)
        assert run is not None
        row = client.dataset(run.default_dataset_id).list_items().items[0]
        seen.append(row["experience"][0]["companyId"])
    companies = sandbox.world.companies
    assert seen == [companies[mover.from_company].linkedin_id, companies[mover.to_company or 0].linkedin_id]
