"""`outreach costs` on a real database: what paid batches cost, what came of it, and who is near a cap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli_world import CommandLine
from paid_world import BATCH, DAY, PEOPLE, Admin, apify, apollo, apollo_workspace, lead, run_rows, workspace
from pipeline import digest

from outreach_pipeline.stages.costs import read_costs
from outreach_pipeline.stages.credits import doubtful_calls
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.money import set_budget
from outreach_pipeline.stages.pull_apify import allow_another_run, settle_bills
from outreach_pipeline.stages.workspace import Batch


def test_an_empty_database_costs_nothing_and_says_what_the_caps_leave(cli: CommandLine) -> None:
    ran = cli.fine("costs")
    assert "Nothing was reserved or spent" in ran.out
    assert "apify per month" in ran.out
    for by in ("source", "day", "actor"):
        told = cli.fine("costs", "--json", "--by", by).json
        assert (told["rows"], told["near"]) == ([], [])
        assert [provider["forecast"]["total"] for provider in told["providers"]] == [0, 0]
        assert [cap["left"] for cap in told["providers"][0]["caps"]] == [None, 25, 250]
    assert cli.fine("costs", "doubtful").out == "Every paid call has its answer, every run its bill.\n"
    assert cli.fine("costs", "doubtful", "--json").json == []


def test_costs_by_source_day_and_actor(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Seven leads, each the CEO of a company of its own: seven items and seven slots."""
    rows = [lead(n).replace(b"Nr %d" % n, b"Lovelace") for n in range(7)]
    with apify(rows=rows) as (service, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BATCH)
        digest(there, BATCH)
        settle_bills(there, after_secs=0)
        spent = service.charged_usd
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for by, key in (("source", "leads"), ("actor", "code_crafter/leads-finder"), ("day", today)):
        report = read_costs(there, by=by)  # type: ignore[arg-type]
        (row,) = report.rows
        assert (row.key, row.provider, row.unit, row.calls) == (key, "apify", "USD", 1)
        assert (row.spent, row.reserved) == (spent, 0)
        assert (row.items, row.slots) == (7, 7)
        assert row.per_item == row.per_slot == (spent / 7).quantize(Decimal("0.000001"))
    assert read_costs(there, month=date(2025, 1, 1)).rows == ()


def test_reserved_is_what_is_held_on_top_of_what_is_spent(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BATCH)
        (row,) = read_costs(there).rows
        assert row.spent + row.reserved == Decimal("2.5")
        assert 0 < row.spent < row.reserved
        line = read_costs(there).providers[0].caps[1]
        assert (line.committed, line.left) == (Decimal("2.5"), Decimal("22.5"))
        admin.execute("update public.actor_runs set state = 'refused', run_id = null, settled_at = now()")
        assert read_costs(there).rows == ()


