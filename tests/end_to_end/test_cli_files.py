"""`outreach land` on files as people write them: read and noted, or one sentence, exit 2 and nothing landed."""

from __future__ import annotations

from typing import Any

import pytest
from cli_world import ACME, COMPANY_COLUMNS, CommandLine

DAY = "2022-06-30"
LAND = ("--source", "companies_csv", "--day", DAY)
TITLED = [name.replace("_", " ").title() for name in COMPANY_COLUMNS]


def test_an_export_with_its_habits_is_read_and_what_was_changed_is_noted(cli: CommandLine) -> None:
    rows = ["sep=;", "Liste;;;;;;;", ";".join(TITLED), ";".join(ACME), '="Münzer Käse";muenzer.example;Zoë Lind']
    (cli.folder / "list.csv").write_bytes("\r\n".join(rows).encode("utf-16"))
    cli.take_in("list.csv", "companies_csv", DAY)
    status = cli.fine("status", "--json").json["batches"][0]
    assert (status["landed"], status["promoted"], status["state"]) == (2, 2, "done")
    noted = cli.fine("rejections", "--outcome", "noted", "--json").out
    for said in ("read as UTF-16", "2 lines above the header", "Company Name as company_name", "3 of 8 cells"):
        assert said in noted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html>\n<title>Sign in</title>", "is a web page or XML, not CSV"),
        (b"PK\x03\x04\x14\0\0", "is a workbook or another ZIP archive, not CSV"),
        (b"id,colour\n1,red\n", "expected ceo_name, company_name, website"),
        (",".join(COMPANY_COLUMNS).encode(), "and no rows"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_list_is_refused_and_nothing_landed(cli: CommandLine, admin: Any, content: bytes, said: str) -> None:
    (cli.folder / "list.csv").write_bytes(content)
    ran = cli("land", "list.csv", *LAND)
    assert (ran.code, said in " ".join(ran.err.split())) == (2, True), ran.err
    assert admin.execute("select count(*) as n from intake.raw_loads").fetchone()["n"] == 0
    assert not [one for one in cli.fine("status", "--json").json["batches"] if one["state"] != "empty"]


def test_a_folder_with_one_bad_file_lands_the_others(cli: CommandLine) -> None:
    folder = cli.folder / "lists"
    folder.mkdir()
    for n in range(3):
        cli.companies((f"Acme {n}", f"acme{n}.example", "Ada Quill"), name=f"lists/{n}.csv")
    (folder / "1a.csv").write_bytes(b"<html>Sign in</html>")
    (folder / "2a.csv").write_text((folder / "2.csv").read_text().replace("2", "3"), encoding="utf-16")
    cli.take_in("lists", "companies_csv", DAY)
    status = cli.fine("status", "--json").json["batches"][0]
    assert {name: status[name] for name in ("landed", "promoted", "failed")} == {"landed": 5, "promoted": 4, "failed": 1}
    assert "1a.csv is a web page or XML" in cli.fine("rejections", "--json").out


def test_a_folder_without_files_is_not_landed(cli: CommandLine) -> None:
    (cli.folder / "lists").mkdir()
    ran = cli("land", "lists", *LAND)
    assert (ran.code, "no file that can be read" in ran.err) == (2, True)
