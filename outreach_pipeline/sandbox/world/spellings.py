"""The names that one person goes by.

Belongs here: other forms of the same name: nickname, initial, lost and broken letters, other alphabets' spellings. Does
not belong here: what is put around a name (`render.names`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal

from outreach_pipeline.sandbox.world.words import NICKNAMES

Form = Literal["plain", "nickname", "initial", "lost", "replaced", "mojibake", "ascii", "transliterated"]
Name = tuple[str, str]

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss", "Ö": "Oe", "Ü": "Ue"})


def forms_of(first: str, last: str) -> dict[Form, Name]:
    """All forms of a name that differ from it, and the plain one."""
    return {form: name for form, name in _all(first, last) if form == "plain" or name != (first, last)}


def _all(first: str, last: str) -> Iterator[tuple[Form, Name]]:
    yield "plain", (first, last)
    if first in NICKNAMES:
        yield "nickname", (NICKNAMES[first], last)
    yield "initial", (f"{first[0]}.", last)
    yield "lost", (_each_foreign(first, "?"), _each_foreign(last, "?"))
    yield "replaced", (_each_foreign(first, "\ufffd"), _each_foreign(last, "\ufffd"))
    yield "mojibake", (_broken(first), _broken(last))
    yield "ascii", (_ascii(first), _ascii(last))
    yield "transliterated", (_ascii(first.translate(_LETTERS)), _ascii(last.translate(_LETTERS)))


def _each_foreign(name: str, mark: str) -> str:
    return "".join(mark if ord(letter) > 127 else letter for letter in name)


def _broken(name: str) -> str:
    """UTF-8 that was read as Windows-1252."""
    return name.encode("utf-8").decode("cp1252", errors="replace")


def _ascii(name: str) -> str:
    plain = name.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
