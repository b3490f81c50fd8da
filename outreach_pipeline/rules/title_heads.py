"""Words that are a head's title only where the title says nothing else: "President", "Executive Director".

Belongs here: what such a word gives way to. Does not belong here: which words these are (`yields` in `titles.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_pipeline.rules.title_facets import OTHER_CHIEF, Guard
from outreach_pipeline.rules.title_mentions import Mention, narrow
from outreach_pipeline.rules.title_parts import share
from outreach_pipeline.rules.title_segments import Segment

_CHIEF_POINTS = 90
_SERVICE = ("service", "servant")
_OTHER = Guard("another_chief", ("near",))
_WHICH = Guard("one_of_several", ("near",))
_SURE_POINTS = 95


def yield_to_others(segments: Sequence[Segment], mentions_of_segments: Sequence[Sequence[Mention]]) -> None:
    """Refuse heads' titles beside another chief's, or whoever serves the chief executive ("President and COO" says
    that somebody else is); beside a vice president's rank they are of a part of the company.
    """
    _yield_to_brackets(segments, mentions_of_segments)
    mentions = [mention for here in mentions_of_segments for mention in here]
    if not any(mention.pattern.yields and mention.refused is None for mention in mentions):
        return
    chief = next((m for m in mentions if _says_another(m)), None)
    vice = any(_is_vice(segment) for segment in segments)
    for mention in mentions:
        if mention.refused is not None or not mention.pattern.yields:
            continue
        if chief is not None:
            mention.refused = f"{_OTHER.name} ({chief.entry.phrase!r} beside {mention.entry.phrase!r})"
            mention.guard = _OTHER
        elif vice:
            narrow(mention, "part", share("part", mention.pattern))


def _says_another(mention: Mention) -> bool:
    if mention.pattern.role == OTHER_CHIEF:
        return mention.refused is None
    served = mention.guard is not None and mention.guard.reach in _SERVICE
    return mention.pattern.role == "CEO" and mention.pattern.points >= _CHIEF_POINTS and mention.refused is not None and served


def _is_vice(segment: Segment) -> bool:
    entries = [e for e, _, _ in segment.items if e is not None]
    if segment.separator == "@" or any(e.guard is not None and e.rank is None for e in entries):
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
