"""The morning report: one file, everything in it escaped, nothing in it that runs or fetches."""

from __future__ import annotations

import re
import stat
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, BOLT, WITHOUT_NAME, CommandLine

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.stages.alerts import look_and_tell
from outreach_pipeline.stages.nightly import note_night, read_nights
from outreach_pipeline.stages.report import read_report, write_report
from outreach_pipeline.stages.report_html import Html, el, lines, table
from outreach_pipeline.stages.unfinished import Stop, note_stop
from outreach_pipeline.stages.workspace import Batch

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 21, 5, tzinfo=UTC)
HOSTILE = ('<script>alert("1")</script> & <img src=x onerror=alert(2)>', "evil.com", "Eve <b>Bold</b>", "E", "Pumps", "Boston", "MA", "9")
SOURCES = """
[sources.companies]
kind = "files"
shape = "company_list_csv"
path = "companies.csv"
nightly = true
"""


class Page(HTMLParser):
    """Tags, attributes and the text of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.text += f" {data}"


@pytest.fixture
def night(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    monkeypatch.setenv("OUTREACH_FIRST_DAY", "2026-11-01")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "home"))
    cli.take_in(cli.companies(ACME, BOLT, WITHOUT_NAME), "companies", str(DAY))
    return cli


def page(out: Path, day: date | None = None) -> Page:
    return Page(write_report(open_workspace(), day, out=out, now=MORNING).path.read_text(encoding="utf-8"))


def test_the_report_shows_what_a_night_brought(night: CommandLine, tmp_path: Path) -> None:
    note_night(open_workspace(), MORNING)
    found = page(tmp_path / "a.html")
    for part in (
        "Friday, 20 November 2026", "3 new items came from 1 source", "companies", "Who moved", "Whom to call now",
        "Reach and fill, by slot", "CEO:", "What came in", "Data quality, by source", "Money against budgets",
        "apify, today", "What waits for a decision",
    ):  # fmt: skip
        assert part in found.text, part


def test_nothing_in_it_runs_or_fetches(night: CommandLine, tmp_path: Path) -> None:
    note_night(open_workspace(), MORNING)
    found = page(tmp_path / "a.html")
    raw = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert not {"script", "link", "img", "iframe", "object", "a", "base", "form"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "http:" not in raw
    assert "https:" not in raw
    assert "url(" not in raw
    assert "@import" not in raw
    assert "default-src 'none'" in raw
    assert "prefers-color-scheme: dark" in raw
    assert "@media print" in raw


def test_whatever_a_source_says_is_shown_and_never_obeyed(night: CommandLine, tmp_path: Path, admin: Any) -> None:
    night.take_in(night.companies(ACME, BOLT, HOSTILE), "companies", str(DAY + timedelta(days=1)))
    admin.execute("update marketing.company_master set company_name = %s where domain = 'boltworks.com'", (HOSTILE[0],))
    _move(admin)
    admin.execute("update marketing.people_master set first_name = 'Eve', last_name = '<b>Bold</b>'")
    found = page(tmp_path / "a.html")
    raw = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<script>alert("1")</script>' in found.text, "it is read as it is named"
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert HOSTILE[2] in found.text
    assert "&lt;script&gt;" in raw


def _move(admin: Any) -> None:
    """The chief executive of Acme went to Bolt."""
    row = admin.execute(
        "select p.unique_id, p.company_unique_id, c.company_unique_id as to_id from marketing.people_master p"
        " cross join marketing.company_master c where p.full_name = 'Ada Lovelace' and c.domain = 'boltworks.com'"
    ).fetchone()
    admin.execute(
        "insert into marketing.people_intelligence (person_unique_id, intelligence_type, state, confidence, observed_at, detected_at,"
        " company_unique_id, new_company_unique_id, payload) values (%s, 'job_change', 'applied', 0.9, %s, %s, %s, %s, %s::jsonb)",
        (row["unique_id"], MORNING, MORNING, row["company_unique_id"], row["to_id"], '{"role_before": "CEO", "role_after": "CEO"}'),
    )


def test_who_moved_and_what_became_of_the_seats(night: CommandLine, tmp_path: Path, admin: Any) -> None:
    _move(admin)
    admin.execute(
        "update marketing.company_slot set is_filled = false, person_unique_id = null, filled_at = null, last_refreshed_at = null"
        " where slot_type = 'CEO' and company_unique_id = (select company_unique_id from marketing.company_master where domain = 'www.acmepumps.com' or domain = 'acmepumps.com')"
    )
    text = " ".join(page(tmp_path / "a.html").text.split())
    assert "Ada Lovelace left Acme Pumps for Bolt Works The CEO seat at Acme Pumps is free." in text
    assert "1 person moved" in text
    later = read_report(open_workspace(), DAY - timedelta(days=3), now=MORNING)
    assert later.moves == (), "a report of a day before does not tell of what came after"


def test_what_waits_and_what_is_wrong_stand_with_their_commands(night: CommandLine, tmp_path: Path) -> None:
    note_stop(open_workspace(), Batch(DAY, "companies"), Stop("run", "configuration", "It failed."))
    look_and_tell(open_workspace(), now=MORNING)
    text = page(tmp_path / "a.html").text
    assert "What is wrong now" in text
    assert "outreach run --day 2026-11-20 --source companies" in text
    assert "batches that stopped" in text
    assert "outreach status" in text


def test_the_numbers_of_a_night_are_kept_once_and_replaced(night: CommandLine, admin: Any) -> None:
    workspace = open_workspace()
    first = note_night(workspace, MORNING)
    assert (first["companies"], first["slots:CEO"]) == (3, 3)
    assert note_night(workspace, MORNING) == first
    assert list(read_nights(workspace, DAY)) == [DAY]
    night.take_in(night.companies(("Dyno Co", "dyno.com", "Alan Turing", "D", "Pumps", "Boston", "MA", "9")), "companies", "2026-11-21")
    note_night(workspace, MORNING + timedelta(days=1))
    nights = read_nights(workspace, DAY + timedelta(days=1))
    assert [numbers["companies"] for numbers in nights.values()] == [3, 4]
    assert "+1 since the night before" in " ".join(str(row) for row in [page(night.folder / "a.html").text])


def test_the_command_writes_it_below_the_home_for_its_owner_only(night: CommandLine, tmp_path: Path) -> None:
    ran = night.fine("report", "--json").json
    path = Path(ran["path"])
    assert path == (tmp_path / "home" / "reports" / "report-2026-11-20.html").resolve()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "The report of 2026-11-20 is in" in night.fine("report").out, "it is written anew"
    night.fine("report", "--day", "2026-11-19", "--out", str(tmp_path / "b.html"))
    before = (tmp_path / "b.html").read_text(encoding="utf-8")
    for words in ("Nothing came in for 2026-11-19.", "that night was not counted", "No night was counted until then"):
        assert words in before
    assert "was not counted" not in path.read_text(encoding="utf-8")
    assert night("report", "--out", str(tmp_path / "nowhere" / "b.html")).code == 2


def test_an_empty_database_has_a_report(cli: CommandLine, tmp_path: Path) -> None:
    text = Page(write_report(open_workspace(), out=tmp_path / "a.html", now=MORNING).path.read_text(encoding="utf-8")).text
    assert "0 new items came from 0 sources" in text


def test_elements_escape_whatever_is_not_html() -> None:
    assert el("p", "<&>", class_='"') == '<p class="&quot;">&lt;&amp;&gt;</p>'
    assert el("p", Html("<b>x</b>"), data_label=None) == "<p><b>x</b></p>"
    assert "&lt;i&gt;" in table(("<i>",), [("<i>",)])
    assert "<i>" not in table(("<i>",), [("<i>",)])


def test_a_plot_of_one_night_and_of_none_stands() -> None:
    assert lines("x", {"filled": {}}) == ""
    assert "polyline" not in lines("x", {"filled": {DAY: 0.5}})
    drawn = lines("x", {"filled": {DAY: 0.25, DAY + timedelta(days=10): 1.0}, "ready": {DAY: 0.0}})
    assert re.search(r'points="34\.0,99\.0 280\.0,12\.0"', drawn)
