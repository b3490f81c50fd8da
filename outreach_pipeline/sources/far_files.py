"""Files that are not on this machine: found and fetched through fsspec (s3, gs, sftp and whatever else it speaks), and
over HTTP by our own client, for fsspec's would need one more.

Belongs here: listing, fetching, and what a missing package, login or file means. Does not belong here: which files are
read and how (`files`), telling an address from a path (`places`).

A file is fetched whole into a temporary file that has no name, and read from there as any other. Logins are those that
each library finds by itself (the usual variables and files of AWS, Google, SSH) or the ones in the address. Nothing of
an address but scheme, host and path is ever shown.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BufferedReader
from typing import IO, TYPE_CHECKING, Any, cast

from outreach_pipeline.errors import ConfigurationError, OutreachError, TransientError
from outreach_pipeline.sources.places import shown

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "sftp": "paramiko", "ssh": "paramiko",
            "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs"}  # fmt: skip
"""What has to be installed beside us, by protocol."""
_REFUSED = ("permission", "credential", "forbidden", "auth", "denied", "token", "login")
"""Parts of the names of exceptions that mean a login: each library has its own."""
_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FarFile:
    """A file elsewhere. `modified`: seconds since 1970, None where the place does not say; `size` likewise."""

    name: str
    address: str
    size: int | None
    modified: float | None
    fetch: Callable[[IO[bytes]], None]

    def open(self) -> BufferedReader:
        """Fetch it and give its bytes; they are gone when the handle is closed.

        Raises TransientError when it does not come whole, and what `found_at` raises.
        """
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        try:
            with explained_place(self.address):
                self.fetch(copy)
        except BaseException:
            copy.close()
            raise
        if self.size is not None and copy.tell() != self.size:
            copy.close()
            raise TransientError(f"{self.name} did not come whole, or was written to meanwhile.")
        copy.seek(0)
        return cast("BufferedReader", copy)


def found_at(address: str, day: date) -> list[tuple[str, FarFile]] | None:
    """What is behind an address: (name relative to the folder or the fixed part of the glob, file), in no order; None
    when nothing is there. One entry with an empty name stands for the address itself, which is a file.

    Raises ConfigurationError (unknown protocol, missing package, refused login), TransientError (no connection).
    """
    address = address.replace("{day}", day.isoformat())
    protocol = address.partition("://")[0].lower()
    with explained_place(address):
        if protocol in ("http", "https"):
            from outreach_pipeline.sources.http_files import http_file

            file = http_file(address)
            return None if file is None else [("", file)]
        return _look(_opened(protocol, address), address)


@contextmanager
def explained_place(address: str) -> Iterator[None]:
    """Exceptions of any library in our words: a login is a wrong setting, everything else may pass."""
    place = shown(address)
    try:
        yield
    except OutreachError:
        raise
    except Exception as error:  # noqa: BLE001 - libraries have their own, and their texts may hold the login
        name = type(error).__name__
        if isinstance(error, PermissionError) or any(part in name.lower() for part in _REFUSED):
            raise ConfigurationError(
                f"{place} cannot be read: the login was refused or is missing ({name}).",
                next_step="Check the login that this place needs, and its rights.",
            ) from None
        raise TransientError(f"{place} cannot be reached ({name}).", next_step="Run it again later.") from None


def _opened(protocol: str, address: str) -> AbstractFileSystem:
    import fsspec

    try:
        return cast("AbstractFileSystem", fsspec.core.url_to_fs(address)[0])
    except ImportError:
        package = PACKAGES.get(protocol, "")
        named = f"the package {package}" if package else "a package of its own"
        step = f"pip install {package}" if package else "See fsspec's list of built-in and known implementations."
        raise ConfigurationError(
            f"{shown(address)}: {protocol}:// needs {named}, which is not installed.",
            next_step=f"{step}, for every process that runs the pipeline.".replace(".,", ","),
        ) from None
    except ValueError:
        raise ConfigurationError(
            f"{shown(address)}: {protocol}:// is no protocol that is known here.",
            next_step="Use a path, s3://, gs://, sftp://, https:// or another one that fsspec knows.",
        ) from None


def _look(system: AbstractFileSystem, address: str) -> list[tuple[str, FarFile]] | None:
    path = str(system._strip_protocol(address))
    # A listing that was kept from an earlier look would never see a file arrive.
    system.invalidate_cache()
    parts = path.split("/")
    magic = next((n for n, part in enumerate(parts) if any(sign in part for sign in "*?[")), None)
    if magic is not None:
        base = "/".join(parts[:magic])
        entries = list(cast("dict[str, Any]", system.glob(path, detail=True)).values())
    else:
        try:
            info = system.info(path)
        except FileNotFoundError:
            return None
        if info["type"] != "directory":
            return [("", _file(system, info, address))]
        base, entries = path, system.ls(path, detail=True)
    files = [info for info in entries if info["type"] == "file"]
    return [
        (str(info["name"]).rstrip("/").removeprefix(base).lstrip("/"), _file(system, info, address)) for info in files
    ]


def _file(system: AbstractFileSystem, info: dict[str, Any], address: str) -> FarFile:
    path = str(info["name"])

    def fetch(target: IO[bytes]) -> None:
        with system.open(path, "rb") as found:
            shutil.copyfileobj(found, target, _MEMORY)

    size = info.get("size")
    return FarFile(path.rsplit("/", 1)[-1], address, None if size is None else int(size), _modified(info), fetch)


def _modified(info: dict[str, Any]) -> float | None:
    # Each file system has its own word for it.
    for word in ("LastModified", "mtime", "modified", "updated", "created"):
        value = info.get(word)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None
