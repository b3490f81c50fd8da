"""What people write around their names: remarks, pronouns, hashtags, maiden names, titles, letters behind the name.

Belongs here: taking it off, so that the name stays. Does not belong here: which of the words left is the first and
which the last name (`names`), the tables of words (`name_words`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from outreach_pipeline.rules.name_case import bare_word
from outreach_pipeline.rules.name_words import (
    AMBIGUOUS_CREDENTIALS,
    CREDENTIALS,
    HONORIFICS,
    PARTICLES,
    SOFTWARE_NOTHING,
    SUFFIXES,
    SUFFIXES_WITH_DOT,
    TITLES_WRITTEN_OUT,
)
from outreach_pipeline.rules.nicknames import full_names
from outreach_pipeline.rules.texts import clean, fold, unescape, word_set

OBFUSCATED = re.compile(r"[*•█▪●]|\.{3}|…")
_SUFFIX_IN_BRACKETS = re.compile(r"[(\[]\s*((?:jr|sr|jnr|snr|ii|iii|iv)\.?)\s*[)\]]", re.IGNORECASE)
_ASIDE = re.compile(
    r"""\([^()]*\)?|\[[^\[\]]*\]?|\{[^{}]*\}?|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|(?<!\S)['‘][^'’]+['’](?!\S)"""
)
# Pronouns come in twos and threes, with a stroke between them (LinkedIn's field, and what people type in its place).
_PRONOUN = (
    "she|her|hers|he|him|his|they|them|theirs|xe|xem|ze|zir|any|sie|ihr|er|ihm|elle|elles|il|lui|iel|ella|el|él|elle|lei|zij|"
    "ze|haar|hij|hem|hen|hun|die|diens|ela|dela|ele|dele|ona|jej|on|jego|hon|henne|han|honom|hun|hende|ham"
)
_PRONOUNS = re.compile(
    rf"(?:^|(?<=[\s,;\-–—•·|]))(?:{_PRONOUN})(?:\s*[/|\\]\s*(?:{_PRONOUN}))+(?![^\W_])"
    rf"|,\s*(?:{_PRONOUN}),\s*(?:{_PRONOUN})\s*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?<!\S)[#@][^\W_][\w-]*")
# "Ada Quill née Tarn": who she was is no part of her name. Small letters, for Born and Nata are names.
_MAIDEN = re.compile(
    r"[\s,]+(?:n[ée]e|neé|geb\.?|geborene?r?|geboren|z domu|rozená|nat[ao]|nacid[ao]|nascid[ao]|born|née?|f\.|født|"
    r"född|szül\.|formerly|ehem\.|ehemals|anc\.|épouse|verh\.|maiden name|prev\.)\s+\S.*$"
)
_REMARK = re.compile(r"\s+[-–—~]+\s+.*$|\s*[|•·►→✦➡➔➜➤].*$")
# A text without any of these has no remark: the signs above, and the small words of maiden names.
_SIGN = re.compile(r"""[()\[\]{}"'|#@/\\*~]|\s-|\s(?:[a-z]{1,2}\.|[a-z]{3,})|,\s*(?:[a-z]|He\b|She\b|They\b)""")
_EDGES = " ,;-–—'\"|~"
_DOTTED = re.compile(r"(?=.*[^\W\d_]{2,}\.)[^\W\d_][^\W\d_.-]*(?:[.-]+[^\W\d_]+)*\.?|(?:[a-z]\.){1,3}")
_LONGEST_TITLE = 30
_CREDENTIAL_SHAPE = re.compile(r"[A-Z]{3,6}")
_SOUNDS = frozenset("AEIOUY")
_ONSETS = word_set("SCH STR SHR THR CHR SPR SCR SPL PHR SZC KRZ PRZ BRZ GRZ TRZ WRZ")


@dataclass(slots=True)
class Bare:
    """A field without its decoration: its words, the suffix behind them (a key of SUFFIXES_SHOWN), what was done.

    swapped  "Quill, Ada": `words` are those of the last name (`family` many) behind those of the first
    """

    words: list[str] = field(default_factory=list)
    suffix: str | None = None
    family: int = 0

    @property
    def text(self) -> str | None:
        """The words as text; None where nothing is left."""
        return " ".join(self.words) or None


