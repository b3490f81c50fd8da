"""Orders and raw calls for a sandbox whose runs end at once (`conftest.sandbox`).

Belongs here: calls that several test files of the sandbox's Apify share. Does not belong here: expectations.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from decimal import Decimal
from typing import Any

from apify_client import ApifyClient

from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.server import APIFY_TOKEN, Sandbox

ACTOR = "harvestapi/linkedin-profile-scraper"
ALL = {"queries": ["all"], "profileScraperMode": "Profile details no email ($4 per 1k)"}
CAP = Decimal(50)
QUICK = Timing(ready=0.03, running=0.15, settle=0.3)


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


def start(client: ApifyClient) -> Any:
    return client.actor(ACTOR).start(run_input=ALL, max_total_charge_usd=CAP)
