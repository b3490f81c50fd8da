"""Items: of the shapes' keys, of real mess, everybody reachable, lasting but for what changed."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.records.shape import load_shapes
from outreach_pipeline.rules.urls import registrable_domain
from outreach_pipeline.sandbox.render.renderer import SHAPES, Renderer
from outreach_pipeline.sandbox.world.truth import truth_of
from outreach_pipeline.sandbox.world.world import World
from outreach_pipeline.settings import SHIPPED_SHAPES

SHAPE_FILES = load_shapes(SHIPPED_SHAPES)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(World(4, 250))


def objects(renderer: Renderer, shape: str, night: int = 1) -> list[dict[str, Any]]:
    return [json.loads(item) for item in renderer.items(shape, night)]


def known_keys(shape: str) -> set[str]:
    """Top-level keys of the shipped samples and of the shape's own file."""
    sample = json.loads(
        (files("outreach_pipeline") / "samples" / f"{shape}.json").read_text(encoding="utf-8")
    )
    keys: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            keys.update(value)
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(sample)
    return keys


def test_every_shipped_shape_is_rendered() -> None:
    # What we wrote and get back, and what tools behind the ready list say: no sources of people and companies.
    ours = {"ready_export", "adopted_companies", "adopted_people", "adopted_slots", "adopted_contacts"}
    behind = {"apify_verifier", "zerobounce", "millionverifier", "mail_domain", "contact_flat", "hubspot_deal",
              "contact_list_csv", "instantly_event", "smartlead_event", "calendly_event"}  # fmt: skip
    assert set(SHAPE_FILES) - set(SHAPES) <= ours | behind
    assert set(SHAPES) <= set(SHAPE_FILES)


@pytest.mark.parametrize("shape", SHAPES)
def test_keys_are_those_of_real_items(renderer: Renderer, shape: str) -> None:
    seen: set[str] = set()
    for item in objects(renderer, shape):
        seen |= set(item)
    assert seen - known_keys(shape) == set()
    assert set(SHAPE_FILES[shape].expected) <= seen


# A page's followers stand inside `stats` there, which as a whole is not volatile: each night is news.
@pytest.mark.parametrize("shape", [s for s in SHAPES if s != "apimaestro_company"])
def test_what_did_not_change_is_written_the_same_again(renderer: Renderer, shape: str) -> None:
    volatile = set(SHAPE_FILES[shape].volatile) | {"scrapedAt"}

    def lasting(night: int) -> set[str]:
        return {
            json.dumps({k: v for k, v in item.items() if k not in volatile}, sort_keys=True)
            for item in objects(renderer, shape, night)
        }

    first, second = lasting(1), lasting(2)
    assert len(first & second) > 0.7 * len(first)


def test_night_two_tells_of_moves(renderer: Renderer) -> None:
    moved = {m.person for m in renderer.world.night(2) if m.kind in ("moved", "unknown")}
    slugs = {renderer.world.people[n].slug for n in moved}
    companies = {}
    for night in (1, 2):
        for item in objects(renderer, "harvestapi_profile", night):
            if item.get("publicIdentifier") in slugs:
                companies[night, item["publicIdentifier"]] = item["experience"][0]["companyId"]
    both = {slug for night, slug in companies if (3 - night, slug) in companies}
    assert len(both) > 10
    assert all(companies[1, slug] != companies[2, slug] for slug in both)


def test_a_late_source_is_late_only_where_linkedin_shows_the_truth() -> None:
    world = World(4, 600)
    renderer = Renderer(world)
    late = [s for s in renderer.coverage.people("leads_finder", 2) if s.is_late and s.person.post_on(2)]
    assert late
    assert all(renderer.coverage.sees_person("harvestapi_profile", s.person) for s in late)


