"""Every shipped shape against its sample, flattened by a real server, compared with hand-checked records.

tests/data/shapes/<shape>.json holds, per item of the sample (in the order of the shape's places), the columns
that are filled, and who it is in the invented world ("truth"); a column that is not listed must be NULL.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg
import pytest
from psycopg.rows import dict_row

import outreach_pipeline
from outreach_pipeline.database import extract
from outreach_pipeline.database.embedded import EmbeddedServer
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.columns import SectionName, column_names
from outreach_pipeline.records.misplaced import MISPLACED
from outreach_pipeline.records.shape import Shape, load_shapes, parse_shape

SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
GOLDEN = Path(__file__).parents[1] / "data" / "shapes"
DOCS = Path(__file__).parents[2] / "docs" / "adding-a-source.md"
SHAPES = load_shapes()
LOADS = "SELECT load_id, raw_data FROM pg_temp.loads WHERE load_id >= %(first)s"
HEAD = 'name = "tiny"\ndescription = "d"\nversion = 1\nprovider = "p"\n'

Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    embedded = EmbeddedServer(tmp_path_factory.mktemp("shapes"), durable=False)
    embedded.ensure_database()
    yield embedded.admin_url()
    embedded.stop()


@pytest.fixture
def connection(server: str) -> Iterator[Connection]:
    with psycopg.connect(server, row_factory=dict_row, autocommit=True) as opened:
        opened.execute("CREATE TEMP TABLE loads (load_id bigint, raw_data jsonb)")
        yield opened


def items_at(document: Any, place: tuple[str, ...]) -> Iterator[Any]:
    if not place:
        yield document
    elif place[0] == "[]":
        for element in document if isinstance(document, list) else []:
            yield from items_at(element, place[1:])
    elif isinstance(document, dict) and place[0] in document:
        yield from items_at(document[place[0]], place[1:])


def sample(shape: Shape) -> list[Any]:
    document = json.loads((SAMPLES / f"{shape.name}.json").read_text(encoding="utf-8"))
    return [item for place in shape.items_at for item in items_at(document, place)]


def land(connection: Connection, items: list[Any]) -> None:
    with connection.cursor() as cursor:
        rows = [(n, json.dumps(item).replace("\\u0000", "")) for n, item in enumerate(items)]
        cursor.executemany("INSERT INTO loads VALUES (%s, %s::jsonb)", rows)


def flatten(connection: Connection, shape: Shape, target: SectionName) -> list[dict[str, Any]]:
    """The filled columns of each record, with `item` and `part`; lists parsed."""
    queries = extract.shape_queries(shape, LOADS)
    query = {"company": queries.companies, "person": queries.people, "intelligence": queries.intelligence}[target]
    found = []
    for row in connection.execute(query, {"first": 0}):
        assert tuple(row) == ("load_id", "part", *column_names(target))
        assert all(value is None or isinstance(value, str) for name, value in row.items() if name not in KEYS)
        filled = {name: value for name, value in row.items() if value is not None and name not in KEYS}
        filled |= {name: json.loads(filled[name]) for name in LISTS & filled.keys()}
        found.append({"item": row["load_id"], "part": row["part"], **filled})
    return sorted(found, key=lambda row: (row["item"], row["part"]))


KEYS = {"load_id", "part"}
LISTS = {"email", "skills", "certifications", "keywords", "employers"}


def flatten_one(
    connection: Connection, body: str, item: Any, target: SectionName = "person"
) -> dict[str, Any]:
    """One item through a shape made for the occasion; without the keys, {} when there is no record."""
    connection.execute("TRUNCATE loads")
    land(connection, [item])
    found = flatten(connection, parse_shape(HEAD + body, "tiny.toml"), target)
    assert len(found) <= 1
    return {name: value for row in found for name, value in row.items() if name not in {"item", "part"}}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_golden(connection: Connection, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    shape = SHAPES[name]
    land(connection, sample(shape))
    assert flatten(connection, shape, "company") == golden["company"]
    assert flatten(connection, shape, "person") == golden["person"]
    assert flatten(connection, shape, "intelligence") == golden.get("intelligence", [])
    refused = connection.execute(extract.shape_queries(shape, LOADS).refusals, {"first": 0}).fetchall()
    assert [[row["load_id"], row["kind"], row["reason"]] for row in refused] == golden["refused"]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_item_is_a_record_or_refused_or_has_nothing_to_say(connection: Connection, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    accounted = {row["item"] for row in golden["company"] + golden["person"] + golden.get("intelligence", [])}
    accounted |= {row[0] for row in golden["refused"]} | set(golden.get("silent", []))
    assert accounted == set(range(len(sample(SHAPES[name]))))


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_records_are_who_the_truth_says(name: str) -> None:
    """The golden records against the invented entities: an independent check of the goldens themselves."""
    world = json.loads((GOLDEN / "entities_truth.json").read_text(encoding="utf-8"))
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    for row in golden["person"]:
        code = golden["truth"][row["item"]]
        if code and code.startswith("P") and row["part"] == 0:
            assert_same_person(row, world["people"][code])
    for row in golden["company"]:
        code = golden["truth"][row["item"]]
        code = (world["people"][code]["company"] or "")[:2] if code and code.startswith("P") else code
        code = golden.get("employer", {}).get(str(row["item"]), code)
        if code and code in world["companies"]:
            assert_same_company(row, world["companies"][code])


def folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def assert_same_person(row: dict[str, Any], truth: dict[str, Any]) -> None:
    names = folded(f"{row.get('full_name', '')} {row.get('first_name', '')}")
    assert not names.strip() or re.split(r"\W", folded(truth["name"]))[0] in names
    slug = unquote(row.get("linkedin_url", "")).rstrip("/").rpartition("/")[2]
    assert not slug or slug.startswith("ACw") or slug == truth["linkedin_slug"]


def assert_same_company(row: dict[str, Any], truth: dict[str, Any]) -> None:
    assert any(row["name"].replace("&amp;", "&").lower() == known.lower() for known in truth["names"])
    number = re.sub(r"\D", "", row.get("linkedin_id", ""))
    assert not number or number == truth["linkedin_id"]
    domain = row.get("domain", "").removeprefix("www.")
    assert not domain or domain == truth["domain"]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_server_reads_every_path(connection: Connection, name: str) -> None:
    extract.check_on_server(connection, SHAPES[name])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_no_key_of_a_sample_is_unseen_and_none_is_missing_everywhere(
    connection: Connection, name: str
) -> None:
    land(connection, sample(SHAPES[name]))
    queries = extract.shape_queries(SHAPES[name], LOADS)
    assert connection.execute(queries.unseen_keys, {"first": 0}).fetchall() == []
    row = connection.execute(queries.missing_keys, {"first": 0}).fetchone()
    assert row is not None
    assert set(row["missing"]) == set(SHAPES[name].expected)
    assert max(row["missing"].values()) < row["items"]


def test_a_renamed_key_is_missing_and_unseen(connection: Connection) -> None:
    shape = parse_shape(HEAD + 'expected = ["id"]\n[person]\nfull_name = "name"\n', "tiny.toml")
    land(connection, [{"id": 1, "name": "A"}, {"ident": 2, "name": "B"}, {"error": "not found"}])
    queries = extract.shape_queries(shape, LOADS)
    assert connection.execute(queries.missing_keys, {"first": 0}).fetchone() == {
        "items": 2,
        "missing": {"id": 1},
    }
    assert connection.execute(queries.unseen_keys, {"first": 0}).fetchall() == [{"key": "ident", "items": 1}]


def test_the_server_names_a_path_that_counting_brackets_lets_through(connection: Connection) -> None:
    shape = parse_shape(HEAD + "[person]\nfull_name = '$.a ? (@.b === 1)'\n", "tiny.toml")
    with pytest.raises(ConfigurationError, match=r"tiny\.toml.*===") as caught:
        extract.check_on_server(connection, shape)
    assert caught.value.next_step


# --- the language ---

ABSENT = [None, "", "  ", "\t\u00a0\u200b\n", [], {}, {"a": ""}, ["x"], "nan", "NaN"]


@pytest.mark.parametrize("absent", ABSENT)
def test_each_spelling_of_absent_leads_to_the_next_path(connection: Connection, absent: Any) -> None:
    body = '[person]\nfull_name = ["first", "second"]\n'
    assert flatten_one(connection, body, {"first": absent, "second": "Ada"}) == {"full_name": "Ada"}
    assert flatten_one(connection, body, {"first": absent}) == {}
    nested = '[person]\nfull_name = ["a.first", "a.0", "a.x", "$.b.second"]\n'
    assert flatten_one(connection, nested, {"a": {"first": absent}, "b": {"second": "Ada"}})


@pytest.mark.parametrize("value", [{"a": 1}, ["x"]])
def test_what_is_misplaced_leaves_a_mark_where_no_path_has_a_text(connection: Connection, value: Any) -> None:
    body = '[person]\nfull_name = "n"\ntitle = ["a", "b.c"]\nskills = "s"\ncity = "e"\n'
    item = {"n": "Ada", "a": value, "s": ["x", {"z": 1}], "e": type(value)()}
    assert flatten_one(connection, body, item) == {"full_name": "Ada", "title": MISPLACED, "skills": ["x", MISPLACED]}
    assert flatten_one(connection, body, {"n": "Ada", "a": value, "b": {"c": "CEO"}})["title"] == "CEO"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (False, "false"), (14155550101.0, "14155550101.0"), (" Nan ", "Nan")]
)
def test_what_is_not_absent_passes_as_it_is_written(connection: Connection, value: Any, text: str) -> None:
    assert flatten_one(connection, '[person]\nfull_name = "a"\n', {"a": value}) == {"full_name": text}
    assert flatten_one(connection, '[person]\nfull_name = "$.a"\n', {"a": value}) == {"full_name": text}


def test_a_constant_counts_only_where_there_is_somebody(connection: Connection) -> None:
    body = '[person]\nfull_name = "ceo"\ntitle = { constant = "Chief Executive Officer" }\n'
    assert flatten_one(connection, body, {"ceo": "Ada"})["title"] == "Chief Executive Officer"
    assert flatten_one(connection, body, {"ceo": " "}) == {}


def test_prefix_join_pattern_and_units(connection: Connection) -> None:
    body = """
