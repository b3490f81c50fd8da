"""How far a guard governs: "Former Chairman, President and CEO" was all three, "CEO, former auditor" is one.

Belongs here: guards that reach across separators, forwards and backwards, and what ends their reach.
Does not belong here: guards within a segment (`title_mentions.py`), the words of a guard (`titles.toml`).

The reaches, by what kind of word a guard is:

word      it speaks of the role beside it ("deputy"). Across separators only the same role is meant again: "Deputy CFO
          and Finance Director"; the deputy chief executive may well be the chief financial officer.
post      it speaks of the posts that follow ("former", "non-executive"): all that are joined by "and", all in a list of
          posts, until a company of their own ends them. At an end it speaks of the posts joined before it.
person    it speaks of a post when one follows, else of the person: who is retired or looks for work holds nothing.
service   whom somebody serves ("to the"): everybody in the list, but for a post that serves itself ("HR Manager").
servant   the same where the guard is who serves ("Assistant"): words that are no post do not end it, as they may be
          the name of whom they serve.
"Now", "since 2018", another line ("|") and a company end each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_pipeline.rules.title_facets import Guard
from outreach_pipeline.rules.title_mentions import OF, Mention
from outreach_pipeline.rules.title_rules import Entry
from outreach_pipeline.rules.title_segments import Segment

_JOINED = ("&", "/")
_LISTED = (",", "(", ")")


@dataclass(slots=True)
class _Reach:
    """A guard on its way through the title.

    `alone`: nothing stands beside it. `linked`: the words say whom or what it is of. `role`: the first that it refused.
    `foreign`: words that name no post were among what it governs. `closed`: a company of its own ended it.
    """

    guard: Guard
    why: str
    alone: bool
    linked: bool
    role: str = ""
    foreign: bool = False
    closed: bool = False

    def crosses(self, separator: str) -> bool:
        kind = self.guard.reach
        if self.closed or separator in ("|", "-"):
            unnamed = separator == "-" and kind == "servant" and not self.role  # "Executive Assistant - CEO"
            return unnamed or (self.alone and kind in ("post", "person"))
        if kind in ("service", "servant"):
            if not self.linked:  # "Executive Assistant, CEO" serves, "Executive Assistant & HR Manager" is both
                return kind == "servant" and separator in _LISTED
            return kind == "servant" or not self.foreign
        return separator in _JOINED or self.alone or not self.foreign

    def governs(self, mention: Mention) -> bool:
        if self.guard.reach == "word":
            return mention.pattern.role == self.role
        if self.guard.reach in ("service", "servant"):
            own = mention.pattern.role in ("CFO", "HR") and mention.pattern.seniority in ("manager", "other")
            return not own or mention.pattern.whole
        return True


def settle(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """Refuse the mentions (one list for each segment) that a guard of another segment governs."""
    _forwards(segments, mentions)
    for index, segment in enumerate(segments):
        if segment.separator != "@":
            _everywhere(segment, mentions)
            _backwards(segments, mentions, index)


def _forwards(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    reach: _Reach | None = None
    for segment, here in zip(segments, mentions, strict=True):
        if segment.separator == "@" or any(e is not None and e.reset for e, _, _ in segment.items):
            reach = None
        if segment.separator == "@":
            continue
        if reach is not None and not reach.crosses(segment.separator):
            reach = None
        if reach is not None:
            for mention in here:
                if mention.refused is None and reach.governs(mention):
                    _refuse(mention, reach.guard, f"{reach.why}, carried over to {mention.entry.phrase!r}")
                    reach.role = reach.role or mention.pattern.role
        reach = _begun(segment, here) or reach
        if reach is not None:
            _note(reach, segment)


def _begun(segment: Segment, here: Sequence[Mention]) -> _Reach | None:
    """The reach that begins in a segment: its last guard that looks ahead, the one who serves before the others."""
    found: _Reach | None = None
    for k, (entry, _, _) in enumerate(segment.items):
        if entry is None or entry.reset:
            found = None if entry is not None else found
            continue
        guard = entry.guard
        if guard is None or not {"before", "near"} & set(guard.sides):
            continue
        refused = next((m for m in here if m.guard is guard and m.refused), None)
        if guard.reach == "word" and (refused is None or found is not None):
            continue
        if found is not None and found.guard.reach == "servant" and guard.reach not in ("post", "person"):
            found.linked = found.linked or _names_whom(guard) or refused is not None
            found.role = found.role or (refused.pattern.role if refused else "")
            continue
        rest = [i.entry for i in segment.items[k + 1 :]]
        alone = all(e is not None and e.filler for e in rest) and all(
            i.entry is not None and (i.entry.filler or i.entry.guard) for i in segment.items[:k]
        )
        linked = (_names_whom(guard) and bool(rest)) or refused is not None or any(e and e.link for e in rest)
        why = refused.refused if refused and refused.refused else f"{guard.name} (before)"
        found = _Reach(guard, why, alone, linked, refused.pattern.role if refused else "")
    return found or _served(here)


def _names_whom(guard: Guard) -> bool:
    """Whether a guard ends in its link: "assistant to the"."""
    return guard.reach == "service" or (guard.reach == "servant" and guard.sides == ("before",))


def _served(here: Sequence[Mention]) -> _Reach | None:
    """Whoever stands behind "of" is somebody else, and so is who stands beside them ("the right hand of ...")."""
    for mention in here:
        if mention.guard is OF and mention.refused and not mention.pattern.whole:
            return _Reach(OF, mention.refused, False, True, mention.pattern.role)
    return None


def _note(reach: _Reach, segment: Segment) -> None:
    """What the words of a governed segment mean for those behind it: a company of its own ends the reach, and so, in
    a list, do words that name no post.
    """
    link = post = False
    for entry, _, _ in segment.items:
        if entry is None:
            reach.closed = reach.closed or (link and reach.guard.reach in ("post", "person", "word"))
            reach.foreign = reach.foreign or post
        link = entry is not None and bool(entry.link)
        post = post or (entry is not None and bool(entry.role or entry.rank or entry.post))
    reach.foreign = reach.foreign or not (post or all(e is not None for e, _, _ in segment.items))


def _everywhere(segment: Segment, mentions: Sequence[Sequence[Mention]]) -> None:
    """Who has no work, or looks for it, holds no seat, whatever else the title says."""
    for entry, _, end in segment.items:
        guard = None if entry is None else entry.guard
        if entry is None or guard is None:
            continue
        behind = segment.words[end:]
        if "any" in guard.sides or (guard.objects and (not behind or not guard.objects.isdisjoint(behind))):
            for mention in (m for here in mentions for m in here if m.refused is None):
                _refuse(mention, guard, f"{guard.name} ({entry.phrase!r} beside {mention.entry.phrase!r})")


def _backwards(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]], index: int) -> None:
    segment = segments[index]
    found = _closing(segment)
    if found is None:
        return
    guard, entry, alone = found
    whole = guard.reach == "person"
    for j in range(index, -1, -1):
        if j < index and any(e is not None and e.reset for e, _, _ in segments[j].items):
            break
        for mention in mentions[j]:
            if mention.refused is None and segments[j].separator != "@":
                _refuse(mention, guard, f"{guard.name} ({entry.phrase!r} after {mention.entry.phrase!r})")
        if segments[j].separator == "|" and not alone:
            break
        if not whole and segments[j].separator not in _JOINED:
            break


def _closing(segment: Segment) -> tuple[Guard, Entry, bool] | None:
    """The guard that looks back from the end of a segment, and whether it stands there alone."""
    for k in range(len(segment.items) - 1, -1, -1):
        entry = segment.items[k].entry
        guard = None if entry is None else entry.guard
        rest = segment.items[k + 1 :]
        if entry is not None and guard is not None:
            before = segment.items[:k]
            alone = all(i.entry is not None and (i.entry.filler or i.entry.guard) for i in before)
            last = all(i.entry is not None and (i.entry.filler or i.entry.guard) for i in rest)
            if guard.reach in ("post", "person") and "end" in guard.sides and last:
                return guard, entry, alone
    return None


def _refuse(mention: Mention, guard: Guard, why: str) -> None:
    mention.refused, mention.guard = why, guard
