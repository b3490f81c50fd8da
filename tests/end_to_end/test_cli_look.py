"""The commands that look and put right: explain, rejections, replay, reviews, doctor."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, BOLT, WITHOUT_NAME, CommandLine

from outreach_pipeline.settings import SHIPPED_SHAPES

# Dagster deprecates parameters faster than it names their replacement; its own tests are the place for that.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

FIELD_KEYS = {"value", "source", "load_id", "batch_id", "observed_at", "agreed", "lost"}


@pytest.fixture
def world(cli: CommandLine) -> CommandLine:
    """Acme in two lists of different years, with another chief executive in the older one."""
    cli.take_in(cli.companies(ACME, BOLT), "companies_csv", "2022-06-30")
    older = (*ACME[:2], "Alan Turing", *ACME[3:-1], "900")
    cli.take_in(cli.companies(older, name="older.csv"), "companies_csv", "2019-06-30")
    return cli


def _id(admin: Any, name: str) -> str:
    found = admin.execute(
        "select company_unique_id as id from marketing.company_master where company_name = %s"
        " union all select unique_id from marketing.people_master where full_name = %s",
        (name, name),
    ).fetchone()
    return str(found["id"])


def test_every_field_of_a_company_says_where_it_comes_from(world: CommandLine, admin: Any) -> None:
    found = world.fine("explain", _id(admin, "Acme Pumps"), "--json").json

    assert found["entity"] == "company"
    assert all(set(field) == FIELD_KEYS for field in found["fields"].values())
    headcount = found["fields"]["employee_count"]
    assert (headcount["value"], headcount["batch_id"]) == (1200, "2022-06-30|companies_csv")
    assert headcount["observed_at"].startswith("2022-06-30")
    (lost,) = headcount["lost"]
    assert (lost["value"], lost["batch_id"]) == (900, "2019-06-30|companies_csv")
    assert lost["why"] == "older: 2019-06-30 against 2022-06-30"
    assert found["fields"]["company_name"]["lost"] == []
    assert found["fields"]["description"]["value"] is None


def test_every_value_is_that_of_the_master_and_of_the_load_named(world: CommandLine, admin: Any) -> None:
    barton_id = _id(admin, "Acme Pumps")
    master = admin.execute(
        "select to_jsonb(c) as row from marketing.company_master as c where company_unique_id = %s",
        (barton_id,),
    ).fetchone()["row"]

    found = world.fine("explain", barton_id, "--json").json

    for name, field in found["fields"].items():
        assert field["value"] == master[name]
        assert field["value"] is None or field["load_id"] is not None
        assert field["value"] not in [lost["value"] for lost in field["lost"]]


def test_a_person_explains_title_and_standing(world: CommandLine, admin: Any) -> None:
    holder = world.fine("explain", _id(admin, "Ada Lovelace"), "--json").json
    former = world.fine("explain", _id(admin, "Alan Turing"), "--json").json

    assert [role["role"] for role in holder["title"]["roles"]] == ["CEO"]
    assert {"points", "confidence", "reason"} <= set(holder["title"]["roles"][0])
    assert [each["place"] for each in holder["standing"]] == [1]
    assert [each["place"] for each in former["standing"]] == [2]
    assert "2019-06-30" in former["standing"][0]["why"]
    assert [event["event"] for event in former["history"]] == ["ASSIGN", "DISPLACE"]


def test_a_slot_ranks_its_candidates_as_they_were_decided(world: CommandLine, admin: Any) -> None:
    slot = admin.execute(
        "select s.* from marketing.company_slot as s join marketing.company_master as c using "
        "(company_unique_id)"
        " where c.company_name = 'Acme Pumps' and slot_type = 'CEO'"
    ).fetchone()

    found = world.fine("explain", slot["company_slot_unique_id"], "--json").json

    assert found["fields"]["person_unique_id"]["value"] == slot["person_unique_id"]
    assert found["occupant"]["person_unique_id"] == slot["person_unique_id"] == _id(admin, "Ada Lovelace")
    assert [each["person_name"] for each in found["candidates"]] == ["Ada Lovelace", "Alan Turing"]
    assert [lost["value"] for lost in found["fields"]["person_unique_id"]["lost"]] == [
        _id(admin, "Alan Turing")
    ]
    assert [event["event"] for event in found["history"]] == ["ASSIGN", "DISPLACE", "ASSIGN"]


def test_explaining_changes_nothing(world: CommandLine, admin: Any) -> None:
    query = "select * from marketing.slot_assignment_history order by history_id"
    before = admin.execute(query).fetchall()

    world.fine("explain", _id(admin, "Alan Turing"))

    assert admin.execute(query).fetchall() == before


def test_an_id_that_was_merged_away_leads_to_the_surviving_one(world: CommandLine, admin: Any) -> None:
    survivor = _id(admin, "Acme Pumps")
    for retired, into in (
        ("04.04.01.99.00000.001", "04.04.01.99.00000.002"),
        ("04.04.01.99.00000.002", survivor),
    ):
        admin.execute("insert into marketing.merged_master values (%s, %s, 'company')", (retired, into))

    found = world.fine("explain", "04.04.01.99.00000.001", "--json").json

    assert (found["id"], found["asked_for"]) == (survivor, "04.04.01.99.00000.001")
    assert found["merged_ids"] == ["04.04.01.99.00000.002"]


def test_an_id_that_nothing_has_ends_with_2(world: CommandLine) -> None:
    for entity in ("01", "02", "05"):
        ran = world("explain", f"04.04.{entity}.99.99999.999")
        assert (ran.code, ran.out) == (2, "")


def test_rejections_are_grouped_and_listed_without_the_items(cli: CommandLine) -> None:
    cli.take_in(cli.officers(["Acme Pumps", "n/a", "Xanadu Overlord", "2019"]), "officers_csv", "2019-06-30")

    shown = cli.fine("rejections", "--outcome", "rejected", "--json")

    (group,) = shown.json["groups"]
    (row,) = shown.json["rows"]
    assert (group["column_name"], group["check_name"]) == (row["column_name"], row["check_name"])
    assert (group["loads"], row["load_status"]) == (1, "failed")
    assert "Xanadu" not in shown.out
    assert "Xanadu" in cli.fine("rejections", "--show-text").out
    cli.fine("land", cli.companies(ACME), "--source", "companies_csv", "--day", "2022-06-30")
    nothing = cli.fine("rejections", "--load", "2", "--json").json
    assert nothing == {"total": 0, "kinds": 0, "groups": [], "rows": []}


def test_replay_puts_loads_through_the_shape_as_it_is_now_and_keeps_their_ids(
    cli: CommandLine, admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    shape = shapes / "officer_list_csv.toml"
    right = (SHIPPED_SHAPES / "officer_list_csv.toml").read_text(encoding="utf-8")
    wrong = right.replace('title = "title"', 'title = "year"')  # nobody's title then: nothing to promote
    shape.write_text(wrong, encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SHAPES", str(shapes))
    cli.take_in(cli.companies(ACME), "companies_csv", "2022-06-30")
    cli.take_in(
        cli.officers(["Acme Pumps", "Joan Clarke", "Chief Financial Officer", "2021"]),
        "officers_csv",
        "2021-06-30",
    )
    loads = "select load_id, status from intake.raw_loads where source = 'officers_csv'"
    (failed,) = admin.execute(loads).fetchall()
    assert failed["status"] == "failed"
    unchanged = cli.fine("replay", "--json").json
    assert (unchanged["queued"], unchanged["failed"]) == (1, 1)

    shutil.copy(SHIPPED_SHAPES / "officer_list_csv.toml", shape)
    report = cli.fine("replay", "--batch", "2021-06-30|officers_csv", "--json").json

    assert (report["queued"], report["promoted"], report["failed"]) == (1, 1, 0)
    assert admin.execute(loads).fetchall() == [{"load_id": failed["load_id"], "status": "promoted"}]
    assert cli.fine("rejections", "--outcome", "rejected", "--json").json["total"] == 0
    assert report["slots_changed"] == 1


def test_replay_chooses_by_column_and_leaves_the_others(cli: CommandLine) -> None:
    cli.take_in(cli.companies(ACME, WITHOUT_NAME), "companies_csv", "2022-06-30")
    dropped = cli.fine("rejections", "--outcome", "dropped", "--json").json
    column = dropped["groups"][0]["column_name"]

    assert cli.fine("replay", "--json").json["queued"] == 0
    assert cli.fine("replay", "--column", "email", "--json").json["queued"] == 0
    report = cli.fine("replay", "--column", column, "--json").json
    again = cli.fine("rejections", "--outcome", "dropped", "--json").json

    assert (report["queued"], report["promoted"]) == (1, 1)
    assert [(g["column_name"], g["loads"]) for g in again["groups"]] == [
        (g["column_name"], g["loads"]) for g in dropped["groups"]
    ]


def test_replay_reads_titles_of_older_rules_again_and_fills_the_slot(cli: CommandLine, admin: Any) -> None:
    cli.take_in(cli.companies(ACME), "companies_csv", "2022-06-30")
    cli.take_in(
        cli.officers(["Acme Pumps", "Joan Clarke", "Chief Financial Officer", "2021"]),
        "officers_csv",
        "2021-06-30",
    )
    filled = "select count(*) as n from marketing.company_slot where is_filled and slot_type = 'CFO'"
    # As if older rules had not known the title.
    admin.execute("delete from marketing.title_role where role = 'CFO'")
    admin.execute(
        "update marketing.title_reading set rules_version = 'r0', primary_role = null where primary_role = "
        "'CFO'"
    )
    admin.execute(
        "insert into intake.promote_queue (load_id, batch_id) select load_id, batch_id from "
        "intake.validated_people"
        " where title = 'Chief Financial Officer'"
    )
    cli.run("officers_csv", "2021-06-30")
    assert admin.execute(filled).fetchone()["n"] == 0

    report = cli.fine("replay", "--json").json

    assert (report["titles_read"], report["titles_changed"]) == (1, 1)
    assert admin.execute(filled).fetchone()["n"] == 1
    assert cli.fine("replay", "--json").json["titles_read"] == 0


def test_reviews_name_the_candidates(world: CommandLine, admin: Any) -> None:
    admin.execute(
        "insert into marketing.company_match_review (name_key, company_name, reason, candidate_ids)"
        " values ('acme', 'Acme', 'two companies have this name', %s)",
        ([_id(admin, "Acme Pumps"), _id(admin, "Bolt Works")],),
    )

    found = world.fine("reviews", "--json").json

    assert found["open"] == 1
    assert [each["company_name"] for each in found["rows"][0]["candidates"]] == ["Acme Pumps", "Bolt Works"]
    assert "Bolt Works" in world.fine("reviews").out
    review = str(found["rows"][0]["review_id"])
    assert world("reviews", review).code == 2
    assert f"review {review} is none of the known companies" in world.fine("reviews", review, "--dismiss").out
    assert world.fine("reviews", "--json").json["open"] == 0


def test_doctor_is_content_with_a_migrated_database(cli: CommandLine) -> None:
    found = cli.fine("doctor", "--json").json

    assert {each["name"]: each["outcome"] for each in found} | {"home": "ok"} == {
        "home": "ok", "dagster": "ok", "database": "ok", "migrations": "ok", "functions": "ok", "roles": "ok",
        "restored": "ok", "left over": "ok", "sources": "ok", "title rules": "ok", "settings": "ok", "proxy": "ok",
        "apify": "ok", "apollo": "ok", "refresh": "ok", "late files": "ok",
    }  # fmt: skip


def test_doctor_sees_what_is_wrong(
    cli: CommandLine, admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.execute(
        "update public.schema_revision_file set sha256 = repeat('0', 64) where revision = '0001_seed'"
    )
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[sources.lost]\nkind = "files"\nshape = "no_such_shape"\n'
        '[sources.away]\nkind = "files"\nshape = "officer_list_csv"\npath = "nowhere/{day}/*.csv"\n'
    )
    monkeypatch.setenv("OUTREACH_SOURCES", str(sources))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy")

    ran = cli("doctor", "--json")

    assert ran.code == 1
    found = {(each["name"], each["outcome"]): each for each in ran.json}
    assert {("migrations", "fail"), ("sources", "fail"), ("sources", "warn"), ("proxy", "warn")} <= set(found)
    assert all(each["next_step"] for each in ran.json if each["outcome"] != "ok")


def test_doctor_warns_of_a_login_that_is_too_strong(
    cli: CommandLine, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", admin_url)

    found = {each["name"]: each for each in cli("doctor", "--json").json}

    assert found["database"]["outcome"] == "warn"
    assert "superuser" in found["database"]["detail"]


def test_the_doctor_names_variables_that_nobody_reads(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources.toml").write_text(
        '[sources.posts]\nkind = "apify"\nshape = "leads_finder"\nactor = "a/b"\nmax_total_charge_usd = 1\ninput = { cookie = { env = "OUTREACH_SECRET_NAME" } }\n'
    )
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    unread = "outreach_favourite_colour".upper()
    for name in ("OUTREACH_SECRET_NAME", "OUTREACH_ZEROBOUNCE_KEY", "OUTREACH_HUBSPOT_TOKEN", unread):
        monkeypatch.setenv(name, "secret-word")
    ran = cli("doctor", "--json")
    (found,) = [one for one in ran.json if one["name"] == "settings"]
    assert (found["outcome"], found["detail"]) == ("warn", f"nobody reads {unread}")
    assert "secret-word" not in ran.out
