"""A stream of JSON bytes with a place in it, which can leap over strings and brackets without parsing.

Belongs here: reading on, holding no more than what is asked to be kept, and finding where a string, an
object or an array ends. Does not belong here: which stretches are items (json_stream), whether they are
valid (items).

Speed comes from possessive regular expressions (Python 3.11): one match leaps over everything, whole strings
included, up to the next bracket.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import orjson

from outreach_pipeline.sources.items import MAX_ITEM_BYTES, MAX_POISON_CHARS, poison
from outreach_pipeline.sources.pages import PoisonItem

BLANK = re.compile(rb"[ \t\r\n]*+")
BLANK_OR_COMMA = re.compile(rb"[ \t\r\n,]*+")
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rb'[^"{}\[\]]*+'


def _whole(inside: bytes) -> bytes:
    """Match text in which strings, and bracket pairs that hold no more than `inside`, are whole."""
    return _PLAIN + rb"(?:(?:" + _STRING + rb"|\{" + inside + rb"\}|\[" + inside + rb"\])" + _PLAIN + rb")*+"


# Two levels of brackets are leapt over at once (twice as fast as bracket by bracket); deeper ones stop it.
_FLAT = _PLAIN + rb"(?:" + _STRING + _PLAIN + rb")*+"
_NESTED = _whole(_whole(_FLAT))
TO_BRACKET = re.compile(_NESTED, re.DOTALL)
TO_BRACKET_OR_COMMA = re.compile(rb'[^"{}\[\],]*+(?:' + _STRING + rb'[^"{}\[\],]*+)*+', re.DOTALL)

QUOTE, COMMA, COLON = b'",:'
OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY = b"{}[]"


class CutOffError(Exception):
    """The stream ended inside a structure (does not leave this room: `json_stream` turns it into poison)."""


class JsonReader:
    """The stream with a place in it. Bytes before `keep` (or before the place, if None) may be forgotten.

    A kept stretch that outgrows MAX_ITEM_BYTES keeps its head only; `take` then answers with poison.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.data = b""
        self.at = 0
        self.keep: int | None = None
        self._head = b""
        self._lost = 0

    def more(self) -> bool:
        """Fetch the next chunk; False at the end. Positions in `data` shift: rely on `at` and `keep` only."""
        chunk = next(self._chunks, None)
        while chunk == b"":
            chunk = next(self._chunks, None)
        if chunk is None:
            return False
        start = self.at if self.keep is None else self.keep
        if self.keep is not None and self.at - start > MAX_ITEM_BYTES:
            self._head = self._head or self.data[start : start + MAX_POISON_CHARS]
            self._lost += self.at - start
            start = self.at
        self.data = self.data[start:] + chunk
        self.at -= start
        if self.keep is not None:
            self.keep = 0
        return True

    def take(self, end: int) -> bytes | PoisonItem:
        """Give what was kept up to `end` (a position in `data`), and keep no more."""
        start = self.at if self.keep is None else self.keep
        data, head, lost = self.data[start:end], self._head, self._lost
        self.keep, self._head, self._lost = None, b"", 0
        if not lost:
            return data.strip()
        size = lost + len(data)
        text = poison(head, "").text
        reason = (
            f"item of {size} bytes is larger than the limit of {MAX_ITEM_BYTES}; the text holds its beginning"
        )
        return PoisonItem(text, reason)

    def rest(self, why: str) -> PoisonItem:
        """Consume the stream to its end and give what was kept, and all that follows, as poison."""
        self.keep = self.at if self.keep is None else self.keep
        self.at = len(self.data)
        while self.more():
            self.at = len(self.data)
        rest = self.take(self.at)
        if isinstance(rest, PoisonItem):
            return PoisonItem(rest.text, f"{why}; {rest.reason}")
        return poison(rest, f"{why} ({len(rest)} bytes are left over)")

    def drop_mark(self) -> None:
        """Pass over a UTF-8 byte order mark at the very beginning."""
        while len(self.data) < 3 and self.more():
            pass
        if self.data.startswith(b"\xef\xbb\xbf"):
            self.at = 3

    def first_line_is_an_object(self) -> bool:
        """Whether the first chunk begins with a line that is one whole JSON object: then it is JSON Lines."""
        self.peek()
        end = self.data.find(b"\n", self.at)
        line = self.data[self.at : end].strip() if end >= 0 else b""
        if not line.startswith(b"{"):
            return False
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError:
            return False
        return True

    def peek(self, blank: re.Pattern[bytes] = BLANK) -> int | None:
        """Pass over blanks; the byte that follows stays unread. None at the end of the stream."""
        while True:
            match = blank.match(self.data, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.data):
                return self.data[self.at]
            if not self.more():
                return None

    def expect(self, blank: re.Pattern[bytes] = BLANK) -> int:
        """Like `peek`, where the stream must not end."""
        byte = self.peek(blank)
        if byte is None:
            raise CutOffError
        return byte

    def leap(self, pattern: re.Pattern[bytes]) -> int:
        """Go to the next byte outside strings that `pattern` stops at, and give it, unread."""
        while True:
            match = pattern.match(self.data, self.at)
            self.at = match.end() if match else self.at
            if self.at == len(self.data):
                if not self.more():
                    raise CutOffError
            elif self.data[self.at] == QUOTE:  # a string that does not end in this chunk
                self.pass_string()
            else:
                return self.data[self.at]

    def pass_string(self) -> None:
        """Go behind the string that begins here, reading no byte twice however long it is."""
        self.at += 1
        while True:
            match = _REST_OF_STRING.match(self.data, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.data) and self.data[self.at] == QUOTE:
                self.at += 1
                return
            if not self.more():  # here a lone backslash at the end of the chunk waits for its partner
                self.at = len(self.data)
                raise CutOffError

    def pass_brackets(self) -> None:
        """Go behind the object or array that begins here.

        A bracket that closes another kind closes what was left open inside (`{"a": [1}`), or nothing if
        nothing fits.
        """
        stack = bytearray(
            [self.data[self.at] + 2]
        )  # in ASCII the closing bracket comes two after the opening one
        self.at += 1
        while stack:
            byte = self.leap(TO_BRACKET)
            self.at += 1
            if byte in (OPEN_OBJECT, OPEN_ARRAY):
                stack.append(byte + 2)
            elif byte == stack[-1]:
                stack.pop()
            elif byte in stack:
                del stack[stack.rindex(byte) :]
