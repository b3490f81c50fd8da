"""Cells that a spreadsheet must not run: texts that begin like a formula, made plain text.

Belongs here: which cells these are, and how they are escaped. Does not belong here: which columns are written
(`stages.export`).

A spreadsheet takes a cell that begins with = + - @, a tab or a line break for a formula, and a formula can send the
sheet's contents away. What counts is the first character that can be seen: programs that clean a file strip blanks,
controls, marks and fillers, and some read the wide and small forms of the signs. So the question is put to Unicode (the
category, the name and the compatibility form of a character), not to a list. Such a cell gets an apostrophe in front,
which spreadsheets read as "this is text"; a program takes the apostrophe off where one of these follows it.
A phone number in E.164 (+4930123456) is left alone where its column holds nothing else: as a formula it is a number,
and with an apostrophe no dialler takes it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

ESCAPE = "'"
_SIGNS = "=+-@"
_SIGN_NAMES = ("EQUALS SIGN", "PLUS SIGN", "MINUS SIGN", "HYPHEN-MINUS", "COMMERCIAL AT")
_UNSEEN_NAMES = ("FILLER", "BLANK", "INVISIBLE", "NULL NOTEHEAD", "OBJECT REPLACEMENT")
"""Letters and symbols that show nothing have one of these in their names; all other unseen ones have a category."""
# A quick look for cells worth a second one: a sign or punctuation before the first ordinary letter or digit.
_PERHAPS = r"^[^\p{Lu}\p{Ll}\p{Nd}]*?[\p{S}\p{P}]|^[\t\r\n]"
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


def begins_like_a_formula(text: str) -> bool:
    """Whether the first character that can be seen is a sign, or the text begins with a tab or a line break."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    first = next((char for char in text if not _is_unseen(char)), "")
    return first != "" and _is_sign(first)


@lru_cache(maxsize=4096)
def _is_unseen(char: str) -> bool:
    """Blanks, controls, formats and unassigned code points, marks, and letters or symbols that show nothing."""
    return unicodedata.category(char)[0] in "ZCM" or any(
        word in unicodedata.name(char, "") for word in _UNSEEN_NAMES
    )


@lru_cache(maxsize=4096)
def _is_sign(char: str) -> bool:
    name = unicodedata.name(char, "")
    return unicodedata.normalize("NFKC", char)[:1] in _SIGNS or any(word in name for word in _SIGN_NAMES)


def _escape(column: pa.Array, *, keep_phones: bool) -> pa.Array:
    perhaps = pc.match_substring_regex(column, _PERHAPS)
    if keep_phones:
        perhaps = pc.and_(perhaps, pc.invert(pc.match_substring_regex(column, _E164)))
    places = pc.indices_nonzero(perhaps)
    texts = column.take(places).to_pylist()
    risky = [place for place, text in zip(places.to_pylist(), texts, strict=True) if begins_like_a_formula(text)]
    if not risky:
        return column
    is_risky = pc.is_in(pa.array(range(len(column)), pa.uint64()), value_set=pa.array(risky, pa.uint64()))
    escaped = pc.binary_join_element_wise(pa.scalar(ESCAPE, column.type), column, pa.scalar("", column.type))
    return pc.if_else(is_risky, escaped, column)
