"""Company intelligence takes the one way of all items: landed, judged, promoted to whom it is about, a reason to call."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.replay import ReplayFilter, replay
from outreach_pipeline.stages.workspace import Batch, Workspace
from tests.end_to_end.pipeline import DAY, digest, exact, land_items, rows, run, samples, value, workspace

NEWS = Batch(DAY, "company_news")
COMPANIES = Batch(DAY, "companies_csv")
Admin = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def work(db: Database) -> Workspace:
    return workspace(db)


def company(name: str, website: str = "", city: str = "") -> dict[str, str]:
    return {"company_name": name, "website": website, "ceo_name": "", "ticker": "", "industry_or_sector": "", "city": city, "state": "", "employees": ""}


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number), "kind": "news", "topic": "funding", "title": f"Headline {number}", "url": f"https://news.example/{number}",
        "published": "2026-11-10T00:00:00Z", "company": {"domain": "acme-pumps.com"}, "score": 90, **more,
    }  # fmt: skip


def take(work: Workspace, batch: Batch, items: list[Any], folder: Path, name: str = "items.jsonl") -> None:
    land_items(work, batch, items, folder, name)
    digest(work, batch)


def states(admin: Admin) -> dict[str, int]:
    found = rows(admin, "select status, count(*) as n from intake.raw_loads where source = 'company_news' group by status")
    return {row["status"]: row["n"] for row in found}


def told(admin: Admin) -> list[tuple[Any, ...]]:
    query = """select c.company_name, i.intelligence_type, i.topic, i.title, i.score::float, i.detected_at::text, i.source, i.effective_on::text
        from marketing.company_intelligence as i inner join marketing.company_master as c using (company_unique_id) order by 1, 2, 3, 4"""
    return [tuple(row.values()) for row in rows(admin, query)]


def raised(admin: Admin) -> list[tuple[Any, ...]]:
    query = """select c.company_name, s.reason, s.quality::float, s.observed_at::text from bit.signal as s
        inner join marketing.company_master as c on public.barton_number(c.company_unique_id) = s.company_id order by 1, 2, 4"""
    return [tuple(row.values()) for row in rows(admin, query)]


def test_the_shipped_samples_reach_their_companies_and_raise_signals(work: Workspace, admin: Admin) -> None:
    run(work, samples(work))
    assert states(admin) == {"promoted": 5, "pending": 1, "failed": 4}
    about = [(row[0].split()[0], row[1], row[2]) for row in told(admin)]
    assert about == [("Bramblewick", "news", "funding"), ("Oskar", "signal", "hiring"), ("Quillfern", "event", "renewal"), ("Quillfern", "score", "")]
    # Two reports of one article are one piece, told by the one that was published first; the contract ends in years.
    assert [(row[0].split()[0], row[1], row[2]) for row in raised(admin)] == [("Bramblewick", "funding", 88.0), ("Oskar", "hiring", 90.0), ("Quillfern", "intent", 64.5)]
    assert value(admin, "select count(*) from marketing.company_master where domain = 'nobody-knows.example'") == 0


def test_every_refusal_has_its_reason(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    take(work, COMPANIES, [company("Acme Pumps", "acme-pumps.com")], tmp_path)
    bad = [
        item(1, kind="gossip"), item(2, company={}), item(3, title="n/a", url=None, score=None), item(4, company={"domain": "gmail.com"}),
        item(5, score=101, confidence="a lot", published="last week", effective_on="soon", url="javascript:x"), {"views": 4},
    ]  # fmt: skip
    take(work, NEWS, bad, tmp_path, "news.jsonl")
    assert states(admin) == {"failed": 5, "promoted": 1}
    found = rows(admin, "select column_name, check_name, outcome, reason from intake.validation_failed where source = 'company_news'")
    rejected = sorted((row["column_name"], row["check_name"]) for row in found if row["outcome"] == "rejected")
    assert rejected == [("(item)", "recognisable"), ("company", "identity"), ("company", "identity"), ("intelligence", "content"), ("kind", "intelligence_kind")]
    dropped = {row["column_name"] for row in found if row["outcome"] == "dropped"}
    assert dropped >= {"score", "confidence", "published_at", "effective_on", "url", "company_domain", "title"}
    assert "gossip" not in str(found)


def test_what_is_about_an_unknown_company_waits_for_it(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    take(work, NEWS, [item(1), item(2, company={"name": "Bolt Works"}), item(3, company={"linkedin": "https://www.linkedin.com/company/bolt"})], tmp_path)
    assert (states(admin), told(admin), raised(admin)) == ({"pending": 3}, [], [])
    take(work, COMPANIES, [company("Acme Pumps", "acme-pumps.com"), company("Bolt Works", "boltworks.com")], tmp_path, "c.csv.jsonl")
    assert states(admin) == {"pending": 1, "promoted": 2}
    assert [(row[0], row[1]) for row in raised(admin)] == [("Acme Pumps", "funding"), ("Bolt Works", "funding")]


def test_a_name_that_two_companies_bear_belongs_to_none(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    take(work, NEWS, [item(1, company={"name": "Bolt Works"}), item(2, company={"name": "Bolt Works", "city": "Boston"})], tmp_path)
    take(work, COMPANIES, [company("Bolt Works", "boltworks.com", "Boston")], tmp_path, "a.jsonl")
    assert (states(admin), len(raised(admin))) == ({"promoted": 2}, 1)
    take(work, COMPANIES, [company("Bolt Works", "bolt-works.de", "Berlin")], tmp_path, "b.jsonl")
    assert states(admin) == {"promoted": 1, "pending": 1}
    assert [row[3] for row in told(admin)] == ["Headline 2"]


def test_two_sources_of_one_article_are_one_piece_told_by_the_better(tmp_path: Path, db: Database, admin: Admin) -> None:
    shipped = workspace(db).settings.sources.read_text()
    (tmp_path / "sources.toml").write_text(shipped + '\n[sources.wire]\nkind = "files"\nshape = "company_news"\nrank = 20\n')
    work = workspace(db, sources=tmp_path / "sources.toml")
    take(work, COMPANIES, [company("Acme Pumps", "acme-pumps.com")], tmp_path)
    take(work, NEWS, [item(1, title="Theirs", score=60)], tmp_path, "n.jsonl")
    first = rows(admin, "select signal_id, processed_at from bit.signal")
    assert len(first) == 1
    take(work, Batch(DAY, "wire"), [item(1, title="Ours", score=80, published="2026-11-12T00:00:00Z", url="HTTP://News.Example/1?utm_source=x")], tmp_path, "w.jsonl")
    assert [(row[3], row[4], row[5][:10], row[6]) for row in told(admin)] == [("Ours", 80.0, "2026-11-10", "wire")]
    assert [(row[1], row[2], row[3][:10]) for row in raised(admin)] == [("funding", 80.0, "2026-11-10")]


def test_running_again_touches_nothing(work: Workspace, admin: Admin) -> None:
    batches = samples(work)
    run(work, batches)
    tables = ("marketing.company_intelligence", "bit.signal", "intake.intelligence_member", "intake.validated_intelligence")
    before = exact(admin), [rows(admin, f"select *, xmin::text from {table} order by 1") for table in tables]
    run(work, batches)
    assert (exact(admin), [rows(admin, f"select *, xmin::text from {table} order by 1") for table in tables]) == before


def test_the_same_item_again_is_a_duplicate_and_an_earlier_sighting_counts(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    take(work, COMPANIES, [company("Acme Pumps", "acme-pumps.com")], tmp_path)
    plain = item(1)
    del plain["published"]
    take(work, NEWS, [plain], tmp_path, "n.jsonl")
    take(work, Batch(DAY - timedelta(days=3), "company_news"), [plain], tmp_path, "n.jsonl")
    assert states(admin) == {"promoted": 1, "duplicate": 1}
    assert [row[5][:10] for row in told(admin)] == ["2026-11-18"]
    assert [row[3][:10] for row in raised(admin)] == ["2026-11-18"]


def test_a_replay_by_a_corrected_shape_moves_it_to_whom_it_is_about(db: Database, admin: Admin, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    shipped = (Path(__file__).parents[2] / "outreach_pipeline/records/shapes/company_news.toml").read_text()
    (shapes / "company_news.toml").write_text(shipped.replace('"company.domain"', '"wrong.domain"'))
    take(workspace(db), COMPANIES, [company("Acme Pumps", "acme-pumps.com"), company("Bolt Works", "boltworks.com")], tmp_path)
    work = workspace(db, shapes=shapes)
    take(work, NEWS, [item(1, wrong={"domain": "boltworks.com"}), item(2)], tmp_path, "n.jsonl")
    assert states(admin) == {"promoted": 1, "failed": 1}
    assert [row[0] for row in told(admin)] == ["Bolt Works"]
    loads = tuple(row["load_id"] for row in rows(admin, "select load_id from intake.raw_loads where source = 'company_news' order by 1"))
    report = replay(workspace(db), ReplayFilter(loads))
    assert (report.promoted, report.failed) == (2, 0)
    assert [row[0] for row in told(admin)] == ["Acme Pumps", "Acme Pumps"]
    assert [row[0] for row in raised(admin)] == ["Acme Pumps"]


def test_companies_that_turn_out_to_be_one_share_what_was_told(work: Workspace, admin: Admin, tmp_path: Path) -> None:
    linkedin = {"linkedin": "https://www.linkedin.com/company/acme"}
    profile = {"name": "Acme Pumps", "linkedinUrl": "https://www.linkedin.com/company/acme", "website": "https://other.example", "id": "5", "universalName": "acme"}
    harvest = Batch(DAY, "apify_harvestapi_companies")
    take(work, COMPANIES, [company("Acme Pumps", "acme-pumps.com")], tmp_path)
    take(work, harvest, [profile], tmp_path, "h.jsonl")
    assert value(admin, "select count(*) from marketing.company_master") == 2
    take(work, NEWS, [item(1), item(1, company=linkedin), item(2, company=linkedin, topic="hiring")], tmp_path, "n.jsonl")
    assert (len(told(admin)), len(raised(admin))) == (3, 3)
    take(work, harvest, [{**profile, "website": "https://acme-pumps.com"}], tmp_path, "h2.jsonl")
    assert value(admin, "select count(*) from marketing.company_master") == 1
    assert [row[3] for row in told(admin)] == ["Headline 1", "Headline 2"]
    assert [row[1] for row in raised(admin)] == ["funding", "hiring"]


def test_the_order_of_batches_does_not_matter(server: Any, tmp_path: Path) -> None:
    batches: list[tuple[Batch, list[Any]]] = [
        (COMPANIES, [company("Acme Pumps", "acme-pumps.com"), company("Bolt Works", "boltworks.com", "Boston")]),
        (NEWS, [item(1), item(2, company={"name": "Bolt Works"}), item(3, topic="hiring", company={"name": "Bolt Works", "city": "Boston"})]),
        (Batch(DAY + timedelta(days=1), "company_news"), [item(1, title="Later words", score=95), item(4, kind="score", topic=None, title=None, url=None)]),
        (Batch(DAY + timedelta(days=1), "companies_csv"), [company("Bolt Works", "bolt-works.de", "Berlin")]),
    ]
    seen = []
    for seed in range(4):
        order = batches[:]
        random.Random(seed).shuffle(order)
        name = server.create(server.template)
        database = Database(server.url(name, login="outreach_app"))
        try:
            work = workspace(database)
            for number, (batch, items) in enumerate(order):
                take(work, batch, items, tmp_path, f"{seed}-{number}.jsonl")
            with psycopg.connect(server.url(name), row_factory=psycopg.rows.dict_row, autocommit=True) as admin:
                seen.append((told(admin), raised(admin), states(admin)))
        finally:
            database.close()
            server.drop(name)
    assert all(each == seen[0] for each in seen)
    assert len(seen[0][0]) == 3
