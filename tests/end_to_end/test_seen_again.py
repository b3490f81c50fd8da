"""What is only seen again: it promotes nothing, changes nothing, and is known to have been seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.pipeline import exact, rows, value
from tests.end_to_end.story import LEADS, LINKEDIN, PROFILES, Item, Story, lead, position, profile

ALPHA = ("Alpha Pumps", "alpha.example")
ADA = lead("Ada Quill", "CFO", *ALPHA, email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/aq")
BEN = lead("Ben Low", "CEO", *ALPHA, email="ben@alpha.example")
MASTERS = (
    "marketing.company_master", "marketing.people_master", "vault.contacts", "marketing.slot_assignment_history",
    "intake.person_member", "intake.company_member",
)  # fmt: skip


def _masters(story: Story) -> dict[str, Any]:
    return {table: found for table, found in exact(story.admin).items() if table in MASTERS}


def _seen(story: Story) -> dict[str, Any]:
    found = rows(story.admin, """select coalesce(p.full_name, c.company_name) as who, s.last_observed_at::date as day
        from marketing.last_seen as s left join marketing.people_master as p using (unique_id)
        left join marketing.company_master as c on c.company_unique_id = s.unique_id""")  # fmt: skip
    return {row["who"]: row["day"] for row in found}


def test_a_list_that_repeats_itself_writes_no_master_and_is_seen_all_the_same(story: Story) -> None:
    story.night(0, LEADS, ADA, BEN)
    before, first = _masters(story), _seen(story)
    batch = story.landed(20, LEADS, ADA)
    story.digested(batch)
    assert value(story.admin, "select count(*) from intake.promote_queue") == 0
    assert _masters(story) == before
    seen = _seen(story)
    assert (seen["Ada Quill"], seen["Alpha Pumps"], seen["Ben Low"]) == (batch.day, batch.day, first["Ben Low"])


def test_many_nights_of_a_stale_list_undo_nothing_that_profiles_showed(story: Story) -> None:
    """The list repeats last month's titles every night after both were looked at."""
    looks = [
        profile("Ada Quill", "aq", 8001, position("Chief Executive Officer", "Alpha Pumps", "9301")),
        profile("Ben Low", "bl", 8002, position("Advisor", "Alpha Pumps", "9301")),
    ]
    ada = {**ADA, "company_linkedin_uid": "9301"}
    ben = {**BEN, "linkedin": f"{LINKEDIN}/in/bl", "company_linkedin_uid": "9301"}
    story.told((0, LEADS, ada, ben), (10, PROFILES, *looks))
    assert story.seat("alpha.example") == "Ada Quill"
    before = story.all_told()
    for day in range(11, 16):
        story.night(day, LEADS, ada, ben)
    still = ("companies", "people", "history", "contacts")
    assert {part: story.all_told()[part] for part in still} == {part: before[part] for part in still}
    assert story.seat("alpha.example") == "Ada Quill"


def test_an_earlier_day_that_comes_late_says_since_when(story: Story) -> None:
    """The same words of an earlier day are no repetition: they began then."""
    story.told((10, LEADS, ADA), (5, LEADS, {**BEN, "job_title": "CFO"}), (0, LEADS, ADA))
    since = rows(story.admin, """select p.full_name, min(h.effective_at)::date as day from marketing.slot_assignment_history as h
        inner join marketing.people_master as p on p.unique_id = h.person_unique_id where h.event = 'ASSIGN' group by 1 order by 1""")  # fmt: skip
    days = {row["full_name"]: row["day"] for row in since}
    first = value(story.admin, "select min(first_observed_at)::date from intake.validated_people")
    assert days["Ada Quill"] == first


def test_a_profile_that_is_looked_at_again_moves_the_look(story: Story) -> None:
    look = profile("Ada Quill", "aq", 8001, position("Chief Financial Officer", "Alpha Pumps", "9301"))
    story.told((0, LEADS, ADA), (1, PROFILES, look))
    before = value(story.admin, "select looked_at from marketing.people_master")
    batch = story.night(40, PROFILES, look)
    after = value(story.admin, "select looked_at from marketing.people_master")
    assert before < after
    assert after.date() == batch.day


def test_a_contact_was_active_when_something_was_last_said_not_repeated(story: Story) -> None:
    active = "select last_activity_at::date from vault.contacts where email = 'ada@alpha.example'"
    first = story.night(0, LEADS, ADA)
    story.night(20, LEADS, ADA)
    assert value(story.admin, active) == first.day
    said = story.night(25, LEADS, {**ADA, "job_title": "CEO"})
    assert value(story.admin, active) == said.day


ANOTHER = lead("Ada Quill", "Head of HR", *ALPHA, email="a.quill@alpha.example", linkedin=None)
CHANGES: list[Item] = [{"job_title": "CEO"}, {"city": "Bern"}, {"mobile_number": "+41 44 668 18 00"}]


@pytest.mark.parametrize("change", CHANGES, ids=["title", "city", "phone"])
def test_a_record_whose_words_change_stays_with_its_person(story: Story, change: Item) -> None:
    story.night(0, LEADS, ADA, BEN)
    ids = "select unique_id from marketing.people_master order by 1"
    before = rows(story.admin, ids)
    story.night(1, LEADS, {**ADA, **change}, {**BEN, **change})
    assert rows(story.admin, ids) == before
    assert value(story.admin, "select count(*) from intake.person_member where founded_no is not null") == 2


def test_two_of_a_name_whose_words_change_on_one_day_are_compared_as_before(story: Story) -> None:
    """One list shows both side by side on the second day only: then they are two, also where only their titles changed."""
    alone = {key: each for key, each in ADA.items() if key != "linkedin"}
    story.told((0, LEADS, alone), (1, LEADS, ANOTHER))
    story.night(9, LEADS, {**alone, "job_title": "CEO"}, {**ANOTHER, "job_title": "HR Director"})
    fresh = [(row["title"], row["email"]) for row in rows(story.admin, "select title, email from marketing.people_master order by 1")]
    assert fresh == [("CEO", "ada@alpha.example"), ("HR Director", "a.quill@alpha.example")]
