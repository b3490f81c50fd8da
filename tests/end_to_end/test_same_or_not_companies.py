"""Which records are one company: shared hosts, groups on one domain, phantoms, names that wait; in every order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.end_to_end.pipeline import value
from tests.end_to_end.story import LEADS, LINKEDIN, LIST, PAGES, PROFILES, Item, Story, Tell, lead, position, profile

# Pairs of unrelated firms on one host that no list of hosts can know, as pages and as sub-domains.
HOSTS = {
    "pages": ("https://bookahead.example/alpha", "https://bookahead.example/beta"),
    "sub-domains": ("https://alpha.shopfronts.example", "https://beta.shopfronts.example"),
    "a known platform": ("https://alpha.business.site", "https://beta.business.site"),
    "an archive": ("https://web.archive.org/web/2020/https://a.example/", "https://web.archive.org/web/2020/https://b.example/"),
}  # fmt: skip


def listed(company: str, website: str | None, who: str | None, city: str | None = None, **fields: Any) -> Item:
    row = {"company_name": company, "website": website, "ceo_name": who, "city": city, **fields}
    return {key: each for key, each in row.items() if each is not None}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("sites", HOSTS.values(), ids=HOSTS.keys())
def test_two_firms_on_one_host_are_two(story: Story, sites: tuple[str, str], order: tuple[int, int]) -> None:
    rows = [
        listed("Copper Plumbing", sites[0], "Ada Quill", "Austin"),
        listed("Velvet Barbers", sites[1], "Bo Lind", "Boston"),
    ]
    story.told(*((n, LIST, rows[at]) for n, at in enumerate(order)))
    assert not {("Ada Quill", "Bo Lind"), ("Bo Lind", "Ada Quill")} & set(_together(story))
    assert len({company for company, *_ in story.companies()}) == len(story.companies())


def test_a_third_firm_on_the_host_changes_nothing_about_the_two(story: Story) -> None:
    host = "https://bookahead.example"
    story.told(
        (0, LIST, listed("Copper Plumbing", f"{host}/a", "Ada Quill", "Austin")),
        (1, LIST, listed("Velvet Barbers", f"{host}/b", "Bo Lind", "Boston")),
        (2, LIST, listed("Dental Corner", f"{host}/c", "Cy Fall", "Denver")),
    )
    assert _together(story) == []


def _together(story: Story) -> list[tuple[str, str]]:
    """Pairs of people of one company."""
    found = story.admin.execute(
        """select a.full_name as one, b.full_name as other from marketing.people_master as a
        inner join marketing.people_master as b using (company_unique_id) where a.full_name < b.full_name"""
    ).fetchall()
    return sorted((row["one"], row["other"]) for row in found)


GROUP = [
    lead("Hana Top", "CEO", "Quillgate Holdings", "quillgate.example", email="hana@quillgate.example", company_linkedin_uid="931001"),
    lead("Lea Move", "CEO", "Quillgate Logistics", "quillgate.example", email="lea@quillgate.example", company_linkedin_uid="931002"),
    lead("Eno Watt", "CEO", "Quillgate Energy", "quillgate.example", email="eno@quillgate.example", company_linkedin_uid="931003"),
]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_members_of_a_group_with_numbers_of_their_own_stay_apart(story: Story, order: tuple[int, ...]) -> None:
    story.told(*((day, LEADS, GROUP[n]) for day, n in enumerate(order)))
    assert {name: story.seat(name) for name, *_ in story.companies()} == {
        "Quillgate Energy": "Eno Watt", "Quillgate Holdings": "Hana Top", "Quillgate Logistics": "Lea Move",
    }  # fmt: skip


def test_they_come_apart_when_their_numbers_are_learnt(story: Story) -> None:
    """Known by the domain only they may be one; LinkedIn's pages say that they are two."""
    bare = [{key: each for key, each in row.items() if key != "company_linkedin_uid"} for row in GROUP[:2]]
    site = "https://quillgate.example"
    pages = [
        {
            "id": "931001",
            "name": "Quillgate Holdings",
            "linkedinUrl": f"{LINKEDIN}/company/quillgate-holdings",
            "website": site,
        },
        {
            "id": "931002",
            "name": "Quillgate Logistics",
            "linkedinUrl": f"{LINKEDIN}/company/quillgate-logistics",
            "website": site,
        },
    ]
    story.told((0, LEADS, *bare), (5, PAGES, *pages))
    assert {"Quillgate Holdings", "Quillgate Logistics"} <= {name for name, *_ in story.companies()}


def test_the_same_domain_under_two_names_without_a_number_is_one_company(story: Story) -> None:
    """A rebranding: the compatible evidence of a domain holds as long as nothing contradicts it."""
    story.told(
        (0, LEADS, lead("Hana Top", "CEO", "Quillgate", "quillgate.example", company_linkedin_uid="931001")),
        (9, LEADS, lead("Hana Top", "CEO", "Quillgate Group", "quillgate.example", company_linkedin_uid="931001")),
    )
    assert len(story.companies()) == 1


