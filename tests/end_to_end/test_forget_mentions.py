"""Who is forgotten is not named any more where the company's items, news and colleagues named them; a namesake is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.erased_world import LEADS, lead, traces
from tests.end_to_end.mentioned_world import (
    NAMES,
    NEWS,
    ZOE,
    ZOE_MAIL,
    ZOE_PHONE,
    ZOE_SLUG,
    news_item,
    operate,
    take_in,
    take_in_zoe,
)
from tests.end_to_end.pipeline import DAY, digest, land_items, rows, value, workspace

Admin = psycopg.Connection[Any]
WORDS = (*NAMES, ZOE_MAIL, ZOE_SLUG, ZOE_PHONE, "7946 0958", '"Marsch"', "Zo_ Marsch")


@pytest.fixture
def work(db: Database, admin: Admin, tmp_path: Path) -> Workspace:
    work = workspace(db)
    take_in_zoe(work, tmp_path)
    take_in(work, tmp_path)
    operate(admin)
    return work


def test_nothing_that_names_them_at_their_company_is_left(work: Workspace, admin: Admin) -> None:
    before = traces(admin, ["Zoe Marsch", "Zoë Marsch", NAMES[2]])
    assert len({hit.partition(":")[0] for hit in before}) > 10, "the search finds what is there"
    forget(work, ZOE_MAIL)
    assert traces(admin, WORDS) == []
    colleague = value(admin, "select raw_data ->> 'headline' from intake.raw_loads where raw_data ->> 'first_name' = 'Uma'")
    assert colleague == "Reports to [erased].", "a colleague's item loses the name and nothing more"
    officers = value(admin, "select raw_data -> 'officers' from intake.raw_loads where raw_data ? 'officers'")
    assert officers[1] == {"firstName": "Uma", "lastName": "Berg"}
    told = {row["title"] for row in rows(admin, "select title from marketing.company_intelligence")}
    assert told == {"[erased] leaves", "A year of growth"}


def test_a_namesake_elsewhere_and_one_beside_them_keep_their_name(
    work: Workspace, admin: Admin, tmp_path: Path
) -> None:
    other = {**ZOE, "email": "zm@otherwick.example", "linkedin": "https://www.linkedin.com/in/zoe-other-9z"}
    beside = {**ZOE, "email": "zoe2@bramblewick.example", "linkedin": "https://www.linkedin.com/in/zoe-beside-9z"}
    elsewhere = {"company_name": "Otherwick", "company_website": "https://otherwick.example"}
    items = [lead(**{**other, **elsewhere, "mobile_number": None}), lead(**{**beside, "mobile_number": None})]
    land_items(work, Batch(DAY.replace(day=DAY.day + 1), LEADS), items, tmp_path, "namesakes.jsonl")
    digest(work, Batch(DAY.replace(day=DAY.day + 1), LEADS))
    news = Batch(DAY.replace(day=DAY.day + 1), NEWS)
    land_items(work, news, [news_item(77, "otherwick.example")], tmp_path, "elsewhere.jsonl")
    digest(work, news)
    kept = "select full_name, email from marketing.people_master where email not like 'zoe.marsch@%%' order by 2"
    before = rows(admin, kept)
    assert len(before) == 3

    forget(work, ZOE_MAIL)
    assert rows(admin, kept) == before
    assert value(admin, "select count(*) from vault.contacts where name = 'Zoë Marsch'") == 2
    assert value(admin, "select title from marketing.company_intelligence where url like '%%/77'") == "Zoë Marsch leaves"


def test_later_items_do_not_name_them_again(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    forget(work, ZOE_MAIL)
    take_in(work, tmp_path, day=2)
    names = [word for word in WORDS if word not in (ZOE_PHONE, "7946 0958")]
    assert traces(admin, names) == []
    assert value(admin, "select count(*) from marketing.company_intelligence where url like '%%/2_'") == 2, "the news is told"
    officers = value(admin, "select raw_data -> 'officers' from intake.raw_loads where raw_data ? 'officers' order by load_id desc")
    assert officers[1] == {"firstName": "Uma", "lastName": "Berg"}
    assert value(admin, "select count(*) from marketing.people_master where first_name = 'Uma'") == 1
