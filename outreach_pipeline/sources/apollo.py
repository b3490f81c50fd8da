"""Apollo as a source: what both kinds of pull share, and searches page by page.

Belongs here: the credit ledger as a source sees it, paging and its ceilings. Does not belong here: HTTP
(`apollo_api`), enrichment (`apollo_enrich`), the ledger itself (`stages.money`).

A call that may cost credits is reserved in the ledger before it is sent, and settled in the transaction that
lands its items (`Page.settlements`). One whose answer is lost stays reserved and is not repeated until
somebody decides or its days have passed: the search goes on with the pages behind it, and comes back to it
(`again` in the cursor).

The cursor of a search is `{"part": n, "page": p, "left": [way, ...], "again": [[part, page, way], ...], "total": n,
"covered": n, "notes": [...]}`: `left` are the parts of a divided part that are still to be asked, each by the way to
it (`apollo_divide`), the first of them now; `total` and `covered` are its entries before and after dividing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol, cast

import orjson

from outreach_pipeline.errors import ConfigurationError, OutreachError, PermanentError
from outreach_pipeline.sources import json_stream
from outreach_pipeline.sources.apify_errors import sentence
from outreach_pipeline.sources.apollo_api import ApolloApi, LostAnswerError, Reply
from outreach_pipeline.sources.apollo_divide import DEFAULT, Dimension, at, divide
from outreach_pipeline.sources.pages import Cursor, Origin, Page, RawItem, Settlement, Span

MAX_PAGES = 500
MAX_PER_PAGE = 100
DECIDE = (
    "They are not repeated by themselves: look at Apollo's usage page and decide them (`outreach costs doubtful`,"
    " `outreach costs decide`), or wait until their days have passed."
)


class Reservation(NamedTuple):
    """A call that may be sent (`call_id`), or why not: "doubtful" (it may have been charged before) or
    "ration" (the batch has had what `max_credits` gives it).
    """

    call_id: int | None
    why_not: str = ""


class CreditLedger(Protocol):
    """The memory of calls that cost credits; every method commits before it returns."""

    def reserve(self, endpoint: str, call_key: str, amount: Decimal, subjects: list[str]) -> Reservation:
        """Reserve the credits of one call; BudgetError when a cap per day or month would be passed."""

    def release(self, call_id: int, note: str) -> None:
        """The call was surely not charged."""

    def doubt(self, call_id: int, note: str) -> None:
        """Nobody knows whether the call was charged."""

    def subjects(self, kind: str, fixed: tuple[str, ...], limit: int) -> list[str]:
        """Whom to ask about ("person" or "domain"), at most so many, nobody who was asked about lately. Of
        `fixed`, where that is given.
        """

    def open_subjects(self) -> int:
        """How many subjects this batch left in calls whose answer was lost."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an endpoint does. `at`: where items stand in an answer. `credits`: what a call costs at most, per
    page or per subject; 0 is free. `kind`: whom an enrichment is about.
    """

    at: tuple[str, ...]
    credits: Decimal = Decimal(0)
    kind: str = ""
    bulk: int = 1
    method: str = "POST"


ENDPOINTS: dict[str, Endpoint] = {
    "mixed_people/api_search": Endpoint(("people[]",)),
    # A person our team has saved stands in `contacts`, under another id.
    "mixed_people/search": Endpoint(("contacts[]", "people[]")),
    "contacts/search": Endpoint(("contacts[]",)),
    "mixed_companies/search": Endpoint(("accounts[]", "organizations[]"), Decimal(1)),
    "people/bulk_match": Endpoint(("matches[]",), Decimal(1), "person", 10),
    "organizations/enrich": Endpoint(("organization",), Decimal(1), "domain", 1, "GET"),
    "organizations/bulk_enrich": Endpoint(("organizations[]",), Decimal(1), "domain", 10),
}


def call_key(endpoint: str, body: Mapping[str, Any]) -> str:
    """Which call it is: equal for equal endpoint and body."""
    return hashlib.sha256(endpoint.encode() + b"\0" + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def items_of(reply: Reply, at: tuple[str, ...]) -> list[bytes]:
    """The objects at the given places of an answer, verbatim; null, which is no item, is left out."""
    named = [path for path in at if path.removesuffix("[]") in reply.data]
    if not named:
        return []
    found = json_stream.split([reply.body], [json_stream.parse_path(path) for path in named], lines=False)
    return [item for item in found if isinstance(item, bytes) and item not in (b"null", b"{}")]


class Paid:
    """One call through the ledger."""

    def __init__(self, api: ApolloApi, ledger: CreditLedger, endpoint: str, price: Decimal) -> None:
        self.api, self.ledger, self.endpoint, self.price = api, ledger, endpoint, price
        self.known = ENDPOINTS[endpoint]

    def call(self, body: dict[str, Any], subjects: list[str], units: int) -> tuple[Reply | None, int | None, str]:
        """The answer and the ledger's id (None for free calls); or no answer, and why.

        Raises:
            LostAnswerError: nobody knows whether it was charged; the ledger says so. Others: it was not
            charged.

        """
        if not self.price:
            return self.api.call(self.known.method, self.endpoint, body, charged=False), None, ""
        key = call_key(self.endpoint, body)
        reservation = self.ledger.reserve(self.endpoint, key, self.price * units, subjects)
        if reservation.call_id is None or reservation.why_not:
            return None, None, reservation.why_not
        try:
            reply = self.api.call(self.known.method, self.endpoint, body, charged=True)
            self._check(reply)
        except LostAnswerError as error:
            self.ledger.doubt(reservation.call_id, error.message)
            raise
        except OutreachError as error:
            self.ledger.release(reservation.call_id, error.message)
            raise
        return reply, reservation.call_id, ""

    def _check(self, reply: Reply) -> None:
        """200 with an error inside: whether it was charged, nobody says."""
        said = reply.data.get("error_message") or reply.data.get("error") or reply.data.get("error_code")
        if said:
            raise LostAnswerError(f"Apollo answered {self.endpoint} with an error: {sentence(said)}")

    def settlement(
        self, call_id: int | None, reply: Reply, units: int, asked: tuple[tuple[str, bool], ...]
    ) -> tuple[Settlement, ...]:
        """What the call cost: as the answer says, else the price of what it found."""
        if call_id is None:
            return ()
        said = reply.data.get("credits_consumed")
        spent = Decimal(str(said)) if isinstance(said, int | float) and said >= 0 else self.price * units
        return (Settlement(call_id, spent, asked),)


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
            TransientError: a window is full or an answer was lost; pull again, it goes on at its cursor.
            BudgetError: a cap, or the account's credits.
            PermanentError: only calls that may have been charged are left.

        """
        state = _Search.of(cursor)
        while state.part < len(self.parts):
            yield from self._part(state)
        yield from self._again(state)
        yield Page(
            (),
            (),
            state.cursor(),
            is_last=True,
            verdict="partial" if state.notes else "complete",
            note=" ".join(state.notes),
        )

    def _part(self, state: _Search) -> Iterator[Page]:
        """The pages of the part that is asked now; it may turn out to be divided, then its first page is given."""
        part, way = state.part, state.left[0]
        for number in range(state.page, self._last + 1):
            page, then = self._page(state, part, way, number)
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

    @property
    def _last(self) -> int:
        return min(self.max_pages, MAX_PAGES)

    def _page(self, state: _Search, part: int, way: list[int], number: int) -> tuple[Page | None, _Then]:
        """One page and what comes after it; no page when the call may have been charged, or there is no ration."""
        filters = self._filters(part, way)
        reply, call_id, why_not = self.paid.call({**filters, "page": number, "per_page": self.per_page}, [], 1)
        if reply is None:
            if why_not != "ration":
                return None, _Then.MORE
            state.say(f"max_credits of the source is used up at page {number} of part {part + 1}.")
            return None, _Then.RATION
        items = items_of(reply, self.paid.known.at)
        origin = Origin("apollo_search", call_key(self.paid.endpoint, filters), self.paid.endpoint)
        spans = (Span(origin, 0, len(items)),) if items else ()
        settled = self.paid.settlement(call_id, reply, 1 if items else 0, ())
        page = Page(tuple(RawItem(i) for i in items), spans, {}, is_last=False, settlements=settled)
        return page, self._after(state, reply, part, way, number) if items else _Then.END

    def _filters(self, part: int, way: list[int]) -> dict[str, Any]:
        try:
            return at({**self.query, **self.parts[part]}, self.dimensions, way)
        except IndexError:
            raise ConfigurationError(
                f"The search of {self.name} was divided by filters that are no longer configured.",
                next_step="Set `divide` and `query` as they were until it has landed, or pull it again (--refetch).",
            ) from None

    def _after(self, state: _Search, reply: Reply, part: int, way: list[int], number: int) -> _Then:
        paging = reply.data.get("pagination")
        paging = paging if isinstance(paging, dict) else {}
        pages, total = paging.get("total_pages"), paging.get("total_entries", reply.data.get("total_entries"))
        total = total if isinstance(total, int) else 0
        is_now = state.part == part and state.left[0] == way
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

    def _again(self, state: _Search) -> Iterator[Page]:
        """Come back to calls that may have been charged: those whose doubt is over are sent, others stay."""
        for part, number, way in list(state.again):
            page, _ = self._page(state, part, way, number)
            if page is not None:
                state.again.remove([part, number, way])
                yield Page(page.items, page.spans, state.cursor(), is_last=False, settlements=page.settlements)
        if state.again:
            yield Page((), (), state.cursor(), is_last=False)
            raise PermanentError(
                f"{len(state.again)} calls of {self.name} may have been charged without an answer.",
                next_step=DECIDE,
            )


