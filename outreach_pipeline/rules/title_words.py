"""Turning a job title into words: folding, abbreviations, gendered endings, separators as words.

Belongs here: text -> list of tokens, the separators among them, because "&", "/", "|", "at" and brackets carry
meaning; the words that scripts without blanks run together. Does not belong here: times (`title_dates.py`),
what the words mean (`titles.toml`), how a title is read (`titles.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from outreach_pipeline.rules.title_dates import ENDED, OPEN

MAX_CHARACTERS = 500
"""Only so much of a title is read: the longest headline LinkedIn accepts has 220 characters."""
MAX_WORDS = 120
"""And so many words: 500 characters of a script without blanks may be 250 (5 ms, for each looks at all others)."""

SEPARATOR_KINDS = (",", "&", "/", "-", "|", "@", "(", ")")
"""The canonical separators a title is cut at; `titles.toml` lists which characters and words mean each."""

# NFKD does not take these apart, and people type them without the stroke.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
# Both genders in one word, in German "Leiter/in", "Leiter*in", "Leiter:innen", in French "directeur(trice)",
# "directeur·rice", in Portuguese "diretor(a)"
_GENDER = re.compile(
    r"(?<=[^\W\d_]{3})[/:*_·.(]-?(?:innen|in|trice|rice|ice|ere|ne|se|e|a|o|r|n)\)?(?![^\W_])"
)
_GENDER_MARKS = frozenset("/:*_·.(")
# "(m/w/d)", "F/H", "m/f/x" behind an advertised title
_SEX = re.compile(r"(?<![^\W_])[mfwhdxi](?:/[mfwhdxi]){1,3}(?![^\W_])")
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){1,5}[^\W\d_](?:\.|(?![^\W_]))")
_DASH = r"(?<!\S)-+|-+(?!\S)"
_WORD = r"[^\W_]+"
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def fold(text: str) -> str:
    """`text` in lower case without accents; punctuation stays, since it separates (unlike `texts.fold`)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().translate(_LETTERS)


def separator_pattern(separators: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern of a token, given the separators (character or word -> canonical kind).

    A token is a word, a separating character, or a dash with a space beside it.
    """
    signs = [key for key in separators if len(key) == 1 and not key.isalnum() and key != "-"]
    characters = "".join(re.escape(sign) for sign in signs)
    return re.compile(f"{_WORD}|[{characters}{ENDED}{OPEN}]|{_DASH}")


def run_together(words: Iterable[str]) -> re.Pattern[str] | None:
    """The pattern of those of `words` whose script puts no blanks between words, the longest first."""
    found = sorted((word for word in words if _IDEOGRAPH.search(word)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found))) if found else None


def tokens(
    text: str,
    separators: Mapping[str, str],
    pattern: re.Pattern[str],
    dates: Callable[[str], str],
    together: re.Pattern[str] | None,
) -> list[str]:
    """The words of `text` in order, each separator replaced by its canonical kind.

    A hyphen within a word only divides it ("co-CEO"); one with a space beside it separates ("CEO - Acme").
    `dates` puts signs in the place of times; `together` finds the words that are written without blanks.
    """
    folded = dates(fold(text[:MAX_CHARACTERS]))
    if together is not None and not folded.isascii():
        folded = together.sub(r" \g<0> ", folded)
    if not _GENDER_MARKS.isdisjoint(folded):
        if "/" in folded:
            folded = _SEX.sub(" ", folded)
        if "." in folded:
            folded = _DOTTED.sub(_undotted, folded)
        folded = _GENDER.sub("", folded)
    found = [separators.get(token, token) for token in pattern.findall(folded)]
    return ["-" if token[0] == "-" else token for token in found[:MAX_WORDS]]


def _undotted(match: re.Match[str]) -> str:
    return "".join(c for c in match.group() if c.isalnum()) + " "
