"""An id names the entity of the record that founded it: through merge, unmerge, forget, suppression and the rest."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_pipeline.stages.explain import explain
from outreach_pipeline.stages.refresh_due import ask_refresh
from outreach_pipeline.stages.suppress import forget, suppress
from tests.end_to_end.pipeline import rows, value
from tests.end_to_end.story import LEADS, LINKEDIN, MATCH, PAGES, PROFILES, Story, lead, match, position, profile

AT_ALPHA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example")
AT_BETA = lead("Ada Quill", "CEO", "Beta Foods", "beta.example", email="ada@beta.example")
# One row with both addresses: two leads of one name are one person, as far as anybody can tell.
BOTH = {**AT_ALPHA, "email": "ada@alpha.example,ada@beta.example"}
# They are two members: each address stands in the profile of one of them.
APART = (
    profile("Ada Quill", "ada-one", 9701, position("Chief Executive Officer", "Alpha Pumps", "9711"), emails=["ada@alpha.example"]),
    profile("Ada Quill", "ada-two", 9702, position("Chief Executive Officer", "Beta Foods", "9712"), emails=["ada@beta.example"]),
)  # fmt: skip
NUMBERS = (
    {
        "id": "9711",
        "name": "Alpha Pumps",
        "linkedinUrl": f"{LINKEDIN}/company/alpha-p",
        "website": "https://alpha.example",
    },
    {
        "id": "9712",
        "name": "Beta Foods",
        "linkedinUrl": f"{LINKEDIN}/company/beta-f",
        "website": "https://beta.example",
    },
)


@pytest.fixture
def ids(story: Story) -> tuple[str, str]:
    """The ids of the two, given on different nights, merged on a third and parted on a fourth."""
    story.told((0, PAGES, *NUMBERS), (1, LEADS, AT_ALPHA))
    one = story.person("Ada Quill")
    story.night(2, LEADS, AT_BETA)
    other = next(each for _, each in story.people("unique_id") if each != one)
    story.night(3, LEADS, BOTH)
    assert len(story.people()) == 1
    assert explain(story.work, other)["id"] == one
    return one, other


@pytest.fixture
def parted(story: Story, ids: tuple[str, str]) -> tuple[str, str]:
    story.night(4, PROFILES, *APART)
    assert len(story.people()) == 2
    return ids


def test_each_id_follows_its_founder_and_the_redirect_is_gone(story: Story, parted: tuple[str, str]) -> None:
    emails = {each: email for _, each, email in story.people("unique_id", "email")}
    assert emails == {parted[0]: "ada@alpha.example", parted[1]: "ada@beta.example"}
    assert [explain(story.work, each)["id"] for each in parted] == list(parted)
    assert rows(story.admin, "select * from marketing.merged_master where entity = 'person'") == []


def test_forgetting_one_leaves_the_other(story: Story, parted: tuple[str, str]) -> None:
    forget(story.work, parted[1])
    assert story.people("unique_id", "email") == [("Ada Quill", parted[0], "ada@alpha.example")]
    assert (story.status_of("ada@alpha.example"), story.status_of("ada@beta.example")) == ("active", None)


def test_forgetting_an_address_leaves_the_one_who_never_had_it(story: Story, parted: tuple[str, str]) -> None:
    forget(story.work, "ada@alpha.example")
    assert story.people("unique_id", "email") == [("Ada Quill", parted[1], "ada@beta.example")]


def test_suppressing_one_leaves_the_other(story: Story, parted: tuple[str, str]) -> None:
    suppress(story.work, [parted[1]], reason="legal")
    suppressed = rows(story.admin, "select person_unique_id from vault.suppressed_person")
    assert [row["person_unique_id"] for row in suppressed] == [parted[1]]


def test_a_suppression_from_when_they_were_one_holds_for_whoever_the_id_means(
    story: Story, ids: tuple[str, str]
) -> None:
    """An id that was merged away meant both of them when it was named; who is asked for by it afterwards is its founder."""
    suppress(story.work, [ids[1]], reason="legal")
    story.night(4, PROFILES, *APART)
    suppressed = {
        row["person_unique_id"] for row in rows(story.admin, "select person_unique_id from vault.suppressed_person")
    }
    assert ids[1] in suppressed


def test_a_message_and_its_pause_stay_with_whom_they_went_to(story: Story) -> None:
    story.told((0, PAGES, *NUMBERS), (1, LEADS, AT_ALPHA))
    one = story.person("Ada Quill")
    story.night(2, LEADS, AT_BETA)
    other = next(each for _, each in story.people("unique_id") if each != one)
    story.admin.execute(
        "insert into marketing.message_log (person_unique_id, direction, channel, sent_at) values (%s, 'outbound', 'email', now())",
        (other,),
    )
    story.told((3, LEADS, BOTH))
    assert value(story.admin, "select person_unique_id from marketing.message_log") == one
    story.told((4, PROFILES, *APART))
    assert value(story.admin, "select person_unique_id from marketing.message_log") == other
    story.told((5, MATCH, match("Ada Quill", "CEO", "Beta Foods", "beta.example", "ada@beta.example", linkedin_url=f"{LINKEDIN}/in/ada-two"),
                match("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", "ada@alpha.example", linkedin_url=f"{LINKEDIN}/in/ada-one")))  # fmt: skip
    assert "ada@beta.example" not in story.ready()


def test_a_look_that_is_asked_for_is_at_whom_the_id_means(story: Story, parted: tuple[str, str]) -> None:
    assert ask_refresh(story.work, [parted[1]]) == {parted[1]: "asked"}
    job = rows(story.admin, "select person_unique_id, linkedin_url from public.linkedin_refresh_jobs")
    assert job == [{"person_unique_id": parted[1], "linkedin_url": f"{LINKEDIN}/in/ada-two"}]


def test_first_names_that_are_two_never_made_one(story: Story) -> None:
    """Ada and Adele, and a row with the addresses of both: whatever was joined meanwhile, at the end the ids are theirs."""
    adele = lead("Adele Quill", "CFO", "Alpha Pumps", "alpha.example", email="adele@alpha.example")
    story.told((0, PAGES, *NUMBERS), (1, LEADS, AT_ALPHA))
    one = story.person("Ada Quill")
    story.night(2, LEADS, adele)
    other = story.person("Adele Quill")
    story.told((3, LEADS, {**AT_ALPHA, "email": "ada@alpha.example,adele@alpha.example"}))
    second = position("Chief Financial Officer", "Alpha Pumps", "9711")
    story.told((4, PROFILES, APART[0], profile("Adele Quill", "adele", 9703, second, emails=["adele@alpha.example"])))
    assert story.people("unique_id") == [("Ada Quill", one), ("Adele Quill", other)]
    assert [explain(story.work, each)["id"] for each in (one, other)] == [one, other]


# The same for companies: a row with the domain of one and the page of the other, until their numbers are learnt.
ALPHA = lead("Ada Quill", "CEO", "Alpha Pumps", "alpha.example", email="ada@alpha.example")
BETA = lead(
    "Bo Lind",
    "CEO",
    "Alpha Pumps International",
    "beta.example",
    email="bo@beta.example",
    company_linkedin=f"{LINKEDIN}/company/beta-f",
)
BRIDGE = lead("Cy Fall", "CFO", "Alpha Pumps", "alpha.example", company_linkedin=f"{LINKEDIN}/company/beta-f")


def test_companies_that_part_again_take_their_ids_and_slots_along(story: Story) -> None:
    story.told((0, LEADS, ALPHA))
    alpha = story.company("alpha.example")
    story.told((1, LEADS, BETA))
    beta = next(each for _, each in story.companies("company_unique_id") if each != alpha)
    slots = _slots(story)
    story.told((2, LEADS, BRIDGE))
    assert [each for _, each in story.companies("company_unique_id")] == [alpha]
    assert explain(story.work, beta)["id"] == alpha
    story.told((3, PAGES, NUMBERS[0], {**NUMBERS[1], "name": "Alpha Pumps International"}))
    # The row that bore the keys of both has made the domain a shared value: the page may well be a third one meanwhile.
    assert {each for _, each in story.companies("company_unique_id")} >= {alpha, beta}
    assert explain(story.work, beta)["id"] == beta
    assert {each: _slots(story)[each] for each in (alpha, beta)} == slots
    assert _head(story, alpha) == "Ada Quill"
    assert _head(story, beta) == "Bo Lind"


def test_of_three_that_were_one_only_the_one_that_parts_parts(story: Story) -> None:
    rows_of = [
        lead("Ada Quill", "CEO", f"Company {n}", f"company-{n}.example", email=f"ada@company-{n}.example")
        for n in range(3)
    ]
    story.told(*((n, LEADS, row) for n, row in enumerate(rows_of)))
    first, second, third = (each for _, each in sorted(story.people("unique_id"), key=lambda row: row[1]))
    story.told((5, LEADS, {**rows_of[0], "email": ",".join(row["email"] for row in rows_of)}))
    assert [each for _, each in story.people("unique_id")] == [first]
    story.told(
        (6, PROFILES, profile("Ada Quill", "ada-3", 9730, position("Chief Executive Officer", "Company 2"), emails=["ada@company-2.example"]),
         profile("Ada Quill", "ada-1", 9731, position("Chief Executive Officer", "Company 0"), emails=["ada@company-0.example"])),
    )  # fmt: skip
    assert explain(story.work, third)["id"] == third
    assert explain(story.work, first)["id"] == first
    assert explain(story.work, second)["id"] in {first, second}


def _slots(story: Story) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows(story.admin, "select company_unique_id, company_slot_unique_id from marketing.company_slot"):
        found.setdefault(row["company_unique_id"], set()).add(row["company_slot_unique_id"])
    return found


def _head(story: Story, company: str) -> Any:
    return value(
        story.admin,
        """select p.full_name from marketing.company_slot as s inner join marketing.people_master as p on p.unique_id = s.person_unique_id
        where s.slot_type = 'CEO' and s.company_unique_id = %s""", company,
    )  # fmt: skip
