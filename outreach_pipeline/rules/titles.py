"""Reading a job title: is it the CEO, the CFO or the head of HR, how high, how surely, and why (or why not).

Belongs here: the reading of one title as a whole, with loaded rules.
Does not belong here: the judgement of one role word (`title_mentions.py`), words of any language
(`titles.toml`), their loading (`title_rules.py`), which of several candidates holds a slot (a stage decides).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_pipeline.rules.title_mentions import Mention, mentions_of
from outreach_pipeline.rules.title_rules import SENIORITIES, Guard, RolePattern, TitleRules, load_rules
from outreach_pipeline.rules.title_segments import Segment, attach, cut

__all__ = ["RoleReading", "TitleReading", "TitleRules", "load_rules", "read_title"]

_PRINCIPAL_POINTS = 75
"""Whom one assists is high: "Assistant to CEO & CFO" is neither, "... to CEO & HR Manager" the latter."""


@dataclass(frozen=True, slots=True)
class RoleReading:
    """One role that a title claims.

    `points` 1..100 within the role (100 = the seat itself), `confidence` 0..1, `reason` for people: which
    phrase of which language, in which segment of the title.
    """

    role: str
    points: int
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title says. `roles` in order of mention, each role once.

    `guard` names the first refusal of a role word, such as "former ('ex' before 'ceo'), segment 1", also when
    another role was read; None if nothing was refused. `seniority` is one of c_level, owner, vp, director,
    manager, other.
    No text repeats words of the title that the rules do not know.
    """

    roles: tuple[RoleReading, ...] = ()
    guard: str | None = None
    seniority: str = "other"


@dataclass(slots=True)
class _Carried:
    """What a segment hands on to the next: its refusal, its "interim"."""

    guard: Guard | None = None
    why: str = ""
    role: str = ""
    modifier_role: str = ""
    factor: float = 1.0

    @property
    def serves(self) -> bool:
        """Whether it is a servant's title that has not named its principal yet: "Executive Assistant"."""
        return self.guard is not None and self.guard.carry == "servant" and not self.role

    def reaches(self, separator: str, pattern: RolePattern) -> bool:
        """Whether the refusal holds for a role word behind `separator` too."""
        if self.guard is None:
            return False
        if self.guard.carry == "status":
            return separator in ("&", "/") or pattern.role == self.role
        if self.serves and separator not in (",", "-"):
            return False
        return pattern.whole or pattern.points >= _PRINCIPAL_POINTS


def read_title(title: str | None, rules: TitleRules) -> TitleReading:
    """Read one title in any of the languages of the rules. Never raises; None and blank mean no role."""
    if not title:
        return TitleReading()
    segments = attach(cut(rules.tokens(title), rules.tree))
    mentions: list[tuple[int, Mention]] = []
    carried = _Carried()
    company = False
    for index, segment in enumerate(segments):
        if segment.separator == "@":
            company, carried = True, _Carried()
            continue
        if segment.separator == "|" or (segment.separator == "-" and not carried.serves):
            carried = _Carried()
        company = company and segment.separator != "|"
        found = mentions_of(segments, index, rules.tree, bare=not company)
        for mention in found:
            _apply(carried, segment, mention)
        carried = _carry(carried, segment, found)
        mentions.extend((index + 1, mention) for mention in found)
    guard = _first_refusal(mentions) if mentions else _swallowed(segments, rules)
    return TitleReading(_roles(mentions), guard, _seniority(segments, mentions))


def _apply(carried: _Carried, segment: Segment, mention: Mention) -> None:
    if mention.refused is not None or any(i.entry is not None and i.entry.reset for i in segment.items):
        return
    pattern = mention.pattern
    if carried.reaches(segment.separator, pattern):
        mention.refused = f"{carried.why}, carried over to {mention.entry.phrase!r}"
        mention.guard = carried.guard
    elif carried.modifier_role == pattern.role and "interim" not in mention.notes:
        mention.factor *= carried.factor
        mention.notes += ", interim before"


def _carry(carried: _Carried, segment: Segment, mentions: Sequence[Mention]) -> _Carried:
    words = [i.entry for i in segment.items]
    if any(e is not None and e.reset for e in words):
        carried = _Carried()
    for mention in mentions:
        if mention.guard is not None and mention.refused is not None:
            if mention.guard.carry != "none":
                carried = _Carried(mention.guard, mention.refused, mention.pattern.role)
        elif ", interim" in mention.notes:
            carried = _Carried(modifier_role=mention.pattern.role, factor=mention.factor)
    if not mentions:
        guards = [e.guard for e in words if e is not None and e.guard is not None]
        carried = next((_Carried(g, f"{g.name} (before)") for g in guards if g.carry == "servant"), carried)
    # "Former CEO of Acme and ...": with a company of its own the former post is told to the end
    ends = any(e is not None and e.link for e in words[1:])
    if ends and carried.guard is not None and carried.guard.carry == "status":
        return _Carried()
    return carried


def _roles(mentions: Sequence[tuple[int, Mention]]) -> tuple[RoleReading, ...]:
    best: dict[str, RoleReading] = {}
    for number, mention in mentions:
        if mention.refused is not None:
            continue
        role = mention.pattern.role
        points = min(100, max(1, round(mention.pattern.points * mention.factor)))
        if role not in best or points > best[role].points:
            matched = f"matched {mention.entry.phrase!r} ({mention.entry.language})"
            reason = f"{matched}{mention.notes}, segment {number}"
            best[role] = RoleReading(role, points, round(min(1.0, mention.confidence), 3), reason)
    return tuple(best.values())


def _first_refusal(mentions: Sequence[tuple[int, Mention]]) -> str | None:
    return next((f"{m.refused}, segment {number}" for number, m in mentions if m.refused is not None), None)


def _swallowed(segments: Sequence[Segment], rules: TitleRules) -> str | None:
    """The refusal of a role word that is part of a longer phrase: "Product Owner", "Président du conseil"."""
    for number, segment in enumerate(segments, 1):
        for entry, start, end in segment.items:
            if entry is None or entry.guard is None or segment.separator == "@":
                continue
            nodes = [rules.tree.get(word) for word in segment.words[start:end]]
            if any(n is not None and n.entry is not None and n.entry.role is not None for n in nodes):
                return f"{entry.guard.name} ({entry.phrase!r}), segment {number}"
    return None


def _seniority(segments: Sequence[Segment], mentions: Sequence[tuple[int, Mention]]) -> str:
    found = {m.pattern.seniority for _, m in mentions if m.refused is None}
    for segment in segments:
        entries = [i.entry for i in segment.items if i.entry is not None]
        if segment.separator != "@" and not any(e.guard is not None and e.rank is None for e in entries):
            found.update(e.rank.seniority for e in entries if e.rank is not None)
    return next((s for s in SENIORITIES if s in found), "other")
