"""The sandbox's Apify: accepted by the real client's own models, and by Apify's OpenAPI document.

The document is not part of this project; it is looked for beside it (OUTREACH_APIFY_OPENAPI, ../shared).
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError, InvalidRequestError, UnauthorizedError

from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.server import APIFY_TOKEN, Sandbox

ACTOR = "harvestapi/linkedin-profile-scraper"
ALL = {"queries": ["all"], "profileScraperMode": "Profile details no email ($4 per 1k)"}
CAP = Decimal(50)
QUICK = Timing(ready=0.03, running=0.15, settle=0.3)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(companies=40, timing=QUICK) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> ApifyClient:
    return ApifyClient(sandbox.apify_token, api_url=sandbox.apify_url, max_retries=0)


def call(
    sandbox: Sandbox, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """A raw call with the token: status, JSON (or bytes), headers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sandbox.apify_url + path, data=data, method=method)
    for name, value in {"authorization": f"Bearer {APIFY_TOKEN}", **headers}.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, raw, got = answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        status, raw, got = error.code, error.read(), dict(error.headers)
    try:
        return status, json.loads(raw), got
    except ValueError:
        return status, raw, got


# ------------------------------------------------------------------ the real client
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


# ------------------------------------------------------------------ faults
def start(client: ApifyClient) -> Any:
    return client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=CAP)


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


# ------------------------------------------------------------------ contract
def _document() -> dict[str, Any] | None:
    here = Path(__file__).resolve()
    named = os.environ.get("OUTREACH_APIFY_OPENAPI")
    if named and not Path(named).is_file():
        pytest.fail(f"OUTREACH_APIFY_OPENAPI names {named}, which is no file.")
    places = [Path(named)] if named else [folder / "shared" / "apify-openapi.json" for folder in here.parents]
    for place in places:
        if place.is_file():
            loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
            return loaded
    return None


