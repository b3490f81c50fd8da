"""Loading `titles.toml`: patterns, guards and word lists become one tree of phrases, checked and versioned.

Belongs here: the shape of the file, the tree of phrases, the version that replays compare.
Does not belong here: what a row may say (`title_facets.py`), the pattern language (`title_patterns.py`), how a
title is read with the rules (`titles.py`), and any word of any language (`titles.toml`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from outreach_pipeline.rules import title_dates, title_words
from outreach_pipeline.rules.title_facets import SECTIONS, Facets, Guard, Modifier, Rank, RolePattern, strings, take
from outreach_pipeline.rules.title_patterns import Patterns, Phrase
from outreach_pipeline.rules.title_spelling import Spelling

DEFAULT_PATH = Path(__file__).with_name("titles.toml")

_READER_REVISION = 2  # raise it when the code reads the same file differently: replays must notice that too


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the rules know about one phrase."""

    phrase: str
    language: str
    role: RolePattern | None = None
    guard: Guard | None = None
    rank: Rank | None = None
    modifier: Modifier | None = None
    scope: str | None = None
    department: str | None = None
    post: bool | None = None
    link: bool | None = None
    reset: bool | None = None
    filler: bool | None = None


_FACETS = tuple(f.name for f in fields(Entry) if f.name not in ("phrase", "language"))


@dataclass(slots=True)
class Node:
    """One word of the tree: what the phrase up to here means, and the words that may follow."""

    entry: Entry | None = None
    follow: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TitleRules:
    """The loaded rules. `version` changes with every byte of the file."""

    version: str
    separators: Mapping[str, str]
    token_pattern: re.Pattern[str]
    tree: Mapping[str, Node]
    dates: Callable[[str], str]
    together: re.Pattern[str] | None
    spelling: Spelling

    def tokens(self, title: str) -> list[str]:
        """The words of `title`, separators among them in canonical form."""
        found = title_words.tokens(title, self.separators, self.token_pattern, self.dates, self.together)
        return [known for word in found for known in self.spelling.read(word)]


def load_rules(path: Path | str | None = None) -> TitleRules:
    """Read the rules, by default `titles.toml` beside this module.

    Raises ValueError naming the entry that is wrong, OSError if there is no such file.
    """
    source = DEFAULT_PATH if path is None else Path(path)
    return _read(source.name, source.read_bytes())


# Rules do not change once they are read, and reading the shipped ones takes 0.15 s: each content once in a process.
@lru_cache(maxsize=8)
def _read(name: str, content: bytes) -> TitleRules:
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}: not TOML: {error}") from error
    try:
        separators = _separators(document)
        tree = _Builder(_table(document, "words"), separators).build(document)
        dates = title_dates.signs(_date_words(document))
        prefixes = strings(document["prefixes"], "prefixes") if "prefixes" in document else []
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    version = f"r{_READER_REVISION}-{hashlib.sha256(content).hexdigest()[:12]}"
    words = {*_words(tree), *separators, *separators.values()}
    together = title_words.run_together(words)
    heads = {word for word, node in tree.items() if _begins_post(node)}
    spelling = Spelling(words, heads, [title_words.fold(prefix) for prefix in prefixes])
    pattern = title_words.separator_pattern(separators)
    return TitleRules(version, separators, pattern, tree, dates, together, spelling)


def _separators(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, members in _table(document, "separators").items():
        if kind not in title_words.SEPARATOR_KINDS:
            expected = title_words.SEPARATOR_KINDS
            raise ValueError(f"separators: unknown kind {kind!r}, expected one of {expected}")
        for member in strings(members, f"separators.{kind}"):
            if found.setdefault(title_words.fold(member), kind) != kind:
                raise ValueError(f"separators: {member!r} is listed twice")
    return found


def _date_words(document: Mapping[str, Any]) -> dict[str, list[str]]:
    table = _table(document, "dates")
    if unknown := sorted(set(table) - set(title_dates.WORD_LISTS)):
        raise ValueError(f"dates: unknown lists {unknown}")
    return {name: [title_words.fold(w) for w in strings(table[name], f"dates.{name}")] for name in table}


def _begins_post(node: Node) -> bool:
    if node.entry is not None and (node.entry.role or node.entry.rank or node.entry.post):
        return True
    return any(_begins_post(later) for later in node.follow.values())


def _words(nodes: Mapping[str, Node]) -> Iterator[str]:
    for word, node in nodes.items():
        yield word
        yield from _words(node.follow)


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected a table")  # noqa: TRY004 - one kind of error for a wrong file
    return value


def _rows(document: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    rows = document.get(section, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{section}: expected sections [[{section}]]")
    return rows


_OVER = Guard("ended", ("after", "end"), "post")


class _Builder:
    """Grows the tree row by row; refuses what contradicts itself."""

    def __init__(self, words: Mapping[str, Any], separators: Mapping[str, str]) -> None:
        self._patterns = Patterns(words, separators)
        self._tree: dict[str, Node] = {}

    def build(self, document: Mapping[str, Any]) -> dict[str, Node]:
        known = {"format", "separators", "words", "dates", "prefixes", *SECTIONS}
        if unknown := sorted(set(document) - known):
            raise ValueError(f"unknown sections {unknown}")
        if document.get("format") != 1:
            raise ValueError(f"format: expected 1, found {document.get('format')!r}")
        for section, facet_of in SECTIONS.items():
            for number, row in enumerate(_rows(document, section), 1):
                self._add_row(f"{section} {number}", dict(row), facet_of)
        if not self._tree:
            raise ValueError("no rules at all")
        self._add((title_dates.ENDED,), Entry("a time that is over", "any", guard=_OVER))
        self._add((title_dates.OPEN,), Entry("a time that is not over", "any", reset=True))
        return self._tree

    def _add_row(self, where: str, row: dict[str, Any], facet_of: Facets) -> None:
        try:
            language: str = take(row, "language", str)
            patterns = strings(row.pop("patterns", None), "patterns")
            if "objects" in row:
                listed = [self._patterns.expand(pattern) for pattern in strings(row["objects"], "objects")]
                row["objects"] = sorted({word for phrases in listed for phrase in phrases for word in phrase})
            facets = facet_of(row)
            _nothing_left(row)
            for pattern in patterns:
                for phrase in sorted(self._patterns.expand(pattern)):
                    self._add(phrase, Entry(" ".join(phrase), language, **facets))
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error

    def _add(self, phrase: Phrase, entry: Entry) -> None:
        if not phrase:
            raise ValueError("a pattern without a word")
        node = self._tree.setdefault(phrase[0], Node())
        for word in phrase[1:]:
            node = node.follow.setdefault(word, Node())
        node.entry = entry if node.entry is None else _merged(node.entry, entry)


def _nothing_left(row: Mapping[str, Any]) -> None:
    if row:
        raise ValueError(f"unknown keys {sorted(row)}")


def _merged(old: Entry, new: Entry) -> Entry:
    changes: dict[str, Any] = {}
    for facet in _FACETS:
        mine, theirs = getattr(old, facet), getattr(new, facet)
        if theirs is None or theirs == mine:
            continue
        if mine is not None:
            raise ValueError(f"{new.phrase!r} ({new.language}) already has another {facet} ({old.language})")
        changes[facet] = theirs
    return replace(old, **changes) if changes else old
