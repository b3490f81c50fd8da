"""One file behind an http(s) address: whether it is there, how long it is, and fetching it.

Belongs here: HEAD and GET. Does not belong here: other protocols (`far_files`), how the file is read (`files`).

============== ======================================================
answer         means
============== ======================================================
404, 410       not there yet
401, 403       a login is missing or refused
405, 501       no HEAD here: the beginning of a GET says the same
other 4xx, 5xx cannot be reached
============== ======================================================
"""

from __future__ import annotations

from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import unquote, urlsplit

import httpx2

from outreach_pipeline.sources.apify_api import never_proxy_loopback
from outreach_pipeline.sources.far_files import FarFile

_TIMEOUT = 30.0
_SUFFIXES = {
    "application/json": ".json", "application/x-ndjson": ".jsonl", "application/jsonl": ".jsonl", "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
}  # fmt: skip


def http_file(address: str) -> FarFile | None:
    """The file behind an address; None when nothing is there. OSError or an httpx2 error when nobody can tell."""
    with _client(address) as client:
        answer = client.head(address)
        if answer.status_code in (405, 501):
            with client.stream("GET", address) as answer:
                return _file(address, answer)
        return _file(address, answer)


def _client(address: str) -> httpx2.Client:
    never_proxy_loopback(address)
    # Compressed on the way it would have another length than it says.
    return httpx2.Client(timeout=_TIMEOUT, follow_redirects=True, headers={"Accept-Encoding": "identity"})


def _file(address: str, answer: httpx2.Response) -> FarFile | None:
    if answer.status_code in (404, 410):
        return None
    _check(answer)

    def fetch(target: IO[bytes]) -> None:
        with _client(address) as client, client.stream("GET", address) as found:
            _check(found)
            for chunk in found.iter_raw():
                target.write(chunk)

    length, written = answer.headers.get("Content-Length"), answer.headers.get("Last-Modified")
    return FarFile(
        _name(address, answer), address, int(length) if length and length.isdecimal() else None,
        parsedate_to_datetime(written).timestamp() if written else None, fetch,
    )  # fmt: skip


def _check(answer: httpx2.Response) -> None:
    if answer.status_code in (401, 403):
        raise PermissionError
    if not answer.is_success:
        raise ConnectionError


def _name(address: str, answer: httpx2.Response) -> str:
    """The file's name: the last part of the path; where that says no kind, with the suffix of what the answer says."""
    said = Message()
    said["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    name = (said.get_filename() or unquote(urlsplit(address).path)).rsplit("/", 1)[-1] or "file"
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return name if "." in name else f"{name}{_SUFFIXES.get(kind, '')}"
