"""What the policy withholds: proposals that wait, are decided by command, and are never promoted on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_world import CommandLine

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.database.errors import PermanentDatabaseError
from outreach_pipeline.stages.changes import set_policy
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.pipeline import DAY, masters, rows, value, workspace
from tests.end_to_end.refreshed import (
    PROFILES,
    follow,
    holders,
    job,
    lead,
    look,
    night,
    noted,
    outcome,
    profile,
    promote_again,
    states,
)

Admin = psycopg.Connection[Any]
STAFF = [lead(), lead("ben-marsh", "quill", "Finance Director"), lead("cara-stone", "brandt", "CEO")]
AUTUMN = (10, 2026)
# A new job at a company that is known by its name only: likely, and not certain.
NAMED_ONLY = {"companyUniversalName": None, "companyLinkedinUrl": None}
DOUBTFUL = profile(
    job("brandt", "Chief Financial Officer", AUTUMN, **NAMED_ONLY), job("quill", "CFO", (3, 2021), "Oct 2026"), email="ada@quill.example"
)
RENAMED = profile(job("quill", "CFO", (3, 2021)), lastName="Winterbourne")


@pytest.fixture
def known(db: Database, admin: Admin, tmp_path: Path) -> Admin:
    night(db, tmp_path, STAFF)
    return admin


@pytest.fixture
def proposed(db: Database, known: Admin, tmp_path: Path) -> int:
    """The id of a job change that waits."""
    jobs = look(db, known, tmp_path, [DOUBTFUL])
    report = follow(db, jobs)
    assert (report["proposed"], report["changed"], report["changes"]) == (1, 0, {"job_change": {"proposed": 1}})
    assert outcome(known, jobs[0]) == "proposed"
    found: int = value(known, "select intelligence_id from marketing.people_intelligence")
    return found


def profiles(days: int = 1) -> Batch:
    from datetime import timedelta

    return Batch(DAY + timedelta(days=days), PROFILES)


def test_a_proposal_changes_nothing_whatever_is_promoted_meanwhile(
    db: Database, known: Admin, tmp_path: Path, proposed: int
) -> None:
    before = masters(known)
    assert states(known) == {"promoted": 3, "pending": 1}
    promote_again(db, profiles())
    with db.transaction(Role.PROMOTE) as tx:
        tx.execute("select vault.f_promote_contacts(null)")
        tx.execute("select marketing.f_promote_masters(array(select load_id from intake.raw_loads))")
    assert masters(known) == before
    assert states(known) == {"promoted": 3, "pending": 1}
    assert value(known, "select count(*) from bit.signal") == 0
    assert holders(known)["quill CFO"] == "Ada Quill"


def test_the_same_profile_seen_again_stays_one_proposal(
    db: Database, known: Admin, tmp_path: Path, proposed: int
) -> None:
    jobs = look(db, known, tmp_path, [DOUBTFUL], days=2)
    assert follow(db, jobs)["proposed"] == 1
    promote_again(db, profiles(2))
    later = look(db, known, tmp_path, [{**DOUBTFUL, "headline": "CFO at Brandt"}], days=3)
    assert follow(db, later)["proposed"] == 1
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works")]
    assert value(known, "select intelligence_id from marketing.people_intelligence") == proposed
    assert states(known) == {"promoted": 3, "pending": 1, "duplicate": 1, "failed": 1}
    assert holders(known)["quill CFO"] == "Ada Quill"


def test_applying_does_what_applying_at_once_would_have_done(
    db: Database, known: Admin, cli: CommandLine, proposed: int
) -> None:
    listed = cli.fine("changes", "--state", "proposed", "--json").json
    assert [(c["intelligence_id"], c["person"], c["new_company"], c["policy"]) for c in listed["changes"]] == [
        (proposed, "Ada Quill", "Brandt Works", "propose")
    ]
    decided = cli.fine("changes", "apply", str(proposed), "--json").json
    assert [(d["state"], d["note"]) for d in decided] == [("applied", None)]
    assert holders(known) == {"quill CFO": "Ben Marsh", "brandt CEO": "Cara Stone", "brandt CFO": "Ada Quill"}
    assert states(known) == {"promoted": 4}
    assert value(known, "select count(*) from marketing.pipeline_events where event_type = 'person_job_change'") == 3
    sides = rows(known, "select payload ->> 'side' as side from bit.signal order by signal_id")
    assert {row["side"] for row in sides} == {"left", "joined"}
    again = cli.fine("changes", "apply", str(proposed), "--json").json
    assert [(d["state"], d["note"]) for d in again] == [("applied", "was applied already")]
    assert value(known, "select count(*) from bit.signal") == len(sides)


def test_a_list_that_leads_back_from_a_move_that_was_decided_is_asked_about(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine, proposed: int
) -> None:
    """What somebody decided stands; a list that says the former place within 60 days is a proposal like any other."""
    night(db, tmp_path, [lead(title="Chief Financial Officer")], days=4)
    decided = cli.fine("changes", "apply", str(proposed), "--json").json
    assert [d["state"] for d in decided] == ["applied"]
    assert holders(known)["brandt CFO"] == "Ada Quill"
    asked = rows(known, "select intelligence_type, payload ->> 'evidence' as evidence from marketing.people_intelligence where state = 'proposed'")
    assert asked == [{"intelligence_type": "job_change", "evidence": "went_back"}]


def test_what_another_source_has_brought_meanwhile_is_applied_already(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine, proposed: int
) -> None:
    night(db, tmp_path, [lead(firm="brandt")], days=4)
    # It is one change, and nothing of it waits any more.
    assert rows(known, "select intelligence_id, intelligence_type, state from marketing.people_intelligence") == [
        {"intelligence_id": proposed, "intelligence_type": "job_change", "state": "applied"}
    ]
    assert states(known) == {"promoted": 4, "failed": 1}
    assert holders(known) == {"quill CFO": "Ben Marsh", "brandt CEO": "Cara Stone", "brandt CFO": "Ada Quill"}
    decided = cli.fine("changes", "apply", str(proposed), "--json").json
    assert [(d["state"], d["note"]) for d in decided] == [("applied", "was applied already")]
    assert value(known, "select count(*) from marketing.pipeline_events where event_type = 'person_job_change'") == 3
    assert value(known, "select count(*) from bit.signal") == 2


def test_a_proposal_that_the_masters_have_overtaken_is_settled(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine, proposed: int
) -> None:
    night(db, tmp_path, [lead("dora-vale", "corvid", "CEO")], days=3)
    assert noted(known, "proposed") == [("job_change", "Quill Works", "Brandt Works")]
    night(db, tmp_path, [lead(firm="corvid")], days=4)
    assert noted(known) == [("job_change", "Quill Works", "Brandt Works"), ("job_change", "Quill Works", "Corvid Works")]
    settled = rows(known, "select state, payload ->> 'superseded_by' as by from marketing.people_intelligence order by 1 desc")
    later = value(known, "select max(intelligence_id) from marketing.people_intelligence")
    assert settled == [{"state": "dismissed", "by": str(later)}, {"state": "applied", "by": None}]
    reasons = rows(known, "select reason from intake.validation_failed where check_name = 'change_policy'")
    assert reasons == [{"reason": "what it proposed was overtaken by a later change"}]
    decided = cli.fine("changes", "apply", str(proposed), "--json").json
    assert [(d["state"], d["note"]) for d in decided] == [("dismissed", "a later observation says otherwise")]
    assert holders(known)["corvid CFO"] == "Ada Quill"


def test_an_older_change_of_a_night_leaves_a_proposal_open(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    jobs = look(db, known, tmp_path, [DOUBTFUL], days=5)
    follow(db, jobs)
    night(db, tmp_path, [lead("dora-vale", "corvid", "CEO"), lead(firm="corvid")], days=3)
    assert noted(known, "proposed") == [("job_change", "Quill Works", "Brandt Works")]
    assert noted(known, "applied") == [("job_change", "Quill Works", "Corvid Works")]


def test_a_look_that_is_applied_settles_what_an_earlier_one_proposed(
    db: Database, known: Admin, tmp_path: Path, proposed: int
) -> None:
    night(db, tmp_path, [lead("dora-vale", "corvid", "CEO")], days=1)
    sure = profile(job("corvid", "CFO", AUTUMN), job("quill", "CFO", (3, 2021), "2026"), headline="CFO at Corvid")
    assert follow(db, look(db, known, tmp_path, [sure], days=6))["changed"] == 1
    assert noted(known, "proposed") == []
    assert noted(known, "applied") == [("job_change", "Quill Works", "Corvid Works")]
    assert value(known, "select payload ->> 'superseded_by' from marketing.people_intelligence where state = 'dismissed'")


def test_a_dismissed_profile_fails_with_a_reason_and_a_replay_proposes_it_again(
    db: Database, known: Admin, cli: CommandLine, proposed: int
) -> None:
    cli.fine("changes", "dismiss", str(proposed))
    assert states(known) == {"promoted": 3, "failed": 1}
    rejected = rows(known, "select column_name, check_name, reason, outcome from intake.validation_failed where check_name = 'change_policy'")
    assert rejected == [
        {"column_name": "company_name", "check_name": "change_policy", "reason": "dismissed by hand", "outcome": "rejected"}
    ]
    promote_again(db, profiles())
    assert holders(known)["quill CFO"] == "Ada Quill"
    replay(workspace(db), ReplayFilter(check="change_policy"))
    assert noted(known, "proposed") == [("job_change", "Quill Works", "Brandt Works")]
    assert states(known) == {"promoted": 3, "pending": 1}
    cli.fine("changes", "dismiss", str(proposed))
    cli.fine("changes", "apply", str(proposed))
    assert holders(known)["brandt CFO"] == "Ada Quill"


def test_an_ignored_change_fails_its_load_until_the_policy_says_otherwise(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine
) -> None:
    cli.fine("changes", "policy", "name_change", "ignore")
    jobs = look(db, known, tmp_path, [RENAMED])
    assert follow(db, jobs)["ignored"] == 1
    assert outcome(known, jobs[0]) == "ignored"
    assert states(known) == {"promoted": 3, "failed": 1}
    replay(workspace(db), ReplayFilter())
    assert states(known) == {"promoted": 3, "failed": 1}, "the policy still ignores it"
    assert value(known, "select full_name from marketing.people_master where full_name like 'Ada %%'") == "Ada Quill"
    again = look(db, known, tmp_path, [RENAMED], days=2)
    assert follow(db, again)["ignored"] == 1
    cli.fine("changes", "policy", "name_change", "apply")
    replay(workspace(db), ReplayFilter())
    assert states(known)["promoted"] == 4
    assert noted(known, "applied") == [("name_change", "Ada Quill", "Ada Winterbourne")]
    assert value(known, "select full_name from marketing.people_master where full_name like 'Ada %%'") == "Ada Winterbourne"


def test_a_profile_is_taken_whole_one_ignored_kind_does_not_hold_back_the_rest(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    set_policy(workspace(db), "name_change", "ignore")
    both = profile(job("quill", "Chief Executive Officer", AUTUMN), lastName="Winterbourne")
    assert follow(db, look(db, known, tmp_path, [both]))["changed"] == 1
    assert {kind for kind, _, _ in noted(known, "applied")} == {"role_change", "name_change"}


def test_a_profile_is_withheld_whole_where_one_change_is_proposed_and_the_others_go_on(
    db: Database, known: Admin, tmp_path: Path
) -> None:
    both = profile(job("quill", "Chief Executive Officer", AUTUMN), lastName="Winterbourne")
    ben = profile(job("quill", "Chief Financial Officer", AUTUMN), slug="ben-marsh")
    report = follow(db, look(db, known, tmp_path, [both, ben]))
    assert (report["jobs"], report["proposed"], report["changed"]) == (2, 1, 1)
    assert {kind for kind, _, _ in noted(known, "proposed")} == {"role_change", "name_change"}
    assert noted(known, "applied") == [("promotion", "Finance Director", "Chief Financial Officer")]
    assert value(known, "select count(*) from intake.raw_loads where status = 'pending'") == 1


def test_a_company_that_only_the_withheld_profile_knows_comes_into_being_with_its_acceptance(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine
) -> None:
    set_policy(workspace(db), "left_company", "propose")
    follow(db, look(db, known, tmp_path, [profile(job("farfield", "CFO", AUTUMN))]))
    waiting = rows(known, "select intelligence_id, new_value from marketing.people_intelligence where state = 'proposed'")
    assert [row["new_value"] for row in waiting] == ["Farfield Works"]
    cli.fine("changes", "apply", str(waiting[0]["intelligence_id"]))
    assert holders(known)["quill CFO"] == "Ben Marsh"


def test_below_the_least_confidence_a_change_is_proposed(db: Database, known: Admin, tmp_path: Path) -> None:
    set_policy(workspace(db), "job_change", min_confidence=0.96)
    follow(db, look(db, known, tmp_path, [profile(job("brandt", "CFO", AUTUMN))]))
    assert noted(known, "proposed") == [("job_change", "Quill Works", "Brandt Works")]


def test_a_missing_profile_can_be_proposed_and_is_remembered_when_applied(
    db: Database, known: Admin, tmp_path: Path, cli: CommandLine
) -> None:
    set_policy(workspace(db), "profile_gone", "propose")
    missing = {"status": 404, "error": "Profile not found", "publicIdentifier": "ada-quill"}
    assert follow(db, look(db, known, tmp_path, [missing]))["gone"] == 1
    assert value(known, "select count(*) from public.negative_cache") == 0
    cli.fine("changes", "apply", str(value(known, "select intelligence_id from marketing.people_intelligence")))
    assert value(known, "select count(*) from public.negative_cache") == 1
    assert states(known) == {"promoted": 3, "failed": 1}


def test_the_screen_shows_names_and_policies_and_refuses_what_does_not_exist(
    known: Admin, cli: CommandLine, proposed: int
) -> None:
    shown = cli.fine("changes", "--state", "proposed").out
    for words in ("Ada Quill", "Quill Works", "Brandt Works", "0.60", "proposed"):
        assert words in shown
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert "name_change" in cli.fine("changes", "policy").out
    assert cli.fine("changes", "--since", "2027-01-01").out == "No change since 2027-01-01 was noted.\n"
    for arguments in (
        ["apply", "999"], ["policy", "nonsense", "apply"], ["policy", "job_change", "maybe"], ["--state", "open"],
        ["--person", "17"], ["policy", "job_change"],
    ):  # fmt: skip
        ran = cli("changes", *arguments)
        assert ran.code == 2, arguments
        assert ran.err


@pytest.mark.parametrize("role", [Role.INGEST, Role.VALIDATE, Role.READ, Role.PROMOTE])
def test_only_the_refresh_role_follows_and_decides(db: Database, known: Admin, role: Role) -> None:
    for statement in (
        "select * from marketing.f_follow_refresh(array[1])",
        "select * from marketing.f_decide_changes(array[1], 'apply')",
        "update marketing.change_policy set policy = 'ignore'",
    ):
        with pytest.raises(PermanentDatabaseError) as caught, db.transaction(role) as tx:
            tx.execute(statement)
        assert caught.value.sqlstate == "42501", statement
    for statement in (
        "update marketing.people_intelligence set state = 'applied'",
        "insert into marketing.change_policy values ('x', 'apply')",
        "update marketing.change_evidence set confidence = 1",
        "select marketing.f_note_changes()",
        "select marketing.f_take_loads(array[1])",
    ):
        with pytest.raises(PermanentDatabaseError) as caught, db.transaction(Role.REFRESH) as tx:
            tx.execute(statement)
        assert caught.value.sqlstate == "42501", statement