def test_the_forecast_is_a_straight_line_with_open_bills_apart(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    there = workspace(tmp_path, database_url, "http://127.0.0.1:9")
    _run(admin, "2026-11-01|a", "2026-11-01 03:00+00", reserved=5, spent=3, settled=True)
    _run(admin, "2026-11-10|a", "2026-11-10 03:00+00", reserved=2, spent=0.5, settled=False)
    report = read_costs(there, now=datetime(2026, 11, 10, 4, tzinfo=UTC), month=date(2026, 11, 1))
    forecast = report.providers[0].forecast
    assert (forecast.settled, forecast.open, forecast.total) == (9, 6, 15)
    assert (forecast.days_so_far, forecast.days_in_month, forecast.passes_cap) == (10, 30, False)
    set_budget(there.database, "apify", "month", Decimal("14.99"))
    assert read_costs(there, now=datetime(2026, 11, 10, tzinfo=UTC)).providers[0].forecast.passes_cap
    over = read_costs(there, now=datetime(2026, 12, 3, tzinfo=UTC), month=date(2026, 11, 1)).providers[0].forecast
    assert (over.total, over.days_so_far) == (5, 30)


def test_near_a_cap_is_from_eighty_percent(tmp_path: Path, database_url: str, admin: Admin) -> None:
    there = workspace(tmp_path, database_url, "http://127.0.0.1:9")
    _run(admin, "2026-11-01|a", "now()", reserved=8, spent=0, settled=False)
    set_budget(there.database, "apify", "day", Decimal("10.01"))
    assert read_costs(there).near == ()
    set_budget(there.database, "apify", "day", Decimal(10))
    assert read_costs(there).near == ("apify has 80% of its cap per day",)


def test_budgets_are_set_shown_and_removed(cli: CommandLine) -> None:
    cli.fine("costs", "budget", "apify", "day", "20")
    shown = {(line["provider"], line["period"]): line for line in cli.fine("costs", "budget", "--json").json}
    day = shown["apify", "day"]
    assert (day["setting"], day["database"], day["in_force"], day["left"]) == (25, 20, 20, 20)
    assert "20.00" in cli.fine("costs", "budget").out
    cli.fine("costs", "budget", "apify", "day", "none")
    assert cli.fine("costs", "budget", "--json").json[1]["database"] is None
    for wrong in ("apify day", "apify year 3", "apify day -1", "apify day many", "x day 1"):
        assert cli("costs", "budget", *wrong.split()).code == 2, wrong


def test_a_start_that_nobody_saw_and_a_run_without_a_bill_are_listed_and_young_ones_are_not(
    cli: CommandLine, admin: Admin
) -> None:
    admin.execute(
        "insert into public.actor_runs (batch_id, source, actor, tag, state, intent_at, reserved_at, claimed_until,"
        " reserved_usd, run_id, finished_at)"
        " select '2026-11-20|' || s, 's' || s, 'some/actor', 't' || s, state, now() - ago, now() - ago, now() - ago, 2, run_id,"
        " now() - ago from (values ('lost', 'intent', interval '2 hours', null), ('new', 'intent', interval '9 minutes', null),"
        " ('bill', 'ended', interval '2 days', 'r1'), ('soon', 'ended', interval '2 hours', 'r2')) as x (s, state, ago, run_id)"
    )
    found = cli.fine("costs", "doubtful", "--json").json
    assert [(each["batch_id"], each["state"], each["call_id"]) for each in found] == [
        ("2026-11-20|bill", "no bill", None), ("2026-11-20|lost", "lost start", None),
    ]  # fmt: skip
    shown = cli.fine("costs", "doubtful")
    assert "2.00 USD" in shown.out


def test_a_call_without_an_answer_is_listed_and_decided(
    cli: CommandLine, tmp_path: Path, database_url: str, admin: Admin
) -> None:
    admin.execute(
        "insert into public.credit_ledger"
        " (provider, batch_id, source, endpoint, call_key, subjects, state, reserved, reserved_at)"
        " select 'apollo', '2026-11-20|matches', 'matches', 'people/bulk_match', 'k' || n, array['a' || n], 'doubtful',"
        " 10, now() from generate_series(1, 3) as n"
    )
    calls = [call["call_id"] for call in cli.fine("costs", "doubtful", "--json").json]
    assert len(calls) == 3
    shown = cli.fine("costs", "doubtful").out
    assert "people/bulk_match" in shown
    ran = cli.fine("costs", "decide", str(calls[0]), "charged")
    assert ran.out == "1 call decided as charged.\n"
    cli.fine("costs", "decide", str(calls[1]), str(calls[2]), "not-charged")
    told = cli.fine("costs", "--json").json["rows"][0]
    assert (told["spent"], told["reserved"], told["calls"]) == (10, 0, 1)
    again = cli("costs", "decide", str(calls[0]), "999", "charged")
    assert (again.code, "2 calls of those named" in again.err) == (2, True)
    assert cli("costs", "decide", str(calls[0]), "perhaps").code == 2


def test_credits_are_counted_by_endpoint(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox, PEOPLE)
        land_batch(there, Batch(DAY, "people"))
        report = land_batch(there, Batch(DAY, "matches"))
        used = sandbox.apollo.credits_used
    (row,) = read_costs(there, by="actor").rows
    assert (row.key, row.unit, row.items) == ("people/bulk_match", "credits", report.items)
    assert (float(row.spent), row.reserved, row.slots, row.per_slot) == (used, 0, 0, None)
    assert doubtful_calls(there) == []


def test_a_batch_is_paid_for_once_more_by_command_only(
    cli: CommandLine, tmp_path: Path, database_url: str, admin: Admin
) -> None:
    none = cli("costs", "allow", BATCH.batch_id)
    assert (none.code, "has no paid run that is over" in none.err) == (2, True)
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BATCH)
        assert land_batch(there, BATCH).already
        cli.fine("costs", "allow", BATCH.batch_id)
        assert not land_batch(there, BATCH).already
        assert len(service.runs.all()) == 2
        assert not allow_another_run(there, Batch(DAY.replace(day=21), "leads"))
    assert [row["purpose"] for row in run_rows(admin)] == [f"pull before {run_rows(admin)[0]['actor_run_id']}", "pull"]


def _run(admin: Any, batch: str, at: str, *, reserved: float, spent: float, settled: bool) -> None:
    when = "now()" if at == "now()" else f"'{at}'::timestamptz"
    admin.execute(
        "insert into public.actor_runs (batch_id, source, actor, tag, state, intent_at, reserved_at, reserved_usd,"
        f" spent_usd, settled_at, run_id) values (%s, 'a', 'x/y', %s, 'ended', {when}, {when}, %s, %s,"
        f" {'now()' if settled else 'null'}, %s)",
        (batch, f"tag {batch}", reserved, spent, f"R {batch}"),
    )
