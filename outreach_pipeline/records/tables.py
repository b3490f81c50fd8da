"""Frames in and out of the database's CSV: every column text, absent stays absent.

Belongs here: the one crossing between COPY's CSV and pandas. Does not belong here: what a column means.

pandas 3 would otherwise turn a missing text into a float NaN on its way to the database, and psycopg stores that as
the text 'NaN' without a word; through CSV, absent is an empty unquoted field on both sides.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # what "str" means in pandas 3, without a copy into objects


def read_csv(chunks: Iterable[bytes]) -> pd.DataFrame:
    """CSV with a header line, as `Transaction.copy_out` gives it, to a frame of `str` columns (absent: missing)."""
    # U+001F joins columns read together, U+FDD0 marks refusals (`reading`): neither may come from an item.
    data = b"".join(chunks).replace(b"\x1f", b" ").replace(b"\xef\xb7\x90", b"")
    header = data[: data.index(b"\n")].decode().replace('"', "").split(",")
    table = csv.read_csv(
        io.BytesIO(data),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
        read_options=csv.ReadOptions(block_size=max(len(data), 1)),
    )
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): _TEXT}.get)
    return frame


def write_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV without header, for `Transaction.copy_in`: missing is an empty unquoted field."""
    # In one chunk: of a frame put together from an empty and a filled one, pyarrow writes uninitialised memory.
    table = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
    sink = io.BytesIO()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return sink.getvalue()


def is_in(column: pd.Series[str], *others: pd.Series[str]) -> pd.Series[bool]:
    """Whether each value is found in one of the other columns; `Series.isin` on text costs 30 times as much."""
    found = pc.is_in(pa.array(column), value_set=pa.array(pd.concat(others)))
    return pd.Series(found.to_numpy(zero_copy_only=False), index=column.index)


def array_text(values: Iterable[str]) -> str:
    """A list of texts as PostgreSQL writes a text[]: {"a","b"}."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


def parse_list(text: str) -> list[str]:
    """The texts of a JSON array as flattening passes it on; numbers as their digits, anything else left out."""
    if text.startswith('["') and text.endswith('"]') and text.count('"') == 2 and "\\" not in text:
        return [text[2:-2]]  # one text, nothing escaped: most lists of addresses, 0.4 us against 3
    return [
        str(value)
        for value in json.loads(text)
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
