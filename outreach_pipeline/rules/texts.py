"""Plain text: cleaning what is displayed, folding what is compared, and seeing that a text says nothing.

Belongs here: rules that hold for any text of any field. Does not belong here: what a company, a person, an
address or a title means.
"""

import html
import re
import unicodedata

# NFKD does not take these apart, so they need a table of their own.
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t",
    "ŋ": "n", "ı": "i", "ĸ": "k", "ſ": "s", "ɨ": "i", "ə": "e",
})  # fmt: skip
# Accents on Latin, Greek and Cyrillic letters. Other marks (Devanagari vowels, kana voicing) change the word
# itself.
_ACCENTS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_NOT_ASCII_ALNUM = re.compile(r"[^0-9a-z]+")
# Zero-width characters, soft hyphen, bidirectional controls, byte order mark, lone surrogates, variation
# selectors.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u1680\u2800\u3164\uffa0]+")  # \s knows NBSP, U+202F, U+3000

# What "nothing" looks like after fold(). Spreadsheets, pandas, JavaScript and clerks in several languages.
_PLACEHOLDERS = frozenset({
    "n a", "na", "nan", "none", "null", "nil", "nul", "nat", "undefined", "unknown", "unkown",
    "not available", "not applicable", "not provided", "not specified", "not found", "not known", "not set",
    "not disclosed", "no data", "no value", "no info", "no information", "no name", "no title", "missing",
    "empty", "blank", "tbd", "tba", "tbc", "to be determined", "to be announced", "to be confirmed",
    "to be defined", "test", "testing", "test test", "test company", "dummy", "asdf", "asdfgh", "qwerty",
    "lorem ipsum", "placeholder", "your company", "company name", "company", "job title", "title",
    "website", "phone", "keine angabe", "keine angaben", "k a", "unbekannt", "nicht angegeben",
    "nicht verfugbar", "inconnu", "non renseigne", "non specifie", "non disponible", "desconocido",
    "no disponible", "sin datos", "desconhecido", "sconosciuto", "non disponibile", "onbekend", "n v t",
    "brak", "nieznany", "okand", "ukendt", "tuntematon",
})  # fmt: skip
_CROSSES = re.compile(r"x{2,}|(?:x ){1,}x")
_SPREADSHEET_ERRORS = re.compile(
    r"#+|#(?:ref|n/a|na|value|name|div/0|null|num|spill|calc|error|getting_data)[!?]*", re.IGNORECASE
)


def clean(text: str | None) -> str | None:
    """The text as it should be shown: composed (NFC), no control or invisible characters, blanks collapsed.

    None, and text of which nothing remains, give None. NBSP and U+202F (opening hours of map actors) are
    blanks.
    """
    if text is None:
        return None
    if text[:2] == '="' and text[-1] == '"':  # how spreadsheets are told to leave a text alone
        text = text[2:-1].replace('""', '"')
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip() or None
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _BLANKS.sub(" ", text).strip() or None


def unescape(text: str) -> str:
    """HTML entities resolved, also doubled ones ("&amp;#8217;"), so that doing it again changes nothing."""
    while "&" in text:
        try:
            resolved = html.unescape(text)
        except ValueError:  # a reference of more than 4,300 digits
            return text
        if resolved == text:
            break
        text = resolved
    return text


# A letter from À to ï and what cp1252 makes of a second byte of UTF-8.
_MOJIBAKE = re.compile(
    r"[\u00c0-\u00ef][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_LONGEST_REPAIRED = 20_000


def repair_mojibake(text: str) -> str:
    """The text as it was before UTF-8 was read as cp1252 or Latin-1 ("JosÃ©" is José), also twice; others unchanged.

    By ftfy, which changes only what it takes for broken with near certainty; repairing again changes nothing.
    """
    if text.isascii() or len(text) > _LONGEST_REPAIRED or not _MOJIBAKE.search(text):
        return text
    from ftfy import fix_encoding  # 0.1 s, and few runs meet such a text

    return fix_encoding(text)


def fold(text: str | None) -> str:
    """The text as it is compared: no case, no accents, ß as ss, everything but letters and digits one space.

    None gives "". Letters of scripts without accents (CJK, Devanagari, Arabic) stay as they are.
    """
    if not text:
        return ""
    if text.isascii():
        return _NOT_ASCII_ALNUM.sub(" ", text.lower()).strip()
    while True:  # case folding and decomposition can each give work to the other; two rounds are the rule
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    return " ".join("".join(kept).split())


def word_set(text: str) -> frozenset[str]:
    """The words of a table that is written as running text."""
    return frozenset(text.split())


def is_absent(text: str | None) -> bool:
    """Whether the text is one of the spellings of "the source is silent": None, blank, or the text "nan"."""
    return text is None or not text.strip() or text.strip().lower() == "nan"


_FIRST_WORD = re.compile(r"[0-9A-Za-z]+")
_FIRST_OF_PLACEHOLDERS = frozenset(text.split()[0] for text in _PLACEHOLDERS)


def is_placeholder(text: str | None) -> bool:
    """Whether the text stands where a title, a company or a number should be and says nothing.

    Blank text and text without a letter or digit count. Not for names of people or places: Null is a surname
    and None a town; `names` has a stricter rule. A single "X" is a company.
    """
    if text and text.isascii() and (first := _FIRST_WORD.match(text)):
        word = first[0].lower()  # 0.7 us against 4: the first word alone gives nearly every text away
        if word not in _FIRST_OF_PLACEHOLDERS and word.strip("x"):
            return False
    return _is_placeholder_slowly(text)


def _is_placeholder_slowly(text: str | None) -> bool:
    folded = fold(text)
    if not folded or folded in _PLACEHOLDERS or _CROSSES.fullmatch(folded):
        return True
    return text is not None and _SPREADSHEET_ERRORS.fullmatch(text.strip()) is not None
