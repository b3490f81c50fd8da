"""What is true of addresses and domains, as the verifiers of the sandbox see it.

Belongs here: the words for a truth and how each verifier says them. Does not belong here: which address has which truth
(the world that is handed in).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from outreach_pipeline.sandbox.world.addresses import TrueAddress, is_told

Truth = Literal["good", "dead", "catch_all", "catch_all_told", "role", "disposable", "spam_trap", "unknown"]
DomainTruth = Literal["mx", "no_domain", "no_mx", "null_mx", "parked", "silent"]

# catch_all: the domain takes everything, and no verifier can tell more; catch_all_told: the second one can.
ZEROBOUNCE: dict[str, tuple[str, str]] = {
    "good": ("valid", ""), "dead": ("invalid", "mailbox_not_found"), "catch_all": ("catch-all", ""),
    "catch_all_told": ("catch-all", ""), "role": ("do_not_mail", "role_based"),
    "disposable": ("do_not_mail", "disposable"), "spam_trap": ("spamtrap", ""),
    "unknown": ("unknown", "mail_server_did_not_respond"),
}  # fmt: skip
# The second one looks longer: it tells who is read at a domain that takes everything, and waits for slow servers.
MILLIONVERIFIER: dict[str, tuple[str, int, str]] = {
    "good": ("ok", 1, "ok"), "dead": ("invalid", 6, "does_not_exist"), "catch_all_told": ("ok", 1, "ok"),
    "catch_all": ("catch_all", 2, "catch_all"), "role": ("ok", 1, "role"), "disposable": ("disposable", 5,
    "disposable"), "spam_trap": ("invalid", 6, "invalid"), "unknown": ("ok", 1, "ok"),
}  # fmt: skip
# One that asks mail servers cannot tell at such a domain.
SMTP_WORDS: dict[str, str] = {
    "good": "valid", "dead": "invalid", "catch_all": "risky", "catch_all_told": "risky", "role": "valid",
    "disposable": "risky", "spam_trap": "valid", "unknown": "unknown",
}  # fmt: skip


@dataclass
class Mailboxes:
    """The truth by address and by domain: from two dictionaries, else from `of` and `domain_of`; good and mx by
    default.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    of: Callable[[str], str | None] = lambda _address: None
    domain_of: Callable[[str], str | None] = lambda _domain: None

    def truth(self, address: str) -> str:
        """The truth of an address."""
        return self.addresses.get(address) or self.of(address) or "good"

    def domain(self, domain: str) -> str:
        """The truth of a domain."""
        return self.domains.get(domain) or self.domain_of(domain) or "mx"


def mailboxes_of(truth: Callable[[], Mapping[str, TrueAddress]], domains: Mapping[str, str]) -> Mailboxes:
    """The truth of a world: `truth` gives its addresses in the night it is in, `domains` what else is so of domains.

    An address that nobody states is no mailbox, unless its domain takes everything.
    """

    def of(address: str) -> str:
        known = truth()
        if address in known:
            state = {"moved": "dead"}.get(known[address].state, known[address].state)
            return "catch_all_told" if state == "catch_all" and is_told(address.partition("@")[2]) else state
        domain = address.partition("@")[2]
        takes_all = any(one.state == "catch_all" and at.endswith(f"@{domain}") for at, one in known.items())
        return "catch_all" if takes_all else "dead"

    return Mailboxes(of=of, domains=dict(domains))
