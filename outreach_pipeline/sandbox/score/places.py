"""Where people are believed to be against where they are.

Belongs here: the comparison and its causes. Does not belong here: slots (`compare`), changes of one night (`moves`).

Somebody is *late* while the database believes in a former company: nobody has told it yet, or it was told and forgot.
To hold that somebody has left a company where they still are is the worse fault: it raises an alarm and empties a seat.
"""

from __future__ import annotations

from outreach_pipeline.sandbox.score.evidence import Evidence
from outreach_pipeline.sandbox.score.report import Miss, Places
from outreach_pipeline.sandbox.world.truth import Truth

WRONG_LEFT = "wrongly said to have left"


def score_places(truth: Truth, evidence: Evidence) -> tuple[Places, list[Miss]]:
    """Of all masters that are one true person with a company of the world."""
    known, late, misses = 0, 0, []
    right: set[str] = set()
    for row in evidence.placed:
        people = evidence.people_with(row.person)
        if len(people) != 1:
            continue
        (key,) = people
        person = truth.people[key]
        if person.company is None or truth.companies[person.company].is_outside:
            continue
        known += 1
        believed = evidence.companies_with(row.company)
        if person.company in believed and not row.has_left:
            right.add(key)
        elif person.company in believed:
            misses.append(Miss(WRONG_LEFT, key, "still at that company"))
        elif believed & set(person.companies):
            late += 1
        else:
            where = "placed where they never worked" if believed else "placed at a stranger's"
            misses.append(Miss(WRONG_LEFT, key, where))
    return Places(known, len(right), late, len(misses), frozenset(right)), misses
