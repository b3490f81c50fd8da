"""`outreach find`: a person and a company by everything that somebody may have in their hand."""

from __future__ import annotations

import pytest
from cli_world import ACME, BOLT, CommandLine


@pytest.fixture
def filled(cli: CommandLine) -> CommandLine:
    """Two companies with a chief executive each."""
    cli.fine("land", cli.companies(ACME, BOLT), "--source", "companies_csv", "--day", "2022-06-30")
    cli.run("companies_csv", "2022-06-30")
    return cli


def test_by_words_and_by_domain_and_by_nothing_known(filled: CommandLine) -> None:
    def names(text: str) -> set[str]:
        return {each["name"] for each in filled.fine("find", text, "--json").json}

    assert names("pumps acme") == {"Acme Pumps"}
    assert names("https://www.boltworks.com/about") == {"Bolt Works"}
    assert names("LOVELACE ada") == {"Ada Lovelace"}
    for unknown in ("50%", "a_m", "nobody@acmepumps.com", "+1 212 555 0100", "linkedin.com/in/nobody-here", "_"):
        ran = filled("find", unknown)
        assert (ran.code, "known as" in ran.out) == (1, True), unknown


def test_explain_takes_whatever_find_takes_where_it_means_one(filled: CommandLine) -> None:
    by_name = filled.fine("explain", "lovelace ada", "--json").json
    by_domain = filled.fine("explain", "acmepumps.com", "--json").json

    assert (by_name["entity"], by_name["fields"]["last_name"]["value"]) == ("person", "Lovelace")
    assert (by_domain["entity"], by_domain["fields"]["company_name"]["value"]) == ("company", "Acme Pumps")
    assert filled.fine("explain", by_name["id"], "--json").json == by_name


def test_explain_lists_those_that_a_text_means_and_says_when_it_means_nobody(filled: CommandLine) -> None:
    several = filled("explain", "a", "--json")
    shown = filled("explain", "a")
    nobody = filled("explain", "nobody here")
    short = filled("explain", "04.04.02.00.1")

    assert several.code == shown.code == nobody.code == short.code == 2
    assert {each["name"] for each in several.json} == {"Acme Pumps", "Ada Lovelace", "Grace Hopper"}
    assert all(each["id"] in shown.out for each in several.json)
    assert "nobody and no company is known by it" in nobody.err
    assert "That is no Barton ID." in short.err