[person]
full_name = { join = ["first", "last"] }
vendor_id = { prefix = "apollo:", paths = ["person_id", "id"] }
city = { path = "place", pattern = '^([^,]+),' }
education = { all = "schools", with = " / " }
observed_at = [
    { path = "ms", unit = "epoch_ms" }, { path = "s", unit = "epoch_s" }, { path = "y", unit = "year" },
]
"""
    item = {
        "first": "Ada",
        "last": "",
        "id": 7,
        "place": "Fairmont, WV",
        "schools": ["A", "", "B"],
        "y": "2019.0",
    }
    assert flatten_one(connection, body, item) == {
        "full_name": "Ada", "vendor_id": "apollo:7", "city": "Fairmont", "education": "A / B",
        "observed_at": "2019-01-01",
    }  # fmt: skip
    assert flatten_one(connection, body, {"first": "A", "place": "Greater Region"}) == {"full_name": "A"}
    for stated, read in [
        ({"ms": 1239700353000}, "2009-04-14T09:12:33Z"), ({"s": "1239700353"}, "2009-04-14T09:12:33Z"),
        ({"ms": "2026-11-20"}, "2026-11-20"), ({"y": "n/a"}, "n/a"),
    ]:  # fmt: skip
        assert flatten_one(connection, body, {"first": "A", **stated})["observed_at"] == read


def test_lists_collect_in_order_of_preference(connection: Connection) -> None:
    body = '[person]\nemail = [{ path = "email", split = "," }, "$.emails[*].email", "emails", "personal"]\n'
    item = {
        "email": " a@x.example ,b@x.example,",
        "emails": [{"email": "c@x.example"}, "d@x.example", None, "nan", {}],
        "personal": "e@x.example",
    }  # fmt: skip
    assert flatten_one(connection, body, item) == {"email": [f"{letter}@x.example" for letter in "abcde"]}
    assert flatten_one(connection, body, {"email": "", "emails": [], "personal": None}) == {}


def test_keys_with_a_slash_a_percent_sign_or_quotes(connection: Connection) -> None:
    body = """
