"""sources.toml is checked as a whole; each problem names file, source and key, and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources import registry
from outreach_pipeline.sources.items import PreparedItem, prepare_all
from outreach_pipeline.sources.order import in_order
from outreach_pipeline.sources.registry import ApifyConfig, FilesConfig, load_sources, open_source

SHIPPED = Path(registry.__file__).parent / "sources.toml"
SAMPLES = SHIPPED.parents[1] / "samples" / "sources.toml"


def write(folder: Path, text: str) -> Path:
    file = folder / "sources.toml"
    file.write_text(text)
    return file


def test_the_shipped_sources_have_shapes_that_exist() -> None:
    sources = load_sources(SHIPPED)
    shapes = {file.stem for file in (SHIPPED.parents[1] / "records" / "shapes").glob("*.toml")}
    assert {config.shape for config in sources.values()} <= shapes
    assert len(sources) == 17


REFRESH = '[sources.x1]\nkind = "apify"\nmode = "refresh"\nshape = "s1"\nactor = "a/b"\n'


def test_as_shipped_nothing_is_read_by_itself_and_no_invented_item_lands() -> None:
    for config in load_sources(SHIPPED).values():
        assert not config.nightly, config.name
        assert isinstance(config, FilesConfig)
        assert config.path is None


def test_the_samples_are_the_shipped_sources_with_a_file_each() -> None:
    shipped, samples = load_sources(SHIPPED), load_sources(SAMPLES)
    ways = {"path": None, "nightly": False}
    assert {name: config.model_copy(update=ways) for name, config in samples.items()} == dict(shipped.items())
    assert sum(config.nightly for config in samples.values()) == 14


@pytest.mark.parametrize("name", [n for n, c in load_sources(SAMPLES).items() if getattr(c, "path", None)])
def test_each_sample_source_gives_its_samples(name: str) -> None:
    config = load_sources(SAMPLES)[name]
    paths = (("items", "[]"), ("responses", "[]"))
    (page,) = open_source(config, folder=SAMPLES.parent, item_paths=paths).pull(date(2026, 11, 6), {})
    assert page.items
    assert all(isinstance(item, PreparedItem) for item in prepare_all(page.items))


def test_defaults_and_all_kinds(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [sources.from_folder]
        kind = "files"
        shape = "leads_finder"
        path = "inbox/{day}"
        [sources.leads]
        kind = "apify"
        shape = "leads_finder"
        actor = "code_crafter/leads-finder"
        max_total_charge_usd = 2.5
        region = "US"
        nightly = true
        input = { fetch_count = 100 }
        [sources.search]
        kind = "apollo"
        shape = "apollo_people_search"
        endpoint = "mixed_people/api_search"
        max_credits = 0
        """,
    )
    sources = load_sources(file)
    assert list(sources) == ["from_folder", "leads", "search"]
    folder, leads = sources["from_folder"], sources["leads"]
    assert isinstance(folder, FilesConfig)
    assert isinstance(leads, ApifyConfig)
    assert (folder.name, folder.rank, folder.nightly, folder.region) == ("from_folder", 50, False, None)
    assert (folder.max_reject_share, folder.max_unseen_key_share) == (0.5, 0.2)
    assert leads.input == {"fetch_count": 100}
    assert open_source(folder, folder=tmp_path).path == str(tmp_path / "inbox/{day}")  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="kind 'apify': a paid source is pulled with a ledger"):
        open_source(leads, folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[sources.x1]\nkind = "file"\nshape = "s1"', r"`kind` is unknown.*Did you mean files\?"),
        ('[sources.x1]\nshape = "s1"', "`kind` is missing"),
        ('[sources.x1]\nkind = "files"', "`shape` is missing"),
        ('[sources.X-1]\nkind = "files"\nshape = "s1"', "the name must match"),
        ('[sources.x1]\nkind = "files"\nshape = "s1"\npaht = "x"', r"unknown key `paht` Did you mean path\?"),
        ('[sources.x1]\nkind = "files"\nshape = "s1"\nrank = 0', "`rank`: Input should be greater"),
        ('[sources.x1]\nkind = "files"\nshape = "s1"\nregion = "usa"', "`region`"),
        ('[sources.x1]\nkind = "files"\nshape = "s1"\nmax_reject_share = 50', "`max_reject_share`"),
        ('[sources.x1]\nkind = "files"\nshape = "s1"\nitems = ["a[0]"]', "not a path to items"),
        ('[sources.x1]\nkind = "apify"\nshape = "s1"\nactor = "a/b"', "`max_total_charge_usd` is missing"),
        (f"{REFRESH}usd_per_item = 0.1\nmax_total_charge_usd = 1", "`subjects_field` is missing"),
        (f'{REFRESH}subjects_field = "urls"\nmax_total_charge_usd = 1', "`usd_per_item` is missing"),
        (f'{REFRESH}subjects_field = "urls"\nusd_per_item = 0.1', "`max_total_charge_usd` is missing"),
        (
            f'{REFRESH}subjects_field = "urls"\nusd_per_item = 0.1\nmax_total_charge_usd = 0.05',
            "max_total_charge_usd does not pay for a single profile",
        ),
        (
            f'{REFRESH}subjects_field = "urls"\nusd_per_item = 0.1\nmax_total_charge_usd = 1\nnightly = true',
            "refresh runs when people are due; remove `nightly`",
        ),
        ("[source.x1]", r"unknown table \[source\] Did you mean sources\?"),
        ("sources = 3", "not a table"), ("[sources]\nx1 = 3", "not a table"), ("[sources", "is not TOML"),
    ],
)  # fmt: skip
def test_problems_name_file_source_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as error:
        load_sources(write(tmp_path, text))
    assert "sources.toml" in error.value.message
    assert error.value.next_step


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = '[sources.x1]\nkind = "files"\n[sources.x2]\nkind = "ftp"\nshape = "s1"\n'
    with pytest.raises(ConfigurationError, match=r"sources\.x1.*sources\.x2"):
        load_sources(write(tmp_path, text))


