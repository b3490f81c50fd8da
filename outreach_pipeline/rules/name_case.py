"""The case of people's names: what was shouted or whispered, written as one would.

Belongs here: capitals and small letters. Does not belong here: which words are a name at all (`names`).
"""

import re

from outreach_pipeline.rules.name_words import PARTICLES, SUFFIXES
from outreach_pipeline.rules.texts import fold


def bare_word(word: str) -> str:
    """The word folded, without dots and hyphens: "SHRM-SCP" -> "shrmscp", "Jr." -> "jr"."""
    return fold(word.replace(".", "").replace("-", "").replace("®", "").replace("™", "")).replace(" ", "")


def repair_case(
    given: str | None, family: str | None, notes: dict[str, None]
) -> tuple[str | None, str | None]:
    """Names all in capitals or all in small letters with capitals where they belong; others stay as they are.

    "MCMILLON" is McMillon and "O'NEIL" O'Neil; particles before a last name are small ("van der Berg").
    MACDONALD is Macdonald, because Mack and Machado are names too. `notes` gets "case_repaired".
    """
    whole = f"{given or ''} {family or ''}"
    shouted = whole.upper() == whole and sum(char.isalpha() for char in whole) > 3
    fixed = tuple(_part_case(part, shouted, at) for at, part in enumerate((given, family)))
    if fixed != (given, family):
        notes["case_repaired"] = None
    return fixed[0], fixed[1]


def _part_case(part: str | None, shouted: bool, is_last: int) -> str | None:
    if part is None or not any(char.isupper() or char.islower() for char in part):
        return part
    words = part.split()
    if part.lower() == part and not all(fold(word) in PARTICLES for word in words):
        return " ".join(
            word_case(word, bool(is_last) and at < len(words) - 1) for at, word in enumerate(words)
        )
    return " ".join(
        word_case(word, bool(is_last) and at < len(words) - 1) if _is_shouted(word, shouted) else word
        for at, word in enumerate(words)
    )


def _is_shouted(word: str, shouted: bool) -> bool:
    letters = [char for char in word if char.isalpha()]
    return word.upper() == word and word.lower() != word and len(letters) >= (2 if shouted else 4)


def word_case(word: str, may_be_particle: bool) -> str:
    """A shouted or whispered word as one would write it; a particle that stands before a name small."""
    bare = bare_word(word)
    if bare in SUFFIXES and bare[0] in "iv":
        return word.upper()
    if may_be_particle and bare in PARTICLES:
        return word.lower()
    if len(bare) == 2 and word.isalpha() and word.isupper() and not set(bare) & set("aeiouy"):
        return word  # initials run together: "DG Macpherson"
    word = re.sub(r"[^\W\d_]+", lambda run: run[0][0].upper() + run[0][1:].lower(), word)
    word = re.sub(r"\bMc([a-z])(?=[a-z]{2})", lambda run: "Mc" + run[1].upper(), word)
    return re.sub(r"(?<=[^\W\d_]{3})(['’])(S|T)\b", lambda run: run[1] + run[2].lower(), word)
