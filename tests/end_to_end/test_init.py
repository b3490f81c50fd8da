"""`outreach init`: a first configuration from answers or options; it can be used at once and spends nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from apify_world import QUICK
from cli_world import CommandLine
from dotenv import dotenv_values
from typer.testing import CliRunner

from outreach_pipeline.cli.main import make_app
from outreach_pipeline.sandbox.server import Sandbox
from outreach_pipeline.settings import load_settings
from outreach_pipeline.sources.registry import load_sources

PEOPLE = "First Name,Last Name,Title,Company,Email\nAda,Quill,CEO,Bramblewick Pumps,ada.quill@bramblewickpumps.com\n"


@pytest.fixture
def fresh(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A stranger's folder: no setting anywhere, one file of contacts."""
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        monkeypatch.delenv(name)
    (cli.folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return cli


def test_without_questions_the_defaults_can_be_used_at_once(fresh: CommandLine) -> None:
    said = fresh.fine("init", "--yes", "--source", "people", "--file", "people.csv").out

    assert stat.S_IMODE((fresh.folder / ".env").stat().st_mode) == 0o600
    settings = load_settings()
    assert (settings.embedded, settings.sources) == (True, Path("sources.toml"))
    (config,) = load_sources(Path("sources.toml")).values()
    assert (config.name, config.kind, config.shape, config.nightly) == ("people", "files", "contact_list_csv", True)
    assert "then `outreach run`." in said
    assert fresh.fine("sources", "--json").json[0]["name"] == "people"


def test_questions_are_asked_and_answered(fresh: CommandLine) -> None:
    ran = CliRunner().invoke(make_app(), ["init"], input="\nfiles\nclients\npeople.csv\n\nno\n")

    assert ran.exit_code == 0, ran.output
    assert "contact_list_csv" in (fresh.folder / "sources.toml").read_text()
    assert "[sources.clients]" in (fresh.folder / "sources.toml").read_text()
    assert not load_sources(Path("sources.toml"))["clients"].nightly
    assert "then `outreach run --source clients`." in ran.output


def test_an_answer_that_cannot_be_is_asked_again_at_once(fresh: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_APIFY_URL", "http://127.0.0.1:9")
    answers = "\napify\nMy Leads\nleads\n\n[1]\n{}\none\n2\nnothing_of_ours\nleads_finder\n\nt\n"
    ran = CliRunner().invoke(make_app(), ["init"], input=answers)

    for words in ("must match", "no JSON object", "no number of US dollars", "Known shapes: "):
        assert words in ran.output
    assert "Next: correct what failed" in ran.output, "nobody is there who knows the token"
    assert ".. " not in ran.output
    (config,) = load_sources(Path("sources.toml")).values()
    assert (config.name, config.shape, getattr(config, "max_total_charge_usd", None)) == ("leads", "leads_finder", 2)


@pytest.mark.parametrize("name", [".env", "sources.toml"])
def test_nothing_is_overwritten(fresh: CommandLine, name: str) -> None:
    (fresh.folder / name).write_text("mine", encoding="utf-8")

    ran = fresh("init", "--yes")

    assert ran.code == 2
    assert f"There is a {name}" in ran.err
    assert (fresh.folder / name).read_text() == "mine"
    assert len([each for each in (".env", "sources.toml") if (fresh.folder / each).exists()]) == 1


def test_a_database_is_asked_at_once_and_the_pipeline_gets_a_login_of_its_own(
    fresh: CommandLine, admin_url: str, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(admin_url)
    host = str(parts["host"])
    url = f"postgresql://{parts['user']}@{'' if host.startswith('/') else host}/{parts['dbname']}?host={host}"
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", url.replace("@/", "@localhost/"))
    unknown = fresh("init", "--yes")
    monkeypatch.setenv("OUTREACH_APP_PASSWORD", "it's # odd")
    fresh.fine("init", "--yes")

    assert unknown.code == 2
    assert "OUTREACH_APP_PASSWORD" in unknown.err
    written = dotenv_values(".env")
    assert written["OUTREACH_APP_PASSWORD"] == "it's # odd"
    assert str(written["OUTREACH_DATABASE_URL"]).startswith("postgresql://outreach_app:it%27s%20%23%20odd@localhost/")


def test_a_server_that_is_not_there_stops_it_before_anything_is_written(
    fresh: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_MIGRATION_URL", "postgresql://owner:secret-word@127.0.0.1:9/nowhere")

    ran = fresh("init", "--yes")

    assert ran.code in (2, 3)
    assert "secret-word" not in ran.err
    assert not (fresh.folder / ".env").exists()


def test_a_token_is_tried_and_nothing_is_spent(fresh: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(companies=20, timing=QUICK) as sandbox:
        monkeypatch.setenv("OUTREACH_APIFY_URL", sandbox.apify_url)
        monkeypatch.setenv("OUTREACH_APIFY_TOKEN", sandbox.apify_token)
        said = fresh.fine(
            "init", "--yes", "--kind", "apify", "--actor", "code_crafter/leads-finder", "--input", '{"fetch_count": 5}'
        ).out
        runs = sandbox.apify.runs.all()
    monkeypatch.delenv("OUTREACH_APIFY_TOKEN")

    (config,) = load_sources(Path("sources.toml")).values()
    assert (config.name, getattr(config, "input", None)) == ("leads", {"fetch_count": 5})
    assert not config.nightly, "what pays is not taken every night unasked"
    monkeypatch.delenv("OUTREACH_APIFY_URL")
    settings = load_settings()
    assert settings.apify_token.get_secret_value() == sandbox.apify_token  # type: ignore[union-attr]
    assert settings.apify_url == sandbox.apify_url, "its token is shown to nobody else"
    assert "ok apify" in said
    assert sandbox.apify_token not in said
    assert not runs


@pytest.mark.parametrize(
    "options, words",
    [
        (["--kind", "ftp"], "none of files, apify, apollo"),
        (["--source", "Not A Name"], "name must match"),
        (["--kind", "apify", "--input", "[1]"], "no JSON object"),
        (["--shape", "nothing_of_ours"], "which does not exist"),
        (["--shape", "Not A Name"], "Nothing was written"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    fresh: CommandLine, options: list[str], words: str
) -> None:
    ran = fresh("init", "--yes", *options)

    assert ran.code == 2
    assert words in ran.err
    assert not (fresh.folder / "sources.toml").exists()
