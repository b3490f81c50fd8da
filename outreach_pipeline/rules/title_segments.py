"""Cutting a title into segments of known phrases, and completing a segment by its neighbour's rank.

Belongs here: words + tree -> segments ("VP", "Finance", "HR"), "Director, People" -> "director people", and the
one phrase that is known by its form: any "chief ... officer" or "C.O" is a chief.
Does not belong here: which role a phrase means and what refuses it (`title_mentions.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from outreach_pipeline.rules.title_facets import OTHER_CHIEF, Rank, RolePattern
from outreach_pipeline.rules.title_rules import Entry, Node
from outreach_pipeline.rules.title_words import SEPARATOR_KINDS

_SEPARATORS = frozenset(SEPARATOR_KINDS)
_LISTING = frozenset({",", "&", "/", "-", "("})
_CHIEF = RolePattern(OTHER_CHIEF, 100, 1.0, "c_level")
_INITIALS = re.compile(r"c[a-z]{1,2}o")
_CHIEF_WORDS = 4  # "chief information security officer", "chief research and development officer"
_JUNIOR = frozenset({"assistant", "junior", "deputy"})


class Item(NamedTuple):
    """A phrase of a segment, words [start, end); `entry` is None for a word the rules do not know."""

    entry: Entry | None
    start: int
    end: int


class Segment:
    """What stands between two separators. `separator` is the one before it, "" for the first.

    `is_post`: whether it names what somebody is: a role, a rank, another post ("Treasurer"). `departments_only`:
    whether it only names parts of a company, such as "Finance" or "North America".
    """

    __slots__ = ("departments_only", "is_post", "items", "separator", "words")

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self.words: list[str] = []
        self.items: list[Item] = []
        self.is_post = False
        self.departments_only = False

    def add(self, entry: Entry | None, words: Sequence[str]) -> None:
        """Put a phrase at the end."""
        start = len(self.words)
        self.words.extend(words)
        self.items.append(Item(entry, start, len(self.words)))
        department = entry is not None and bool(entry.scope or entry.filler or entry.link)
        self.departments_only = department and (self.departments_only or len(self.items) == 1)
        if entry is not None and (entry.rank or entry.post or (entry.role and not entry.role.whole)):
            self.is_post = True


def cut(words: Sequence[str], tree: Mapping[str, Node]) -> list[Segment]:
    """The segments of a title in order; the longest phrase wins, even across "&" ("People & Culture")."""
    segment = Segment("")
    segments = [segment]
    position, last = 0, len(words)
    while position < last:
        word = words[position]
        entry, end = _chief(words, position, *_longest(words, position, tree))
        if entry is None and word in _SEPARATORS:
            if not segment.items:
                segments.pop()  # of two separators in a row the last one counts, but nothing ends "@"
                word = "@" if segment.separator == "@" else word
            segment = Segment(word)
            segments.append(segment)
        else:
            segment.add(entry, words[position:end])
        position = end
    return [s for s in segments if s.items]


def _longest(words: Sequence[str], start: int, tree: Mapping[str, Node]) -> tuple[Entry | None, int]:
    node = tree.get(words[start])
    found: Entry | None = None
    end = position = start + 1
    while node is not None:
        if node.entry is not None:
            found, end = node.entry, position
        if position == len(words):
            break
        node = node.follow.get(words[position])
        position += 1
    return found, end


def _chief(words: Sequence[str], start: int, entry: Entry | None, end: int) -> tuple[Entry | None, int]:
    """What was found, or the chief of something else whose title the rules need not know: "CISO"."""
    if entry is None:
        known = Entry("c…o", "any", role=_CHIEF) if _INITIALS.fullmatch(words[start]) else None
        return known, end
    if entry.rank is not None and entry.rank.closed_by:
        for stop in range(end + 1, min(end + _CHIEF_WORDS, len(words))):
            if words[stop] in _SEPARATORS:
                break
            if words[stop] in entry.rank.closed_by:
                return Entry(f"{entry.phrase} … {words[stop]}", entry.language, role=_CHIEF, rank=entry.rank), stop + 1
    return entry, end


def attach(segments: list[Segment]) -> list[Segment]:
    """Join "CEO, retired", "CFO (Interim)", "CEO (interim) of Acme": what only qualifies, or goes on after a
    bracket, belongs to the segment before it.
    """
    joined: list[Segment] = []
    for segment in segments:
        if joined and (_only_qualifies(segment) or _goes_on(segment)):
            for entry, start, end in segment.items:
                joined[-1].add(entry, segment.words[start:end])
        else:
            joined.append(segment)
    return joined


def _only_qualifies(segment: Segment) -> bool:
    entries = [i.entry for i in segment.items]
    if segment.separator not in (",", "-", "("):
        return False
    idle = all(e is not None and (e.filler or e.reset or _qualifies(e)) for e in entries)
    return idle and any(e is not None and _qualifies(e) for e in entries)


def _qualifies(entry: Entry) -> bool:
    return entry.modifier is not None or (entry.guard is not None and "end" in entry.guard.sides)


def _goes_on(segment: Segment) -> bool:
    first = segment.items[0].entry
    return segment.separator == ")" and first is not None and bool(first.link)


class Completion(NamedTuple):
    """A bare department read with its neighbour's rank; words [start, end) are the department."""

    words: list[str]
    start: int
    end: int


