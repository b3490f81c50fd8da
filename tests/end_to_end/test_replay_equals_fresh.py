"""A replay after a correction of a shape or of the title rules gives what a fresh run gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.rules import titles as title_rules_module
from outreach_pipeline.rules.title_rules import DEFAULT_PATH, load_rules
from outreach_pipeline.settings import SHIPPED_SHAPES
from outreach_pipeline.stages.replay import ReplayFilter, replay
from tests.end_to_end.pipeline import rows, value
from tests.end_to_end.story import LEADS, LINKEDIN, Item, Story, Tell, lead

ADA = lead("Ada Quill", "CFO", "Alpha Pumps", "alpha.example", email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/ada-p",
           referred_by=f"{LINKEDIN}/in/ben-p", vendor_website="https://vendor.example", vendor_domain="vendor.example",
           vendor_name="Vendor Software", assistant_email="assistant@alpha.example", assistant_title="CEO",
           parent_uid="999")  # fmt: skip
BEN = lead("Ben Low", "CEO", "Beta Foods", "beta.example", email="ben@beta.example", linkedin=f"{LINKEDIN}/in/ben-p")
VENDOR = lead("Cy Fall", "CEO", "Vendor Software", "vendor.example", email="cy@vendor.example")
# The line of the shape, and as somebody had it at first.
SLUG = ('linkedin_url = "linkedin"\n', 'linkedin_url = "referred_by"\n')
SITE = (
    'website_url = "company_website"\ndomain = "company_domain"\n',
    'website_url = "vendor_website"\ndomain = "vendor_domain"\n',
)
EMAIL = ('email = [{ path = "email", split = "," }', 'email = ["assistant_email", { path = "email", split = "," }')
TITLE = ('title = "job_title"\n', 'title = "assistant_title"\n')
NUMBER = ('linkedin_id = "company_linkedin_uid"\n', 'linkedin_id = "parent_uid"\n')
NAME = ('name = "company_name"\n', 'name = "vendor_name"\n')
WRONG = {"slug": SLUG, "site": SITE, "email": EMAIL, "title": TITLE, "number": NUMBER, "name": NAME}


@pytest.fixture
def wrongly(story: Story, tmp_path: Path) -> Any:
    """Reads nights by a shape with a mistake; gives the function that corrects it and replays."""

    def read(mistake: tuple[str, str], *nights: tuple[Any, ...]) -> None:
        folder = tmp_path / "shapes"
        folder.mkdir()
        text = (SHIPPED_SHAPES / "leads_finder.toml").read_text()
        assert mistake[0] in text
        (folder / "leads_finder.toml").write_text(text.replace(*mistake))
        story.using(shapes=folder)
        story.told(*nights)
        story.using(shapes=None)

    return read


def corrected(story: Story) -> None:
    """`outreach replay` without a word: it finds whom a corrected shape concerns."""
    replay(story.work, ReplayFilter())


@pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG.keys())
def test_whatever_was_read_wrongly(story: Story, tell: Tell, wrongly: Any, mistake: tuple[str, str]) -> None:
    nights = [
        (0, LEADS, ADA),
        (1, LEADS, BEN),
        (2, LEADS, VENDOR),
        (3, LEADS, lead("Dora Berg", "Head of HR", "Alpha Pumps")),
    ]
    wrongly(mistake, *nights)
    corrected(story)
    assert story.all_told() == tell(nights).all_told()


@pytest.mark.parametrize("mistake", [SLUG, SITE], ids=["slug", "site"])
def test_and_replayed_load_by_load(story: Story, tell: Tell, wrongly: Any, mistake: tuple[str, str]) -> None:
    nights = [(0, LEADS, ADA), (1, LEADS, BEN), (2, LEADS, VENDOR)]
    wrongly(mistake, *nights)
    for row in rows(story.admin, "select load_id from intake.raw_loads order by load_id desc"):
        replay(story.work, ReplayFilter(load_ids=(row["load_id"],)))
    assert story.all_told() == tell(nights).all_told()


def test_a_slug_that_was_somebody_elses_is_given_back(story: Story, wrongly: Any) -> None:
    wrongly(SLUG, (0, LEADS, ADA))
    one = story.person("Ada Quill")
    corrected(story)
    story.night(5, LEADS, BEN)
    assert story.people("unique_id", "email", "linkedin_url") == [
        ("Ada Quill", one, "ada@alpha.example", f"{LINKEDIN}/in/ada-p"),
        ("Ben Low", story.person("Ben Low"), "ben@beta.example", f"{LINKEDIN}/in/ben-p"),
    ]


def test_a_company_of_a_wrong_website_is_gone_with_its_slots(story: Story, wrongly: Any) -> None:
    wrongly(SITE, (0, LEADS, ADA))
    one = story.company("Alpha Pumps")
    corrected(story)
    assert story.companies("domain", "company_unique_id") == [("Alpha Pumps", "alpha.example", one)]
    assert value(story.admin, "select count(*) from marketing.company_slot") == 3
    # A name that one company bears is no question.
    story.night(5, LEADS, lead("Dora Berg", "Head of HR", "Alpha Pumps"))
    assert story.seat("alpha.example", "HR") == "Dora Berg"
    assert story.asked_about() == 0


def test_an_id_is_not_given_to_the_company_whose_website_it_was(story: Story, wrongly: Any) -> None:
    wrongly(SITE, (0, LEADS, ADA))
    one = story.company("Alpha Pumps")
    corrected(story)
    story.night(5, LEADS, VENDOR)
    assert story.company("alpha.example") == one
    assert story.company("vendor.example") != one


def test_also_when_that_company_came_before_the_correction(story: Story, wrongly: Any) -> None:
    """Ada's row founded the company; the vendor's own row came to it, and leaves with an id of its own."""
    wrongly(
        SITE,
        (0, LEADS, ADA),
        (1, LEADS, {**VENDOR, "vendor_website": "https://vendor.example", "vendor_domain": "vendor.example"}),
    )
    one = value(story.admin, "select company_unique_id from marketing.company_master")
    corrected(story)
    assert {story.company("alpha.example"), story.company("vendor.example")} > {one}
    assert story.company("alpha.example") == one


def test_an_address_that_no_load_states_any_more_is_no_contact(story: Story, wrongly: Any) -> None:
    wrongly(EMAIL, (0, LEADS, ADA))
    assert story.status_of("assistant@alpha.example") == "active"
    corrected(story)
    assert story.status_of("assistant@alpha.example") is None
    assert story.status_of("ada@alpha.example") == "active"


def test_two_companies_that_a_wrong_number_made_one_come_apart(story: Story, wrongly: Any) -> None:
    wrongly(NUMBER, (0, LEADS, ADA), (1, LEADS, {**BEN, "parent_uid": "999"}))
    corrected(story)
    assert (story.seat("alpha.example", "CFO"), story.seat("beta.example")) == ("Ada Quill", "Ben Low")


def test_a_seat_that_a_wrong_title_filled_is_vacant(story: Story, wrongly: Any) -> None:
    wrongly(TITLE, (0, LEADS, ADA))
    assert story.seat("alpha.example") == "Ada Quill"
    corrected(story)
    assert (story.seat("alpha.example"), story.seat("alpha.example", "CFO")) == (None, "Ada Quill")
    vacated = "select count(*) from marketing.slot_assignment_history where slot_type = 'CEO'"
    assert value(story.admin, vacated) == 0


# A title that no rule knows yet, and the rules that know it.
WORD = "Chieftain of Everything"


def by_rules(story: Story, monkeypatch: pytest.MonkeyPatch, *, learnt: bool) -> Story:
    """From now on by title rules that know the word, or do not yet."""
    text = DEFAULT_PATH.read_text()
    known = 'patterns = ["founder", '
    assert known in text
    path = story.folder / f"titles-{learnt}.toml"
    path.write_text(text.replace(known, f'{known}"{WORD.lower()}", ') if learnt else text)
    rules = load_rules(path)
    for module in (title_rules_module,):
        monkeypatch.setattr(module, "load_rules", lambda *_: rules)
    assert story.work.title_rules is rules
    return story


CHIEF = lead("Ada Quill", WORD, "Alpha Pumps", "alpha.example")
WITH_ADDRESS = lead("Bo Lind", WORD, "Beta Foods", "beta.example", email="bo@beta.example")
BY_NAME = lead("Cy Fall", WORD, "Gamma Steel")


@pytest.mark.parametrize(
    "who", [CHIEF, WITH_ADDRESS, BY_NAME], ids=["dropped beside a company", "vault only", "dropped and waiting"]
)
def test_new_title_rules_reach_everybody_by_a_plain_replay(
    story: Story, monkeypatch: pytest.MonkeyPatch, who: Item
) -> None:
    by_rules(story, monkeypatch, learnt=False)
    story.told((0, LEADS, who), (1, LEADS, lead("Dora Berg", "Head of HR", "Gamma Steel", "gamma.example")))
    assert [name for name, *_ in story.people()] == ["Dora Berg"]
    by_rules(story, monkeypatch, learnt=True)
    replay(story.work, ReplayFilter())
    assert story.seat(str(who["company_name"])) == f"{who['first_name']} {who['last_name']}"


def test_rules_that_forget_a_title_take_the_seat_back(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rules(story, monkeypatch, learnt=True)
    story.told((0, LEADS, WITH_ADDRESS))
    assert story.seat("beta.example") == "Bo Lind"
    by_rules(story, monkeypatch, learnt=False)
    replay(story.work, ReplayFilter())
    assert story.seat("beta.example") is None
    assert story.status_of("bo@beta.example") == "active"
