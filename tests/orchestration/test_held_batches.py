"""Batches that changed their nature: held before promotion, with the column and the check named, until
accepted.
"""

from __future__ import annotations

import pytest
from batches import ACCEPT, MONDAY, TUESDAY, Batches, Rows, checks_of, lead, leads, materialized, problem_text

from outreach_pipeline.errors import RejectedDataError
from outreach_pipeline.orchestration.specs import FORMED_IN_BATCH
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.workspace import Batch

CHECK_NAMES = {"reject_share", "column_shares", "unseen_keys", "missing_keys", "unmet_paths", *FORMED_IN_BATCH.values()}
PROMOTED = "select count(*) as n from marketing.people_master where source_system is not null"


def _nothing_promoted(rows: Rows) -> bool:
    """Monday's 25 are there and nothing of Tuesday."""
    return rows(PROMOTED)[0]["n"] == 25 and not rows(
        "select from intake.raw_loads where batch_id like '2026-11-17%%' and status = 'promoted'"
    )


@pytest.fixture
def monday(batches: Batches) -> Batches:
    """A source with a past: one good batch, released."""
    batches.write(MONDAY, leads(25))
    result = batches.run(MONDAY)
    assert result.success
    assert {name for name, found in checks_of(result).items() if found.passed} == CHECK_NAMES
    return batches


def test_more_rejects_than_allowed_hold_a_batch_and_name_the_column(monday: Batches, rows: Rows) -> None:
    nobody = {
        "full_name": None,
        "first_name": None,
        "last_name": None,
        "linkedin": None,
        "company_name": None,
    }
    nobody |= {"company_domain": None, "company_website": None, "email": "n/a"}
    monday.write(TUESDAY, [*leads(5), *[lead(n, **nobody, city=f"C{n}") for n in range(100, 125)]])
    result = monday.run(TUESDAY)
    assert not result.success
    found = checks_of(result)["reject_share"]
    assert not found.passed
    assert "sources.toml allows 50 % for leads" in (found.description or "")
    assert "(item)" in (found.description or "") or "column" in (found.description or "")
    assert _nothing_promoted(rows)


def test_a_column_that_is_suddenly_lost_holds_a_batch_and_is_named(monday: Batches, rows: Rows) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    result = monday.run(TUESDAY)
    found = checks_of(result)["column_shares"]
    assert not result.success
    assert not found.passed
    assert "column email fails check" in (found.description or "").lower()
    assert "100 % of the loads, usually 0 %" in (found.description or "")
    assert found.metadata["batch"].value == "2026-11-17|leads"
    assert "is held" in problem_text(result)
    assert "email" in problem_text(result)
    assert _nothing_promoted(rows)
    assert "vault.contacts" not in materialized(result)


def test_keys_never_seen_hold_a_batch_and_are_named(monday: Batches, rows: Rows) -> None:
    monday.write(TUESDAY, [lead(n, companyDomain="x.com", jobTitle="CEO") for n in range(30, 60)])
    found = checks_of(monday.run(TUESDAY))["unseen_keys"]
    assert not found.passed
    assert "30 of 30 items (100 %) carry keys never seen before: companyDomain, jobTitle" in (
        found.description or ""
    )
    assert _nothing_promoted(rows)


def test_keys_that_went_away_hold_a_batch_and_are_named(monday: Batches, rows: Rows) -> None:
    monday.write(TUESDAY, [lead(n, email=None, job_title=None) for n in range(30, 60)])
    found = checks_of(monday.run(TUESDAY))["missing_keys"]
    assert not found.passed
    assert (
        "key email, which the shape expects, is missing in 100 % of the items"
        in (found.description or "").lower()
    )
    assert "key job_title, which 100 % of the items used to have, is gone" in (found.description or "")
    assert _nothing_promoted(rows)


def test_a_first_batch_is_held_for_expected_keys_but_not_compared(batches: Batches) -> None:
    batches.write(MONDAY, [lead(n, company_name=None, brand_new="x") for n in range(25)])
    found = checks_of(batches.run(MONDAY))
    assert not found["missing_keys"].passed
    assert found["unseen_keys"].passed
    assert "No earlier batch" in (found["unseen_keys"].description or "")


def test_below_twenty_loads_a_share_says_nothing(monday: Batches) -> None:
    monday.write(TUESDAY, [lead(n, email=None, other_key="x") for n in range(30, 49)])
    result = monday.run(TUESDAY)
    assert result.success
    found = {name: one for name, one in checks_of(result).items() if name not in FORMED_IN_BATCH.values()}
    assert all("below 20 loads" in (one.description or "") for one in found.values())


def test_keys_that_the_shape_knows_are_no_surprise(monday: Batches) -> None:
    monday.write(TUESDAY, [lead(n, state="MA", company_phone="+1 617 555 0100") for n in range(30, 60)])
    assert monday.run(TUESDAY).success


def test_a_held_batch_is_refused_alone_too_by_the_stage_and_by_the_database(
    monday: Batches, rows: Rows
) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    monday.run(TUESDAY)
    alone = monday.run(TUESDAY, only=["marketing.people_master"])
    assert not alone.success
    assert "2026-11-17|leads is held" in problem_text(alone)
    with pytest.raises(RejectedDataError, match="email"):
        promote_batch(monday.workspace, Batch(TUESDAY, "leads"))
    with pytest.raises(Exception, match="is held by its checks"):
        rows("select intake.f_release_batch('2026-11-17|leads')")
    assert _nothing_promoted(rows)


def test_an_accepted_batch_is_promoted_and_stays_accepted(monday: Batches, rows: Rows) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    monday.run(TUESDAY)
    accepted = monday.run(TUESDAY, config=ACCEPT)
    assert accepted.success
    found = checks_of(accepted)["column_shares"]
    assert not found.passed
    assert "Accepted by an operator" in (found.description or "")
    assert rows(PROMOTED)[0]["n"] == 55
    before = rows("select check_results, updated_at from intake.batch order by batch_id")
    assert monday.run(TUESDAY).success
    assert rows("select check_results, updated_at from intake.batch order by batch_id") == before


def test_promotion_alone_can_accept(monday: Batches, rows: Rows) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    monday.run(TUESDAY)
    alone = monday.run(
        TUESDAY, only=["marketing.people_master"], config={"promote": {"config": {"accept_checks": True}}}
    )
    assert alone.success
    stored = rows("select check_results from intake.batch where batch_id = '2026-11-17|leads'")[0][
        "check_results"
    ]
    assert stored["held"] is False
    assert stored["accepted_checks"] == ["column_shares"]


def test_an_acceptance_covers_the_checks_it_was_given_for_only(monday: Batches) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    monday.run(TUESDAY, config=ACCEPT)
    monday.write(TUESDAY, [lead(n, email="not an address", nobody_knows_this="x") for n in range(30, 90)])
    again = monday.run(TUESDAY, config={"land": {"config": {"refetch": True}}})
    assert not again.success
    assert not checks_of(again)["unseen_keys"].passed


def test_another_source_is_not_held(monday: Batches) -> None:
    monday.write(TUESDAY, [lead(n, email="not an address") for n in range(30, 60)])
    monday.write(TUESDAY, [lead(n) for n in range(60, 90)], folder="more")
    assert not monday.run(TUESDAY).success
    assert monday.run(TUESDAY, "more_leads").success
