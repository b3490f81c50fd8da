"""Dagster's own state and its page: configurations that Dagster accepts, and processes that end when asked
to.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import dagster as dg
import pytest
import yaml
from batches import MONDAY, Batches, leads

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.orchestration.instance import dagster_home, open_instance
from outreach_pipeline.orchestration.launch import run_batches
from outreach_pipeline.orchestration.ui import environment, serve

ROOT = Path(__file__).resolve().parents[2]


def test_the_home_is_made_once_and_is_valid(batches: Batches) -> None:
    home = dagster_home(batches.settings)
    assert home == batches.settings.home_path / "dagster"
    config = home / "dagster.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\n# mine\n", encoding="utf-8")
    with open_instance(batches.settings) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 1
        assert instance.get_settings("run_retries")["retry_on_asset_or_op_failure"] is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 6
        assert not instance.nux_enabled
    assert config.read_text(encoding="utf-8").endswith("# mine\n"), "an operator's edit stays"


def test_dagster_home_goes_before_ours(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "elsewhere"))
    assert dagster_home(batches.settings) == tmp_path / "elsewhere"


def test_runs_of_the_command_line_are_on_the_pages_instance(batches: Batches) -> None:
    batches.write(MONDAY, leads(1))
    (outcome,) = run_batches(batches.settings, MONDAY, ["leads"], workspace=batches.workspace)
    with open_instance(batches.settings) as instance:
        run = instance.get_run_by_id(outcome.run_id)
        assert run is not None
        assert run.tags["dagster/partition"] == "2026-11-16|leads"
        assert run.status is dg.DagsterRunStatus.SUCCESS


def test_the_production_configuration_is_one_that_dagster_accepts(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["storage"] == {"postgres": {"postgres_url": {"env": "DAGSTER_PG_URL"}}}
    # All but the storage, which needs a server and a package of its own.
    del document["storage"]
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_settings("run_retries")["retry_on_asset_or_op_failure"] is False
        assert instance.run_monitoring_enabled


def test_the_page_gets_our_settings_whole(batches: Batches) -> None:
    given = environment(batches.settings)
    assert given["OUTREACH_HOME"] == str(batches.settings.home_path)
    assert given["OUTREACH_SOURCES"] == str(batches.folder / "sources.toml")
    assert given["OUTREACH_FIRST_DAY"] == "2026-11-01"
    url = batches.settings.database_url
    assert url
    assert given["OUTREACH_DATABASE_URL"] == url.get_secret_value()
    assert "OUTREACH_MIGRATION_URL" not in given, "an unset setting stays unset"


def test_a_port_in_use_is_said(batches: Batches) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="is in use"):
            serve(batches.settings, taken.getsockname()[1])


_RUNS_OF_THE_JOB = """{pipelineOrError(params: {
    repositoryName: "__repository__", repositoryLocationName: "outreach_pipeline", pipelineName: "nightly"
}) {... on Pipeline {runs(limit: 5) {runId status repositoryOrigin {repositoryLocationName}}}}}"""
_AGAIN = """mutation {launchRunReexecution(reexecutionParams: {parentRunId: "RUN_ID", strategy: ALL_STEPS}) {
    __typename ... on PythonError {message}
}}"""


@pytest.mark.slow
def test_the_page_comes_up_knows_runs_of_the_command_line_and_ends_with_all_its_processes(
    batches: Batches, tmp_path: Path
) -> None:
    batches.write(MONDAY, leads(3))
    (ran,) = run_batches(batches.settings, MONDAY, ["leads"])
    assert ran.succeeded, ran.problem
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import sys\nfrom outreach_pipeline.settings import load_settings\n"
        f"from outreach_pipeline.orchestration.ui import serve\nsys.exit(serve(load_settings(), {port}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**environment(batches.settings), "PYTHONPATH": str(ROOT)},
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/server_info")
        loaded = _graphql(port, "{assetNodes{assetKey{path}}}")["data"]["assetNodes"]
        sources = [node for node in loaded if node["assetKey"]["path"][0] == "source"]
        assert (len(loaded) - len(sources), len(sources)) == (18, len(batches.workspace.sources))
        (listed,) = _graphql(port, _RUNS_OF_THE_JOB)["data"]["pipelineOrError"]["runs"]
        assert (listed["runId"], listed["status"]) == (ran.run_id, "SUCCESS")
        assert listed["repositoryOrigin"]["repositoryLocationName"] == "outreach_pipeline"
        again = _graphql(port, _AGAIN.replace("RUN_ID", ran.run_id))["data"]["launchRunReexecution"]
        assert again["__typename"] == "LaunchRunSuccess", again
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not _processes_with(f"--port {port}")


def _wait_for(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            opener.open(url, timeout=5).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"{url} did not answer")


def _graphql(port: int, query: str) -> dict[str, dict[str, list[object]]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return json.loads(opener.open(request, timeout=60).read())  # type: ignore[no-any-return]


def _processes_with(words: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if words in line:
                found.append(line)
    return found
