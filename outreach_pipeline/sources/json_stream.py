"""Cuts a stream of bytes into the raw bytes of its items, verbatim, holding no more than one item at a time.

Belongs here: where one item ends and the next begins, in every layout that files and APIs use. Does not
belong here: whether an item is valid (items), decompression and encodings (files).

======================================= ==================================================================
layout                                  items
======================================= ==================================================================
`[a, b]` at the top                     its elements
`a b`, or one a line (JSON Lines)       each value; an array among them gives its elements
`{"people": [a, b], ...}`               what stands at the given paths, here `people[]`
an object that fits no path             the object itself, at the top and wherever a path leads through it
======================================= ==================================================================

So an error body `{"error": ...}` amid the responses of a search is an item that validation can reject, not a
silence. Only strings and brackets are followed, not validity: a broken element with its brackets in place
costs itself alone, and `items.prepare` says what is wrong with it. In JSON Lines every line stands for
itself. A stream that ends too early gives all that was whole, then ONE poison item with the rest, even if
the rest is empty: a download cut between two items would otherwise look complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import orjson

from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.sources.json_reader import (
    BLANK_OR_COMMA,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_ARRAY,
    OPEN_OBJECT,
    QUOTE,
    TO_BRACKET_OR_COMMA,
    CutOffError,
    JsonReader,
)
from outreach_pipeline.sources.pages import PoisonItem

Path: TypeAlias = tuple[str, ...]
"""Where items stand: keys, and `[]` for "each element of", as in ("responses", "[]", "people", "[]")."""

CHUNK_BYTES = 1 << 18

_BARE_WORD = re.compile(rb'[^ \t\r\n"{\[]*+')
_PATH = re.compile(r"^[^.\[\]]+(\[\])*(\.[^.\[\]]+(\[\])*)*$")


def parse_path(text: str) -> Path:
    """Read a path as sources.toml writes it: `"responses[].people[]"` is ("responses", "[]", "people", "[]").

    Raises:
        ConfigurationError: the text is not such a path.

    """
    if not _PATH.match(text):
        raise ConfigurationError(
            f"{text!r} is not a path to items.",
            next_step="Write keys, dots and [], such as responses[].people[].",
        )
    return tuple(
        part for key in text.split(".") for part in (key.replace("[]", ""), *["[]"] * key.count("[]"))
    )


def split(
    chunks: Iterable[bytes], paths: Iterable[Path] = (), *, lines: bool | None = None
) -> Iterator[bytes | PoisonItem]:
    """Yield the raw bytes of each item, in order, without surrounding blanks.

    `chunks` is the stream in pieces of any size (CHUNK_BYTES is a good one); a UTF-8 byte order mark is
    dropped. `paths` say where items stand inside wrapping objects; several at once are fine (`contacts[]` and
    `people[]`). `lines`: True is JSON Lines, False is not; None decides by the first line, which is JSON
    Lines if it is one complete object.
    """
    tree = _Tree(paths)
    reader = JsonReader(chunks)
    reader.drop_mark()
    if lines is None:
        lines = reader.first_line_is_an_object()
    return _split_lines(reader, tree) if lines else _split_values(reader, tree)


class _Tree:
    """The given paths as a tree; a leaf says "what stands here is an item"."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self.children: dict[str, _Tree] = {}
        for first, *rest in paths:
            child = self.children.setdefault(first, _Tree())
            if rest:
                child._add(tuple(rest))
        # Keys as bytes, to pass over lines that hold none of them without looking closer.
        self.words = tuple(orjson.dumps(key) for key in self.children)

    def _add(self, path: Path) -> None:
        child = self.children.setdefault(path[0], _Tree())
        if path[1:]:
            child._add(path[1:])

    def fits(self, first_byte: int) -> bool:
        """Whether a value that starts so can hold what this tree expects (a leaf expects anything)."""
        if not self.children:
            return True
        return (first_byte == OPEN_ARRAY) if "[]" in self.children else (first_byte == OPEN_OBJECT)


_LEAF = _Tree()


class _BrokenWrapperError(Exception):
    """A wrapping object is not `"key": value, ...` (never leaves this module)."""


def _split_values(reader: JsonReader, tree: _Tree) -> Iterator[bytes | PoisonItem]:
    """Items of values that follow one another in any layout."""
    try:
        while (byte := reader.peek()) is not None:
            if byte == OPEN_ARRAY:
                yield from _elements(reader, tree.children.get("[]", _LEAF))
            elif byte == OPEN_OBJECT:
                yield from _object(reader, tree)
            else:
                reader.keep = reader.at
                _pass_scalar(reader)
                yield reader.take(reader.at)
    except CutOffError:
        yield from _whole_at_the_end(reader)
        yield reader.rest("the stream ends too early")
    except _BrokenWrapperError:
        yield reader.rest("the object around the items is broken")


