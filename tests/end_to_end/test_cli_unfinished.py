"""`outreach status` after a night in which sources stopped: one line each, real HTTP, and the way on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import CommandLine
from paid_world import RUNS, apify, apollo

from outreach_pipeline.orchestration import failures

DAY = date(2026, 11, 20)
SOURCES = """
[sources.searched]
kind = "apollo"
shape = "apollo_people_search"
endpoint = "mixed_people/api_search"
query = {}
max_credits = 0
nightly = true

[sources.leads]
kind = "apify"
shape = "leads_finder"
actor = "code_crafter/leads-finder"
input = { fetch_count = 10 }
max_total_charge_usd = 1.0
nightly = true

[sources.lost]
kind = "files"
shape = "company_list_csv"
path = "nowhere/{day}.csv"
nightly = true

[sources.fine]
kind = "files"
shape = "company_list_csv"
path = "companies.csv"
nightly = true
"""


@pytest.fixture
def night(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Four sources; the servers are set by the test."""
    monkeypatch.setattr(failures, "FIRST_WAIT_SECONDS", 0.0)
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    monkeypatch.setenv("OUTREACH_FIRST_DAY", "2026-11-01")
    cli.companies(("Acme Pumps", "www.acmepumps.com", "Ada Lovelace", "ACME", "Pumps", "Springfield", "IL", "1200"))
    return cli


def test_every_batch_that_stopped_has_one_line_and_goes_on_as_it_says(
    night: CommandLine, monkeypatch: pytest.MonkeyPatch, admin: Any
) -> None:
    with apify() as (service, url), apollo() as sandbox:
        for name, value in {
            "APIFY_URL": url, "APIFY_TOKEN": service.token, "APIFY_USD_PER_DAY": "0.5",
            "APOLLO_URL": sandbox.apollo_url, "APOLLO_API_KEY": sandbox.apollo_key,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"OUTREACH_{name}", value)
        sandbox.apollo.faults.add("POST /mixed_people/api_search", "status_429", window="day")
        assert night("run", "--day", str(DAY)).code == 1
        found = {one["source"]: one for one in night.fine("status", "--json").json["unfinished"]}
        assert set(found) == {"searched", "leads", "lost"}
        midnight = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
        for source in ("searched", "leads"):
            assert datetime.fromisoformat(found[source]["goes_on_at"]) == midnight
        assert found["lost"]["goes_on_at"] is None
        monkeypatch.setenv("COLUMNS", "400")
        lines = [line.split("  ")[0] for line in night.fine("status").out.splitlines() if " by itself" in line]
        assert [line.strip() for line in lines] == ["leads", "lost", "searched"]
        assert service.calls().get(f"POST {RUNS}", 0) == 0, "the cap refused before anything was sent"

        monkeypatch.setenv("OUTREACH_APIFY_USD_PER_DAY", "5")
        night("run", "--day", str(DAY))
        left = night.fine("status", "--json").json["unfinished"]
        assert [one["source"] for one in left] == ["lost"]
        assert admin.execute("select count(*) as n from public.actor_runs").fetchone()["n"] == 1


def test_a_paid_pull_that_gave_only_a_part_says_so_everywhere(
    night: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with apify() as (service, url):
        monkeypatch.setenv("OUTREACH_APIFY_URL", url)
        monkeypatch.setenv("OUTREACH_APIFY_TOKEN", service.token)
        monkeypatch.setenv("OUTREACH_APIFY_USD_PER_DAY", "5")
        service.faults.add(f"POST {RUNS}", "partial_then_fail", end="TIMED-OUT")
        ran = night.fine("run", "--day", str(DAY), "--source", "leads", "--json").json["batches"][0]
        assert (ran["state"], ran["landed"]) == ("partial", 3)
        assert "ended TIMED-OUT" in ran["message"]
        again = night.fine("run", "--day", str(DAY), "--source", "leads")
        assert "partial" in again.out
        assert "ended TIMED-OUT" in again.out
        status = night.fine("status", "--source", "leads", "--json").json["batches"][0]
        assert status["state"] == "partial"
        assert "ended TIMED-OUT" in status["note"]
        shown = night.fine("status", "--source", "leads").out
        assert "ended TIMED-OUT" in " ".join(shown.split())
        warnings = [one["detail"] for one in night("doctor", "--json").json if one["outcome"] == "warn"]
        assert [f"{DAY}|leads" in one for one in warnings].count(True) == 1


def test_a_batch_for_which_there_was_nothing_is_not_called_done(night: CommandLine) -> None:
    night.folder.joinpath("sources.toml").write_text('[sources.by_hand]\nkind = "files"\nshape = "company_list_csv"\n')
    ran = night.fine("run", "--day", str(DAY), "--source", "by_hand", "--json").json["batches"][0]
    assert ran["state"] == "empty"
