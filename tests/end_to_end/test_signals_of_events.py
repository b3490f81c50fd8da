"""Signals and scores are a function of the events, not of the order in which they were heard of."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from outreach_pipeline.settings import SHIPPED_SHAPES
from outreach_pipeline.stages.replay import ReplayFilter, replay
from tests.end_to_end.pipeline import rows
from tests.end_to_end.story import LEADS, LINKEDIN, NEWS, PROFILES, Item, Story, Tell, lead, position, profile

ALPHA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example", linkedin=f"{LINKEDIN}/in/ada-s",
             company_linkedin_uid="9901")  # fmt: skip
BETA = lead("Bo Lind", "CEO", "Beta Foods", "beta.example", company_linkedin_uid="9902")


def article(number: int, published: str, topic: str = "hiring", name: str = "Alpha Pumps") -> Item:
    return {
        "id": f"n-{number}", "kind": "news", "topic": topic, "title": f"Headline {number}", "published": published,
        "url": f"https://www.herald.example/{number}", "company": {"name": name, "domain": "alpha.example"},
    }  # fmt: skip


# Windows of 30 days: the third article is within the window of the second, the second within that of the first, ...
DATES = ("2026-10-01", "2026-10-20", "2026-11-08")


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_articles_in_any_order_raise_the_same_signals(tell: Tell, order: tuple[int, ...]) -> None:
    nights = [(30 + n, NEWS, article(n, date)) for n, date in enumerate(DATES)]
    straight = tell([(0, LEADS, ALPHA), *nights])
    other = tell([(0, LEADS, ALPHA), *(nights[n] for n in order)])
    assert other.signals() == straight.signals()
    assert _points(other) == _points(straight)
    # More news never makes a signal older: the newest article counts, and what is not within its window counts of its own.
    assert straight.signals() == [("hiring", "2026-10-01"), ("hiring", "2026-11-08")]


def test_an_older_article_never_moves_a_signal_back(story: Story) -> None:
    story.told((0, LEADS, ALPHA), (40, NEWS, article(1, "2026-11-08")))
    newest = max(day for _, day in story.signals())
    story.told((41, NEWS, article(2, "2026-11-01")))
    assert max(day for _, day in story.signals()) >= newest


def test_news_before_its_company_raises_what_it_raises_after_it(tell: Tell) -> None:
    nights = [
        (0, LEADS, ALPHA),
        (41, NEWS, article(1, "2026-11-08")),
        (42, NEWS, article(2, "2026-11-08", "funding_round")),
    ]
    assert tell(nights[::-1]).signals() == tell(nights).signals()


MOVED = profile(
    "Ada Quill", "ada-s", 9903, position("Chief Financial Officer", "Beta Foods", "9902", "Aug 2026"),
    position("Chief Executive Officer", "Alpha Pumps", "9901", "Jan 2019", "Jul 2026"),
)  # fmt: skip


def test_a_repeated_list_raises_no_signal_of_its_own(story: Story) -> None:
    story.told((0, LEADS, ALPHA, BETA), (9, PROFILES, MOVED))
    before = story.signals()
    assert before != []
    story.told((10, LEADS, ALPHA, BETA), (11, LEADS, ALPHA, BETA))
    assert story.signals() == before


def test_another_wording_of_a_title_is_no_change(story: Story) -> None:
    same = profile("Ada Quill", "ada-s", 9903, position("Chief Executive Officer", "Alpha Pumps", "9901", "Jan 2019"))
    story.told((0, LEADS, ALPHA), (9, PROFILES, same), (12, LEADS, {**ALPHA, "job_title": "C.E.O."}))
    assert story.changes() == []
    assert story.signals() == []


def test_a_change_that_a_misreading_made_is_taken_back_with_its_signal(story: Story, tmp_path: Path) -> None:
    """A shape had read the wrong column: somebody seemed to become chief executive, who had been it all the time."""
    right = 'title = "job_title"\n'
    text = (SHIPPED_SHAPES / "leads_finder.toml").read_text()
    assert right in text
    (tmp_path / "leads_finder.toml").write_text(text.replace(right, 'title = "functional_level"\n'))
    story.using(shapes=tmp_path)
    story.told(
        (0, LEADS, {**ALPHA, "functional_level": "CFO"}, BETA), (9, LEADS, {**ALPHA, "functional_level": "CEO"}, BETA)
    )
    assert story.changes() != []
    assert story.signals() != []
    story.using(shapes=None)
    replay(story.work, ReplayFilter())
    assert story.changes() == []
    assert story.signals() == []
    told = "select event_type, event_data::text as data from marketing.pipeline_events where event_type like '%_withdrawn'"
    found = rows(story.admin, told)
    assert {row["event_type"] for row in found} == {"change_withdrawn", "signal_withdrawn"}
    assert "Quill" not in str(found)


def _points(story: Story) -> list[tuple[str, int]]:
    """Scores melt by the second; whole points do not change while a test runs."""
    found = rows(story.admin, "select c.company_name, round(s.score) as score from bit.company_score as s inner join marketing.company_master as c using (company_unique_id)")  # fmt: skip
    return sorted((row["company_name"], int(row["score"])) for row in found)
