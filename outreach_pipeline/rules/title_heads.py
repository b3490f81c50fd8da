"""Words that are a head's title only where the title says nothing else: "President", "Executive Director".

Belongs here: what such a word gives way to. Does not belong here: which words these are (`yields` in `titles.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_pipeline.rules.title_facets import OTHER_CHIEF, Guard
from outreach_pipeline.rules.title_mentions import Mention, narrow
from outreach_pipeline.rules.title_parts import share
from outreach_pipeline.rules.title_segments import Item, Segment

_CHIEF_POINTS = 90
_SERVICE = ("service", "servant")
_WAS = ("post", "person")
_OTHER = Guard("another_chief", ("near",))
_WHICH = Guard("one_of_several", ("near",))
_SURE_POINTS = 95


def yield_to_others(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """Refuse heads' titles beside another chief's, or whoever serves the chief executive ("President and COO" says
    that somebody else is); beside a vice president's rank they are of a part of the company.
    """
    _yield_to_brackets(segments, mentions)
    for index, here in enumerate(mentions):
        for mention in here:
            if mention.pattern.yields and mention.refused is None:
                _yield(mention, _beside(segments, mentions, index, mention))


def _yield(mention: Mention, beside: tuple[Mention | None, bool]) -> None:
    chief, vice = beside
    if chief is not None:
        mention.refused = f"{_OTHER.name} ({chief.entry.phrase!r} beside {mention.entry.phrase!r})"
        mention.guard = _OTHER
    elif vice:
        narrow(mention, "part", share("part", mention.pattern))


def _beside(
    segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]], index: int, mention: Mention
) -> tuple[Mention | None, bool]:
    """Another chief beside a mention, and whether a vice president's rank is: not before a "now" that leads to it."""
    first, item = index, mention.item or 0
    while first > 0 and not _has_reset(segments[first].items[: item if first == index else None]):
        first -= 1
    since = max((k for k, i in enumerate(segments[first].items) if _is_reset(i) and (first < index or k < item)), default=-1)
    chief, vice = None, False
    for j in range(first, len(segments)):
        begin = since + 1 if j == first else 0
        chief = chief or next((m for m in mentions[j] if (m.item or 0) >= begin and _says_another(m)), None)
        vice = vice or _is_vice(segments[j], begin)
    return chief, vice


def _has_reset(items: Sequence[Item]) -> bool:
    return any(_is_reset(item) for item in items)


def _is_reset(item: Item) -> bool:
    return item.entry is not None and bool(item.entry.reset)


def _says_another(mention: Mention) -> bool:
    if mention.pattern.role == OTHER_CHIEF:  # also a deputy's or a part-time one's, but not the one that somebody was
        return mention.guard is None or mention.guard.reach not in _WAS
    served = mention.guard is not None and mention.guard.reach in _SERVICE
    return mention.pattern.role == "CEO" and mention.pattern.points >= _CHIEF_POINTS and mention.refused is not None and served


def _is_vice(segment: Segment, begin: int) -> bool:
    entries = [e for e, _, _ in segment.items[begin:] if e is not None]
    if segment.separator == "@" or any(e.guard is not None and e.guard.reach in _WAS for e in entries):
        return False
    return any(
        (e.rank is not None and e.rank.seniority == "vp") or (e.role is not None and e.role.seniority == "vp")
        for e in entries
    )


def _yield_to_brackets(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """ "Executive Director (Chief Financial Officer)", "Geschäftsführer (COO)": the bracket says which of several."""
    for index in range(len(segments) - 1):
        if segments[index + 1].separator != "(":
            continue
        other = next((m for m in mentions[index + 1] if m.pattern.role != "CEO" and m.refused is None), None)
        for mention in mentions[index]:
            if other and mention.refused is None and mention.pattern.role == "CEO" and mention.pattern.points < _SURE_POINTS:
                mention.refused = f"{_WHICH.name} ({other.entry.phrase!r} in brackets behind {mention.entry.phrase!r})"
                mention.guard = _WHICH
