"""A real PgBouncer in transaction mode in front of a test's database, as Neon's pooled endpoint is one.

Belongs here: starting and asking it. Does not belong here: assertions.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from tests.conftest import APP_PASSWORD

LOGIN = "outreach_app"
SERVER_CONNECTIONS = 3
"""Fewer than the pipeline keeps open: transactions of several clients go through the same session in turn."""


def missing() -> str:
    """Why there is no PgBouncer here; "" when there is."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return "" if found else "pgbouncer is not installed: apt-get install pgbouncer"


@dataclass(frozen=True)
class Bouncer:
    """`url`: of the database, through it, as the pipeline's login."""

    url: str

    def show(self, what: str) -> list[dict[str, Any]]:
        """The answer of its console: `pools`, `stats`, `servers`."""
        url = make_conninfo(self.url, dbname="pgbouncer")
        with psycopg.connect(url, autocommit=True, prepare_threshold=None, row_factory=dict_row) as console:
            return console.execute(f"show {what}").fetchall()  # type: ignore[call-overload, no-any-return]


@contextmanager
def bouncer(direct_url: str) -> Iterator[Bouncer]:
    """PgBouncer in front of the database of a libpq URL, on a free port; ended with the block."""
    parts = conninfo_to_dict(direct_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not under pytest's own folder, which is closed to the user that it becomes.
    folder = Path(tempfile.mkdtemp(prefix="outreach-bouncer-"))
    folder.chmod(0o755)
    (folder / "users.txt").write_text(f'"{LOGIN}" "{APP_PASSWORD}"\n')
    server = " ".join(f"{name}={parts[name]}" for name in ("host", "port", "dbname") if parts.get(name))
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{parts['dbname']} = {server}\n"
        "[pgbouncer]\npool_mode = transaction\nlisten_addr = 127.0.0.1\nunix_socket_dir =\n"
        f"listen_port = {port}\nauth_type = trust\nauth_file = {folder}/users.txt\nadmin_users = {LOGIN}\n"
        f"default_pool_size = {SERVER_CONNECTIONS}\nquery_wait_timeout = 60\nmax_client_conn = 200\n"
    )
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")]
    if os.getuid() == 0:
        # It refuses to be root; whoever owns the server's socket may use it.
        socket_of = Path(str(parts.get("host", "")))
        owner = pwd.getpwuid(socket_of.stat().st_uid).pw_name if socket_of.is_dir() else "root"
        command[1:1] = ["-u", owner if owner != "root" else "nobody"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "log")
        yield Bouncer(make_conninfo(host="127.0.0.1", port=port, user=LOGIN, dbname=parts["dbname"]))
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
