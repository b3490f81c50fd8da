"""Names of people: first and last name from whatever a source gives, and the key two spellings of one name
share.

Belongs here: the rules. Does not belong here: the tables of words (`name_words`), titles (`titles`), deciding
that two people are one.
"""

import re
from dataclasses import dataclass

from outreach_pipeline.rules.name_case import repair_case, word_case
from outreach_pipeline.rules.name_decoration import OBFUSCATED, Bare, undress
from outreach_pipeline.rules.name_scripts import split_script
from outreach_pipeline.rules.name_words import (
    AMBIGUOUS_CREDENTIALS,
    CREDENTIALS,
    HONORIFICS,
    NOT_PEOPLE,
    PARTICLES,
    SOFTWARE_NOTHING,
    SUFFIXES,
    SUFFIXES_SHOWN,
    TITLES_WRITTEN_OUT,
)
from outreach_pipeline.rules.nicknames import full_names
from outreach_pipeline.rules.texts import clean, fold, is_absent, is_placeholder, unescape

_SEVERAL = re.compile(r"[^\W\d]\s*/\s*[^\W\d]|\s&\s|\s(?:and|und)\s", re.IGNORECASE)
_VON_UND_ZU = re.compile(r"\bvon und zu\b", re.IGNORECASE)
_BETWEEN_PEOPLE = re.compile(r"\s*/\s*|\s&\s|\s(?:and|und)\s", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"[@#\d\\<>=_%$€£^:]|https?|www\.")
_SENTENCE = re.compile(
    r"\b(?:please|refer to|see the|for more|click here|upgrade|contact us)\b", re.IGNORECASE
)
# Most names are a capital and small letters, twice, and nothing is to be done with them: 2 us against 98.
_PLAIN_WORD = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)?")
_SPECIAL = frozenset({
    *HONORIFICS, *TITLES_WRITTEN_OUT, *CREDENTIALS, *AMBIGUOUS_CREDENTIALS, *SUFFIXES, *NOT_PEOPLE,
    *(word.lower() for word in SOFTWARE_NOTHING), "and", "und", "please", "upgrade",
})  # fmt: skip
# A last name that only begins, as LinkedIn shows it to strangers ("Wren D."). Without its dot one letter is a name.
_INITIAL = re.compile(r"(?:[^\W\d_]\.\s?){1,2}")
_MAX_WORDS = 9
_LONGEST = 300
_ROUNDS = (
    4  # what was taken off may bare something else to take off; two rounds are the most seen in real names
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """First and last name as one would write them; each None where the source does not say it.

    problem  "placeholder", "not_a_name", "several_people", "too_long": no name at all;
             "obfuscated" ("Qu***l"), "initial_only" ("D."), "mononym": no last name
    note     "credentials_dropped", "honorific_dropped", "nickname_dropped", "remark_dropped", "swapped"
             ("Quill, Ada"), "split" (from the full name), "case_repaired", "broken_encoding"; separated by a
             space
    """

    first: str | None = None
    last: str | None = None
    problem: str | None = None
    note: str | None = None


def read_person_name(full: str | None, first: str | None = None, last: str | None = None) -> PersonName:
    """First and last name from the fields a source has; the full name serves where they are silent or hidden.

    A suffix (Jr., III) belongs to the last name. Middle initials are not part of a first name split from a
    full one.
    """
    return _read_plain(full, first, last) or _read_slowly(full, first, last)


def _read_plain(full: str | None, first: str | None, last: str | None) -> PersonName | None:
    """The answer of `_read_slowly` where it is plain: two words that no table knows; None elsewhere."""
    if first and last:
        plain = _is_plain(first, last) and (full is None or full == f"{first} {last}")
        return PersonName(first, last) if plain else None
    if full and not first and not last and full.count(" ") == 1 and full.lower() not in NOT_PEOPLE:
        first, last = full.split(" ")
        return PersonName(first, last, note="split") if _is_plain(first, last) else None
    return None


def _is_plain(*words: str) -> bool:
    return all(
        _PLAIN_WORD.fullmatch(word) and word.lower() not in _SPECIAL and "http" not in word.lower()
        for word in words
    )


def _read_slowly(full: str | None, first: str | None, last: str | None) -> PersonName:
    if full and len(full) > _LONGEST and (first or last):
        full = None  # a text about the person, where the name has fields of its own
    if any(len(part or "") > _LONGEST for part in (full, first, last)):
        return PersonName(problem="too_long")
    name = _read(full, first, last)
    for _ in range(_ROUNDS):
        again = _read(None, name.first, name.last)
        if (again.first, again.last) == (name.first, name.last):
            break
        note = " ".join(dict.fromkeys(f"{name.note or ''} {again.note or ''}".split())) or None
        name = PersonName(again.first, again.last, again.problem or name.problem, note)
    return name


def _read(full: str | None, first: str | None, last: str | None) -> PersonName:
    notes: dict[str, None] = {}
    given, family = undress(first, notes, whole=False), undress(last, notes, whole=False)
    whole = undress(full, notes)
    if not (given.words or family.words or whole.words):
        return PersonName(problem=None if all(map(is_absent, (full, first, last))) else "placeholder")
    if given.text and whole.words and fold(given.text) in HONORIFICS:
        given = Bare()  # first name "Dr."
    for part in (given, family) if given.words or family.words else (whole,):
        problem = _refusal(part.text)
        if problem:
            return PersonName(problem=problem)
    if given.text and family.text and fold(given.text) == fold(family.text) and fold(given.text) in NOT_PEOPLE:
        return PersonName(problem="placeholder")
    firsts, lasts, problem = _unhide(given.text, family.text)
    suffix = family.suffix or given.suffix
    if (not firsts or not lasts) and whole.text and not _refusal(whole.text):
        firsts, lasts, problem = _from_full(whole, firsts, lasts, problem, notes)
        suffix = suffix or whole.suffix
    firsts, lasts = repair_case(firsts, lasts, notes)
    if firsts and not lasts and problem is None:
        problem = "mononym"
    if lasts and suffix:
        lasts = f"{lasts} {SUFFIXES_SHOWN[suffix]}"
    told = sorted(notes, key="case_repaired".__eq__)  # the last thing that was done
    return PersonName(firsts, lasts, problem, " ".join(told) or None)


def _unhide(given: str | None, family: str | None) -> tuple[str | None, str | None, str | None]:
    """Without the names a vendor hides until they are paid for."""
    problem = None
    if family and OBFUSCATED.search(family):
        family, problem = None, "obfuscated"
    elif family and _INITIAL.fullmatch(family) and len(fold(family).replace(" ", "")) < 2:
        family, problem = None, "initial_only"
    if given and OBFUSCATED.search(given):
        given, problem = None, "obfuscated"
    return given, family, problem


def _refusal(text: str | None) -> str | None:
    if text is None:
        return None
    if (fold(text) in NOT_PEOPLE and " " in fold(text)) or (text.startswith("#") and is_placeholder(text)):
        return "placeholder"
    if _SEVERAL.search(_VON_UND_ZU.sub("von zu", text)):
        return "several_people"
    if _NOT_A_NAME.search(text) or _SENTENCE.search(text) or len(text.split()) > _MAX_WORDS:
        return "not_a_name"
    return None


def _from_full(
    whole: Bare, given: str | None, family: str | None, problem: str | None, notes: dict[str, None]
) -> tuple[str | None, str | None, str | None]:
    """What the full name adds; it never contradicts the field that is there."""
    text = whole.text or ""
    split_first, split_last = _split(whole, notes)
    if split_last and OBFUSCATED.search(split_last):
        split_last, problem = None, "obfuscated"
    elif split_last and _INITIAL.fullmatch(split_last) and len(fold(split_last)) < 2:
        split_last, problem = None, "initial_only"
    if given and family is None and split_last and fold(text).startswith(fold(given) + " "):
        family, problem = split_last, None
        notes["split"] = None
    elif family and given is None and split_first and fold(text).endswith(" " + fold(family)):
        given = split_first
        notes["split"] = None
    elif given is None and family is None:
        given, family = split_first, split_last
        if problem is None and family:
            notes["split"] = None
    return given, family, problem


def _split(whole: Bare, notes: dict[str, None]) -> tuple[str | None, str | None]:
    words, end = whole.words, len(whole.words)
    if parts := split_script(" ".join(words)):
        return parts
    if end < 2:
        return whole.text, None
    if not whole.family and (run := _family_in_front(words)):
        notes["swapped"] = None
        whole.family = run
        words = words[run:] + words[:run]
    start = end - 1
    if whole.family:
        start = end - whole.family
    elif run := _shouted_run(words[::-1]):
        start = end - run
    elif end > 2 and len(words[-1]) == 1 and len(fold(words[-2])) > 1:
        start = end - 2  # "Ravi Kumar S": the initial of the father's name is not all of the last name
    for at in range(1, start):
        if fold(words[at]) in PARTICLES:
            start = at
            break
    firsts = words[:start]
    while len(firsts) > 1 and len(fold(firsts[-1])) == 1 and any(len(fold(word)) > 1 for word in firsts):
        firsts = firsts[:-1]
    return " ".join(firsts), _cased(words[start:], firsts, notes)


def _cased(lasts: list[str], firsts: list[str], notes: dict[str, None]) -> str:
    """A last name in capitals beside a first name that is not, written as one would."""
    cased = list(lasts)
    if not all(word.isupper() for word in firsts):
        for at, word in enumerate(lasts):
            may_be_particle = at < len(lasts) - 1 and fold(word) in PARTICLES
            if word.isupper() and (may_be_particle or _is_spoken(word)):
                cased[at] = word_case(word, may_be_particle)
    if cased != lasts:
        notes["case_repaired"] = None
    return " ".join(cased)


def _shouted_run(words: list[str]) -> int:
    """How many words in front are in capitals while the others are not; 0 where all are, or none."""
    run = 0
    while run < len(words) and len(fold(words[run])) > 1 and words[run].isupper():
        run += 1
    return run if run < len(words) and not any(word.isupper() and len(word) > 1 for word in words[run:]) else 0


def _is_spoken(word: str) -> bool:
    return len(word) > 2 and (not word.isascii() or bool(set(word) & set("AEIOUY")))


def _family_in_front(words: list[str]) -> int:
    """How many words in front are a last name in capitals (French, Hungarian, Italian lists): "LENOIR Jean-Pierre".

    Not initials written together (DG, JRR: two letters, or no vowel), nor a first name that is shouted alone.
    """
    run = _shouted_run(words)
    if not run or not any(map(_is_spoken, words[:run])):
        return 0
    return 0 if run == 1 and full_names(fold(words[0])) and not full_names(fold(words[run])) else run


def split_two_people(full: str | None) -> tuple[str, str] | None:
    """The two names in "Ada Quill/Greta Lind", where each is a whole name; None for anything else.

    "Ada & Greta Lind" is not split: who Ada is, only a reader can tell.
    """
    halves = [half.strip() for half in _BETWEEN_PEOPLE.split(clean(unescape(full or "")) or "")]
    if len(halves) != 2:
        return None
    names = [read_person_name(half) for half in halves]
    keys = {name_key(name.first, name.last) for name in names if name.first and name.last and not name.problem}
    return (halves[0], halves[1]) if len(keys) == 2 and None not in keys else None


def name_key(first: str | None, last: str | None) -> str | None:
    """The key of a name: "José-Luis Fontán" and "Jose Luis Fontan" share one, so do Warren E. and Warren
    Buffett.

    Folded; a hyphen is a space, an apostrophe nothing; honorifics, credentials and single initials before the
    last name are dropped unless fewer than two words would be left; Jr, Sr, II, III stay. None for less than
    two words: a first name alone identifies nobody.
    """
    if first and last and _is_plain(first, last):
        return f"{first} {last}".lower()
    return _key_slowly(first, last)


def _key_slowly(first: str | None, last: str | None) -> str | None:
    key = _key(" ".join(part for part in (first, last) if part))
    for _ in range(_ROUNDS):
        again = _key(key or "")
        if again == key:
            break
        key = again
    return key


def _key(name: str) -> str | None:
    if len(name) > 2 * _LONGEST:
        return None
    bare = undress(name, {})
    text = bare.text or ""
    if OBFUSCATED.search(text) or _SEVERAL.search(_VON_UND_ZU.sub("von zu", text)):
        return None
    words = fold(re.sub(r"['’‘`´ʼ]|\ufffd|(?<=[^\W\d])\?(?=[^\W\d])", "", text)).split()
    suffixes = [bare.suffix] if bare.suffix else []
    if not words or (len(words) < 3 and len(words[-1]) == 1 and words[-1].isascii()):
        return None  # "Wren D.": a surname that only begins
    long = [word for word in words[:-1] if len(word) > 1]
    if long:
        words = [*long, *words[-1:]]
    elif len(words) > 2:  # "d g macpherson" is "dg macpherson"
        words = ["".join(words[:-1]), words[-1]]
    return " ".join(words + suffixes) if len(words) > 1 else None
