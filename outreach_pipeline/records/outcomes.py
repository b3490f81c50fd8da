"""What came of outreach: from events of sequencers, calendars and CRMs to canonical records.

Belongs here: what a word of a reporter means (the shape's `[words]`), when two reports tell the same event. Does not
belong here: whom it is about and what follows (`marketing.f_promote_outcomes`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import pandas as pd

from outreach_pipeline.records.reading import Notes, texts_of
from outreach_pipeline.rules.emails import read_email
from outreach_pipeline.rules.texts import clean

_SYSTEMS = {"salesforce": "Salesforce", "hubspot": "HubSpot", "pipedrive": "Pipedrive", "zoho": "Zoho"}
_TEXTS = ("campaign", "subject", "detail", "stage")


def read_outcomes(raw: pd.DataFrame, words: Mapping[str, str], notes: Notes) -> pd.DataFrame:
    """The records of a chunk that can be used, with the columns of `intake.validated_outcomes` as text.

    `raw` has load_id, part and the canonical columns of an outcome. A record with a word that `words` does not know, or
    that says neither an address nor an id, is rejected; an amount or a step that cannot be read is dropped.
    """
    out = raw[["load_id", "part", "observed_at"]].copy()
    out["email"] = texts_of(raw["email"], lambda text: read_email(text).value)
    out["said"] = raw["status"].fillna("").str.strip().str.lower()
    out["kind"] = texts_of(out["said"], words.get)
    for column in _TEXTS:
        out[column] = texts_of(raw[column], lambda text: clean(text[:20_000]))
    out["step"] = texts_of(raw["step"], lambda text: text if re.fullmatch(r"[1-9]\d{0,2}", text) else None)
    out["amount"] = texts_of(raw["amount"], _amount)
    out["opportunity"] = raw["source_record_id"].where(out["kind"].isin(["won", "lost"]))
    out["crm_system"] = texts_of(raw["crm_system"].fillna("Other"), lambda text: _SYSTEMS.get(text.lower(), "Other"))
    out["crm_system"] = out["crm_system"].where(out["opportunity"].notna())
    unreadable = raw["amount"].notna() & out["amount"].isna()
    notes.add(raw[unreadable], "amount", "range", "no amount of money", "dropped")
    known, named = out["kind"].notna(), out["email"].notna() | out["opportunity"].notna()
    notes.add(raw[~known], "status", "outcome_word", "no meaning of this word is known", "rejected")
    notes.add(raw[known & ~named], "email", "identity", "it names nobody", "rejected")
    out["event_key"] = _keys(raw, out)
    return out[known & named]


def _keys(raw: pd.DataFrame, out: pd.DataFrame) -> pd.Series[str]:
    """The reporter's id of what it is about, with the kind; without one: the address, the time and the step. Hashed,
    for an id may hold the address, and the key outlives whoever is erased.
    """
    told = (
        out["email"].fillna("") + "|" + raw["observed_at"].fillna("") + "|" + out["step"].fillna("") + "|"
        + out["campaign"].fillna("")
    ).astype("str")  # fmt: skip
    hashed = texts_of(
        raw["source_record_id"].fillna(told).astype("str"), lambda text: hashlib.sha256(text.encode()).hexdigest()[:32]
    )
    return (out["kind"].fillna("") + ":" + hashed).astype("str")


def _amount(text: str) -> str | None:
    try:
        amount = Decimal(re.sub(r"[,\s$€£]", "", text))
    except InvalidOperation:
        return None
    return f"{amount:.2f}" if amount.is_finite() and 0 <= amount < 10**12 else None
