"""Opens Dagster's page: webserver, daemon and code server on the same instance and database as the command
line.

Belongs here: starting `dagster dev` with our settings. Does not belong here: definitions, and opening a
browser.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import SecretStr

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.orchestration.instance import dagster_home
from outreach_pipeline.orchestration.page_runs import LOCATION
from outreach_pipeline.settings import PACKAGE, Settings
from outreach_pipeline.stages.migrations import explained, not_migrated, schema_state
from outreach_pipeline.stages.workspace import Workspace


def serve(settings: Settings, port: int = 3000, *, host: str = "127.0.0.1") -> int:
    """Serve the page until interrupted; returns the exit status of `dagster dev` (0 after Ctrl-C).

    The embedded database is kept up meanwhile. Raises ConfigurationError when the port is taken, or the database not
    migrated.
    """
    _check_port(host, port)
    # Started here, so that it stays up between the runs, each of which is a process that comes and goes.
    workspace = Workspace(settings)
    _check_schema(workspace)
    with _interrupts_raise():
        # In a session of its own: Ctrl-C in the terminal reaches us only, and we end it in order.
        process = subprocess.Popen(  # noqa: S603 - the command is made of our own words
            command(port, host), env=environment(settings), start_new_session=True
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(process)


@contextmanager
def _interrupts_raise() -> Iterator[None]:
    """Ctrl-C and `kill` both end the block by KeyboardInterrupt (a shell's background jobs ignore Ctrl-C
    otherwise).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {
        name: signal.signal(name, signal.default_int_handler) for name in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for name, handler in former.items():
            signal.signal(name, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask `dagster dev` to end its processes in order; whatever is left after that is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def command(port: int, host: str) -> list[str]:
    """`dagster dev` over workspace.yaml, which lies beside the package in a checkout; a wheel has only the
    module.
    """
    workspace = PACKAGE.parent / "workspace.yaml"
    target = ["-w", str(workspace)] if workspace.is_file() else ["-m", f"{LOCATION}.definitions"]
    return [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        *target,
        "--host",
        host,
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the page's processes: these settings, whatever folder they start in."""
    # A first day that nobody has set is to be asked of the database; told, it would count as set.
    unset = {"first_day"} - settings.model_fields_set
    ours = {
        f"OUTREACH_{name.upper()}": _text(value) for name, value in settings if value is not None and name not in unset
    }
    return {
        **os.environ,
        **ours,
        "OUTREACH_HOME": str(settings.home_path),
        "DAGSTER_HOME": str(dagster_home(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        # dg's own commands are recommended everywhere; `dagster dev` is the one that follows workspace.yaml.
        "PYTHONWARNINGS": "ignore",
    }


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value.expanduser().resolve()) if isinstance(value, Path) else str(value)


def _check_schema(workspace: Workspace) -> None:
    """A page over a database without our tables shows nothing but failures."""
    with explained(workspace):
        state = schema_state(workspace)
    if state.pending:
        raise not_migrated(f"The database lacks {', '.join(state.pending)}.")


def _check_port(host: str, port: int) -> None:
    import socket

    with socket.socket() as probe:
        if probe.connect_ex((host, port)) == 0:
            raise ConfigurationError(
                f"Port {port} is in use.", next_step=f"Choose another: outreach ui --port {port + 1}."
            )
