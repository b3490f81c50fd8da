"""Finds the project's SQL and reads the named queries in it.

Belongs here: where `sql/` is and how a file of named blocks is read. Does not belong here: SQL text, and
running it.

A file `sql/queries/<stage>.sql` holds blocks that begin with a line `-- name: <name>`; the comment lines
after it say why the query is as it is, and stay part of it (they show in the server's statement views).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import LiteralString

from outreach_pipeline.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent.parent
_NAME_LINE = re.compile(r"^-- name:[ \t]*(?P<name>[^\n]*?)[ \t]*$", re.MULTILINE)
_VALID_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


def sql_root() -> Path:
    """The folder `sql`: beside the package in a checkout, inside it in a wheel (`_sql`)."""
    for folder in (_PACKAGE / "_sql", _PACKAGE.parent / "sql"):
        if (folder / "migrations").is_dir():
            return folder
    raise ConfigurationError(
        "The SQL files of outreach_pipeline are missing from this installation.",
        next_step="Install the wheel again, or work in a checkout.",
    )


class Queries:
    """The named queries of one file: `queries["name"]` or `queries.name`."""

    def __init__(self, origin: str, blocks: dict[str, LiteralString]) -> None:
        self._origin = origin
        self._blocks = blocks

    def __getitem__(self, name: str) -> LiteralString:
        try:
            return self._blocks[name]
        except KeyError:
            raise ConfigurationError(f"{self._origin} holds no query named {name}.") from None

    def __getattr__(self, name: str) -> LiteralString:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


@cache
def load_queries(stage: str) -> Queries:
    """The queries of `sql/queries/<stage>.sql`, read once."""
    path = sql_root() / "queries" / f"{stage}.sql"
    if not path.is_file():
        raise ConfigurationError(f"There is no query file {path.name} in sql/queries.")
    return Queries(path.name, parse_queries(path.read_text(encoding="utf-8"), origin=path.name))


def parse_queries(text: str, *, origin: str) -> dict[str, LiteralString]:
    """Name -> SQL of each block; ConfigurationError for a bad or repeated name, or an empty block."""
    marks = list(_NAME_LINE.finditer(text))
    blocks: dict[str, LiteralString] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        name = mark["name"]
        body = text[mark.end() : following.start() if following else len(text)].strip().rstrip(";").rstrip()
        if not _VALID_NAME.match(name) or name in blocks or not body:
            raise ConfigurationError(f"{origin}: the block '{name}' is empty, badly named or there twice.")
        # From our own files, never from input: that is what LiteralString is to promise.
        blocks[name] = body
    return blocks
