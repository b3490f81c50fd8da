"""What a profile's entries say about the job: side jobs, breaks, ends ahead, and when somebody has left."""

from __future__ import annotations

import pytest

from tests.end_to_end.story import LEADS, LINKEDIN, PROFILES, Item, Story, lead, position, profile

ALPHA, BETA = ("Alpha Pumps", "9401"), ("Beta Foods", "9402")
ADA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/ada-e",
           company_linkedin_uid="9401")  # fmt: skip
BEN = lead("Ben Low", "CFO", "Beta Foods", "beta.example", email="ben@beta.example", company_linkedin_uid="9402")
HEAD = position("Chief Executive Officer", *ALPHA)


def looked_at(*entries: Item) -> Item:
    return profile("Ada Quill", "ada-e", 9001, *entries)


def began(story: Story) -> Story:
    """Two companies, and a first look at Ada that says what the list says."""
    return story.told((0, LEADS, ADA, BEN), (1, PROFILES, looked_at(HEAD)))


BESIDE = {
    "teaching": position("Adjunct Professor", "Northvale University", "555", "Sep 2026"),
    "a club": position("President", "Rotary Club of Northvale", "556", "Sep 2026"),
    "a holding of the family": position("Owner", "Quill Lake Rentals", "557", "Sep 2026"),
    "a seat on a board that we know": position("Board Member", *BETA, "Sep 2026"),
    "a start-up of their own": position("Co-Founder", "Nightshift Labs", "558", "Sep 2026"),
    "freelance work": position("Consultant", "Freelance", None, "Sep 2026"),
    "a break": position("Career Break", None, None, "Sep 2026"),
    "leave as an employer": position("Maternity Leave", "Career Break", None, "Sep 2026"),
    "writing": position("Author", "Self-employed", None, "Sep 2026"),
    "a sabbatical": position("On sabbatical", None, None, "Sep 2026"),
    "a second company": position("Managing Director", "Quill Ventures", "559", "Sep 2026"),
    "a job to begin": position("Chief Executive Officer", *BETA, "Mar 2031"),
}  # fmt: skip


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE.keys())
def test_what_begins_beside_a_job_that_goes_on_changes_nothing_about_it(story: Story, beside: Item) -> None:
    began(story).night(30, PROFILES, looked_at(beside, HEAD))
    assert story.seat("alpha.example") == "Ada Quill"
    assert story.people("title", "company_unique_id")[0] == (
        "Ada Quill", "Chief Executive Officer", story.company("alpha.example"),
    )  # fmt: skip
    assert not {"left_company", "job_change", "role_change"} & set(story.changes())
    assert [reason for reason, _ in story.signals()] == []


def test_the_order_of_entries_changes_nothing(story: Story) -> None:
    began(story).night(30, PROFILES, looked_at(HEAD, BESIDE["a start-up of their own"]))
    assert story.seat("alpha.example") == "Ada Quill"
    assert not {"left_company", "job_change"} & set(story.changes())


def test_a_profile_whose_only_job_ends_ahead_has_its_title_from_it(story: Story) -> None:
    story.told((0, LEADS, BEN), (1, PROFILES, looked_at(position("Chief Financial Officer", *BETA, "Sep 2016", "Mar 2031"))))
    assert ("Ada Quill", "Chief Financial Officer") in story.people("title")


def test_a_side_job_at_the_first_look_is_not_the_job(story: Story) -> None:
    story.told((0, LEADS, ADA, BEN), (1, PROFILES, looked_at(BESIDE["teaching"], HEAD)))
    assert story.seat("alpha.example") == "Ada Quill"
    assert story.people("title")[0][1] == "Chief Executive Officer"


def test_an_end_ahead_takes_effect_on_its_day(story: Story) -> None:
    began(story).night(30, PROFILES, looked_at({**HEAD, "endDate": {"month": "Dec", "year": 2031, "text": "Dec 2031"}}))
    assert story.seat("alpha.example") == "Ada Quill"
    assert "left_company" not in story.changes()
    assert story.signals() == []


