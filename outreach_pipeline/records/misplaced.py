"""Objects and lists where text belongs: nothing can be read from them, and they leave a rejection.

Belongs here: what flattening writes in their place, and the rejections made of it. Does not belong here: finding them
(`database.extract_values`), texts that a rule refuses (`reading`).
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from outreach_pipeline.records.reading import Notes, texts_of

MISPLACED = "\ufdd1"
"""A Unicode noncharacter, which no text contains: the whole of a text column, or the last element of a list column."""
_BYTES = re.compile(re.escape(MISPLACED.encode()))
_AT_THE_END = f'"{MISPLACED}"]'


def drop_misplaced(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Flattened records without the marks; each of them leaves a dropped rejection."""
    out = raw.copy(deep=False)
    for name in raw:
        if not _may_hold_marks(raw[name]):
            continue
        whole = (raw[name] == MISPLACED).fillna(False).astype(bool)
        part = raw[name].str.endswith(_AT_THE_END).fillna(False).astype(bool)
        notes.add(raw.loc[whole], str(name), "text", "an object or a list where text belongs", "dropped")
        notes.add(raw.loc[part], str(name), "text", "elements of the list that are no text", "dropped")
        out[name] = texts_of(raw[name], _without)
    return out


def _may_hold_marks(column: pd.Series[str]) -> bool:
    # Searched in the bytes of the column, because nearly none has any: 0.7 us per record where str.endswith took 3.
    array = pa.array(column)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return any(data is not None and _BYTES.search(data) for chunk in chunks for data in chunk.buffers()[2:])


def _without(text: str) -> str | None:
    if text == MISPLACED:
        return None
    if not text.endswith(_AT_THE_END):
        return text
    rest = text.removesuffix(_AT_THE_END).removesuffix(", ")
    return None if rest == "[" else rest + "]"
