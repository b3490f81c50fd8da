"""Who is one person and who is two: reused profiles, shared mailboxes, namesakes, names that say less."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach_pipeline.settings import SHIPPED_SHAPES
from outreach_pipeline.stages.replay import ReplayFilter, replay
from tests.end_to_end.story import LEADS, LINKEDIN, MATCH, PROFILES, Item, Story, lead, match, position, profile

ALPHA = ("Alpha Pumps", "alpha.example")
ADA = lead("Ada Quill", "CFO", *ALPHA, email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/aq")
ADA_PROFILE = profile("Ada Quill", "aq", 8001, position("Chief Financial Officer", "Alpha Pumps", "9301"))
# A company becomes a master with its website; a page on LinkedIn alone makes it wait.
OTHERGATE = lead("Eve Gate", "Head of HR", "Othergate", "othergate.example", company_linkedin_uid="9399")
ZED_PROFILE = profile("Zed Other", "aq", 8099, position("Chief Executive Officer", "Othergate", "9399", "Mar 2020"))


def _slugs(story: Story) -> dict[str, str | None]:
    return {str(who): str(url).rsplit("/", 1)[-1] if url else None for who, url in story.people("linkedin_url")}


def test_a_slug_that_another_member_bears_now_is_another_person(story: Story) -> None:
    story.told((0, LEADS, ADA, OTHERGATE), (1, PROFILES, ADA_PROFILE), (30, PROFILES, ZED_PROFILE))
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Eve Gate", "Zed Other"]
    assert story.people("email")[0] == ("Ada Quill", "ada@alpha.example")
    assert story.people("email")[2] == ("Zed Other", None)
    assert story.seat("alpha.example", "CFO") == "Ada Quill"
    assert not {"left_company", "name_change"} & set(story.changes())
    assert _slugs(story) == {"Ada Quill": None, "Eve Gate": None, "Zed Other": "aq"}, "a refresh asks nobody for another"


def test_a_list_that_still_gives_the_old_slug_means_who_it_names(story: Story) -> None:
    """The slug is Zed's since the profile was seen; the list's row names Ada, whom we know by her address."""
    story.told(
        (0, LEADS, ADA, OTHERGATE),
        (1, PROFILES, ADA_PROFILE),
        (30, PROFILES, ZED_PROFILE),
        (31, LEADS, {**ADA, "city": "Bern"}),
    )
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Eve Gate", "Zed Other"]
    assert story.seat("alpha.example", "CFO") == "Ada Quill"
    assert _slugs(story) == {"Ada Quill": None, "Eve Gate": None, "Zed Other": "aq"}


def test_a_slug_that_only_seemed_to_be_anothers_comes_back(story: Story, tmp_path: Path) -> None:
    """The shape read Zed's address from a wrong field; corrected, nobody but Ada bears the slug."""
    text = (SHIPPED_SHAPES / "harvestapi_profile.toml").read_text(encoding="utf-8")
    wrong = text.replace('linkedin_url = "linkedinUrl"\n', 'linkedin_url = "lookedAt"\n')
    assert wrong != text
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "harvestapi_profile.toml").write_text(wrong, encoding="utf-8")
    zed = {**ZED_PROFILE, "linkedinUrl": f"{LINKEDIN}/in/zed", "publicIdentifier": "zed", "lookedAt": f"{LINKEDIN}/in/aq"}
    ada = {**ADA_PROFILE, "lookedAt": f"{LINKEDIN}/in/aq"}
    story.using(shapes=tmp_path / "shapes")
    story.told((0, LEADS, ADA, OTHERGATE), (1, PROFILES, ada), (30, PROFILES, zed))
    assert _slugs(story) == {"Ada Quill": None, "Eve Gate": None, "Zed Other": "aq"}
    story.using(shapes=None)
    replay(story.work, ReplayFilter())
    assert _slugs(story) == {"Ada Quill": "aq", "Eve Gate": None, "Zed Other": "zed"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_slug_is_whose_the_newest_look_shows_whatever_came_first(story: Story, order: tuple[int, ...]) -> None:
    nights = [(0, LEADS, ADA, OTHERGATE), (1, PROFILES, ADA_PROFILE), (30, PROFILES, ZED_PROFILE)]
    story.told(*(nights[n] for n in order))
    assert _slugs(story) == {"Ada Quill": None, "Eve Gate": None, "Zed Other": "aq"}


def test_a_list_that_gives_somebody_anothers_address_takes_it_from_nobody(story: Story) -> None:
    """A row pasted wrongly is no look at the profile."""
    pasted = lead("Ben Crook", "CEO", *ALPHA, email="ben@alpha.example", linkedin=f"{LINKEDIN}/in/aq")
    story.told((0, LEADS, ADA), (1, PROFILES, ADA_PROFILE), (30, LEADS, pasted))
    assert _slugs(story)["Ada Quill"] == "aq"


def test_two_members_of_one_name_never_become_one_by_their_slug(story: Story) -> None:
    namesake = profile("Ada Quill", "aq", 8098, position("Chief Executive Officer", "Othergate", "9399", "Mar 2020"))
    story.told((0, LEADS, ADA, OTHERGATE), (1, PROFILES, ADA_PROFILE), (30, PROFILES, namesake))
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Ada Quill", "Eve Gate"]
    assert story.seat("alpha.example", "CFO") == "Ada Quill"


def test_a_member_who_changed_the_slug_stays_one_person(story: Story) -> None:
    renamed = profile("Ada Quill", "ada-quill-cfo", 8001, position("Chief Financial Officer", "Alpha Pumps", "9301"))
    story.told(
        (0, LEADS, ADA, OTHERGATE), (1, PROFILES, ADA_PROFILE), (30, PROFILES, renamed), (31, PROFILES, ZED_PROFILE)
    )
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Eve Gate", "Zed Other"]
    assert str(story.people("linkedin_url")[0][1]).endswith("/ada-quill-cfo")


OFFICERS = [("Ada Twin", "CEO"), ("Ben Crook", "CFO"), ("Cyd Rood", "HR Manager")]


@pytest.mark.parametrize(
    "mailbox", ["alpha@alpha.example", "office@alpha.example", "alphapumps@gmail.com", "kontor@alpha.example"]
)
def test_one_mailbox_of_three_officers_makes_three_people(story: Story, mailbox: str) -> None:
    story.night(0, LEADS, *(lead(who, title, *ALPHA, email=mailbox) for who, title in OFFICERS))
    held = {slot: story.seat("alpha.example", slot) for slot in ("CEO", "CFO", "HR")}
    assert held == {"CEO": "Ada Twin", "CFO": "Ben Crook", "HR": "Cyd Rood"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_a_mailbox_turns_out_to_be_shared_night_by_night(story: Story, order: tuple[int, ...]) -> None:
    rows = [lead(who, title, *ALPHA, email="alpha@alpha.example") for who, title in OFFICERS]
    story.told(*((day, LEADS, rows[n]) for day, n in enumerate(order)))
    assert [name for name, *_ in story.people()] == ["Ada Twin", "Ben Crook", "Cyd Rood"]


def test_a_familys_mailbox_is_nobodys_also_when_they_run_different_companies(story: Story) -> None:
    story.told(
        (0, LEADS, lead("Uma Berg", "CEO", *ALPHA, email="bergs@gmail.com")),
        (1, LEADS, lead("Ole Berg", "CEO", "Beta Foods", "beta.example", email="bergs@gmail.com")),
    )
    assert story.people("company_unique_id") == [
        ("Ole Berg", story.company("beta.example")), ("Uma Berg", story.company("alpha.example")),
    ]  # fmt: skip
    assert story.ready() == []


def test_father_and_son_at_one_company_are_two(story: Story) -> None:
    story.night(
        0, LEADS, lead("Karl Voss Sr.", "CEO", *ALPHA, email="voss@alpha.example"),
        lead("Karl Voss Jr.", "CFO", *ALPHA, email="k.voss@alpha.example"),
    )  # fmt: skip
    assert len(story.people()) == 2
    assert None not in (story.seat("alpha.example"), story.seat("alpha.example", "CFO"))


SAME = [
    ("Jose Garcia", "José García"), ("Jos? Garcia", "José Garcia"), ("Bob Low", "Robert Low"), ("Ada Berg", "Ada Quill-Berg"),
    ("Ada M. Quill", "Ada Quill"), ("A. Quill", "Ada Quill"), ("ADA QUILL", "Ada Quill"), ("Quill Ada", "Ada Quill"),
    ("Jürgen Müller", "Juergen Mueller"), ("Ada Quill MBA", "Ada Quill"),
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("names", SAME, ids=[" and ".join(pair) for pair in SAME])
def test_compatible_names_behind_one_address_are_one_person(story: Story, names: tuple[str, str], order: int) -> None:
    one, other = (lead(who, "CEO", *ALPHA, email="a.own@alpha.example") for who in names[::order])
    story.told((0, LEADS, one), (1, LEADS, other))
    assert len(story.people()) == 1
    assert story.people("email")[0][1] == "a.own@alpha.example"


@pytest.mark.parametrize(
    "names",
    [("Ada Quill", "Ben Quill"), ("Ada Quill", "Ada Berg"), ("Karl Voss", "Klara Voss"), ("Ada Quill", "Adele Quill")],
)
def test_incompatible_names_behind_one_address_are_two_people(story: Story, names: tuple[str, str]) -> None:
    first, second = (
        lead(who, title, *ALPHA, email="both@alpha.example") for who, title in zip(names, ("CEO", "CFO"), strict=True)
    )
    story.told((0, LEADS, first), (1, LEADS, second))
    assert [name for name, *_ in story.people()] == sorted(names)


LESS: list[tuple[Item, Item, str, str]] = [
    (lead("Karl Voss", "CEO", *ALPHA, email="k.voss@alpha.example"), lead("K. Voss", "CEO", *ALPHA, email="k.voss@alpha.example"), "first_name", "Karl"),
    (lead("Karl Voss", "CEO", *ALPHA, email="k.voss@alpha.example"), lead("Karl V.", "CEO", *ALPHA, email="k.voss@alpha.example"), "last_name", "Voss"),
    (
        lead("Karl Voss", "CEO", *ALPHA, email="k.voss@alpha.example", linkedin=f"{LINKEDIN}/in/kv"),
        lead("Karl Voss", "CEO", *ALPHA, email="info@alpha.example", linkedin=f"{LINKEDIN}/in/kv"), "email", "k.voss@alpha.example",
    ),
    (
        lead("Karl Voss", "CEO", *ALPHA, email="k.voss@alpha.example", linkedin=f"{LINKEDIN}/in/kv"),
        lead("Karl Voss", "CEO", *ALPHA, email="k.voss+lists@alpha.example", linkedin=f"{LINKEDIN}/in/kv"), "email", "k.voss@alpha.example",
    ),
    (
        lead("Karl Voss", "Chief Executive Officer and Co-Founder", *ALPHA, email="k.voss@alpha.example"),
        lead("Karl Voss", "Chief Executive Officer and Co-Fo…", *ALPHA, email="k.voss@alpha.example"), "title", "Chief Executive Officer and Co-Founder",
    ),
]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["more first", "less first"])
@pytest.mark.parametrize("case", LESS, ids=["initial", "last initial", "role address", "tagged address", "cut title"])
def test_what_says_less_never_displaces_what_says_more(
    story: Story, case: tuple[Item, Item, str, str], order: tuple[int, int]
) -> None:
    """Whichever is landed first: the day of the one that says less is the later one."""
    *items, column, expected = case
    for n in order:
        story.night(4 * n, LEADS, items[n])  # type: ignore[arg-type]
    assert [row[1] for row in story.people(column)] == [expected]


def test_a_different_title_is_not_less_but_a_change(story: Story) -> None:
    story.told((0, LEADS, lead("Karl Voss", "Chief Financial Officer", *ALPHA, email="k@alpha.example")),
               (9, LEADS, lead("Karl Voss", "CEO", *ALPHA, email="k@alpha.example")))  # fmt: skip
    assert story.people("title") == [("Karl Voss", "CEO")]


def test_the_opt_out_of_somebody_reaches_their_second_master(story: Story) -> None:
    """The same name, company and title under another profile with another mailbox is probably the same person."""
    from outreach_pipeline.stages.suppress import suppress

    first = match("Ada Quill", "CEO", *ALPHA, "ada@alpha.example", linkedin_url=f"{LINKEDIN}/in/ada-one", id="a1")
    second = match("Ada Quill", "CEO", *ALPHA, "a.quill@alpha.example", linkedin_url=f"{LINKEDIN}/in/ada-two", id="a2")
    story.told((0, MATCH, first))
    assert story.ready() == ["ada@alpha.example"]
    suppress(story.work, ["ada@alpha.example"], reason="unsubscribed")
    story.told((5, MATCH, second))
    assert story.ready() == []


def test_the_pause_after_a_message_reaches_the_second_master(story: Story) -> None:
    first = match("Ada Quill", "CEO", *ALPHA, "ada@alpha.example", linkedin_url=f"{LINKEDIN}/in/ada-one", id="a1")
    second = match("Ada Quill", "CEO", *ALPHA, "a.quill@alpha.example", linkedin_url=f"{LINKEDIN}/in/ada-two", id="a2")
    story.told((0, MATCH, first))
    story.admin.execute(
        "insert into marketing.message_log (person_unique_id, direction, channel, sent_at) values (%s, 'outbound', 'email', now())",
        (story.person("Ada Quill"),),
    )
    story.told((5, MATCH, second))
    assert story.ready() == []


@pytest.mark.parametrize("is_lost_first", [True, False])
@pytest.mark.parametrize("lost", ["Beatriz Zanderi?re", "Beatriz Zanderi\ufffdre", "Beatriz ?anderi?re"])
def test_a_family_name_that_lost_letters_is_found_by_whom_it_stands_for(
    story: Story, lost: str, is_lost_first: bool
) -> None:
    whole = (LEADS, lead("Beatriz Zanderière", "CFO", *ALPHA, linkedin=f"{LINKEDIN}/in/bz"))
    broken = (LEADS, lead(lost, "CFO", *ALPHA, email="b.z@alpha.example"))
    story.told(*((day, *item) for day, item in enumerate([broken, whole] if is_lost_first else [whole, broken])))
    assert [name for name, *_ in story.people()] == ["Beatriz Zanderière"]


def test_a_family_name_that_lost_letters_is_not_a_colleagues(story: Story) -> None:
    story.told(
        (0, LEADS, lead("Beatriz Zander", "CEO", *ALPHA), lead("Olaf Zanderière", "HR Manager", *ALPHA)),
        (1, LEADS, lead("Beatriz Zanderi?re", "CFO", *ALPHA)),
    )
    assert len(story.people()) == 3


@pytest.mark.parametrize("mails", [("pb@alpha.example", "pb2@alpha.example"), ("pb2@alpha.example", "pb@alpha.example")])
def test_two_of_a_name_whom_one_list_shows_side_by_side_are_two_until_somebody_says_otherwise(
    story: Story, mails: tuple[str, str]
) -> None:
    titles = ("CFO", "Head of HR")
    story.told(
        (0, LEADS, *(lead("Pablo Barkwood", title, *ALPHA, email=mail) for title, mail in zip(titles, mails, strict=True)))
    )
    assert len(story.people()) == 2
    assert story.asked_about() == 1


def test_an_address_that_a_list_changes_leaves_one_person(story: Story) -> None:
    story.told(*(
        (day, LEADS, lead("Pablo Barkwood", "CFO", *ALPHA, email=f"{mail}@alpha.example"))
        for day, mail in enumerate(["pb", "pablo.barkwood"])
    ))  # fmt: skip
    assert len(story.people()) == 1
