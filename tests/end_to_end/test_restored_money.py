"""A database that went back in time pays nothing twice: it asks first, with what the vendors can tell.

"The past" is a copy of the database made before a paid run, as a backup is; the vendor remembers what the copy does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from paid_world import BATCH, DAY, SOURCE, Admin, apify, apollo, apollo_workspace, one, run_rows, workspace
from psycopg.rows import dict_row

from outreach_pipeline.errors import BudgetError
from outreach_pipeline.stages import doctor, restored
from outreach_pipeline.stages.doctor import FAIL, OK
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.workspace import Batch, Workspace

BEFORE = Batch(DAY.replace(day=19), "leads")
SEARCH, MATCH = Batch(DAY, "people"), Batch(DAY, "matches")


class Past:
    """Copies of a database, each seen as the pipeline and as a superuser."""

    def __init__(self, server: Any, database: str) -> None:
        self._server, self._database, self.names = server, database, []  # type: ignore[var-annotated]
        self.admins: list[Admin] = []

    def copy(self, there: Workspace) -> tuple[str, Admin]:
        """A copy of now: the URL for the pipeline, and a superuser's connection."""
        there.database.close()
        self._server.execute(
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{self._database}' and pid <> pg_backend_pid()"
        )
        name = self._server.create(self._database)
        self.names.append(name)
        self.admins.append(psycopg.connect(self._server.url(name), autocommit=True, row_factory=dict_row))
        return self._server.url(name, login="outreach_app"), self.admins[-1]

    def close(self) -> None:
        for admin in self.admins:
            admin.close()
        for name in self.names:
            self._server.drop(name)


@pytest.fixture
def past(server: Any, database_name: str) -> Iterator[Past]:
    found = Past(server, database_name)
    yield found
    found.close()


def told_by_doctor(there: Workspace) -> list[str]:
    return [each.outcome for each in doctor._restored(there)]


def test_a_run_paid_after_the_backup_is_found_at_apify_and_read_not_paid_again(
    tmp_path: Path, database_url: str, past: Past
) -> None:
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BEFORE)
        old_url, old = past.copy(there)
        assert land_batch(there, BATCH).items == 7
        assert len(service.runs.all()) == 2

        back = workspace(tmp_path, old_url, url)
        with pytest.raises(BudgetError, match="does not know what was paid since") as refused:
            land_batch(back, BATCH)
        assert "outreach costs restored" in refused.value.next_step
        assert [row["batch_id"] for row in run_rows(old)] == [BEFORE.batch_id]
        assert len(service.runs.all()) == 2, "nothing was started"

        (doubt,) = restored.read_doubts(back)
        assert (doubt.provider, doubt.noticed_by) == ("apify", "copy")
        (lost,) = restored.look_at_apify(back, doubt.known_until).lost
        assert (lost.batch_id, lost.source, lost.purpose) == (BATCH.batch_id, "leads", "pull")
        assert restored.adopt_runs(back, (lost,)) == 1
        assert restored.answer(back, "apify") == 1
        assert restored.read_doubts(back) == []

        assert land_batch(back, BATCH).items == 7
        assert len(service.runs.all()) == 2, "the run that was paid is the one that is read"
        assert one(old, "select count(*) from intake.raw_loads") == 14
        assert [row["found_by"] for row in run_rows(old)] == ["start", "restore"]
        assert restored.adopt_runs(back, (lost,)) == 0


def test_a_lost_start_of_before_is_not_sent_again_either(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Its claim is over, and after the backup somebody may have claimed and paid it."""
    with apify() as (service, url):
        there = workspace(tmp_path, database_url, url)
        admin.execute(
            "insert into public.actor_runs (batch_id, source, actor, tag, intent_at, reserved_at, claimed_until, reserved_usd)"
            " values (%s, 'leads', 'code_crafter/leads-finder', 'outreach-x', now(), now(), now(), 1)",
            (BATCH.batch_id,),
        )
        restored.mark_restored(there, datetime.now(UTC) - timedelta(hours=1))
        with pytest.raises(BudgetError, match="restored"):
            land_batch(there, BATCH)
        assert service.runs.all() == []


def test_a_wave_s_run_only_counts_and_so_does_one_of_an_unknown_batch(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    """A wave of that number will be another one; only the run of a pull is its batch's again."""
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        made = [
            restored.LostRun(f"run{n}", tag, "a/one", "SUCCEEDED", datetime.now(UTC), Decimal(1), batch, "leads", purpose)
            for n, (tag, batch, purpose) in enumerate([
                ("t1", BATCH.batch_id, "refresh:7"), ("t2", "", "unknown"), ("t3", BATCH.batch_id, "pull"), ("t4", BATCH.batch_id, "pull"),
            ])
        ]  # fmt: skip
        assert restored.adopt_runs(there, tuple(made)) == 4
        purposes = [row["purpose"] for row in run_rows(admin)]
        assert sorted(each.partition(":")[0] for each in purposes) == ["adopt", "adopt", "adopt", "pull"]
        assert "adopt:run0" in purposes


def test_credits_wait_for_an_answer_which_is_booked_once(tmp_path: Path, database_url: str, past: Past) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        with there.database.transaction(restored.Role.INGEST) as tx:
            tx.fetch_value("select public.f_restore_doubt('apollo')")
        old_url, old = past.copy(there)
        land_batch(there, MATCH)
        spent = sandbox.apollo.credits_used
        assert spent > 0

        back = apollo_workspace(tmp_path, old_url, sandbox)
        with pytest.raises(BudgetError, match="Apollo: this database was restored"):
            land_batch(back, MATCH)
        assert sandbox.apollo.credits_used == spent
        assert told_by_doctor(back) == [FAIL]
        old.execute(
            "insert into intake.unfinished_batch (batch_id, source, day, kind, why, run_id)"
            " values (%s, 'matches', %s, 'budget', 'x', 'r')", (MATCH.batch_id, DAY),
        )  # fmt: skip
        assert restored.answer(back, "apollo", Decimal(spent), "usage page") == 1
        assert restored.answer(back, "apollo", Decimal(spent)) == 0, "an answer is given once"
        assert one(old, "select sum(spent) from public.credit_ledger") == spent
        assert one(old, "select goes_on_at is not null from intake.unfinished_batch")
        assert told_by_doctor(back) == [OK]


def test_each_provider_has_its_own_answer(tmp_path: Path, database_url: str) -> None:
    with apify() as (_, url), apollo() as sandbox:
        paid = apollo_workspace(tmp_path, database_url, sandbox)
        assert paid.settings.sources is not None
        both = paid.settings.sources.read_text() + SOURCE
        there = workspace(tmp_path, database_url, url, both)
        restored.mark_restored(there, datetime.now(UTC))
        assert [each.provider for each in restored.read_doubts(there)] == ["apify", "apollo"]
        restored.answer(there, "apollo")
        with pytest.raises(BudgetError, match="Apify"):
            land_batch(there, BATCH)
        restored.answer(there, "apify")
        assert land_batch(there, BATCH).items == 7


def test_a_database_that_stays_where_it_is_is_never_in_doubt(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apify() as (_, url):
        there = workspace(tmp_path, database_url, url)
        land_batch(there, BEFORE)
        land_batch(there, BATCH)
        assert one(admin, "select count(*) from public.restore") == 0
        assert one(admin, "select count(*) from public.money_home") == 1
