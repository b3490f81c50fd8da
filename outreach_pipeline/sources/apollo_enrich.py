"""Enrichment at Apollo: people by id, LinkedIn address or e-mail, companies by domain, ten to a call.

Belongs here: which subjects go into a call, and joining the answer to them. Does not belong here: who is due
(the ledger knows), reservations (`apollo_paid`).

Answers promise neither order nor length, and hold null: they are joined by id, LinkedIn address, e-mail or
domain, never by position. Who was asked about is remembered with the call, found or not, by all the names that the
answer tells, so that nobody is asked about twice within the days that the settings give.

The cursor is `{"asked": n, "found": m, "strangers": n, "errors": n, "error": words, "notes": [...]}`: who is left is
known to the ledger, not to the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import orjson

from outreach_pipeline.rules.linkedin import read_profile
from outreach_pipeline.rules.subjects import company_subject, own_email, person_subject
from outreach_pipeline.sources.apollo_api import LostAnswerError
from outreach_pipeline.sources.apollo_paid import DECIDE, Paid, Subject, call_key, error_in, items_of
from outreach_pipeline.sources.pages import Cursor, Origin, Page, RawItem, Settlement, Span, Verdict

# Asked of the ledger at once; more are asked for when these are done.
SUBJECTS_AT_ONCE = 500


@dataclass(frozen=True)
class ApolloEnrichment:
    """Items of an enrichment. `fixed`: subjects from the configuration instead of those who are due."""

    name: str
    shape: str
    paid: Paid
    query: dict[str, Any] = field(repr=False)
    fixed: tuple[str, ...] = field(default=(), repr=False)

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002 - the ledger knows the day
        """Give the pages after `cursor`, see `pages.Source.pull`.

        Raises:
            TransientError: a window is full, two answers in a row were lost, or the search before it has not landed;
                pull again, it goes on with the others.
            BudgetError: a cap, or the account's credits.

        """
        tally = _Tally.of(cursor)
        if not tally.asked and not self.fixed:
            self.paid.ledger.await_subjects(self.paid.known.kind)
        for group in self._groups():
            page, why_not = self._page_or_doubt(list(group), tally)
            if page is not None:
                yield page
            elif why_not == "ration":
                tally.say("max_credits of the source is used up; the others wait for the next batch.")
                break
        open_subjects = self.paid.ledger.open_subjects()
        if open_subjects:
            lost = f"{open_subjects} subjects are left out: their answer was lost and may have been charged."
            tally.say(f"{lost} {DECIDE}")
        if tally.errors:
            tally.say(
                f"{tally.errors} answers came with an error, the first: {tally.error} Whoever they lack and did not"
                " charge for is asked about again by the next batch."
            )
        verdict: Verdict = "partial" if open_subjects or tally.errors else "complete"
        yield Page((), (), tally.cursor(), is_last=True, verdict=verdict, note=" ".join(tally.notes))

    def _groups(self) -> Iterator[Sequence[Subject]]:
        """Those who are due, as many as go into a call; asked again of the ledger until nobody new is due."""
        tried: set[str] = set()
        bulk = self.paid.known.bulk
        while True:
            due = self.paid.ledger.subjects(self.paid.known.kind, self.fixed, SUBJECTS_AT_ONCE + len(tried))
            new = [subject for subject in due if subject.ask not in tried][:SUBJECTS_AT_ONCE]
            if not new:
                return
            tried.update(subject.ask for subject in new)
            for begin in range(0, len(new), bulk):
                yield new[begin : begin + bulk]

    def _page_or_doubt(self, group: list[Subject], tally: _Tally) -> tuple[Page | None, str]:
        """As `_page`; one lost answer does not stop the others, a second in a row does (`apollo`)."""
        try:
            found = self._page(group, tally)
        except LostAnswerError:
            if tally.just_lost:
                raise
            tally.just_lost = True
            return None, "doubtful"
        tally.just_lost = False
        return found

    def _page(self, group: list[Subject], tally: _Tally) -> tuple[Page | None, str]:
        """One call; a group that does not fit into the ration of the batch is halved until it does."""
        while True:
            reply, call_id, why_not = self.paid.call(_body(self.paid.endpoint, group, self.query), group, len(group))
            if reply is not None:
                break
            if why_not != "ration" or len(group) == 1:
                return None, why_not
            group = group[: len(group) // 2]
        items = items_of(reply, self.paid.known.at)
        asked, strangers = joined(group, [orjson.loads(item) for item in items])
        tally.add(len(group), len(items), strangers)
        settled = self.paid.settlement(call_id, reply, len(items), len(group), asked)
        said = error_in(reply)
        if said:
            tally.fail(said)
            settled = tuple(_without_lacking(each, self.paid.price * len(items)) for each in settled)
        origin = Origin("apollo_search", call_key(self.paid.endpoint, self.query), self.paid.endpoint)
        spans = (Span(origin, 0, len(items)),) if items else ()
        page = Page(tuple(map(RawItem, items)), spans, tally.cursor(), is_last=False, settlements=settled)
        return page, ""


def _without_lacking(settlement: Settlement, price: Decimal) -> Settlement:
    """Whom an error kept from being found is not remembered as not there, unless they were charged for all the same."""
    if settlement.spent > price:
        return settlement
    return replace(settlement, asked=tuple((name, was_found) for name, was_found in settlement.asked if was_found))


class _Tally:
    """The cursor as an object."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.asked, self.found, self.strangers, self.errors = (
            int(raw.get(name, 0)) for name in ("asked", "found", "strangers", "errors")
        )
        self.error, self.notes = str(raw.get("error", "")), list(raw.get("notes", []))
        self.just_lost = False

    @classmethod
    def of(cls, cursor: Cursor) -> _Tally:
        return cls(cast("dict[str, Any]", cursor))

    def add(self, asked: int, found: int, strangers: int) -> None:
        self.asked += asked
        self.found += found
        self.strangers += strangers

    def fail(self, said: str) -> None:
        self.errors += 1
        self.error = self.error or said

    def say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def cursor(self) -> Cursor:
        counts = {"asked": self.asked, "found": self.found, "strangers": self.strangers, "errors": self.errors}
        return cast("Cursor", {**counts, "error": self.error, "notes": list(self.notes)})


