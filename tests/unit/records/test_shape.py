"""Shapes are read and checked without a database; every complaint names the file, the place and the path."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import outreach_pipeline
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.records import shape_paths
from outreach_pipeline.records.columns import COLUMNS, anchor_names, column_names
from outreach_pipeline.records.shape import load_shape, load_shapes, parse_shape
from outreach_pipeline.settings import SHIPPED_SHAPES

SAMPLES = Path(outreach_pipeline.__file__).parent / "samples"
HEAD = 'name = "tiny"\ndescription = "d"\nversion = 1\nprovider = "p"\n'
SHIPPED = {
    "dev_fusion_profile", "harvestapi_profile", "apimaestro_profile", "dev_fusion_company",
    "harvestapi_company",
    "apimaestro_company", "leads_finder", "apollo_scraper", "google_places", "apollo_people_search",
    "apollo_people_match", "apollo_contacts", "apollo_organization", "company_list_csv", "officer_list_csv",
    "company_news", "ready_export", "contact_flat", "contact_list_csv",
    "adopted_companies", "adopted_people", "adopted_slots", "adopted_contacts",
    "apify_verifier", "calendly_event", "hubspot_deal", "instantly_event", "mail_domain", "millionverifier", "smartlead_event", "zerobounce",
}  # fmt: skip


def test_every_shipped_shape_loads_and_has_a_sample() -> None:
    shapes = load_shapes()
    assert set(shapes) == SHIPPED
    assert {file.stem for file in SAMPLES.glob("*.json")} >= SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_sample_of_a_shape_stands_where_the_shape_says(name: str) -> None:
    shape = load_shapes()[name]
    document = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    tops = {place[0] for place in shape.items_at}
    assert tops & document.keys()


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_what_a_shape_reads_is_not_volatile_unless_it_is_the_time_of_observation(name: str) -> None:
    shape = load_shapes()[name]
    for section in (*shape.sections("company"), *shape.sections("person"), *shape.sections("intelligence")):
        for column, ways in section.columns.items():
            keys = {path.steps[0] for way in ways for path in way.paths if path.steps and not path.base}
            assert column == "observed_at" or not keys & set(shape.volatile), column


def test_columns_are_named_once_and_have_anchors() -> None:
    for target in COLUMNS:
        assert len(set(column_names(target))) == len(column_names(target))
        assert anchor_names(target)
    assert "title" not in anchor_names("person")


def test_a_place_is_keys_and_brackets() -> None:
    assert shape_paths.parse_place("responses[].people[]") == ("responses", "[]", "people", "[]")
    assert shape_paths.parse_place("responses[].person") == ("responses", "[]", "person")
    assert shape_paths.parse_place("items[]") == ("items", "[]")


def test_a_short_path_and_a_json_path() -> None:
    assert shape_paths.parse_path("a.0.b/c").steps == ("a", "0", "b/c")
    named = shape_paths.parse_path("@current.title")
    assert (named.base, named.steps) == ("current", ("title",))
    assert shape_paths.parse_path('$.a[*] ? (@.b == "x (y")').jsonpath == '$.a[*] ? (@.b == "x (y")'


COMPLAINTS = [
    ('[person]\nfull_nam = "a"\n', "[person]: there is no column full_nam (did you mean full_name?)"),
    ('[persons]\nfull_name = "a"\n', "there is no key persons (did you mean person?)"),
    ('[person]\ntitle = "a"\n', "nothing says who it is: fill at least one of vendor_id, full_name"),
    ('[person]\nfull_name = "a..b"\n', '[person] full_name: path "a..b": there is an empty step'),
    ('[person]\nfull_name = ""\n', '[person] full_name: path "": the path is empty'),
    (
        '[person]\nfull_name = "a[*].b"\n',
        'path "a[*].b": lists with [*] and filters with ? need a path that starts',
    ),
    ("[person]\nfull_name = '$.a ? (@.b == \"x\"'\n", "a ( is never closed"),
    ("[person]\nfull_name = '$.a[*] ? @.b'\n", "a filter is written ? (…)"),
    ("[person]\nfull_name = '$.a ? (@.b == \"x)'\n", 'a quote " is never closed'),
    ("[person]\nfull_name = '$.a ? (@.b = 1)'\n", "a comparison is written =="),
    ('[person]\nfull_name = "strict $.a"\n', "a path starts with $, without lax or strict"),
    ('[person]\nfull_name = "@jop.a"\n[find]\njob = "$.a"\n', "[find] has no jop (did you mean job?)"),
    ("[person]\nfull_name = 3\n", "it is a path, a table, or a list of those"),
    ("[person]\nfull_name = []\n", "the list of paths is empty"),
    (
        '[person]\nfull_name = {path = "a", paths = ["b"]}\n',
        "exactly one of path, paths, join, all, constant",
    ),
    (
        '[person]\nfull_name = {path = "a", unit = "days"}\n',
        "unit is one of epoch_ms, epoch_s, year, not days",
    ),
    ("[person]\nfull_name = {path = \"a\", pattern = '(a'}\n", 'pattern "(a"'),
    ("[person]\nfull_name = {path = \"a\", pattern = 'a'}\n", "it has exactly one (…), the part to keep"),
    ('[person]\nemail = {path = "a", prefix = "x"}\n', "a list column takes paths and split only"),
    ('[person]\nfull_name = {path = "a", split = ","}\n', "split is for list columns"),
    ('[person]\nemail = {path = "$.a", split = ","}\n', "split works with short paths only"),
    ('[[people]]\nfull_name = "a"\n', 'it needs each = "<path of the list>"'),
    ('[person]\nfull_name = "a"\n[items]\nat = ["a..b"]\n', 'a place is written "items[]"'),
    (
        '[person]\nfull_name = "a"\n[[refusals]]\nwhen = \'$.error\'\nkind = "error"\nreason = "r"\n',
        "it must be a question",
    ),
    (
        '[person]\nfull_name = "a"\n[[refusals]]\nwhen = "$.a ? (@.b == 1)"\nkind = "error"\nreason = "r"\n',
        "it must be a question",
    ),
    (
        '[person]\nfull_name = "a"\n[[refusals]]\nwhen = \'$.a == 1\'\nkind = "bad"\nreason = "r"\n',
        "kind is one of refusal, error, not_found, notice, not bad",
    ),
    ("", "it fills nothing"),
    ("[person\n", "is not valid TOML"),
]


@pytest.mark.parametrize(("body", "complaint"), COMPLAINTS)
def test_a_bad_shape_says_what_and_where(body: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_shape(HEAD + body, "tiny.toml")
    assert "tiny.toml" in caught.value.message
    assert complaint in caught.value.message


def test_the_head_is_checked() -> None:
    body = '[person]\nfull_name = "a"\n'
    for broken, complaint in [
        (HEAD.replace('"tiny"', '"other"'), '"other" is not the name of the file'),
        (HEAD.replace("version = 1", 'version = "1"'), "version is missing or not a whole number"),
        (HEAD.replace('description = "d"\n', ""), "description is missing or not text"),
        (HEAD + 'volatile = "x"\n', "volatile is a list of texts"),
    ]:
        with pytest.raises(ConfigurationError, match="Shape tiny") as caught:
            parse_shape(broken + body, "tiny.toml")
        assert complaint in caught.value.message


def test_a_folder_without_shapes_and_an_unreadable_file_are_configuration_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No shape"):
        load_shapes(tmp_path)
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"x\.toml cannot be read"):
        load_shape(tmp_path / "x.toml")


def test_a_shape_is_read_once_until_its_text_is_another(tmp_path: Path) -> None:
    text = (SHIPPED_SHAPES / "leads_finder.toml").read_text(encoding="utf-8")
    file = tmp_path / "leads_finder.toml"
    file.write_text(text, encoding="utf-8")
    first = load_shape(file)
    assert load_shape(file) is first
    file.write_text(text.replace('website_url = "company_website"', 'website_url = "vendor_website"'), encoding="utf-8")
    assert load_shape(file) != first


def test_a_question_may_hold_filters() -> None:
    for question in (
        "$.a == 1",
        'exists($.a ? (@.b == "x"))',
        '!($.a > "")',
        '$.a like_regex "^x$" flag "i"',
    ):
        shape_paths.check_question(question)


def test_known_keys_are_those_of_the_item_not_of_its_people() -> None:
    keys = load_shapes()["google_places"].known_keys()
    assert {"title", "placeId", "leadsEnrichment", "scrapedAt", "rank"} <= set(keys)
    assert "personId" not in keys


def test_a_shape_travels_between_processes() -> None:
    shape = load_shapes()["google_places"]
    assert pickle.loads(pickle.dumps(shape)) == shape
