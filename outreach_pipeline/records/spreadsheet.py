"""Cells that a spreadsheet must not run: texts that begin like a formula, made plain text.

Belongs here: which cells these are, and how they are escaped. Does not belong here: which columns are written
(`stages.export`).

A spreadsheet takes a cell that begins with = + - @ (also after blanks, also in the wide forms of Chinese keyboards), a
tab or a line break for a formula, and a formula can send the sheet's contents away. Such a cell gets an apostrophe in
front, which spreadsheets read as "this is text"; a program takes the apostrophe off where one of these follows it.
A phone number in E.164 (+4930123456) is left alone where its column holds nothing else: as a formula it is a number,
and with an apostrophe no dialler takes it.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

ESCAPE = "'"
_WIDE = r"\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}\x{FE62}\x{FE63}\x{FE66}\x{FE6B}\x{2212}"
_FORMULA = r"^(?:[\s\p{Z}\p{C}]*[=+\-@" + _WIDE + r"]|[\t\r\n])"
_E164 = r"^\+[1-9][0-9]{1,14}$"


def escape_formulas(table: pa.RecordBatch, phones: frozenset[str] = frozenset()) -> pa.RecordBatch:
    """The batch with every text that begins like a formula escaped; other types are left as they are.

    `phones` names columns in which a plain E.164 number stays as it is.
    """
    return pa.RecordBatch.from_arrays(
        [
            _escape(column, keep_phones=name in phones) if pa.types.is_large_string(column.type) else column
            for name, column in zip(table.schema.names, table.columns, strict=True)
        ],
        schema=table.schema,
    )


def _escape(column: pa.Array, *, keep_phones: bool) -> pa.Array:
    risky = pc.match_substring_regex(column, _FORMULA)
    if keep_phones:
        risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, _E164)))
    if not pc.any(risky).as_py():
        return column
    escaped = pc.binary_join_element_wise(pa.scalar(ESCAPE, column.type), column, pa.scalar("", column.type))
    return pc.if_else(risky, escaped, column)