STEEL = [
    lead("Ada Quill", "CEO", "Gamma Steel"),
    lead("Ada Quill", "CEO", "Gamma Steel", company_website="https://gmail.com"),
    lead("Ada Quill", "CEO", "Gamma Steel", "gammasteel.example"),
    lead("Ada Quill", "CEO", "Gamma Steel", company_website="https://www.linkedin.com/company/gamma-steel"),
    lead("Ada Quill", "CEO", "Gamma Steel", company_website="https://gammasteel.business.site"),
]


@pytest.mark.parametrize("other", [1, 3, 4], ids=["free mail", "a page on LinkedIn", "a platform"])
def test_no_phantom_stays_in_any_order(tell: Tell, other: int) -> None:
    rows = [STEEL[0], STEEL[other], STEEL[2]]
    first = None
    for order in permutations(range(3)):
        told = tell([(n, LEADS, rows[n]) for n in order])
        assert [site for _, site in told.companies("domain")] == ["gammasteel.example"]
        assert told.seat("gammasteel.example") == "Ada Quill"
        first = first or told.all_told()
        assert told.all_told() == first


def test_a_company_without_a_record_is_gone_with_its_slots(story: Story) -> None:
    """The name belonged to one company; now two bear it, and what only followed the name waits again."""
    story.told((0, LEADS, STEEL[2]), (1, LEADS, lead("Bo Lind", "CFO", "Gamma Steel")))
    assert story.seat("gammasteel.example", "CFO") == "Bo Lind"
    story.night(2, LEADS, lead("Cy Fall", "CEO", "Gamma Steel", "gamma-steel.example"))
    assert [name for name, *_ in story.people()] == ["Ada Quill", "Cy Fall"]
    assert value(story.admin, "select count(*) from marketing.company_slot") == 6


ALPHA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example")
BY_NAME = lead("Cid Low", "CFO", "Alpha Pumps Group")


@pytest.mark.parametrize(
    "nights",
    [
        [(0, LEADS, BY_NAME), (1, LEADS, ALPHA), (2, LEADS, BY_NAME)],
        [(1, LEADS, ALPHA), (0, LEADS, BY_NAME), (2, LEADS, BY_NAME)],
        [(0, LEADS, BY_NAME), (1, LEADS, ALPHA)],
        [(0, LEADS, BY_NAME, ALPHA)],
    ],
    ids=["list first", "company first", "once", "one batch"],
)
def test_a_name_like_a_known_one_is_asked_about_whatever_came_first(
    story: Story, nights: list[tuple[Any, ...]]
) -> None:
    story.told(*nights)
    assert story.asked_about() == 1


def test_one_name_in_one_city_under_two_domains_is_asked_about(story: Story) -> None:
    story.told(
        (0, LIST, listed("Delta Works", "https://delta.example", "Ada Quill", "Bern")),
        (1, LIST, listed("Delta Works", "https://deltaworks.example", "Bo Lind", "Bern")),
    )
    assert len(story.companies()) == 2
    assert story.asked_about() == 1


BEN = lead("Ben Low", "CFO", "Beta Foods", "beta.example", email="ben@gamma.example")
GAMMA = lead("Cy Fall", "CEO", "Gamma Steel", "gamma.example")
HR = lead("Ada Quill", "Head of HR", "Delta", linkedin=f"{LINKEDIN}/in/ada-d")
ENGINEER = profile("Ada Quill", "ada-d", 9601, position("Engineer", "Zeta", "9609", "Aug 2026"))
DELTAS = [lead("Bo Lind", "CEO", "Delta", "delta.example"), lead("Cy Fall", "CEO", "Delta", "delta-two.example")]
STORIES: dict[str, list[tuple[Any, ...]]] = {
    "an address judged by a domain": [(0, LEADS, BEN), (1, LEADS, GAMMA), (2, LEADS, BEN)],
    "a profile and a name that becomes ambiguous": [
        (0, LEADS, DELTAS[0]), (1, LEADS, HR), (2, PROFILES, ENGINEER), (3, LEADS, DELTAS[1]),
    ],
    "a company by its name that becomes ambiguous": [
        (0, LIST, listed("Delta", None, None, None)), (1, LEADS, DELTAS[0]), (2, LEADS, DELTAS[1]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("nights", STORIES.values(), ids=STORIES.keys())
def test_any_order_gives_the_same(tell: Tell, nights: list[tuple[Any, ...]]) -> None:
    straight = tell(nights)
    backwards = tell(nights[::-1])
    assert backwards.all_told() == straight.all_told()
    assert _pending(backwards) == _pending(straight)


def _pending(story: Story) -> int:
    return int(value(story.admin, "select count(*) from intake.raw_loads where status = 'pending'"))
