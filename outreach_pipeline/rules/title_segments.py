"""Cutting a title into segments of known phrases, and completing a segment by its neighbour's rank.

Belongs here: words + tree -> segments ("VP", "Finance", "HR"), "Director, People" -> "director people".
Does not belong here: which role a phrase means and what refuses it (`titles.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from outreach_pipeline.rules.title_rules import Entry, Node
from outreach_pipeline.rules.title_words import SEPARATOR_KINDS

_SEPARATORS = frozenset(SEPARATOR_KINDS)
_JUNIOR = frozenset({"assistant", "junior", "deputy"})


class Item(NamedTuple):
    """A phrase of a segment, words [start, end); `entry` is None for a word the rules do not know."""

    entry: Entry | None
    start: int
    end: int


class Segment(NamedTuple):
    """What stands between two separators. `separator` is the one before it, "" for the first."""

    separator: str
    words: list[str]
    items: list[Item]

    @property
    def departments_only(self) -> bool:
        """Whether it only names parts of a company, such as "Finance" or "North America"."""
        return bool(self.items) and all(e is not None and (e.scope or e.filler) for e, _, _ in self.items)


def cut(words: Sequence[str], tree: Mapping[str, Node]) -> list[Segment]:
    """The segments of a title in order; the longest phrase wins, also across a separator ("People & Culture")."""
    segment = Segment("", [], [])
    segments = [segment]
    position, last = 0, len(words)
    while position < last:
        word = words[position]
        entry, end = _longest(words, position, tree)
        if entry is None and word in _SEPARATORS:
            if segment.items:
                segment = Segment(word, [], [])
                segments.append(segment)
            elif segment.separator not in ("", "@"):
                segments[-1] = segment = Segment(word, [], [])  # of two separators in a row the last one counts
            elif word == "@":
                segments[-1] = segment = Segment(word, [], [])
        else:
            start = len(segment.words)
            segment.words.extend(words[position:end])
            segment.items.append(Item(entry, start, len(segment.words)))
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


def attach(segments: list[Segment]) -> list[Segment]:
    """Join "CEO, retired" and "CFO - Interim": a segment that only qualifies belongs to the one before it."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and segment.separator in (",", "-") and all(_qualifies(i.entry) for i in segment.items):
            target = joined[-1]
            offset = len(target.words)
            target.words.extend(segment.words)
            target.items.extend(Item(i.entry, i.start + offset, i.end + offset) for i in segment.items)
        else:
            joined.append(segment)
    return joined


def _qualifies(entry: Entry | None) -> bool:
    if entry is None:
        return False
    return entry.modifier is not None or (entry.guard is not None and "end" in entry.guard.sides)


def completions(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[tuple[list[str], int, int]]:
    """Ways to read a bare department with the rank beside it: (words, start, end of the department in them).

    "VP, Finance & HR" lends "vp" to "HR"; "HR & Finance Director" lends "director"; "Intern, HR" lends the guard.
    """
    own = segments[index].words
    found: list[tuple[list[str], int, int]] = []
    prefix = _rank_before(segments, index, tree)
    if prefix:
        found.append((prefix + own, len(prefix), len(prefix) + len(own)))
        found.append((own + prefix, 0, len(own)))
    suffix = _rank_behind(segments, index, tree)
    if suffix:
        found.append((own + suffix, 0, len(own)))
    return found


def _rank_before(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[str]:
    separator = segments[index].separator
    giver = index - 1
    while giver >= 0 and segments[giver].departments_only and segments[giver].separator in (",", "&", "/", "-"):
        giver -= 1
    if giver < 0 or separator == "@" or segments[giver].separator == "@":
        return []
    segment = segments[giver]
    if separator == "|" and len(segment.items) > 1:
        return []  # "Director | HR" belongs together, "Sales Director | HR" does not
    for entry, start, end in segment.items:
        if entry is None:
            continue
        if entry.rank is None and entry.role is not None and entry.role.role != "CEO":
            ranked, end = _rank_at(segment.words, start, end, tree)
        else:
            ranked = entry
        if ranked is not None and ranked.rank is not None:
            if not ranked.rank.lists and segments[giver + 1].separator in ("&", "/"):
                return []
            closed = any(word in ranked.rank.closed_by for word in segment.words[end:])
            return [] if closed else segment.words[:end]
        if entry.guard is not None and entry.guard.name in _JUNIOR and entry.role is None:
            if all(i.entry is None or i.entry.role is None for i in segment.items):
                return list(segment.words)
    return []


def _rank_at(words: Sequence[str], start: int, end: int, tree: Mapping[str, Node]) -> tuple[Entry | None, int]:
    for stop in range(end - 1, start, -1):
        entry, reached = _longest(words[start:stop], 0, tree)
        if entry is not None and entry.rank is not None and start + reached == stop:
            return entry, stop
    return None, end


def _rank_behind(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> list[str]:
    giver = index + 1
    while giver < len(segments) and segments[giver].departments_only:
        giver += 1
    if giver == len(segments) or any(s.separator not in (",", "&", "/") for s in segments[index + 1 : giver + 1]):
        return []
    words = segments[giver].words
    entry, start, end = segments[giver].items[-1]
    if entry is None:
        return []
    if entry.rank is not None or (entry.guard is not None and entry.guard.name in _JUNIOR):
        return words[start:end]
    if entry.role is not None and entry.role.role != "CEO":
        for begin in range(start + 1, end):
            found, reached = _longest(words[begin:end], 0, tree)
            if found is not None and found.rank is not None and begin + reached == end:
                return words[begin:end]
    return []
