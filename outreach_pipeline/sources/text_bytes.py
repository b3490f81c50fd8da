"""What a file's bytes are: text in which encoding, or no text at all.

Belongs here: byte order marks, UTF-16 and UTF-32, which one-byte encoding odd bytes are of, the kinds of file that
pass under another's name. Does not belong here: layouts (csv_dialect, json_stream), what is done about a refused file
(files).

Without a mark nothing says the encoding, and detectors guess badly on lists of names (charset-normalizer and chardet
both called a German list Central European, and a Macintosh one Icelandic). So UTF-8 is taken at its word, and other
bytes are read by whichever of a few encodings makes words of them; where none does, the file is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

HEAD_BYTES = 262_144
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
#: What odd bytes may be, the likeliest first: Western Windows, the old Macintosh, Central European Windows, MS-DOS.
ONE_BYTE = ("cp1252", "mac_roman", "cp1250", "cp850")
_KINDS = (
    (b"PK\x03\x04", "a workbook or another ZIP archive"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"), (b"{\\rtf", "a word processor's document"), (b"\x1f\x8b", "compressed twice"),
)  # fmt: skip
_MARKUP = re.compile(rb"<[!?a-zA-Z]")
_JSON = re.compile(rb'\[\s*[\[{"\]]|\{\s*["}]')
# Control characters that no text has; separators, a DOS end of file and padding are left out.
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x19\x1b]")
_ODD_RUN = re.compile(rb"[\x80-\xff]+")
_INNOCENT = frozenset("’‘“”–—…®™°ºª·«»§")
_BLANKS = b" \t\r\n\x00\x1a\xef\xbb\xbf"


def gather_head(chunks: Iterable[bytes], size: int = HEAD_BYTES) -> tuple[bytes, Iterator[bytes]]:
    """At least `size` bytes from the start (all, where there are fewer), and the chunks as if none had been taken."""
    source, taken, length = iter(chunks), [], 0
    for chunk in source:
        taken.append(chunk)
        length += len(chunk)
        if length >= size:
            break
    head = b"".join(taken)
    return head, chain([head] if head else [], source)


def to_utf8(chunks: Iterable[bytes]) -> tuple[Iterator[bytes], str]:
    """The chunks in UTF-8 and, where their mark or their zeros say UTF-16 or UTF-32, that name; else "".

    Half a character, as of a file cut off, becomes U+FFFD.
    """
    head, whole = gather_head(chunks, 4_096)
    encoding = _wide_encoding(head)
    return (_transcoded(whole, encoding), encoding[:6].upper()) if encoding else (whole, "")


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _wide_encoding(head: bytes) -> str:
    for sign, encoding in _MARKS:
        if head.startswith(sign):
            return encoding
    # Latin letters of two or four bytes have their zeros always at the same places.
    for width, encodings in ((4, ("utf-32-be", "utf-32-le")), (2, ("utf-16-be", "utf-16-le"))):
        units = len(head) // width
        zeros = [head[place : units * width : width].count(0) / max(units, 1) for place in range(width)]
        for encoding, letter in zip(encodings, (width - 1, 0), strict=True):
            others = zeros[:letter] + zeros[letter + 1 :]
            if min(others) > 0.6 and zeros[letter] < 0.1:
                return encoding
    return ""


def has_content(head: bytes) -> bool:
    """Whether there is anything but blanks, padding and marks."""
    return bool(head.strip(_BLANKS))


def other_kind(head: bytes) -> str:
    """What a file that should be a table is instead, as "a web page"; "" for what may be a table."""
    start = head.lstrip(_BLANKS)
    for magic, kind in _KINDS:
        if start.startswith(magic):
            return kind
    if _MARKUP.match(start):
        return "a web page or XML"
    if _JSON.match(start):
        return "JSON"
    return "no text" if len(_NO_TEXT.findall(head)) * 1_000 > len(head) else ""


def one_byte_encoding(head: bytes) -> str:
    """The encoding of the bytes that are no UTF-8; "" where none of ONE_BYTE makes words of most of them.

    A byte speaks against an encoding when there it is nothing, a sign at a word, a capital within one, or one of three
    odd ones in a row, which no language of these encodings writes, but Cyrillic and Asian ones do.
    """
    odd = [line for line in head.splitlines() if not _is_utf8(line)]
    count = sum(len(run) for line in odd for run in _ODD_RUN.findall(line))
    against = {encoding: sum(_strange(line, encoding) for line in odd) for encoding in ONE_BYTE}
    best = min(ONE_BYTE, key=against.__getitem__)
    return "" if against[best] > max(2, count / 4) else best


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _strange(line: bytes, encoding: str) -> int:
    text = f" {line.decode(encoding, 'replace')} "
    strange = 0
    for before, char, after in zip(text, text[1:], text[2:], strict=False):
        if char.isascii() or char in _INNOCENT:
            continue
        in_a_row = not before.isascii() and not after.isascii()
        sign = not char.isalpha() and (before.isalpha() or after.isalpha())
        capital = char.isupper() and before.isalpha() and (before.islower() or after.islower())
        strange += char == "\ufffd" or in_a_row or sign or capital
    return strange
