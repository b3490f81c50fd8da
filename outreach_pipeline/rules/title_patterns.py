"""The little language in which `titles.toml` writes phrases.

Belongs here: pattern -> the set of phrases it stands for. Does not belong here: what a phrase means
(`title_rules.py`).

Words in order; `[x]` optional; `(x|y)` one of; `[x|y]` at most one of; `{name}` any phrase of the list
`words.name`; `&` also stands for "/", "and" and its translations. Brackets do not nest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from outreach_pipeline.rules import title_words

Phrase = tuple[str, ...]

MAX_PHRASES = 20_000
"""Of one pattern. A slip such as five lists in a row would otherwise eat the memory without a word."""

_PART = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\{[a-z_]+\}|[^\s\[\](){}|]+|(?P<wrong>[\[\](){}|])")


class Patterns:
    """Expands patterns with the named lists of one file. Every method raises ValueError for what is wrong."""

    def __init__(self, words: Mapping[str, Any], separators: Mapping[str, str]) -> None:
        self._words = words
        self._separators = separators
        self._lists: dict[str, set[Phrase]] = {}
        self._open: list[str] = []

    def expand(self, pattern: str) -> set[Phrase]:
        """Every phrase that `pattern` stands for."""
        choices: list[set[Phrase]] = []
        for match in _PART.finditer(pattern):
            if match.group("wrong"):
                raise ValueError(f"pattern {pattern!r}: stray {match.group('wrong')!r}")
            choices.append(self._part(match.group()))
        size = 1
        for choice in choices:
            size *= len(choice)
        if size > MAX_PHRASES:
            raise ValueError(f"pattern {pattern!r}: stands for {size} phrases, allowed are {MAX_PHRASES}")
        return {tuple(word for part in parts for word in part) for parts in product(*choices)}

    def _part(self, part: str) -> set[Phrase]:
        if part[0] == "{":
            return self._list(part[1:-1])
        if part[0] in "[(":
            inner: set[Phrase] = {()} if part[0] == "[" else set()
            return inner.union(*(self.expand(option) for option in part[1:-1].split("|")))
        return set(self._spellings(part))

    def _list(self, name: str) -> set[Phrase]:
        if name in self._lists:
            return self._lists[name]
        if name not in self._words:
            raise ValueError(f"no list words.{name}")
        if name in self._open:
            raise ValueError(f"words.{name} contains itself")
        members = self._words[name]
        if not isinstance(members, list) or not all(isinstance(m, str) for m in members):
            raise ValueError(f"words.{name}: expected a list of texts")
        self._open.append(name)
        found: set[Phrase] = set().union(*(self.expand(member) for member in members))
        self._open.pop()
        self._lists[name] = found
        return found

    def _spellings(self, word: str) -> list[Phrase]:
        if word == "&":
            return [("&",), ("/",)]
        if word == ",":
            return [(",",)]
        # "Geschäftsführer" is typed with and without the umlaut, and with the two letters that replace it
        spelled_out = word.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
        variants = {title_words.fold(word), title_words.fold(spelled_out)}
        for variant in variants:
            if not variant.isalnum():
                raise ValueError(f"{word!r} is not one word: only letters and digits, '&' or ','")
            if variant in self._separators:
                raise ValueError(f"{word!r} is a separator and never reaches a pattern")
        return [(variant,) for variant in variants]
