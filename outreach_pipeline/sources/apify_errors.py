"""What Apify's errors and run statuses mean, as one table, and their translation into our exceptions.

Belongs here: the table, and turning an exception of apify-client or its transport into ours. Does not belong
here: what a source does about it (`apify`), retries inside the client.

Decided by `error.type` first, by the HTTP status where the type is unknown: Apify uses 402 for "no money" and
for "no memory free" alike, and one of them is worth waiting for. Exceptions of apify-client cannot be
pickled, so none leaves this room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    PermanentError,
    TransientError,
)


class Meaning(StrEnum):
    """What the reader can do about it."""

    RETRY = "retry"
    WAIT = "wait"
    PLAN = "plan"
    MONEY = "money"
    INPUT = "input"
    KEY = "key"
    GONE = "gone"


_EXCEPTIONS: dict[Meaning, type[OutreachError]] = {
    Meaning.RETRY: TransientError,
    Meaning.WAIT: TransientError,
    Meaning.PLAN: PermanentError,
    Meaning.MONEY: BudgetError,
    Meaning.INPUT: ConfigurationError,
    Meaning.KEY: ConfigurationError,
    Meaning.GONE: PermanentError,
}


class Entry(NamedTuple):
    """A meaning, and what to do now."""

    meaning: Meaning
    next_step: str


_AGAIN = "Run it again; the pull goes on where it stopped."
_SLOT = "Wait until other runs of the account end, then run it again."
_TOPUP = "Raise the limit or add money at console.apify.com/billing, then run it again."
_RENT = "Rent or approve the actor at console.apify.com, or use another one."
_FIX_INPUT = "Correct `input` of the source in sources.toml; the actor's page documents it."
_FIX_KEY = "Set OUTREACH_APIFY_TOKEN to a valid token (console.apify.com, Settings, API)."
_CHECK_ACTOR = "Check `actor` in sources.toml; actors are renamed and withdrawn."

ERROR_TYPES: dict[str, Entry] = {
    "rate-limit-exceeded": Entry(Meaning.WAIT, _AGAIN),
    "concurrent-runs-limit-exceeded": Entry(Meaning.WAIT, _SLOT),
    "actor-memory-limit-exceeded": Entry(Meaning.WAIT, _SLOT),
    "run-timeout-exceeded": Entry(Meaning.WAIT, _AGAIN),
    "internal-server-error": Entry(Meaning.RETRY, _AGAIN),
    "not-enough-usage-to-run-paid-actor": Entry(Meaning.MONEY, _TOPUP),
    "monthly-usage-limit-too-low": Entry(Meaning.MONEY, _TOPUP),
    "failed-to-charge-user": Entry(Meaning.MONEY, _TOPUP),
    "max-total-charge-usd-below-minimum": Entry(
        Meaning.INPUT,
        "Raise max_total_charge_usd of the source to the actor's minimum, named in the message.",
    ),
    "max-total-charge-usd-must-be-greater-than-zero": Entry(Meaning.INPUT, "Raise max_total_charge_usd of the source."),
    "actor-is-not-rented": Entry(Meaning.PLAN, _RENT),
    "cannot-rent-paid-actor": Entry(Meaning.PLAN, _RENT),
    "apify-plan-required-to-use-paid-actor": Entry(Meaning.PLAN, _RENT),
    "full-permission-actor-not-approved": Entry(Meaning.PLAN, _RENT),
    "full-permission-actor-blocked-for-admin": Entry(Meaning.PLAN, _RENT),
    "public-actor-disabled": Entry(Meaning.PLAN, _RENT),
    "actor-disabled": Entry(Meaning.PLAN, _RENT),
    "insufficient-permissions": Entry(Meaning.KEY, "Give the token the right to run this actor."),
    "invalid-input": Entry(Meaning.INPUT, _FIX_INPUT),
    "input-json-not-object": Entry(Meaning.INPUT, _FIX_INPUT),
    "input-json-too-long": Entry(Meaning.INPUT, _FIX_INPUT),
    "run-input-body-not-valid-json": Entry(Meaning.INPUT, _FIX_INPUT),
    "unknown-build-tag": Entry(Meaning.INPUT, "Correct `build` of the source."),
    "invalid-build": Entry(Meaning.INPUT, "Correct `build` of the source."),
    "build-not-found": Entry(Meaning.INPUT, "Correct `build` of the source."),
    "user-or-token-not-found": Entry(Meaning.KEY, _FIX_KEY),
    "token-not-provided": Entry(Meaning.KEY, _FIX_KEY),
    "missing-api-token": Entry(Meaning.KEY, _FIX_KEY),
    "invalid-token": Entry(Meaning.KEY, _FIX_KEY),
    "actor-not-found": Entry(Meaning.GONE, _CHECK_ACTOR),
    "record-not-found": Entry(Meaning.GONE, _CHECK_ACTOR),
    "record-or-token-not-found": Entry(Meaning.GONE, _CHECK_ACTOR),
}
HTTP_STATUSES: dict[int, Entry] = {
    400: Entry(Meaning.INPUT, _FIX_INPUT),
    401: Entry(Meaning.KEY, _FIX_KEY),
    402: Entry(Meaning.MONEY, _TOPUP),
    403: Entry(Meaning.PLAN, _RENT),
    404: Entry(Meaning.GONE, _CHECK_ACTOR),
    408: Entry(Meaning.WAIT, _AGAIN),
    409: Entry(Meaning.WAIT, _AGAIN),
    413: Entry(Meaning.INPUT, "Make the input of the source smaller."),
    429: Entry(Meaning.WAIT, _AGAIN),
}


class RunMeaning(NamedTuple):
    """What a run's status says: whether it is over, and whether it came to its own end.

    `job` is the `linkedin_refresh_jobs.status` of its jobs as long as no row answers them. A row completes its job
    whatever the end was; SUCCEEDED without one is no answer. `actor_usage_log.status` takes all eight as they are.
    """

    over: bool
    whole: bool
    job: str


RUN_STATUSES: dict[str, RunMeaning] = {
    "READY": RunMeaning(over=False, whole=False, job="running"),
    "RUNNING": RunMeaning(over=False, whole=False, job="running"),
    "TIMING-OUT": RunMeaning(over=False, whole=False, job="running"),
    "ABORTING": RunMeaning(over=False, whole=False, job="running"),
    "SUCCEEDED": RunMeaning(over=True, whole=True, job="failed"),
    # What they wrote before was paid for: it is landed, and the pull is marked partial.
    "FAILED": RunMeaning(over=True, whole=False, job="failed"),
    "TIMED-OUT": RunMeaning(over=True, whole=False, job="failed"),
    "ABORTED": RunMeaning(over=True, whole=False, job="failed"),
}

Words = Callable[[object], str]
"""How somebody else's text becomes part of ours: `sentence`, or one that hides secrets before."""

