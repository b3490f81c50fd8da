"""Ctrl+C in a real `outreach run`, in the middle of some thousand items: one sentence, 130, and it can be gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from cli_world import CommandLine, hear_ctrl_c

CODE = "import sys; from outreach_pipeline.cli.main import main; sys.exit(main(sys.argv[1:]))"
RUN = ("run", "--day", "2022-06-30", "--source", "companies_csv")
BEGUN = "select count(*) as n from intake.validated_companies"
ACTIVE = (
    "select query from pg_stat_activity where application_name like 'outreach%' and state <> 'idle'"
    " and datname = current_database() and pid <> pg_backend_pid()"
)


def _until(admin: Any, process: subprocess.Popen[str]) -> None:
    """Some of the items are validated, and the run still goes."""
    for _ in range(3_600):
        assert process.poll() is None, process.communicate()
        if admin.execute(BEGUN).fetchone()["n"]:
            return
        time.sleep(0.05)
    raise AssertionError("the run never began")


@pytest.mark.timeout(600)
def test_a_run_that_is_interrupted_says_so_everywhere_and_goes_on(cli: CommandLine, admin: Any, monkeypatch: Any) -> None:
    rows = [(f"Firm {n} Works", f"firm{n}works.com", "Ada Stone", "", "Pumps", "Boston", "MA", "12") for n in range(6_000)]
    cli.fine("land", cli.companies(*rows), "--source", "companies_csv", "--day", "2022-06-30")
    monkeypatch.setenv("OUTREACH_CHUNK_LOADS", "200")

    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - a background shell's child ignores it
    )  # fmt: skip
    _until(admin, process)
    # As a terminal does it: every process of the group hears it, Dagster's helpers too.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=180)

    assert (process.returncode, out, err) == (130, "", "Interrupted.\nWhat was committed stays; run it again to go on.\n")
    assert admin.execute(ACTIVE).fetchall() == []
    assert admin.execute("select count(*) as n from public.shq_error_log").fetchone()["n"] == 0
    (batch,) = cli.fine("status", "--json").json["batches"]
    assert (batch["state"], batch["waiting"], batch["pending"] > 0) == ("interrupted", 0, True)
    (left,) = [one for one in cli.fine("doctor", "--json").json if one["name"] == "left over"]
    assert (left["outcome"], left["detail"]) == ("warn", "1 batch stopped before its end: 2022-06-30|companies_csv")

    cli.fine(*RUN)

    status = cli.fine("status", "--json").json
    assert (status["batches"][0]["state"], status["unfinished"]) == ("done", [])
    assert status["total"]["companies"] == 6_000
