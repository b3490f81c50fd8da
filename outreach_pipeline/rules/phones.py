"""Telephone numbers: E.164 or nothing.

Belongs here: reading one number, and what a source's spelling does to it (spreadsheet floats, apostrophes,
dialling prefixes, extensions). Does not belong here: guessing. A local number is never padded, a missing
country never assumed: the original turned 555-0100 into +5550100 and silence into +10000000000.
"""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.reading import NOTHING, Reading, accepted, refused
from outreach_pipeline.rules.texts import clean, is_absent, is_placeholder

# A number is a run of these; whatever else is written (labels, words for extension in any language, pauses, a stroke
# before an alternate ending, a second number) stands before it or behind it. A plus begins a number of its own.
_RUN = re.compile(r"\+?[\d\s().\-]*\d[\d\s().\-]*")
_DASHES = str.maketrans({**dict.fromkeys("‐‑‒–—−﹣－", "-"), **dict.fromkeys("·•∙", " "), "\uff0b": "+"})
_NO_PHONE = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
_FAX = re.compile(r"(?:^|[^a-z])(?:tele)?fax", re.IGNORECASE)
_FLOAT = re.compile(r"\+?(\d)(?:[.,](\d+))?e\+?(\d+)", re.IGNORECASE)
_LONGEST = 300
_WHOLE = 7
"""Digits from which a run is a number; fewer behind one are its extension or an alternate ending."""
_VANITY = re.compile(r"(?:\+?1[\s.-]?)?\(?8\d\d\)?[\s.-]?[A-Z0-9][A-Z0-9\s.-]{6,12}", re.IGNORECASE)
# Already as it should be: nothing to take off, only to be judged by phonenumbers; 65 us against 120.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NANP = frozenset(phonenumbers.region_codes_for_country_code(1))

# Ranges that regulators set aside for fiction (US/CA 555-01XX, Ofcom, ACMA, ARCEP, BNetzA, ComReg, PTS):
# numbers of tests and demos. Nobody answers there, but they are well-formed, and the metadata calls some of
# them invalid.
_FICTION = re.compile(
    r"\+1[2-9]\d\d55501\d\d|\+441632960\d{3}|\+447700900\d{3}|\+442079460\d{3}|\+441134960\d{3}|\+448081570\d{3}"
    r"|\+443069990\d{3}|\+4930231\d{5,8}|\+492214710\d{3,6}|\+4969900090\d{0,2}|\+491523125\d{4}|\+49171392\d{5}"
    r"|\+33[1-5]9900\d{4}|\+33[12345]\d{2}3901\d{2}|\+3363998\d{4}|\+61[2378]5550\d{4}|\+61491570\d{3}"
    r"|\+35320915\d{4}|\+4681?46500\d{4}|\+46701740\d{3}"
)


def read_phone(text: str | None, region: str | None = None) -> Reading:
    """The number in E.164 ("+13045550142"). `region` is the ISO2 code of the place the record itself names,
    or None.

    Accepted: numbers possible and valid by phonenumbers' metadata, and the ranges set aside for fiction.
    Notes: "extension_dropped", "plus_added" (11 digits that begin with 1, no region), "prefix_replaced" (00,
    011), "float_repaired", "first_of_several".
    Problems: "placeholder", "no_region" (a national number, and nothing says of which nation), "local_only"
    (no area code; never padded), "precision_lost" (1.41556E+10), "syntax", "invalid".
    """
    if is_absent(text):
        return NOTHING
    if _E164.fullmatch(text or ""):
        return _judge(text or "", (text or "")[1:], region, [])
    return _read_slowly(text, region)


def _read_slowly(text: str | None, region: str | None) -> Reading:
    if len(text or "") > 10 * _LONGEST:
        return refused("syntax")
    cleaned = _plain_digits(clean((text or "").replace("\n", ";")) or "").strip(" '\"`’‘<>[];")
    if is_placeholder(cleaned):
        return refused("placeholder")
    notes: list[str] = []
    if written := _FLOAT.fullmatch(cleaned):
        cleaned = _unfloat(written)
        if not cleaned:
            return refused("precision_lost")
        notes.append("float_repaired")
    if _NO_PHONE.search(cleaned) or len(cleaned) > _LONGEST:
        return refused("syntax")
    number = cleaned if _VANITY.fullmatch(cleaned) and not _RUN.fullmatch(cleaned) else _find(cleaned, notes)
    if number is None:
        return refused("syntax")
    digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(number))
    return _judge(number, digits, region, notes)


