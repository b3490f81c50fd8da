"""Judging one role word of a title: is it claimed, refused, or claimed for a part of the company only.

Belongs here: the mentions of a segment, the guards and modifiers beside each.
Does not belong here: guards of other segments (`title_reach.py`), the part that a role is of (`title_parts.py`),
the reading as a whole (`titles.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach_pipeline.rules.title_facets import OTHER_CHIEF, Guard, Modifier, RolePattern
from outreach_pipeline.rules.title_parts import scopes, share
from outreach_pipeline.rules.title_rules import Entry, Node
from outreach_pipeline.rules.title_segments import Item, Segment, completions, cut

_BARE_CONFIDENCE = 0.5  # a department named beside something else: "Accountant, HR"
_PART_CONFIDENCE = 0.8  # a seat for one region or department

OF = Guard("of", ("near",), "service")
_PART = Guard("part_of_company", ("near",))


@dataclass(slots=True)
class Mention:
    """A role word; the words beside it make `factor` and `confidence`, or `refused` says why not.

    `item` is its place in its segment, None for a department that was completed by its neighbour's rank.
    """

    entry: Entry
    pattern: RolePattern
    factor: float
    confidence: float
    notes: str
    refused: str | None = None
    guard: Guard | None = None
    narrowed: float = 1.0
    item: int | None = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    guard: Guard
    word: str
    side: str


def mentions_of(
    segments: Sequence[Segment], index: int, tree: Mapping[str, Node], *, bare: bool
) -> list[Mention]:
    """The role words of segment `index` in order, refused ones included.

    `bare`: whether a department alone may count, which it may not within the name of a company.
    """
    segment = segments[index]
    solid = _placed(segments, index, _positions(segment.items))
    if solid or not bare or not any(i.entry is not None and i.entry.department for i in segment.items):
        return solid
    completed = _completed(segments, index, tree)
    if completed is not None:
        return [completed]
    found = _placed(segments, index, _positions(segment.items, bare=True))
    for mention in found:
        if len(segments) > 1:
            mention.confidence *= _BARE_CONFIDENCE
    return found


def _placed(
    segments: Sequence[Segment], index: int, positions: Sequence[tuple[int, RolePattern]]
) -> list[Mention]:
    found = [_judge(segments, index, k, pattern) for k, pattern in positions]
    for mention, (k, _) in zip(found, positions, strict=True):
        mention.item = k
    return found


def _completed(segments: Sequence[Segment], index: int, tree: Mapping[str, Node]) -> Mention | None:
    for words, start, end in completions(segments, index, tree):
        whole = cut(words, tree)
        for k, pattern in _positions(whole[0].items):
            item = whole[0].items[k]
            if item.start < end and item.end > start and (item.start < start or item.end > end):
                return _judge([*whole, *segments[index + 1 : index + 2]], 0, k, pattern)
            if pattern.whole and (judged := _judge(whole, 0, k, pattern)).refused:
                return judged  # "Intern, HR"
    return None


def _positions(items: Sequence[Item], *, bare: bool = False) -> list[tuple[int, RolePattern]]:
    """Where the roles of a segment stand; nothing behind "of <company>" counts."""
    found: list[tuple[int, RolePattern]] = []
    for k, (entry, _, _) in enumerate(items):
        if entry is None:
            continue
        if entry.link and found and found[-1][0] == k - 1:
            break
        pattern = entry.role
        if pattern is not None and (not pattern.whole or _stands_alone(items, k, entry, pattern, bare=bare)):
            found.append((k, pattern))
    return found


def _stands_alone(items: Sequence[Item], k: int, entry: Entry, pattern: RolePattern, *, bare: bool) -> bool:
    """Whether a word that must stand alone counts; one with a guard does, so that the refusal is named."""
    if _refusal(items, k, pattern) is not None:
        return True
    return (bare or entry.department is None) and _fills(items, k)


def _fills(items: Sequence[Item], k: int) -> bool:
    """Whether the segment says nothing else: "Corporate Controller" yes, "Quality Controller" no."""
    for j, (entry, _, _) in enumerate(items):
        if j == k:
            continue
        if entry is None or entry.scope == "function":
            return False
        if not (entry.filler or entry.modifier or entry.scope or entry.reset):
            return False
    return True


def _judge(segments: Sequence[Segment], index: int, k: int, pattern: RolePattern) -> Mention:
    items = segments[index].items
    entry = items[k].entry or Entry("", "")
    mention = Mention(entry, pattern, 1.0, pattern.confidence, "")
    refusal = _refusal(items, k, pattern)
    if refusal is not None:
        mention.guard = refusal.guard
        mention.refused = f"{refusal.guard.name} ({refusal.word!r} {refusal.side} {entry.phrase!r})"
        return mention
    for scope in sorted(scopes(segments, index, k, pattern)):
        narrow(mention, scope, share(scope, pattern))
    for modifier in _modifiers(items, k):
        mention.factor *= modifier.factor
        mention.confidence *= modifier.confidence
        mention.notes += f", {modifier.name}"
    return mention


def narrow(mention: Mention, scope: str, left: float) -> None:
    """Leave `left` (0..1) of the points, once; nothing left refuses the role."""
    if left == 0.0:
        mention.refused, mention.guard = f"{_PART.name} (a {scope} beside {mention.entry.phrase!r})", _PART
    elif left < min(1.0, mention.narrowed):
        mention.factor *= left / mention.narrowed
        mention.narrowed = left
        mention.confidence *= _PART_CONFIDENCE
        mention.notes += f", one {scope}"


def _refusal(items: Sequence[Item], k: int, pattern: RolePattern) -> _Refusal | None:
    return _refusal_before(items, k, pattern) or _refusal_after(items, k, pattern)


def _refusal_before(items: Sequence[Item], k: int, pattern: RolePattern) -> _Refusal | None:
    near = True
    for j in range(k - 1, -1, -1):
        entry = items[j].entry
        if entry is None:
            near = False
            continue
        if entry.reset:
            return None
        if near and entry.link and j > 0:
            return _Refusal(OF, entry.phrase, "before")
        guard = entry.guard
        applies = guard is not None and pattern.role in (*guard.roles, OTHER_CHIEF)
        if guard is not None and applies and ("before" in guard.sides or (near and "near" in guard.sides)):
            return _Refusal(guard, entry.phrase, "before")
        near = near and bool(entry.filler or entry.modifier)
    return None


def _refusal_after(items: Sequence[Item], k: int, pattern: RolePattern) -> _Refusal | None:
    for j in range(k + 1, len(items)):
        entry = items[j].entry
        if entry is None or entry.link or entry.reset:
            break
        guard = entry.guard
        if guard is not None and "after" in guard.sides and pattern.role in (*guard.roles, OTHER_CHIEF):
            return _Refusal(guard, entry.phrase, "after")
    last = items[-1].entry
    if k < len(items) - 1 and last is not None and last.guard is not None and "end" in last.guard.sides:
        return _Refusal(last.guard, last.phrase, "after")
    return None


def _modifiers(items: Sequence[Item], k: int) -> list[Modifier]:
    found: dict[str, Modifier] = {}
    for steps in (range(k - 1, -1, -1), range(k + 1, len(items))):
        for j in steps:
            entry = items[j].entry
            if entry is None or not (entry.modifier or entry.filler or entry.scope):
                break
            if entry.modifier is not None:
                found.setdefault(entry.modifier.name, entry.modifier)
    return list(found.values())