_MARKS = re.compile(r"\S*(?:@|https?:|www\.|linkedin\.com|apify_api_)\S*", re.IGNORECASE)
MAX_SENTENCE = 300


UNSAID = "…"
"""In the place of words that are not repeated."""


class StartUnknownError(TransientError):
    """The start was sent, and no answer says what became of it: a run may or may not exist.

    A 5xx is no answer: a gateway gives one for a start that was accepted, and lists lag seconds behind.
    """


class NeverSentError(TransientError):
    """The connection was never made: nothing can have been started."""


def run_meaning(status: str) -> RunMeaning:
    """The meaning of a run's status; one that is not known yet is not over (Apify may invent more)."""
    return RUN_STATUSES.get(status, RunMeaning(over=False, whole=False, job="running"))


def sentence(text: object) -> str:
    """A vendor's or actor's words for an error of ours: one line, bounded, addresses and links taken out."""
    words = " ".join(str(text or "").split())
    words = _MARKS.sub("…", words)
    return words if len(words) <= MAX_SENTENCE else f"{words[:MAX_SENTENCE]}…"


def code_only(text: object) -> str:
    """Of somebody else's words the codes that we know; `UNSAID` for all others, which may speak of people."""
    return str(text) if str(text) in ERROR_TYPES else UNSAID


def meaning_of(status: int, error_type: str | None) -> Entry:
    """The table: by type, else by status, else 5xx is retried and anything unknown is refused as it came."""
    if error_type in ERROR_TYPES:
        return ERROR_TYPES[error_type]
    if status >= 500:
        return Entry(Meaning.RETRY, _AGAIN)
    return HTTP_STATUSES.get(status, Entry(Meaning.PLAN, "Look at the message; Apify's API reference explains it."))


def translate(error: Exception, what: str, words: Words = sentence) -> OutreachError:
    """Our exception for one of apify-client's or impit's. `what` says what was asked for, without data.

    A lost connection is transient; whether the request was sent is told by NeverSentError and
    StartUnknownError only where a start is concerned (`translate_start`).
    """
    from apify_client.errors import ApifyApiError

    if isinstance(error, OutreachError):
        return error
    if isinstance(error, ApifyApiError):
        entry = meaning_of(error.status_code, error.type)
        kind, said = (words(error.type), words(error.message).rstrip(".")) if error.type else ("", "")
        told = f" ({kind})" if kind.strip(UNSAID) else ""
        return _EXCEPTIONS[entry.meaning](
            f"Apify answered {error.status_code}{told} to {what}{': ' + said if said.strip(UNSAID) else ''}.",
            next_step=entry.next_step,
        )
    return TransientError(
        f"Apify could not be reached or understood ({type(error).__name__}) for {what}.", next_step=_AGAIN
    )


def translate_start(error: Exception, what: str, words: Words = sentence) -> OutreachError:
    """As `translate`, for a start: tells "surely not started" from "nobody knows"."""
    import impit
    from apify_client.errors import ApifyApiError

    if isinstance(error, OutreachError):
        return error
    if isinstance(error, ApifyApiError) and error.status_code < 500 and error.status_code != 408:
        return translate(error, what, words)
    if isinstance(error, impit.ConnectError | impit.LocalProtocolError | impit.UnsupportedProtocol | impit.InvalidURL):
        return NeverSentError(f"Apify could not be reached ({type(error).__name__}) for {what}.", next_step=_AGAIN)
    told = f"status {error.status_code}" if isinstance(error, ApifyApiError) else type(error).__name__
    return StartUnknownError(f"The answer to {what} was lost ({told}).", next_step=_AGAIN)


@contextmanager
def translated(what: str, words: Words = sentence) -> Iterator[None]:
    """Run calls of apify-client; what they raise comes out as ours, without the original (it holds the
    response). A ValueError is an answer that is not what it should be.
    """
    import impit
    from apify_client.errors import ApifyClientError

    try:
        yield
    except (ApifyClientError, impit.HTTPError, impit.InvalidURL, ValueError) as error:
        raise translate(error, what, words) from None
