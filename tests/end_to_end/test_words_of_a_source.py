"""A source speaks when it changes its word: repeats, corrections of a day, days to come."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from outreach_pipeline.errors import ConfigurationError, OutreachError
from outreach_pipeline.stages.land import land_file
from outreach_pipeline.stages.workspace import Batch
from tests.end_to_end.pipeline import rows, value
from tests.end_to_end.story import (
    FIRST,
    LEADS,
    LINKEDIN,
    MATCH,
    OFFICERS,
    PROFILES,
    Story,
    lead,
    match,
    position,
    profile,
)

ADA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/ada-w",
           company_linkedin_uid="9501")  # fmt: skip
BO = lead("Bo Lind", "CEO", "Beta Foods", "beta.example", email="bo@beta.example", linkedin=f"{LINKEDIN}/in/bo-w",
          company_linkedin_uid="9502")  # fmt: skip
MOVED = profile(
    "Ada Quill", "ada-w", 9502, position("Chief Financial Officer", "Beta Foods", "9502", "Aug 2026"),
    position("Chief Executive Officer", "Alpha Pumps", "9501", "Jan 2019", "Jul 2026"),
)  # fmt: skip


def has_moved(story: Story) -> None:
    """What the profile found holds: seats, and nobody writes to the old address."""
    assert (story.seat("alpha.example"), story.seat("beta.example", "CFO")) == (None, "Ada Quill")
    assert "ada@alpha.example" not in story.ready()


def test_a_list_that_repeats_itself_undoes_nothing(story: Story) -> None:
    story.told((0, LEADS, ADA, BO), (9, PROFILES, MOVED))
    has_moved(story)
    for day in (10, 11, 12):
        story.night(day, LEADS, ADA, BO)
        has_moved(story)


def test_a_repeat_that_is_landed_before_the_profile_of_an_earlier_day_undoes_nothing(story: Story) -> None:
    story.told((0, LEADS, ADA, BO), (10, LEADS, ADA, BO), (9, PROFILES, MOVED))
    has_moved(story)


@pytest.mark.parametrize(
    "changed", [{"company_size": 51}, {"city": "Bern"}, {"industry": "Pumps"}, {"company_phone": "+41446681800"}]
)
def test_a_row_that_changes_another_field_does_not_speak_about_the_job(
    story: Story, changed: dict[str, object]
) -> None:
    story.told((0, LEADS, ADA, BO), (9, PROFILES, MOVED), (10, LEADS, {**ADA, **changed}, BO))
    has_moved(story)


def test_other_rows_of_the_list_may_change(story: Story) -> None:
    story.told(
        (0, LEADS, ADA, BO), (9, PROFILES, MOVED), (10, LEADS, {**BO, "job_title": "Chief Executive Officer"}, ADA)
    )
    has_moved(story)


def test_a_row_that_was_missing_for_a_night_has_not_changed_its_word(story: Story) -> None:
    story.told((0, LEADS, ADA, BO), (5, LEADS, BO), (9, PROFILES, MOVED), (10, LEADS, ADA, BO))
    has_moved(story)


def test_first_this_then_that_then_this_again_is_this_as_of_the_third_day(story: Story) -> None:
    cfo = {**ADA, "job_title": "CFO"}
    story.told((0, LEADS, ADA), (1, LEADS, cfo), (2, LEADS, ADA))
    assert story.people("title") == [("Ada Quill", "CEO")]
    assert story.seat("alpha.example") == "Ada Quill"


def test_what_was_said_since_march_gives_way_to_a_look_in_may(story: Story) -> None:
    """Another list that is the worse source, and began to say it later, is right about what changes in life."""
    story.told(
        (0, MATCH, match("Ada Quill", "CFO", "Alpha Pumps", "alpha.example", "ada@alpha.example")),
        (5, LEADS, ADA),
        (9, MATCH, match("Ada Quill", "CFO", "Alpha Pumps", "alpha.example", "ada@alpha.example")),
    )
    assert story.people("title") == [("Ada Quill", "CEO")]


def test_freshness_counts_the_repeat_all_the_same(story: Story) -> None:
    story.told((0, LEADS, ADA), (20, LEADS, ADA))
    first = value(story.admin, "select last_observed_at from marketing.last_seen where entity = 'person'")
    assert first.date() == Batch.parse(value(story.admin, "select max(batch_id) from intake.raw_loads")).day


BEN = lead("Ben Low", "CFO", "Alpha Pumps", "alpha.example", email="ben@alpha.example")


def test_a_correction_of_the_same_day_wins(story: Story) -> None:
    story.told((0, LEADS, ADA, BEN), (0, LEADS, {**ADA, "job_title": "CFO"}))
    assert story.people("title") == [("Ada Quill", "CFO"), ("Ben Low", "CFO")]
    assert story.seat("alpha.example") is None


def test_the_correction_wins_whatever_it_says(story: Story) -> None:
    """The same the other way round: no content is better than another."""
    story.told((0, LEADS, {**ADA, "job_title": "CFO"}), (0, LEADS, ADA))
    assert story.people("title") == [("Ada Quill", "CEO")]


def test_a_day_that_takes_its_correction_back_is_as_it_was(story: Story) -> None:
    cfo = {**ADA, "job_title": "CFO"}
    story.told((0, LEADS, ADA, BEN), (0, LEADS, cfo), (0, LEADS, ADA))
    assert story.people("title")[0] == ("Ada Quill", "CEO")


def test_the_last_row_of_one_file_is_its_correction(story: Story) -> None:
    story.night(0, LEADS, ADA, {**ADA, "job_title": "CFO"})
    assert story.people("title") == [("Ada Quill", "CFO")]
    story.night(1, LEADS, {**ADA, "job_title": "HR Director"}, {**ADA, "job_title": "CEO"})
    assert story.people("title") == [("Ada Quill", "CEO")]


@pytest.mark.parametrize("complete", [True, False])
def test_a_full_list_takes_back_the_rows_that_its_correction_lacks(story: Story, complete: bool) -> None:
    sources = story.folder / "sources.toml"
    sources.write_text(
        f'[sources.{LEADS}]\nkind = "files"\nshape = "leads_finder"\nrank = 60\ncomplete = {str(complete).lower()}\n'
    )
    story.using(sources=sources)
    story.told((0, LEADS, ADA, BEN), (0, LEADS, {**ADA, "job_title": "CFO"}))
    assert [name for name, *_ in story.people()] == (["Ada Quill"] if complete else ["Ada Quill", "Ben Low"])
    assert story.people("title")[0] == ("Ada Quill", "CFO")
    assert story.status_of("ben@alpha.example") == (None if complete else "active")
    ben = (
        "select l.status, f.check_name from intake.raw_loads as l left join intake.validation_failed as f"
        " on f.load_id = l.load_id and f.outcome = 'rejected' where l.raw_data ->> 'first_name' = 'Ben'"
    )
    failed = rows(story.admin, ben)
    assert [tuple(row.values()) for row in failed] == ([("failed", "withdrawn")] if complete else [("promoted", None)])


@pytest.mark.parametrize("broken", ["[]", '[{"first_name": "Ada", "job_title": "CFO"}, {"first_name": "B'])
def test_a_full_list_that_is_empty_or_cut_takes_nothing_back(story: Story, broken: str) -> None:
    sources = story.folder / "sources.toml"
    sources.write_text(f'[sources.{LEADS}]\nkind = "files"\nshape = "leads_finder"\nrank = 60\ncomplete = true\n')
    story.using(sources=sources)
    batch = story.night(0, LEADS, ADA, BEN)
    file = story.folder / "broken.json"
    file.write_text(broken, encoding="utf-8")
    with suppress(OutreachError):
        land_file(story.work, batch, file)
    story.digested(batch)
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Ben Low"]


def test_what_a_full_list_lacked_comes_back_with_the_next_one(story: Story) -> None:
    sources = story.folder / "sources.toml"
    sources.write_text(f'[sources.{LEADS}]\nkind = "files"\nshape = "leads_finder"\nrank = 60\ncomplete = true\n')
    story.using(sources=sources)
    story.told((0, LEADS, ADA, BEN), (0, LEADS, ADA), (1, LEADS, ADA, BEN), (2, LEADS, ADA))
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Ben Low"], "a list of another day takes nothing back"
    story.told((0, LEADS, ADA, {**BEN, "job_title": "CFO"}), (0, LEADS, ADA, BEN))
    assert story.people("title") == [("Ada Quill", "CEO"), ("Ben Low", "CFO")], "day 1 says so still"


def test_a_batch_of_a_day_to_come_does_not_beat_every_night_until_then(story: Story) -> None:
    """It is refused, or taken as today's and noted; a later landing of today's batch of the source is newer in any case."""
    today = datetime.now(UTC).date()
    ahead = (today - FIRST).days + 400
    try:
        story.night(ahead, LEADS, {**ADA, "job_title": "CFO"})
    except ConfigurationError:
        return
    assert value(story.admin, "select max(last_observed_at) from marketing.last_seen") <= datetime.now(UTC)
    noted = (
        "select count(*) from intake.validation_failed where outcome = 'noted' and column_name ~ 'observed|day|time'"
    )
    assert value(story.admin, noted) >= 1


def test_an_item_of_a_year_to_come_is_of_today(story: Story) -> None:
    year = datetime.now(UTC).year
    story.told(
        (0, LEADS, ADA),
        (1, OFFICERS, {"company_name": "Alpha Pumps", "person": "Ada Quill", "title": "CFO", "year": str(year + 3)}),
    )
    assert value(story.admin, "select max(last_observed_at) from marketing.last_seen") <= datetime.now(UTC)
