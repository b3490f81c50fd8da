"""Tells rows of data from rows that only say why there is none, and cuts a dataset page into its rows.

Belongs here: looking at a row for that one question. Does not belong here: what a row means (records),
reading pages (`apify`).

An actor that refuses ends SUCCEEDED and writes one row `{"error": "Users on the free plan ..."}`; a miss is
`{"error": "404", "element": null}` or `{"message": "No profile found"}`, or the input echoed beside a
message. Such a row is landed like any other (validation rejects it); here it is only counted, and its words
become the sentence that a refused batch fails with.

In doubt a row is data: a data row with an `error` beside its data must never make a batch look refused. So a row
counts as words only if nothing stands beside them but what is empty, what is a code, and what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import orjson

from outreach_pipeline.sources.apify_errors import Words, sentence

_FAILURES = frozenset(
    {
        "error", "errors", "errormessage", "error_message", "errormsg", "errorinfo", "errordescription",
        "error_description", "#error", "failure", "failurereason",
    }
)  # fmt: skip
"""Keys that say something only where something failed."""
_WORDS = frozenset({"message", "msg", "info", "notice"})
"""Keys that may say why there is nothing, if nothing else is there."""
_REASONS = frozenset({"reason", "detail", "details"})
"""Keys that say why if the row says that it failed; else they are data."""
_ECHO = frozenset(
    {
        "status", "statuscode", "status_code", "httpstatus", "code", "success", "ok", "type", "url", "input",
        "inputurl", "input_url", "input_identifier", "query", "originalquery", "timestamp", "scrapedat", "#debug",
        "errorcode", "error_code", "errortype", "error_type", "linkedinurl",
    }
)  # fmt: skip
"""What may stand beside words without being data: codes, and the input given back."""
_ECHO_OF_FAILURES = frozenset(
    {
        "profileurl", "profile_url", "linkedin_url", "companyurl", "company_url", "requesturl", "request_url",
        "loadedurl", "searchurl", "search_url", "startedat", "retries", "retrycount", "requestid", "request_id",
    }
)  # fmt: skip
"""The same where the row says that it failed: beside a mere `message` an address may be that of a post."""
_FAILED = frozenset({"error", "failed", "failure"})
_MARKS = (b'"err', b'"#err', b'"fail', b'"message', b'"msg', b'"info', b'"notice', b'"success', b'"ok"')
# Leads actors disguise a notice as a person.
_NOTICE = "Refer to the log"


def refusal(row: bytes, words: Words = sentence) -> str | None:
    """The words of a row that holds nothing but words; None for a row with data, or one that is no object."""
    lowered = row[:4096].lower()
    if not any(mark in lowered for mark in _MARKS) and _NOTICE.encode() not in row:
        return None
    try:
        item = orjson.loads(row)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(item, dict):
        return None
    notice = next((v for v in item.values() if isinstance(v, str) and v.startswith(_NOTICE)), None)
    said = notice if notice is not None else _said({key.lower(): value for key, value in item.items()})
    return words(said) or None if said is not None else None


def _said(item: Mapping[str, object]) -> str | None:
    """The words of a row whose other keys are none of data."""
    told = {key: value for key, value in item.items() if not _is_empty(value)}
    failed = bool(_FAILURES & set(told)) or _says_it_failed(item)
    spoken = {key: _text_of(key, value) for key, value in told.items() if key in _speaking(failed)}
    beside = _ECHO | _ECHO_OF_FAILURES if failed else _ECHO
    if None in spoken.values() or not set(told) - set(spoken) <= beside:
        return None
    # What is called an error says more than what is called a message.
    order = [key for keys in (_FAILURES, _WORDS, _REASONS) for key in sorted(keys & set(spoken))]
    silent = "it does not say why" if failed else None
    return next((text for key in order if (text := spoken[key])), silent)


def _speaking(failed: bool) -> frozenset[str]:
    return _FAILURES | _WORDS | (_REASONS if failed else frozenset())


def _says_it_failed(item: Mapping[str, object]) -> bool:
    status = item.get("status")
    said = isinstance(status, str) and status.lower() in _FAILED
    return said or item.get("success") is False or item.get("ok") is False


def _text_of(key: str, value: object) -> str | None:
    """The words under a key that may hold some; None where what stands there is data."""
    if isinstance(value, str) or key in _FAILURES:
        return _text(value)
    if isinstance(value, dict):
        return _said({name.lower(): each for name, each in value.items()})
    return _text(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _text(value: object) -> str:
    """The words of an error: a text, the first of a list, what an object says."""
    if isinstance(value, list):
        return next((text for each in value if (text := _text(each))), "")
    if isinstance(value, dict):
        lowered = {key.lower(): each for key, each in value.items()}
        keys = ("message", "text", "detail", "description", "reason", "error", "type", "code")
        return next((text for key in keys if (text := _text(lowered.get(key)))), "")
    return "" if value is None or isinstance(value, bool) else str(value)


def _is_empty(value: object) -> bool:
    """Nothing, zero, or an object or list of nothing but those."""
    if isinstance(value, dict):
        return all(_is_empty(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_empty(each) for each in value)
    return not value


def rows_of(page: bytes) -> Iterator[bytes]:
    """The rows of a JSON Lines page; every line that is not blank is a row, whatever it holds."""
    for line in page.split(b"\n"):
        row = line.strip()
        if row:
            yield row


def is_cut(page: bytes) -> bool:
    """Whether the last row of a page is no whole JSON value: a transfer that ended early looks so.

    A row that is odd by itself looks so as well: the caller asks again a few times and then takes it as it
    is.
    """
    last = page.rstrip()
    if not last:
        return False
    try:
        orjson.loads(last[last.rfind(b"\n") + 1 :])
    except orjson.JSONDecodeError:
        return True
    return False
