"""`outreach sandbox`: what it prints can be pasted, and where it cannot start it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_world import CommandLine, hear_ctrl_c

CLI = [sys.executable, "-c", "from outreach_pipeline.cli.main import run; run()"]


@contextmanager
def _sandbox(folder: Path, *arguments: str) -> Iterator[list[str]]:
    """The command in a process of its own; what it printed until it served."""
    process = subprocess.Popen(
        [*CLI, "sandbox", "--port", "0", "--companies", "12", "--folder", str(folder), *arguments],
        stdout=subprocess.PIPE, text=True, cwd=folder.parent, preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - no threads yet
    )  # fmt: skip
    assert process.stdout
    printed = []
    try:
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if line.startswith("Stop with"):
                break
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(90)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_it_prints_works_in_another_shell_whatever_that_has_set(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = {
        "OUTREACH_DATABASE_URL": "postgresql://somebody@db.example/own", "OUTREACH_HOME": str(elsewhere / "own"),
        "OUTREACH_APIFY_TOKEN": "somebody's", "DAGSTER_HOME": str(elsewhere / "dagster"),
    }  # fmt: skip
    with _sandbox(tmp_path / "sandbox") as printed:
        start = next(n for n, line in enumerate(printed) if line.endswith("In another shell:"))
        steps = [line.strip() for line in printed[start + 1 :] if line.startswith("  ")]
        assert [step.split()[1] for step in steps[1:]] == ["migrate", "run", "status"]
        pasted = "\n".join([*steps, f"{steps[-1]} --json > status.json"])
        ran = subprocess.run(
            ["bash", "-ec", pasted], cwd=elsewhere, env={**os.environ, **theirs}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        status = json.loads((elsewhere / "status.json").read_text())
    assert (len(status["batches"]), status["unfinished"]) == (11, [])
    assert status["total"]["companies"] >= 12
    assert [path.name for path in elsewhere.iterdir()] == ["status.json"], "nothing of theirs was touched"


@pytest.mark.parametrize("taken", [0, 1], ids=["Apify's", "Apollo's"])
def test_a_taken_port_is_one_sentence_and_nothing_is_written(cli: CommandLine, tmp_path: Path, taken: int) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1] - taken
        ran = cli("sandbox", "--port", str(port), "--companies", "3", "--folder", str(tmp_path / "sandbox"))
        assert ran.code == 2
        assert f"Port {port} or {port + 1} cannot be had" in ran.err
        assert "--port" in ran.err
    assert not (tmp_path / "sandbox").exists()


def test_a_configuration_of_ones_own_is_not_overwritten(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OUTREACH_APIFY_TOKEN=mine\n")
    ran = cli("sandbox", "--port", "0", "--companies", "3", "--folder", str(tmp_path))
    assert ran.code == 2
    assert "holds .env of your own" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_worlds_are_played_and_each_miss_has_a_cause(cli: CommandLine) -> None:
    (played,) = cli.fine("sandbox", "score", "--seeds", "2", "--companies", "12", "--nights", "2", "--json").json
    assert (played["seed"], [night["night"] for night in played["nights"]]) == (2, [1, 2])
    for night in played["nights"]:
        assert night["slots"]["expected"] >= 30
        assert night["shares"]["slots"] > 0.8, night["misses"]
        assert night["addresses"]["ready"] > 3
        assert night["places"]["known"] > 20
        assert (night["companies"]["merged"], night["people"]["merged"]) == (0, 0)
        assert all(miss["cause"] for miss in night["misses"])


def test_seeds_that_are_none_are_one_sentence(cli: CommandLine) -> None:
    for wrong in ("ten", "9-3", "1-5000"):
        ran = cli("sandbox", "score", "--seeds", wrong)
        assert (ran.code, "write it as 3 or 1-10" in ran.err) == (2, True)