def undress(text: str | None, notes: dict[str, None], *, whole: bool = True) -> Bare:
    """One field without what is no name. `whole`: a full name, in which a comma may turn the order."""
    cleaned = clean(unescape(clean(text) or ""))
    if cleaned is None or cleaned in SOFTWARE_NOTHING:
        return Bare()
    if "\ufffd" in cleaned or re.search(r"[^\W\d]\?[^\W\d]", cleaned):
        notes["broken_encoding"] = None  # "O?Shaughnessy": which letter it was, nobody can say
    kept = _without_remarks(cleaned, notes)
    bare = _take_apart(" ".join(kept.split()).strip(_EDGES), notes, whole=whole)
    bare.words = _without_titles(bare.words, notes, least=2 if whole else 1)
    if bare.words and len(last := bare.words[-1]) > 3 and last.count(".") == 1:
        bare.words[-1] = last.rstrip(".")
    text_left = " ".join(bare.words).strip(_EDGES)
    bare.words = text_left.split() if fold(text_left) or OBFUSCATED.search(text_left) else []
    return bare


def _without_remarks(text: str, notes: dict[str, None]) -> str:
    if text.isascii() and not _SIGN.search(text):
        return text
    kept = _SUFFIX_IN_BRACKETS.sub(r" \1 ", text)
    if "/" in kept and _is_credential(kept.rpartition("/")[2].strip(), after_comma=True):
        kept = kept.replace("/", ", ")  # "Ada Quill/CPA"
    if kept[:1] in "*(" and kept[-1:] in "*)" and not fold(_ASIDE.sub(" ", kept.strip("*"))):
        kept = kept[1:-1]
    elif kept[:1] == kept[-1:] == "*":
        kept = kept.strip("*")
    for pattern, note, least in (
        (_PRONOUNS, "remark_dropped", 1), (_TAG, "remark_dropped", 1), (_ASIDE, "nickname_dropped", 1),
        (_MAIDEN, "remark_dropped", 1), (_REMARK, "remark_dropped", 1),
    ):  # fmt: skip
        without = pattern.sub(" ", kept)
        if without != kept and len(fold(without).split()) >= least:
            kept = " ".join(without.split())  # a long run of blanks is looked through from each of them
            notes[note] = None
    return "".join(
        char if char == "\ufffd" or unicodedata.category(char) not in ("So", "Sk", "Co", "Cn") else " " for char in kept
    )


def _take_apart(text: str, notes: dict[str, None], *, whole: bool) -> Bare:
    """At its commas: suffixes, letters behind the name, a first name behind the last, remarks."""
    head, *pieces = (piece.strip() for piece in text.split(","))
    words, suffix = head.split(), None
    names: list[list[str]] = []
    dropped = False
    for at, piece in enumerate(filter(None, pieces)):
        if is_suffix(piece):
            suffix = suffix or _suffix(piece)
        elif all(_is_credential(word, after_comma=True) for word in piece.split()):
            dropped = True
        elif at == 0 or names or not dropped:
            names.append(piece.split())
    bare = Bare()
    words, suffix, cut = _without_ends(words, suffix, 3 if whole and not names else 2)
    dropped |= cut
    if whole and names and _is_family(words, names[0]):
        given, suffix, cut = _without_ends(names.pop(0), suffix)
        given = _without_titles(given, notes, least=1)
        words = _without_titles(words, notes, least=1)
        bare.family = len(words)
        words = given + words
        notes["swapped"] = None
        dropped |= cut
    if names:
        notes["remark_dropped"] = None  # "Ada Quill, Certified Coach"
    if dropped:
        notes["credentials_dropped"] = None
    bare.words, bare.suffix = words, suffix
    return bare


def _is_family(words: list[str], given: list[str]) -> bool:
    """Whether "words, given" is a last name and a first name, not a name and a remark."""
    if len(words) == 1 or fold(words[0]) in PARTICLES:
        return True
    core = [word for word in words if not _is_title(word)]
    shouted = all(word.isupper() for word in words) and not all(word.isupper() for word in given)
    return len(core) == 1 or shouted


