"""LinkedIn identities: which person or company an address, a URN or an id names.

Belongs here: the rules of LinkedIn's own addresses. Does not belong here: other URLs (`urls`); whether a slug
and an opaque id are the same person, which only a record that holds both can say.

One person has up to three names that cannot be turned into each other: the slug (public, may change), the
member id `ACoAA...` (the urn of profiles) and the number (`urn:li:member:N`). `ACwAA...` ids are opaque: they
differ from one search to the next. All `AC.AA` ids are case-sensitive; lower-casing them, as the original
did, destroys them.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from outreach_pipeline.rules.texts import clean, fold, is_absent, is_placeholder, unescape

_HOST = re.compile(r"^(?:https?:?/*)*(?:[a-z0-9-]+\.)*linkedin\.(?:com|cn)(?=[/?#]|$)/*", re.IGNORECASE)
# Addresses as nearly all sources write them; nothing is to be repaired: 2 us against 25.
_PLAIN_PROFILE = re.compile(r"https?://(?:www\.)?linkedin\.com/in/([a-z0-9][a-z0-9-]{0,99})/?")
_PLAIN_COMPANY = re.compile(r"https?://(?:www\.)?linkedin\.com/company/([a-z][a-z0-9-]{0,99})/?")
_PLAIN_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_PROFILE_PATH = re.compile(
    r"/*(?:mwlite/|m/)?(in|pub|profile/view|sales/lead|sales/people)/+([^/?#]+)(.*)", re.IGNORECASE
)
_COMPANY_PATH = re.compile(
    r"/*(?:mwlite/|m/)?(?:company-beta|company|school|showcase|sales/company)/+([^/?#]+)", re.IGNORECASE
)
_MEMBER_URN = re.compile(r"urn:li:(?:member|person):([0-9]{1,19})", re.IGNORECASE)
_PROFILE_URN = re.compile(
    r"urn:li:(?:fsd?_(?:mini)?profile|fs_miniProfile|fsd?_salesProfile):\(?([\w-]+).*", re.IGNORECASE
)
_COMPANY_URN = re.compile(
    r"urn:li:(?:fsd?_)?(?:normalized_company|company|organization|miniCompany|salesCompany|school):([0-9]{1,19})",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"AC[A-Za-z]AA[\w-]{20,60}", re.ASCII)
_OPAQUE_LOWERED = re.compile(r"ac[a-z]aa[a-z0-9_-]{34}", re.ASCII)  # 39 characters, as real ones have
_BARE_SLUG = re.compile(r"[\w-]{3,100}")
_FORBIDDEN = re.compile(r"[\s/?#%<>{}\[\]\"\\\ufffd\x00-\x1f]")
# Words that LinkedIn's own pages have where a slug stands, and what programs write in its place.
_EMPTY_SLUGS = frozenset({
    "unavailable", "undefined", "null", "nan", "none", "unknown", "me", "login", "in", "company", "dir", "search",
    "edit", "view", "profile", "setup", "signup", "authwall", "feed", "pub", "results", "settings",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkedInProfile:
    """What an address says of a person. Exactly one of slug, member_id, opaque_id is set, or none of them.

    slug       lower-case, percent-decoded, NFC ("josé-luis-fontán-1")
    member_id  "ACoAA...", case kept
    opaque_id  other "AC.AA..." ids, case kept; no identity across searches
    url        https://www.linkedin.com/in/<whichever is set>
    problem    "placeholder", "syntax", "not_linkedin", "not_a_profile", "old_address", "case_lost"
    """

    slug: str | None = None
    member_id: str | None = None
    opaque_id: str | None = None
    url: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class LinkedInCompany:
    """What an address says of a company: its slug or its number (never both), and the canonical address.

    problem    "placeholder", "syntax", "not_linkedin", "not_a_company"
    """

    slug: str | None = None
    number: str | None = None
    url: str | None = None
    problem: str | None = None


def read_profile(text: str | None) -> LinkedInProfile:
    """The person an address, a path, a URN, an opaque id or a bare slug names; `problem` says why nobody."""
    if is_absent(text):
        return LinkedInProfile()
    if (plain := _PLAIN_PROFILE.fullmatch(text or "")) and _is_plain_slug(plain[1]):
        return LinkedInProfile(slug=plain[1], url=f"https://www.linkedin.com/in/{plain[1]}")
    return _read_profile_slowly(text)


def _is_plain_slug(slug: str) -> bool:
    return slug not in _EMPTY_SLUGS and not _OPAQUE_LOWERED.fullmatch(slug)


def _read_profile_slowly(text: str | None) -> LinkedInProfile:
    cleaned = _unwrap(text)
    if is_placeholder(cleaned):
        return LinkedInProfile(problem="placeholder")
    if urn := _PROFILE_URN.fullmatch(cleaned):
        return _profile(urn[1])
    host = _HOST.match(cleaned)
    path = _PROFILE_PATH.fullmatch(cleaned[host.end() :] if host else cleaned)
    if path is not None:
        return _profile_at(path[1].lower(), path[2], path[3])
    if host:
        return LinkedInProfile(problem="not_a_profile")
    if _BARE_SLUG.fullmatch(cleaned) and not cleaned.isdigit():
        return _profile(cleaned)
    return LinkedInProfile(problem="not_linkedin" if "." in cleaned or "/" in cleaned else "syntax")


def _profile_at(place: str, name: str, rest: str) -> LinkedInProfile:
    if place.startswith("sales/"):
        name = name.partition(",")[0]  # /sales/lead/ACwAA...,NAME_SEARCH,x1y2
        return _profile(name) if _OPAQUE.fullmatch(name) else LinkedInProfile(problem="not_a_profile")
    if place == "pub" and name.lower() == "dir":  # the directory of all who are called so
        return LinkedInProfile(problem="not_a_profile")
    if place == "profile/view":
        return LinkedInProfile(problem="old_address")
    if place == "pub" and re.match(r"/[0-9a-f]{1,3}/[0-9a-f]{1,3}/[0-9a-f]{1,3}\b", rest, re.IGNORECASE):
        return LinkedInProfile(problem="old_address")  # /pub/ada-quill/1/2b/3c4 became another slug in 2014
    return _profile(name)


def _profile(name: str) -> LinkedInProfile:
    if _OPAQUE.fullmatch(name):
        url = f"https://www.linkedin.com/in/{name}"
        if name.startswith("ACo"):
            return LinkedInProfile(member_id=name, url=url)
        return LinkedInProfile(opaque_id=name, url=url)
    if _OPAQUE_LOWERED.fullmatch(name):
        return LinkedInProfile(problem="case_lost")
    slug = _slug(name)
    if slug is None:
        return LinkedInProfile(problem="syntax")
    if slug in _EMPTY_SLUGS:
        return LinkedInProfile(problem="placeholder")
    return LinkedInProfile(slug=slug, url=f"https://www.linkedin.com/in/{slug}")


def read_company(text: str | None) -> LinkedInCompany:
    """The company an address, a path, a URN, a number or a bare slug names; `problem` says why none.

    Schools and showcase pages share the name space of companies, so they are read as companies.
    """
    if is_absent(text):
        return LinkedInCompany()
    if (plain := _PLAIN_COMPANY.fullmatch(text or "")) and plain[1] not in _EMPTY_SLUGS:
        return LinkedInCompany(slug=plain[1], url=f"https://www.linkedin.com/company/{plain[1]}")
    if _PLAIN_NUMBER.fullmatch(text or ""):
        return LinkedInCompany(number=text, url=f"https://www.linkedin.com/company/{text}")
    return _read_company_slowly(text)


def _read_company_slowly(text: str | None) -> LinkedInCompany:
    cleaned = _unwrap(text)
    if is_placeholder(cleaned):
        return LinkedInCompany(problem="placeholder")
    if urn := _COMPANY_URN.fullmatch(cleaned):
        return _company(urn[1])
    host = _HOST.match(cleaned)
    path = _COMPANY_PATH.match(cleaned[host.end() :] if host else cleaned)
    if path is not None:
        return _company(path[1])
    if host:
        return LinkedInCompany(problem="not_a_company")
    number = re.sub(r"\.0+$", "", cleaned)  # spreadsheets make numbers of ids
    if _BARE_SLUG.fullmatch(number) or re.fullmatch(r"[0-9]+", number):
        return _company(number)
    return LinkedInCompany(problem="not_linkedin" if "." in cleaned or "/" in cleaned else "syntax")


def _company(name: str) -> LinkedInCompany:
    slug = _slug(name)
    if slug is None:
        return LinkedInCompany(problem="syntax")
    if slug in _EMPTY_SLUGS:
        return LinkedInCompany(problem="placeholder")
    if re.fullmatch(r"[0-9]{1,19}", slug):
        number = slug.lstrip("0")
        if not number:
            return LinkedInCompany(problem="placeholder")
        return LinkedInCompany(number=number, url=f"https://www.linkedin.com/company/{number}")
    return LinkedInCompany(slug=slug, url=f"https://www.linkedin.com/company/{slug}")


def member_number(text: str | None) -> str | None:
    """The digits of "urn:li:member:900000101", of plain digits, of a spreadsheet's float; else None."""
    if is_absent(text):
        return None
    cleaned = _unwrap(text)
    urn = _MEMBER_URN.fullmatch(cleaned)
    digits = urn[1] if urn else re.sub(r"\.0+$", "", cleaned)
    return (digits.lstrip("0") or None) if re.fullmatch(r"[0-9]{1,19}", digits) else None


def _unwrap(text: str | None) -> str:
    return unescape(clean(text) or "").strip(" '\"<>()[],;")


def _slug(text: str) -> str | None:
    """The slug in one spelling: percent-decoded (some actors encode what was encoded), lower-case, NFC.

    Brackets and quotes inside make it no slug: "<acme>" is what a template left, not the page of acme.
    """
    for _ in range(3):
        if "%" not in text:
            break
        text = unquote(text)
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).strip(" ',;")
    if not 1 <= len(text) <= 100 or _FORBIDDEN.search(text) or clean(text) != text or not fold(text):
        return None
    return text
