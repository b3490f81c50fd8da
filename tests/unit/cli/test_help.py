"""Help pages: every command says what it is for and shows examples that name real commands and options."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import typer.main

from outreach_pipeline.cli.main import main, make_app
from outreach_pipeline.cli.options import PANELS

GROUP = typer.main.get_command(make_app())
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]
EXPECTED = {
    "migrate", "doctor", "sources", "land", "run", "status", "rejections", "replay", "explain", "ui",
    "reviews",
}  # fmt: skip
LISTS = ("doctor", "sources", "land", "run", "status", "rejections", "replay", "explain", "reviews")


def _help(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--help"]) == 0
    return capsys.readouterr().out


def test_the_commands_are_those_that_were_promised() -> None:
    assert set(COMMANDS) >= EXPECTED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_paragraph_and_examples_that_exist(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    page = _help(capsys, name)
    command = GROUP.commands[name]  # type: ignore[attr-defined]
    parts = [command, *getattr(command, "commands", {}).values()]
    options = {option for part in parts for parameter in part.params for option in parameter.opts}

    assert len(str(command.help).split("\n\n", maxsplit=1)[0]) > 60
    examples = re.findall(r"\$ outreach (.+)", page)
    assert examples
    for example in examples:
        assert example.split()[0] == name
        assert set(re.findall(r"--[a-z-]+", example)) <= options


@pytest.mark.parametrize("name", LISTS)
def test_whatever_lists_can_print_json(name: str) -> None:
    assert any("--json" in parameter.opts for parameter in GROUP.commands[name].params)  # type: ignore[attr-defined]


def test_the_overview_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    page = " ".join(_help(capsys).split())

    for name in COMMANDS:
        assert f" {name} " in page
    for words in ("0 done", "1 the work failed", "2 wrong usage", "3 a passing trouble", "130 interrupted"):
        assert words in page


def test_without_a_command_the_overview_is_shown_and_it_counts_as_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert "Every night" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"outreach_pipeline \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from outreach_pipeline.cli.main import main; main(['--version'])\n"
        "import outreach_pipeline.stages.status, outreach_pipeline.stages.rejections\n"
        "import outreach_pipeline.stages.explain, outreach_pipeline.stages.migrations\n"
        "print(sorted({'pandas', 'pandera', 'dagster', 'alembic', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_stands_under_a_heading() -> None:
    """And every name that has a heading is a command: a list beside the commands must not age."""
    assert set(COMMANDS) == set(PANELS)


def test_the_help_page_opens_neither_the_database_nor_dagster() -> None:
    """Each costs more than the page itself: it is there in a third of a second without them."""
    code = "import sys, outreach_pipeline.cli.main; print(*{'psycopg', 'dagster', 'pydantic'} & set(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_alone_is_the_same_as_among_all(name: str) -> None:
    """Only the module of the asked command is read; one that stood under a wrong module would not be found."""
    alone = typer.main.get_command(make_app(name)).commands  # type: ignore[attr-defined]

    assert name in alone
    assert len(alone) < len(COMMANDS)