[person]
full_name = ["a/b", "100%.x%s", '$."it''s 50%"', "l.0"]
"""
    body = body.replace("''", "'").replace("'$.\"it's 50%\"'", '"$.\\"it\'s 50%\\""')
    assert flatten_one(connection, body, {"a/b": "Ada"}) == {"full_name": "Ada"}
    assert flatten_one(connection, body, {"100%": {"x%s": "Ada"}}) == {"full_name": "Ada"}
    assert flatten_one(connection, body, {"it's 50%": "Ada"}) == {"full_name": "Ada"}
    assert flatten_one(connection, body, {"l": ["Ada"]}) == {"full_name": "Ada"}


def test_nested_people_get_parts_of_their_own_and_see_the_item(connection: Connection) -> None:
    body = """
[person]
full_name = "owner"
[[people]]
each = "staff"
full_name = "name"
observed_at = "@item.seen"
[[people]]
each = '$.board[*] ? (@.active == true)'
full_name = "name"
"""
    item = {
        "owner": "Ada", "seen": "2026-11-01", "staff": [{"name": "B"}, None, {"name": "D"}],
        "board": [{"name": "X"}, {"name": "Y", "active": True}],
    }  # fmt: skip
    land(connection, [item, {"staff": {"name": "lone"}}, {"owner": "", "staff": []}])
    found = flatten(connection, parse_shape(HEAD + body, "tiny.toml"), "person")
    assert [(row["item"], row["part"], row["full_name"]) for row in found] == [
        (0, 0, "Ada"), (0, 1, "B"), (0, 2, "Y"), (0, 5, "D"), (1, 1, "lone"),
    ]  # fmt: skip
    assert [row.get("observed_at") for row in found][:3] == [None, "2026-11-01", None]


def test_error_rows_are_refused_and_errors_beside_data_are_doubts(connection: Connection) -> None:
    shape = parse_shape(HEAD + 'echo = ["url"]\n[person]\nfull_name = "name"\n', "tiny.toml")
    items: list[Any] = [
        {"name": "Ada", "status": 200, "error": "one page timed out"},
        {"url": "u", "error": "Profile not found"},
        {"error": "Please subscribe to any plan"}, {"url": "u", "message": "boom"},
        {"status": 404}, {}, None, [1], "x",
    ]  # fmt: skip
    land(connection, items)
    queries = extract.shape_queries(shape, LOADS)
    refused = connection.execute(queries.refusals, {"first": 0}).fetchall()
    assert {row["load_id"]: row["kind"] for row in refused} == {
        1: "not_found", 2: "refusal", 3: "error", 4: "not_found", 5: "not_found", 6: "not_found",
        7: "error", 8: "error",
    }  # fmt: skip
    assert all(row["reason"] for row in refused)
    doubts = connection.execute(queries.doubts, {"first": 0}).fetchall()
    assert doubts == [{"load_id": 0, "reason": "one page timed out"}]
    assert [row["item"] for row in flatten(connection, shape, "person")] == [0]


# --- whose job is it? ---


def present(title: str | None, company: str, year: int, end: str = "Present") -> dict[str, Any]:
    return {"position": title, "companyName": company, "startDate": {"year": year}, "endDate": {"text": end}}


def employment(connection: Connection, shape: str, item: dict[str, Any]) -> tuple[str | None, str | None]:
    land(connection, [item])
    person = flatten(connection, SHAPES[shape], "person")[0]
    company = flatten(connection, SHAPES[shape], "company")
    return person.get("title"), company[0].get("name") if company else None


@pytest.mark.parametrize(
    ("experience", "expected"),
    [
        ([present("CFO", "New", 2024), present("Analyst", "Old, never closed", 2009)], ("CFO", "New")),
        ([present("Analyst", "Old, never closed", 2009), present("CFO", "New", 2024)], ("CFO", "New")),
        ([present(None, "Untitled", 2025), present("CFO", "New", 2024)], ("CFO", "New")),
        ([present("CEO", "First", 2024), present("Advisor", "Second", 2024)], ("CEO", "First")),
        ([present("CEO", "Left", 2024, "Mar 2026")], (None, None)),
    ],
)
def test_the_current_position_that_began_last(
    connection: Connection, experience: list[dict[str, Any]], expected: tuple[str | None, str | None]
) -> None:
    item = {"id": "ACoA1", "firstName": "A", "lastName": "B", "experience": experience}
    assert employment(connection, "harvestapi_profile", item) == expected


def dev_fusion(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    """The actor's own pick, at the top level, is the first."""
    experiences = [
        {"title": title, "companyName": company, "jobStartedOn": f"3-{year}", "jobStillWorking": True}
        for title, company, year in jobs
    ]
    top = {"jobTitle": jobs[0][0], "companyName": jobs[0][1], "jobStartedOn": f"3-{jobs[0][2]}", "jobStillWorking": True}
    return {"fullName": "A B", "experiences": experiences, **top}


