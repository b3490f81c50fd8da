"""The answers of the sandbox's Apify are as Apify's OpenAPI document says.

The document is not part of this project; it is looked for beside it (OUTREACH_APIFY_OPENAPI, ../shared).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.sandbox.server import Sandbox
from tests.end_to_end.apify_world import ALL, QUICK, call


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
