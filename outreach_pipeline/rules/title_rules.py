"""Loading `titles.toml`: patterns, guards and word lists become one tree of phrases, checked and versioned.

Belongs here: the shape of the rules, every check of the file, the version that replays compare.
Does not belong here: the pattern language (`title_patterns.py`), how a title is read with the rules
(`titles.py`), and any word of any language (`titles.toml`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from outreach_pipeline.rules import title_words
from outreach_pipeline.rules.title_patterns import Patterns, Phrase

ROLES = ("CEO", "CFO", "HR")
SENIORITIES = ("c_level", "owner", "vp", "director", "manager", "other")
"""Highest first."""
SIDES = ("before", "near", "after", "end")
CARRIES = ("none", "status", "principal", "servant")
SCOPES = ("function", "region")
DEFAULT_PATH = Path(__file__).with_name("titles.toml")

_READER_REVISION = 1  # raise it when the code reads the same file differently: replays must notice that too


@dataclass(frozen=True, slots=True)
class RolePattern:
    """What a phrase says: a role, its rank within it, and what a narrower scope does to that rank."""

    role: str
    points: int
    confidence: float
    seniority: str
    whole: bool = False
    when_function: float = 1.0
    when_region: float = 0.7


@dataclass(frozen=True, slots=True)
class Guard:
    """Why a role word beside this phrase is not the role.

    `sides`: where the guard stands, seen from the role word: "before" it, "near" (right before it), "after"
    it, at the "end" of the segment. `carry`: what it refuses in the segments that follow: "none"; "status"
    (what a person was: joined by "&", or of the same role); "principal" (whom one serves: the high ones);
    "servant" (the same, even if no role word stands beside it: "Executive Assistant, CEO").
    """

    name: str
    sides: tuple[str, ...]
    carry: str = "none"
    roles: tuple[str, ...] = ROLES


@dataclass(frozen=True, slots=True)
class Rank:
    """A level without a department ("director").

    `lists`: it holds for the next department too ("VP Finance & HR"), unless one of `closed_by` is between.
    """

    seniority: str
    lists: bool = True
    closed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Modifier:
    """A word that weakens the role beside it ("interim")."""

    name: str
    factor: float
    confidence: float


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
    link: bool | None = None
    reset: bool | None = None
    filler: bool | None = None


Facets = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the keys it knows out of a row and says what the row's phrases mean."""
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

    def tokens(self, title: str) -> list[str]:
        """The words of `title`, separators among them in canonical form."""
        return title_words.tokens(title, self.separators, self.token_pattern)


def load_rules(path: Path | str | None = None) -> TitleRules:
    """Read the rules, by default `titles.toml` beside this module.

    Raises ValueError naming the entry that is wrong, OSError if there is no such file.
    """
    source = DEFAULT_PATH if path is None else Path(path)
    content = source.read_bytes()
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{source.name}: not TOML: {error}") from error
    try:
        separators = _separators(document)
        tree = _Builder(_table(document, "words"), separators).build(document)
    except ValueError as error:
        raise ValueError(f"{source.name}: {error}") from error
    version = f"r{_READER_REVISION}-{hashlib.sha256(content).hexdigest()[:12]}"
    return TitleRules(version, separators, title_words.separator_pattern(separators), tree)


