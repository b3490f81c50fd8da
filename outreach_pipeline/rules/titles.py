"""Reading a job title: does it name the CEO, the CFO or the head of HR, how high, how surely, and why (or why not).

Belongs here: the reading of one title with loaded rules. Does not belong here: words of any language (`titles.toml`),
their loading (`title_rules.py`), and who of several candidates holds a slot (`stages/slots`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_pipeline.rules.title_rules import (
    SENIORITIES,
    Entry,
    Guard,
    RolePattern,
    TitleRules,
    load_rules,
)
from outreach_pipeline.rules.title_segments import Item, Segment, attach, completions, cut

__all__ = ["RoleReading", "TitleReading", "TitleRules", "load_rules", "read_title"]

_PRINCIPAL_POINTS = 75
"""Whom one assists is high: "Assistant to the CEO & CFO" is neither, "Assistant to the CEO & HR Manager" is the latter."""
_BARE_CONFIDENCE = 0.5  # a department named behind something else: "Accountant, HR"
_PART_CONFIDENCE = 0.8  # a seat for one region or department

_OF = Guard("of", ("near",), "principal")
_PART = Guard("part_of_company", ("near",))


@dataclass(frozen=True, slots=True)
class RoleReading:
    """One role that a title claims. `points` 1..100 within the role (100 = the seat itself), `confidence` 0..1."""

    role: str
    points: int
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title says. `roles` in order of mention, each role once.

    `guard` names the first refusal of a role word ("former ('ex' before 'ceo'), segment 1"), also when another role was
    read; None if nothing was refused. `seniority` is one of c_level, owner, vp, director, manager, other.
    Neither text repeats words of the title that the rules do not know.
    """

    roles: tuple[RoleReading, ...] = ()
    guard: str | None = None
    seniority: str = "other"


@dataclass(slots=True)
class _Mention:
    entry: Entry
    pattern: RolePattern
    factor: float
    confidence: float
    notes: str
    refused: str | None = None
    guard: Guard | None = None


@dataclass(slots=True)
class _Carried:
    """What a segment hands on to the next: its refusal, its "interim"."""

    guard: Guard | None = None
    why: str = ""
    role: str = ""
    modifier_role: str = ""
    factor: float = 1.0


def read_title(title: str | None, rules: TitleRules) -> TitleReading:
    """Read one title in any of the languages of the rules. Never raises for any text; None and blank mean no role."""
    if not title:
        return TitleReading()
    segments = attach(cut(rules.tokens(title), rules.tree))
    mentions: list[tuple[int, _Mention]] = []
    carried = _Carried()
    company = False
    for index, segment in enumerate(segments):
        if segment.separator == "@":
            company, carried = True, _Carried()
            continue
        if segment.separator in ("|", "-"):
            carried, company = _Carried(), company and segment.separator == "-"
        found = _mentions(segments, index, rules, bare=not company)
        for mention in found:
            _apply(carried, segment, mention)
        carried = _carry(carried, segment, found)
        mentions.extend((index + 1, mention) for mention in found)
    return TitleReading(_roles(mentions), _first_refusal(mentions), _seniority(segments, mentions))


def _mentions(segments: Sequence[Segment], index: int, rules: TitleRules, *, bare: bool) -> list[_Mention]:
    segment = segments[index]
    solid = [_judge(segments, index, k) for k in _positions(segment.items)]
    if solid or not any(i.entry is not None and i.entry.department for i in segment.items):
        return solid
    if not bare:
        return []
    for words, start, end in completions(segments, index, rules.tree):
        whole = cut(words, rules.tree)
        for k in _positions(whole[0].items):
            item = whole[0].items[k]
            if item.start < end and item.end > start and (item.start < start or item.end > end):
                return [_judge([*whole, *segments[index + 1 : index + 2]], 0, k)]
            if item.entry is not None and item.entry.role is not None and item.entry.role.whole:
                judged = _judge(whole, 0, k)
                if judged.refused:
                    return [judged]
    found = [_judge(segments, index, k) for k in _positions(segment.items, whole=True)]
    for mention in found:
        if len(segments) > 1:
            mention.confidence *= _BARE_CONFIDENCE
    return found


