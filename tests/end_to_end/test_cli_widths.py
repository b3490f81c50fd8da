"""What the commands print at every width: ids can be copied, sentences are folded between words, nothing is cut short.

Belongs here: real listings of a real database. Does not belong here: how a listing gives way (`tests/unit/cli`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, BOLT, WITHOUT_NAME, CommandLine

COMPANIES, OFFICERS = "lists_of_companies_of_all_states", "officers_as_they_are_published"
_ID = re.compile(r"04\.04\.0\d\.\d\d\.\d{5}\.\d{3}")
COMMANDS = (
    "status", "sources", "rejections", "reviews", "doctor", "costs", "costs budget", "changes", "changes policy", "signals",
    "signals rules", "refresh", "suppress list", "explain 04.04.01.00.00000.001", "explain 04.04.02.00.00000.001",
    "explain 04.04.05.00.00000.001",
)  # fmt: skip


@pytest.fixture
def world(cli: CommandLine, admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Sources with long names, two nights, a chief executive with a long title, a name in review, a suppression."""
    file = tmp_path / "sources.toml"
    file.write_text(
        f'[sources.{COMPANIES}]\nkind = "files"\nshape = "company_list_csv"\n'
        f'path = "{tmp_path}/a/folder/far/away/{{day}}/companies.csv"\nnightly = true\n'
        f'[sources.{OFFICERS}]\nkind = "files"\nshape = "officer_list_csv"\n'
    )
    monkeypatch.setenv("OUTREACH_SOURCES", str(file))
    cli.take_in(cli.companies(ACME, BOLT, WITHOUT_NAME), COMPANIES, "2022-06-30")
    later = (*ACME[:2], "Alan Turing", *ACME[3:-1], "900")
    cli.take_in(cli.companies(later, name="later.csv"), COMPANIES, "2022-07-01")
    officer = ["Acme Pumps", "Joan Clarke", "Chief Financial Officer and Treasurer of the whole group", "2022"]
    cli.take_in(cli.officers(officer, ["Acme Pumps", "n/a", "Chief " * 20, "2022"]), OFFICERS, "2022-07-01")
    admin.execute(
        "insert into marketing.company_match_review (name_key, company_name, reason, candidate_ids)"
        " select 'acme', 'Acme', 'two companies have this name', array_agg(company_unique_id order by company_unique_id)"
        " from marketing.company_master"
    )
    cli.fine("suppress", "somebody.with.a.long.name@bramblewick-staffing-group.example", "--reason", "legal")
    return cli


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_listing_at_every_width(world: CommandLine, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for command in COMMANDS:
        ran = world.fine(*command.split())
        lines = ran.out.splitlines()
        assert lines, command
        assert [line for line in lines if line != line.rstrip()] == [], command
        # Only what cannot be folded sticks out: a long word, such as the path of this test.
        assert [line for line in lines if len(line) > width and max(map(len, line.split())) < 50] == [], command
        told = world.fine(*command.split(), "--json").out
        if not command.startswith(("explain", "doctor")):
            for whole in {*_ID.findall(told), *re.findall(r'"batch_id": "([^"]+)"', told)}:
                assert whole in ran.out, (command, whole)


def test_the_sources_keep_their_names_and_the_paths_give_way(world: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 80 columns only rank and path were left of this list; names, kinds and shapes had vanished."""
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = world.fine("sources").out.splitlines()
        assert lines[0].split()[:5] == ["source", "kind", "shape", "rank", "nightly"]
        assert lines[1].split()[:5] == [COMPANIES, "files", "company_list_csv", "50", "yes"]
        assert lines[2].split()[:3] == [OFFICERS, "files", "officer_list_csv"]
    assert "companies.csv" in lines[1]
    assert "a/folder/far/away/{day}/companies.csv" in lines[1], "a path is shown as one would type it here"
