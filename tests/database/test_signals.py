"""Signals: which changes raise which, how they are told apart, what they weigh, and that nothing counts twice."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Role
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.signals import SignalReport, change_rules, process_signals, read_rules, read_scores
from outreach_pipeline.stages.workspace import Workspace
from tests.database.database_processes import start_python
from tests.database.signal_world import NOW, Admin, World, number


@pytest.fixture
def world(admin: Admin) -> Iterator[World]:
    return World(admin)


def test_a_job_change_is_two_signals_one_at_each_side(world: World) -> None:
    old, new = world.company(), world.company()
    person = world.person(new)
    assert world.raise_([world.change("job_change", person, old, new)]) == 2
    assert sorted(world.signals()) == sorted(
        [("exec_movement", "left", number(old)), ("exec_movement", "joined", number(new))]
    )
    payloads = {row["variant"]: row["payload"] for row in world.admin.execute("select variant, payload from bit.signal")}
    assert payloads["left"]["person_unique_id"] == person
    assert payloads["left"]["slot_type"] == "CFO"
    assert payloads["joined"]["side"] == "joined"
    assert "Quill" not in str(payloads)


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("left_company", "CEO", None, ["left"]),
        ("left_company", None, None, []),
        ("job_change", "CFO", None, ["left"]),
        ("job_change", None, "HR", ["joined"]),
        ("job_change", None, None, []),
        ("promotion", None, "CFO", ["promoted"]),
        ("promotion", "CFO", "CFO", ["promoted"]),
        ("promotion", None, None, []),
        ("role_change", "CFO", "CEO", ["promoted"]),
        ("role_change", "CFO", None, ["left"]),
        ("title_change", "CFO", "CFO", []),
        ("location_change", "CFO", "CFO", []),
    ],
)
def test_what_a_change_raises_depends_on_the_seats(
    world: World, kind: str, before: str | None, after: str | None, expected: list[str]
) -> None:
    old, new = world.company(), world.company()
    moved = new if kind == "job_change" else None
    world.raise_([world.change(kind, world.person(old), old, moved, before=before, after=after)])
    assert sorted(variant for _, variant, _ in world.signals()) == sorted(expected)


def test_roles_are_read_from_titles_where_the_payload_is_silent(world: World) -> None:
    company = world.company()
    world.admin.execute("insert into marketing.title_reading (title, rules_version, primary_role) values ('Finance chief', '1', 'CFO')")
    world.admin.execute("insert into marketing.title_role (title, role, points, confidence, reason) values ('Finance chief', 'CFO', 100, 1, 'x')")
    change = world.change("promotion", world.person(company), company, roles=False, previous="Analyst", new="Finance chief")
    assert world.raise_([change]) == 1
    assert world.value("select payload ->> 'slot_type' from bit.signal") == "CFO"


@pytest.mark.parametrize("state", ["proposed", "dismissed", "ignored"])
def test_what_is_not_applied_raises_nothing(world: World, state: str) -> None:
    company = world.company()
    assert world.raise_([world.change("left_company", world.person(company), company, state=state)]) == 0


def test_one_movement_is_one_signal_however_often_it_is_noticed(world: World) -> None:
    company = world.company()
    person = world.person(company)
    first = world.change("left_company", person, company, days_ago=30, confidence=0.7)
    second = world.change("job_change", person, company, world.company(), after=None, days_ago=2, confidence=0.95)
    assert world.raise_([second]) == 1
    assert world.raise_([first]) == 0
    assert world.raise_([first, second]) == 0
    row = world.admin.execute("select quality, observed_at from bit.signal").fetchall()
    assert [(float(r["quality"]), r["observed_at"]) for r in row] == [(95.0, NOW - timedelta(days=30))]


def test_the_order_of_noticing_does_not_matter(world: World) -> None:
    company = world.company()
    person = world.person(company)
    changes = [
        world.change("left_company", person, company, days_ago=30, confidence=0.7),
        world.change("left_company", person, company, days_ago=2, confidence=0.95),
    ]
    assert world.raise_(changes) == 1
    assert float(world.value("select quality from bit.signal")) == 95.0
    assert world.value("select observed_at from bit.signal") == NOW - timedelta(days=30)


def test_the_same_person_leaving_again_after_years_is_another_signal(world: World) -> None:
    company = world.company()
    person = world.person(company)
    old, now = (world.change("left_company", person, company, days_ago=days) for days in (900, 1))
    assert world.raise_([old, now]) == 2


def test_two_people_of_one_seat_are_two_signals(world: World) -> None:
    company = world.company()
    assert world.raise_([world.change("left_company", world.person(company), company) for _ in range(2)]) == 2


# --------------------------------------------------------------------------------------------------- company news


@pytest.mark.parametrize(
    ("kind", "topic", "expected"),
    [
        ("news", "funding", ("funding", "")),
        ("event", "funding", ("funding", "")),
        ("signal", "hiring", ("hiring", "")),
        ("signal", "technology", ("tech_change", "")),
        ("news", "competitor", ("competitor", "")),
        ("news", "leadership_change", ("exec_movement", "reported")),
        ("news", "filing", ("filing", "")),
        ("news", "acquisition", ("acquisition", "")),
        ("news", "expansion", ("expansion", "")),
        ("news", "restructuring", ("restructuring", "")),
        ("news", "", ("press", "")),
        ("event", "a_thing_without_a_rule", ("press", "")),
        ("score", "", ("intent", "")),
        ("signal", "", ("intent", "")),
    ],
)
def test_company_intelligence_raises_by_topic(world: World, kind: str, topic: str, expected: tuple[str, str]) -> None:
    company = world.company()
    assert world.raise_(None, [world.news(company, topic, kind=kind, score=77)]) == 1
    assert world.signals() == [(*expected, number(company))]
    assert float(world.value("select quality from bit.signal")) == 77


@pytest.mark.parametrize(("days", "variant"), [(130, None), (120, ""), (91, ""), (90, "90"), (45, "60"), (30, "30"), (0, "30"), (-1, None)])
def test_a_renewal_speaks_when_its_window_opens(world: World, days: int, variant: str | None) -> None:
    world.raise_(None, [world.news(world.company(), "renewal", kind="event", effective_in=days)])
    assert [found for _, found, _ in world.signals()] == ([] if variant is None else [variant])


def test_windows_of_a_renewal_open_one_after_the_other_and_only_the_strongest_counts(world: World) -> None:
    company = world.company()
    event = world.news(company, "renewal", kind="event", effective_in=100, days_ago=20)
    world.raise_(None, [event])
    for days in (80, 50, 25):
        world.admin.execute("update marketing.company_intelligence set effective_on = (now() at time zone 'UTC')::date + %s::integer", (days,))
        assert world.value("select raised from bit.f_process_signals()") == 1
        assert world.value("select raised from bit.f_process_signals()") == 0
    row = score(world, company)
    assert [signal["variant"] for signal in row["signals"]] == ["30"]


def test_two_reports_of_one_funding_are_one_signal(world: World) -> None:
    company = world.company()
    assert world.raise_(None, [world.news(company, "funding", days_ago=3)]) == 1
    assert world.raise_(None, [world.news(company, "funding", kind="event", days_ago=1)]) == 0
    assert world.raise_(None, [world.news(company, "funding", days_ago=100)]) == 1


# -------------------------------------------------------------------------------------------------------- scores


def score(world: World, company: str) -> dict[str, Any]:
    row = world.admin.execute("select * from bit.company_score where company_unique_id = %s", (company,)).fetchone()
    return row or {}


@pytest.mark.parametrize(
    ("days_ago", "confidence", "expected"),
    [(0, 1.0, 40.0), (36.5, 1.0, 36.0), (182.5, 1.0, 20.0), (182.5, 0.5, 10.0), (0, 0.6, 24.0), (365, 1.0, None), (0, 0.49, None), (-3, 1.0, 40.0)],
)
def test_points_are_weight_times_age_times_quality(
    world: World, days_ago: float, confidence: float, expected: float | None
) -> None:
    company = world.company()
    world.raise_([world.change("left_company", world.person(company), company, days_ago=days_ago, confidence=confidence)])
    found = score(world, company).get("score")
    assert (None if found is None else float(found)) == (None if expected is None else pytest.approx(expected, abs=0.02))


@pytest.mark.parametrize(
    ("topics", "band"),
    [(["funding", "hiring", "acquisition"], "hot"), (["funding", "hiring"], "warm"), (["funding"], "warm"), (["hiring"], "cold"), ([], None)],
)
def test_bands_follow_the_score(world: World, topics: list[str], band: str | None) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, topic, score=100) for topic in topics])
    assert score(world, company).get("band") == band


def test_the_list_adds_up_to_the_points_and_the_score_is_capped(world: World) -> None:
    company = world.company()
    topics = ["funding", "hiring", "acquisition", "competitor", "filing"]
    world.raise_(None, [world.news(company, topic, score=91, days_ago=n * 7) for n, topic in enumerate(topics)])
    world.raise_([world.change("left_company", world.person(company), company, days_ago=11)])
    row = score(world, company)
    assert sum(each["points"] for each in row["signals"]) == pytest.approx(float(row["points"]))
    assert row["points"] > 100
    assert row["score"] == 100
    assert len(row["signals"]) == row["signal_count"] == 6
    assert row["rule_version"] == 1
    assert row["signal_ids"] == [each["signal_id"] for each in row["signals"]]
    assert row["why_now"].count(";") == 2


def test_one_reason_does_not_count_without_end(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "", score=100, days_ago=n * 8) for n in range(6)])
    assert len(world.signals()) == 6
    assert [each["reason"] for each in score(world, company)["signals"]] == ["press", "press"]


# --------------------------------------------------------------------------------------------------------- rules


def test_a_new_version_weighs_anew_and_the_old_one_stays(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "funding", score=100)])
    assert world.value("select bit.f_change_rules('Funding matters more', '[{\"reason\": \"funding\", \"weight\": 90}]', '{\"hot\": 85}')") == 2
    row = score(world, company)
    assert (float(row["score"]), row["band"], row["rule_version"]) == (pytest.approx(90, abs=0.01), "hot", 2)
    assert world.value("select weight from bit.signal_weight where version = 1 and reason = 'funding'") == 50
    assert world.value("select decay_days from bit.signal_weight where version = 2 and reason = 'funding'") == 270
    assert world.value("select count(*) from bit.signal_rule where version = 2") == world.value("select count(*) from bit.signal_rule where version = 1")


def test_a_version_of_the_future_waits(world: World) -> None:
    world.admin.execute("insert into bit.rule_version (version, valid_from, note) values (7, now() + interval '1 day', 'later')")
    assert world.value("select bit.f_rules_in_force()") == 1
    world.admin.execute("update bit.rule_version set valid_from = now() - interval '1 hour' where version = 7")
    assert world.value("select bit.f_rules_in_force()") == 7


@pytest.mark.parametrize("bands", ['{"hot": 20}', '{"warm": 75, "hot": 75}', '{"hot": 100.5}'])
def test_bands_out_of_order_are_refused(world: World, bands: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="out of order"):
        world.value("select bit.f_change_rules('x', '[]', %s)", bands)
    assert world.value("select count(distinct version) from bit.band") == 1


def test_a_company_at_exactly_a_threshold_is_in_the_band_above(world: World) -> None:
    company = world.company()
    world.raise_(None, [world.news(company, "funding", score=100)])
    points = world.value("select score from bit.company_score")
    for begins, band in ((points, "warm"), (points + Decimal("0.01"), "cold")):
        world.admin.execute("update bit.band set min_score = %s where band = 'warm'", (begins,))
        assert score(world, company)["band"] == band


def test_a_band_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="tepid"):
        world.value("select bit.f_change_rules('x', '[]', '{\"tepid\": 20}')")


# --------------------------------------------------------------------------------------------------------- limits


def test_beyond_the_limit_of_a_day_signals_are_held_and_seen(world: World) -> None:
    company = world.company()
    world.admin.execute("update bit.signal_limit set max_per_day = 2 where scope = 'company'")
    topics = ["funding", "hiring", "acquisition"]
    for topic in topics:
        world.raise_(None, [world.news(company, topic, score=100)])
    assert [each["reason"] for each in score(world, company)["signals"]] == ["funding", "hiring"]
    done = world.admin.execute("select * from bit.f_process_signals()").fetchone()
    assert done is not None
    assert (done["processed"], done["held"]) == (2, 1)
    assert world.value("select bit.f_set_limit('company', 50)") == 0
    assert world.value("select processed from bit.f_process_signals()") == 1
    assert len(score(world, company)["signals"]) == 3


def test_a_source_that_floods_is_held(world: World) -> None:
    world.admin.execute("update bit.signal_limit set max_per_day = 3 where scope = 'source'")
    world.raise_(None, [world.news(world.company(), "funding") for _ in range(5)])
    assert world.value("select count(*) from bit.signal where held_by = 'source'") == 2


# ----------------------------------------------------------------------------------------------------- processing


_PROCESS = """
import sys
from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.signals import process_signals
from outreach_pipeline.stages.workspace import Workspace
work = Workspace(Settings(_env_file=None), Database(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(process_signals(work).processed, flush=True)
"""


def test_each_signal_is_processed_once_under_two_processes(world: World, database_url: str) -> None:
    world.raise_(None, [world.news(world.company(), "funding", score=100) for _ in range(40)])
    both = [start_python(_PROCESS, database_url) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    assert sum(int(finished_after_go(process)) for process in both) == 40
    assert world.value("select count(*) from bit.signal where processed_at is null") == 0
    assert world.value("select count(*) from bit.company_band") == 40
    assert world.value("select count(*) from marketing.pipeline_events where event_type = 'company_band_changed'") == 40


def finished_after_go(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate("go\n", timeout=60)
    assert process.returncode == 0, errors
    return output


def test_bands_have_a_history_and_each_change_is_an_event(world: World, db: Database) -> None:
    work = Workspace(Settings(_env_file=None), db)
    company = world.company()
    world.raise_(None, [world.news(company, "funding", score=100), world.news(company, "acquisition", score=100)])
    assert process_signals(work).bands_changed == 1
    assert process_signals(work) == SignalReport()
    # Half a year later the score has melted.
    world.admin.execute("update bit.signal set observed_at = observed_at - interval '120 days'")
    assert process_signals(work).bands_changed == 1
    world.admin.execute("update bit.signal set observed_at = observed_at - interval '400 days'")
    assert process_signals(work).bands_changed == 1
    spans = read_scores(work, company).history
    assert [(span.band, span.until is None) for span in spans] == [("warm", False), ("hot", False)]
    events = world.admin.execute("select event_data from marketing.pipeline_events order by event_id").fetchall()
    assert [(row["event_data"].get("from"), row["event_data"].get("to")) for row in events] == [(None, "hot"), ("hot", "warm"), ("warm", None)]


def test_nobody_but_the_functions_writes_signals_and_rules(db: Database) -> None:
    for role in Role:
        for table in ("bit.signal", "bit.signal_weight", "bit.rule_version", "bit.band", "bit.company_band", "bit.signal_limit"):
            with db.transaction(role) as tx:
                assert not tx.fetch_value("select has_table_privilege(%s, 'insert, update, delete, truncate')", (table,))


def test_scores_are_told_with_names_that_are_stored_nowhere(world: World, db: Database) -> None:
    work = Workspace(Settings(_env_file=None), db)
    old, new = world.company(), world.company()
    person = world.person(new)
    world.raise_([world.change("job_change", person, old, new)], [world.news(new, "funding", score=80)])
    assert "Quill" not in str(world.admin.execute("select to_jsonb(s) as s from bit.signal as s").fetchall())
    (gone,) = read_scores(work, old).scores
    assert gone.reasons[0].sentence == f"The CFO left: Ada Quill {person_number(world, person)}, now at Firm 2"
    report = read_scores(work)
    assert [score.company_unique_id for score in report.scores] == [new, old]
    assert {reason.sentence.split(":")[0] for reason in report.scores[0].reasons} == {"A new CFO came", "The company raised money"}
    assert report.bands == {"warm": 1, "cold": 1}
    with pytest.raises(ConfigurationError, match="no company"):
        read_scores(work, "04.04.01.99.99999.999")


def person_number(world: World, person: str) -> str:
    return str(world.value("select split_part(full_name, ' ', 3) from marketing.people_master where unique_id = %s", person))


def test_rules_are_changed_by_making_the_next_version(db: Database) -> None:
    work = Workspace(Settings(_env_file=None), db)
    row = {"reason": "office_dog", "weight": 12, "decay_days": 30, "description": "They got a dog"}
    assert change_rules(work, "Dogs", weights=[row, {"reason": "funding", "decay_days": 90}], min_quality=Decimal(40)) == 2
    book = read_rules(work)
    assert (book.version, book.versions[0]["min_quality"]) == (2, 40)
    weights = {each["reason"]: each for each in book.weights if not each["variant"]}
    assert (weights["office_dog"]["weight"], weights["funding"]["weight"], weights["funding"]["decay_days"]) == (12, 50, 90)
    assert read_rules(work, 1).version == 1
    with pytest.raises(ConfigurationError, match="no reason office_cat"):
        change_rules(work, "Cats", weights=[{"reason": "office_cat", "weight": 1}])
    with pytest.raises(ConfigurationError, match="no band"):
        change_rules(work, "Bands", bands={"tepid": Decimal(3)})
    for slip in ({"hot": 20}, {"warm": 75, "hot": 75}, {"cold": 50}, {"hot": 101}, {"cold": -1}):
        with pytest.raises(ConfigurationError, match="out of order"):
            change_rules(work, "Bands", bands={band: Decimal(begin) for band, begin in slip.items()})
    assert change_rules(work, "Bands", bands={"hot": Decimal(20), "warm": Decimal(10)}) == 3


def test_a_year_of_advertisements_at_once_is_as_many_signals_as_day_by_day(world: World) -> None:
    at_once, by_day = world.company(), world.company()
    days = range(200, 0, -8)
    world.raise_(None, [world.news(at_once, "hiring", kind="signal", score=80, days_ago=day) for day in days])
    for day in days:
        world.raise_(None, [world.news(by_day, "hiring", kind="signal", score=80, days_ago=day)])
    seen = "select array_agg(observed_at order by observed_at) from bit.signal where company_id = %s"
    assert world.value(seen, number(at_once)) == world.value(seen, number(by_day))
    assert len(world.value(seen, number(at_once))) == 7
    assert score(world, at_once)["score"] == score(world, by_day)["score"] > 0
