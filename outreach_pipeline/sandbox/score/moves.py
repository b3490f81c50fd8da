"""Moves of a night against what the database noticed: which kind, of whom, and what was claimed without being so.

Belongs here: the comparison of `marketing.people_intelligence` with the world's moves. Does not belong here: reading it
(`evidence`), masters and slots (`score`).

=========  ============================================  ===========================================================
kind       in the world                                  in the database, any of
=========  ============================================  ===========================================================
moved      to a company of the world                     job_change to that company
unknown    to a company that nobody sells data about     left_company to somewhere, job_change to a company of no source
left       no new employer                               left_company to nowhere
promoted   another seat or title at the same company     promotion, role_change, title_change
=========  ============================================  ===========================================================

A title_change says only that a title is worded differently now (sources do that all the time): it answers a promotion,
but where there was none it is no false claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outreach_pipeline.sandbox.score.evidence import Evidence
from outreach_pipeline.sandbox.score.report import Changes, Miss
from outreach_pipeline.sandbox.world.truth import TrueMove, Truth

KINDS = ("moved", "unknown", "promoted", "left")
_TITLES = frozenset({"promotion", "role_change", "title_change"})


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row of people_intelligence says in the words of the world; `company` is where to, if it says so."""

    person: str
    kind: str
    company: str | None = None


def score_moves(truth: Truth, evidence: Evidence) -> tuple[dict[str, Changes], list[Miss]]:
    """Per kind of move: true ones, noticed ones, rightly noticed ones. Then what was missed, with its cause."""
    claims = _claims(truth, evidence)
    worded = {p for row in evidence.changes if row.kind in _TITLES for p in evidence.people_with(row.person)}
    counts, misses = {}, []
    for kind in KINDS:
        true = {_as_claim(move): move for move in truth.moves if move.kind == kind}
        said = {claim for claim in claims if claim.kind == kind}
        right = set(true) & (said | {c for c in true if kind == "promoted" and c.person in worded})
        counts[kind] = Changes(len(true), len(said | right), len(right))
        misses += [_missed(true[claim], claims, evidence) for claim in _sorted(set(true) - right)]
        misses += [_imagined(claim, truth) for claim in _sorted(said - right)]
    return counts, misses


def _claims(truth: Truth, evidence: Evidence) -> set[Claim]:
    """The changes of the night in the words of the world; those of people who are none of it are left out."""
    found = set()
    for row in evidence.changes:
        for person in evidence.people_with(row.person):
            if row.kind == "job_change":
                places = evidence.companies_with(row.new_company) if row.new_company else set()
                inside = {key for key in places if not truth.companies[key].is_outside}
                found |= {Claim(person, "moved", key) for key in inside} or {Claim(person, "unknown")}
            elif row.kind == "left_company":
                found.add(Claim(person, "unknown" if row.leads_somewhere else "left"))
            elif row.kind in ("promotion", "role_change"):
                found.add(Claim(person, "promoted"))
    return found


def _as_claim(move: TrueMove) -> Claim:
    return Claim(move.person, move.kind, move.to_company if move.kind == "moved" else None)


def _missed(move: TrueMove, claims: set[Claim], evidence: Evidence) -> Miss:
    instead = sorted(claim.kind for claim in claims if claim.person == move.person)
    if instead:
        return Miss(f"move not noticed ({move.kind})", move.person, f"taken for: {', '.join(instead)}")
    return Miss(f"move not noticed ({move.kind})", move.person, evidence.why_unnoticed(move.person))


def _imagined(claim: Claim, truth: Truth) -> Miss:
    moved = any(move.person == claim.person for move in truth.moves)
    cause = "their move was another one" if moved else "nothing happened to them"
    return Miss(f"move noticed that was none ({claim.kind})", claim.person, cause)


def _sorted(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (claim.person, claim.kind, claim.company or ""))
