"""Tells rows of data from rows that only say why there is none, and cuts a dataset page into its rows.

Belongs here: looking at a row for that one question. Does not belong here: what a row means (records),
reading pages (`apify`).

An actor that refuses ends SUCCEEDED and writes one row `{"error": "Users on the free plan ..."}`; a miss is
`{"error": "404", "element": null}` or `{"message": "No profile found"}`, or the input echoed beside a
message. Such a row is landed like any other (validation rejects it); here it is only counted, and its words
become the sentence that a refused batch fails with.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from outreach_pipeline.sources.apify_errors import sentence

_SAYING = (
    "error",
    "errormessage",
    "error_message",
    "errorinfo",
    "errordescription",
    "#error",
    "message",
    "msg",
    "info",
)
# What may stand beside the words without being data: codes, and the input given back.
_ECHO = frozenset(
    {
        "status", "statuscode", "status_code", "code", "success", "type", "url", "input", "inputurl",
        "input_url",
        "input_identifier", "query", "originalquery", "timestamp", "scrapedat", "#debug", "errorcode",
        "error_code",
        "linkedinurl",
    }
)  # fmt: skip
_EMPTY: tuple[object, ...] = (None, "", [], {}, False)
# Leads actors disguise a notice as a person.
_NOTICE = b"Refer to the log"


def refusal(row: bytes) -> str | None:
    """The words of a row that holds nothing but words; None for a row with data, or one that is no object."""
    lowered = row[:4096].lower()
    if not any(word in lowered for word in (b'"err', b'"message', b'"msg', b'"info', b'"#err')) and _NOTICE not in row:
        return None
    try:
        item = orjson.loads(row)
    except orjson.JSONDecodeError:
        return None
    return _words(item) if isinstance(item, dict) else None


def _words(item: dict[str, object]) -> str | None:
    said = ""
    for key, value in item.items():
        name = key.lower()
        if isinstance(value, str) and value.startswith("Refer to the log"):
            return sentence(value)
        if name in _SAYING:
            if value not in _EMPTY:
                said = said or sentence(value.get("message") if isinstance(value, dict) else value)
        elif name not in _ECHO and value not in _EMPTY:
            return None
    return said or None


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
