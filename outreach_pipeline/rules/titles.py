"""Reading a job title: is it the CEO, the CFO or the head of HR, how high, how surely, and why (or why not).

Belongs here: the reading of one title as a whole, with loaded rules.
Does not belong here: the judgement of one role word (`title_mentions.py`), how far a guard governs
(`title_reach.py`), words of any language (`titles.toml`), their loading (`title_rules.py`), which of several
candidates holds a slot (a stage decides).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_pipeline.rules.title_companies import named
from outreach_pipeline.rules.title_facets import OTHER_CHIEF, SENIORITIES
from outreach_pipeline.rules.title_heads import yield_to_others
from outreach_pipeline.rules.title_mentions import Mention, mentions_of
from outreach_pipeline.rules.title_reach import settle
from outreach_pipeline.rules.title_rules import TitleRules, load_rules
from outreach_pipeline.rules.title_segments import Segment, attach, cut

__all__ = ["RoleReading", "TitleReading", "TitleRules", "load_rules", "read_title"]

@dataclass(frozen=True, slots=True)
class RoleReading:
    """One role that a title claims.

    `points` 1..100 within the role (100 = the seat itself), `confidence` 0..1, `reason` for people: which
    phrase of which language, in which segment of the title. `company` is the key of the company that the title
    says the role is at, None where it names none: the role counts at no other.
    """

    role: str
    points: int
    confidence: float
    reason: str
    company: str | None = None


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title says. `roles` in order of mention, each role once.

    `guard` names the first refusal of a role word, such as "former ('ex' before 'ceo'), segment 1", also when
    another role was read; None if nothing was refused. `seniority` is one of c_level, owner, vp, director,
    manager, other.
    No `reason` or `guard` repeats words of the title that the rules do not know.
    """

    roles: tuple[RoleReading, ...] = ()
    guard: str | None = None
    seniority: str = "other"


def read_title(title: str | None, rules: TitleRules) -> TitleReading:
    """Read one title in any of the languages of the rules. Never raises; None and blank mean no role."""
    if not title:
        return TitleReading()
    segments = attach(cut(rules.tokens(title), rules.tree))
    mentions = _mentions(segments, rules)
    told = [(number, mention) for number, here in enumerate(mentions, 1) for mention in here]
    if not told:
        return TitleReading((), _swallowed(segments, rules), _seniority(segments, told))
    settle(segments, mentions)
    _spread_interim(segments, mentions)
    yield_to_others(segments, mentions)
    return TitleReading(_roles(segments, told, title), _first_refusal(told), _seniority(segments, told))


def _mentions(segments: Sequence[Segment], rules: TitleRules) -> list[list[Mention]]:
    found: list[list[Mention]] = []
    company = False
    for index, segment in enumerate(segments):
        company = segment.separator == "@" or (company and segment.separator != "|")
        found.append([] if segment.separator == "@" else mentions_of(segments, index, rules.tree, bare=not company))
    return found


def _spread_interim(segments: Sequence[Segment], mentions: Sequence[Sequence[Mention]]) -> None:
    """The same seat in other words is held for a time as well: "Interim President, Chief Executive Officer"."""
    held: Mention | None = None
    for segment, here in zip(segments, mentions, strict=True):
        if segment.separator in ("@", "|", "-"):
            held = None
        for mention in here:
            if ", interim" in mention.notes:
                held = mention
            elif held is not None and held.pattern.role == mention.pattern.role and mention.refused is None:
                mention.factor *= held.factor
                mention.notes += ", interim before"


def _roles(
    segments: Sequence[Segment], mentions: Sequence[tuple[int, Mention]], title: str
) -> tuple[RoleReading, ...]:
    best: dict[str, RoleReading] = {}
    for number, mention in mentions:
        if mention.refused is not None or mention.pattern.role == OTHER_CHIEF:
            continue
        role = mention.pattern.role
        points = min(100, max(1, round(mention.pattern.points * mention.factor)))
        if role not in best or points > best[role].points:
            matched = f"matched {mention.entry.phrase!r} ({mention.entry.language})"
            reason = f"{matched}{mention.notes}, segment {number}"
            company = named(segments, number - 1, mention.item, title)
            best[role] = RoleReading(role, points, round(min(1.0, mention.confidence), 3), reason, company)
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