def completions(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[Completion]:
    """The ways to complete segment `index`, the better first.

    "VP, Finance & HR" lends "vp" to "HR"; "HR & Finance Director" lends "director"; "Intern, HR" its guard.
    """
    own = segments[index].words
    found: list[Completion] = []
    if prefix := _rank_before(segments, index, tree):
        found.append(Completion(prefix + own, len(prefix), len(prefix) + len(own)))
    if suffix := _rank_behind(segments, index, tree):
        found.append(Completion(own + suffix, 0, len(own)))
    return found


def _rank_before(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[str]:
    giver = index - 1
    while giver >= 0 and segments[giver].departments_only and segments[giver].separator in _LISTING:
        giver -= 1
    if giver < 0 or "@" in (segments[index].separator, segments[giver].separator):
        return []
    segment = segments[giver]
    if segments[index].separator == "|" and len(segment.items) > 1:
        return []  # "Director | HR" belongs together, "Sales Director | HR" does not
    for item in segment.items:
        rank, end = _rank_of(segment, item, tree)
        if rank is not None:
            apart = not rank.lists and segments[giver + 1].separator in ("&", "/")
            closed = any(word in rank.closed_by for word in segment.words[end:])
            return [] if apart or closed else segment.words[:end]
    junior = any(i.entry is not None and _is_junior(i.entry) for i in segment.items)
    claims = any(i.entry is not None and i.entry.role is not None for i in segment.items)
    return list(segment.words) if junior and not claims else []


def _rank_of(segment: Segment, item: Item, tree: Mapping[str, Node]) -> tuple[Rank | None, int]:
    """The rank that an item is or begins with ("vp" of "vp finance"), and where it ends."""
    entry = item.entry
    if entry is None or entry.rank is not None:
        return (None if entry is None else entry.rank), item.end
    if entry.role is not None and entry.role.role != "CEO":
        for stop in range(item.end - 1, item.start, -1):
            found, reached = _longest(segment.words[item.start : stop], 0, tree)
            if found is not None and found.rank is not None and item.start + reached == stop:
                return found.rank, stop
    return None, item.end


def _is_junior(entry: Entry) -> bool:
    return entry.guard is not None and entry.guard.name in _JUNIOR


def _rank_behind(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[str]:
    giver = index + 1
    while giver < len(segments) and segments[giver].departments_only:
        giver += 1
    if giver == len(segments):
        return []
    if any(s.separator not in (",", "&", "/", "(") for s in segments[index + 1 : giver + 1]):
        return []
    words = segments[giver].words
    entry, start, end = segments[giver].items[-1]
    if entry is None:
        return []
    if entry.rank is not None or _is_junior(entry):
        return words[start:end]
    if entry.role is not None and entry.role.role != "CEO":
        for begin in range(start + 1, end):
            found, reached = _longest(words[begin:end], 0, tree)
            if found is not None and found.rank is not None and begin + reached == end:
                return words[begin:end]
    return []
