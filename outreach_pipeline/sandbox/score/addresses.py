"""The ready list against the truth: is each address the live one of that person at that company?

Belongs here: the comparison and its causes. Does not belong here: what is true of addresses (`world.addresses`), who
should hold which slot (`compare`).
"""

from __future__ import annotations

from outreach_pipeline.sandbox.score.evidence import Evidence, Ready
from outreach_pipeline.sandbox.score.report import Addresses, Miss
from outreach_pipeline.sandbox.world.truth import Truth

WRONG = "wrong address on the ready list"
UNKNOWABLE = "dead address on the ready list"
_LIVE = ("good", "catch_all")


def score_addresses(truth: Truth, evidence: Evidence) -> tuple[Addresses, list[Miss]]:
    """Counts, and each wrong address with its cause. `key` of a miss is the true company, the role and the address."""
    misses, right = [], 0
    for row in evidence.ready:
        miss = _fault(row, truth, evidence)
        if miss is None:
            right += 1
        else:
            misses.append(miss)
    wrong = sum(miss.what == WRONG for miss in misses)
    offered = {row.email for row in evidence.ready}
    reachable = {holder: _addresses(truth, company, holder) for company, holder in _holders(truth)}
    reachable = {holder: addresses for holder, addresses in reachable.items() if addresses}
    counts = Addresses(
        len(evidence.ready), right, wrong, len(misses) - wrong, len(reachable),
        sum(bool(addresses & offered) for addresses in reachable.values()),
    )  # fmt: skip
    return counts, misses


def _fault(row: Ready, truth: Truth, evidence: Evidence) -> Miss | None:
    companies, people = evidence.companies_with(row.company), evidence.people_with(row.person)
    where = f"{' '.join(sorted(companies)) or row.company} {row.role} {row.email}"
    address = truth.addresses.get(row.email)
    if address is None:
        return Miss(WRONG, where, "nobody in the world has such an address")
    if address.state == "role":
        return Miss(WRONG, where, "a mailbox of nobody in particular")
    if people != {address.person}:
        return Miss(WRONG, where, "somebody else's address" if people else "the person of the slot is a stranger")
    if address.person is not None and truth.people[address.person].is_untold:
        return Miss(UNKNOWABLE, where, "the person has left, and no source tells of it")
    if address.state == "moved":
        return Miss(WRONG, where, "the person has left that company, or the company that domain")
    if address.company not in companies:
        return Miss(WRONG, where, "the address is at another company")
    if address.state in _LIVE:
        return None
    if address.is_called_verified:
        return Miss(UNKNOWABLE, where, "its source calls it verified, and no other says anything")
    return Miss(WRONG, where, "no such mailbox, and no source calls it verified")


def _holders(truth: Truth) -> list[tuple[str, str]]:
    return [(company, holder) for company, places in truth.slots.items() for holder in places.values() if holder]


def _addresses(truth: Truth, company: str, holder: str) -> set[str]:
    return {
        address for address in truth.people[holder].emails
        if (each := truth.addresses[address]).company == company and each.state in _LIVE and each.is_called_verified
    }  # fmt: skip
