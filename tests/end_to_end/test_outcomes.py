"""What came of outreach: each event once, in any order, for strangers and for the erased; and what follows from it."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from killed import Mortal
from pipeline import DAY, digest, land_items, workspace

from outreach_pipeline.database.connect import Database
from outreach_pipeline.stages.campaigns import claim, create_campaign, move_campaign
from outreach_pipeline.stages.explain import explain
from outreach_pipeline.stages.receive import receive
from outreach_pipeline.stages.signals_learn import learn
from outreach_pipeline.stages.suppress import forget
from outreach_pipeline.stages.workspace import Batch, Workspace

Admin = psycopg.Connection[dict[str, Any]]
SOURCES = """
[sources.contacts]
kind = "files"
shape = "apollo_contacts"
[sources.instantly]
kind = "files"
shape = "instantly_event"
[sources.calendly]
kind = "files"
shape = "calendly_event"
[sources.deals]
kind = "files"
shape = "hubspot_deal"
"""
NOW = datetime.now(UTC) - timedelta(days=2)  # times that lie ahead are taken as today


class Loop:
    """People who were claimed by a campaign, and events about them."""

    def __init__(self, folder: Path, database: Database, admin: Admin) -> None:
        self.folder, self.admin = folder, admin
        (folder / "sources.toml").write_text(SOURCES)
        self.work: Workspace = workspace(database, sources=str(folder / "sources.toml"))
        items = [
            {
                "id": f"c-{n}", "name": f"{first} Quill", "first_name": first, "last_name": "Quill", "title": "CFO",
                "email": f"{first.lower()}@firm{n}.example", "email_status": "verified",
                "account": {"name": f"Firm{n} Pumps", "primary_domain": f"firm{n}.example"},
                "linkedin_url": f"https://www.linkedin.com/in/{first.lower()}-quill-{n}",
            }
            for n, first in enumerate(("Ada", "Bob", "Cleo"))
        ]  # fmt: skip
        self.items = items
        self.land("contacts", items)
        self.campaign = create_campaign(self.work, "spring", template="PLE_INTRO_001", size=10, min_score=0)
        move_campaign(self.work, "spring", "active")
        assert claim(self.work, "spring") == 3

    def land(self, source: str, items: list[dict[str, Any]]) -> None:
        batch = Batch(DAY, source)
        name = f"{source}{next(_numbers)}.jsonl"
        land_items(self.work, batch, items, self.folder, name)
        digest(self.work, batch)

    def rows(self, query: str) -> list[Any]:
        return [tuple(row.values()) for row in self.admin.execute(query)]

    def one(self, query: str) -> Any:
        (row,) = self.rows(query)
        return row[0] if len(row) == 1 else row


_numbers = itertools.count()


def event(kind: str, email: str, number: str = "", hours: float = 0, **more: Any) -> dict[str, Any]:
    at = (NOW + timedelta(hours=hours)).isoformat()
    return {
        "timestamp": at, "event_type": kind, "campaign_id": "their-1", "campaign_name": "spring", "lead_email": email,
        "email_id": number or f"{kind}-{email}", "step": 1, **more,
    }  # fmt: skip


def booked(email: str, what: str = "invitee.created", hours: float = 2) -> dict[str, Any]:
    at = (NOW + timedelta(hours=hours)).isoformat()
    return {"event": what, "created_at": at, "payload": {"uri": f"https://calendly.example/{email}", "email": email}}


def deal(email: str, stage: str = "closedwon", amount: str = "1000", number: str = "d1") -> dict[str, Any]:
    at = (NOW + timedelta(hours=20)).isoformat()
    return {"id": number, "contact_email": email, "properties": {"dealstage": stage, "amount": amount, "closedate": at}}


@pytest.fixture
def loop(tmp_path: Path, db: Database, admin: Admin) -> Loop:
    return Loop(tmp_path, db, admin)


EVENTS = [
    event("email_sent", "ada@firm0.example"),
    event("email_opened", "ada@firm0.example", hours=1),
    event("reply_received", "ada@firm0.example", hours=2, reply_text="Tell me more."),
    event("email_sent", "bob@firm1.example"),
    event("email_bounced", "bob@firm1.example", hours=1),
    event("email_sent", "cleo@firm2.example"),
    event("lead_unsubscribed", "cleo@firm2.example", hours=1),
]
STATE = {
    "outcomes": "select kind, count(*) from marketing.outcome group by 1 order by 1",
    "messages": "select direction, count(*) from marketing.message_log group by 1 order by 1",
    "steps": "select target_email, status, execution_step from marketing.campaign_executions order by 1, 3",
    "contacts": "select email, status, score, tags::text from vault.contacts order by 1",
    "suppressed": "select value, reason from vault.suppression order by 1",
    "signals": "select reason, count(*) from bit.signal where reason in ('reply', 'meeting') group by 1 order by 1",
    "jobs": "select count(*) from public.linkedin_refresh_jobs",
    "bookings": "select count(*) from marketing.booking_event",
    "deals": "select attribution_model, revenue_amount from marketing.closed_loop_attribution order by 1",
}


def state(loop: Loop) -> dict[str, Any]:
    return {name: loop.rows(query) for name, query in STATE.items()}


def test_what_follows_from_each_event(loop: Loop) -> None:
    loop.land("instantly", EVENTS)
    loop.land("calendly", [booked("ada@firm0.example")])
    found = state(loop)
    assert found["messages"] == [("inbound", 1), ("outbound", 3)]
    assert found["suppressed"] == [("bob@firm1.example", "bounced"), ("cleo@firm2.example", "unsubscribed")]
    statuses = {email: status for email, status, _, _ in found["contacts"]}
    assert statuses == {
        "ada@firm0.example": "active",
        "bob@firm1.example": "bounced",
        "cleo@firm2.example": "unsubscribed",
    }
    assert found["signals"] == [("meeting", 1), ("reply", 1)]
    assert found["jobs"] == [(1,)], "who bounced is looked up again at once"
    first = {email: status for email, status, step in found["steps"] if step == 1}
    assert first == {"ada@firm0.example": "completed", "bob@firm1.example": "failed", "cleo@firm2.example": "completed"}
    assert loop.one("select score from vault.contacts where email = 'ada@firm0.example'") == 100
    assert loop.one("select score from vault.contacts where email = 'bob@firm1.example'") == 0
    assert (
        loop.one("select tags::text from vault.contacts where email like 'ada%'")
        == '["booked", "opened", "replied", "sent"]'
    )


def test_twice_and_in_any_order_is_the_same(loop: Loop) -> None:
    everything = [("instantly", one) for one in EVENTS] + [("calendly", booked("ada@firm0.example"))]
    for source, one in reversed(everything):
        loop.land(source, [one])
    backwards = state(loop)
    loop.land("instantly", [{**one, "workspace": "told again"} for one in EVENTS])
    assert state(loop) == backwards
    assert backwards["messages"] == [("inbound", 1), ("outbound", 3)]
    assert backwards["bookings"] == [(1,)]


def test_a_list_that_comes_after_an_event_does_not_take_the_activity_back(loop: Loop) -> None:
    loop.land("instantly", EVENTS[:2])
    activity = "select last_activity_at from vault.contacts where email = 'ada@firm0.example'"
    before = loop.one(activity)
    loop.land("contacts", [{**loop.items[0], "title": "CFO and Treasurer"}])
    assert loop.one("select title from vault.contacts where email = 'ada@firm0.example'") == "CFO and Treasurer"
    assert loop.one(activity) == before


def test_killed_at_every_commit_it_ends_as_undisturbed(loop: Loop, database_url: str) -> None:
    given: tuple[tuple[str, list[dict[str, Any]]], ...] = (
        ("instantly", EVENTS), ("calendly", [booked("ada@firm0.example")]), ("deals", [deal("ada@firm0.example")]),
    )  # fmt: skip
    for number in range(1, 200):
        child = os.fork()
        if child == 0:
            try:
                mortal = Mortal(database_url)
                mortal.dies_at = number
                there = workspace(mortal, sources=str(loop.folder / "sources.toml"))
                for source, items in given:
                    land_items(there, Batch(DAY, source), items, loop.folder, f"{source}.jsonl")
                    digest(there, Batch(DAY, source))
            except BaseException:
                os._exit(2)
            os._exit(0)
        # What the lease of the one that died would do after its time.
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        loop.admin.execute("update intake.pull set held_by = null, held_until = null")
        if code == 0:
            break
        assert code == 9
    assert number > 20
    found = state(loop)
    assert found["messages"] == [("inbound", 1), ("outbound", 3)]
    assert found["suppressed"] == [("bob@firm1.example", "bounced"), ("cleo@firm2.example", "unsubscribed")]
    assert found["signals"] == [("meeting", 1), ("reply", 1)]
    assert (found["jobs"], found["bookings"], len(found["deals"])) == ([(1,)], [(1,)], 3)
    scores = {email: float(score) for email, _, score, _ in found["contacts"]}
    assert scores == {"ada@firm0.example": 100, "bob@firm1.example": 0, "cleo@firm2.example": 0}
    assert loop.one("select count(*) from intake.raw_loads where status = 'pending'") == 0
    assert loop.rows("select reason, new_score from marketing.ple_lead_scoring_history") == [("closed_won", 100)]
    loop.land("instantly", EVENTS)
    assert state(loop) == found


def test_a_booking_that_is_canceled_is_none_in_either_order(loop: Loop) -> None:
    loop.land("calendly", [booked("ada@firm0.example", "invitee.canceled", 3)])
    loop.land("calendly", [booked("ada@firm0.example")])
    assert state(loop)["bookings"] == [(0,)]


def test_a_stranger_waits_and_their_wish_does_not(loop: Loop) -> None:
    loop.land(
        "instantly", [event("reply_received", "eve@firm9.example"), event("lead_unsubscribed", "eve@firm9.example")]
    )
    assert loop.one("select count(*) from marketing.outcome") == 0
    assert loop.rows("select value, reason from vault.suppression") == [("eve@firm9.example", "unsubscribed")]
    assert loop.one("select count(*) from intake.raw_loads where status = 'pending'") == 1


def test_shares_of_every_model_add_up_to_the_deal(loop: Loop) -> None:
    loop.land("deals", [deal("ada@firm0.example", amount="1,000.01")])
    loop.land("instantly", EVENTS)
    loop.land("calendly", [booked("ada@firm0.example")])
    rows = loop.rows(
        "select attribution_model, revenue_amount, outcome, touchpoints_to_close, (select sum((t ->> 'share')::numeric)"
        " from jsonb_array_elements(touchpoint_sequence) as t) from marketing.closed_loop_attribution order by 1"
    )
    assert [row[0] for row in rows] == ["even", "first_touch", "last_touch"]
    assert {row[1:] for row in rows} == {(rows[0][1], "closed_won", 3, rows[0][1])}
    assert float(rows[0][1]) == 1000.01
    assert loop.rows("select reason, new_score from marketing.ple_lead_scoring_history") == [("closed_won", 100)]
    assert loop.one("select won from marketing.campaign_result") == 1


def test_an_answer_leaves_the_company_alone_and_a_row_says_so(loop: Loop) -> None:
    loop.admin.execute("update marketing.campaign_person set claimed_at = now() - interval '60 days'")
    standing = (
        "select left_out from marketing.outreach_candidate where person_unique_id is not null and email like 'ada%'"
    )
    assert loop.one(standing) is None
    loop.land("instantly", [event("reply_received", "ada@firm0.example")])
    assert loop.one(standing) == "contacted_lately"


def test_who_was_erased_is_not_brought_back_by_an_event(loop: Loop) -> None:
    loop.land("instantly", EVENTS[:1])
    forget(loop.work, "ada@firm0.example")
    loop.land(
        "instantly", [event("reply_received", "ada@firm0.example", "later", 5, reply_text="It is ada@firm0.example")]
    )
    for table in (
        "marketing.outcome",
        "intake.validated_outcomes",
        "intake.raw_loads",
        "marketing.message_log",
        "vault.contacts",
    ):
        assert not loop.rows(f"select 1 from {table} as t where t::text ilike '%ada@firm0%'"), table


def test_every_word_of_the_shapes_is_a_kind(loop: Loop) -> None:
    assert orjson.dumps(EVENTS)
    loop.land("instantly", [event("something_new", "ada@firm0.example")])
    assert loop.rows("select column_name, check_name from intake.validation_failed") == [("status", "outcome_word")]


def test_weights_are_proposed_with_their_evidence_and_nothing_changes(loop: Loop) -> None:
    loop.land("instantly", EVENTS)
    loop.land("deals", [deal("ada@firm0.example")])
    loop.admin.execute("update bit.signal set observed_at = now() - interval '1 day'")
    # Thirty companies with news of money, ten of which were won; thirty in the press, of which none was.
    loop.admin.execute(
        "insert into bit.signal_performance (reason, period_start, period_end, signals, companies, closed_won)"
        " values ('funding', '2026-01-01', '2026-03-31', 40, 30, 10), ('press', '2026-01-01', '2026-03-31', 40, 30, 0),"
        " ('hiring', '2026-01-01', '2026-03-31', 5, 5, 1)"
    )
    found = {each.reason: each for each in learn(loop.work)}
    assert found["funding"].proposed is not None
    assert found["funding"].proposed > found["funding"].weight
    assert found["press"].proposed is not None
    assert found["press"].proposed < found["press"].weight
    assert found["hiring"].proposed is None, "five companies are no evidence"
    assert loop.one("select count(*) from bit.rule_version") == 1


def test_explain_shows_the_whole_loop_each_with_its_load(loop: Loop) -> None:
    loop.land("instantly", EVENTS[:3])
    loop.land("calendly", [booked("ada@firm0.example", hours=3)])
    person = loop.one("select unique_id from marketing.people_master where email = 'ada@firm0.example'")
    shown = explain(loop.work, person)["loop"]
    assert [each["what"] for each in shown if each["what"] != "claimed"] == ["found", "sent", "opened", "replied", "booked"]
    assert all(each["load_id"] for each in shown if each["what"] != "claimed")
    assert [each["detail"] for each in shown if each["what"] == "claimed"] == ["spring"]


def test_a_posted_event_lands_once_and_is_taken_up(loop: Loop) -> None:
    body = orjson.dumps(event("reply_received", "ada@firm0.example"))
    assert receive(loop.work, "instantly", body).landed == 1
    assert receive(loop.work, "instantly", body).replayed
    digest(loop.work, Batch(datetime.now(UTC).date(), "instantly"))
    assert state(loop)["outcomes"] == [("replied", 1)]
