"""What is true of addresses and domains, as the verifiers of the sandbox see it.

Belongs here: the words for a truth and how each verifier says them. Does not belong here: which address has which truth
(the world that is handed in).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Truth = Literal["good", "dead", "catch_all", "catch_all_dead", "role", "disposable", "spam_trap", "unknown"]
DomainTruth = Literal["mx", "no_domain", "no_mx", "null_mx", "parked", "silent"]

# good: somebody reads it. catch_all: the domain takes everything, and this one is read; catch_all_dead: it is not.
ZEROBOUNCE: dict[str, tuple[str, str]] = {
    "good": ("valid", ""), "dead": ("invalid", "mailbox_not_found"), "catch_all": ("catch-all", ""),
    "catch_all_dead": ("catch-all", ""), "role": ("do_not_mail", "role_based"),
    "disposable": ("do_not_mail", "disposable"), "spam_trap": ("spamtrap", ""),
    "unknown": ("unknown", "mail_server_did_not_respond"),
}  # fmt: skip
# The second one looks longer: it tells who is read at a domain that takes everything, and waits for slow servers.
MILLIONVERIFIER: dict[str, tuple[str, int, str]] = {
    "good": ("ok", 1, "ok"), "dead": ("invalid", 6, "does_not_exist"), "catch_all": ("ok", 1, "ok"),
    "catch_all_dead": ("catch_all", 2, "catch_all"), "role": ("ok", 1, "role"), "disposable": ("disposable", 5, "disposable"),
    "spam_trap": ("invalid", 6, "invalid"), "unknown": ("ok", 1, "ok"),
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