def _separators(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, members in _table(document, "separators").items():
        if kind not in title_words.SEPARATOR_KINDS:
            expected = title_words.SEPARATOR_KINDS
            raise ValueError(f"separators: unknown kind {kind!r}, expected one of {expected}")
        for member in _strings(members, f"separators.{kind}"):
            if found.setdefault(title_words.fold(member), kind) != kind:
                raise ValueError(f"separators: {member!r} is listed twice")
    return found


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


def _strings(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise ValueError(f"{where}: expected a list of texts that is not empty")
    return value


class _Builder:
    """Grows the tree row by row; refuses what contradicts itself."""

    def __init__(self, words: Mapping[str, Any], separators: Mapping[str, str]) -> None:
        self._patterns = Patterns(words, separators)
        self._tree: dict[str, Node] = {}

    def build(self, document: Mapping[str, Any]) -> dict[str, Node]:
        known = {"format", "separators", "words", *_SECTIONS}
        if unknown := sorted(set(document) - known):
            raise ValueError(f"unknown sections {unknown}")
        if document.get("format") != 1:
            raise ValueError(f"format: expected 1, found {document.get('format')!r}")
        for section, facet_of in _SECTIONS.items():
            for number, row in enumerate(_rows(document, section), 1):
                self._add_row(f"{section} {number}", dict(row), facet_of)
        if not self._tree:
            raise ValueError("no rules at all")
        return self._tree

    def _add_row(self, where: str, row: dict[str, Any], facet_of: Facets) -> None:
        try:
            language: str = _take(row, "language", str)
            patterns = _strings(row.pop("patterns", None), "patterns")
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


def _take(row: dict[str, Any], key: str, kind: type, default: Any = None) -> Any:
    value = row.pop(key, default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{key}: expected {kind.__name__}, found {value!r}")
    return value


def _one_of(row: dict[str, Any], key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = row.pop(key, default)
    if value not in allowed:
        raise ValueError(f"{key}: expected one of {allowed}, found {value!r}")
    return str(value)


def _several_of(
    row: dict[str, Any], key: str, allowed: tuple[str, ...], default: list[str]
) -> tuple[str, ...]:
    values = _strings(row.pop(key, default), key)
    for value in values:
        if value not in allowed:
            raise ValueError(f"{key}: expected some of {allowed}, found {value!r}")
    return tuple(values)


def _share(row: dict[str, Any], key: str, default: float | None = None) -> float:
    value: float = _take(row, key, float, default)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{key}: expected 0 to 1, found {value}")
    return value


def _role(row: dict[str, Any]) -> dict[str, Any]:
    points: int = _take(row, "points", int)
    if not 1 <= points <= 100:
        raise ValueError(f"points: expected 1 to 100, found {points}")
    pattern = RolePattern(
        role=_one_of(row, "role", ROLES),
        points=points,
        confidence=_share(row, "confidence"),
        seniority=_one_of(row, "seniority", SENIORITIES),
        whole=_take(row, "whole", bool, False),
        when_function=_share(row, "when_function", 1.0),
        when_region=_share(row, "when_region", 0.7),
    )
    return {"role": pattern}


def _guard(row: dict[str, Any]) -> dict[str, Any]:
    name: str = _take(row, "name", str)
    sides = _several_of(row, "sides", SIDES, ["before"])
    carry = _one_of(row, "carry", CARRIES, "none")
    return {"guard": Guard(name, sides, carry, _several_of(row, "roles", ROLES, list(ROLES)))}


def _rank(row: dict[str, Any]) -> dict[str, Any]:
    closed_by = tuple(_strings(row.pop("closed_by"), "closed_by")) if "closed_by" in row else ()
    return {"rank": Rank(_one_of(row, "seniority", SENIORITIES), _take(row, "lists", bool, True), closed_by)}


def _modifier(row: dict[str, Any]) -> dict[str, Any]:
    return {"modifier": Modifier(_take(row, "name", str), _share(row, "factor"), _share(row, "confidence"))}


def _scope(row: dict[str, Any]) -> dict[str, Any]:
    return {"scope": _one_of(row, "kind", SCOPES)}


def _department(row: dict[str, Any]) -> dict[str, Any]:
    return {"department": _one_of(row, "role", ROLES), "scope": "function"}


def _flag(name: str) -> Facets:
    return lambda _row: {name: True}


_SECTIONS: dict[str, Facets] = {
    "role": _role,
    "guard": _guard,
    "rank": _rank,
    "modifier": _modifier,
    "department": _department,
    "scope": _scope,
    "link": _flag("link"),
    "reset": _flag("reset"),
    "filler": _flag("filler"),
}