def harvestapi(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    current = [{"companyName": company} for _, company, _ in jobs]
    return {"id": "ACoA1", "firstName": "A", "experience": [present(*job) for job in jobs], "currentPosition": current}


def apimaestro(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    experience = [
        {"title": title, "company": company, "start_date": {"year": year, "month": "Mar"}, "is_current": True}
        for title, company, year in jobs
    ]
    return {"basic_info": {"fullname": "A B", "current_company": jobs[0][1]}, "experience": experience}


def apollo(jobs: list[tuple[str, str, int]]) -> dict[str, Any]:
    history = [
        {
            "current": True, "organization_id": f"o{company}", "organization_name": company, "title": title,
            "start_date": f"{year}-03-01",
        }
        for title, company, year in jobs
    ]  # fmt: skip
    top = {"organization_id": f"o{jobs[0][1]}", "organization": {"name": jobs[0][1], "primary_domain": "first.example"}}
    return {"id": "a", "name": "A B", "title": jobs[0][0], "employment_history": history, **top}


PROFILES = {
    "dev_fusion_profile": dev_fusion, "harvestapi_profile": harvestapi, "apimaestro_profile": apimaestro,
    "apollo_people_match": apollo, "apollo_people_search": apollo, "apollo_scraper": apollo,
}  # fmt: skip


@pytest.mark.parametrize("shape", PROFILES)
@pytest.mark.parametrize("side_title", ["Board Member", "Advisor to the CEO", "Angel Investor", "Volunteer"])
@pytest.mark.parametrize("since", [2009, 2025])
@pytest.mark.parametrize("side_first", [True, False])
def test_a_side_job_gives_way_to_a_job_whatever_its_date_and_place(
    connection: Connection, shape: str, side_title: str, since: int, side_first: bool
) -> None:
    job, side = ("CEO", "Here", 2015), (side_title, "There", since)
    item = PROFILES[shape]([side, job] if side_first else [job, side])
    assert employment(connection, shape, item) == ("CEO", "Here")
    person = flatten(connection, SHAPES[shape], "person")[0]
    assert set(person["employers"]) == {"Here", "There"}
    company = flatten(connection, SHAPES[shape], "company")[0]
    assert ("domain" in company) == (shape.startswith("apollo") and not side_first), "a website of the other employer"
    assert not side_first or "2015" in person["started_on"]


@pytest.mark.parametrize("shape", PROFILES)
def test_a_side_job_alone_is_the_job(connection: Connection, shape: str) -> None:
    jobs = [("Board Member", "There", 2019), ("Advisor", "Elsewhere", 2009)]
    assert employment(connection, shape, PROFILES[shape](jobs)) == ("Board Member", "There")


def ended(shape: str, item: dict[str, Any]) -> dict[str, Any]:
    """The same item with every position ended."""
    item = {**item, "jobStillWorking": False, "currentPosition": [], "organization": None, "organization_id": None}
    item |= {"basic_info": {"fullname": "A B", "current_company": ""}}
    ends = {
        "dev_fusion_profile": {"jobStillWorking": False}, "harvestapi_profile": {"endDate": {"text": "Mar 2026", "year": 2026}},
        "apimaestro_profile": {"is_current": False, "end_date": {"year": 2026}},
    }.get(shape, {"current": False})  # fmt: skip
    for key in ("experiences", "experience", "employment_history"):
        item[key] = [{**job, **ends} for job in item.get(key, [])]
    return item


@pytest.mark.parametrize("shape", PROFILES)
def test_no_employer_means_that_positions_are_listed_and_all_have_ended(connection: Connection, shape: str) -> None:
    current = PROFILES[shape]([("CEO", "Here", 2015), ("Analyst", "There", 2009)])
    over = ended(shape, current)
    none_listed = {**over, "experiences": [], "experience": [], "employment_history": []}
    for item, expected in ((current, None), (over, "2"), (none_listed, None)):
        connection.execute("TRUNCATE loads")
        land(connection, [item])
        person = flatten(connection, SHAPES[shape], "person")[0]
        assert person.get("no_employer") == expected
        assert ("employers" in person) == (item is current)
    key = next(key for key in ("experiences", "experience", "employment_history") if over[key])
    for n in range(2):
        connection.execute("TRUNCATE loads")
        land(connection, [{**over, key: [current[key][m] if m == n else over[key][m] for m in range(2)]}])
        assert "no_employer" not in flatten(connection, SHAPES[shape], "person")[0]


def test_positions_that_older_rows_describe_by_caption(connection: Connection) -> None:
    def older(*captions: str | None) -> dict[str, Any]:
        rows = [{"title": "CEO", "subtitle": "Here · Full-time", "caption": caption} for caption in captions]
        return {"fullName": "A B", "experiences": rows}

    for captions, no_employer, employers in [
        (("Mar 2015 - Nov 2026 · 11 yrs", "2009 – 2015 · 6 yrs"), "2", None),
        (("Mar 2015 - Present · 11 yrs", "2009 - 2015 · 6 yrs"), None, ["Here · Full-time"]),
        (("Mar 2015 - Nov 2026 · 11 yrs", None), None, None),
        (("Mar 2015 - heute · 11 yrs",), None, None),
    ]:
        connection.execute("TRUNCATE loads")
        land(connection, [older(*captions)])
        person = flatten(connection, SHAPES["dev_fusion_profile"], "person")[0]
        assert (person.get("no_employer"), person.get("employers")) == (no_employer, employers)


def test_an_ended_job_at_the_top_gives_way_to_the_experience(connection: Connection) -> None:
    item = {
        "fullName": "A B", "jobTitle": "CEO", "companyName": "Left", "companyWebsite": "left.example",
        "jobStillWorking": False,
        "experiences": [{"title": "Chair", "companyName": "Now", "jobStillWorking": True}],
    }  # fmt: skip
    assert employment(connection, "dev_fusion_profile", item) == ("Chair", "Now")
    assert "website_url" not in flatten(connection, SHAPES["dev_fusion_profile"], "company")[0]


def test_history_lends_its_title_only_to_the_same_employer(connection: Connection) -> None:
    history = [{"current": True, "organization_id": "o2", "organization_name": "Other", "title": "CEO"}]
    item = {"id": "a", "title": None, "organization_id": "o1", "organization": {"id": "o1", "name": "One"}}
    assert employment(connection, "apollo_people_match", item | {"employment_history": history}) == (
        None,
        "One",
    )
    connection.execute("TRUNCATE loads")
    lone = {"id": "a", "title": None, "organization": None, "employment_history": history}
    assert employment(connection, "apollo_people_match", lone) == ("CEO", "Other")


def test_months_decide_within_a_year_where_dates_are_iso(connection: Connection) -> None:
    history = [
        {"current": True, "title": title, "organization_name": title, "start_date": start}
        for title, start in [("Second", "2024-03-01"), ("Third", "2024-11-01"), ("First", None)]
    ]
    item = {"id": "a", "title": None, "organization": None, "employment_history": history}
    assert employment(connection, "apollo_people_match", item) == ("Third", "Third")


def test_numbers_marked_do_not_call_are_left_out(connection: Connection) -> None:
    numbers = [
        {"type": "mobile", "sanitized_number": "+13045550101", "dnc_status": "dnc"},
        {"type": "mobile", "sanitized_number": "+13045550102", "status": "invalid_number"},
        {"type": "mobile", "sanitized_number": "+13045550103", "status": "valid_number"},
    ]
    land(connection, [{"id": "d", "name": "A B", "phone_numbers": numbers}])
    assert flatten(connection, SHAPES["apollo_contacts"], "person")[0]["personal_phone"] == "+13045550103"


# --- the page that teaches it ---


def test_the_shape_of_the_documentation_works(connection: Connection) -> None:
    blocks = dict(
        re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    )
    shape = parse_shape(blocks["shapes/chamber_members.toml"], "chamber_members.toml")
    extract.check_on_server(connection, shape)
    document = json.loads(blocks["members.json"])
    land(connection, [item for place in shape.items_at for item in items_at(document, place)])
    expected = json.loads(blocks["expected.json"])
    assert flatten(connection, shape, "company") == expected["company"]
    assert flatten(connection, shape, "person") == expected["person"]
    refused = connection.execute(extract.shape_queries(shape, LOADS).refusals, {"first": 0}).fetchall()
    assert [[row["load_id"], row["kind"], row["reason"]] for row in refused] == expected["refused"]
