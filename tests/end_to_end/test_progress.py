"""What somebody sees who watches a long pull: pages, items, money, the status of a run, and why it waits."""

from __future__ import annotations

import re
from pathlib import Path

from cli_world import ACME, BOLT, CommandLine
from paid_world import BATCH, DAY, PEOPLE, apify, apollo, apollo_workspace, workspace

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.sandbox.apify.runs import Timing
from outreach_pipeline.stages.checks import hold_or_release
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.promote import promote_batch
from outreach_pipeline.stages.validate import validate_batch
from outreach_pipeline.stages.workspace import Batch

Seen = list[tuple[str, int, int | None]]


def test_a_pull_shows_pages_items_and_money(tmp_path: Path, database_url: str) -> None:
    seen: Seen = []
    with apify(timing=Timing(ready=0.05, running=0.2, settle=0.0)) as (service, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BATCH, progress=lambda *told: seen.append(told))
        (run,) = service.runs.all()
    pages = [(what, done) for what, done, _ in seen if what.startswith("land · ")]
    assert [done for _, done in pages] == [3, 6, 7, 7]
    assert [re.search(r"page (\d+)", what)[1] for what, _ in pages] == ["1", "2", "3", "4"]  # type: ignore[index]
    assert re.search(r" · 0\.\d\d USD spent, [12]\.\d\d reserved$", pages[-1][0])
    runs = [what for what, _, _ in seen if what.startswith(f"run {run.id} · ")]
    assert re.fullmatch(rf"run {run.id} · (READY|RUNNING), \d+ s", runs[0])
    assert re.fullmatch(rf"run {run.id} · SUCCEEDED, \d+ s", runs[-1])
    assert [(done, total) for what, done, total in seen if what == runs[-1]][-1] == (1, 1)


def test_a_promotion_says_what_it_does_while_its_bar_stands_still(cli: CommandLine) -> None:
    cli.fine("land", cli.companies(ACME, BOLT), "--source", "companies_csv", "--day", str(DAY))
    seen: Seen = []
    there, batch = open_workspace(), Batch(DAY, "companies_csv")
    validate_batch(there, batch)
    hold_or_release(there, batch)
    promote_batch(there, batch, progress=lambda *told: seen.append(told))
    assert seen == [
        ("promote", 0, 2), ("promote · companies, people of 2 loads at once", 0, 2),
        ("promote · contacts of 2 loads at once", 0, 2), ("promote", 2, 2), ("promote · names that may be one", 2, 2),
        ("promote", 2, 2),
    ]  # fmt: skip


def test_apollo_shows_credits_and_says_that_it_waits_for_the_minute(tmp_path: Path, database_url: str) -> None:
    seen: Seen = []
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox, PEOPLE)
        sandbox.apollo.faults.add("POST */mixed_companies/search", "status_429", after=1, window="minute")
        land_batch(there, Batch(DAY, "companies"), progress=lambda *told: seen.append(told))
        used = sandbox.apollo.credits_used
    waits = [told for told in seen if told[0].startswith("wait for Apollo's next minute")]
    assert [(done, total) for _, done, total in waits] == [(0, 1), (1, 1)]
    assert waits[0][0].endswith(" · mixed_companies/search")
    assert 1 <= float(re.findall(r" · (\S+) credits$", seen[-1][0])[0]) <= used