def test_an_end_that_has_passed_is_an_end(story: Story) -> None:
    began(story).night(30, PROFILES, looked_at({**HEAD, "endDate": {"month": "Aug", "year": 2026, "text": "Aug 2026"}}))
    assert story.seat("alpha.example") is None
    assert "left_company" in story.changes()


def test_an_end_that_has_passed_beside_another_job_is_a_move(story: Story) -> None:
    ended = position("Chief Executive Officer", *ALPHA, "Mar 2015", "Aug 2026")
    began(story).night(30, PROFILES, looked_at(position("Chief Executive Officer", *BETA, "Sep 2026"), ended))
    assert (story.seat("alpha.example"), story.seat("beta.example")) == (None, "Ada Quill")


def test_a_full_profile_that_lists_the_company_no_longer_has_left_it(story: Story) -> None:
    began(story).night(30, PROFILES, looked_at(position("Chief Executive Officer", *BETA, "Sep 2026")))
    assert (story.seat("alpha.example"), story.seat("beta.example")) == (None, "Ada Quill")


def test_another_spelling_of_the_company_is_no_other_company(story: Story) -> None:
    """Compared by who the company is: its LinkedIn number, not by its text."""
    began(story).night(
        30, PROFILES, looked_at(position("Chief Executive Officer", "Alpha Pumps International Ltd.", "9401"))
    )
    assert story.seat("alpha.example") == "Ada Quill"
    assert not {"left_company", "job_change"} & set(story.changes())


@pytest.mark.parametrize("unreadable", ["soon", "Foo 2026?", "??"])
def test_a_start_that_cannot_be_read_never_counts_as_the_newest(story: Story, unreadable: str) -> None:
    odd = {**position("Advisor", "Nightshift Labs", "558"), "startDate": {"text": unreadable}}
    began(story).night(30, PROFILES, looked_at(odd, HEAD))
    assert story.seat("alpha.example") == "Ada Quill"
    assert story.people("title")[0][1] == "Chief Executive Officer"


def test_a_promotion_within_the_company_is_one_entry_of_two(story: Story) -> None:
    """LinkedIn lists the former post of the same company as an entry of its own."""
    story.told(
        (0, LEADS, {**ADA, "job_title": "CFO"}),
        (1, PROFILES, looked_at(position("Chief Financial Officer", *ALPHA))),
        (30, PROFILES, looked_at(position("Chief Executive Officer", *ALPHA, "Sep 2026"),
                                 position("Chief Financial Officer", *ALPHA, "Mar 2015", "Aug 2026"))),
    )  # fmt: skip
    assert (story.seat("alpha.example"), story.seat("alpha.example", "CFO")) == ("Ada Quill", None)
    assert story.people("title")[0][1] == "Chief Executive Officer"


def test_who_heads_two_companies_by_their_own_profile_holds_both_seats(story: Story) -> None:
    story.told(
        (0, LEADS, ADA, BEN), (1, PROFILES, looked_at(position("Chief Executive Officer", *BETA, "Jan 2020"), HEAD))
    )
    assert (story.seat("alpha.example"), story.seat("beta.example")) == ("Ada Quill", "Ada Quill")


def test_no_seat_was_looked_at_before_it_was_filled(story: Story) -> None:
    began(story).told(
        (5, LEADS, lead("Cyd Rood", "Chief Executive Officer", "Beta Foods", "beta.example", email="cyd@beta.example")),
        (30, PROFILES, looked_at(position("Chief Executive Officer", *BETA, "Sep 2026"))),
        (31, LEADS, {**ADA, "city": "Bern"}, BEN),
    )
    odd = story.admin.execute(
        "select slot_type, filled_at, last_refreshed_at from marketing.company_slot where last_refreshed_at < filled_at"
    ).fetchall()
    assert odd == []
