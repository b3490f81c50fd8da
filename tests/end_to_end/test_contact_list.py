"""The contact list that everybody has: any spelling of its headers ends in people, slots and addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import CommandLine

PLAIN = """First Name,Last Name,Title,Company,Email,Phone,LinkedIn,Website
Ada,Quill,Chief Executive Officer,Bramblewick Pumps,ada.quill@bramblewickpumps.com,+1 212 555 0143,linkedin.com/in/ada-quill-1,www.bramblewickpumps.com
Grace,Lind,Head of HR,Bramblewick Pumps,grace.lind@bramblewickpumps.com,,,www.bramblewickpumps.com
"""
HUBSPOT = """Record ID;Given Name;Surname;Job Title;Company Name;E-mail Address;Phone Number;LinkedIn URL;Company Domain Name
1;Ada;Quill;Chief Executive Officer;Bramblewick Pumps;ada.quill@bramblewickpumps.com;+1 212 555 0143;linkedin.com/in/ada-quill-1;bramblewickpumps.com
2;Grace;Lind;Head of HR;Bramblewick Pumps;grace.lind@bramblewickpumps.com;;;bramblewickpumps.com
"""
GERMAN = """Vorname\tNachname\tFunktion\tFirma\tE-Mail\tTelefon\tLinkedIn\tWebseite
Ada\tQuill\tChief Executive Officer\tBramblewick Pumps\tada.quill@bramblewickpumps.com\t+1 212 555 0143\tlinkedin.com/in/ada-quill-1\tbramblewickpumps.com
Grace\tLind\tHead of HR\tBramblewick Pumps\tgrace.lind@bramblewickpumps.com\t\t\tbramblewickpumps.com
"""
WHOLE = """Name,Position,Organization,Work Email,Tel,LinkedIn Profile,URL
Ada Quill,Chief Executive Officer,Bramblewick Pumps,ada.quill@bramblewickpumps.com,+1 212 555 0143,linkedin.com/in/ada-quill-1,bramblewickpumps.com
Grace Lind,Head of HR,Bramblewick Pumps,grace.lind@bramblewickpumps.com,,,bramblewickpumps.com
"""


@pytest.mark.parametrize("written", [PLAIN, HUBSPOT, GERMAN, WHOLE], ids=["plain", "hubspot", "german", "whole names"])
def test_every_spelling_gives_the_same_people(cli: CommandLine, tmp_path: Path, written: str) -> None:
    (tmp_path / "people.csv").write_text(written, encoding="utf-8")
    assert cli.fine("shapes", "check", str(tmp_path / "people.csv"), "--json").json["shape"] == "contact_list_csv"

    cli.take_in(str(tmp_path / "people.csv"), "contacts_csv", "2022-06-30")

    total = cli.fine("status", "--json").json["total"]
    assert {name: total[name] for name in ("promoted", "companies", "people", "contacts", "filled_slots")} == {
        "promoted": 2, "companies": 1, "people": 2, "contacts": 2, "filled_slots": 2,
    }  # fmt: skip
    for wanted in ("ada.quill@bramblewickpumps.com", "+1 212 555 0143", "linkedin.com/in/ada-quill-1", "ada quill"):
        assert [one["name"] for one in cli.fine("find", wanted, "--json").json] == ["Ada Quill"], wanted
    (company,) = cli.fine("find", "bramblewickpumps.com", "--json").json
    assert (company["entity"], company["name"]) == ("company", "Bramblewick Pumps")
