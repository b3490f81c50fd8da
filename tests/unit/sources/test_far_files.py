"""Files elsewhere: read as those of this machine, waited for while they are not there, and every trouble a sentence."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import pytest

from outreach_pipeline.errors import ConfigurationError, TransientError, WaitingError
from outreach_pipeline.sources.far_files import FarFile
from outreach_pipeline.sources.files import FilesSource, content_id, find_files, newest_write
from outreach_pipeline.sources.places import is_far, shown

DAY = date(2026, 11, 16)


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """An empty file system in memory."""
    found = fsspec.filesystem("memory")
    yield found
    for path in found.find("/"):
        found.rm(path)


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, dict[str, str], bytes]]
    heads = True

    def _answer(self, *, body: bool) -> None:
        status, headers, content = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        if self.heads:
            self._answer(body=False)
        else:
            self.send_error(405)

    def log_message(self, *_given: object) -> None:
        """Quiet."""


@pytest.fixture
def web() -> Iterator[tuple[str, type[_Handler]]]:
    """A server on this machine and what it answers with."""
    handler = type("Handler", (_Handler,), {"answers": {}, "heads": True})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def data(path: str) -> list[bytes]:
    source = FilesSource("leads", "contact_flat", path, awaited=True)
    return [item.data for page in source.pull(DAY, {}) for item in page.items]  # type: ignore[union-attr]


def test_a_file_a_folder_and_a_glob_are_read_as_on_this_machine(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/in/2026-11-16/b.jsonl.gz", gzip.compress(b"2\n3\n"))
    memory.pipe("/in/2026-11-16/a.json", b"[1]")
    memory.pipe("/in/2026-11-16/.hidden.json", b"[9]")
    memory.pipe("/in/2026-11-16/notes.txt", b"9")
    memory.pipe("/in/2026-11-17/a.json", b"[4]")
    assert data("memory://in/{day}/a.json") == [b"1"]
    assert data("memory://in/{day}") == [b"1", b"2", b"3"]
    assert list(find_files("memory://in/*/a*", DAY)) == ["2026-11-16/a.json", "2026-11-17/a.json"]
    assert newest_write("memory://in/{day}", DAY)
    assert content_id("memory://in/{day}", DAY) != content_id("memory://in/2026-11-17", DAY)


def test_what_is_not_there_is_waited_for_and_seen_when_it_comes(memory: fsspec.AbstractFileSystem) -> None:
    for path in ("memory://in/{day}.json", "memory://in/{day}/*.json"):
        with pytest.raises(WaitingError, match=r"There is no file or folder memory://in/2026-11-16.* yet"):
            data(path)
    memory.pipe("/in/2026-11-16.json", b"[1]")
    assert data("memory://in/{day}.json") == [b"1"]


def test_the_cursor_goes_on_in_a_file_elsewhere(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/in/a.json", b"[1, 2, 3]")
    source = FilesSource("leads", "contact_flat", "memory://in/a.json", page_items=2)
    first = next(iter(source.pull(DAY, {})))
    rest = [item.data for page in source.pull(DAY, first.cursor) for item in page.items]  # type: ignore[union-attr]
    assert rest == [b"3"]


def test_a_file_over_http(web: tuple[str, type[_Handler]]) -> None:
    url, handler = web
    with pytest.raises(WaitingError):
        data(f"{url}/leads/{{day}}.json?key=hush")
    handler.answers["/leads/2026-11-16.json?key=hush"] = (
        200, {"Last-Modified": "Mon, 16 Nov 2026 05:00:00 GMT"}, b"[1, 2]",
    )  # fmt: skip
    assert data(f"{url}/leads/{{day}}.json?key=hush") == [b"1", b"2"]
    assert newest_write(f"{url}/leads/{{day}}.json?key=hush", DAY) == 1794805200.0
    # An export without a name of its own, at a server without HEAD.
    handler.heads = False
    handler.answers["/export?day=2026-11-16"] = (200, {"Content-Type": "text/csv; charset=utf-8"}, b"a,b\n1,2\n")
    assert list(find_files(f"{url}/export?day={{day}}", DAY)) == ["export.csv"]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (403, ConfigurationError, "the login was refused or is missing"),
        (500, TransientError, "cannot be reached"),
        (410, WaitingError, "yet"),
    ],
)
def test_an_answer_that_is_no_file_is_a_sentence_without_the_key(
    web: tuple[str, type[_Handler]], status: int, error: type[Exception], said: str
) -> None:
    url, handler = web
    handler.answers["/x.json?key=hush"] = (status, {}, b"no")
    with pytest.raises(error, match=said) as raised:
        data(f"{url}/x.json?key=hush")
    assert "hush" not in str(raised.value)
    assert raised.value.next_step  # type: ignore[attr-defined]


def test_nobody_there_is_a_passing_trouble() -> None:
    with pytest.raises(TransientError, match=r"http://127\.0\.0\.1:9/x\.json cannot be reached"):
        data("http://them:hush@127.0.0.1:9/x.json")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("s3://bucket/{day}.csv", "s3fs"),
        ("gs://bucket/{day}.csv", "gcsfs"),
        ("sftp://them:hush@host/{day}.csv", "paramiko"),
        ("carrier-pigeon://x/{day}.csv", "no protocol that is known here"),
    ],
)
def test_a_protocol_that_lacks_its_package_names_it(
    path: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(protocol: str) -> None:
        message = f"Protocol not known: {protocol}"
        raise ValueError(message) if "pigeon" in protocol else ImportError(protocol)

    monkeypatch.setattr("fsspec.core.get_filesystem_class", without)
    with pytest.raises(ConfigurationError, match=said) as raised:
        data(path)
    assert "hush" not in str(raised.value)


def test_half_a_file_is_no_file() -> None:
    file = FarFile("a.json", "memory://a.json", 5, None, lambda target: target.write(b"[1]"))
    with pytest.raises(TransientError, match="did not come whole"):
        file.open()


def test_a_path_and_an_address_are_told_apart() -> None:
    assert [is_far(path) for path in ("a/b.csv", "/a/b.csv", "C:/a.csv", "s3://a/b.csv", "HTTPS://a/b")] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert shown("sftp://me:hush@host:22/a/{day}.csv?sig=hush") == "sftp://host:22/a/{day}.csv"
