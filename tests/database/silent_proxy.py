"""A TCP proxy in front of a PostgreSQL that falls silent when told to: it stays connected and passes nothing on.

Belongs here: what the tests of dead connections need. Does not belong here: assertions.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class SilentProxy:
    """`url` goes through it. While `silent`, bytes are taken and thrown away, in both directions."""

    def __init__(self, url: str) -> None:
        self._parts = conninfo_to_dict(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self.silent = threading.Event()
        self.url = make_conninfo(url, host="127.0.0.1", port=self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _server(self) -> socket.socket:
        host, port = str(self._parts["host"]), self._parts.get("port") or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = self._server()
                self._sockets += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if not self.silent.is_set():
                    sink.sendall(data)
            if not self.silent.is_set():
                sink.shutdown(socket.SHUT_WR)


@contextmanager
def silent_proxy(url: str) -> Iterator[SilentProxy]:
    """A proxy that still speaks; closed at the end."""
    proxy = SilentProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
