"""Text that was decoded wrongly before it came here ("JosÃ©"), put right once for all columns that people read.

Belongs here: which columns, and the note that each repair leaves. Does not belong here: how a text is repaired
(`rules.texts.repair_mojibake`, with ftfy); letters that are lost ("Jos?") stay lost.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from outreach_pipeline.records.reading import Notes, note_reasons, texts_of
from outreach_pipeline.rules.texts import repair_mojibake

# What must stay as it was written: addresses, numbers, ids and times.
_EXACT = re.compile(r"load_id|part|.*(?:_id|_at|_on|_number|url|phone|email|domain|website|status|confidence|score)")
# À to ï and what cp1252 makes of a second byte, in UTF-8: searched in the bytes of a column, as `misplaced` does.
_BYTES = re.compile(
    rb"\xc3[\x80-\xaf](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xe2[\x80\x82\x84]|\xcb[\x86\x9c]|\xc6[\x92])"
)


def repair_encoding(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Flattened records (all columns text) with their mojibake repaired; each repaired value leaves a noted row."""
    out = raw
    for name in raw:
        if _EXACT.fullmatch(str(name)) or not _may_be_broken(raw[name]):
            continue
        repaired = texts_of(raw[name], repair_mojibake)
        changed = (repaired != raw[name]) & raw[name].notna()
        if changed.any():
            out = raw.copy(deep=False) if out is raw else out
            reasons = pd.Series("encoding_repaired", index=raw.index, dtype="str").where(changed)
            note_reasons(raw, str(name), "repaired", reasons, notes)
            out[name] = repaired
    return out


def _may_be_broken(column: pd.Series[str]) -> bool:
    array = pa.array(column)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return any(data is not None and _BYTES.search(data) for chunk in chunks for data in chunk.buffers()[2:])
