"""The embedded server's folder: made whole or not at all, and a server that dies is started again or told in a sentence."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach_pipeline.database import embedded
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import ADMIN_LOGIN, EmbeddedServer
from outreach_pipeline.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the server's own user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="outreach-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[EmbeddedServer]:
    """A server of this module, with its database."""
    server = EmbeddedServer(place / "data")
    embedded._SERVERS[server.data_folder] = server
    server.start()
    server.ensure_database()
    yield server
    server.stop()
    del embedded._SERVERS[server.data_folder]


def kill(server: EmbeddedServer) -> None:
    """As a machine out of memory does it."""
    process = int((server.data_folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
    os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while embedded.is_running(server.data_folder) and time.monotonic() < deadline:
        with_zombie = Path(f"/proc/{process}/stat")
        if with_zombie.exists() and ") Z " in with_zombie.read_text(encoding="ascii", errors="replace"):
            break
        time.sleep(0.02)


def database(server: EmbeddedServer) -> Database:
    return Database(server.url(login=ADMIN_LOGIN), revive=lambda: embedded.revive(server.data_folder))


def test_a_server_that_was_killed_is_started_again_for_the_next_transaction(running: EmbeddedServer) -> None:
    found = database(running)
    with found.transaction(None) as tx:
        tx.execute("create table kept as select 1 as one")
    kill(running)
    with found.transaction(None) as tx:
        assert tx.fetch_value("select one from kept") == 1
    found.close()


def test_a_killed_server_that_does_not_come_up_is_one_sentence_and_quick(
    running: EmbeddedServer, capfd: pytest.CaptureFixture[str]
) -> None:
    found = database(running)
    with found.transaction(None) as tx:
        tx.fetch_value("select 1")
    kill(running)
    conf = running.data_folder / "postgresql.conf"
    whole = conf.read_text(encoding="utf-8")
    conf.write_text(whole + "\nno_such_setting = 1\n", encoding="utf-8")
    started = time.monotonic()
    try:
        with pytest.raises(ConfigurationError, match="does not start") as caught, found.transaction(None):
            pass
        first = time.monotonic()
        with pytest.raises(ConfigurationError, match="does not start"), found.transaction(None):
            pass
        assert time.monotonic() - first < 0.5, "what a failing run asks on its way out waits no more"
    finally:
        conf.write_text(whole, encoding="utf-8")
        embedded._DOWN.clear()
    assert time.monotonic() - started < 40
    assert str(running.data_folder) in caught.value.message
    assert "log" in caught.value.next_step
    printed = capfd.readouterr()
    assert printed.out + printed.err == "", "the server's log is not printed"
    with found.transaction(None) as tx:
        assert tx.fetch_value("select one from kept") == 1


@pytest.mark.parametrize("marker", [".handle_pids.json", "postmaster.pid"])
def test_a_marker_that_is_cut_short_does_not_keep_the_server_down(running: EmbeddedServer, marker: str) -> None:
    kill(running)
    (running.data_folder / marker).write_text("[12" if marker.endswith("json") else "", encoding="ascii")
    with database(running).transaction(None) as tx:
        assert tx.fetch_value("select one from kept") == 1


def test_settings_that_are_cut_short_are_made_whole_and_an_owners_stay(running: EmbeddedServer) -> None:
    conf = running.data_folder / "postgresql.conf"
    whole = conf.read_text(encoding="utf-8")
    assert "log_min_error_statement = 'panic'" in whole, "people's data stays out of the server's log"
    conf.write_text(whole[: whole.index("log_min_error_statement")], encoding="utf-8")
    running._ensure_tuning(running.data_folder)
    mended = conf.read_text(encoding="utf-8")
    assert mended.count("log_min_error_statement = 'panic'") == 1
    edited = mended.replace("shared_buffers = '256MB'", "shared_buffers = '1GB'")
    conf.write_text(edited, encoding="utf-8")
    running._ensure_tuning(running.data_folder)
    assert conf.read_text(encoding="utf-8") == edited
    conf.write_text(whole, encoding="utf-8")


def test_a_half_made_cluster_is_named(place: Path) -> None:
    half = place / "half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n", encoding="ascii")
    with pytest.raises(ConfigurationError, match="is half made"):
        EmbeddedServer(half).start()


def test_a_kill_while_the_cluster_is_made_leaves_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = embedded._package()

    def killed(self: object) -> None:
        (self.pgdata / "PG_VERSION").write_text("18\n", encoding="ascii")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(package.PostgresServer, "ensure_pgdata_inited", killed)
    with pytest.raises(KeyboardInterrupt):
        EmbeddedServer(place / "new").start()
    assert list((place / "new").iterdir()) == []


def test_a_disk_without_room_is_one_sentence_with_the_place(place: Path) -> None:
    small = place / "small"
    small.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", str(small)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be mounted here: that takes root")
    try:
        env = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
        done = subprocess.run(
            [sys.executable, "-c", "from outreach_pipeline.cli.main import run; run()", "migrate"],
            env={**env, "OUTREACH_HOME": str(small / "home"), "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=120, check=False, cwd=small,
        )  # fmt: skip
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2, said
    assert f"{small}/home" in said.replace(" ", "") or "MB left" in said
    assert "OUTREACH_HOME" in said
    assert len(done.stdout + done.stderr) < 700, "a sentence, no log"
