"""Paths into an item, as a shape writes them: parsed and checked, not yet SQL.

Belongs here: the two spellings of a path, and what can be said against one without a database.
Does not belong here: the file a path stands in (`shape`), its SQL (`database.extract`).

    a.b.0.c           short: keys and list positions, joined with dots
    @current.title    short, starting from an element that [find] named; @item is the whole item
    $.a[*] ? (@.b)    SQL/JSON path as PostgreSQL 12 and later read it (always lax)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r'"(?:\\.|[^"\\])*"|[()\[\]?]|[^"()\[\]?]+|"')
_PAIRS = {")": "(", "]": "["}
_QUESTION = re.compile(r"==|!=|<>|<|>|\bexists\b|\blike_regex\b|\bstarts\s+with\b|\bis\s+unknown\b")
HERE = ""
ITEM = "item"


class PathProblemError(ValueError):
    """A path that cannot be used; the message says why, the caller adds where it stands."""


@dataclass(frozen=True, slots=True)
class ItemPath:
    """A checked path: from `base` either along `steps` or by `jsonpath`.

    `base` is HERE (the element being read: the item itself, or one element of a [[people]] list), ITEM, or
    the name of a [find]. Exactly one of `steps` (maybe empty: the base itself) and `jsonpath` counts.
    """

    text: str
    base: str = HERE
    steps: tuple[str, ...] = ()
    jsonpath: str | None = None


def parse_path(text: str) -> ItemPath:
    """Reads a path in either spelling.

    Raises:
        PathProblemError: empty, an empty step, unbalanced brackets or quotes, a stray character.

    """
    stripped = text.strip()
    if not stripped:
        raise PathProblemError("the path is empty")
    if stripped.startswith("$"):
        check_jsonpath(stripped)
        return ItemPath(text, jsonpath=stripped)
    if stripped.split()[0] in {"lax", "strict"}:
        raise PathProblemError("a path starts with $, without lax or strict")
    base, rest = HERE, stripped
    if stripped.startswith("@"):
        base, _, rest = stripped[1:].partition(".")
        if not base.isidentifier():
            raise PathProblemError("after @ comes the name of a [find] entry, or item")
        if not rest and "." in stripped:
            raise PathProblemError("a dot at the end leads nowhere")
    steps = tuple(rest.split(".")) if rest else ()
    for step in steps:
        if not step or step != step.strip():
            raise PathProblemError("there is an empty step or a space beside a dot")
        if re.search(r"[\[\]?*$\"]", step):
            raise PathProblemError("lists with [*] and filters with ? need a path that starts with $")
    return ItemPath(text, base=base, steps=steps)


def check_jsonpath(text: str) -> None:
    """Says what is wrong with an SQL/JSON path as far as counting brackets goes; the server says the rest."""
    open_brackets: list[str] = []
    pieces = _PIECE.findall(text)
    for number, piece in enumerate(pieces):
        if piece == '"':
            raise PathProblemError('a quote " is never closed')
        if piece in "([":
            open_brackets.append(piece)
        elif piece in _PAIRS and (not open_brackets or open_brackets.pop() != _PAIRS[piece]):
            raise PathProblemError(f"a {piece} closes nothing")
        elif piece == "?" and not "".join(pieces[number + 1 : number + 3]).lstrip().startswith("("):
            raise PathProblemError("a filter is written ? (…)")
        elif not piece.startswith('"') and re.search(r"(?<![=!<>])=(?!=)|\band\b|\bor\b|'", piece):
            raise PathProblemError('a comparison is written ==, && or ||, and text stands in "double quotes"')
    if open_brackets:
        raise PathProblemError(f"a {open_brackets[-1]} is never closed")


def check_question(text: str) -> None:
    """Checks the `when` of a refusal: it must ask something, or the server answers NULL and it never fires.

    Raises:
        PathProblemError: unbalanced, or a plain path instead of a question.

    """
    check_jsonpath(text)
    outside, depth = [], 0
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        outside.append(piece if not piece.startswith('"') else "")
        if piece == "?":
            outside.append("\x00")
    plain = "".join(outside)
    while (shorter := re.sub(r"\x00\s*\([^()]*(?:\([^()]*\)[^()]*)*\)", "", plain)) != plain:
        plain = shorter
    if not _QUESTION.search(plain):
        raise PathProblemError("it must be a question such as $.status == 404 or exists($.error), not a path")


def parse_place(text: str) -> tuple[str, ...]:
    """Reads where items sit in a file: "responses[].people[]" is ("responses", "[]", "people", "[]").

    Raises:
        PathProblemError: an empty step.

    """
    place: list[str] = []
    for step in text.split("."):
        key, dots = step.removesuffix("[]"), step.endswith("[]")
        if (not key and not (dots and step == text)) or key != key.strip() or "[" in key:
            raise PathProblemError('a place is written "items[]" or "responses[].person"')
        place += [key] if key else []
        place += ["[]"] if dots else []
    return tuple(place)
