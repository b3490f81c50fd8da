"""Apollo's refusals: the table of statuses and what each means for whoever runs the pull.

Belongs here: answers of 400 to 499, and words that mean money. Does not belong here: sending, waiting, windows
(`apollo_api`), 200 with something else inside (`apollo_paid`).

====================== ================== ===================================================================
answer                 ours               because
====================== ================== ===================================================================
401 (plain text)       ConfigurationError the key is wrong
402                    BudgetError        the account has to pay first
403                    PermanentError     plan or kind of key do not reach this endpoint; never retried
404                    ConfigurationError the endpoint is misspelt or withdrawn
408, 499               LostAnswerError    the call arrived, somebody gave up waiting: it may have been charged
409, 423, 425          TransientError     refused for now, nothing was done
any of 4xx about money BudgetError        the account is out of credits: the status differs, the words tell
else                   ConfigurationError the query is wrong; Apollo's words say where
====================== ================== ===================================================================
"""

from __future__ import annotations

import re

import orjson

from outreach_pipeline.errors import (
    BudgetError,
    ConfigurationError,
    OutreachError,
    PermanentError,
    TransientError,
)
from outreach_pipeline.sources.apify_errors import sentence

IN_DOUBT = frozenset({408, 499})
"""Statuses below 500 after which the call may have been carried out."""

_FOR_NOW = {
    409: "another call of this account is in its way",
    423: "what it asks for is locked",
    425: "it came too early",
}
_LACK = r"insufficient|not enough|(?:ran |run )?out of|lack(?:s|ing)?|exceeded|exhausted|used (?:up )?all"
_GONE = r"exhausted|used up|depleted|exceeded|reached|insufficient|(?:ran|run) out|too low"
_OUT_OF_CREDITS = re.compile(
    rf"\b(?:{_LACK})(?: \w+){{0,4}} credits?\b|\b(?:no|zero|0)(?: more)?(?: \w+)? credits?\b"
    rf"|\bcredits?(?: \w+){{0,5}} (?:{_GONE})\b|\bpayment required\b",
    re.IGNORECASE,
)


def is_about_money(text: str) -> bool:
    """Whether a refusal says, in words or as a code, that the account has no credits left."""
    return _OUT_OF_CREDITS.search(" ".join(re.split(r"[\W_]+", text))) is not None


def refusal(endpoint: str, status: int, text: str) -> OutreachError:
    """Our exception for an answer of 400 to 499, but for those in doubt and full windows."""
    said = words(text)
    if status == 402 or (status != 401 and is_about_money(text)):
        return BudgetError(
            f"Apollo's account is out of credits for {endpoint}: {said}",
            next_step="Wait for the next billing period or buy credits; the pull goes on where it stopped.",
        )
    if status in _FOR_NOW:
        return TransientError(
            f"Apollo refused {endpoint} with {status}, {_FOR_NOW[status]}: {said}",
            next_step="Nothing was charged. Run it again later; the pull goes on where it stopped.",
        )
    if status == 403:
        return PermanentError(
            f"Apollo does not let this key use {endpoint}: {said}",
            next_step="Use a master key, or a plan that includes this endpoint; trying again does not help.",
        )
    return _wrong(endpoint, status, text, said)


def _wrong(endpoint: str, status: int, text: str, said: str) -> ConfigurationError:
    """What has to be set otherwise."""
    if status == 401:
        return ConfigurationError(
            "Apollo does not accept the API key.",
            next_step="Set OUTREACH_APOLLO_API_KEY to a key of Settings, Integrations, API in Apollo.",
        )
    if status == 404:
        return ConfigurationError(f"Apollo has no {endpoint}.", next_step="Check `endpoint` in sources.toml.")
    if "x-api-key header" in text.lower():
        return ConfigurationError(
            "Apollo wants the key in a header and found it elsewhere.",
            next_step="Remove api_key from `query`.",
        )
    return ConfigurationError(
        f"Apollo refused the query for {endpoint} with {status}: {said}",
        next_step="Correct `query` in sources.toml.",
    )


def words(text: str) -> str:
    """Apollo's own words in a refusal, as a sentence fit for an error of ours."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return sentence(text)
    found = (data.get("error") or data.get("message") or "") if isinstance(data, dict) else data
    return sentence(found)
