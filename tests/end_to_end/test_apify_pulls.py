"""Around a pull from Apify: caps and secrets, the doctor, several processes, long lists, forgotten runs, large rows."""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paid_world import (
    ACTOR,
    BATCH,
    DAY,
    ITEMS,
    RUNS,
    SOURCE,
    TOKEN,
    Admin,
    apify,
    landed,
    one,
    run_rows,
    serve,
    workspace,
)

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    PermanentError,
    TransientError,
)
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.sandbox.http import Answer
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.money import spent_on
from outreach_pipeline.stages.pull_apify import allow_another_run, check_apify, settle_bills

ALL = [f"ada{n}@firm{n}.example" for n in range(7)]


def test_a_cap_is_kept_and_says_what_is_left(tmp_path: Path, database_url: str, admin: Admin) -> None:
    from outreach_pipeline.stages.workspace import Batch

    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, apify_usd_per_day=4)
        land_batch(there, BATCH)
        with pytest.raises(BudgetError, match=r"2\.5 US dollars would pass the cap of 4 per day"):
            land_batch(there, Batch(DAY + timedelta(days=1), "leads"))
        assert len(service.runs.all()) == len(run_rows(admin)) == 1
        settle_bills(there, after_secs=0)
        land_batch(there, Batch(DAY + timedelta(days=1), "leads"))
        assert len(service.runs.all()) == 2


def test_the_token_is_nowhere_to_be_read(tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        service.faults.add(f"GET {ITEMS}", "status_500", times=2)
        land_batch(there, BATCH)
        assert TOKEN not in caplog.text
        assert TOKEN not in repr(there.settings)
        there = workspace(tmp_path, database_url, url, apify_token="wrong-secret")
        with pytest.raises(ConfigurationError) as caught:
            land_batch(there, BATCH, refetch=True)
        assert "wrong-secret" not in str(caught.value)


def test_the_doctor_asks_and_spends_nothing(tmp_path: Path, database_url: str) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, SOURCE + SOURCE.replace("leads]", "gone]").replace(ACTOR, "a/b"))
        found = check_apify(there)
        assert [status for status, _, _ in found if "NO_PROXY" not in _].count("problem") == 1
        assert any("There is no actor a/b" in said for _, said, _ in found)
        assert any("25.00 US dollars for Apify this day" in said for _, said, _ in found)
        assert not service.runs.all()
        no_token = check_apify(workspace(tmp_path, database_url, url, apify_token=None))
        assert no_token[0][0] == "problem"
        wrong = check_apify(workspace(tmp_path, database_url, url, apify_token="x"))
        assert "OUTREACH_APIFY_TOKEN" in wrong[0][2]
    nobody = check_apify(workspace(tmp_path, database_url, "http://127.0.0.1:9"))
    assert nobody[0][0] == "problem"


def test_a_proxy_is_not_asked_for_a_server_of_this_machine(
    tmp_path: Path, database_url: str, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """apify-client's transport honours HTTP_PROXY even for 127.0.0.1; nobody listens on port 9."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.setenv("no_proxy", "")
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        assert land_batch(there, BATCH).items == 7
        assert os.environ["NO_PROXY"].split(",")[0] == "intranet.example"
        assert any("reached directly" in said for _, said, _ in check_apify(there))


def test_a_batch_is_paid_again_only_when_somebody_says_so(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        assert not allow_another_run(there, BATCH)
        service.faults.add(f"POST {RUNS}", "refusal")
        with pytest.raises(PermanentError):
            land_batch(there, BATCH)
        assert allow_another_run(there, BATCH)
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 2
        first, second = run_rows(admin)
        assert (first["purpose"], second["purpose"]) == (f"pull before {first['actor_run_id']}", "pull")
        settle_bills(there, after_secs=0)
        cost = spent_on(there.database, BATCH)
        assert (cost.usd, cost.credits, cost.is_final) == (service.charged_usd, 0, True)


def test_a_second_process_waits_for_the_first_to_land_its_page(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Two pulls of one batch at once: one run, every item once, and the loser says what happened."""
    with apify(timing=Timing(ready=0.01, running=0.3, settle=0.0)) as (service, url):
        there = [workspace(tmp_path, database_url, url) for _ in range(4)]

        def land(one_of_them: Any) -> str:
            try:
                return land_batch(one_of_them, BATCH).verdict
            except OutreachError as error:
                return type(error).__name__

        with ThreadPoolExecutor(4) as pool:
            ends = sorted(pool.map(land, there))
        assert "complete" in ends or landed(admin) != ALL
        land_batch(there[0], BATCH)
        assert landed(admin) == ALL
        assert len(service.runs.all()) == 1
        assert set(ends) <= {"complete", "TransientError"}


def test_long_lists_of_runs_are_read_to_their_end() -> None:
    from pydantic import SecretStr

    from outreach_pipeline.sandbox.apify.actors import find_actor
    from outreach_pipeline.sources.apify_api import ApifyApi

    kind = find_actor(ACTOR)
    assert kind is not None
    begun = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    with apify() as (service, url):
        for minute in range(230):
            service.add_run(kind, b"{}", [], started_at=begun + timedelta(minutes=minute))
        api = ApifyApi(SecretStr(TOKEN), url)
        found = [
            run.run_id for run in api.runs_of(ACTOR, begun + timedelta(minutes=10), begun + timedelta(minutes=219))
        ]
        assert found == [run.id for run in service.runs.all()[10:220]]
        assert TOKEN not in repr(api)


def test_a_run_that_nobody_came_back_for_is_billed_all_the_same(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url, SOURCE.replace("wait_secs = 10", "wait_secs = 0"))
        service.faults.add(f"POST {RUNS}", "never_ends")
        with pytest.raises(TransientError):
            land_batch(there, BATCH)
        assert settle_bills(there, after_secs=0) == 0
        (run,) = service.runs.all()
        while run.available < 3:  # half of its rows is all that it ever writes
            time.sleep(0.01)
        run.abort()
        assert settle_bills(there, after_secs=600) == 0
        assert settle_bills(there, after_secs=0) == 1
        assert spent_on(there.database, BATCH).usd == service.charged_usd
        assert one(admin, "select status from public.actor_usage_log") == "ABORTED"
        report = land_batch(there, BATCH)
        assert (report.items, report.verdict) == (run.available, "partial")
        service.runs._runs.clear()  # Apify forgets runs after their retention
        admin.execute("update public.actor_runs set settled_at = null")
        assert settle_bills(there, after_secs=0) == 1
        assert spent_on(there.database, BATCH).is_final


def test_pages_of_large_rows_stay_small(tmp_path: Path, database_url: str) -> None:
    """Sixty rows of half a megabyte: no page holds more than its twenty first, or eight megabytes."""
    rows = [b'{"n": %d, "text": "%s"}' % (n, b"x" * 500_000) for n in range(60)]
    with apify(rows=rows) as (service, url):
        sizes, whole = [], service._items

        def measured(request: Any, found: Any) -> Answer:
            answer = whole(request, found)
            sizes.append(len(answer.body))
            return answer

        serve(service, "GET", "/v2/datasets/{run}/items", measured)
        report = land_batch(workspace(tmp_path, database_url, url, page_items=1000), BATCH)
        assert report.items == 60
        assert max(sizes) < 10_100_000
        assert sum(sizes) < 60 * 500_100 + 1_000
