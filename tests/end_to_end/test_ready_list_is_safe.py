"""The ready list in doubt: what was said last of an address, whose it is, and whom else it may be."""

from __future__ import annotations

import pytest

from tests.end_to_end.story import FIRST, LEADS, LINKEDIN, MATCH, PROFILES, Item, Story, lead, match, position, profile

ALPHA, BETA = ("Alpha Pumps", "alpha.example"), ("Beta Foods", "beta.example")


def ada(status: str, email: str = "ada@alpha.example") -> Item:
    return match("Ada Quill", "CEO", *ALPHA, email, status, id="a1", linkedin_url=f"{LINKEDIN}/in/ada-r")


@pytest.mark.parametrize(
    ("words", "is_ready"),
    [
        (("bounced", "verified", "bounced"), False), (("verified", "bounced", "verified"), True),
        (("verified", "bounced", "bounced"), False), (("bounced", "verified", "verified"), True),
        (("verified", "unverified"), False), (("verified", "extrapolated", "verified"), True),
    ],
)  # fmt: skip
def test_the_newest_word_about_an_address_holds(story: Story, words: tuple[str, ...], is_ready: bool) -> None:
    story.told(*((day, MATCH, ada(word)) for day, word in enumerate(words)))
    assert story.seat("alpha.example") == "Ada Quill"
    assert story.ready() == (["ada@alpha.example"] if is_ready else [])


def test_the_newest_word_holds_in_any_order_of_arrival(story: Story) -> None:
    story.told((2, MATCH, ada("bounced")), (1, MATCH, ada("verified")), (0, MATCH, ada("bounced")))
    assert story.ready() == []


@pytest.mark.parametrize(
    "mailbox", ["info@alpha.example", "kontakt@alpha.example", "hr@alpha.example", "sales.ch@alpha.example"]
)
def test_a_verified_role_address_is_offered_as_nobodys(story: Story, mailbox: str) -> None:
    story.night(0, MATCH, ada("verified", mailbox))
    assert story.seat("alpha.example") == "Ada Quill"
    assert story.ready() == []


CY = match("Cy Fall", "CEO", *BETA, "ben.tarn@beta.example", id="c1", linkedin_url=f"{LINKEDIN}/in/cy-r")
BEN = match("Ben Tarn", "CFO", *BETA, "ben.tarn@beta.example", id="c2", linkedin_url=f"{LINKEDIN}/in/ben-r")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_address_that_another_persons_record_states_is_not_offered(story: Story, order: tuple[int, int]) -> None:
    story.told(*((day, MATCH, (CY, BEN)[n]) for day, n in enumerate(order)))
    assert (story.seat("beta.example"), story.seat("beta.example", "CFO")) == ("Cy Fall", "Ben Tarn")
    offered = {row["full_name"] for row in story.admin.execute("select full_name from marketing.outreach_ready")}
    assert "Cy Fall" not in offered


def test_also_when_the_other_person_holds_no_seat(story: Story) -> None:
    tarn = lead("Ben Tarn", "Engineer", *BETA, email="ben.tarn@beta.example")
    story.told((0, MATCH, CY), (1, LEADS, tarn))
    assert story.ready() == []


def test_who_has_left_is_not_ready_however_good_the_address(story: Story) -> None:
    gone = profile("Ada Quill", "ada-r", 9801, position("Chief Executive Officer", "Zeta Works", "9899", "Sep 2026"))
    story.told((0, MATCH, ada("verified")), (9, PROFILES, gone), (10, MATCH, ada("verified")))
    assert story.ready() == []


@pytest.mark.parametrize(
    ("title", "began", "is_ready"),
    [
        ("Chief Executive Officer", "{this}", False), ("Lecturer", "{this}", True), ("Chief Executive Officer", "Mar 2015", True),
    ],
)  # fmt: skip
def test_a_seat_elsewhere_that_has_just_begun_makes_the_former_one_doubtful(
    story: Story, title: str, began: str, is_ready: bool
) -> None:
    """Many forget to close the entry that they leave. A lecture, or a second seat of old, is no reason."""
    firms = [
        lead("Bo Lind", "CFO", *company, company_linkedin_uid=number, company_linkedin=f"{LINKEDIN}/company/{number}")
        for company, number in ((ALPHA, "9801"), (BETA, "9802"))
    ]
    both = profile(
        "Ada Quill", "ada-r", 9801, position(title, "Beta Foods", "9802", began.format(this=f"Jan {FIRST:%Y}")),
        position("Chief Executive Officer", "Alpha Pumps", "9801", "Mar 2014"),
    )  # fmt: skip
    story.told((0, LEADS, *firms), (1, MATCH, ada("verified")), (9, PROFILES, both))
    assert story.seat("alpha.example") == "Ada Quill"
    assert ("ada@alpha.example" in story.ready()) is is_ready


def test_whom_an_open_review_may_join_with_somebody_suppressed_is_left_out(story: Story) -> None:
    """Two records of one name at companies of one name: nobody has said yet whether they are the same person."""
    from outreach_pipeline.stages.suppress import suppress

    first = match("Ada Quill", "CEO", "Delta Works", "delta.example", "ada@delta.example", id="d1", place="Bern")
    story.night(0, MATCH, first)
    assert story.ready() == ["ada@delta.example"]
    suppress(story.work, [story.person("Ada Quill")], reason="unsubscribed")
    story.night(
        1,
        MATCH,
        match("Ada Quill", "CEO", "Delta Works", "deltaworks.example", "ada@deltaworks.example", id="d2", place="Bern"),
    )
    assert story.ready() == []


def test_a_namesake_at_a_company_of_another_name_is_written_to(story: Story) -> None:
    """One name alone joins nobody: else each Ada Quill would be silent once one of them asked to be left alone."""
    from outreach_pipeline.stages.suppress import suppress

    story.night(0, MATCH, match("Ada Quill", "CEO", "Delta Works", "delta.example", "ada@delta.example", id="d1"))
    suppress(story.work, [story.person("Ada Quill")], reason="unsubscribed")
    story.night(1, MATCH, match("Ada Quill", "CEO", "Omega Foods", "omega.example", "ada@omega.example", id="d2"))
    assert story.ready() == ["ada@omega.example"]


def test_one_ready_address_stands_there_once_and_says_why_others_do_not(story: Story) -> None:
    story.told((0, MATCH, ada("verified")), (1, MATCH, CY, BEN))
    assert "ada@alpha.example" in story.ready()
    why = story.admin.execute(
        "select full_name, left_out from marketing.outreach_candidate where full_name = 'Cy Fall'"
    ).fetchall()
    assert len(why) == 1
    assert why[0]["left_out"]
