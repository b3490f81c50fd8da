"""A new home: made by one process while the others wait, whole or not at all, and checked at each start."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.orchestration import instance as made
from outreach_pipeline.orchestration.instance import dagster_home, open_instance
from outreach_pipeline.orchestration.ui import environment
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.dagster_home import CONFIG, NEEDED
from outreach_pipeline.stages.doctor import examine

ONE = Path(__file__).with_name("first_use.py")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as its first use leaves it."""
    home = tmp_path_factory.mktemp("whole")
    dagster_home(Settings(_env_file=None, home=home))
    return home


@pytest.fixture
def settings(whole: Path, tmp_path: Path) -> Settings:
    """A copy of that home."""
    shutil.copytree(whole, tmp_path / "home")
    return Settings(_env_file=None, home=tmp_path / "home")


def config_of(settings: Settings) -> Path:
    return settings.home_path / "dagster" / "dagster.yaml"


def told_by_doctor(settings: Settings) -> tuple[str, str, str]:
    # A database that is refused at once: the rest of the doctor's work is not the subject.
    absent = settings.model_copy(update={"database_url": None})
    (found,) = [each for each in examine(absent) if each.name == "dagster"]
    return found.outcome, found.detail, found.next_step


def test_four_first_processes_at_once_all_succeed(tmp_path: Path) -> None:
    # benchmarks/first_use.py does the same twenty times with whole runs.
    tries = subprocess.run([sys.executable, str(ONE), str(tmp_path), "3"], capture_output=True, text=True, check=False)
    assert (tries.returncode, tries.stdout) == (0, ""), tries.stdout + tries.stderr


def test_a_home_that_two_processes_made_at_once_is_named_with_the_way_out(settings: Settings) -> None:
    folder = settings.home_path / "dagster"
    with closing(sqlite3.connect(folder / "history" / "runs.db")) as connection, connection:
        connection.execute("insert into alembic_version values ('5771160a95ad')")
    outcome, detail, next_step = told_by_doctor(settings)
    assert (outcome, "history/runs.db has 2 versions" in detail) == ("fail", True)
    with pytest.raises(ConfigurationError, match="has 2 versions") as caught:
        dagster_home(settings)
    assert caught.value.next_step == next_step
    # The way out works.
    for part in ("history", "schedules"):
        assert str(folder / part) in next_step
        (folder / part).rename(folder / f"{part}.away")
    with open_instance(settings) as instance:
        assert instance.get_runs() == []
    assert told_by_doctor(settings)[0] == "ok"


@pytest.mark.parametrize("broken", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"])
def test_a_state_file_that_is_cut_short_is_named(settings: Settings, broken: str) -> None:
    path = settings.home_path / "dagster" / broken
    path.write_bytes(b"")
    for log in path.parent.glob(f"{path.name}-*"):
        log.unlink()
    outcome, detail, next_step = told_by_doctor(settings)
    assert outcome == "fail"
    assert broken in detail
    assert "away" in next_step
    with pytest.raises(ConfigurationError, match=broken):
        dagster_home(settings)


def test_a_kill_while_the_state_is_made_leaves_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, home=tmp_path)
    whole = made.DagsterSqliteStorage.from_local

    def killed(base_dir: str) -> None:
        whole(base_dir).dispose()
        raise KeyboardInterrupt

    monkeypatch.setattr(made.DagsterSqliteStorage, "from_local", killed)
    with pytest.raises(KeyboardInterrupt):
        dagster_home(settings)
    folder = tmp_path / "dagster"
    assert not (folder / "history").exists()
    assert not (folder / "schedules").exists()
    monkeypatch.undo()
    with open_instance(settings) as instance:
        assert instance.get_runs() == []


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.99])
def test_a_configuration_that_is_cut_short_is_written_anew(settings: Settings, share: float) -> None:
    config_of(settings).write_text(CONFIG[: int(len(CONFIG) * share)], encoding="utf-8")
    with open_instance(settings) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
        assert type(instance.run_coordinator).__name__ == "ProviderQueue"
        limits = instance.get_concurrency_config().run_queue_config
        assert limits is not None
        assert limits.tag_concurrency_limits
    assert config_of(settings).read_text(encoding="utf-8") == CONFIG


@pytest.mark.parametrize(
    "text, said",
    [
        ("telemetry:\n  enabled: false\n", "lacks run_coordinator, concurrency, run_retries, run_monitoring"),
        (CONFIG.replace("telemetry:\n  enabled: false\n", "telemetry:\n  experience_enabled: true\n"), "telemetry"),
        ("- a list\n", "holds no settings"),
        ("telemetry: {enabled: [", "cannot be read as YAML"),
    ],
)
def test_a_configuration_without_what_we_promise_is_refused(settings: Settings, text: str, said: str) -> None:
    config_of(settings).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said) as caught:
        dagster_home(settings)
    assert "move the file away" in caught.value.next_step
    assert told_by_doctor(settings)[0] == "fail"
    assert config_of(settings).read_text(encoding="utf-8") == text, "nobody's text is overwritten"


def test_an_owners_values_and_sections_stay(settings: Settings) -> None:
    text = CONFIG.replace("max_concurrent_runs: 6", "max_concurrent_runs: 3") + "\nauto_materialize:\n  enabled: false\n"
    config_of(settings).write_text(text, encoding="utf-8")
    with open_instance(settings) as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 3
    assert told_by_doctor(settings)[0] == "ok"


FULL = """
import resource, sys
from pathlib import Path
from outreach_pipeline.errors import OutreachError
from outreach_pipeline.orchestration.instance import open_instance
from outreach_pipeline.settings import Settings
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with open_instance(Settings(_env_file=None, home=Path(sys.argv[1]))) as instance:
        instance.get_runs()
except OutreachError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [100, 20_000, 60_000], ids=["no room for dagster.yaml", "for no table", "for some"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_made(tmp_path: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(room)], capture_output=True, text=True, check=False
    )
    said = done.stdout.strip()
    assert (done.returncode, said.count("\n"), bool(said)) == (0, 0, True), done.stdout + done.stderr
    assert str(tmp_path / "dagster") in said
    assert "space" in said
    with open_instance(Settings(_env_file=None, home=tmp_path)) as instance:
        assert instance.get_runs() == []


def test_a_home_that_is_read_only_is_one_sentence(settings: Settings) -> None:
    home = str(settings.home_path)
    mounted = shutil.which("mount") and not subprocess.run(
        f"mount --bind {home} {home} && mount -o remount,ro,bind {home}", shell=True, capture_output=True, check=False
    ).returncode
    if not mounted:
        pytest.skip("nothing can be mounted read-only here: that takes root")
    try:
        with pytest.raises(ConfigurationError, match="cannot be written") as caught, open_instance(settings):
            pass
    finally:
        subprocess.run(["umount", "-l", home], check=False)
    assert home in caught.value.message
    assert "OUTREACH_HOME" in caught.value.next_step


def test_each_needed_section_is_in_what_we_write_and_in_what_we_deploy() -> None:
    deployed = (Path(__file__).resolve().parents[2] / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
    for name in NEEDED:
        assert f"\n{name}:" in CONFIG
        assert f"\n{name}:" in deployed


def test_telemetry_is_off_by_the_environment_as_well(settings: Settings) -> None:
    assert environment(settings)["DAGSTER_DISABLE_TELEMETRY"]
    code = "import os, outreach_pipeline.orchestration.instance; print(os.environ['DAGSTER_DISABLE_TELEMETRY'])"
    bare = {name: value for name, value in os.environ.items() if name != "DAGSTER_DISABLE_TELEMETRY"}
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.strip()
