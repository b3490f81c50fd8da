"""Every shipped shape against its sample, flattened by a real server, compared with hand-checked records.

tests/data/shapes/<shape>.json holds, per item of the sample (in the order of the shape's places), the columns
that are filled, and who it is in the invented world ("truth"); a column that is not listed must be NULL.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flattened import HEAD, LOADS, SHAPES, Connection, flatten, flatten_one, items_at, land, sample

from outreach_pipeline.database import extract
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records.misplaced import MISPLACED
from outreach_pipeline.records.shape import parse_shape

GOLDEN = Path(__file__).parents[1] / "data" / "shapes"
DOCS = Path(__file__).parents[2] / "docs" / "adding-a-source.md"


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_golden(connection: Connection, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    shape = SHAPES[name]
    land(connection, sample(shape))
    assert flatten(connection, shape, "company") == golden["company"]
    assert flatten(connection, shape, "person") == golden["person"]
    for section in ("intelligence", "address", "outcome"):
        assert flatten(connection, shape, section) == golden.get(section, [])
    refused = connection.execute(extract.shape_queries(shape, LOADS).refusals, {"first": 0}).fetchall()
    assert [[row["load_id"], row["kind"], row["reason"]] for row in refused] == golden["refused"]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_item_is_a_record_or_refused_or_has_nothing_to_say(connection: Connection, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    accounted = {row["item"] for row in golden["company"] + golden["person"] + golden.get("intelligence", [])}
    accounted |= {row["item"] for section in ("address", "outcome") for row in golden.get(section, [])}
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
    assert max(row["missing"].values(), default=0) < row["items"]


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