def _plain_digits(text: str) -> str:
    """With the digits, dashes and signs of other widths and scripts as ASCII has them."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _unfloat(written: re.Match[str]) -> str:
    """The digits of 1.4155552671E10, where all of them are there; else nothing."""
    digits = written[1] + (written[2] or "")
    return digits if len(digits) == int(written[3][:3]) + 1 else ""


def _judge(number: str, digits: str, region: str | None, notes: list[str]) -> Reading:
    if (
        not digits
        or len(set(digits.removeprefix("1"))) < 2
        or digits in ("1234567890", "11234567890", "123456789")
    ):
        return refused("placeholder")
    return _read(number, digits, region.upper() if region else None, notes)


def _find(text: str, notes: list[str]) -> str | None:
    """The first number of a text that is no fax; what stood behind it is noted."""
    if re.fullmatch(r"\+?\d{7,}\.0+", text):
        notes.append("float_repaired")
        return text.partition(".")[0]
    text = re.sub(r"\(\s*((?:\+|00)\d{1,3})\s*\)", r" \1 ", text)  # (+33) 1 42 68 53 00
    text = re.sub(r"\+[+\s]+", "+", text)
    runs = [run for run in _RUN.finditer(text) if not _FAX.search(text[: run.start()].rpartition(";")[2][-12:])]
    at = next((n for n, run in enumerate(runs) if _digits(run[0]) >= _WHOLE - 2), 0)
    if at >= len(runs):
        return None
    number, end = runs[at][0], runs[at].end()
    while at + 1 < len(runs) and text[end : runs[at + 1].start()].strip() == "/" and _goes_on(number, runs[at + 1][0]):
        at += 1  # 030/123456
        number, end = f"{number} {runs[at][0]}", runs[at].end()
    behind = [_digits(run[0]) for run in runs[at + 1 :]]
    if behind:
        notes.append("first_of_several" if max(behind) >= _WHOLE else "extension_dropped")
    return re.sub(r"^\+00", "+", number.strip(" .-()" if number.count("(") != number.count(")") else " .-"))


def _digits(run: str) -> int:
    return sum(char.isdigit() for char in run)


def _goes_on(number: str, run: str) -> bool:
    """Whether a stroke is within the number (030/123456), not before an alternate ending (030 123456/57)."""
    if run.startswith("+"):
        return False
    if number.startswith("+1") and _digits(number) < 11:  # the length of every number there
        return True
    return _digits(number) < _WHOLE or (_digits(number) < _WHOLE + 2 and _digits(run) > 4)


def _read(number: str, digits: str, region: str | None, notes: list[str]) -> Reading:
    for candidate, note in _candidates(number, digits, region):
        parsed = _parse(candidate, None if candidate.startswith("+") else region)
        if parsed is not None and _is_callable(parsed):
            e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
            if parsed.extension and "extension_dropped" not in notes:
                notes = [*notes, "extension_dropped"]
            return accepted(e164, [*notes, note] if note else notes)
    if number.startswith("+") or digits.startswith("00"):
        return refused("invalid")
    if len(digits) <= 8 and (region is None or region in _NANP):
        return refused("local_only")
    return refused("no_region" if region is None else "invalid")


def _candidates(number: str, digits: str, region: str | None) -> list[tuple[str, str | None]]:
    """The ways to read the number, the likeliest first, with the note each deserves."""
    if number.startswith("+"):
        return [(number, None)]
    candidates: list[tuple[str, str | None]] = []
    if digits.startswith("00"):
        candidates.append(("+" + digits[2:], "prefix_replaced"))
    # Leeds is 0113 in the United Kingdom: without a region, 011 counts only before a whole international
    # number.
    if digits.startswith("011") and (region in _NANP if region else len(digits) >= 13):
        candidates.append(("+" + digits[3:], "prefix_replaced"))
    if region is not None:
        candidates.append((number, None))
    elif len(digits) == 11 and digits.startswith("1"):
        candidates.append(("+" + digits, "plus_added"))
    return candidates


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _is_callable(number: PhoneNumber) -> bool:
    if not phonenumbers.is_possible_number(number):
        return False
    if phonenumbers.is_valid_number(number):
        return True
    return _FICTION.fullmatch(phonenumbers.format_number(number, PhoneNumberFormat.E164)) is not None


def region_of_country(text: str | None) -> str | None:
    """The ISO2 code of a country's name or code, for `read_phone`; see `countries.country_code`."""
    return country_code(text)