def test_the_document_that_a_variable_names_reaches_the_tests(tmp_path: Path) -> None:
    """Settings are taken out of the environment of the tests; this one is for them."""
    file = tmp_path / "openapi.json"
    file.write_text("{}")
    said = "import os, tests.conftest; print(os.environ.get('OUTREACH_APIFY_OPENAPI'), os.environ.get('OUTREACH_HOME'))"
    ran = subprocess.run(
        [sys.executable, "-c", said], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        env={**os.environ, "OUTREACH_APIFY_OPENAPI": str(file), "OUTREACH_HOME": "own"},
    )  # fmt: skip
    assert ran.stdout.split() == [str(file), "None"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found = _document()
    if found is None:
        pytest.skip("Apify's OpenAPI document is not beside the project (set OUTREACH_APIFY_OPENAPI)")
    return found


def _schema_of(document: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any] | None:
    responses = document["paths"][path][method]["responses"]
    response = responses[str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content", {}).get("application/json")
    return content["schema"] if content else None


def _problems(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    from jsonschema import Draft202012Validator

    whole = {"components": document["components"], **schema}
    return [
        f"{list(e.absolute_path)}: {e.message[:200]}" for e in Draft202012Validator(whole).iter_errors(value)
    ]


def test_every_answer_is_as_the_document_says(sandbox: Sandbox, document: dict[str, Any]) -> None:
    pytest.importorskip("jsonschema")
    actor = "harvestapi~linkedin-profile-scraper"
    _, started, _ = call(sandbox, "POST", f"/v2/actors/{actor}/runs?maxTotalChargeUsd=50", ALL)
    run = started["data"]
    _, ended, _ = call(sandbox, "GET", f"/v2/actor-runs/{run['id']}?waitForFinish=5")
    assert ended["data"]["status"] == "SUCCEEDED"
    sandbox.apify.faults.add("POST /v2/actors/*/runs", "ends_slowly", end="ABORTED", seconds=30)
    _, slow, _ = call(sandbox, "POST", f"/v2/actors/{actor}/runs?maxTotalChargeUsd=50", ALL)
    time.sleep(QUICK.ready + QUICK.running)
    rid, dataset, store = run["id"], run["defaultDatasetId"], run["defaultKeyValueStoreId"]
    asked = [
        ("/v2/actors/{actorId}", "GET", f"/v2/actors/{actor}", None, 200),
        ("/v2/actors/{actorId}", "GET", "/v2/actors/no~such", None, 404),
        ("/v2/actors/{actorId}/runs", "POST", f"/v2/actors/{actor}/runs", ALL, 201),
        ("/v2/actors/{actorId}/runs", "POST", f"/v2/actors/{actor}/runs", {}, 400),
        ("/v2/actors/{actorId}/runs", "POST", f"/v2/actors/{actor}/runs?maxTotalChargeUsd=0.001", ALL, 400),
        ("/v2/actors/{actorId}/runs", "GET", f"/v2/actors/{actor}/runs", None, 200),
        ("/v2/actors/{actorId}/runs/last", "GET", f"/v2/actors/{actor}/runs/last", None, 200),
        ("/v2/actor-runs", "GET", "/v2/actor-runs?desc=1&limit=2", None, 200),
        ("/v2/actor-runs/{runId}", "GET", f"/v2/actor-runs/{rid}", None, 200),
        ("/v2/actor-runs/{runId}", "GET", f"/v2/actor-runs/{slow['data']['id']}", None, 200),
        ("/v2/actor-runs/{runId}", "GET", "/v2/actor-runs/nothing", None, 404),
        ("/v2/actor-runs/{runId}/abort", "POST", f"/v2/actor-runs/{rid}/abort", None, 200),
        ("/v2/actor-runs/{runId}/dataset", "GET", f"/v2/actor-runs/{rid}/dataset", None, 200),
        (
            "/v2/actor-runs/{runId}/dataset/items",
            "GET",
            f"/v2/actor-runs/{rid}/dataset/items?limit=5",
            None,
            200,
        ),
        ("/v2/datasets/{datasetId}", "GET", f"/v2/datasets/{dataset}", None, 200),
        ("/v2/datasets/{datasetId}/items", "GET", f"/v2/datasets/{dataset}/items?limit=5", None, 200),
        ("/v2/datasets/{datasetId}/items", "GET", "/v2/datasets/nothing/items", None, 404),
        ("/v2/key-value-stores/{storeId}", "GET", f"/v2/key-value-stores/{store}", None, 200),
        ("/v2/users/me/limits", "GET", "/v2/users/me/limits", None, 200),
        ("/v2/users/me/usage/monthly", "GET", "/v2/users/me/usage/monthly", None, 200),
    ]
    wrong: list[str] = []
    for template, method, path, body, expected in asked:
        status, answer, headers = call(sandbox, method, path, body)
        assert status == expected, (method, path, status)
        schema = _schema_of(document, template, method.lower(), status)
        if schema is not None:
            wrong += [f"{method} {path}: {problem}" for problem in _problems(document, schema, answer)]
        if path.partition("?")[0].endswith("/items") and status == 200:
            names = document["paths"]["/v2/datasets/{datasetId}/items"]["get"]["responses"]["200"]["headers"]
            assert {n.lower() for n in names} <= {n.lower() for n in headers}
            assert "x-apify-pagination-desc" in {n.lower() for n in headers}
    assert wrong == []


@pytest.mark.parametrize("status", [401, 402, 403, 404, 408, 429])
def test_errors_are_as_the_document_says(sandbox: Sandbox, document: dict[str, Any], status: int) -> None:
    pytest.importorskip("jsonschema")
    sandbox.apify.faults.add("POST /v2/actors/*/runs", f"status_{status}")
    got, answer, _ = call(sandbox, "POST", "/v2/actors/harvestapi~linkedin-profile-scraper/runs", ALL)
    assert got == status
    schema = _schema_of(document, "/v2/actors/{actorId}/runs", "post", status)
    assert schema is not None
    assert _problems(document, schema, answer) == []
