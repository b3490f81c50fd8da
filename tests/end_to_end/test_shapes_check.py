"""`outreach shapes check`, and the warning of a run: a typo in a shape is told with the key that was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, CommandLine

SHAPE = """
name = "clients"
description = "Clients with an organization inside"
version = 1
provider = "our own"
expected = ["who"]

[items]
at = ["items[]"]

[company]
name = "org.name"
website_url = ["{website}"]

[person]
full_name = ["who", "full_name"]
title = "role"
email = "mail"
"""
SOURCES = '[sources.clients]\nkind = "files"\nshape = "clients"\n'


def _client(number: int) -> dict[str, Any]:
    stem = f"{'abcdefghijklmnopqrstuvwxyz'[number % 26]}pex{number}"
    return {
        "who": f"Ada Love{stem.strip('0123456789')}", "role": "CEO", "mail": f"ada@{stem}works.com",
        "org": {"name": f"{stem.title()} Works", "web": f"{stem}works.com", "size": 7}, "segment": "A",
    }  # fmt: skip


@pytest.fixture
def clients(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Thirty clients in a file, and a shape of one's own whose website is misspelt."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "clients.toml").write_text(SHAPE.format(website="org.wbe"), encoding="utf-8")
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "clients.json").write_text(json.dumps([_client(n) for n in range(30)]), encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SHAPES", str(tmp_path / "shapes"))
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    monkeypatch.chdir(tmp_path)
    return cli


def test_a_typo_in_a_path_is_named_with_the_key_that_was_meant(clients: CommandLine) -> None:
    ran = clients("shapes", "check", "clients.json", "--json")
    found = {path["path"]: path for path in ran.json["paths"]}

    assert (ran.code, ran.json["shape"], ran.json["items"]) == (1, "clients", 30)
    assert (found["org.wbe"]["outcome"], found["org.wbe"]["nearest"]) == ("misspelt", "org.web")
    assert (found["org.name"]["field"], found["org.name"]["items"], found["org.name"]["kind"]) == ("name", 30, "string")
    assert found["full_name"]["outcome"] == "spare"
    assert ran.json["unknown"] == [{"key": "segment", "items": 30}]

    shown = clients("shapes", "check", "clients.json", "--shape", "clients").out
    assert "No item has org.wbe (company.website_url). Did you mean org.web?" in shown
    assert "segment (100%)" in shown


def test_a_shape_that_fits_ends_well_and_stores_nothing(clients: CommandLine, tmp_path: Path, admin: Any) -> None:
    (tmp_path / "shapes" / "clients.toml").write_text(SHAPE.format(website="org.web"), encoding="utf-8")

    assert clients("shapes", "check", "clients.json").code == 0
    assert admin.execute("select count(*) as n from intake.raw_loads").fetchone()["n"] == 0


def test_the_shape_of_a_list_is_found_by_itself(cli: CommandLine) -> None:
    assert cli.fine("shapes", "check", cli.companies(ACME), "--json").json["shape"] == "company_list_csv"
    assert "company_list_csv" in {each["shape"] for each in cli.fine("shapes", "--json").json}


def test_an_unknown_shape_and_a_file_that_none_fits_are_told(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('[{"colour": "red"}]', encoding="utf-8")

    unknown = cli("shapes", "check", cli.companies(ACME), "--shape", "nosuch")
    odd = cli("shapes", "check", str(tmp_path / "odd.json"))

    assert (unknown.code, odd.code) == (2, 2)
    assert "no shape 'nosuch'" in unknown.err
    assert "No shape fits odd.json" in odd.err


def test_a_run_warns_of_it_once_and_promotes_the_batch_all_the_same(clients: CommandLine, admin: Any) -> None:
    clients.fine("land", "clients.json", "--source", "clients", "--day", "2022-06-30")
    ran = clients.fine("run", "--day", "2022-06-30", "--source", "clients", "--json").json["batches"][0]

    assert ran["state"] == "done"
    assert ran["warnings"] == ["No item has org.wbe, which feeds company website_url (did you mean org.web?)."]
    held = admin.execute("select check_results -> 'held' as held from intake.batch").fetchone()["held"]
    assert held is False
