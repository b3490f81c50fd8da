"""Files at an SFTP server: a real one (paramiko's) on this machine, a folder of the disk behind it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach_pipeline.errors import ConfigurationError, TransientError
from outreach_pipeline.sources.far_files import found_at

paramiko = pytest.importorskip("paramiko", reason="paramiko is not installed: sftp:// needs it (pip install paramiko)")

DAY = date(2026, 11, 16)
USER, WORD = "vendor", "open-sesame"


def _server_of(folder: Path) -> type:
    """What answers: one login, and the files of a folder, to be read only."""

    class Files(paramiko.SFTPServerInterface):
        def _path(self, path: str) -> Path:
            return folder / self.canonicalize(path).lstrip("/")

        def list_folder(self, path: str) -> Any:
            try:
                return [paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in sorted(self._path(path).iterdir())]
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            try:
                file = self._path(path).open("rb")
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)
            handle = paramiko.SFTPHandle(os.O_RDONLY)
            handle.readfile = file
            return handle

    return Files


class Door(paramiko.ServerInterface):
    """Lets one login in."""

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, WORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


@pytest.fixture(scope="module")
def key() -> Any:
    return paramiko.RSAKey.generate(2048)


@pytest.fixture
def place(tmp_path: Path, key: Any) -> Iterator[str]:
    """`sftp://vendor:…@127.0.0.1:port`, serving `tmp_path`."""
    listening = socket.create_server(("127.0.0.1", 0))
    transports: list[Any] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _server_of(tmp_path))
            try:
                transport.start_server(server=Door())
            except paramiko.SSHException:
                continue
            transports.append(transport)

    threading.Thread(target=serve, daemon=True).start()
    yield f"sftp://{USER}:{WORD}@127.0.0.1:{listening.getsockname()[1]}"
    listening.close()
    for transport in transports:
        transport.close()


def read(address: str) -> list[tuple[str, bytes]] | None:
    found = found_at(address, DAY)
    if found is None:
        return None
    contents = []
    for name, file in sorted(found, key=lambda each: each[0]):
        with file.open() as opened:
            contents.append((name, opened.read()))
    return contents


def test_a_file_a_folder_and_a_glob_come_as_from_this_machine(place: str, tmp_path: Path) -> None:
    (tmp_path / "in" / "2026-11-16").mkdir(parents=True)
    (tmp_path / "in" / "2026-11-16" / "a.json").write_bytes(b"[1]")
    (tmp_path / "in" / "2026-11-16" / "b.jsonl").write_bytes(b"2\n3\n")
    assert read(f"{place}/in/{{day}}/a.json") == [("", b"[1]")]
    assert read(f"{place}/in/{{day}}") == [("a.json", b"[1]"), ("b.jsonl", b"2\n3\n")]
    assert read(f"{place}/in/*/a*") == [("2026-11-16/a.json", b"[1]")]


def test_what_is_not_there_yet_is_seen_when_it_comes(place: str, tmp_path: Path) -> None:
    assert read(f"{place}/in/{{day}}") is None
    (tmp_path / "in" / "2026-11-16").mkdir(parents=True)
    (tmp_path / "in" / "2026-11-16" / "a.json").write_bytes(b"[1]")
    assert read(f"{place}/in/{{day}}") == [("a.json", b"[1]")]


def test_a_refused_login_is_a_setting_and_a_server_that_is_away_may_come_back(place: str) -> None:
    with pytest.raises(ConfigurationError, match="the login was refused") as refused:
        read(place.replace(WORD, "wrong-word") + "/in")
    with pytest.raises(TransientError, match="cannot be reached") as away:
        read(f"sftp://{USER}:{WORD}@127.0.0.1:9/in")
    assert not {WORD, "wrong-word"} & set(str(refused.value).split("@")[0].split(":"))
    assert WORD not in str(away.value)
