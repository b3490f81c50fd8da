"""Companies: names for display, keys for comparison, and the two numbers sources give (headcount, founding
year).

Belongs here: what a company's own fields say. Does not belong here: domains (`urls`), LinkedIn ids
(`linkedin`), and deciding that two companies are one (a stage does, from several keys together).
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from outreach_pipeline.rules.company_words import LOOSE, telling_words, without_forms
from outreach_pipeline.rules.reading import NOTHING, Reading, accepted, refused
from outreach_pipeline.rules.texts import clean, fold, is_absent, is_placeholder, unescape

_FORMERLY = re.compile(
    r"\(\s*(?:formerly|previously|formally|fka|f/k/a|f\.k\.a\.?|ehemals|früher|vormals|anciennement|ex[- ])"
    r"(?:\s+known)?(?:\s+as)?:?\s*([^()]+?)\s*\)",
    re.IGNORECASE,
)
_TRADE_MARK = re.compile(r"[™®℠]|\((?:tm|r|sm|c)\)", re.IGNORECASE)
# What people write where their employer should be; as a company it would gather every freelancer in one
# master.
_OWN_BOSS = frozenset({
    "self employed", "selfemployed", "self", "freelance", "freelancer", "freelancing", "independent",
    "consultant", "independent consultant", "independent contractor", "selbststandig", "selbstandig",
    "freiberuflich", "freiberufler", "auto entrepreneur", "independant", "autonomo",
    "libero professionista", "zzp", "unemployed", "retired", "student", "open to work",
    "seeking new opportunities", "looking for opportunities", "career break", "in transition",
    "between jobs", "no company", "homemaker",
})  # fmt: skip
_NO_COMPANY = _OWN_BOSS | {
    "stealth", "stealth startup", "stealth mode", "stealth mode startup", "stealth company", "confidential",
    "confidential company", "various", "various companies", "multiple", "private", "personal", "unknown company",
}  # fmt: skip


_LONGEST = 1_000


def read_company_name(text: str | None) -> Reading:
    """The name for display: entities and blanks repaired, trade marks and a trailing comma gone; case and legal form
    as they are.

    Problems: "placeholder" ("Unknown", "#REF!"), "no_company" ("Self-employed", "Stealth Startup"), "too_long" (a text
    about the company).
    """
    if is_absent(text):
        return NOTHING
    if len(text or "") > _LONGEST:
        return refused("too_long")
    name = (clean(_TRADE_MARK.sub("", unescape(clean(text) or ""))) or "").strip(" ,;|\"'`“”")
    if is_placeholder(name):
        return refused("placeholder")
    if fold(name) in _NO_COMPANY:
        return refused("no_company")
    return accepted(name)


def is_own_boss(text: str) -> bool:
    """Whether what stands for an employer says that there is none: self-employed, retired, between jobs."""
    return fold(text) in _OWN_BOSS


def clean_company_name(text: str | None) -> str | None:
    """The name for display, or None; `read_company_name` also says why."""
    return read_company_name(text).value


def former_name(text: str | None) -> str | None:
    """The earlier name in "New Name (formerly Old Name)", cleaned; None when there is none."""
    found = _FORMERLY.search(unescape(clean(text) or ""))
    return clean_company_name(found[1]) if found else None


@lru_cache(maxsize=16_384)  # a company comes back with each of its people: 30 us once
def company_key(text: str | None) -> str | None:
    """What two spellings of one company share: "BRAMBLEWICK STAFFING GROUP, LLC" -> "bramblewick staffing
    group".

    Folded; "&" is "and"; remarks in brackets, a leading "the" and legal forms at either end are dropped, never
    to nothing. Words that distinguish (Group, Holdings, a place, also in brackets) stay. None where the name is no
    company's. A match key only: it is never shown.
    """
    name = clean_company_name(text)
    if name is None:
        return None
    key = " ".join(telling_words(name))
    return None if is_placeholder(key) or key in _NO_COMPANY else key  # "The Company", "Private LLC"


def company_key_loose(text: str | None) -> str | None:
    """The key without Group, Holdings, International: to suggest a pair for review, never to merge it."""
    key = company_key(text)
    if key is None:
        return None
    words = [word for word in key.split() if word not in LOOSE]
    return " ".join(without_forms(words)) or key


@dataclass(frozen=True, slots=True)
class Headcount:
    """Employees: a number, or the bounds of a range (never turned into a number).

    value    employees, >= 0; None for a range
    low      lower bound of a range; high its upper bound, None when open ("10,001+")
    problem  "syntax", "placeholder", "negative", "too_large", "reversed_range"
    note     "range", else None
    """

    value: int | None = None
    low: int | None = None
    high: int | None = None
    problem: str | None = None
    note: str | None = None


MAX_EMPLOYEES = 20_000_000
"""More than the largest employers have (2.3 million in companies, 3 million in armies), with some room."""

_COUNT = r"(\d{1,3}(?:[, '.’]\d{3})+|\d+(?:\.\d+)?)\s*([km])?"
_STAFF = re.compile(
    r"\s*(?:employees?|people|staff|mitarbeiter(?:innen|:innen)?|employés|fte|workers)\.?$", re.IGNORECASE
)
_RANGE = re.compile(rf"{_COUNT}\s*(?:-|–|—|‑|\bto\b|\bbis\b)\s*{_COUNT}", re.IGNORECASE)


def read_employee_count(text: str | float | None) -> Headcount:  # noqa: PLR0911 - refusals read best in their order
    """A headcount as sources write it: 63, "51-200", "1,001-5,000 employees", "10,001+" or the like."""
    if text is None or is_absent(str(text)):
        return Headcount()
    cleaned = _STAFF.sub("", (clean(str(text)) or "")).strip(" ~\"'")
    if is_placeholder(cleaned):
        return Headcount(problem="placeholder")
    if re.fullmatch(r"myself only|self[- ]employed", cleaned, re.IGNORECASE):
        return Headcount(value=1)
    if span := _RANGE.fullmatch(cleaned):
        return _range(_number(span[1], span[2]), _number(span[3], span[4]))
    if start := re.fullmatch(rf"(?:>|over|more than)?\s*{_COUNT}\s*(\+)?", cleaned, re.IGNORECASE):
        count = _number(start[1], start[2])
        if count is not None and (start[3] or not cleaned[0].isdigit()):
            return _range(count, None)
        return _exactly(count)
    if re.fullmatch(r"-\d+(?:\.\d+)?", cleaned):
        return Headcount(problem="negative")
    return Headcount(problem="syntax")


def _exactly(count: int | None) -> Headcount:
    if count is None:
        return Headcount(problem="syntax")
    return Headcount(value=count) if count <= MAX_EMPLOYEES else Headcount(problem="too_large")


def _range(low: int | None, high: int | None) -> Headcount:
    if low is None:
        return Headcount(problem="syntax")
    if max(low, high or 0) > MAX_EMPLOYEES:
        return Headcount(problem="too_large")
    if high is not None and high < low:
        return Headcount(problem="reversed_range")
    return Headcount(low=low, high=high, note="range")


def _number(digits: str, unit: str | None) -> int | None:
    factor = {"k": 1_000, "m": 1_000_000}.get((unit or "").lower(), 1)
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):  # "1.187" is refused below: 1187 in German, 1.2 in English
        number = float(digits) * factor
    else:
        number = float(re.sub(r"\D", "", digits)) * factor
    return round(number) if math.isfinite(number) and abs(number - round(number)) < 1e-6 else None


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year, or why there is none: "syntax", "placeholder", "out_of_range"."""

    value: int | None = None
    problem: str | None = None


FIRST_YEAR = 1700


def read_year(text: str | float | None, this_year: int | None = None) -> Year:
    """The year in "1998", 1998.0, "1961-01-01", "11-2023"; from 1700 to `this_year` (default: today's)."""
    if text is None or is_absent(str(text)):
        return Year()
    cleaned = clean(str(text)) or ""
    if is_placeholder(cleaned) or re.fullmatch(r"0+(?:\.0+)?", cleaned):
        return Year(problem="placeholder")
    plain = re.fullmatch(r"(\d{1,6})(?:\.0+)?", cleaned)
    dated = re.match(r"(\d{4})-\d{1,2}(?:-\d{1,2})?(?:[T ].*)?$", cleaned)
    ended = re.fullmatch(r"(?:\d{1,2}[-/.]){1,2}(\d{4})|[^\W\d]{3,9}\.? (?:\d{1,2}, )?(\d{4})", cleaned)
    found = plain or dated or ended
    if found is None:
        return Year(problem="syntax")
    year = int(next(group for group in found.groups() if group))
    latest = this_year if this_year is not None else datetime.now(UTC).year
    return Year(year) if FIRST_YEAR <= year <= latest else Year(problem="out_of_range")
