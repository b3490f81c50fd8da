"""A person's name as it is compared: what two spellings of one name have in common, and how much a spelling says.

Belongs here: the form and the grade of a name. Does not belong here: reading a name from text (`names`), the comparison
of two forms, which is SQL's alone (`marketing.names_compatible`), the table of nicknames (`nicknames`).

A form is five fields joined by "|": given names, family names, given names in one word, family names in one word with
their particles, suffix. Names in a field are separated by blanks; one name is its spelling and, after commas, what
else it may be written as (the full names of a nickname, other romanisations). A lost letter is "_", several or a cut
end "%", as LIKE has them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from outreach_pipeline.rules.name_words import PARTICLES, SUFFIXES
from outreach_pipeline.rules.nicknames import full_names
from outreach_pipeline.rules.texts import fold

# What a wrong decoder leaves in the place of a letter, and a typist's or a width's end of what was cut.
_LOST = re.compile(r"[?\ufffd]")
_CUT = re.compile(r"(?:\u2026|\.{3,})")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_ABBREVIATED = re.compile(r"[^\W\d_]{2,4}\.")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_SPLIT = re.compile(r"[\s\-\u2010-\u2015,/\u00b7\u30fb]+")
_PLAIN = re.compile(r"[A-Z][a-z]+")
_BETWEEN = frozenset({"und", "y", "e", "i"})  # von und zu Quill, Ortega y Gasset
# Letters that ICAO 9303 and DIN 5007 write as two (ä is ae, å is aa, ß is ss), then spellings of one sound that vary
# within one name (Meier, Meyer; Karl, Carl; Katharina, Katarina; Josef, Joseph; Sara, Sarah), then doubled letters.
_SAME = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("y", "i"), ("c", "k"), ("th", "t"))
_VOWELS = frozenset("aeiou")
_DOUBLED = re.compile(r"([a-z])\1+")

LOST, CUT, INITIAL_FIRST, INITIAL_LAST = 1, 2, 2, 4


class NameForm(NamedTuple):
    """`form` as the module says; `grade` 0 for a whole name, the higher the less the spelling says of it."""

    form: str
    grade: int


def name_form(first: str, last: str) -> NameForm:
    """The form and the grade of a name as `names` reads it: first names, last names with a suffix behind them."""
    if _PLAIN.fullmatch(first) and _PLAIN.fullmatch(last):  # two plain words are most names: 4 us against 25
        name, surname = _token(first.lower()), _key(last.lower())
        return NameForm(f"{name}|{surname}|{name.partition(',')[0]}|{surname}|", 0)
    words = _SPLIT.split(_APOSTROPHES.sub("", last).strip())
    suffix = ""
    while len(words) > 1 and (known := SUFFIXES.get(words[-1].strip(".").lower())):
        suffix = known
        words.pop()
    given = [token for word in _words_of(first) for token in _tokens(word, is_given=True)]
    by_word = [(word, _tokens(word, is_given=False)) for word in words]
    family = [token for _, tokens in by_word for token in tokens]
    telling = [
        token
        for at, (word, tokens) in enumerate(by_word)
        if fold(word) not in PARTICLES and (fold(word) not in _BETWEEN or at == len(by_word) - 1)
        for token in tokens
    ] or family
    form = "|".join((" ".join(given), " ".join(telling), _joined(given), _joined(family), suffix))
    return NameForm(form, _grade(given, telling))


def _words_of(first: str) -> list[str]:
    return _SPLIT.split(_APOSTROPHES.sub("", first).strip())


def _joined(tokens: list[str]) -> str:
    return "".join(token.partition(",")[0] for token in tokens)


def _grade(given: list[str], family: list[str]) -> int:
    both = " ".join((*given, *family))
    return (
        LOST * ("_" in both or "%" in both)
        + CUT * both.endswith("%")
        + INITIAL_FIRST * all(len(token) == 1 for token in given)
        + INITIAL_LAST * all(len(token) == 1 for token in family)
    )


def _tokens(word: str, *, is_given: bool) -> list[str]:
    """The tokens of one written word: initials that are written together are one each (G.S., GS)."""
    bare = word.replace(".", "")
    together = is_given and len(bare) == 2 and bare.isascii() and bare.isalpha() and bare.isupper()
    if _INITIALS.fullmatch(word) or together:
        return [_key(fold(letter)) for letter in bare]
    token = _token(word) if is_given else ",".join(_spellings(word))
    return [token] if token else []


@lru_cache(maxsize=16_384)
def _token(word: str) -> str:
    """A first name with the full names it may stand for, sorted: "brad,bradford,bradley"."""
    spelled = _spellings(word)
    if any(lost in each for each in spelled for lost in "_%"):
        return ",".join(spelled)
    roots = {_key(full) for full in full_names(fold(word))} - set(spelled)
    return ",".join((*spelled, *sorted(roots)))


@lru_cache(maxsize=65_536)
def _spellings(word: str) -> tuple[str, ...]:
    """The key of a word; for one in another script those of its romanisations."""
    pattern = _CUT.sub("\x02", _LOST.sub("\x01", word))
    if _ABBREVIATED.fullmatch(pattern):
        pattern = pattern.rstrip(".") + "\x02"
    if _is_latin(word):
        parts = re.split("([\x01\x02]+)", pattern)
        return (_pattern_key(parts),) if len(parts) > 1 else tuple(filter(None, (_key(fold(word).replace(" ", "")),)))
    folded = fold(word)
    readings = dict.fromkeys(
        _key(fold(anyascii(each)).replace(" ", ""))
        for each in (word, folded, *(folded.replace(*other) for other in _OTHER_READINGS))
    )
    return tuple(filter(None, readings))


# Letters that are romanised in several ways: Khristo and Hristo, Papadopoylos and Papadopoulos, Fedor and Fyodor.
_OTHER_READINGS = (("х", "h"), ("ου", "ou"), ("ье", "yo"), ("е", "yo"), ("е", "ye"))


def _is_latin(word: str) -> bool:
    return word.isascii() or all(unicodedata.name(char, "").startswith("LATIN") for char in word if char.isalpha())


def _pattern_key(parts: list[str]) -> str:
    """The key of a word with lost letters: one lost is one letter (or two that stand for one), more are any number."""
    made = _key("".join(
        ("_" if part == "\x01" else "%") if part[:1] in {"\x01", "\x02"} else fold(anyascii(part)).replace(" ", "")
        for part in parts
    ))  # fmt: skip
    return made if made.strip("_%") else ""


def _key(text: str) -> str:
    """A folded word as it is compared."""
    if not text.isascii():
        text = fold(anyascii(text)).replace(" ", "")
    for written, same in _SAME:
        text = text.replace(written, same)
    text = text[:1] + text[1:].replace("ph", "f")
    if text[-1:] == "h" and text[-2:-1] in _VOWELS:
        text = text[:-1]
    return _DOUBLED.sub(r"\1", text)