def _without_ends(words: list[str], suffix: str | None, least: int = 2) -> tuple[list[str], str | None, bool]:
    """Without credentials and suffixes behind the words; what may be a name too only where `least` words are there."""
    shouted = all(word.isupper() for word in words)
    kept, dropped = list(words), False
    while len(kept) > 1:
        last, may_be_name = kept[-1], len(kept) >= least
        if is_suffix(last) and (may_be_name if bare_word(last) in _PLAIN_SUFFIXES else len(kept) > 2):
            suffix = suffix or _suffix(last)
        elif _is_credential(last, after_comma=False) or (
            may_be_name and not shouted and (_is_unspeakable(last) or _is_behind_others(kept))
        ):
            dropped = True
        elif not (dropped and fold(last) in {"chartered", "certified"}):
            break
        kept.pop()
    if least == 2 and len(kept) > 1 and bare_word(kept[0]) in _PLAIN_SUFFIXES:
        suffix = suffix or _suffix(kept.pop(0))  # last name "III Quill"
    return kept, suffix, dropped


def _is_behind_others(words: list[str]) -> bool:
    """Letters that count only behind a whole name (CEO) or behind other letters ("CPA CA")."""
    if len(words) < 3:
        return False
    return words[-1] in _ROLES or (words[-1] in _BOTH and _is_credential(words[-2], after_comma=False))


# Ambiguous letters that count behind others ("CPA CA"), and suffixes that are hardly anybody's last name.
_BOTH = frozenset({"CA", "MA", "BA", "PE", "RD"})
_ROLES = frozenset({"CEO", "CFO", "COO", "CTO", "CIO", "CMO", "CHRO", "HR"})
_PLAIN_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "jnr", "snr"})


def is_suffix(word: str) -> bool:
    """Whether the word is Jr., III or the like."""
    bare = bare_word(word)
    return bare in SUFFIXES and (bare not in SUFFIXES_WITH_DOT or word.endswith("."))


def _suffix(word: str) -> str:
    return SUFFIXES[bare_word(word)]


def _is_credential(word: str, *, after_comma: bool) -> bool:
    bare = bare_word(word.strip("()"))
    if bare in CREDENTIALS:
        return True
    if bare in AMBIGUOUS_CREDENTIALS:
        return (after_comma or word.count(".") > 1) and word.upper() == word
    return after_comma and _is_unspeakable(word)


def _is_unspeakable(word: str) -> bool:
    """Letters that nobody could be called: FRSA, FCIPD, CBE; "KRZAK" and "MCGEE" are names in capitals."""
    if not _CREDENTIAL_SHAPE.fullmatch(word):
        return False
    if not set(word) & _SOUNDS:
        return True
    return word[:3] not in _ONSETS and not word.startswith("MC") and not set(word[:3]) & _SOUNDS


def _without_titles(words: list[str], notes: dict[str, None], *, least: int) -> list[str]:
    """Without titles in front; one that is also a name, or an unknown abbreviation, only before `least` words."""
    kept = words
    while len(kept) > 1:
        rest = len(kept) - 1
        if _is_title(kept[0]) or (rest >= least and _is_doubtful_title(kept)):
            kept = kept[1:]
        elif rest > 1 and fold(kept[0]) == "the" and _is_title(kept[1] if kept[1].endswith(".") else kept[1] + "."):
            kept = kept[2:]
        else:
            break
    if kept is not words:
        notes["honorific_dropped"] = None
    return kept


def _is_title(word: str) -> bool:
    bare = fold(word.replace("-", "")).replace(" ", "")
    return HONORIFICS.get(bare, False) or (bare in HONORIFICS and word.endswith("."))


def _is_doubtful_title(words: list[str]) -> bool:
    word, *rest = words
    bare = fold(word).replace(" ", "")
    is_dotted = "." in word and len(word) < _LONGEST_TITLE and _DOTTED.fullmatch(word) is not None
    if bare in TITLES_WRITTEN_OUT or (word.islower() and is_dotted):
        return True
    if len(fold(rest[0])) < 2 or full_names(bare):
        return False  # "Chr. M. Lind", "Alex. Maria Lind": abbreviated first names
    if word.isupper() and not any(each.isupper() for each in rest) and len(rest) > 1:
        return _is_credential(word, after_comma=True)  # "CA Ada Quill"
    return is_dotted
