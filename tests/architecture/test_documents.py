"""What the pages name exists, and what exists is named: commands, options, paths, tests, targets, variables.

Belongs here: names. Does not belong here: whether the pages work when followed (`tests/end_to_end/test_docs.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from repository import PAGES, ROOT, commands, committed, make_targets, texts

from outreach_pipeline.settings import Settings

READ = tuple(page for page in PAGES if (ROOT / page).exists())
ALL_PAGES = (*READ, "CHANGELOG.md", "docs/decisions.md", "docs/data-model.md", "sql/README.md")
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|[\s/$`(])outreach[ \n]+(-?[a-z]+)([^\n`]*)")
_PLACE = re.compile(r"^(?:docs|sql|outreach_pipeline|tests|deploy|benchmarks|\.ci)/[\w./{}*-]*$")
_VARIABLE = re.compile(r"OUTREACH_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_)")


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code_of(text: str) -> str:
    """Only what is set as code: fenced, indented or inline."""
    fenced = _FENCED.findall(text)
    rest = _FENCED.sub("", text)
    indented = [line for line in rest.splitlines() if line.startswith("    ")]
    # An inline command may be broken over two lines.
    inline = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", rest)]
    return "\n".join([*fenced, *indented, *inline])


def used_commands(page: str) -> Iterator[tuple[str, str]]:
    """(command, its arguments) wherever a page says `outreach COMMAND`."""
    for found in _COMMAND.finditer(code_of(read(page))):
        if not found.group(1).startswith("-"):
            yield found.group(1), found.group(2)


@pytest.mark.parametrize("page", READ)
def test_every_command_and_option_named_exists(page: str) -> None:
    known = commands()
    for command, arguments in used_commands(page):
        assert command in known, f"{page}: there is no `outreach {command}`"
        options = set(re.findall(r"(?<=\s)--[a-z-]+", arguments))
        assert options <= known[command] | {"--help"}, f"{page}: outreach {command} {arguments}"


def test_every_command_is_in_the_readme() -> None:
    named = {command for command, _ in used_commands("README.md")}
    assert set(commands()) - named == set()


@pytest.mark.parametrize("page", ALL_PAGES)
def test_every_path_named_exists(page: str) -> None:
    for word in _INLINE.findall(read(page)):
        if _PLACE.match(word) and not set("{}*") & set(word):
            assert (ROOT / word).exists(), f"{page} names {word}"
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", read(page)):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_every_promise_has_its_test() -> None:
    rows = re.findall(r"^\| (.+?) \| `(tests/[\w./]+)` `(test_\w+)` \|$", read("README.md"), re.MULTILINE)
    assert len(rows) == 11
    for promise, path, name in rows:
        assert re.search(rf"^\s*def {name}\(", read(path), re.MULTILINE), f"{promise}: {path} has no {name}"


def test_every_defence_has_its_test() -> None:
    table = read("docs/security.md").split("## Defended")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    rows = [re.fullmatch(r"\| (.+?) \| .+ \| `(tests/[\w./]+)` `(test_\w+)` \|", line) for line in lines]
    assert len(rows) > 20
    for line, row in zip(lines, rows, strict=True):
        assert row, f"no test is named: {line}"
        what, path, name = row.groups()
        assert re.search(rf"^\s*def {name}\(", read(path), re.MULTILINE), f"{what}: {path} has no {name}"


@pytest.mark.parametrize("page", [*READ, "CHANGELOG.md"])
def test_every_make_target_named_exists(page: str) -> None:
    named = set(re.findall(r"(?:^|[\s`])make ([a-z]+)", code_of(read(page)), re.MULTILINE))
    assert named <= make_targets(), page


def test_every_make_target_is_in_the_help() -> None:
    makefile = read("Makefile")
    helped = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert helped == make_targets()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).split()) == helped


def variables_of_the_example() -> dict[str, str]:
    """Variables of .env.example with the comment above each."""
    found, comment = {}, ""
    for line in read(".env.example").splitlines():
        assignment = re.match(r"#?(OUTREACH_[A-Z0-9_]+)=", line)
        if assignment:
            found[assignment.group(1)] = comment
        comment = line if line.startswith("# ") and not assignment else ""
    return found


def test_the_example_has_every_setting_with_a_comment() -> None:
    example = variables_of_the_example()
    settings = {f"OUTREACH_{name.upper()}" for name in Settings.model_fields}
    assert settings - set(example) == set()
    assert [name for name, comment in example.items() if len(comment) < 10] == []


def test_the_example_has_every_variable_that_the_code_names_and_no_other() -> None:
    code = " ".join(text for path, text in texts() if path.endswith((".py", ".toml", ".yaml")) or path == "Makefile")
    named = set(_VARIABLE.findall(code)) - {"OUTREACH_X"}
    settings = {f"OUTREACH_{name.upper()}" for name in Settings.model_fields}
    assert named | settings == set(variables_of_the_example())


def test_the_example_shows_the_defaults_and_no_secret() -> None:
    shown = dict(re.findall(r"^#(OUTREACH_[A-Z0-9_]+)=(.*)$", read(".env.example"), re.MULTILINE))
    assert re.search(r"^OUTREACH_", read(".env.example"), re.MULTILINE) is None, "nothing is set by copying it"
    for name, field in Settings.model_fields.items():
        value = shown[f"OUTREACH_{name.upper()}"]
        if "Secret" in str(field.annotation):
            assert value == "" or "PASSWORD" in value, name
        elif name not in ("sources", "shapes"):
            default = field.default
            same = (
                Decimal(value) == Decimal(str(default))
                if isinstance(default, int | float | Decimal)
                else value == str(default)
            )
            assert same, name


@pytest.mark.parametrize("page", READ)
def test_every_variable_named_exists(page: str) -> None:
    assert set(_VARIABLE.findall(read(page))) <= set(variables_of_the_example())


def test_the_readme_is_a_page_and_shows_the_flow() -> None:
    text = read("README.md")
    assert text.count("\n") <= 230
    assert text.index("make demo") < text.index("make test") < text.index("```mermaid") < text.index("## On Neon")


def test_the_changelog_is_open_and_names_every_revision() -> None:
    text = read("CHANGELOG.md")
    assert "## Unreleased" in text
    revisions = {path.stem for path in (ROOT / "sql" / "migrations").glob("0*.sql")}
    assert {name for name in revisions if name not in text} == set()


def test_every_page_is_committed() -> None:
    names = {str(path.relative_to(ROOT)) for path in committed()}
    assert {*PAGES, "CHANGELOG.md", "LICENSE", ".env.example", "docs/decisions.md", "docs/data-model.md"} <= names


def test_the_data_model_is_that_of_the_live_catalogue(admin_url: str) -> None:
    """If this fails after a change that was meant: make schema."""
    from outreach_pipeline.database.catalogue import read_catalogue
    from outreach_pipeline.database.data_model import render_data_model

    connection: psycopg.Connection[dict[str, Any]]
    with psycopg.connect(admin_url, autocommit=True, row_factory=dict_row) as connection:
        page = render_data_model(read_catalogue(connection))
    assert page == read("docs/data-model.md")