def test_values_are_not_repeated_in_errors(tmp_path: Path) -> None:
    text = '[sources.x1]\nkind = "apify"\nshape = "s1"\nactor = "a/b"\nmax_total_charge_usd = "hunter2"'
    with pytest.raises(ConfigurationError) as error:
        load_sources(write(tmp_path, text))
    assert "hunter2" not in str(error.value)


def test_unknown_names_and_missing_files_have_a_next_step(tmp_path: Path) -> None:
    sources = load_sources(SHIPPED)
    with pytest.raises(ConfigurationError, match=r"Did you mean companies_csv\?"):
        sources["company_csv"]
    assert "company_csv" not in sources
    with pytest.raises(ConfigurationError, match="OUTREACH_SOURCES"):
        load_sources(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match=r"no path of its own.*outreach land"):
        open_source(sources["companies_csv"], folder=tmp_path)
    given = open_source(sources["companies_csv"], folder=tmp_path, path=str(tmp_path))
    assert list(given.pull(date(2026, 11, 6), {}))[-1].is_last


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("url", ["https://www.linkedin.com/in/ada-q"]),
        ("slug", ["ada-q"]),
        ("object", [{"url": "https://www.linkedin.com/in/ada-q"}]),
    ],
)
def test_a_refresh_names_profiles_as_its_actor_wants_them(tmp_path: Path, form: str, sent: list[object]) -> None:
    from outreach_pipeline.settings import Settings
    from outreach_pipeline.sources.apify_api import ApifyApi
    from outreach_pipeline.sources.registry import ApifyConfig, open_refresh_source

    file = tmp_path / "sources.toml"
    file.write_text(
        f'{REFRESH}subjects_field = "urls"\nsubject_form = "{form}"\nusd_per_item = 0.1\nusd_per_run = 0.02\n'
        'max_total_charge_usd = 1\ninput = { mode = "full" }\n'
    )
    config = load_sources(file)["x1"]
    assert isinstance(config, ApifyConfig)
    source = open_refresh_source(
        config, settings=Settings(_env_file=None), api=ApifyApi(None, "http://127.0.0.1:1"), ledger=None,
        subjects=["https://www.linkedin.com/in/ada-q"],
    )  # fmt: skip
    assert source.order.run_input == {"mode": "full", "urls": sent}
    assert str(source.order.max_total_charge_usd) == "0.12"
    assert str(config.charge_for(500)) == "1"


REFRESH_X2 = (
    f'{REFRESH.replace("x1", "x2")}subjects_field = "urls"\nusd_per_item = 0.1\nmax_total_charge_usd = 1\n'
)


def test_sources_form_a_graph_and_every_flaw_of_it_is_a_sentence(tmp_path: Path) -> None:
    def graph(**after: str) -> str:
        return "".join(
            f'[sources.{name}]\nkind = "files"\nshape = "s1"\nnightly = {"true" if name != "by_day" else "false"}\n'
            f"after = {names}\n"
            for name, names in after.items()
        )

    fine = load_sources(write(tmp_path, graph(first="[]", second='["first"]', third='["second", "first"]')))
    assert fine["third"].after == ("second", "first")
    for text, said in (
        (graph(first='["secnd"]', second="[]"), r"\[sources.first\] `after`: there is no source `secnd`. Did you mean second"),
        (graph(first='["first"]'), "cannot wait for itself"),
        (graph(first='["third"]', second='["first"]', third='["second"]'), r"in a circle: (\w+) waits for .* waits for \1"),
        (graph(first='["by_day"]', by_day="[]"), "`by_day` is not nightly, so this nightly source would wait for ever"),
        (graph(first='["x2"]') + REFRESH_X2, "no batch of its own"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            load_sources(write(tmp_path, text))


def test_the_order_is_that_of_the_graph_and_else_that_of_the_file(tmp_path: Path) -> None:
    one = '[sources.{0}]\nkind = "files"\nshape = "s1"\nafter = {1}\n'
    tables = (("last", '["middle"]'), ("alone", "[]"), ("middle", '["first"]'), ("first", "[]"))
    sources = load_sources(write(tmp_path, "".join(one.format(*table) for table in tables)))
    assert in_order(sources, list(sources)) == ["alone", "first", "middle", "last"]
    # Through a source that is not among the chosen ones, too.
    assert in_order(sources, ["last", "first"]) == ["first", "last"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("path = 'x/{day}.csv'\nexpected_by = '6:30'", "HH:MM"),
        ("path = 'x/{day}.csv'\nexpected_by = 6.5", "HH:MM"),
        ("expected_by = '06:30'", "by hand are never late"),
    ],
)
def test_a_promise_is_an_hour_and_needs_a_place(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_sources(write(tmp_path, f'[sources.x1]\nkind = "files"\nshape = "s1"\n{lines}\n'))
