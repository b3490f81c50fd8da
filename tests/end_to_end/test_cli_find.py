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
