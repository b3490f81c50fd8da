"""Dumps of a database as one file, written and read by PostgreSQL's own programs.

Belongs here: running pg_dump, pg_restore and psql, and what an archive says of itself. Does not belong here: when one
may be restored and what follows (`stages.backup`), finding the programs (`tools`).

A restore is one transaction: whatever stops it, the database is as it was before. pg_restore writes the dump as a
script, psql runs it; a few statements of ours stand before and behind it. The programs' own words may quote a row, so
only an error that names objects (class 42 of the SQLSTATEs) is repeated.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from outreach_pipeline.database.tools import find_tool
from outreach_pipeline.errors import ConfigurationError, OutreachError, PermanentError, TransientError

OnTable = Callable[[], None]
"""Called whenever the data of one more table is begun."""

_CREATED = re.compile(r"^; Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
_FROM = re.compile(r"^;\s+Dumped from database version: (\d+)", re.MULTILINE)
_BY = re.compile(r"^;\s+Dumped by pg_dump version: (\d+)", re.MULTILINE)
_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE DATA ", re.MULTILINE)
_REVISION = re.compile(r"^(\d{4}_\w+)\t", re.MULTILINE)
_SAID = re.compile(r"ERROR:\s+(?P<state>[0-9A-Z]{5}): (?P<words>.*)")
_BEGINS = re.compile(r"(?:dumping contents of|processing data for) table")
_OF_PUBLIC = re.compile(r"^\d+; \d+ \d+ (?:ACL|COMMENT) - SCHEMA public ", re.MULTILINE)
# Servers before 17 do not know it; it is only a wish of pg_dump.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;"


@dataclass(frozen=True, slots=True)
class Archive:
    """What a file says of itself. `made_at`: when the dump began (UTC); `server`: the major version of PostgreSQL that
    it is of; `revisions`: of our schema, oldest first (none: it is of another program).
    """

    file: Path
    made_at: datetime
    server: int
    tool: int
    tables: int
    revisions: tuple[str, ...]


def write_archive(url: str, file: Path, server: int, *, role: str | None, on_table: OnTable) -> None:
    """Dump the database at `url` into `file`, beside it first and then renamed; readable by this user only.

    `role`: act as this one. Raises ConfigurationError (no program that fits), PermanentError (it refuses).
    """
    beside = file.with_name(f"{file.name}.partial")
    where, secret = _split(url)
    command = [find_tool("pg_dump", server), "--format=custom", "--verbose", "--no-password", "--lock-wait-timeout=60s"]
    # A server may be built without lz4, as the embedded one is; whoever restores sets it again where it is there.
    command.append("--no-toast-compression")
    command += [f"--file={beside}", *([f"--role={role}"] if role else []), f"--dbname={where}"]
    os.close(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        with _started(command, secret, stdout=subprocess.DEVNULL) as (process, said):
            _drain(process, said, on_table)
        if process.returncode:
            raise PermanentError(
                f"pg_dump ended with {process.returncode}: {_last_word(said)}",
                next_step="Nothing was kept. The login of OUTREACH_MIGRATION_URL has to be one that may migrate.",
            )
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def read_archive(file: Path) -> Archive:
    """What an archive says of itself; ConfigurationError for a file that is none, or is cut."""
    try:
        listed = _asked(file, "--list")
        found = [pattern.search(listed) for pattern in (_CREATED, _FROM, _BY)]
        made, server, tool = (match[1] for match in found if match is not None)
        noted = _asked(file, "--data-only", "--schema=public", "--table=schema_revision_file", "--file=-")
    except (subprocess.SubprocessError, OSError, ValueError):
        raise ConfigurationError(
            f"{file} is no backup that can be read (or pg_restore here is older than the pg_dump that made it).",
            next_step="Give a whole file that `outreach backup`, or pg_dump --format=custom, wrote.",
        ) from None
    at = datetime.fromisoformat(made).replace(tzinfo=UTC)
    return Archive(
        file, at, int(server), int(tool), len(_TABLE.findall(listed)), tuple(sorted(_REVISION.findall(noted)))
    )


def load_archive(
    url: str, archive: Archive, server: int, *, before: str, after: str, as_owner: bool, on_table: OnTable
) -> None:
    """Run `before`, the dump and `after` in one transaction on the database at `url`.

    `as_owner`: the login is no superuser and has become the owner in `before`: everything is made as who runs it.
    Raises TransientError (a lock), PermanentError (what is in the way); then nothing has changed.
    """
    version = max(server, archive.tool)
    restore = [find_tool("pg_restore", version), "--verbose", "--file=-"]
    where, secret = _split(url)
    # Of the same package: pg_restore's script may need a psql that is not older.
    psql = [str(Path(restore[0]).with_name("psql")), "--no-psqlrc", "--quiet", "--no-password"]
    psql += ["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--file=-", "--output=/dev/null", f"--dbname={where}"]
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        if as_owner:
            restore += ["--no-owner", f"--use-list={_without_public(archive.file, Path(folder))}"]
        with (
            _started([*restore, str(archive.file)], {}, stdout=subprocess.PIPE) as (source, told),
            _started(psql, secret, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as (target, said),
        ):
            watchers = [
                threading.Thread(target=_drain, args=(source, told, on_table)),
                threading.Thread(target=_drain, args=(target, said)),
            ]
            for watcher in watchers:
                watcher.start()
            whole = _fed(target, source, before, after)
            for watcher in watchers:
                watcher.join()
        if target.returncode or not whole:
            raise _refused(said)


def _fed(target: subprocess.Popen[bytes], source: subprocess.Popen[bytes], before: str, after: str) -> bool:
    """Give psql the script; False: it stopped listening, or the dump ended too early. The commit is the very last line,
    so that a script that breaks off anywhere (we are killed, the dump is cut) is rolled back.
    """
    out, into = source.stdout, target.stdin
    assert out is not None and into is not None  # noqa: S101, PT018 - for the type checker
    try:
        into.write(f"begin;\n{before}\n".encode())
        for line in _preamble(out):
            into.write(line)
        while chunk := out.read(1 << 20):
            into.write(chunk)
        whole = source.wait() == 0
        if whole:
            into.write(f"\n{after}\ncommit;\n".encode())
        into.close()
    except BrokenPipeError:
        source.kill()
        return False
    target.wait()
    return whole


def _preamble(out: IO[bytes]) -> Iterator[bytes]:
    """The first lines of the script without the settings that an older server does not know."""
    for line in out:
        if line.strip() != _UNKNOWN_BEFORE_17:
            yield line
        if line.startswith(b"SELECT pg_catalog.set_config('search_path'"):
            return


def _refused(said: list[str]) -> OutreachError:
    match = next((found for line in said if (found := _SAID.search(line))), None)
    state = match["state"] if match else ""
    if state == "55P03":
        return TransientError(
            "Another session uses the tables that have to go.",
            next_step="Stop the pipeline and Dagster, then run it again.",
        )
    words = f": {match['words']}" if match and state.startswith("42") else ""
    told = f"PostgreSQL refused with SQLSTATE {state}{words}" if match else "the dump or the connection broke off"
    step = "Nothing was changed. Restore into an empty database." if state.startswith("42") else "Nothing was changed."
    return PermanentError(f"The backup was not restored: {told}.", next_step=step)


def _without_public(file: Path, folder: Path) -> Path:
    """The list of an archive without what only a superuser can say of the schema public."""
    place = folder / "list"
    place.write_text(_OF_PUBLIC.sub(";\\g<0>", _asked(file, "--list")), encoding="utf-8")
    return place


def _asked(file: Path, *options: str) -> str:
    """What pg_restore answers about a file, with times in UTC. Of all versions here the newest reads most."""
    tool = find_tool("pg_restore", 0, newest=True)
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603 - a program that we have found, no shell
        [tool, *options, str(file)], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def _split(url: str) -> tuple[str, dict[str, str]]:
    """A URL without its password, which everybody could read in the list of processes, and the environment with it."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)} if password else {}


@contextmanager
def _started(
    command: list[str], secret: dict[str, str], *, stdin: int | None = None, stdout: int
) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """A program, and the list that what it says goes into; it does not outlive the block."""
    environment = {**os.environ, **secret, "LC_ALL": "C", "PGAPPNAME": "outreach_backup"}
    process = subprocess.Popen(  # noqa: S603 - a program that we have found, no shell
        command, stdin=subprocess.DEVNULL if stdin is None else stdin, stdout=stdout, stderr=subprocess.PIPE,
        env=environment,
    )  # fmt: skip
    try:
        yield process, []
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _drain(process: subprocess.Popen[bytes], said: list[str], on_table: OnTable | None = None) -> None:
    lines: Iterable[bytes] = process.stderr or ()
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip()
        if _BEGINS.search(line) and on_table is not None:
            on_table()
        elif "error" in line.lower():
            said.append(line)


def _last_word(said: list[str]) -> str:
    """The program's first complaint: of pg_dump it names a table or a right, never a row."""
    return (said[0].partition("error: ")[2] or said[0]) if said else "it did not say why"
