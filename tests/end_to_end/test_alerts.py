"""Somebody is told: real channels over HTTP, each fault once, a quiet night in silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cli_world import ACME, BOLT, CommandLine

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.stages.alerts import AlertReport, look_and_tell, read_incidents
from outreach_pipeline.stages.incidents import Incident, log_incident
from outreach_pipeline.stages.unfinished import Stop, note_stop
from outreach_pipeline.stages.workspace import Batch

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
SOURCES = """
[sources.companies]
kind = "files"
shape = "company_list_csv"
path = "companies.csv"
nightly = true

[sources.officers]
kind = "files"
shape = "officers_csv"
path = "officers.csv"
"""


class Listener:
    """A chat: keeps what was posted to it, or refuses."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.refuses = False
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not chat.refuses:
                    chat.posts.append(json.loads(body))
                self.send_response(503 if chat.refuses else 200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_address[1]}/hidden-token"

    @property
    def titles(self) -> list[str]:
        return [post["title"] for post in self.posts]


@pytest.fixture
def chat() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture
def night(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat: Listener) -> CommandLine:
    """A night that went well, and a channel."""
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    monkeypatch.setenv("OUTREACH_FIRST_DAY", "2026-11-01")
    monkeypatch.setenv("OUTREACH_ALERT_URLS", chat.url)
    cli.take_in(cli.companies(ACME, BOLT), "companies", str(DAY))
    return cli


def look(now: datetime = MORNING, *, count: bool = True) -> AlertReport:
    return look_and_tell(open_workspace(), now=now, count=count)


def fail(source: str = "companies", day: date = DAY, kind: str = "configuration", why: str = "") -> None:
    """A run of a batch that stopped, as orchestration notes it."""
    workspace, batch = open_workspace(), Batch(day, source)
    note_stop(workspace, batch, Stop("run", kind, why or "It failed."))
    log_incident(workspace, Incident(kind, "It failed.", {"batch_id": batch.batch_id}))


def test_a_quiet_night_tells_nobody(night: CommandLine, chat: Listener) -> None:
    report = look()
    assert (report.open, report.sent, report.channels) == (0, 0, 1)
    assert chat.posts == []


def test_a_fault_is_told_once_with_its_number_and_next_step_and_again_only_when_it_comes_back(
    night: CommandLine, chat: Listener, admin: Any
) -> None:
    fail(why="Ada Lovelace, ada@acmepumps.com")
    assert look().sent == 1
    assert look(MORNING + timedelta(hours=6)).sent == 0
    (post,) = chat.posts
    assert post["title"] == "outreach: failed batch"
    error_id = admin.execute("select unique_id from public.shq_error_log").fetchone()["unique_id"]
    assert error_id in post["message"]
    assert "companies, 2026-11-20" in post["message"]
    assert "Next: outreach run --day 2026-11-20 --source companies" in post["message"]
    assert "Ada" not in post["message"]
    assert "acmepumps" not in post["message"]
    admin.execute("delete from intake.unfinished_batch")
    assert look(MORNING + timedelta(hours=7)).closed == 1
    assert len(chat.posts) == 1
    fail()
    assert look(MORNING + timedelta(hours=8)).sent == 1
    assert len(chat.posts) == 2


def _held(admin: Any) -> None:
    admin.execute("update intake.batch set released_at = null, check_results = '{\"held\": true}'")


def _partial(admin: Any) -> None:
    admin.execute("update intake.pull set status = 'partial', finished_at = %s", (MORNING,))


def _late(admin: Any) -> None:
    admin.execute("update intake.batch set batch_id = '2026-11-18|companies', day = '2026-11-18', observed_at = '2026-11-18'")
    admin.execute("update intake.pull set batch_id = '2026-11-18|companies'")


def _stuck(admin: Any) -> None:
    admin.execute("alter table intake.pull disable trigger all")
    admin.execute("update intake.pull set status = 'running', updated_at = %s", (MORNING - timedelta(hours=7),))
    admin.execute("insert into intake.pull (batch_id, source, origin, status) values ('2026-11-20|companies', 'companies', 'x', 'complete')")


def _failed_run(admin: Any) -> None:
    workspace = open_workspace()
    for _ in range(3):
        log_incident(workspace, Incident("unexpected", "A defect.", {"sensor": "some_sensor"}))
    admin.execute("update public.shq_error_log set created_at = %s", (MORNING - timedelta(hours=1),))


def _cap(admin: Any) -> None:
    _spend(admin, "settled", 450)


def _doubt(admin: Any) -> None:
    _spend(admin, "doubtful", 3)


