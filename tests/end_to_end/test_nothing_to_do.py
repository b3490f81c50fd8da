"""What costs nothing must load nothing: no Dagster and no pandas for a look, nor for a run that finds nothing to do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from cli_world import ACME, BOLT, CommandLine

from outreach_pipeline.cli.options import open_workspace
from outreach_pipeline.stages.idle import nothing_to_do
from outreach_pipeline.stages.workspace import Batch

CODE = (
    "import json, sys; from outreach_pipeline.cli.main import main; code = main(sys.argv[1:]);"
    "heavy = sorted({'dagster', 'pandas', 'pandera', 'alembic', 'sqlalchemy'} & set(sys.modules));"
    "print(json.dumps([code, heavy]), file=sys.stderr)"
)
RUN = ("run", "--day", "2022-06-30", "--source", "companies_csv")


def _loaded(*arguments: str) -> tuple[int, list[str], str]:
    ran = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=True)
    code, heavy = json.loads(ran.stderr.splitlines()[-1])
    return code, heavy, ran.stdout


@pytest.fixture
def done(cli: CommandLine) -> CommandLine:
    """A batch that has been through all stages, with a duplicate in it."""
    cli.fine("land", cli.companies(ACME, BOLT, ACME), "--source", "companies_csv", "--day", "2022-06-30")
    cli.run("companies_csv", "2022-06-30")
    return cli


@pytest.mark.parametrize("arguments", [("status",), ("find", "acme"), ("sources",), ("shapes",), ("rejections",)])
def test_a_look_loads_no_heavy_library(done: CommandLine, arguments: tuple[str, ...]) -> None:
    code, heavy, _ = _loaded(*arguments)

    assert (code, heavy) == (0, [])


def test_a_run_with_nothing_to_do_starts_no_dagster_and_tells_the_same(done: CommandLine, admin: Any) -> None:
    tables = "select batch_id, released_at, updated_at, check_results from intake.batch"
    before = admin.execute(tables).fetchall()

    code, heavy, out = _loaded(*RUN, "--json")

    (batch,) = json.loads(out)["batches"]
    assert (code, heavy) == (0, [])
    assert (batch["state"], batch["landed"], batch["promoted"], batch["duplicate"]) == ("done", 3, 2, 1)
    assert admin.execute(tables).fetchall() == before


def _is_idle() -> bool:
    from datetime import date

    return nothing_to_do(open_workspace(), Batch(date(2022, 6, 30), "companies_csv")) is not None


def test_whatever_is_left_to_do_is_seen(done: CommandLine, admin: Any) -> None:
    assert _is_idle()
    for left in (
        "insert into marketing.slot_work (company_no) values (1)",
        "insert into intake.promote_queue (load_id, batch_id) select load_id, batch_id from intake.raw_loads limit 1",
        (
            "insert into intake.unfinished_batch (batch_id, source, day, kind, why, next_step, in_vain, run_id, pages)"
            " values ('2022-06-30|companies_csv', 'companies_csv', '2022-06-30', 'interrupted', 'x', 'x', 1, 'x', 0)"
        ),
    ):
        admin.execute(left)
        assert not _is_idle(), left
        admin.execute("delete from marketing.slot_work")
        admin.execute("delete from intake.promote_queue")
        admin.execute("delete from intake.unfinished_batch")
        assert _is_idle(), left
    done.fine("land", done.companies(BOLT, name="more.csv"), "--source", "companies_csv", "--day", "2022-06-30")
    assert not _is_idle()
    done.run("companies_csv", "2022-06-30")


def test_a_batch_that_never_landed_or_is_held_has_something_to_do(cli: CommandLine) -> None:
    assert not _is_idle()
    bad = cli.officers(*[[f"Firm {n}", "n/a", "CEO", "2019"] for n in range(30)])
    cli.fine("land", bad, "--source", "officers_csv", "--day", "2022-06-30")
    cli.run("officers_csv", "2022-06-30")

    from datetime import date

    assert nothing_to_do(open_workspace(), Batch(date(2022, 6, 30), "officers_csv")) is None
