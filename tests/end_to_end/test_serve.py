"""Other programs post over HTTP: what lands, once, who is refused, and what a run webhook leads to.

Belongs here: a real uvicorn, real sockets, as `outreach serve` runs it. Does not belong here: what shapes make of items.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import uvicorn

from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.serving.server import configuration
from outreach_pipeline.serving.tokens import Tokens
from outreach_pipeline.settings import SERVE_TOKEN
from outreach_pipeline.stages.ingested import read_waiting
from outreach_pipeline.stages.receive import receive
from outreach_pipeline.stages.unfinished import TRANSIENT, Stop, note_stop, take_due
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import rows, value, workspace

Admin = psycopg.Connection[Any]
TOKEN, OTHER = "a-token-of-the-web-form", "a-token-of-the-scraper"
MOST = 40_000
ADA = {"email": "ada@quill.example", "name": "Ada Quill", "title": "CEO", "company": "Quillworks"}
SOURCES = """
[sources.scraper]
kind = "apify"
actor = "acme/leads"
shape = "leads_finder"
max_total_charge_usd = 1
[sources.other_scraper]
kind = "apify"
actor = "acme/leads"
shape = "leads_finder"
max_total_charge_usd = 1
"""


@pytest.fixture
def work(db: Database, tmp_path: Path) -> Workspace:
    """A workspace with two actors, and a source that nobody configured."""
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES, encoding="utf-8")
    return workspace(db, sources=file, serve_max_bytes=MOST, serve_body_secs=1.0)


@pytest.fixture
def served(work: Workspace) -> Iterator[tuple[str, int]]:
    """Host and port of the running server."""
    variables = {f"{SERVE_TOKEN}WEB_FORM": TOKEN, f"{SERVE_TOKEN}SCRAPER": OTHER, "HOME": "x"}
    server = uvicorn.Server(configuration(work, Tokens(variables), host="127.0.0.1", port=0))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def http(served: tuple[str, int]) -> Iterator[httpx2.Client]:
    """A client of the server that posts with the token of the web form."""
    host, port = served
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx2.Client(base_url=f"http://{host}:{port}", headers=headers, timeout=20, trust_env=False) as client:
        yield client


def post(http: httpx2.Client, body: object, **headers: str) -> httpx2.Response:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post("/ingest/web_form", content=sent, headers=headers)


def loads(admin: Admin) -> list[dict[str, Any]]:
    return rows(admin, "select load_id, raw_data, status from intake.raw_loads order by load_id")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (json.dumps(ADA).encode(), 1),
        (json.dumps([ADA, ADA | {"name": "Ben"}, 7]).encode(), 3),
        (b"\xef\xbb\xbf" + json.dumps(ADA).encode() + b"\r\n\r\n" + json.dumps({"name": "Ben"}).encode() + b"\n", 2),
    ],
    ids=["one", "array", "lines"],
)
def test_items_land_verbatim_and_the_answer_says_what_became_of_them(
    http: httpx2.Client, admin: Admin, work: Workspace, body: bytes, count: int
) -> None:
    answer = post(http, body)
    today = datetime.now(UTC).date()
    assert answer.status_code == 201
    found = loads(admin)
    assert answer.json() == {
        "batch_id": f"{today}|web_form", "items": count, "landed": count, "duplicates": 0, "failed": 0,
        "load_ids": [row["load_id"] for row in found], "reasons": [], "replayed": False,
    }  # fmt: skip
    assert found[0]["raw_data"] == ADA
    # A run is asked for like any that other programs ingest.
    assert [(one.batch.batch_id, one.loads) for one in read_waiting(work)] == [(f"{today}|ingested", count)]


def test_the_same_post_lands_once_and_a_key_means_one_body(http: httpx2.Client, admin: Admin) -> None:
    first, again = post(http, ADA), post(http, ADA)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"replayed": True}
    keyed = post(http, ADA | {"title": "CFO"}, **{"Idempotency-Key": "k-1"})
    assert post(http, ADA | {"title": "CFO"}, **{"Idempotency-Key": "k-1"}).json() == keyed.json() | {"replayed": True}
    other = post(http, ADA | {"title": "COO"}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, len(loads(admin))) == (422, 2)
    assert post(http, ADA, **{"Idempotency-Key": "a b"}).status_code == 400
    # Content that came before under another name is a duplicate, and is told as one.
    told = post(http, [ADA, {"name": "Ben"}]).json()
    assert (told["landed"], told["duplicates"], len(told["load_ids"])) == (1, 1, 2)


def test_a_key_is_known_past_midnight(work: Workspace, admin: Admin) -> None:
    evening = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    for _ in range(2):
        receive(work, "web_form", b'{"name": "Ada"}', key="k", now=evening)
    assert receive(work, "web_form", b'{"name": "Ada"}', key="k", now=evening + timedelta(hours=1)).replayed
    assert not receive(work, "web_form", b'{"name": "Ada"}', now=evening + timedelta(hours=1)).replayed


def test_the_same_post_many_times_at_once_lands_once(http: httpx2.Client, admin: Admin) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: post(http, ADA), range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len(loads(admin)) == 1


def test_many_at_once_all_land(http: httpx2.Client, admin: Admin) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: post(http, [{"name": f"n{n}"}, {"name": f"m{n}"}]), range(60)))
    assert {answer.status_code for answer in answers} == {201}
    ids = [each for answer in answers for each in answer.json()["load_ids"]]
    assert len(set(ids)) == len(ids) == len(loads(admin)) == 120


def test_a_wrong_token_learns_nothing_and_is_not_listened_to(
    served: tuple[str, int], http: httpx2.Client, admin: Admin, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [
        http.post(path, content=body, headers={"Authorization": header})
        for path, body, header in [
            ("/ingest/web_form", b"{}", "Bearer wrong"), ("/ingest/web_form", b"{}", ""), ("/ingest/web_form", b"no", "x"),
            ("/ingest/web_form", b"{}", f"Basic {TOKEN}"), ("/ingest/web_form", b"{}", f"Bearer {OTHER}"),
            ("/ingest/nobody", b"{}", f"Bearer {TOKEN}"), ("/apify/web_form", b"{}", f"Bearer {TOKEN[:-1]}"),
            ("/ingest/web%20form", b"{}", "Bearer \xe4".encode("latin-1")),
        ]
    ]  # fmt: skip
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, '{"error":"Not allowed."}')}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert loads(admin) == []
    # Before a byte of the body has come.
    assert raw(served, b"Authorization: Bearer wrong\r\nContent-Length: 1000000\r\n").startswith(b"HTTP/1.1 401")


def raw(served: tuple[str, int], headers: bytes, *parts: bytes, path: bytes = b"/ingest/web_form", end: bool = False) -> bytes:
    """What the server answers to a request written by hand; `end` hangs up after the parts."""
    with socket.create_connection(served, timeout=10) as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n")
        for part in parts:
            try:
                connection.sendall(part)
            except (ConnectionResetError, BrokenPipeError):
                break
        if end:
            return b""
        try:
            return connection.recv(65_536)
        except ConnectionResetError:
            return b"reset"


def test_a_body_that_is_too_long_is_refused_before_it_is_there(served: tuple[str, int], admin: Admin) -> None:
    allowed = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
    assert raw(served, allowed + b"Content-Length: 99999999999\r\n").startswith(b"HTTP/1.1 413")
    # Of a body that does not say how long it is, no more is taken in than is allowed.
    chunk = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
    answer = raw(served, allowed + b"Transfer-Encoding: chunked\r\n", *([chunk] * 6))
    assert answer.startswith(b"HTTP/1.1 413")
    zipped = allowed + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n"
    assert raw(served, zipped, b"x" * 9).startswith(b"HTTP/1.1 415")
    assert loads(admin) == []


def test_half_a_body_and_a_slow_one_land_nothing_and_hold_nobody_up(
    served: tuple[str, int], http: httpx2.Client, admin: Admin
) -> None:
    allowed = b"Authorization: Bearer " + TOKEN.encode() + b"\r\nContent-Length: 100\r\n"
    raw(served, allowed, b'[{"name": "A"},', end=True)
    slow: list[bytes] = []
    waiting = threading.Thread(target=lambda: slow.append(raw(served, allowed, b'[{"name": "A"},')))
    waiting.start()
    assert post(http, {"name": "Quick"}).status_code == 201
    waiting.join(10)
    assert slow[0].startswith(b"HTTP/1.1 408")
    for body in (b'[{"name": "A"}, {"na', b'{"name": "A"', b"", b"  ", b"[]", b"<html>", b"[{]"):
        assert post(http, body).status_code == 400, body
    assert [row["raw_data"] for row in loads(admin)] == [{"name": "Quick"}]


def test_what_cannot_be_kept_is_told_with_its_place_and_kept_as_a_rejection(http: httpx2.Client, admin: Admin) -> None:
    body = b'{"name": "A"}\n{"name": "B", "name": "C"}\n{"name": "D\\u0000"}\n{"name": tru}\n'
    told = post(http, body).json()
    assert (told["landed"], told["failed"], len(told["load_ids"])) == (2, 2, 4)
    assert [each["position"] for each in told["reasons"]] == [2, 4]
    assert all(each["reason"] for each in told["reasons"])
    kept = rows(admin, "select outcome, check_name from intake.validation_failed order by load_id")
    assert [tuple(row.values()) for row in kept] == [("noted", "repaired"), ("rejected", "storable_json"), ("rejected", "storable_json")]


def test_the_log_and_the_errors_carry_nobodys_data(
    http: httpx2.Client, admin: Admin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin.execute("revoke execute on function intake.f_receive(jsonb[], jsonb, text[], text[], text, text) from mcp_ingest")
    refused = post(http, ADA)
    assert (refused.status_code, refused.json()) == (500, {"error": "It could not be landed; the log says why."})
    admin.execute("grant execute on function intake.f_receive(jsonb[], jsonb, text[], text[], text, text) to mcp_ingest")
    post(http, ADA)
    post(http, b'{"name": "Ada Quill"')
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("outreach", "uvicorn")))
    assert "1 landed" in ours
    assert not any(word in ours.lower() for word in ("ada", "quill", TOKEN))


def test_health_needs_no_token_and_tells_when_the_database_is_away(
    http: httpx2.Client, admin: Admin
) -> None:
    assert http.get("/health", headers={"Authorization": ""}).json() == {"status": "ok"}
    assert http.get("/ingest/web_form").status_code == 405
    assert http.post("/elsewhere").status_code == 404


def test_every_request_of_the_page_is_answered_as_it_says(http: httpx2.Client, admin: Admin) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "callers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"<!-- http: (\d+) -->\n```http\nPOST (\S+)\n(.*?)\n\n(.*?)\n```", page, re.DOTALL)
    assert len(blocks) == 2
    for status, path, headers, body in blocks:
        given = dict(line.split(": ", 1) for line in headers.replace("Bearer TOKEN", f"Bearer {TOKEN}").splitlines())
        answer = http.post(path, content=body.encode(), headers=given)
        assert (answer.status_code, path) == (int(status), path)
    shown = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert set(json.loads(shown.group(1))) == set(post(http, {"name": "Ben"}).json())


def event(run_id: object, kind: str = "ACTOR.RUN.SUCCEEDED") -> dict[str, Any]:
    """What Apify posts by default; the resource says more than it should be believed."""
    return {
        "userId": "u", "createdAt": "2026-11-28T10:00:00.000Z", "eventType": kind,
        "eventData": {"actorId": "a", "actorRunId": run_id},
        "resource": {"id": run_id, "status": "SUCCEEDED", "defaultDatasetId": "poisoned", "usageTotalUsd": 99},
    }  # fmt: skip


def test_a_run_that_ended_brings_its_batch_forward_and_nothing_else(
    http: httpx2.Client, work: Workspace, admin: Admin
) -> None:
    http.headers["Authorization"] = f"Bearer {OTHER}"
    now, batch = datetime.now(UTC), Batch(datetime.now(UTC).date(), "scraper")
    for source, run_id in (("scraper", "RunOfTheScraper1"), ("other_scraper", "RunOfTheOther001")):
        admin.execute(
            "insert into public.actor_runs (batch_id, source, actor, tag, state, run_id, intent_at, reserved_at, reserved_usd)"
            " values (%s, %s, 'acme/leads', %s, 'started', %s, now(), now(), 1)",
            (f"{batch.day}|{source}", source, run_id, run_id),
        )
        note_stop(work, Batch(batch.day, source), Stop("run-1", TRANSIENT, "It still goes."), now=now)
    before = rows(admin, "select * from public.actor_runs order by 1")

    def told(body: object) -> tuple[int, str]:
        answer = http.post("/apify/scraper", json=body)
        return answer.status_code, answer.json().get("state", "")

    assert told(event("RunOfTheScraper1", "ACTOR.RUN.CREATED")) == (200, "nothing")
    # The run of another source, of nobody, of no form.
    for run_id in ("RunOfTheOther001", "NobodysRun000001", "../../etc/passwd", ""):
        assert told(event(run_id)) == (200, "nothing")
    assert take_due(work, 10) == []
    assert told(event("RunOfTheScraper1", "ACTOR.RUN.TIMED_OUT")) == (202, "soon")
    assert told(event("RunOfTheScraper1")) == (200, "nothing")
    assert [due.batch.batch_id for due in take_due(work, 10)] == [batch.batch_id]
    assert told(event("RunOfTheScraper1")) == (200, "nothing")
    assert take_due(work, 10) == []
    for body in ([], {}, {"eventType": 7}, event(["x"]), {"eventType": "ACTOR.RUN.SUCCEEDED", "eventData": "x"}):
        assert told(body)[0] == 400
    assert rows(admin, "select * from public.actor_runs order by 1") == before
    assert loads(admin) == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "No source has a token"),
        ({"OUTREACH_SERVE_TOKEN_WEB_FORM": ""}, "No source has a token"),
        ({"OUTREACH_SERVE_TOKEN_WEB_FORM": "short"}, "fewer than 16"),
        ({f"{SERVE_TOKEN}1": TOKEN}, "names no source"),
    ],
)
def test_no_server_without_tokens_that_protect(variables: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        Tokens(variables)
    assert TOKEN not in str(refused.value)


def test_the_command_serves_until_it_is_stopped(database_url: str, admin: Admin, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ours = {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_SERVE_TOKEN_WEB_FORM": TOKEN, "OUTREACH_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "from outreach_pipeline.cli.main import run; run()", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env={**os.environ, **ours}, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                if httpx2.get(f"{address}/health", trust_env=False).status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.1)
        busy = subprocess.run(command, env={**os.environ, **ours}, cwd=tmp_path, check=False, capture_output=True, text=True)
        assert (busy.returncode, "cannot listen" in busy.stderr) == (2, True)
        answer = httpx2.post(
            f"{address}/ingest/web_form", json=ADA, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        )
        assert answer.status_code == 201
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "1 landed" in err
    assert "Traceback" not in err
    assert value(admin, "select count(*) from intake.raw_loads") == 1
