"""The part of a company that a role is of: a division, a region, a plant, one function; or a club beside it.

Belongs here: which scope the words beside a role name, and what says that a head's title is not the head's.
Does not belong here: guards (`title_mentions.py`, `title_reach.py`), a company named in a title
(`title_companies.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_pipeline.rules.title_facets import RolePattern
from outreach_pipeline.rules.title_segments import Item, Segment

_BEHIND = frozenset({",", "-", "("})


def scopes(segments: Sequence[Segment], index: int, k: int, pattern: RolePattern) -> set[str]:
    """The scopes that the words beside the role at item `k` of segment `index` narrow it to."""
    items = segments[index].items
    found = _before(items, k, pattern)
    tail = items[k + 1 :]
    if not tail:
        return found | _in_later_segments(segments, index, pattern)
    linked = tail[0].entry is not None and bool(tail[0].entry.link)
    named = tail[1:] if linked else tail
    if all(i.entry is not None and (i.entry.scope or i.entry.filler or i.entry.link or i.entry.post) for i in named):
        found.update(i.entry.scope for i in named if i.entry is not None and i.entry.scope)
    elif part := _part_at_an_end(named):
        found.add(part)
    elif not linked and tail[0].entry is not None and tail[0].entry.scope:
        found.add(tail[0].entry.scope)  # "President of Sales Solutions" is a company, "President Sales Acme" is not
    return found


def is_part(items: Sequence[Item]) -> bool:
    """Whether the words name a part of the company, so that they are no company of their own."""
    return _part_at_an_end(items) == "part"


def _part_at_an_end(items: Sequence[Item]) -> str | None:
    """The noun stands first or last: "Valve Division", "the Packaging Business Unit", "Werk Hamburg"."""
    telling = [i.entry for i in items if i.entry is None or not (i.entry.filler or i.entry.link)]
    for entry in (*telling[:1], *telling[-1:]):
        if entry is not None and entry.scope in ("part", "body"):
            return entry.scope
    return None


def _before(items: Sequence[Item], k: int, pattern: RolePattern) -> set[str]:
    for j in range(k - 1, -1, -1):
        entry = items[j].entry
        if entry is None:
            break
        if entry.scope in ("region", "part") or (entry.scope and pattern.role == "CEO"):
            return {entry.scope}
        if not (entry.filler or entry.modifier):
            break
    return set()


def _in_later_segments(segments: Sequence[Segment], index: int, pattern: RolePattern) -> set[str]:
    # "President & CFO, North America": the part behind a list holds for all of it
    j = index + 1
    while j < len(segments) and segments[j].separator in ("&", "/", ",") and segments[j].is_post:
        j += 1
    if j == len(segments) or segments[j].separator not in _BEHIND or segments[j].is_post:
        return set()
    if not segments[j].departments_only:
        part = _part_at_an_end(segments[j].items)
        return {part} if part else set()
    named = {i.entry.scope for i in segments[j].items if i.entry is not None and i.entry.scope}
    # behind a head a department is the part they head; behind others it is one more duty
    return {s for s in named if s != "function" or (pattern.role == "CEO" and j == index + 1)}


def share(scope: str, pattern: RolePattern) -> float:
    """What remains of the points of a role for such a part; 0 refuses it."""
    if scope == "body":
        return 0.0 if pattern.yields else 1.0
    if scope == "function":
        return 0.0 if pattern.yields else pattern.when_function
    return pattern.when_region
