"""A small HTTP/1.1 server for the sandbox: threads, keep-alive, bodies in one write, faults on request.

Belongs here: requests, answers, routing, and what a fault does to a connection. Does not belong here: what
Apify or Apollo answer (`service`, `service`) and when a fault is due (`faults`).
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from outreach_pipeline.sandbox.faults import Fault, Faults

_REASONS = {200: "OK", 201: "Created", 204: "No Content"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `query` keeps the last value of a repeated name, header names are lower-case, body is
    unpacked.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; {} when there is none. Raises ValueError for anything else."""
        return json.loads(self.body) if self.body.strip() else {}


@dataclass(slots=True)
class Answer:
    """One answer. `body` is sent as it is."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer whose body is `value` as compact JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Answer(body, status, headers=dict(headers or {}))


Handler = Callable[[Request, Mapping[str, str]], Answer]


class Service:
    """Routes of one server. A subclass adds routes; `refuse` turns a fault's status into the vendor's
    error.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults = Faults()
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._calls: dict[str, int] = {}
        self._calls_lock = threading.Lock()
        self.route("POST", "/sandbox/faults", self._add_fault)
        self.route("DELETE", "/sandbox/faults", self._clear_faults)
        self.route("GET", "/sandbox/faults", lambda _request, _found: json_answer(self.faults.listing()))

    def route(self, method: str, path: str, handler: Handler) -> None:
        """Serve `path`, where {name} stands for one segment of the path."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        self._routes.append((method, re.compile(pattern), handler))

    def normal(self, path: str) -> str:
        """The path as routes and fault patterns spell it."""
        return path

    def refuse(self, status: int, _fault: Fault | None, _request: Request) -> Answer:
        """The vendor's way to say `status`."""
        return json_answer({"error": f"status {status}"}, status)

    def admit(self, _request: Request) -> Answer | None:
        """The refusal of a request without the right key, None when it may pass."""
        return None

    def answer(self, request: Request) -> Answer:
        """The answer of the route, without faults."""
        path = self.normal(request.path)
        if not path.startswith("/sandbox/"):
            with self._calls_lock:
                key = f"{request.method} {path}"
                self._calls[key] = self._calls.get(key, 0) + 1
            refusal = self.admit(request)
            if refusal is not None:
                return refusal
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                return handler(request, {k: unquote(v) for k, v in found.groupdict().items()})
        return self.refuse(404, None, request)

    def calls(self) -> dict[str, int]:
        """How often each route was asked ("GET /v2/datasets/…/items" by its full path), without /sandbox."""
        with self._calls_lock:
            return dict(self._calls)

    def _add_fault(self, request: Request, _found: Mapping[str, str]) -> Answer:
        try:
            fault = self.faults.add(**request.json())
        except (TypeError, ValueError) as error:
            return json_answer({"error": str(error)}, 400)
        return json_answer(fault.listing(), 201)

    def _clear_faults(self, _request: Request, _found: Mapping[str, str]) -> Answer:
        self.faults.clear()
        return json_answer({})


class _Exchange(BaseHTTPRequestHandler):
    """One connection: reads requests, asks the service, plays the fault that is due."""

    protocol_version = "HTTP/1.1"
    server: HttpServer
    timeout = 120
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing: requests carry tokens and names."""

    def do_GET(self) -> None:
        self._exchange()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names of the base class

    def _exchange(self) -> None:
        request = self._read()
        service = self.server.service
        path = service.normal(request.path)
        fault = None if path.startswith("/sandbox/") else service.faults.take(f"{request.method} {path}")
        if fault is not None and fault.kind == "drop_before":
            self._cut()
            return
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault is not None and fault.status is not None:
            answer = service.refuse(fault.status, fault, request)
        else:
            try:
                answer = service.answer(request)
            except ValueError:
                answer = service.refuse(400, None, request)
        if fault is not None and fault.kind == "drop_after_accept":
            self._cut()
        elif fault is not None and fault.kind == "half_page":
            self._send(answer, len(answer.body) // 2)
            self._cut()
        else:
            self._send(answer, len(answer.body))

    def _read(self) -> Request:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        encoding = (self.headers.get("content-encoding") or "").lower()
        if encoding == "gzip":
            body = gzip.decompress(body)
        elif encoding == "deflate":
            body = zlib.decompress(body)
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path.rstrip("/") or "/", query, headers, body)

    def _send(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status, _REASONS.get(answer.status))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            if self.command != "HEAD":
                self.wfile.write(answer.body if length == len(answer.body) else answer.body[:length])
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def _cut(self) -> None:
        """End the connection as a broken line does: no answer, no farewell."""
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was faster


class HttpServer(ThreadingHTTPServer):
    """A service on 127.0.0.1; port 0 takes a free one. Use `start` and `stop`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, service: Service, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.service = service
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens: http://127.0.0.1:PORT."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> HttpServer:
        """Serve in a background thread."""
        self._thread = threading.Thread(
            target=self.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=f"sandbox-{self.service.name}",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join(timeout=5)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that the client broke off."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
