"""Words that are a head's title only where the title says nothing else: "President", "Executive Director".

Belongs here: what such a word gives way to. Does not belong here: which words these are (`yields` in `titles.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_pipeline.rules.title_facets import OTHER_CHIEF, Guard
from outreach_pipeline.rules.title_mentions import Mention, narrow
from outreach_pipeline.rules.title_parts import share
from outreach_pipeline.rules.title_rules import Entry
from outreach_pipeline.rules.title_segments import Segment

Place = tuple[int, int]
"""A segment and an item in it."""

_CHIEF_POINTS = 90
_SERVICE = ("service", "servant")
_WAS = ("post", "person")
_OTHER = Guard("another_chief", ("near",))
_WHICH = Guard("one_of_several", ("near",))
_SURE_POINTS = 95


def yield_to_others(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """Refuse heads' titles beside another chief's, or whoever serves the chief executive ("President and COO" says
    that somebody else is); beside a vice president's rank they are of a part of the company. What stands before a
    "now" that leads to them says nothing: "COO, now President".
    """
    _yield_to_brackets(segments, mentions)
    for index, here in enumerate(mentions):
        for mention in here:
            if mention.pattern.yields and mention.refused is None:
                since = _last_reset(segments, (index, mention.item or 0))
                if chief := _other_chief(mentions, since):
                    why = f"{_OTHER.name} ({chief.entry.phrase!r} beside {mention.entry.phrase!r})"
                    mention.refused, mention.guard = why, _OTHER
                elif _has_vice(segments, since):
                    narrow(mention, "part", share("part", mention.pattern))


def _last_reset(segments: Sequence[Segment], before: Place) -> Place:
    resets = [
        (index, k)
        for index, segment in enumerate(segments[: before[0] + 1])
        for k, item in enumerate(segment.items)
        if item.entry is not None and item.entry.reset
    ]
    return max((place for place in resets if place < before), default=(-1, -1))


def _other_chief(mentions: Sequence[Sequence[Mention]], since: Place) -> Mention | None:
    told = (m for index, here in enumerate(mentions) for m in here if (index, m.item or 0) >= since)
    return next((mention for mention in told if _says_another(mention)), None)


def _says_another(mention: Mention) -> bool:
    reach = None if mention.guard is None else mention.guard.reach
    if mention.pattern.role == OTHER_CHIEF:  # also a deputy's or a part-time one's, but not the one that somebody was
        return reach not in _WAS
    served = mention.refused is not None and reach in _SERVICE
    return served and mention.pattern.role == "CEO" and mention.pattern.points >= _CHIEF_POINTS


def _has_vice(segments: Sequence[Segment], since: Place) -> bool:
    for index, segment in enumerate(segments):
        entries = [e for k, (e, _, _) in enumerate(segment.items) if e is not None and (index, k) >= since]
        was = any(e.guard is not None and e.guard.reach in _WAS for e in entries)
        if segment.separator != "@" and not was and any(_is_vice(e) for e in entries):
            return True
    return False


def _is_vice(entry: Entry) -> bool:
    return "vp" in (entry.rank and entry.rank.seniority, entry.role and entry.role.seniority)


def _yield_to_brackets(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """The bracket says which of several: "Executive Director (Chief Financial Officer)", "Geschäftsführer (COO)"."""
    for index in range(len(segments) - 1):
        if segments[index + 1].separator != "(":
            continue
        other = next((m for m in mentions[index + 1] if m.pattern.role != "CEO" and m.refused is None), None)
        for mention in mentions[index]:
            several = mention.pattern.role == "CEO" and mention.pattern.points < _SURE_POINTS
            if other and several and mention.refused is None:
                mention.refused = f"{_WHICH.name} ({other.entry.phrase!r} in brackets behind {mention.entry.phrase!r})"
                mention.guard = _WHICH
