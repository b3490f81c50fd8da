"""URLs: reading them into one canonical spelling, and the registrable domain a company is recognised by.

Belongs here: any web address. Does not belong here: what a LinkedIn path means (`linkedin`), e-mail
addresses. Nothing is fetched: the public suffix list is the dated copy inside the package, so the same text
always gives the same domain.
"""

import ipaddress
import re
from functools import cache
from urllib.parse import quote

import idna
from publicsuffixlist import PublicSuffixList

from outreach_pipeline.rules.hosts import LISTINGS, LONGEST_HOST, SHARED, SOCIAL
from outreach_pipeline.rules.reading import NOTHING, Reading, accepted, refused
from outreach_pipeline.rules.texts import clean, is_absent, is_placeholder, unescape

# "https://https://x", "https://http://x", "http:/x", "https//x", "//x": five of them among a thousand real
# websites.
# What most websites look like: nothing is to be repaired, 2 us against 20.
_PLAIN = re.compile(
    r"(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?\.){1,4}[a-z]{2,20})((?:/[A-Za-z0-9_-]{1,60}){0,3})/?"
)
_SCHEMES = re.compile(r"^(?:(?:https?\s*(?::+[/\\]*|[/\\]{2,}))+|[/\\]{2,})", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"^[a-z][a-z0-9+-]*:(?![0-9]+(?:[/?#]|$))", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_TRACKING = re.compile(
    r"(?:utm_\w+|gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid"
    r"|mc_eid|_hsenc|_hsmi|hsctatracking|mkt_tok|trk|trkinfo|originalsubdomain|_ga|_gl|ref_src|y_source)",
    re.IGNORECASE,
)
_NOT_OWN = SOCIAL | SHARED | LISTINGS
_WRAPPING = " \t'\"<>()[]{}“”‘’«»,;"


def read_url(text: str | None) -> Reading:
    """The address as "https://host[:port][/path][?query]"; https even where the source says http.

    Repairs, with a note: "scheme_doubled", "scheme_repaired". Silently canonical: a missing scheme, case of
    the host, default ports, fragments, tracking parameters, a final slash, HTML entities, non-ASCII letters
    (percent-encoded; in the host, punycode).
    Problems: "placeholder", "syntax", "scheme" (mailto:, javascript:, ...), "credentials", "private_host".
    """
    if is_absent(text):
        return NOTHING
    if (plain := _PLAIN.fullmatch(text or "")) and not is_placeholder(text) and not _is_private(plain[1]):
        return accepted(f"https://{plain[1]}{plain[2]}")
    return _read_slowly(text)


def _read_slowly(text: str | None) -> Reading:  # noqa: PLR0911 - refusals read best in their order
    cleaned = unescape(clean(text) or "").lstrip(_WRAPPING).rstrip(_WRAPPING + ".")
    if is_placeholder(cleaned):
        return refused("placeholder")
    scheme = _SCHEMES.match(cleaned)
    rest = cleaned[scheme.end() :] if scheme else cleaned
    notes = _scheme_notes(scheme[0]) if scheme else []
    if scheme is None and _OTHER_SCHEME.match(rest):
        return refused("scheme")
    if re.search(r"[\s<>\"\\^`{}|]", rest):
        return refused("syntax")
    authority, tail = _cut(rest, "/?#")
    if "@" in authority:
        return refused("credentials")
    name, colon, port = authority.partition(":")
    host = ascii_host(name)
    if host is None or (
        colon and port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536)
    ):
        return refused("syntax")
    if _is_private(host):
        return refused("private_host")
    kept_port = f":{int(port)}" if port and int(port) not in (80, 443) else ""
    return accepted(f"https://{host}{kept_port}{_tail(tail)}", notes)


def _scheme_notes(scheme: str) -> list[str]:
    names = re.findall(r"https?", scheme, re.IGNORECASE)
    if len(names) > 1:
        return ["scheme_doubled"]
    return [] if re.fullmatch(r"(?:https?:)?//", scheme, re.IGNORECASE) else ["scheme_repaired"]


def _cut(text: str, stops: str) -> tuple[str, str]:
    at = min((text.find(stop) for stop in stops if stop in text), default=len(text))
    return text[:at], text[at:]


