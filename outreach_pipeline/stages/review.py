"""Reviews: company names that wait, and the companies they may mean; suggested, never merged on a guess.

Belongs here: comparing waiting names with known ones, and carrying out what somebody decided. Does not belong here:
which company a name means (`marketing.f_follow_names`), showing (`stages.status`, `outreach reviews`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from outreach_pipeline.database.connect import Role
from outreach_pipeline.database.queries import load_queries
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.rules.companies import company_key_loose
from outreach_pipeline.stages.slots import assign_slots

if TYPE_CHECKING:
    from outreach_pipeline.stages.workspace import Batch, Workspace

_MOST_NAMES = 5_000
_MOST_CANDIDATES = 3
# "amazon com" and "amazon" 75, "molson coors brewing" and "molson coors" 75, "l brands" and "l oreal" 53.
_SIMILAR = 72


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What a decision set going: loads of the name, and people who have a master since."""

    review_id: int
    loads: int
    people_created: int
    slots_filled: int


def decide_review(workspace: Workspace, review_id: int, company_unique_id: str | None) -> DecisionReport:
    """Say which company a name means (None: none of those known), and promote what waited for the answer.

    The decision and the promotion are one transaction; it can be decided otherwise later. Raises ConfigurationError
    when there is no such review or company.
    """
    queries = load_queries("promote")
    with workspace.database.transaction(Role.PROMOTE) as tx:
        decision = tx.fetch_row(
            load_queries("review").decide, {"review_id": review_id, "company_id": company_unique_id}
        )
        if decision["verdict"] != "decided":
            raise _unknown(decision["verdict"], review_id, company_unique_id)
        loads = {"load_ids": decision["load_ids"]}
        masters = tx.fetch_row(queries.promote_masters, loads)
        if loads["load_ids"]:  # without ids the function would take the next thousand
            tx.execute(queries.promote_contacts, loads)
    slots = assign_slots(workspace)
    return DecisionReport(review_id, len(loads["load_ids"]), masters["people_created"], slots.assigned)


@dataclass(frozen=True, slots=True)
class PairReport:
    """What became of two ids: which ids they were, whether they are one now, slots that changed hands."""

    first_id: str
    second_id: str
    same: bool
    slots_changed: int


def decide_pair(workspace: Workspace, which: int | tuple[str, str], *, same: bool) -> PairReport:
    """Say that the two of a review, or two ids named by hand, are one or are not; identity is computed anew at once.

    The decision and what follows are one transaction, it outlives replays, and it can be decided otherwise later.
    Raises ConfigurationError when there is no such review or id, or the ids are of different kinds.
    """
    review_id, first, second = (which, None, None) if isinstance(which, int) else (None, *which)
    asked = {"review_id": review_id, "first_id": first, "second_id": second, "same": same}
    with workspace.database.transaction(Role.PROMOTE) as tx:
        decision = tx.fetch_row(load_queries("review").decide_pair, asked)
        if decision["verdict"] != "decided":
            raise _not_a_pair(decision["verdict"], review_id)
        tx.execute(load_queries("promote").promote_masters, {"load_ids": []})
    slots = assign_slots(workspace)
    changed = slots.assigned + slots.displaced + slots.vacated
    return PairReport(decision["first_id"], decision["second_id"], same, changed)


def _not_a_pair(verdict: str, review_id: int | None) -> ConfigurationError:
    if verdict == "unknown_review":
        return ConfigurationError(
            f"There is no review {review_id} of a pair.", next_step="`outreach reviews` lists them."
        )
    if verdict == "other_kind":
        return ConfigurationError(
            "These are not two companies or two people.", next_step="Give two ids 04.04.01... or two ids 04.04.02..."
        )
    return ConfigurationError(
        "One of these ids names nobody, or both are the same.", next_step="`outreach explain ID` says what an id means."
    )


def _unknown(verdict: str, review_id: int, company_unique_id: str | None) -> ConfigurationError:
    if verdict == "unknown_review":
        return ConfigurationError(f"There is no review {review_id}.", next_step="`outreach reviews` lists them.")
    return ConfigurationError(
        f"There is no company {company_unique_id}.",
        next_step="Give the Barton ID (04.04.01...) of a company; `outreach reviews` names the candidates.",
    )


def suggest_matches(workspace: Workspace, batch: Batch) -> int:
    """Open a review for each waiting name of a batch that resembles known ones; returns how many."""
    queries = load_queries("review")
    with workspace.database.transaction(Role.PROMOTE) as tx:
        waiting = tx.fetch_all(queries.unplaced_names, {"batch_id": batch.batch_id, "limit": _MOST_NAMES})
        if not waiting:
            return 0
        words = sorted({row["name_key"].split()[0] for row in waiting})
        known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in tx.fetch_all(queries.names_by_first_word, {"words": words}):
            known[row["name_key"].split()[0]].append((row["name_key"], row["company_unique_id"]))
        found = [(row, similar(row["name_key"], known[row["name_key"].split()[0]])) for row in waiting]
        opened = [(row, candidates) for row, candidates in found if candidates]
        tx.execute(
            queries.open_review,
            {
                "name_keys": [row["name_key"] for row, _ in opened],
                "cities": [row["place_city"] for row, _ in opened],
                "countries": [row["place_country"] for row, _ in opened],
                "names": [row["name"] for row, _ in opened],
                "reasons": [f"a similar name is known ({candidates[0][0]} of 100)" for _, candidates in opened],
                "candidates": [" ".join(company for _, company in candidates) for _, candidates in opened],
                "load_ids": [row["load_id"] for row, _ in opened],
            },
        )
    return len(opened)


def similar(name_key: str, known: list[tuple[str, str]]) -> list[tuple[int, str]]:
    """The companies (name key, id) whose names resemble a name most, best first, as (likeness of 100, id).

    Equal without Group, Holdings and the like counts as 95; otherwise the share of common words and letters.
    """
    loose = company_key_loose(name_key)
    best: dict[str, int] = {}
    for other, company in known:
        likeness = 95 if company_key_loose(other) == loose else round(fuzz.token_sort_ratio(name_key, other))
        if likeness >= _SIMILAR:
            best[company] = max(best.get(company, 0), likeness)
    ranked = sorted(((likeness, company) for company, likeness in best.items()), key=lambda pair: (-pair[0], pair[1]))
    return ranked[:_MOST_CANDIDATES]
