"""A call to Apollo that may cost credits: its price, its place in the ledger, whether its answer can be used.

Belongs here: the endpoints with their prices, the credit ledger as a source sees it, one call through it. Does not
belong here: HTTP (`apollo_api`), which call is next (`apollo`, `apollo_enrich`), the ledger itself (`stages.credits`).

A call that may cost credits is reserved in the ledger before it is sent, and settled in the transaction that lands its
items (`Page.settlements`). One whose answer is lost, or cannot be used, stays reserved and is not repeated until
somebody decides; time alone decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import orjson

from outreach_pipeline.errors import OutreachError
from outreach_pipeline.sources import json_stream
from outreach_pipeline.sources.apify_errors import sentence
from outreach_pipeline.sources.apollo_api import LATER, ApolloApi, LostAnswerError, Reply
from outreach_pipeline.sources.pages import Settlement

DECIDE = (
    "They are not repeated by themselves: look at Apollo's usage page and decide them (`outreach costs doubtful`,"
    " `outreach costs decide`)."
)
# More than the ledger's column holds is no amount of credits.
_NO_AMOUNT = 10**8


class Reservation(NamedTuple):
    """A call that may be sent (`call_id`), or why not: "doubtful" (it may have been charged before) or
    "ration" (the batch has had what `max_credits` gives it).
    """

    call_id: int | None
    why_not: str = ""


class Subject(NamedTuple):
    """Somebody to ask about: the name to ask by, and all their names that are known (that one among them)."""

    ask: str
    names: tuple[str, ...]


class CreditLedger(Protocol):
    """The memory of calls that cost credits; every method commits before it returns."""

    def reserve(
        self, endpoint: str, call_key: str, amount: Decimal, subjects: list[str], asked: int
    ) -> Reservation:
        """Reserve the credits of one call about so many; BudgetError when a cap per day or month would be passed."""

    def release(self, call_id: int, note: str) -> None:
        """The call was surely not charged."""

    def doubt(self, call_id: int, note: str) -> None:
        """Nobody knows whether the call was charged."""

    def subjects(self, kind: str, fixed: tuple[str, ...], limit: int) -> list[Subject]:
        """Whom to ask about ("person" or "domain"), at most so many, nobody who was asked about lately by any of
        their names. Of `fixed`, where that is given.
        """

    def open_subjects(self) -> int:
        """How many subjects this batch left in calls whose answer was lost."""

    def await_subjects(self, kind: str) -> None:
        """TransientError when the search that names the subjects of the day has not landed: still pulled, or not begun
        and nobody else is due.
        """


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What an endpoint does. `at`: where items stand in an answer. `credits`: what a call costs at most, per
    page or per subject; 0 is free. `kind`: whom an enrichment is about. `bare`: whether `{}` says that nothing was
    found.
    """

    at: tuple[str, ...]
    credits: Decimal = Decimal(0)
    kind: str = ""
    bulk: int = 1
    method: str = "POST"
    bare: bool = False


ENDPOINTS: dict[str, Endpoint] = {
    "mixed_people/api_search": Endpoint(("people[]",)),
    # A person our team has saved stands in `contacts`, under another id.
    "mixed_people/search": Endpoint(("contacts[]", "people[]")),
    "contacts/search": Endpoint(("contacts[]",)),
    "mixed_companies/search": Endpoint(("accounts[]", "organizations[]"), Decimal(1)),
    "people/bulk_match": Endpoint(("matches[]",), Decimal(1), "person", 10),
    "organizations/enrich": Endpoint(("organization",), Decimal(1), "domain", 1, "GET", bare=True),
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


def error_in(reply: Reply) -> str:
    """What a whole answer notes as an error, as a sentence; empty when it notes none."""
    said = (reply.data.get(key) for key in ("error_message", "error", "error_code"))
    return next((sentence(words) for words in said if words), "")


def _is_whole(reply: Reply, known: Endpoint) -> bool:
    """Whether an answer has one of its places at least, and in each of them what belongs there (or null)."""
    if reply.body.strip() == b"{}":
        return known.bare
    found = {path: reply.data[key] for path in known.at if (key := path.removesuffix("[]")) in reply.data}
    fits = [value is None or isinstance(value, list if path.endswith("[]") else dict) for path, value in found.items()]
    some = known.bare or any(value is not None for value in found.values())
    return bool(found) and all(fits) and some


class Paid:
    """One call through the ledger."""

    def __init__(self, api: ApolloApi, ledger: CreditLedger, endpoint: str, price: Decimal) -> None:
        self.api, self.ledger, self.endpoint, self.price = api, ledger, endpoint, price
        self.known = ENDPOINTS[endpoint]

    def call(
        self, body: dict[str, Any], subjects: Sequence[Subject], units: int
    ) -> tuple[Reply | None, int | None, str]:
        """The answer and the ledger's id (None for free calls); or no answer, and why.

        Raises:
            LostAnswerError: nobody knows whether it was charged; the ledger says so. Others: it was not
            charged.

        """
        if not self.price:
            reply = self.api.call(self.known.method, self.endpoint, body, charged=False)
            self._check(reply)
            return reply, None, ""
        key = call_key(self.endpoint, body)
        names = [name for subject in subjects for name in subject.names]
        reservation = self.ledger.reserve(self.endpoint, key, self.price * units, names, len(subjects))
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
        """200 with nothing but an error, or without what was asked for: whether it was charged, nobody says. What came
        beside an error came all the same.
        """
        said = error_in(reply)
        if said and not (_is_whole(reply, self.known) and items_of(reply, self.known.at)):
            raise LostAnswerError(f"Apollo answered {self.endpoint} with an error: {said}", next_step=LATER)
        if not _is_whole(reply, self.known):
            places = " nor ".join(f"`{path.removesuffix('[]')}`" for path in self.known.at)
            raise LostAnswerError(
                f"The answer of Apollo to {self.endpoint} cannot be used: it holds no {places}, or not as it should.",
                next_step=LATER,
            )

    def settlement(
        self, call_id: int | None, reply: Reply, units: int, reserved: int, asked: tuple[tuple[str, bool], ...]
    ) -> tuple[Settlement, ...]:
        """What the call cost: as the answer says, else the price of the `units` that it found. What it says and nobody
        can read costs what the call was `reserved` for (units too).
        """
        if call_id is None:
            return ()
        if "credits_consumed" not in reply.data:
            return (Settlement(call_id, self.price * units, asked),)
        said = reply.data["credits_consumed"]
        is_amount = isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said < _NO_AMOUNT
        return (Settlement(call_id, Decimal(str(said)) if is_amount else self.price * reserved, asked),)
