"""Verified addresses: from what a verifier's item says to canonical records of one address and its class.

Belongs here: reading the address, what a word of a verifier means (the shape's `[words]`). Does not belong
here: asking a verifier (`sources.verifiers`), which class may be written to (rows of `marketing.email_status_meaning`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from outreach_pipeline.records.reading import Notes, texts_of
from outreach_pipeline.rules.emails import read_email

# A verifier may be asked about these; that the address is one of them is what it answers.
_STILL_AN_ADDRESS = frozenset({"disposable", "no_reply", "placeholder"})


def read_addresses(raw: pd.DataFrame, words: Mapping[str, str], notes: Notes) -> pd.DataFrame:
    """The records of a chunk that can be used: load_id, part, email, address_class, said, observed_at, all text.

    `raw` has load_id, part, email, status, sub_status and observed_at. A record without a readable address, or with a
    word that `words` does not know, is rejected: a replay takes it up when the word has a meaning.
    """
    out = raw[["load_id", "part", "observed_at"]].copy()
    out["email"] = texts_of(raw["email"], _address)
    status = raw["status"].fillna("").str.strip().str.lower()
    below = raw["sub_status"].fillna("").str.strip().str.lower()
    out["said"] = (status + ("/" + below).where(below != "", "")).astype("str")
    out["address_class"] = texts_of(out["said"], lambda said: words.get(said, words.get(said.partition("/")[0])))
    has_address, has_class = out["email"].notna(), out["address_class"].notna()
    notes.add(raw[~has_address], "email", "email_address", "not an address", "rejected")
    notes.add(raw[~has_class], "status", "verifier_word", "no meaning of this word is known", "rejected")
    return out[has_address & has_class]


def _address(text: str) -> str | None:
    reading = read_email(text)
    if reading.value or reading.problem not in _STILL_AN_ADDRESS:
        return reading.value
    return text.strip().lower()