def _positions(items: Sequence[Item], *, whole: bool = False) -> list[int]:
    """Where the roles of a segment stand; nothing behind "of <company>" counts."""
    found: list[int] = []
    for k, (entry, _, _) in enumerate(items):
        if entry is None:
            continue
        if entry.link and found and found[-1] == k - 1:
            break
        if entry.role is None:
            continue
        if entry.role.whole and not (whole or entry.department is None or _guarded(items, k)):
            continue
        if entry.role.whole and not _fills(items, k) and not _guarded(items, k):
            continue
        found.append(k)
    return found


def _guarded(items: Sequence[Item], k: int) -> bool:
    entry = items[k].entry
    return entry is not None and entry.role is not None and _refusal(items, k, entry.role) is not None


def _fills(items: Sequence[Item], k: int) -> bool:
    """Whether the segment says nothing else: "Controller" and "Corporate Controller", never "Quality Controller"."""
    for j, (entry, _, _) in enumerate(items):
        if j == k:
            continue
        if entry is None or not (entry.filler or entry.modifier or entry.scope or entry.reset):
            return False
        if j < k and entry.scope == "function":
            return False
    return True


def _judge(segments: Sequence[Segment], index: int, k: int) -> _Mention:
    items = segments[index].items
    entry = items[k].entry
    assert entry is not None and entry.role is not None
    pattern = entry.role
    mention = _Mention(entry, pattern, 1.0, pattern.confidence, "")
    refusal = _refusal(items, k, pattern)
    if refusal is not None:
        guard, word, side = refusal
        mention.refused, mention.guard = f"{guard.name} ({word!r} {side} {entry.phrase!r})", guard
        return mention
    scopes = _scopes(segments, index, k, pattern)
    for scope in sorted(scopes):
        share = pattern.when_function if scope == "function" else pattern.when_region
        if share == 0.0:
            mention.refused, mention.guard = f"{_PART.name} (a {scope} beside {entry.phrase!r})", _PART
            return mention
        if share < 1.0:
            mention.factor *= share
            mention.confidence *= _PART_CONFIDENCE
            mention.notes += f", one {scope}"
    for modifier in _modifiers(items, k):
        assert modifier.modifier is not None
        mention.factor *= modifier.modifier.factor
        mention.confidence *= modifier.modifier.confidence
        mention.notes += f", {modifier.modifier.name}"
    return mention


def _refusal(items: Sequence[Item], k: int, pattern: RolePattern) -> tuple[Guard, str, str] | None:
    near = True
    for j in range(k - 1, -1, -1):
        entry = items[j].entry
        if entry is None:
            near = False
            continue
        if entry.reset:
            break
        if near and entry.link and j > 0:
            return _OF, entry.phrase, "before"
        guard = entry.guard
        if guard is not None and pattern.role in guard.roles:
            if "before" in guard.sides or (near and "near" in guard.sides):
                return guard, entry.phrase, "before"
        near = near and bool(entry.filler or entry.modifier)
    for j in range(k + 1, len(items)):
        entry = items[j].entry
        if entry is None or entry.link or entry.reset:
            break
        if entry.guard is not None and "after" in entry.guard.sides and pattern.role in entry.guard.roles:
            return entry.guard, entry.phrase, "after"
    entry = items[-1].entry
    if k < len(items) - 1 and entry is not None and entry.guard is not None and "end" in entry.guard.sides:
        return entry.guard, entry.phrase, "after"
    return None


def _scopes(segments: Sequence[Segment], index: int, k: int, pattern: RolePattern) -> set[str]:
    """The parts of the company that words beside the role narrow it to."""
    items = segments[index].items
    found: set[str] = set()
    j = k - 1
    while j >= 0 and (before := items[j].entry) is not None and (before.filler or before.modifier):
        j -= 1
    if j >= 0 and (before := items[j].entry) is not None and before.scope:
        if before.scope == "region" or pattern.role == "CEO":
            found.add(before.scope)
    rest = [i.entry for i in items[k + 1 :]]
    linked = bool(rest) and rest[0] is not None and bool(rest[0].link)
    named = [e.scope for e in rest[linked:] if e is not None and e.scope]
    known = all(e is not None and (e.scope or e.filler) for e in rest[linked:])
    if named and (known or (not linked and rest[0] is not None and rest[0].scope)):
        found.update(named if known else named[:1])
    if not rest:
        found.update(_scopes_behind(segments, index, pattern))
    return found