def test_everybody_and_every_company_is_reachable(renderer: Renderer) -> None:
    truth = truth_of(renderer.world, 1)
    core = {"harvestapi_profile", "leads_finder", "apollo_people_match"}
    assert all(core & set(person.seen_by) for person in truth.people.values())
    pages = {item["id"]: item for item in objects(renderer, "harvestapi_company") if item.get("id")}
    own = {
        number
        for number, item in pages.items()
        if str(registrable_domain(item["website"])).endswith(".example")
    }
    bridged = {
        item["linkedin_uid"]
        for item in objects(renderer, "apollo_organization")
        if item["linkedin_uid"] and (item["primary_domain"] or item.get("domain"))
    }
    assert {c.linkedin_id for c in truth.companies.values() if c.domains and not c.is_outside} <= own | bridged


def test_sources_overlap_without_being_equal(renderer: Renderer) -> None:
    slugs = {
        shape: {s.person.number for s in renderer.coverage.people(shape, 1)}
        for shape in ("harvestapi_profile", "leads_finder", "apollo_people_match", "apollo_contacts")
    }
    total = len(renderer.world.people)
    assert 0.65 < len(slugs["harvestapi_profile"]) / total < 0.82
    assert 0.5 < len(slugs["leads_finder"]) / total < 0.7
    assert 0.5 < len(slugs["apollo_people_match"]) / total < 0.7
    three = slugs["harvestapi_profile"] & slugs["leads_finder"] & slugs["apollo_people_match"]
    assert 0.1 < len(three) / total < 0.4


def test_the_mess_of_real_sources_is_there() -> None:
    renderer = Renderer(World(9, 900))
    profiles = objects(renderer, "harvestapi_profile")
    assert any(item.get("status") == 404 for item in profiles)
    assert any("%" in item.get("linkedinUrl", "") for item in profiles)
    boards = [i for i in profiles if any("Board" in job["position"] for job in i.get("experience", []))]
    assert {"Board" in item["experience"][0]["position"] for item in boards} == {True, False}
    assert any("de.linkedin.com" in item.get("linkedinUrl", "") for item in profiles)
    assert len(renderer.items("harvestapi_profile")) > len(set(renderer.items("harvestapi_profile")))
    assert any(b"\\u0000" in item for item in renderer.items("dev_fusion_profile"))
    fusion = objects(renderer, "dev_fusion_profile")
    assert {type(i.get("connections")) for i in fusion} >= {int, str}
    assert any(
        "caption" in job and "subtitle" in job and "jobTitle" not in job
        for i in fusion
        for job in i.get("experiences", [])
    )
    leads = objects(renderer, "leads_finder")
    assert any("," in str(item.get("email")) for item in leads)
    assert any("(formerly" in item.get("company_name", "") for item in leads)
    assert any(isinstance(item.get("company_phone"), float) for item in leads)
    assert any(str(item.get("full_name")).startswith("Refer to the log") for item in leads)
    scraper = objects(renderer, "apollo_scraper")
    assert any(item.get("email") == "email_not_unlocked@domain.com" for item in scraper)
    assert any(item.get("linkedin_url") == "nan" for item in scraper)
    teasers = objects(renderer, "apollo_people_search")
    assert all("***" in item["last_name_obfuscated"] and "last_name" not in item for item in teasers)
    assert {"Yes", "No", None} <= {item["has_direct_phone"] for item in teasers}
    assert any(item["permanentlyClosed"] for item in objects(renderer, "google_places"))
    pages = objects(renderer, "harvestapi_company")
    assert any("facebook.com" in str(item.get("website")) for item in pages)


def test_files_hold_the_lists(tmp_path: Path) -> None:
    plain = Renderer(World(1, 250))  # other seeds write other dialects
    companies, officers, contacts, news = plain.write_files(tmp_path, night=1)
    with companies.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert set(rows[0]) == {
        "company_name", "website", "ceo_name", "ticker", "industry_or_sector", "city", "state", "employees"
    }  # fmt: skip
    assert "title" in officers.read_text(encoding="utf-8").splitlines()[0].lower()
    assert all(json.loads(line)["person_id"] for line in contacts.read_bytes().splitlines())
    assert all(json.loads(line)["company"]["name"] for line in news.read_bytes().splitlines())
