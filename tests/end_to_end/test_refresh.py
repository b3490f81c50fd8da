"""The refresh loop from plan to close: who is asked, what is paid, and what becomes of each job."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from outreach_pipeline.stages.refresh_due import plan_refresh, requested_waves
from outreach_pipeline.stages.refresh_run import start_refresh
from tests.end_to_end.paid_world import Admin, one, run_rows
from tests.end_to_end.refresh_world import LOOK, answer, jobs, known, linkedin, log, profile, states, wave, world


def test_a_wave_from_plan_to_close(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        work = world(tmp_path, database_url, url, [known(n) for n in range(6)])
        planned, started, report = wave(work)
        assert (planned.jobs, planned.reasons) == (6, {"cadence": 6})
        assert (report.state, report.unchanged + report.changed, report.missing) == ("closed", 6, 0), report
        [run] = service.runs.all()
        assert run.cap == Decimal("0.02405") == run_rows(admin)[0]["reserved_usd"]
        assert run.id == started.run_id == jobs(admin)[0]["apify_run_id"]
        assert {job["status"] for job in jobs(admin)} == {"completed"}
        assert one(admin, "select count(*) from public.actor_usage_log where data_items = 6") == 1
        assert one(admin, "select state from public.refresh_wave") == "closed"
        assert log(admin) == []
        assert plan_refresh(work, day=LOOK).verdict == "nobody"
        assert requested_waves(work) == []


def test_a_change_is_followed_and_a_wave_is_started_once(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: answer(given, {2: "Head of Sales"})
        work = world(tmp_path, database_url, url, [known(n) for n in range(3)])
        planned, _, report = wave(work)
        assert (report.changed, report.unchanged) == (1, 2), report
        assert planned.wave_id is not None
        assert start_refresh(work, planned.wave_id).state == "closed"
        assert len(service.runs.all()) == 1
        assert states(admin) == {("completed", "unchanged", 1): 2, ("completed", "changed", 1): 1}
        assert one(admin, "select person_unique_id is null from marketing.company_slot as s "
                          "inner join marketing.company_master as c using (company_unique_id) "
                          "where c.domain = 'firm2.example' and s.slot_type = 'CEO'")  # fmt: skip


@pytest.mark.parametrize("employer", ["Self-employed", "Retired"])
def test_who_works_for_themselves_now_has_left(tmp_path: Path, database_url: str, admin: Admin, employer: str) -> None:
    """What they call their employer is no company, so their row is refused; it is the answer all the same."""
    post = {
        "position": "CEO", "companyName": "Firm 0", "companyUniversalName": "firm-0",
        "startDate": {"year": 2020}, "endDate": {"text": "Nov 2026", "year": 2026},
    }  # fmt: skip
    gone = profile(0, experience=[post], currentPosition=[{"companyName": employer}])
    with linkedin() as (service, url):
        service.items_of = lambda kind, given: [json.dumps(gone).encode()]
        work = world(tmp_path, database_url, url, [known(0)])
        _, _, report = wave(work)
    assert (report.changed, report.rejected) == (1, 0), report
    assert one(admin, "select intelligence_type from marketing.people_intelligence") == "left_company"
    assert one(admin, "select count(*) from marketing.company_slot where is_filled") == 0
    assert states(admin) == {("completed", "changed", 1): 1}