def _scopes_behind(segments: Sequence[Segment], index: int, pattern: RolePattern) -> set[str]:
    # "President & CFO, North America": the place behind a list holds for all of it
    j = index + 1
    while j < len(segments) and segments[j].separator in ("&", "/") and not segments[j].departments_only:
        j += 1
    if j == len(segments) or segments[j].separator not in (",", "-") or not segments[j].departments_only:
        return set()
    named = {i.entry.scope for i in segments[j].items if i.entry is not None and i.entry.scope}
    # behind a head a department is the part they head; behind others it is one more duty
    return {s for s in named if s == "region" or (pattern.role == "CEO" and j == index + 1)}


def _modifiers(items: Sequence[Item], k: int) -> list[Entry]:
    found: dict[str, Entry] = {}
    for steps in (range(k - 1, -1, -1), range(k + 1, len(items))):
        for j in steps:
            entry = items[j].entry
            if entry is None or not (entry.modifier or entry.filler or entry.scope):
                break
            if entry.modifier is not None:
                found.setdefault(entry.modifier.name, entry)
    return list(found.values())


def _apply(carried: _Carried, segment: Segment, mention: _Mention) -> None:
    if mention.refused is not None or any(i.entry is not None and i.entry.reset for i in segment.items):
        return
    guard, pattern = carried.guard, mention.pattern
    if guard is not None and (
        (guard.carry == "principal" and pattern.points >= _PRINCIPAL_POINTS)
        or (guard.carry == "status" and (segment.separator in ("&", "/") or pattern.role == carried.role))
    ):
        mention.refused, mention.guard = f"{carried.why}, carried over to {mention.entry.phrase!r}", guard
    elif carried.modifier_role == pattern.role and "interim" not in mention.notes:
        mention.factor *= carried.factor
        mention.notes += ", interim before"


def _carry(carried: _Carried, segment: Segment, mentions: Sequence[_Mention]) -> _Carried:
    words = [i.entry for i in segment.items]
    if any(e is not None and e.reset for e in words):
        carried = _Carried()
    for mention in mentions:
        if mention.guard is not None and mention.refused is not None:
            if mention.guard.carry != "none":
                carried = _Carried(mention.guard, mention.refused, mention.pattern.role)
        elif ", interim" in mention.notes:
            carried = _Carried(modifier_role=mention.pattern.role, factor=mention.factor)
    # "Former CEO of Acme and ...": with a company of its own the former post is told to the end
    ends = any(e is not None and e.link for e in words[1:])
    if ends and carried.guard is not None and carried.guard.carry == "status":
        return _Carried()
    return carried


def _roles(mentions: Sequence[tuple[int, _Mention]]) -> tuple[RoleReading, ...]:
    best: dict[str, RoleReading] = {}
    for number, mention in mentions:
        if mention.refused is not None:
            continue
        role = mention.pattern.role
        points = min(100, max(1, round(mention.pattern.points * mention.factor)))
        if role not in best or points > best[role].points:
            reason = f"matched {mention.entry.phrase!r} ({mention.entry.language}){mention.notes}, segment {number}"
            best[role] = RoleReading(role, points, round(min(1.0, mention.confidence), 3), reason)
    return tuple(best.values())


def _first_refusal(mentions: Sequence[tuple[int, _Mention]]) -> str | None:
    return next((f"{m.refused}, segment {number}" for number, m in mentions if m.refused is not None), None)


def _seniority(segments: Sequence[Segment], mentions: Sequence[tuple[int, _Mention]]) -> str:
    found = {m.pattern.seniority for _, m in mentions if m.refused is None}
    for segment in segments:
        entries = [i.entry for i in segment.items if i.entry is not None]
        if segment.separator != "@" and not any(e.guard is not None and e.rank is None for e in entries):
            found.update(e.rank.seniority for e in entries if e.rank is not None)
    return next((s for s in SENIORITIES if s in found), "other")