def _tail(text: str) -> str:
    """Path and query, canonical: no fragment, tracking or final slash, percent-encoded where it must be."""
    text = text.partition("#")[0]
    path, _, query = text.partition("?")
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    kept = [pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    path, query = (_encode(part) for part in (path, "&".join(kept)))
    return (path + (f"?{query}" if query else "")).rstrip(_WRAPPING + "/.?&")


def _encode(text: str) -> str:
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return quote(text.encode("utf-8", "replace"), safe="%/:@!$&'()*+,;=~-._?[]")


def ascii_host(text: str) -> str | None:
    """The host in lower-case ASCII (punycode where needed), or None when it cannot be a public host name.

    A host has a dot, labels of 1 to 63 characters, and a last label that is no number unless it is an IPv4
    address.
    """
    host = text.strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return None
    labels = host.split(".")
    if len(labels) < 2 or len(host) > LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if labels[-1].isdigit():
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host


def _is_ip(host: str) -> bool:
    return host.rpartition(".")[2].isdigit()


def _is_private(host: str) -> bool:
    if _is_ip(host):
        return not ipaddress.IPv4Address(host).is_global
    return host.endswith((".local", ".localhost", ".internal", ".lan", ".localdomain", ".arpa", ".onion"))


def host_of(url: str | None) -> str | None:
    """The host of a URL or of a bare host name, ASCII and lower-case; None when there is none."""
    value = read_url(url).value
    return None if value is None else _host(value)


def _host(canonical: str) -> str:
    return _cut(canonical.removeprefix("https://"), "/?:")[0]


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # 65 ms, so at first use and not at import


def registrable_domain(text: str | None) -> str | None:
    """The domain somebody registered: "https://shop.acme.co.uk/x" -> "acme.co.uk", in ASCII and lower-case.

    Takes a URL or a host. Private suffixes count (acme.myshopify.com is one registrant), and so does every
    unknown top level domain, among them the reserved `.example` and `.test`. None for public suffixes and IP
    addresses.
    """
    host = host_of(text)
    return None if host is None else _registrable(host)


def _registrable(host: str) -> str | None:
    domain: str | None = None if _is_ip(host) else _suffixes().privatesuffix(host)
    return domain


def is_social_or_shared_host(domain: str | None) -> bool:
    """Whether the host or one of its parents is a social network, a page builder, a directory or a map.

    A page there says nothing about whose domain it is, so it is neither a company's website nor its identity.
    A bare domain in a column of its own cannot be told from a page there, so listings (yelp.com) count here.
    """
    return _below(domain, _NOT_OWN)


def _below(domain: str | None, listed: frozenset[str]) -> bool:
    if not domain or len(domain) > LONGEST_HOST:
        return False
    labels = domain.lower().rstrip(".").split(".")
    hosts = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return any(host in listed for host in hosts)


def read_website(text: str | None) -> Reading:
    """A company's own website, as `read_url`; further problems: "email_address", "social_page", "ip_address".

    "social_page" covers every host of `is_social_or_shared_host`, and Google's maps and search pages. The
    bare address of a listing ("https://ir.doordash.com") is accepted: it is that company's own.
    """
    reading = read_url(text)
    if reading.problem in ("credentials", "scheme") and re.search(r"[\w.+-]@[\w-]{1,63}\.", text or ""):
        return refused("email_address")
    if reading.value is None:
        return reading
    host = _host(reading.value)
    if _is_ip(host):
        return refused("ip_address")
    google_page = re.match(r"https://(?:www\.)?google\.[a-z.]+/(?:maps|search|url)\b", reading.value)
    listed = _below(host, LISTINGS) and reading.value.removeprefix("https://") != host
    if google_page or listed or _below(host, SOCIAL) or _below(host, SHARED):
        return refused("social_page")
    if _registrable(host) is None:
        return refused("syntax")  # a bare public suffix such as co.uk
    return reading


def domain_of_website(url: str | None) -> str | None:
    """The registrable domain of a company's own website; None where `read_website` refuses it."""
    value = read_website(url).value
    return None if value is None else _registrable(_host(value))
