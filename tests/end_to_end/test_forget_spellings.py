"""Whoever is forgotten is recognised in every spelling of their address and profile: in what lies there, and in what comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.erased_world import LEADS, lead
from tests.end_to_end.mentioned_world import ZOE_MAIL, ZOE_SLUG, take_in_zoe
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
APART = "zoe\u0308-marsch-1a2b"  # the same letters, decomposed
PROFILES = (
    ZOE_SLUG, APART, ZOE_SLUG.upper(), quote(ZOE_SLUG), f"{ZOE_SLUG}/",
    f"https://de.linkedin.com/in/{quote(ZOE_SLUG)}/", f"HTTPS://WWW.LINKEDIN.COM/IN/{ZOE_SLUG.upper()}?trk=x",
    f"http://linkedin.com/in/{quote(quote(ZOE_SLUG))}", f"https://uk.linkedin.com/in/{quote(APART).lower()}/en",
    f"linkedin.com/pub/{ZOE_SLUG}", f"in/{ZOE_SLUG}", f"https://www.linkedin.com/mwlite/in/{APART}",
    quote(f"https://www.linkedin.com/in/{ZOE_SLUG}", safe=""),
)  # fmt: skip
MAILS = (
    ZOE_MAIL.upper(), f"mailto:{ZOE_MAIL}", f"MAILTO:{ZOE_MAIL.title()}?subject=x", "zoe.marsch+news@bramblewick.example",
    f"Zoë <{ZOE_MAIL}>", f"write to\n{ZOE_MAIL}", f"mailto:{ZOE_MAIL.replace('@', '%40')}",
)  # fmt: skip
# What of them may stand nowhere, asked of the text as jsonb writes it.
LEFT = """select count(*) from intake.raw_loads where normalize(raw_data::text, nfd) ~* 'marsch-1a2b|marsch([+]news)?(@|%40)bramble'"""


@pytest.fixture
def work(db: Database, admin: Admin, tmp_path: Path) -> Workspace:
    work = workspace(db)
    take_in_zoe(work, tmp_path)
    return work


def unreadable(said: str) -> dict[str, Any]:
    """An item about them that no shape reads, at nobody's company."""
    return {"publicIdentifier": said, "note": said}


def test_what_lies_there_is_redacted_in_every_spelling(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    others = [
        lead(first_name=f"Uma{n}", email=f"uma{n}@otherwick.example", company_name="Otherwick", company_website="otherwick.example",
             job_title="CFO", headline=f"With {said} since 2020")
        for n, said in enumerate((*PROFILES, *MAILS))
    ]  # fmt: skip
    batch = Batch(DAY, LEADS)
    land_items(work, batch, [*map(unreadable, (*PROFILES, *MAILS)), *others], tmp_path)
    digest(work, batch)
    people = value(admin, "select count(*) from marketing.people_master")
    assert value(admin, LEFT) == 1 + 2 * (len(PROFILES) + len(MAILS))
    forget(work, ZOE_MAIL)
    assert rows(admin, LEFT.replace("count(*)", "raw_data")) == []
    assert value(admin, LEFT.replace("intake.raw_loads", "intake.validated_people as v").replace("raw_data", "to_jsonb(v)")) == 0
    assert value(admin, "select count(*) from marketing.people_master") == people - 1, "and nobody else is"


@pytest.mark.parametrize("asked", [ZOE_MAIL, f"https://www.linkedin.com/in/{ZOE_SLUG}"])
def test_no_spelling_brings_them_back(work: Workspace, admin: Admin, tmp_path: Path, asked: str) -> None:
    forget(work, asked)
    elsewhere = {"company_name": "Otherwick", "company_website": "https://otherwick.example", "job_title": "CEO"}
    items = [
        *(lead(**elsewhere, first_name="Zo", last_name=f"M{n}arsch", email=None, linkedin=said) for n, said in enumerate(PROFILES)),
        *(lead(**elsewhere, first_name="Zo", last_name=f"N{n}arsch", email=said) for n, said in enumerate(MAILS)),
        *map(unreadable, (*PROFILES, *MAILS)),
    ]  # fmt: skip
    uma = lead(**elsewhere, email="uma@otherwick.example", headline=f"{MAILS[2]} or {PROFILES[5]}")
    land_items(work, Batch(DAY, LEADS), [uma], tmp_path, "uma.jsonl")
    digest(work, Batch(DAY, LEADS))
    batch = Batch(DAY.replace(day=DAY.day + 1), LEADS)
    land_items(work, batch, items, tmp_path, "again.jsonl")
    digest(work, batch)
    assert rows(admin, LEFT.replace("count(*)", "raw_data")) == []
    assert [row["email"] for row in rows(admin, "select email from vault.contacts")] == ["uma@otherwick.example"]
    # Whoever else is named in an item stays, without the mention.
    told = rows(admin, "select full_name, bio from marketing.people_master")
    assert told == [{"full_name": "Uma Berg", "bio": "MAILTO:[erased]?subject=x or https://de.linkedin.com/in/[erased]/"}]


def test_a_contact_with_a_tag_goes_with_its_owner(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    batch = Batch(DAY, LEADS)
    land_items(work, batch, [lead(job_title="CEO", email="uma.berg+crm@bramblewick.example")], tmp_path)
    digest(work, batch)
    assert forget(work, "uma.berg@bramblewick.example").people == 1
    assert value(admin, "select count(*) from vault.contacts") == 0
    assert value(admin, "select count(*) from marketing.people_master") == 0


def test_a_word_that_is_a_company_s_page_stays(db: Database, admin: Admin, tmp_path: Path) -> None:
    work = workspace(db)
    batch = Batch(DAY, LEADS)
    mine = lead(job_title="CEO", linkedin="https://www.linkedin.com/in/bramble-wick", company_linkedin="https://www.linkedin.com/company/bramble-wick")
    land_items(work, batch, [mine, {**mine, "first_name": "Ola", "email": "ola@bramblewick.example", "linkedin": None, "note": "bramble-wick"}], tmp_path)
    digest(work, batch)
    forget(work, "uma.berg@bramblewick.example")
    assert value(admin, "select raw_data ->> 'note' from intake.raw_loads where raw_data ->> 'first_name' = 'Ola'") == "bramble-wick"
    assert value(admin, "select linkedin_url from marketing.company_master") == "https://www.linkedin.com/company/bramble-wick"
