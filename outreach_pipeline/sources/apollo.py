"""Apollo's searches, page by page.

Belongs here: paging and its ceilings, pages that are come back to. Does not belong here: what a call costs and
whether its answer can be used (`apollo_paid`), HTTP (`apollo_api`), enrichment (`apollo_enrich`), the cursor
(`apollo_cursor`).

A page whose answer was lost is not asked for again by itself: the search goes on with the pages behind it, and ends
partial, naming it (`again` in the cursor). When somebody decides the call, the pull is open again and comes back to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.apollo_api import LostAnswerError, Reply
from outreach_pipeline.sources.apollo_cursor import SearchState
from outreach_pipeline.sources.apollo_divide import DEFAULT, Dimension, at, divide
from outreach_pipeline.sources.apollo_paid import DECIDE, Paid, call_key, error_in, items_of
from outreach_pipeline.sources.pages import Cursor, Origin, Page, RawItem, Span, Verdict

MAX_PAGES = 500
MAX_PER_PAGE = 100
_TOLD = 10


@dataclass(frozen=True)
class ApolloSearch:
    """Items of a search. `parts`: filters that are asked one after the other; one that has more entries than can be
    had is divided along `dimensions`, as often as it takes. What comes in two parts lands as a duplicate.
    """

    name: str
    shape: str
    paid: Paid
    query: dict[str, Any] = field(repr=False)
    parts: tuple[dict[str, Any], ...] = ({},)
    per_page: int = MAX_PER_PAGE
    max_pages: int = MAX_PAGES
    dimensions: tuple[Dimension, ...] = DEFAULT

    def pull(self, day: date, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002 - a search knows no day
        """Give the pages after `cursor`, see `pages.Source.pull`.

        Raises:
            TransientError: a window is full, or two answers in a row were lost; pull again, it goes on at its cursor.
            BudgetError: a cap, or the account's credits.

        """
        state = SearchState.of(cursor)
        while state.part < len(self.parts):
            yield from self._part(state)
        yield from self._again(state)
        notes = [*state.notes, *self._lost(state)]
        verdict: Verdict = "partial" if notes else "complete"
        note = " ".join([*notes, *state.remarks])
        yield Page((), (), state.cursor(), is_last=True, verdict=verdict, note=note)

    def _part(self, state: SearchState) -> Iterator[Page]:
        """The pages of the part that is asked now; it may turn out to be divided, then its first page is given."""
        part, way = state.part, state.left[0]
        for number in range(state.page, self._last + 1):
            page, then = self._page_or_doubt(state, part, way, number)
            if then is _Then.RATION:
                # Every page costs the same: there is none that still fits.
                state.part = len(self.parts)
                return
            if then is _Then.MORE:
                state.page = number + 1
            if page is None:
                state.again.append([part, number, list(way)])
                continue
            if then is _Then.END:
                state.next()
            yield Page(page.items, page.spans, state.cursor(), is_last=False, settlements=page.settlements)
            if then is not _Then.MORE:
                return
        state.next()

    def _page_or_doubt(self, state: SearchState, part: int, way: list[int], number: int) -> tuple[Page | None, _Then]:
        """As `_page`; one lost answer that the ledger knows of does not stop the others.

        A second in a row does: where Apollo is down, each page that is tried would be another call in doubt.
        """
        try:
            found = self._page(state, part, way, number)
        except LostAnswerError:
            if not self.paid.price or state.just_lost:
                raise
            state.just_lost = True
            return None, _Then.MORE
        state.just_lost = False
        return found

    @property
    def _last(self) -> int:
        return min(self.max_pages, MAX_PAGES)

    def _page(self, state: SearchState, part: int, way: list[int], number: int) -> tuple[Page | None, _Then]:
        """One page and what comes after it; no page when the call may have been charged, or there is no ration."""
        filters = self._filters(part, way)
        reply, call_id, why_not = self.paid.call({**filters, "page": number, "per_page": self.per_page}, [], 1)
        if reply is None:
            if why_not != "ration":
                return None, _Then.MORE
            state.say(f"max_credits of the source is used up at page {number} of part {part + 1}.")
            return None, _Then.RATION
        items = items_of(reply, self.paid.known.at)
        said = error_in(reply)
        if said:
            state.say(f"Page {number} of part {_name(part, way)} came with an error: {said}")
        origin = Origin("apollo_search", call_key(self.paid.endpoint, filters), self.paid.endpoint)
        spans = (Span(origin, 0, len(items)),) if items else ()
        settled = self.paid.settlement(call_id, reply, 1 if items else 0, 1, ())
        page = Page(tuple(RawItem(i) for i in items), spans, {}, is_last=False, settlements=settled)
        then = self._after(state, reply, part, way, number)
        return page, then if items else _Then.END

    def _filters(self, part: int, way: list[int]) -> dict[str, Any]:
        try:
            return at({**self.query, **self.parts[part]}, self.dimensions, way)
        except IndexError:
            raise ConfigurationError(
                f"The search of {self.name} was divided by filters that are no longer configured.",
                next_step="Set `divide` and `query` as they were until it has landed, or pull it again (--refetch).",
            ) from None

    def _after(self, state: SearchState, reply: Reply, part: int, way: list[int], number: int) -> _Then:
        paging = reply.data.get("pagination")
        paging = paging if isinstance(paging, dict) else {}
        pages, total = paging.get("total_pages"), paging.get("total_entries", reply.data.get("total_entries"))
        is_now = state.part == part and state.left[0] == way
        if is_now and isinstance(total, int):
            state.counts(total, number)
        total = total if isinstance(total, int) else 0
        if is_now and number == state.first and total > self._last * self.per_page:
            filters = self._filters(part, way)
            children = len(divide(filters, self.dimensions))
            if children and not state.is_idle:
                state.divide(children, total)
                return _Then.DIVIDED
        if is_now and number == state.first and state.covers_twice(total):
            return _Then.END
        if isinstance(pages, int) and number >= pages:
            return _Then.END
        if number < self._last:
            return _Then.MORE
        if total > number * self.per_page:
            state.say(
                f"Part {_name(part, way)} has {total} entries, {number * self.per_page} could be had, and nothing"
                " divides it further: add a dimension to `divide`."
            )
        return _Then.END

    def _again(self, state: SearchState) -> Iterator[Page]:
        """Come back to calls that may have been charged: those that were decided are sent, others stay."""
        for part, number, way in list(state.again):
            page, _ = self._page_or_doubt(state, part, way, number)
            if page is not None:
                state.again.remove([part, number, way])
                yield Page(page.items, page.spans, state.cursor(), is_last=False, settlements=page.settlements)

    def _lost(self, state: SearchState) -> list[str]:
        """What the batch says of pages that it does not have."""
        if not state.again:
            return []
        pages = ", ".join(f"{number} of part {_name(part, way)}" for part, number, way in state.again[:_TOLD])
        more = f" and {len(state.again) - _TOLD} more" if len(state.again) > _TOLD else ""
        return [f"Without an answer, and maybe charged: page {pages}{more}. {DECIDE}"]


class _Then(Enum):
    """What comes after a page."""

    MORE = auto()
    END = auto()
    DIVIDED = auto()
    RATION = auto()


def _name(part: int, way: list[int]) -> str:
    return ".".join(str(step + 1) for step in [part, *way])
