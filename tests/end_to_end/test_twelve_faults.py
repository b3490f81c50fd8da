"""A quiet night tells nobody; twelve faults in one night are twelve messages, each once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import CommandLine
from test_alerts import DAY, MORNING, Listener, chat, fail, look  # noqa: F401 - a fixture

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.stages.incidents import Incident, log_incident

SOURCES = ("failing", "held", "partial", "late", "stuck", "apollo", "apify", "rejects", "keys")
CLEAN = {"held": False, "accepted_checks": [], "results": []}
TOLD = Counter({
    "failed batch": 1, "held batch": 1, "partial batch": 1, "late batch": 1, "stuck batch": 1, "failed run": 1, "cap near": 1,
    "money doubt": 2, "reach falling": 1, "rejects rose": 1, "keys changed": 1,
})  # fmt: skip


@pytest.fixture
def night(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat: Listener, admin: Any) -> None:  # noqa: F811
    """Nine sources, each with the batches of two days that went well; 90 people ready in the nights before."""
    tables = [f'[sources.{name}]\nkind = "files"\nshape = "company_list_csv"\npath = "{name}.csv"\nnightly = true\n' for name in SOURCES]
    (tmp_path / "sources.toml").write_text("\n".join(tables), encoding="utf-8")
    monkeypatch.setenv("OUTREACH_SOURCES", str(tmp_path / "sources.toml"))
    monkeypatch.setenv("OUTREACH_ALERT_URLS", chat.url)
    for day in (DAY - timedelta(days=1), DAY):
        given = {"sources": list(SOURCES), "day": day, "clean": json.dumps(CLEAN), "then": MORNING - timedelta(hours=6)}
        admin.execute(
            "insert into intake.batch (batch_id, source, day, observed_at, released_at, finished_at, check_results)"
            " select %(day)s || '|' || s, s, %(day)s, %(day)s, %(then)s, %(then)s, %(clean)s::jsonb from unnest(%(sources)s::text[]) as s",
            given,
        )
        admin.execute(
            "insert into intake.pull (batch_id, source, origin, status, finished_at)"
            " select %(day)s || '|' || s, s, 'file', 'complete', %(then)s from unnest(%(sources)s::text[]) as s",
            given,
        )


def _batch(source: str) -> str:
    return f"{DAY}|{source}"


def _checks(admin: Any, source: str, check: str, values: dict[str, Any]) -> None:
    document = {**CLEAN, "results": [{"name": check, "passed": True, "values": values}]}
    admin.execute("update intake.batch set check_results = %s::jsonb where batch_id = %s", (json.dumps(document), _batch(source)))


def _inject(admin: Any) -> None:
    """Twelve faults, one each."""
    fail("failing")
    admin.execute("update intake.batch set released_at = null, check_results = '{\"held\": true}' where batch_id = %s", (_batch("held"),))
    admin.execute("update intake.pull set status = 'partial', finished_at = %s where batch_id = %s", (MORNING, _batch("partial")))
    admin.execute("delete from intake.pull where batch_id = %s", (_batch("late"),))
    admin.execute("delete from intake.batch where batch_id = %s", (_batch("late"),))
    admin.execute(
        "insert into intake.pull (batch_id, source, origin, updated_at) values (%s, 'stuck', 'second', %s)",
        (_batch("stuck"), MORNING - timedelta(hours=7)),
    )
    log_incident(open_workspace(), Incident("unexpected", "A defect.", {"sensor": "some_sensor"}))
    admin.execute(
        "insert into public.credit_ledger (provider, batch_id, source, endpoint, call_key, state, reserved, spent, reserved_at)"
        " values ('apollo', %(b)s, 'apollo', 'people/match', 'k', 'settled', 450, 450, now()),"
        " ('apollo', %(b)s, 'apollo', 'people/match', 'l', 'doubtful', 3, null, now())",
        {"b": _batch("apollo")},
    )
    admin.execute(
        "insert into public.actor_runs (batch_id, source, actor, tag, intent_at, reserved_at, claimed_until, reserved_usd)"
        " values (%s, 'apify', 'some/actor', 'outreach-1', now(), now(), now() - interval '2 hours', 2)",
        (_batch("apify"),),
    )
    for ago in range(1, 6):
        admin.execute("insert into public.nightly_number values (%s, 'ready', 90)", (DAY - timedelta(days=ago),))
    _checks(admin, "rejects", "reject_share", {"loads": 100, "failed": 30, "share": 0.3, "usual": 0.1})
    _checks(admin, "keys", "unseen_keys", {"items": 100, "unseen_items": 5, "share": 0.05, "keys": ["new"]})


def test_twelve_faults_are_twelve_messages_and_a_quiet_night_is_none(night: None, chat: Listener, admin: Any) -> None:  # noqa: F811
    for minutes in range(0, 60, 10):
        report = look(MORNING + timedelta(minutes=minutes - 60))
        assert (report.open, report.channels) == (0, 1)
    assert chat.posts == []

    _inject(admin)
    for minutes in range(0, 60, 10):
        look(MORNING + timedelta(minutes=minutes))

    assert Counter(title.removeprefix("outreach: ") for title in chat.titles) == TOLD
    assert len(chat.posts) == 12
    assert all("Next: outreach " in post["message"] for post in chat.posts)
    doubts = sorted(post["message"].splitlines()[0] for post in chat.posts if post["title"].endswith("money doubt"))
    assert doubts == [
        f"apify, {DAY}: 1 run may have been started at Apify and nobody has seen it, 2 USD are reserved.",
        f"apollo, {DAY}: 1 call to apollo may have been charged without an answer, 3 credits are reserved.",
    ]