def _spend(admin: Any, state: str, amount: int) -> None:
    admin.execute(
        "insert into public.credit_ledger (provider, batch_id, source, endpoint, call_key, state, reserved, spent, reserved_at)"
        " values ('apollo', '2026-11-20|officers', 'officers', 'people/match', 'k', %s, %s, %s, now())",
        (state, amount, amount if state == "settled" else None),
    )


def _reach(admin: Any) -> None:
    for ago in range(1, 6):
        admin.execute("insert into public.nightly_number values (%s, 'ready', 100)", (DAY - timedelta(days=ago),))


def _checked(admin: Any, check: str, values: dict[str, Any]) -> None:
    document = {"held": False, "accepted_checks": [], "results": [{"name": check, "passed": True, "values": values}]}
    admin.execute("update intake.batch set check_results = %s::jsonb", (json.dumps(document),))


def _rejects(admin: Any) -> None:
    _checked(admin, "reject_share", {"loads": 100, "failed": 30, "share": 0.3, "usual": 0.1})


def _keys(admin: Any) -> None:
    _checked(admin, "unseen_keys", {"items": 100, "unseen_items": 5, "share": 0.05, "keys": ["ada@acmepumps.com"]})


FAULTS = {
    "failed batch": lambda admin: fail(), "held batch": _held, "partial batch": _partial, "late batch": _late,
    "stuck batch": _stuck, "failed run": _failed_run, "cap near": _cap, "money doubt": _doubt, "reach falling": _reach,
    "rejects rose": _rejects, "keys changed": _keys,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_gives_one_alert_of_its_kind_once(fault: str, night: CommandLine, chat: Listener, admin: Any) -> None:
    look()
    FAULTS[fault](admin)
    look()
    look(MORNING + timedelta(minutes=10))
    assert chat.titles == [f"outreach: {fault}"]
    assert "Next: outreach " in chat.posts[0]["message"]
    assert "{" not in chat.posts[0]["message"]
    assert "ada@" not in chat.posts[0]["message"]


def test_a_file_that_is_promised_by_an_hour_is_told_of_from_that_hour_on(
    night: CommandLine, chat: Listener, tmp_path: Path
) -> None:
    promised = SOURCES.replace('"officers.csv"', '"officers-{day}.csv"\nexpected_by = "06:30"')
    (tmp_path / "sources.toml").write_text(promised, encoding="utf-8")
    (tmp_path / "officers-2026-11-19.csv").write_text("company_name,person,title,year\n")
    assert look(MORNING.replace(hour=6, minute=0)).open == 0, "that of the day before is there"
    assert look().sent == 1
    assert look(MORNING + timedelta(minutes=10)).sent == 0
    assert chat.titles == ["outreach: late batch"]
    assert "officers" in chat.posts[0]["message"]
    assert "Next: outreach run --day 2026-11-20 --source officers" in chat.posts[0]["message"]
    (tmp_path / "officers-2026-11-20.csv").write_text("company_name,person,title,year\n")
    assert look(MORNING + timedelta(hours=1)).closed == 1


def test_a_channel_that_refuses_leaves_it_unsent_and_is_tried_again_while_the_other_is_told_once(
    night: CommandLine, chat: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Listener()
    monkeypatch.setenv("OUTREACH_ALERT_URLS", f"{chat.url} {other.url}")
    chat.refuses = True
    fail()
    report = look()
    assert (report.sent, report.unsent) == (0, 1)
    assert "not yet" in night.fine("alerts").out
    chat.refuses = False
    assert look().sent == 1
    assert (len(chat.posts), len(other.posts)) == (1, 1)
    other.server.shutdown()
    other.server.server_close()


def test_a_lost_network_never_fails_the_night(night: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_ALERT_URLS", "json://127.0.0.1:9/hidden-token")
    fail()
    assert (look().sent, look().unsent) == (0, 1)
    sent = night.fine("alerts", "send", "--json")
    assert sent.json["unsent"] == sent.json["open"] > 0
    assert "hidden-token" not in sent.out + sent.err


def test_killed_between_sending_and_marking_it_is_told_at_most_once_more(
    night: CommandLine, chat: Listener, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    fail()
    with monkeypatch.context() as patch:
        patch.setattr("outreach_pipeline.targets.channels.Channel.send", _send_then_die(Killed))
        with pytest.raises(Killed):
            look()
    assert len(chat.posts) == 1
    assert look().sent == 0, "somebody may be telling it right now"
    admin.execute("update public.alert_incident set claimed_until = now() - interval '1 second'")
    assert look().sent == 1
    assert look().sent == 0
    assert len(chat.posts) == 2


def _send_then_die(killed: type[BaseException]) -> Any:
    from outreach_pipeline.targets.channels import Channel

    real = Channel.send

    def send(self: Channel, title: str, body: str) -> bool:
        assert real(self, title, body)
        raise killed

    return send


def test_a_tag_chooses_the_channels(night: CommandLine, chat: Listener, monkeypatch: pytest.MonkeyPatch, admin: Any) -> None:
    money = Listener()
    monkeypatch.setenv("OUTREACH_ALERT_URLS", f"runs={chat.url} money={money.url}")
    for rule, tag in (("failed_batch", "runs"), ("cap_near", "money")):
        night.fine("alerts", "rules", rule, "--tag", tag)
    fail()
    _cap(admin)
    assert look().sent == 2
    assert (chat.titles, money.titles) == (["outreach: failed batch"], ["outreach: cap near"])
    money.server.shutdown()
    money.server.server_close()


def test_a_rule_can_be_switched_off_and_has_a_threshold(night: CommandLine, chat: Listener, admin: Any) -> None:
    _cap(admin)
    night.fine("alerts", "rules", "cap_near", "--threshold", "95")
    assert look().open == 0
    night.fine("alerts", "rules", "cap_near", "--threshold", "90", "--off")
    assert look().open == 0
    night.fine("alerts", "rules", "cap_near", "--on")
    assert look().sent == 1
    assert night("alerts", "rules", "nothing", "--off").code == 2
    assert night("alerts", "rules", "held_batch", "--threshold", "3").code == 2
    assert {"cap_near", "held_batch"} <= {rule["name"] for rule in night.fine("alerts", "rules", "--json").json}


def test_the_test_says_what_came_of_each_channel_and_never_its_address(
    night: CommandLine, chat: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_ALERT_URLS", f"ops={chat.url} json://127.0.0.1:9/hidden-token")
    ran = night("alerts", "test")
    assert ran.code == 1
    assert "Channel 1 JSON (ops) took it." in ran.out
    assert "Channel 2 JSON did not take it." in ran.out
    assert "hidden-token" not in ran.out + ran.err
    assert chat.titles == ["outreach: a test"]
    monkeypatch.setenv("OUTREACH_ALERT_URLS", "nonsense-token")
    wrong = night("alerts", "test")
    assert wrong.code == 2
    assert "nonsense-token" not in wrong.out + wrong.err
    assert look().note, "a wrong address does not fail the night, and is told"
    monkeypatch.setenv("OUTREACH_ALERT_URLS", "")
    assert night("alerts", "test").code == 2


def test_the_listing_shows_what_is_open_and_with_all_what_is_over(night: CommandLine, admin: Any) -> None:
    fail()
    look()
    (one,) = night.fine("alerts", "--json").json
    assert (one["rule"], one["source"], one["closed_at"]) == ("failed_batch", "companies", None)
    admin.execute("delete from intake.unfinished_batch")
    look(MORNING + timedelta(hours=1))
    assert night.fine("alerts", "--json").json == []
    assert len(night.fine("alerts", "--all", "--json").json) == 1
    assert read_incidents(open_workspace()) == []


def test_names_of_other_programs_are_not_passed_on(night: CommandLine, chat: Listener, admin: Any) -> None:
    admin.execute("update intake.batch set source = 'ada@acmepumps.com', batch_id = 'ada@acmepumps.com', check_results = '{\"held\": true}'")
    look()
    told = json.dumps(chat.posts)
    assert "held batch" in told
    assert "ada@" not in told


def test_two_at_once_tell_once(night: CommandLine, chat: Listener) -> None:
    fail()
    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(chat.posts) == 1


def test_a_whole_night_that_failed_is_one_message_and_a_few_faults_are_one_each(night: CommandLine, chat: Listener) -> None:
    for day in range(1, 4):
        fail(day=date(2026, 11, day))
    assert look().sent == 3
    assert len(chat.posts) == 3
    for day in range(4, 10):
        fail(day=date(2026, 11, day))
    assert look().sent == 6
    assert len(chat.posts) == 4
    assert chat.titles[-1] == "outreach: failed batch (6)"
    told = chat.posts[-1]["message"]
    assert all(f"2026-11-0{day}" in told for day in range(4, 10))
    assert told.count("ERR-") == 6
    assert "Next: outreach alerts" in told
    assert look().sent == 0


def test_costs_and_caps_know_a_verifier_that_sources_toml_no_longer_names(night: CommandLine, admin: Any) -> None:
    admin.execute(
        "insert into public.credit_ledger (provider, batch_id, source, endpoint, call_key, state, reserved, spent, reserved_at)"
        " values ('zerobounce', '2026-11-20|zerobounce', 'zerobounce', 'file', 'k', 'settled', 12, 12, now())"
    )
    told = {one["provider"]: one for one in night.fine("costs", "--json").json["providers"]}
    assert (told["zerobounce"]["unit"], float(told["zerobounce"]["spent"])) == ("credits", 12.0)
