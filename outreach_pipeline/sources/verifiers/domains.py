"""What the DNS says about a mail domain, for nothing: whether anything can be sent there at all.

Belongs here: the questions and what their answers mean. Does not belong here: how long an answer is remembered
(`stages.verify_domains`), paid verifiers.

============================================ ==================================================================
answer                                       state
============================================ ==================================================================
the list of throw-away domains has it        disposable (nothing is asked)
MX "." alone (RFC 7505)                      null_mx
MX, or name servers, of a parking service    parked
MX                                           mx
no MX, but an address (RFC 5321, section 5.1) mx
no MX and no address                         no_mx
no such domain                               no_domain
time-out, refusal, failure of a server       unknown: never a no
============================================ ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import dns.exception
import dns.resolver

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.emails import is_disposable

# Services that put domains for sale on their own servers; a mailbox there is nobody's.
_PARKING = (
    "sedoparking.com", "parkingcrew.net", "bodis.com", "above.com", "parklogic.com", "afternic.com", "dan.com",
    "uniregistrymarket.link", "parked-domain.example", "namebrightdns.com", "undeveloped.com",
)  # fmt: skip
_AT_ONCE = 16


class DomainState(NamedTuple):
    """A domain, its state (see the table), and the host that takes its mail."""

    domain: str
    state: str
    mail_host: str | None = None


def make_resolver(server: str | None, timeout_secs: float) -> dns.resolver.Resolver:
    """The resolver that is asked: `server` as "address" or "address:port", None for the machine's own.

    Raises ConfigurationError when it is no address.
    """
    try:
        resolver = dns.resolver.Resolver(configure=server is None)
        if server is not None:
            host, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
            resolver.nameservers = [host or server]
            resolver.port = int(port) if port else 53
    except (ValueError, dns.resolver.NoResolverConfiguration):
        raise ConfigurationError(
            "There is no DNS resolver to ask.",
            next_step='Set OUTREACH_DNS_RESOLVER, as "192.0.2.53" or "192.0.2.53:53".',
        ) from None
    resolver.lifetime = resolver.timeout = timeout_secs
    return resolver


def look_up(resolver: dns.resolver.Resolver, domains: Iterable[str]) -> Iterator[DomainState]:
    """The state of each domain, several at once, in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(partial(_state_of, resolver), domains)


def _state_of(resolver: dns.resolver.Resolver, domain: str) -> DomainState:  # noqa: PLR0911 - one per row of the table
    if is_disposable(domain):
        return DomainState(domain, "disposable")
    try:
        answer = resolver.resolve(domain, "MX")
    except dns.resolver.NXDOMAIN:
        return DomainState(domain, "no_domain")
    except dns.resolver.NoAnswer:
        return _without_mx(resolver, domain)
    except (dns.exception.DNSException, OSError, UnicodeError):
        return DomainState(domain, "unknown")
    hosts = [str(each.exchange).rstrip(".").lower() for each in sorted(answer, key=lambda each: each.preference)]
    if hosts == [""]:
        return DomainState(domain, "null_mx")
    if any(_is_parking(host) for host in hosts) or _is_parked(resolver, domain):
        return DomainState(domain, "parked", hosts[0])
    return DomainState(domain, "mx", hosts[0])


def _without_mx(resolver: dns.resolver.Resolver, domain: str) -> DomainState:
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind)
        except dns.resolver.NoAnswer:
            continue
        except dns.resolver.NXDOMAIN:
            return DomainState(domain, "no_domain")
        except (dns.exception.DNSException, OSError):
            return DomainState(domain, "unknown")
        return DomainState(domain, "parked" if _is_parked(resolver, domain) else "mx", domain)
    return DomainState(domain, "no_mx")


def _is_parked(resolver: dns.resolver.Resolver, domain: str) -> bool:
    """By its name servers; what cannot be found out is no evidence."""
    try:
        return any(_is_parking(str(each.target).rstrip(".").lower()) for each in resolver.resolve(domain, "NS"))
    except (dns.exception.DNSException, OSError):
        return False


def _is_parking(host: str) -> bool:
    return any(host == service or host.endswith(f".{service}") for service in _PARKING)