def _body(endpoint: str, group: Sequence[Subject], query: dict[str, Any]) -> dict[str, Any]:
    if endpoint == "people/bulk_match":
        return {**query, "details": [_detail(subject.ask) for subject in group]}
    if endpoint == "organizations/bulk_enrich":
        return {**query, "domains": [subject.ask for subject in group]}
    return {**query, "domain": group[0].ask}


def _detail(subject: str) -> dict[str, str]:
    if "@" in subject:
        return {"email": subject}
    return {"linkedin_url": subject} if "linkedin." in subject.lower() else {"id": subject}


def joined(group: Sequence[Subject], found: Sequence[object]) -> tuple[tuple[tuple[str, bool], ...], int]:
    """Each name of each subject with whether they were found, and how many objects were asked for by nobody.

    By what an object says of itself, as the vendor promises no order. All that it calls itself is a name of whom it
    was found for: whoever was asked about by their id is not asked about again by their LinkedIn address.
    """
    objects = [_names(item) for item in found if isinstance(item, dict)]
    told: dict[str, bool] = {}
    for subject in group:
        own = [names for names in objects if names & {subject.ask, *subject.names}]
        for name in (*subject.names, *sorted(set().union(*own))):
            told[name] = told.get(name, False) or bool(own)
    asked = {name for subject in group for name in (subject.ask, *subject.names)}
    return tuple(told.items()), sum(not (names & asked) for names in objects)


def _names(item: dict[str, Any]) -> set[str]:
    """All names of an object: a person's, or a company's domain."""
    contact = item.get("contact") if isinstance(item.get("contact"), dict) else {}
    people = [item, contact or {}]
    ids = [item.get("id"), *(each.get("person_id") for each in people)]
    names = {person_subject(value) for value in ids if isinstance(value, str) and value}
    for each in people:
        profile, email = each.get("linkedin_url"), each.get("email")
        names.add((read_profile(profile).url if isinstance(profile, str) else None) or "")
        names.add((own_email(email) if isinstance(email, str) else None) or "")
    domains = [item.get(key) for key in ("primary_domain", "domain")]
    names |= {company_subject(value) for value in domains if isinstance(value, str) and value}
    return names - {""}