def _whole_at_the_end(reader: JsonReader) -> Iterator[bytes]:
    """Save an element whose last bracket was the last to arrive (a number could go on, a `}` cannot)."""
    kept = b"" if reader.keep is None else reader.data[reader.keep :].strip()
    if not kept.startswith((b"{", b"[")):
        return
    try:
        orjson.loads(kept)
    except orjson.JSONDecodeError:
        return
    reader.at, reader.keep = len(reader.data), None
    yield kept


def _pass_scalar(reader: JsonReader) -> None:
    """Go behind a string, number or word at the top, or behind whatever stands there up to the next blank."""
    if reader.data[reader.at] == QUOTE:
        reader.pass_string()
        return
    reader.at += 1
    while True:
        match = _BARE_WORD.match(reader.data, reader.at)
        reader.at = match.end() if match else reader.at
        if reader.at < len(reader.data) or not reader.more():
            return


def _value(reader: JsonReader, tree: _Tree, closing: int) -> Iterator[bytes | PoisonItem]:
    """Items of the value that begins here, inside a wrapper."""
    byte = reader.data[reader.at]
    if tree.children and byte == OPEN_ARRAY and "[]" in tree.children:
        yield from _elements(reader, tree.children["[]"])
    elif tree.children and byte == OPEN_OBJECT:
        yield from _object(reader, tree)
    else:
        reader.keep = reader.at
        _pass_member(reader, closing)
        yield reader.take(reader.at)


def _elements(reader: JsonReader, tree: _Tree) -> Iterator[bytes | PoisonItem]:
    """Items of the array that begins here: its elements, or what the tree finds in them."""
    reader.at += 1
    commas = 1
    while True:
        byte = reader.expect()
        if byte == CLOSE_ARRAY:
            reader.at += 1
            return
        if byte == COMMA:
            commas += 1
            if commas > 1:
                yield PoisonItem("", "an array element is missing between two commas")
            reader.at += 1
            continue
        commas = 0
        if tree.children and byte in (OPEN_OBJECT, OPEN_ARRAY):
            yield from _value(reader, tree, CLOSE_ARRAY)
            continue
        reader.keep = reader.at
        _pass_member(reader, CLOSE_ARRAY)
        yield reader.take(reader.at)


def _pass_member(reader: JsonReader, closing: int) -> None:
    """Go to the comma or `closing` that ends the value begun here; what stands between belongs to it."""
    while (byte := reader.leap(TO_BRACKET_OR_COMMA)) not in (COMMA, closing):
        if byte in (OPEN_OBJECT, OPEN_ARRAY):
            reader.pass_brackets()
        else:
            reader.at += 1  # a closing bracket of the other kind closes nothing here


def _object(reader: JsonReader, tree: _Tree) -> Iterator[bytes | PoisonItem]:
    """Items of the object that begins here: what the tree finds in it, or the object itself."""
    reader.keep = reader.at
    if not tree.children:
        reader.pass_brackets()
        yield reader.take(reader.at)
        return
    reader.at += 1
    found = False
    while (byte := reader.expect(BLANK_OR_COMMA)) != CLOSE_OBJECT:
        if byte != QUOTE:
            raise _BrokenWrapperError
        child = tree.children.get(_key(reader))
        if reader.expect() != COLON:
            raise _BrokenWrapperError
        reader.at += 1
        if child is not None and child.fits(reader.expect()):
            found, reader.keep = True, None
            yield from _value(reader, child, CLOSE_OBJECT)
        else:
            reader.expect()
            _pass_member(reader, CLOSE_OBJECT)
    reader.at += 1
    if not found:
        yield reader.take(reader.at)


def _key(reader: JsonReader) -> str:
    """Read the key that begins here; one that is no JSON string is nobody's key."""
    before, start = reader.keep, reader.at
    if before is None:
        reader.keep = start
    offset = start - (reader.keep or 0)
    reader.pass_string()
    raw = reader.data[(reader.keep or 0) + offset : reader.at]
    reader.keep = None if before is None else reader.keep
    try:
        return str(orjson.loads(raw))
    except orjson.JSONDecodeError:
        return ""


def _split_lines(reader: JsonReader, tree: _Tree) -> Iterator[bytes | PoisonItem]:
    """Items of JSON Lines: a line that is broken costs itself."""
    for line in _lines(reader):
        if isinstance(line, PoisonItem):
            yield line
        elif not line:
            continue
        elif line[0] not in b"{[" or _is_one_object(line, tree):
            yield line
        else:
            yield from _split_values(JsonReader([line]), tree)


def _is_one_object(line: bytes, tree: _Tree) -> bool:
    """Whether the line needs no closer look: brackets at both ends, no second object, no wrapper's key."""
    if not (line.startswith(b"{") and line.endswith(b"}")) or b"}{" in line or b"} {" in line:
        return False
    return not any(word in line for word in tree.words)


def _lines(reader: JsonReader) -> Iterator[bytes | PoisonItem]:
    while True:
        reader.keep = reader.at
        while (end := reader.data.find(b"\n", reader.at)) < 0:
            reader.at = len(reader.data)
            if not reader.more():
                yield reader.take(len(reader.data))
                return
        reader.at = end + 1
        yield reader.take(end)
