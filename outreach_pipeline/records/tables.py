"""Frames in and out of the database's CSV: every column text, absent stays absent.

Belongs here: the one crossing between COPY's CSV and pandas. Does not belong here: what a column means.

pandas 3 would otherwise turn a missing text into a float NaN on its way to the database, and psycopg stores that as
the text 'NaN' without a word; through CSV, absent is an empty unquoted field on both sides.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

import pandas as pd
import pyarrow as pa
from pyarrow import csv


def read_csv(chunks: Iterable[bytes]) -> pd.DataFrame:
    """CSV with a header line, as `Transaction.copy_out` gives it, to a frame of `str` columns (absent: missing)."""
    data = b"".join(chunks)
    header = data[: data.index(b"\n")].decode().replace('"', "").split(",")
    table = csv.read_csv(
        io.BytesIO(data),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
        read_options=csv.ReadOptions(block_size=max(len(data), 1)),
    )
    return table.to_pandas().astype("str")


def write_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV without header, for `Transaction.copy_in`: missing is an empty unquoted field."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    sink = io.BytesIO()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return sink.getvalue()


def array_text(values: Iterable[str]) -> str:
    """A list of texts as PostgreSQL writes a text[]: {"a","b"}."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


def parse_list(text: str) -> list[str]:
    """The texts of a JSON array as flattening passes it on; numbers as their digits, anything else left out."""
    return [str(value) for value in json.loads(text) if isinstance(value, str | int | float) and not isinstance(value, bool)]