class _Then(Enum):
    """What comes after a page."""

    MORE = auto()
    END = auto()
    DIVIDED = auto()
    RATION = auto()


def _name(part: int, way: list[int]) -> str:
    return ".".join(str(step + 1) for step in [part, *way])


class _Search:
    """The cursor of a search as an object."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.part, self.page = int(raw.get("part", 0)), int(raw.get("page", 1))
        self.left: list[list[int]] = [list(way) for way in raw.get("left", [[]])]
        # Cursors of older versions have no way: they never divided.
        self.again: list[list[Any]] = [[p, n, list(way[0]) if way else []] for p, n, *way in raw.get("again", [])]
        self.total, self.covered = int(raw.get("total", 0)), int(raw.get("covered", 0))
        self.notes: list[str] = list(raw.get("notes", []))

    @classmethod
    def of(cls, cursor: Cursor) -> _Search:
        return cls(cast("dict[str, Any]", cursor))

    @property
    def first(self) -> int:
        """The first page of the part that was answered: those before it were lost."""
        lost = [number for part, number, way in self.again if part == self.part and way == self.left[0]]
        first = 1
        while first in lost:
            first += 1
        return first

    def divide(self, children: int, total: int) -> None:
        """Ask for the parts of the part that is asked now, instead of for itself."""
        way = self.left.pop(0)
        self.left[:0] = [[*way, child] for child in range(children)]
        self.page = 1
        self.total = self.total or total

    @property
    def is_idle(self) -> bool:
        """Whether the parts so far have as many entries as all of them should: dividing on would not help."""
        return bool(self.total) and self.covered >= self.total

    def covers_twice(self, total: int) -> bool:
        """Count the entries of a part that is read to its end; whether the parts are found to be the same, over and
        over: a filter that the endpoint does not know is ignored by it. Then there is no use in the other parts.
        """
        self.covered += total
        if not self.total or self.covered < 2 * self.total:
            return False
        self.say(f"Part {self.part + 1} was divided in vain: its parts overlap; set another `divide`.")
        del self.left[1:]
        return True

    def next(self) -> None:
        """Go on behind what was asked last."""
        self.left.pop(0)
        self.page = 1
        if self.left:
            return
        if self.total > self.covered:
            self.say(
                f"Part {self.part + 1} was divided; {self.total - self.covered} of its {self.total} entries answer to"
                " none of the parts."
            )
        self.part, self.left, self.total, self.covered = self.part + 1, [[]], 0, 0

    def say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def cursor(self) -> Cursor:
        return cast(
            "Cursor",
            {
                "part": self.part, "page": self.page, "left": [list(way) for way in self.left],
                "again": [[part, number, list(way)] for part, number, way in self.again], "total": self.total,
                "covered": self.covered, "notes": list(self.notes),
            },
        )  # fmt: skip
