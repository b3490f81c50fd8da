"""A DNS server on 127.0.0.1 that answers about mail domains by the truth of a world.

Belongs here: MX, A and NS of domains. Does not belong here: what is true (`mailboxes`).
"""

from __future__ import annotations

import socketserver
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from outreach_pipeline.sandbox.verify.mailboxes import Mailboxes


class _Exchange(socketserver.BaseRequestHandler):
    """One question and its answer; a silent domain gets none."""

    def handle(self) -> None:
        data, connection = self.request
        server = self.server
        assert isinstance(server, DnsServer)  # noqa: S101 - the base class knows no type of its own
        reply = server.reply(data)
        if reply is not None:
            connection.sendto(reply, self.client_address)


class DnsServer(socketserver.ThreadingUDPServer):
    """Use `start` and `stop`; `asked` counts questions by domain."""

    daemon_threads = True

    def __init__(self, mailboxes: Mailboxes, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.mailboxes = mailboxes
        self.asked: dict[str, int] = {}
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """For OUTREACH_DNS_RESOLVER."""
        return f"127.0.0.1:{self.server_address[1]}"

    def start(self) -> DnsServer:
        """Answer in a background thread."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and free the port."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join(timeout=5)
        self.server_close()

    def reply(self, data: bytes) -> bytes | None:
        """The answer to a question, as it goes over the wire."""
        question = dns.message.from_wire(data)
        asked = question.question[0]
        domain = str(asked.name).rstrip(".").lower()
        self.asked[domain] = self.asked.get(domain, 0) + 1
        truth = self.mailboxes.domain(domain)
        if truth == "silent":
            return None
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if truth == "no_domain":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for record in _records(truth, domain, asked.rdtype):
            answer.answer.append(dns.rrset.from_text(asked.name, 300, "IN", *record))
        return answer.to_wire()


def _records(truth: str, domain: str, kind: dns.rdatatype.RdataType) -> list[tuple[str, str]]:
    if kind == dns.rdatatype.MX and truth in ("mx", "parked"):
        return [("MX", f"10 mx.{domain}.")]
    if kind == dns.rdatatype.MX and truth == "null_mx":
        return [("MX", "0 .")]
    if kind == dns.rdatatype.NS and truth in ("mx", "parked"):
        return [("NS", "ns1.parked-domain.example." if truth == "parked" else f"ns1.{domain}.")]
    return []
